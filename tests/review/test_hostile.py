"""Promise X1: whatever a page, a feed or a person writes is text in every page, feed and file. The oracle is html5lib."""

import re
from collections.abc import Callable
from functools import cache
from xml.etree import ElementTree as ET

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from pipeline.model import Change, StoredClaim
from pipeline.review.app import create_app
from pipeline.review.inbox import Row
from pipeline.review.output_pages import atom_feed
from pipeline.store.articles import add_version
from pipeline.store.changes import add_changes
from pipeline.store.claims import add_claims
from pipeline.store.database import Database, open_database
from pipeline.store.decisions import Verdict, decide
from pipeline.store.runs import add_run
from pipeline.store.states import add_states
from pipeline.verdicts import Action, Standing
from tests.builders import MONDAY, date_answer, later, make_article, make_change, make_claim, stored
from tests.report.builders import current, filled
from tests.report.test_hostile import HOSTILE
from tests.review.conftest import NOW, WATCHES, Review

MORE = [
    "<!--><img src=x onerror=alert(1)>-->", "jav\tascript:alert(1)", "<form action=//evil.example><input name=csrf>", "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>", "<style>*{display:none}</style>", "<iframe srcdoc='<script>alert(1)</script>'>",
    "'-alert(1)-'", "\"autofocus onfocus=alert(1) x=\"", "<math><mtext><table><mglyph><style><img src onerror=alert(1)>", "<svg><a xlink:href=javascript:alert(1)>x",
    "{% include 'login.html' %}{{ self.__init__.__globals__ }}", "<textarea></textarea><script>alert(1)</script>", "</textarea><script>alert(1)</script>",
    "<template><script>alert(1)</script></template>", "\ufffe\uffff\x85\u2028", "\"><link rel=stylesheet href=//evil.example>", "<object data=x>", "&#x3c;script&#x3e;",
]  # fmt: skip
ALL = [*HOSTILE, *MORE]
ELEMENTS = set(
    "html head meta title link script body a header nav ul li b span div form input button main footer dialog h1 h2 h3 dl dt dd kbd p label select option "
    "aside details summary section ol svg path time small blockquote mark del ins table thead tbody tr th td caption output g rect circle line text output "
    "article textarea datalist sup br i code pre abbr fieldset legend".split()
)
ATTRIBUTES = set(
    "lang charset name content rel href src defer class id role aria-label aria-labelledby aria-current aria-live aria-hidden aria-describedby method action "
    "type value required maxlength autocomplete placeholder for rows tabindex data-csrf data-unseen data-count data-pick data-link data-id data-version "
    "data-seen data-key data-stay data-bulk data-first data-for hidden checked selected open title datetime viewBox width height d x y x1 x2 y1 y2 cx cy r rx "
    "autofocus text-anchor transform dir scope target min max list inputmode formaction spellcheck".split()
)


def live(page: str) -> list[str]:
    """What of a page is not of our own templates: other elements, other attributes, other places."""
    found = []
    for node in html5lib.parse(page, namespaceHTMLElements=False).iter():
        if not isinstance(node.tag, str):
            found.append(f"comment {node.text}")
            continue
        tag = node.tag.rpartition("}")[2]
        if tag not in ELEMENTS:
            found.append(tag)
        for raw, value in node.attrib.items():
            name = raw if isinstance(raw, str) else raw[-1]
            ours = name in ATTRIBUTES and not (name in ("action", "formaction", "src") and not re.match(r"/(?![/\\])", value))
            if name == "href":
                ours = bool(re.match(r"(https?://|/(?![/\\])|\?|#)", value)) and not re.search(r"[\x00-\x1f]", value)
            if name == "content" and node.get("name") not in ("viewport", "color-scheme"):
                ours = False
            if not ours:
                found.append(f"{tag} {name}={value[:60]}")
        if tag == "script" and (node.get("src") != "/static/review.js" or (node.text or "").strip()):
            found.append("foreign script")
        if tag == "link" and node.get("href") not in ("/static/report.css", "/static/review.css"):
            found.append("foreign style")
        if tag == "meta" and "http-equiv" in node.attrib:
            found.append("foreign meta")
    return found


def values_in(text: str) -> tuple[list[StoredClaim], list[Change]]:
    """Claims and changes with the text in every string; their watch and question stay known, or nothing would be shown."""
    first = make_claim(answer=date_answer(16))
    second = later(first, 2, answer=date_answer(22))
    from dataclasses import replace

    def spoilt(claim):
        return replace(filled(claim, text), watch="bridge", question="closing", start=claim.start, end=claim.end)

    claims = [spoilt(first), replace(spoilt(second), version=2)]
    from pipeline.model import ChangeKind

    changes = [make_change(claims[0]), *(make_change(claims[1], kind, claims[0]) for kind in ChangeKind if kind is not ChangeKind.REPEAT)]
    return [stored(claim) for claim in claims], [filled_change(change, text) for change in changes]


def filled_change(change: Change, text: str) -> Change:
    from dataclasses import replace

    whole = filled(change, text)
    prior = replace(whole.prior, version=99) if whole.prior else None
    return replace(whole, watch="bridge", question="closing", prior=prior)


def fill(database: Database, text: str) -> list[Change]:
    """Everything that can come from outside, with the text in every string of it."""
    from dataclasses import replace

    from pipeline.model import InputProblem, QuestionState, RunResult, StateStatus

    claims, changes = values_in(text)
    with database.writing() as connection:
        article = filled(make_article(), text)
        add_version(connection, article)
        add_version(connection, replace(article, text=f"{text} {text}"))
        add_claims(connection, claims)
        kept = add_changes(connection, changes)
        states = [
            QuestionState(as_of=MONDAY, after=text, watch="bridge", question="closing", status=status, answers=tuple(current(item.claim) for item in claims))
            for status in StateStatus
        ]
        add_states(connection, states)
        add_run(connection, text, RunResult(started_at=MONDAY, articles=1, claims=1, changes=(), problems=(InputProblem(where=text, what=text),)), NOW)
        for change in kept[:3]:
            decide(connection, change.id, 0, Verdict(action=Action.DISMISS, who=text, at=NOW, note=text))
        decide(connection, kept[3].id, 0, Verdict(action=Action.NOTE, who=text, at=NOW, note=text))
    return list(kept)


def paths(change: Change, text: str) -> list[tuple[str, dict[str, str]]]:
    return [
        ("/", {"state": "all"}), ("/", {"text": text}), ("/", {"speaker": text, "source": text, "watch": text, "question": text}), (f"/changes/{change.id}", {}),
        ("/watches", {}), ("/watches/bridge", {}), ("/watches/bridge/closing", {}), ("/claims", {"text": text, "value": text}), ("/claims", {}),
        ("/speakers", {}), ("/speakers", {"name": text}), ("/speakers", {"begins": text}), ("/articles", {}), ("/articles", {"source": text}), ("/articles", {"url": text}),
        ("/articles", {"url": text, "version": "2", "against": "1"}), ("/sources", {}), ("/runs", {}), ("/history", {}), ("/aliases", {"name": text, "also": "x"}),
        ("/aliases", {"name": "x", "also": text}), ("/login", {"next": text}), ("/changes/" + "x", {"done": text}), ("/", {"done": text, "after": text}), ("/claims", {"low": text}),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[TestClient, Change]]:
    folder = tmp_path_factory.mktemp("config")
    (folder / "watches.toml").write_text(WATCHES, encoding="utf-8")

    def make(text: str) -> tuple[TestClient, Change]:
        database = open_database("sqlite://")
        changes = fill(database, text)
        return TestClient(create_app(database, folder, now=lambda: NOW), base_url="http://127.0.0.1", raise_server_exceptions=False), changes[-1]

    return make


def test_the_oracle_sees_what_is_live(review: Review):
    page = review.client.get("/").text
    assert live(page) == []
    for bad in ("<img src=x>", "<a href='javascript:x'>y</a>", "<p onclick=x>", "<script>x</script>", "<form action='//evil.example'></form>", "<!-- x -->", "<a href='//e'>x</a>"):
        assert live(page.replace("</main>", f"{bad}</main>")) != [], bad


@pytest.mark.parametrize("text", ALL)
def test_no_hostile_text_is_live_on_any_page_whatever_field_it_came_through(served, text: str):
    client, change = served(text)
    for path, params in paths(change, "".join(character for character in text if not "\ud800" <= character <= "\udfff")):
        answer = client.get(path, params=params, headers={"accept": "text/html"})
        assert answer.status_code < 500, (path, answer.text)
        assert live(answer.text) == [], path
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", answer.text), path
    for path in ("/changes.csv?state=all", "/claims.csv", "/history.csv", "/speakers.csv", "/articles.csv"):
        assert formulas(client.get(path).text) == [], path
    feed = client.get("/feeds/all.atom")
    assert [node.tag for node in ET.fromstring(feed.content).iter() if not node.tag.startswith("{http://www.w3.org/2005/Atom}")] == []


def formulas(text: str) -> list[str]:
    import csv
    import io

    return [cell for row in csv.reader(io.StringIO(text)) for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


def test_a_render_shows_every_kind_of_change_in_hundreds_of_places():
    """How many strings one round of renders shows, so that the numbers of this file and of the soak mean something."""
    _, changes = values_in("x")
    assert len(changes) == 13
    assert fields_of_a_render() > 300


anything = st.one_of(st.sampled_from(ALL), st.text(min_size=1, max_size=80), st.lists(st.sampled_from([*ALL, " ", "x"]), min_size=1, max_size=4).map("".join))


def rendered(text: str) -> tuple[str, bytes]:
    """One row of every kind with the text in every string: as the list and as a line of a page, and as a feed."""
    from pipeline.report.items import change_item
    from pipeline.review.desk import _environment

    _, changes = values_in(text)
    environment = _environment()
    macros = environment.from_string(
        '{% import "macros.html" as m %}<!doctype html><html lang="en"><head><title>{{ t }}</title></head><body><ol>{% for row in rows %}{{ m.item(row, true) }}{{ m.brief(row) }}{% endfor %}</ol></body></html>'
    )
    rows = [
        Row(item=change_item(change, text), standing=Standing(change=change.id, sequence=number, reason=text, by=text), word="dismissed")
        for number, change in enumerate(changes)
    ]
    page = macros.render(rows=rows, t=text).encode("utf-8", "replace").decode()
    return page, atom_feed(rows, title=text, address_of="https://example.org/x", base="https://example.org", empty=NOW)


@cache
def fields_of_a_render() -> int:
    """In how many places one render shows its text: counted, with a text that nothing has to be done to."""
    page, feed = rendered("Qxmarkx")
    return page.count("Qxmarkx") + feed.decode().count("Qxmarkx")


def renders_of(text: str) -> int:
    """Render the text in every string of every kind of row; none may be live. Returns in how many places it was shown."""
    page, feed = rendered(text)
    assert live(page) == []
    for entry in ET.fromstring(feed).iter():
        assert entry.tag.startswith("{http://www.w3.org/2005/Atom}")
        assert entry.get("type") in (None, "text", "application/atom+xml")
        assert not entry.get("href") or entry.get("href").startswith("https://example.org")
    return fields_of_a_render()


def test_twenty_thousand_fields_of_any_text_are_never_live():
    fields = 0

    @settings(max_examples=70, deadline=None)
    @given(anything)
    def check(text: str) -> None:
        nonlocal fields
        fields += renders_of(text)

    check()
    assert fields >= 20_000
