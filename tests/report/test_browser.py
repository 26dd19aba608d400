import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from pipeline.report.change_report import ChangeReport, build_report
from pipeline.report.html import render_html
from pipeline.watches import Story
from tests.builders import MONDAY
from tests.report.builders import make_busy_report, make_filled_report, make_report
from tests.report.test_hostile import HOSTILE, OWN

pytestmark = pytest.mark.browser

# Pairs of labels of one picture whose boxes share more than a pixel.
OVERLAPS = """() => [...document.querySelectorAll('.tl svg')].flatMap(svg => {
  const boxes = [...svg.querySelectorAll('text')].map(node => [node.textContent, node.getBoundingClientRect()]);
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
  return boxes.flatMap(([text, a], i) => boxes.slice(i + 1).filter(([, b]) => over(a, b)).map(([other]) => [text, other]));
})"""
OUTSIDE = """() => [...document.querySelectorAll('.tl svg')].flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text, rect, path, circle')].filter(node => {
    const box = node.getBoundingClientRect();
    return box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1;
  }).map(node => node.outerHTML);
})"""
# WCAG contrast of every visible text against the nearest background that is not transparent.
CONTRAST = """() => {
  const linear = value => value <= .03928 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4;
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(part => linear(part / 255));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = node => {
    for (; node; node = node.parentElement) {
      const colour = getComputedStyle(node).backgroundColor;
      if (!/, 0\\)$|transparent/.test(colour)) return colour;
    }
    return 'rgb(255,255,255)';
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const poor = [];
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || node.closest('svg, script, style, [hidden]')) continue;
    const [a, b] = [light(getComputedStyle(node).color), light(behind(node))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) poor.push([text.slice(0, 40), (a + .05) / (b + .05)]);
  }
  return poor;
}"""


class Opened:
    """Opens reports in pages of their own and remembers what the browser complained about."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.browser, self.folder = browser, folder
        self.complaints: list[str] = []

    def page(self, report: ChangeReport, *, width: int = 1440, scheme: str = "light", hash_: str = "", script: bool = True) -> Page:
        path = self.folder / "report.html"
        path.write_text(render_html(report), encoding="utf-8")
        page = self.browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        page.on("request", lambda request: self.complaints.append(request.url) if not request.url.startswith("file:") else None)
        page.goto(path.as_uri() + hash_)
        return page


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Opened]:
    opening = Opened(browser, tmp_path)
    yield opening
    for context in browser.contexts:
        context.close()
    assert opening.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("make", [make_report, make_busy_report])
def test_the_page_fits_its_window_follows_the_colour_scheme_and_can_be_read(opened: Opened, make, width: int, scheme: str):
    page = opened.page(make(notice="written for a test", where="x.txt:1") if make is make_report else make(), width=width, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(int(part) for part in background[4:-1].split(",")) > 380) is (scheme == "light")
    assert page.evaluate(CONTRAST) == []


def test_the_measure_of_contrast_sees_what_cannot_be_read(opened: Opened):
    page = opened.page(make_report())
    page.evaluate("document.querySelector('h1').attributeStyleMap.set('color', '#ddd')")
    assert [text for text, _ in page.evaluate(CONTRAST)] == ["What changed"]


def test_an_empty_report_is_a_page_too(opened: Opened):
    page = opened.page(build_report(Story(watches=()), (), (), (), now=MONDAY))
    assert "Nothing has changed" in page.locator("main").inner_text()


def test_hostile_text_makes_no_element_and_runs_nothing(opened: Opened):
    for text in HOSTILE:
        page = opened.page(make_filled_report(text))
        assert set(page.evaluate("[...new Set([...document.querySelectorAll('*')].map(node => node.localName))]")) <= OWN.keys()
        hrefs = page.evaluate(
            "[...document.querySelectorAll('[href]')].map(node => node.protocol + (node.getAttribute('href')[0] === '#'))"
        )
        assert set(hrefs) <= {"https:false", "http:false", "file:true"}
        page.close()


def test_both_sentences_stand_side_by_side_and_below_each_other_on_a_phone(opened: Opened):
    for width, beside in ((1440, True), (390, False)):
        page = opened.page(make_report(), width=width)
        boxes = page.locator(".pair:not(.one)").first.locator("blockquote")
        first, second = boxes.nth(0).bounding_box(), boxes.nth(1).bounding_box()
        assert (first["y"] == second["y"]) is beside


def test_what_changed_and_why_stands_in_the_first_window(opened: Opened):
    page = opened.page(make_report(notice="written for a test"))
    row = page.locator(".row").first
    box = row.bounding_box()
    assert box["y"] + box["height"] < 900
    for words in ("Promise overdue", "When does it close?", "22 May", "date passed, not reported done", "Because", "Kim Holt"):
        assert words in row.inner_text()


def test_a_row_leads_to_its_change_with_both_sentences_and_the_source(opened: Opened):
    page = opened.page(make_report())
    page.locator(".row a").nth(1).click()
    card = page.locator(".change:target")
    assert card.locator("del, ins").count() > 0
    assert card.locator("a").first.get_attribute("href").startswith("https://example.org/a#:~:text=The%20bridge")


def test_every_link_within_the_page_has_its_target_and_no_id_stands_twice(opened: Opened):
    page = opened.page(make_busy_report(), script=True)
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(node => node.id)")
    assert len(ids) == len(set(ids))
    wanted = page.evaluate("[...document.querySelectorAll('a[href^=\"#\"]')].map(node => node.getAttribute('href').slice(1))")
    assert set(wanted) <= set(ids)


@pytest.mark.parametrize("width", [1440, 390])
def test_labels_of_the_timeline_never_lie_on_each_other_nor_outside(opened: Opened, width: int):
    for report in (make_report(), make_busy_report(lanes=15, steps=12), make_busy_report(lanes=5, steps=40)):
        page = opened.page(report, width=width)
        assert page.locator(".tl .note").count() >= 2
        assert page.evaluate(OVERLAPS) == []
        assert page.evaluate(OUTSIDE) == []


def test_the_timeline_scrolls_in_its_own_box_and_keeps_its_names_in_view(opened: Opened):
    page = opened.page(make_busy_report(), width=390)
    box = page.locator(".scroll")
    before = page.locator(".names").bounding_box()["x"]
    box.focus()
    box.evaluate("node => { node.scrollLeft = 300; }")
    assert box.evaluate("node => node.scrollLeft") == 300
    assert page.locator(".names").bounding_box()["x"] == before


def test_the_timeline_is_one_picture_with_a_name_and_the_list_says_the_same(opened: Opened):
    page = opened.page(make_report())
    picture = page.get_by_role("img", name="Timeline of The bridge: 2 questions, 5 changes. The list below says the same.")
    assert picture.count() == 1
    titles = list(picture.locator(".mark title").all_text_contents())
    assert len(titles) == 5
    assert all("The bridge will close on Friday" in title for title in titles)
    entries = page.locator(".listed li")
    assert entries.count() == 5
    page.locator(".listed summary").click()
    page.locator(".listed a").last.click()
    assert page.locator(".change:target").count() == 1


def test_an_overdue_promise_is_drawn_past_its_date(opened: Opened):
    page = opened.page(make_busy_report(lanes=5))
    late = page.locator(".due.late .over").first.bounding_box()
    assert late["width"] > 3
    assert "overdue" in page.locator(".due.late title").first.text_content()


def test_a_filter_shows_only_its_kinds_tells_how_many_and_can_be_linked_to(opened: Opened):
    page = opened.page(make_busy_report())
    every = page.locator(".change:visible").count()
    page.get_by_role("button", name="Reversed").click()
    shown = page.locator(".change:visible")
    assert 0 < shown.count() < every
    assert set(shown.evaluate_all("nodes => nodes.map(node => node.dataset.kind)")) == {"reversed"}
    assert page.get_by_role("status").inner_text() == f"Showing {shown.count()} of {every} changes."
    assert page.locator(".day:visible").evaluate_all("days => days.every(day => day.querySelector('.change:not([hidden])'))")
    assert page.evaluate("location.hash") == "#kind=reversed"
    again = opened.page(make_busy_report(), hash_="#kind=reversed")
    assert again.locator(".change:visible").count() == shown.count()
    page.get_by_role("button", name="show all").click()
    assert page.locator(".change:visible").count() == every


def test_without_scripts_everything_is_there(opened: Opened):
    page = opened.page(make_report(), script=False)
    assert page.locator(".change").count() == 3
    assert page.locator(".filter button:not([hidden])").first.is_disabled()


def test_headings_go_down_in_order_and_the_first_stop_skips_to_the_changes(opened: Opened):
    page = opened.page(make_report(where="x.txt:1"))
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(node => +node.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for role in ("banner", "main", "contentinfo"):
        assert page.get_by_role(role).count() == 1


def test_it_prints_light_with_the_first_answers_unfolded_and_nothing_cut_off(opened: Opened):
    page = opened.page(make_busy_report(), scheme="dark")
    page.set_viewport_size({"width": 720, "height": 1000})
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator(".filter").is_visible()
    assert page.locator(".news li").first.is_visible()
    names, lanes = page.locator(".names").bounding_box(), page.locator(".lanes").bounding_box()
    assert lanes["x"] + lanes["width"] <= 722
    assert abs(names["height"] - lanes["height"]) < 2
    assert page.pdf()[:4] == b"%PDF"


def test_dates_far_apart_still_make_a_timeline(opened: Opened):
    report = make_busy_report(lanes=3, steps=13)
    moved = [item.change for day in report.watches[0].days for item in day.items]
    span = max(change.detected_at for change in moved) - min(change.detected_at for change in moved)
    assert span > dt.timedelta(days=15)
    page = opened.page(report)
    ticks = page.locator(".tick").all_text_contents()
    assert 3 <= len(ticks) <= 14
    assert ticks[0].endswith("2031")
