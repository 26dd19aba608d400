"""Every flow in a real browser against a real server, with axe; keyboard only, without scripts, on a phone, in the dark."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from pipeline.model import ChangeKind
from pipeline.review.app import create_app
from pipeline.store.database import Database
from tests.report.test_browser import CONTRAST
from tests.review.conftest import NOW, WATCHES, Served, fill

pytestmark = pytest.mark.browser
# A busy machine takes its time; what never happens still fails.
expect.set_options(timeout=60_000)
LEVELS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


class Site:
    """The review on a real port, and pages that remember what the browser complained about."""

    def __init__(self, browser: Browser, address: str, changes: tuple, config: Path) -> None:
        self.browser, self.address, self.changes, self.config = browser, address, changes, config
        self.complaints: list[str] = []

    def page(self, path: str = "/", *, width: int = 1440, scheme: str = "light", script: bool = True) -> Page:
        page = self.browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script, base_url=self.address)
        page.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.complaints.append(request.url) if not request.url.startswith(self.address) else None)
        page.goto(path)
        return page

    def of_kind(self, kind: ChangeKind) -> str:
        return next(change.id for change in self.changes if change.kind is kind)


@pytest.fixture
def open_site(browser: Browser, sqlite_database: Database, config: Path) -> Iterator[Callable[..., Site]]:
    servers: list[Served] = []
    sites: list[Site] = []

    def make(copies: int = 1) -> Site:
        changes = fill(sqlite_database, copies=copies)
        served = Served(create_app(sqlite_database, config, now=lambda: NOW))
        servers.append(served)
        sites.append(Site(browser, served.__enter__(), changes, config))
        return sites[-1]

    yield make
    for context in browser.contexts:
        context.close()
    for served in servers:
        served.__exit__()
    assert [complaint for site in sites for complaint in site.complaints] == []


def keys_work(page: Page) -> None:
    """Wait until the page says that it has keys: before its script has run, what is pressed is lost."""
    expect(page.get_by_role("button", name="Keys ?")).to_be_visible()


def every_page(site: Site) -> dict[str, str]:
    return {
        "inbox": "/", "all": "/?state=all&kind=new&kind=disputed", "change": f"/changes/{site.of_kind(ChangeKind.DATE_MOVED)}",
        "disputed": f"/changes/{site.of_kind(ChangeKind.DISPUTED)}", "watches": "/watches", "watch": "/watches/bridge", "past": "/watches/bridge?as_of=2031-05-12",
        "question": "/watches/bridge/closing", "claims": "/claims?text=bridge", "speakers": "/speakers", "speaker": "/speakers?name=Anna+Berg",
        "articles": "/articles", "article": "/articles?url=https%3A%2F%2Fexample.org%2Fa&version=1",
        "versions": "/articles?url=https%3A%2F%2Fexample.org%2Fa&version=2&against=1", "sources": "/sources", "runs": "/runs", "history": "/history",
        "editor": "/editor", "aliases": "/aliases?name=Anna+Berg&also=A.+Berg", "outputs": "/outputs", "help": "/help", "login": "/login",
    }  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_fits_its_window_can_be_read_and_has_no_fault_of_level_a_or_aa(open_site, width: int, scheme: str):
    site = open_site()
    page = site.page("/help", width=width, scheme=scheme)
    for name, path in every_page(site).items():
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        faults = [(found["id"], found["nodes"][0]["html"]) for found in Axe().run(page, options=LEVELS).response["violations"]]
        assert faults == [], name
        assert page.locator("main").count() == 1
        assert page.locator("h1").count() == 1
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(int(part) for part in background[4:-1].split(",")) > 380) is (scheme == "light")
        if name in ("inbox", "change", "watch"):
            assert page.evaluate(CONTRAST) == [], name


def test_axe_sees_a_fault(open_site):
    page = open_site().page()
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert [found["id"] for found in Axe().run(page, options=LEVELS).response["violations"]] == ["button-name"]


def test_fifty_changes_are_cleared_by_keyboard_alone(open_site):
    site = open_site(copies=10)
    page = site.page()
    expect(page).to_have_title("(50) Inbox – Claimwatch")
    page.keyboard.press("j")
    for number in range(50):
        focused = page.locator(".item.current")
        expect(focused).to_be_focused()
        expect(focused.locator("blockquote").first).to_be_visible()
        page.keyboard.press("a" if number % 2 else "x")
        if number == 24:
            # The first page is empty: the next one comes by itself.
            expect(page.locator(".item")).to_have_count(25)
            keys_work(page)
            page.keyboard.press("j")
        elif number < 49:
            expect(page.locator("#flash")).to_contain_text("accepted" if number % 2 else "dismissed")
            expect(page).to_have_title(f"({49 - number}) Inbox – Claimwatch")
    expect(page.get_by_text("Nothing waits for you.")).to_be_visible()
    expect(page).to_have_title("Inbox – Claimwatch")
    page.goto("/history")
    assert page.locator(".log li").count() == 50


def test_a_decision_is_undone_by_one_key_and_the_row_is_back(open_site):
    page = open_site().page()
    page.keyboard.press("j")
    first = page.locator(".item.current h3").inner_text()
    page.keyboard.press("x")
    expect(page.locator(".item")).to_have_count(4)
    page.keyboard.press("u")
    expect(page.locator(".item")).to_have_count(5)
    assert page.locator(".item h3").first.inner_text() == first
    expect(page.locator("#flash")).to_contain_text("1 change put back to where it was.")


def test_opening_a_change_marks_it_as_seen_and_a_verdict_leads_to_the_next(open_site):
    site = open_site()
    page = site.page()
    expect(page.locator(".item.is-new")).to_have_count(5)
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator("article .state")).to_have_text("seen")
    expect(page).to_have_title(re.compile(r"^\(4\) "))
    page.keyboard.press("a")
    expect(page.locator("#flash")).to_contain_text("1 change accepted.")
    expect(page.locator("h1.values")).to_be_visible()
    expect(page.locator("article .state")).to_have_text("seen")
    second = page.url.partition("?")[0]
    page.keyboard.press("j")
    expect(page).not_to_have_url(re.compile(re.escape(second)))
    expect(page).to_have_url(re.compile("/changes/"))
    keys_work(page)
    page.keyboard.press("g")
    page.keyboard.press("u")
    expect(page.locator(".item")).to_have_count(4)


def test_a_verdict_given_before_the_change_is_stored_as_seen_waits_for_that(open_site):
    site = open_site()
    page = site.page()
    held = []
    page.route("**/seen", lambda route: held.append(route))
    page.goto(f"/changes/{site.of_kind(ChangeKind.DISPUTED)}")
    keys_work(page)
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert "done=" not in page.url
    held[0].continue_()
    expect(page.locator("#flash")).to_contain_text("1 change accepted.")


def test_a_key_that_wants_a_second_one_is_remembered_while_the_page_changes(open_site):
    site = open_site()
    page = site.page(f"/changes/{site.of_kind(ChangeKind.DISPUTED)}")
    page.keyboard.press("a")
    expect(page.locator("#flash")).to_contain_text("1 change accepted.")
    keys_work(page)
    page.keyboard.press("g")
    page.reload()
    page.keyboard.press("u")
    # "g u" is the inbox; "u" alone would have taken the verdict back.
    expect(page.locator(".item")).to_have_count(4)


def test_keys_mark_tick_search_help_and_can_be_switched_off(open_site):
    page = open_site().page()
    page.keyboard.press("j")
    page.keyboard.press("m")
    expect(page.locator(".item.current .state")).to_have_text("seen")
    page.keyboard.press("m")
    expect(page.locator(".item.current .state")).to_have_text("new")
    page.keyboard.press("t")
    page.keyboard.press("Space")
    page.keyboard.press("t")
    page.get_by_role("button", name="Dismiss 2 ticked").click()
    expect(page.locator("#flash")).to_contain_text("2 changes dismissed.")
    keys_work(page)
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("jax")
    expect(page.locator(".item")).to_have_count(3)
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Single keys are on").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    assert page.locator(".item.current").count() == 0
    page.reload()
    page.keyboard.press("j")
    assert page.locator(".item.current").count() == 0


def test_without_scripts_everything_essential_is_a_form_or_a_link(open_site):
    site = open_site()
    page = site.page(script=False)
    page.locator(".item").first.locator("summary").click()
    expect(page.locator(".item blockquote").first).to_be_visible()
    page.locator(".item").first.get_by_role("button", name="Mark as seen").click()
    expect(page.locator(".item .state").first).to_have_text("seen")
    page.locator(".item").first.get_by_role("button", name="Accept").click()
    expect(page.locator("#flash")).to_contain_text("1 change accepted.")
    expect(page.locator(".item")).to_have_count(4)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".item")).to_have_count(5)
    for box in page.locator("input[name=pick]").all()[:3]:
        box.check()
    page.get_by_role("button", name="Dismiss ticked").click()
    expect(page.locator("#flash")).to_contain_text("3 changes dismissed.")
    page.goto("/?state=dismissed")
    page.locator(".item").first.get_by_role("button", name="Back to the inbox").click()
    expect(page.locator(".item")).to_have_count(2)
    page.goto(f"/changes/{site.of_kind(ChangeKind.DATE_MOVED)}")
    page.get_by_label("Note").fill("Ask the mayor.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".log")).to_contain_text("Ask the mayor.")
    page.get_by_role("button", name="Not the same question").click()
    expect(page.locator("#flash")).to_contain_text("taken off the question")
    page.goto("/?text=houses")
    expect(page.locator(".item")).to_have_count(2)
    page.locator("summary", has_text="Filter").first.click() if not page.get_by_label("Save this view as").is_visible() else None
    page.get_by_label("Save this view as").fill("Houses")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Houses", exact=True)).to_be_visible()


def test_the_slider_looks_back_with_and_without_scripts(open_site):
    site = open_site()
    for script in (True, False):
        page = site.page("/watches/bridge", script=script)
        page.locator("#as-of").focus()
        page.keyboard.press("Home")
        if not script:
            page.get_by_role("button", name="Look").click()
        expect(page).to_have_url(re.compile("as_of=2031-05-12"))
        expect(page.get_by_role("heading", name="How it stood on 12 May 2031")).to_be_visible()
        page.get_by_role("link", name="now", exact=True).click()
        expect(page.get_by_role("heading", name="How it stands now")).to_be_visible()


def test_of_two_reviewers_the_second_is_told_and_nothing_is_lost(open_site):
    site = open_site()
    path = f"/changes/{site.of_kind(ChangeKind.DISPUTED)}"
    ann, bo = site.page(path), site.page(path)
    for page in (ann, bo):
        expect(page.locator("article .state")).to_have_text("seen")
    ann.get_by_role("button", name="Dismiss", exact=True).click()
    expect(ann.locator("#flash")).to_contain_text("1 change dismissed.")
    bo.get_by_role("button", name="Accept", exact=True).click()
    expect(bo.get_by_role("heading", name="Conflict")).to_be_visible()
    expect(bo.locator("main")).to_contain_text("has decided on this meanwhile: it is dismissed")
    site.complaints[:] = [found for found in site.complaints if "409" not in found]


def test_the_editor_shows_what_is_caught_while_one_types(open_site):
    site = open_site()
    page = site.page("/editor")
    # To the letter, line by line: it is saved as it stands there.
    expect(page.get_by_label("watches.toml")).to_have_value(WATCHES)
    page.get_by_label("watches.toml").fill(WATCHES.replace("When does it close?", "On which day does it close?"))
    expect(page.locator("#caught")).to_contain_text("On which day does it close?", timeout=60_000)
    page.get_by_label("watches.toml").fill(WATCHES.replace("kind =", "kidn ="))
    expect(page.locator("#caught")).to_contain_text("unknown key 'kidn'", timeout=20_000)
    assert (site.config / "watches.toml").read_text() == WATCHES
    page.get_by_label("watches.toml").fill(WATCHES.replace("The bridge", "The old bridge"))
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#flash")).to_contain_text("Written: watches.toml")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#flash")).to_be_visible()
    assert (site.config / "watches.toml").read_text() == WATCHES
    site.complaints[:] = [found for found in site.complaints if "400" not in found]


def test_both_sentences_stand_side_by_side_and_below_each_other_on_a_phone(open_site):
    site = open_site()
    for width, beside in ((1440, True), (390, False)):
        page = site.page(f"/changes/{site.of_kind(ChangeKind.DATE_MOVED)}", width=width)
        boxes = page.locator("article blockquote")
        first, second = boxes.nth(0).bounding_box(), boxes.nth(1).bounding_box()
        assert (first["y"] == second["y"]) is beside
        assert boxes.locator("del, ins").count() >= 2


def test_a_claim_in_the_article_and_its_line_lead_to_each_other(open_site):
    site = open_site()
    page = site.page("/articles?url=https%3A%2F%2Fexample.org%2Fa&version=1")
    page.locator("mark sup a").nth(1).click()
    expect(page.locator(".brief:target")).to_contain_text("16 May")
    page.locator(".brief:target a").click()
    expect(page.locator("mark:target")).to_contain_text("22 May")


def test_headings_go_down_in_order_and_the_first_stop_skips_the_bar(open_site):
    site = open_site()
    for path in ("/", f"/changes/{site.changes[0].id}", "/watches/bridge", "/help"):
        page = site.page(path)
        levels = page.evaluate("[...document.querySelectorAll('main h1, main h2, main h3')].map(node => +node.tagName[1])")
        assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False)), path
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#main"


def test_it_prints_both_sentences_and_no_buttons(open_site):
    page = open_site().page(scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator(".acts").first.is_visible()
    assert page.locator(".item blockquote").first.is_visible()
    assert page.pdf()[:4] == b"%PDF"
