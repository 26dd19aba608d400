"""What the pages, the data and the files say."""

import csv
import datetime as dt
import html
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from pipeline import cli
from pipeline.config import load_story
from pipeline.evidence import bundle_bytes, verify_bundle
from pipeline.memory import FeedMemory
from pipeline.model import ChangeKind, Removal
from pipeline.review.openapi import LISTS, described
from pipeline.store.articles import add_version, mark_removed
from pipeline.store.copies import link_copy
from pipeline.store.database import Database
from pipeline.store.feeds import save_feed_memory
from tests.builders import make_article
from tests.review.conftest import NOW, SENTENCES, Review


def test_the_inbox_says_how_many_are_new_in_title_and_bar_and_groups_them_by_watch(review: Review):
    page = review.client.get("/").text
    assert "<title>(5) Inbox" in page
    assert '<a href="/watches/bridge">The bridge</a>' in page
    kinds = re.findall(r'class="kind t-\w+">.*?</svg>([^<]+)<', page)
    assert kinds == ["Number changed", "Disputed", "Date moved", "New", "New"]


def test_a_list_goes_on_where_it_ended_and_holds_everything_once(make_review: Callable[..., Review]):
    review = make_review(copies=12)
    path, found = "/?state=all", []
    for _ in range(9):
        page = review.client.get(path).text
        found += re.findall(r'data-pick="(\w+) ', page)
        older = re.search(r'href="([^"]+)" id="older"', page)
        if not older:
            break
        path = older[1].replace("&amp;", "&")
    assert len(found) == len(set(found)) == len(review.changes) == 60


@pytest.mark.parametrize(
    ("query", "number"),
    [("state=all", 5), ("kind=new&kind=disputed", 3), ("speaker=Li+Wei", 1), ("source=Valley+Post", 1), ("certainty=planned", 2), ("text=thirty0", 1),
     ("text=%22close+on%22+-16", 1), ("since=2031-05-13", 0), ("until=2031-05-12&question=houses", 2), ("watch=other", 0), ("state=dismissed", 0)],
)  # fmt: skip
def test_a_filter_in_the_address_is_the_same_on_the_page_in_json_and_in_csv(review: Review, query: str, number: int):
    page = review.client.get(f"/?{query}").text
    rows = review.client.get(f"/changes.json?{query}").json()["rows"]
    table = list(csv.DictReader(io.StringIO(review.client.get(f"/changes.csv?{query}").text)))
    assert len(re.findall("data-pick=", page)) == len(rows) == len(table) == number


@pytest.mark.parametrize("query", ["state=x", "kind=x", "certainty=x", "since=x", "after=x~y", "after=9999999999999999999"])
def test_a_filter_that_means_nothing_is_refused_in_words(review: Review, query: str):
    answer = review.client.get(f"/?{query}")
    assert answer.status_code == 400
    assert "there are" in answer.text or "no date" in answer.text or "does not exist" in answer.text


def test_a_change_shows_both_sentences_its_slots_its_voices_and_its_links(review: Review):
    change = next(item for item in review.changes if item.kind is ChangeKind.DATE_MOVED)
    page = review.client.get(f"/changes/{change.id}").text
    assert re.search(r"16<|<del>16|del>", page)
    for words in (
        "Date moved", "1 May", "16 May", "Another date now answers the question.", "Kim Holt", "1 independent", "#:~:text=The%20bridge", "planned",
        "When does it close?", "Not the same question", "Same claim", "because",
    ):  # fmt: skip
        assert words in page, words
    assert review.client.get(f"/changes/{change.id[:12]}", follow_redirects=False).headers["location"] == f"/changes/{change.id}"
    assert review.client.get("/changes/abc").status_code == 404


def test_a_watch_shows_its_state_its_course_and_who_contradicts_whom_on_any_day(review: Review):
    page = review.client.get("/watches/bridge").text
    for words in ("How it stands now", "settled", "Timeline of The bridge", "Who contradicts whom", "Kim Holt", "Li Wei", "Hill Courier", "Valley Post"):
        assert words in page, words
    before = review.client.get("/watches/bridge?as_of=2031-05-12&known_at=2031-05-12").text
    assert "by what was known on 12 May 2031" in before
    assert "30 house" in before.split("Timeline")[0]
    assert "30 house" not in review.client.get("/watches/bridge?as_of=2031-05-11").text.split("Timeline")[0]
    moved = review.client.get("/watches/bridge?as_of_day=0&known_at_day=99", follow_redirects=False)
    assert moved.headers["location"] == "/watches/bridge?as_of=2031-05-12"


def test_an_article_has_its_claims_marked_in_place_and_its_versions_compared_word_by_word(review: Review):
    url = quote("https://example.org/a", safe="")
    page = review.client.get(f"/articles?url={url}&version=1").text
    marked = re.findall(r'<mark id="s(\d+)">([^<]+)<', page)
    assert [text for _, text in marked] == SENTENCES[:2]
    compared = review.client.get(f"/articles?url={url}&version=2&against=1").text
    assert "<del>22</del><ins>23</ins>" in compared
    # What stayed as it was need not be read again.
    assert SENTENCES[0] not in compared
    assert review.client.get(f"/articles?url={url}&version=9").status_code == 404
    assert review.client.get("/articles?url=x").status_code == 404


def test_an_article_says_whose_word_its_date_is_and_in_which_words(review: Review):
    with review.database.writing() as connection:
        add_version(connection, make_article(url="https://example.org/fed", dated="feed", date_text="Mon, 12 May 31 <b>09:00</b> GMT"))
        add_version(connection, make_article(url="https://example.org/found", dated="seen"))
    fed, found = (review.client.get(f"/articles?url={quote(f'https://example.org/{name}', safe='')}").text for name in ("fed", "found"))
    assert "(by the feed: “<span dir=\"auto\">Mon, 12 May 31 &lt;b&gt;09:00&lt;/b&gt; GMT</span>”)" in fed
    assert "(when it was found, since no date could be believed)" in found


def test_an_article_that_was_taken_down_says_so_on_its_page_and_in_the_evidence_bundle(review: Review):
    url = "https://example.org/a"
    address = f"/articles?url={quote(url, safe='')}"
    assert "Taken down" not in review.client.get(address).text
    with review.database.writing() as connection:
        mark_removed(connection, Removal(url=url, removed_at=NOW))
    assert "<b>Taken down</b>: its page was found gone on 1 Jun 2031" in review.client.get(address).text
    watch = next(watch for watch in load_story(review.config).watches if watch.id == "bridge")
    with zipfile.ZipFile(io.BytesIO(bundle_bytes(review.database, watch, now=NOW))) as bundle:
        rows = [json.loads(line) for line in bundle.read("articles.jsonl").decode().splitlines()]
    assert {row["url"]: row["removed_at"] for row in rows}[url] == NOW.isoformat()
    assert {row["dated"] for row in rows} == {"header"}


def test_an_article_names_the_first_with_its_text_and_that_one_its_copies(review: Review):
    first, copy = "https://example.org/a", "https://valley.example/a?x=1&y=2"
    with review.database.writing() as connection:
        add_version(connection, make_article(url=copy))
        link_copy(connection, copy, first, 0.9)
    shown = html.unescape(review.client.get(f"/articles?url={quote(copy, safe='')}").text)
    assert "A copy</b> of the text that came first at" in shown
    assert f"/articles?url={quote(first, safe='')}" in shown
    shown = html.unescape(review.client.get(f"/articles?url={quote(first, safe='')}").text)
    assert "The same text</b> came later at" in shown
    assert f">{copy}</a>" in shown


def test_claims_are_searched_by_words_and_by_slots(review: Review):
    def sentences(query: str) -> list[str]:
        return [row["sentence"] for row in review.client.get(f"/claims.json?{query}").json()["rows"]]

    assert sentences("text=houses&low=20") == ["Thirty0 houses are cut off."]
    assert sentences("text=houses&high=20") == ["14 houses are cut off."]
    assert sentences("speaker=Li+Wei") == [SENTENCES[2]]
    assert sentences("effect=date_moved") == [SENTENCES[1]]
    assert sentences("effect=news&question=closing&watch=bridge&certainty=denied") == [SENTENCES[2]]
    assert sentences("text=nothing+like+it") == []
    assert len(sentences("since=2031-05-12&until=2031-05-12")) == 5
    page = review.client.get("/claims?text=houses").text
    assert "Thirty0 houses" in page


def test_a_speaker_is_shown_question_by_question_in_order_of_time(review: Review):
    assert "Kim Holt" in review.client.get("/speakers?begins=Ki").text
    page = review.client.get("/speakers?name=Anna+Berg").text
    assert page.index("When does it close?") < page.index("16 May, the mayor")
    assert page.index("14 houses") < page.index("Thirty0 houses")
    assert review.client.get("/speakers?name=Nobody").status_code == 404


def test_a_feed_that_was_never_asked_says_so(review: Review):
    row = review.client.get("/sources.json").json()["rows"][0]
    assert (row["id"], row["health"], row["needs_attention"], row["last_good_at"]) == ("hill", "not polled yet", False, None)
    assert "127.0.0.1:1: not polled yet." in review.client.get("/sources").text


def test_a_feed_in_trouble_is_named_first_with_what_since_when_and_what_to_do(review: Review):
    feeds = (review.config / "feeds.toml").read_text() + '\n[[feed]]\nid = "valley"\nurl = "http://valley.example/feed"\npublisher = "Valley Post"\n'
    (review.config / "feeds.toml").write_text(feeds)
    since, due = NOW - dt.timedelta(hours=3), NOW + dt.timedelta(minutes=40)
    failing = FeedMemory(
        id="valley", url="http://valley.example/feed", last_polled_at=NOW, failures=3, failing_since=since, last_code="http_404",
        last_error="there is no such page (404)", next_due_at=due, last_good_at=since,
    )  # fmt: skip
    with review.database.writing() as connection:
        save_feed_memory(connection, failing)
    rows = review.client.get("/sources.json").json()["rows"]
    assert [(row["id"], row["health"], row["needs_attention"]) for row in rows] == [("valley", "failing", True), ("hill", "not polled yet", False)]
    page = review.client.get("/sources").text
    said = f"valley.example: there is no such page (404), three times since {since:%H:%M}; next try {due:%H:%M}; last read {since:%H:%M}."
    assert said in page
    assert "<b>1</b> needs somebody" in page
    assert "looks for the address of its feed" in page


@pytest.mark.parametrize("path", ["/", "/watches", "/sources", "/runs", "/history", "/speakers", "/articles", "/claims", "/outputs", "/editor", "/aliases", "/help"])
def test_every_page_of_an_empty_database_says_what_to_do(sqlite_database: Database, config: Path, path: str):
    from starlette.testclient import TestClient

    from pipeline.review.app import create_app

    client = TestClient(create_app(sqlite_database, config), base_url="http://127.0.0.1")
    answer = client.get(path)
    assert answer.status_code == 200
    assert "(0)" not in answer.text


def test_the_atom_feed_is_valid_has_stable_ids_and_plain_text(review: Review):
    feed = ET.fromstring(review.client.get("/feeds/bridge.atom").content)
    space = "{http://www.w3.org/2005/Atom}"
    entries = feed.findall(f"{space}entry")
    assert len(entries) == 5
    ids = [entry.findtext(f"{space}id") for entry in entries]
    assert ids == [f"urn:claimwatch:change:{row['id']}" for row in review.client.get("/changes.json?state=all").json()["rows"]]
    assert all(entry.find(f"{space}content").get("type") in (None, "text") for entry in entries)
    assert all(entry.findtext(f"{space}updated") for entry in entries)
    assert review.client.get("/feeds/nothing.atom").status_code == 404
    assert len(ET.fromstring(review.client.get("/feeds/all.atom?kind=denied").content).findall(f"{space}entry")) == 0


def test_every_documented_address_answers_with_what_is_documented(review: Review):
    document = review.client.get("/openapi.json").json()
    assert document == described("http://127.0.0.1")
    for path, found in document["paths"].items():
        for number, parameter in enumerate(found["get"]["parameters"]):
            assert parameter["name"]
            assert number < 20
        answer = review.client.get(path.replace("{id}", review.changes[0].id).replace("{watch}", "bridge"))
        assert answer.status_code == 200, path
        assert answer.headers["content-type"].split(";")[0] in found["get"]["responses"]["200"]["content"]
        if path.endswith(".json") and "{" not in path:
            assert set(answer.json()) == {"rows", "next"}
    assert {path for path, _, _ in LISTS} == {f"/{name}" for name in ("changes", "claims", "states", "watches", "speakers", "sources", "runs", "articles", "history")}


def test_data_goes_on_page_by_page_with_the_same_filter(make_review: Callable[..., Review]):
    review = make_review(copies=5)
    path, found = "/changes.json?state=all&limit=10&question=closing", []
    while path:
        answer = review.client.get(path).json()
        found += [row["id"] for row in answer["rows"]]
        path = answer["next"]
    assert len(found) == len(set(found)) == 15
    assert 'rel="next"' in review.client.get("/claims.csv?limit=2").headers["link"]
    assert review.client.get("/changes.json?limit=9999").status_code == 400


def test_a_digest_leaves_out_what_was_dismissed(review: Review):
    moved = next(item for item in review.changes if item.kind is ChangeKind.DATE_MOVED)
    path = "/digest.md?since=2031-05-01&until=2031-06-01"
    assert "16 May" in review.client.get(path).text
    review.post(f"/changes/{moved.id}/dismiss", version=0)
    assert "1 May → 16 May" not in review.client.get(path).text
    html = review.client.get(path.replace(".md", ".html"))
    assert html.headers["content-disposition"].startswith("attachment")
    assert "Content-Security-Policy" in html.text
    assert "<style>" in html.text


def test_the_commands_write_a_digest_and_a_bundle_that_verifies_until_it_is_altered(review: Review, tmp_path: Path):
    where = ["--config", str(review.config), "--database", str(review.database.engine.url)]
    runner = CliRunner()
    told = runner.invoke(cli.app, ["digest", *where, "--since", "2031-05-01", "--until", "2031-06-01", "--format", "md"])
    assert "16 May" in told.output
    bundle = tmp_path / "bridge.zip"
    made = runner.invoke(cli.app, ["export", "bridge", "--out", str(bundle), *where])
    assert made.exit_code == 0, made.output
    first = bundle.read_bytes()
    # The invented claims of other addresses have no stored text; an honest export would.
    problems = verify_bundle(bundle)
    assert all("its sentence does not stand at its place" in problem for problem in problems)
    assert not any("in https://example.org/a" == problem.rpartition(" ")[2] for problem in problems if SENTENCES[0][:5] in problem)
    for name in zipfile.ZipFile(io.BytesIO(first)).namelist():
        assert any(name in problem or "no evidence bundle" in problem for problem in altered(first, name, bundle))
    bundle.write_bytes(b"x")
    assert runner.invoke(cli.app, ["verify", str(bundle)]).exit_code != 0
    missing = runner.invoke(cli.app, ["export", "nothing", *where])
    assert "there is no watch" in str(missing.exception)


def altered(content: bytes, name: str, path: Path) -> list[str]:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for item in old.namelist():
            data = old.read(item)
            new.writestr(item, json.dumps({"files": {}}) if item == name == "manifest.json" else data + b" " if item == name else data)
    path.write_bytes(out.getvalue())
    problems = verify_bundle(path)
    return problems if name != "manifest.json" else [f"{name}: {problem}" for problem in problems]


def test_a_list_of_ten_thousand_characters_stays_below_300_kb(make_review: Callable[..., Review]):
    review = make_review(copies=40)
    for path in ("/", "/?state=all", "/claims", "/watches/bridge", "/watches/bridge/closing", "/history", "/speakers?name=Anna+Berg", f"/changes/{review.changes[0].id}"):
        assert len(review.client.get(path).content) < 300_000, path
