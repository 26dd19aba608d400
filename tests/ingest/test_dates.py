"""Dates as feeds and pages write them: stored in UTC, the same in every zone that the machine may stand in, and never what orders the changes
where they are wrong."""

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import monitor
from pipeline.config import Settings
from pipeline.ingest.entries import parse_feed, read_feed
from pipeline.ingest.worker import ParseWorker
from pipeline.model import ChangeKind
from pipeline.store.articles import all_versions
from pipeline.store.changes import all_changes
from pipeline.store.database import Database
from pipeline.watches import Feed, Question, QuestionKind, Story, Watch
from tests.builders import MONDAY
from tests.faultserver import FaultServer, answer, rss, serving

FEED = Feed(id="f", url="https://example.org/feed", publisher="P")
# An hour and a day that never were in some zone; a zone with odd minutes; one far from the next.
ZONES = ("UTC", "Asia/Kathmandu", "Pacific/Apia", "America/New_York")

AT = "2031-05-12 08:00"
DATES: dict[str, str | None] = {
    "Mon, 12 May 2031 08:00:00 GMT": AT, "Mon, 12 May 2031 08:00:00 +0000": AT, "Mon, 12 May 2031 10:00:00 +0200": AT, "Mon, 12 May 2031 13:45:00 +0545": AT,
    "12 May 2031 08:00 GMT": AT, "Mon, 12 May 31 08:00:00 GMT": AT, "Mon, 12 May 2031 04:00:00 EDT": AT, "Mon, 12 May 2031 08:00:00": AT, "Tue, 12 May 2031 08:00:00 GMT": AT,
    "2031-05-12T08:00:00Z": AT, "2031-05-12T10:00:00+02:00": AT, "2031-05-12T08:00:00.123456Z": AT, "2031-05-12 08:00:00": AT, "2031-05-12T08:00:00": AT, "2031-05-12T08:00Z": AT,
    "20310512T080000Z": AT, "20310512T100000+0200": AT, "20310512T0800": AT, "Mon May 12 08:00:00 2031": AT, "2031-05-12": "2031-05-12 00:00", "20310512": "2031-05-12 00:00",
    "2011-12-30": "2011-12-30 00:00", "20111230": "2011-12-30 00:00", "20111230T100000Z": "2011-12-30 10:00", "2011-12-30T10:00:00Z": "2011-12-30 10:00",
    "2031-03-09T02:30:00Z": "2031-03-09 02:30", "20310309T02:30": "2031-03-09 02:30", "2031-03-09 02:30:00": "2031-03-09 02:30",
    "1970-01-01T00:00:00Z": "1970-01-01 00:00", "Thu, 01 Jan 1970 00:00:00 GMT": "1970-01-01 00:00", "0001-01-01T00:00:00Z": "0001-01-01 00:00",
    "2199-01-01T00:00:00Z": "2199-01-01 00:00", "0001-01-01T00:00:00+14:00": None, "9999-12-31T23:59:59-12:00": None, "": None, "yesterday evening": None,
    "2031-13-45T99:99:99Z": None, "Mon, 32 Foo 2031 08:00:00 GMT": None, "0000-00-00T00:00:00Z": None, "\u0662\u0660\u0663\u0661-05-12": "2031-05-12 00:00",
}


def dated_feed(dates: list[str], form: str) -> bytes:
    if form == "atom":
        entries = "".join(f'<entry><title>T</title><link href="https://example.org/{number}"/><published>{date}</published></entry>' for number, date in enumerate(dates))
        return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{entries}</feed>'.encode()
    tag = "dc:date" if form == "dublin core" else "pubDate"
    items = "".join(f"<item><title>T</title><link>https://example.org/{number}</link><{tag}>{date}</{tag}></item>" for number, date in enumerate(dates))
    return rss(items).replace("<rss ", '<rss xmlns:dc="http://purl.org/dc/elements/1.1/" ').encode()


def instants(body: bytes) -> list[str | None]:
    """What the child makes of the dates of a feed, as text in UTC."""
    return [f"{entry.published.isoformat(sep=' ')[:16]}" if entry.published else None for entry in read_feed(body, FEED, "").entries]


@pytest.mark.parametrize("form", ["rss", "dublin core", "atom"])
def test_a_date_is_read_as_the_instant_that_it_names(form: str):
    entries = parse_feed(dated_feed(list(DATES), form), FEED, base_url="").entries
    # Dublin Core does not say which of the two its date is.
    found = {date: entry.published or entry.updated for date, entry in zip(DATES, entries, strict=True)}
    assert all(moment is None or moment.utcoffset() == dt.timedelta(0) for moment in found.values())
    assert {date: moment and moment.isoformat(sep=" ")[:16] for date, moment in found.items()} == DATES
    # Its own words are kept beside it, those that name no day too.
    assert [entry.date_text for entry in entries] == list(DATES)


def test_a_json_feed_keeps_the_words_of_its_dates():
    dates = [{"date_published": "2031-05-12T10:00:00+02:00"}, {"date_published": "soon", "date_modified": "2031-05-12"}, {"date_published": "soon\n  enough" + "!" * 900}, {}]
    items = [{"url": f"https://example.org/{number}", "title": "T", **date} for number, date in enumerate(dates)]
    entries = parse_feed(json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": items}).encode(), FEED, base_url="").entries
    assert [entry.date_text for entry in entries] == ["2031-05-12T10:00:00+02:00", "2031-05-12", "soon enough" + "!" * 69, ""]


@contextmanager
def workers() -> Iterator[list[ParseWorker]]:
    """A parser in each of the zones."""
    made = []
    before = os.environ.get("TZ")
    try:
        for zone in ZONES:
            os.environ["TZ"] = zone
            made.append(ParseWorker())
            made[-1].call(instants, dated_feed([], "rss"), where="x")
        yield made
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        for worker in made:
            worker.close()


_DAY = st.dates(dt.date(1890, 1, 1), dt.date(2100, 12, 31)) | st.sampled_from([dt.date(2011, 12, 30), dt.date(2031, 3, 9), dt.date(2031, 11, 2), dt.date(1970, 1, 1)])
_TIME = st.times() | st.just(dt.time(2, 30))
_ZONE = st.sampled_from(["", "Z", " GMT", " UT", " EST", " NZDT", "+05:45", "+0545", "-00:00", "+14:00", "-12:00", " +0200", "+99:99", "A"])
_FORM = st.sampled_from(["%Y-%m-%dT%H:%M:%S", "%Y%m%dT%H%M%S", "%Y%m%dT%H:%M", "%Y-%m-%d", "%Y%m%d", "%y%m%d", "%y-%m-%d", "-%y%m", "%Y-%j", "%Y%j", "%Y", "%Y-%m", "%C", "%a, %d %b %Y %H:%M:%S", "%a, %d %b %y %H:%M:%S", "%d %b %Y",
                         "%a %b %d %H:%M:%S %Y", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M", "%m/%d/%Y", "%A, %d %B %Y %H:%M"])
WRITTEN = st.builds(lambda day, time, form, zone: dt.datetime.combine(day, time).strftime(form) + zone, _DAY, _TIME, _FORM, _ZONE)
ANYTHING = WRITTEN | st.text(alphabet="0123456789-:TZ+ ,.WGMJanFeb", max_size=40) | st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="<&"), max_size=30)


def test_no_date_breaks_the_parser_or_means_another_instant_in_another_zone():
    with workers() as parsers:

        @given(st.lists(ANYTHING, min_size=1, max_size=40))
        @settings(max_examples=120, deadline=None)
        def same_everywhere(dates: list[str]) -> None:
            body = dated_feed(dates, "rss")
            first, *others = [parser.call(instants, body, where="x") for parser in parsers]
            assert len(first) == len(dates)
            assert all(other == first for other in others)

        same_everywhere()


BRIDGE = Watch(id="bridge", title="The bridge", subject=("bridge",), questions=(Question(id="closing", kind=QuestionKind.DATE, role="event"),))
_REST = ". ".join(f"The county asked for a report on pillar {number} and its cables, and the school stays open" for number in range(12))


def told(number: int, day: int, date: str) -> str:
    text = f"The bridge will close on {day} May 2031, Anna Berg said. {_REST} {number}."
    return f"<item><title>Bridge news {number}</title><link>https://example.org/{number}</link><guid isPermaLink='false'>{number}</guid>{date}<description>{text}</description></item>"


WRONG = {
    "no date": "", "the first second": "<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>", "the first year": "<pubDate>0001-01-01T00:00:00Z</pubDate>", "far ahead": "<pubDate>Mon, 12 May 2199 08:00:00 GMT</pubDate>",
    "words": "<pubDate>yesterday evening</pubDate>", "no such day": "<pubDate>2031-13-45T99:99:99Z</pubDate>", "two digits of a year long ago": "<pubDate>Mon, 12 May 71 08:00:00 GMT</pubDate>",
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_date_never_puts_a_later_report_before_an_earlier_one(kind: str, sqlite_database: Database):
    with serving({"f": answer(rss(told(1, 16, WRONG[kind])))}) as server:
        story = Story(watches=(BRIDGE,), feeds=(Feed(id="f", url=server.url("f"), publisher="Hill Courier"),))
        allowed = Settings(allowed_hosts=(server.host,))
        monitor.run(story, allowed, sqlite_database, now=MONDAY)
        server.handlers["f"] = answer(rss(told(2, 18, WRONG[kind]) + told(1, 16, WRONG[kind])))
        later = MONDAY + dt.timedelta(hours=2)
        monitor.run(story, allowed, sqlite_database, now=later, everything=True)
    with sqlite_database.reading() as connection:
        versions = all_versions(connection)
        (change,) = [change for change in all_changes(connection, question="closing") if change.kind is not ChangeKind.NEW]
    assert [(version.article.published, version.article.dated) for version in versions] == [(MONDAY, "seen"), (later, "seen")]
    # What could not be believed can be read all the same.
    assert [f"<pubDate>{version.article.date_text}</pubDate>" if version.article.date_text else "" for version in versions] == [WRONG[kind]] * 2
    assert (change.old.value[:10], change.new.value[:10]) == ("2031-05-16", "2031-05-18")


CHILD = """
import datetime as dt, sys, time
from pipeline import monitor
from pipeline.config import Settings
from pipeline.store.changes import all_changes
from pipeline.store.database import open_database
from pipeline.store.dump import canonical_dump
from tests.ingest.test_dates import story_at
host = sys.argv[1]
database = open_database(f"sqlite:///{sys.argv[2]}")
for round in (0, 1):
    now = dt.datetime(2031, 5, 12, 9, 0, tzinfo=dt.UTC) + dt.timedelta(hours=2 * round)
    result = monitor.run(story_at(host, round), Settings(allowed_hosts=(host,)), database, now=now, everything=True)
    print([(problem.where, problem.what) for problem in result.problems])
print(canonical_dump(database))
with database.reading() as connection:
    for change in all_changes(connection):
        print(change)
print(time.tzname != ("UTC", "UTC"), file=sys.stderr)
"""


def story_at(host: str, number: int) -> Story:
    """The feeds of a round of the test below."""
    return Story(watches=(BRIDGE,), feeds=tuple(Feed(id=f"{form}-{number}", url=f"http://{host}/{form}/{number}", publisher=form) for form in ("rss", "pages")))


def page(number: int, date: str) -> str:
    return (f'<html lang="en"><head><title>Bridge page {number}</title><meta property="article:published_time" content="{date}"></head><body><article>'
            f"<h1>Bridge page {number}</h1><p>The bridge will close on {14 + number} May 2031, Maria Holm said.</p><p>{_REST} {number}.</p></article></body></html>")


def offer(server: FaultServer) -> None:
    server.handlers["robots.txt"] = answer("no", 404)
    dates = [date for date, moment in DATES.items() if moment != AT or date.endswith(("EDT", "0545"))]
    for number in (0, 1):
        mine = dates[number::2]
        server.handlers[f"rss/{number}"] = answer(rss("".join(told(100 * number + at, 13 + at % 15, f"<pubDate>{date}</pubDate>") for at, date in enumerate(mine))))
        server.handlers[f"pages/{number}"] = answer(rss("".join(f"<item><title>Bridge page {at}</title><link>{server.url(f'page/{number}/{at}')}</link></item>" for at in range(5))))
        for at, date in enumerate(mine[:5]):
            server.handlers[f"page/{number}/{at}"] = answer(page(10 * number + at, date), Content_Type="text/html")


def test_two_runs_leave_the_same_rows_and_changes_in_every_zone(tmp_path: Path):
    with serving({}) as server:
        offer(server)
        paths = os.pathsep.join(path for path in sys.path if path)
        left = {}
        for zone in ZONES[:3]:
            done = subprocess.run([sys.executable, "-c", CHILD, server.host, str(tmp_path / f"{zone.replace('/', '-')}.db")], capture_output=True, text=True, timeout=300, check=True,
                                  env={**os.environ, "TZ": zone, "PYTHONPATH": paths}, cwd=Path(__file__).parents[2])
            assert (str(zone != "UTC")) in done.stderr
            left[zone] = done.stdout
    assert left["UTC"].count("\n") > 100
    assert left["Asia/Kathmandu"] == left["UTC"]
    assert left["Pacific/Apia"] == left["UTC"]
