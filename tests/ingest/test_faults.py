"""Two hundred feeds, half of them broken in every way a feed can be broken; and feeds that are only odd."""

import asyncio
import datetime as dt
import random
import re
import time
from dataclasses import replace

import pytest

from pipeline.config import Settings
from pipeline.ingest.poll import poll_feeds
from pipeline.report.health import Health, source_health
from pipeline.store.database import Database
from pipeline.store.feeds import all_feed_memories
from pipeline.watches import Feed
from tests.builders import MONDAY, busy, waiting_entries
from tests.faultserver import BROKEN, ODD, FaultServer, answer, good_feed, item, rss, serving
from tests.ingest.rounds import poll_once

# Broken feeds that need no server: the reason stands beside them.
UNREACHABLE = {
    "dns": ("http://no-such-host.invalid/feed", "name not found"),
    "dns-label": (f"http://{'a' * 70}.example/feed", "name not found|no web address"),
    "refused": ("http://127.0.0.1:{closed}/feed", "no connection"),
    "not-listed": ("http://127.0.0.2:8765/feed", "not a public address"),
    "tls": ("https://127.0.0.1:{plain}/feed", "no secure connection|no connection|no complete answer"),
}


def settings_for(server: FaultServer, **given: object) -> Settings:
    allowed = (server.host, "127.0.0.1:1", f"localhost:{server.port}")
    return Settings(**({"allowed_hosts": allowed, "timeout": 15.0, "max_body": 2_000_000, "concurrency": 64, "per_host": 64} | given))  # type: ignore[arg-type]


def two_hundred(server: FaultServer) -> tuple[list[Feed], dict[str, str]]:
    """A hundred good feeds and a hundred broken ones, shuffled; with the reason each broken one must give."""
    reasons = {name: reason for name, (_, reason) in BROKEN.items()}
    addresses = {name: server.url(name) for name in BROKEN}
    for name, (url, reason) in UNREACHABLE.items():
        addresses[name], reasons[name] = url.format(closed=1, plain=server.port), reason
    kinds = sorted(addresses)
    chosen = [kinds[number % len(kinds)] for number in range(100)]
    # One that runs into the parser's time limit is enough: each takes its ten seconds.
    chosen = [name if name != "redos-author" or chosen.index(name) == number else "html" for number, name in enumerate(chosen)]
    broken = [Feed(id=f"{name}-{number}", url=addresses[name] + (f"?{number}" if "invalid" not in name else ""), publisher="") for number, name in enumerate(chosen)]
    good = [Feed(id=f"good-{number}", url=server.url(f"good/{number}"), publisher="") for number in range(100)]
    feeds = good + broken
    random.Random(5).shuffle(feeds)
    return feeds, {feed.id: reasons[feed.id.rpartition("-")[0]] for feed in broken}


@pytest.fixture
def server():
    good = {f"good/{number}": answer(good_feed(f"g{number}")) for number in range(100)}
    with serving({**{name: handler for name, (handler, _) in BROKEN.items()}, **{name: handler for name, (handler, *_) in ODD.items()}, **good}) as running:
        yield running


def test_of_two_hundred_feeds_the_good_half_is_complete_and_the_broken_half_is_explained(server: FaultServer, sqlite_database: Database):
    feeds, reasons = two_hundred(server)
    started = time.monotonic()
    problems = poll_once(feeds, settings_for(server), sqlite_database, now=MONDAY)
    assert time.monotonic() - started < 100 * busy()
    with sqlite_database.reading() as connection:
        entries, memories = waiting_entries(connection), {memory.id: memory for memory in all_feed_memories(connection)}
    assert sum(entry.feed.startswith("good-") for entry in entries) == 300
    assert len(entries) == 300
    assert len(problems) == len(reasons) == 100
    wrong = {name: memories[name].last_error for name, reason in reasons.items() if not re.search(reason, memories[name].last_error)}
    assert wrong == {}
    assert {name for name in reasons if not memories[name].last_code or memories[name].last_code == "unexpected"} == set()
    sources = source_health(feeds, list(memories.values()), MONDAY)
    failing = {source.feed.id: source.sentence for source in sources if source.health is Health.FAILING}
    assert failing.keys() == reasons.keys()
    assert all(re.search(r"at 09:00; next try \d\d:\d\d|next try \d+ May", sentence) for sentence in failing.values())
    assert not any(word in sentence for sentence in failing.values() for word in ("Error", "Exception", "Traceback", "errno", "None", "('", "Errno"))


@pytest.mark.parametrize("name", ODD)
def test_an_odd_feed_gives_what_can_be_read_and_says_what_is_odd(server: FaultServer, name: str):
    _, count, note = ODD[name]
    (result,) = asyncio.run(poll_feeds([Feed(id="odd", url=server.url(name), publisher="")], {}, settings_for(server), now=MONDAY))
    assert result.problem is None
    assert len(result.entries) == count
    assert note in "; ".join(result.memory.notes)
    for entry in result.entries:
        assert entry.url.startswith("http")
        assert len(entry.title) <= 500
        assert "root:" not in entry.title


def test_a_feed_cut_at_every_byte_never_loses_an_entry_and_never_advances_its_validators(sqlite_database: Database):
    whole = rss("".join(item(number, guid=f"g{number}") for number in range(12))).encode()
    addresses = {f"https://example.org/{number}" for number in range(12)}
    bodies = {"now": whole}

    def serve(_request, send):
        answer(bodies["now"], ETag='"same"')(_request, send)

    from pipeline.errors import InputError
    from pipeline.ingest.entries import read_feed

    feed = Feed(id="f", url="https://example.org/feed", publisher="")
    for cut in range(0, len(whole)):
        try:
            parsed = read_feed(whole[:cut], feed, "")
        except InputError:
            continue
        assert {entry.url for entry in parsed.entries} <= addresses, cut
        assert parsed.partial or len(parsed.entries) == 12, cut
    with serving({"f": serve}) as running:
        feeds = [Feed(id="f", url=running.url("f"), publisher="")]
        for number, cut in enumerate((len(whole) // 5, len(whole) // 2, len(whole) - 8, None)):
            bodies["now"] = whole[:cut]
            poll_once(feeds, settings_for(running), sqlite_database, now=MONDAY + dt.timedelta(hours=number), everything=True)
            with sqlite_database.reading() as connection:
                (memory,) = all_feed_memories(connection)
            assert memory.etag == ("" if cut else '"same"')
        assert [request.headers.get("if-none-match") for request in running.asked] == [None] * 4
    with sqlite_database.reading() as connection:
        assert {entry.url for entry in waiting_entries(connection)} == addresses


def test_a_feed_that_answers_nothing_new_for_ever_is_asked_in_full_once_a_day(sqlite_database: Database):
    bodies = {"now": good_feed("old")}

    def stuck(request, send):
        if "if-none-match" in request.headers or "if-modified-since" in request.headers:
            answer("", 304)(request, send)
        else:
            answer(bodies["now"], ETag='"stuck"', Last_Modified="Fri, 01 Jan 2041 00:00:00 GMT")(request, send)

    with serving({"f": stuck}) as running:
        feeds = [Feed(id="f", url=running.url("f"), publisher="")]
        poll_once(feeds, settings_for(running), sqlite_database, now=MONDAY)
        bodies["now"] = good_feed("new")
        for hour in range(1, 25):
            poll_once(feeds, settings_for(running), sqlite_database, now=MONDAY + dt.timedelta(hours=hour), everything=True)
    with sqlite_database.reading() as connection:
        assert len(waiting_entries(connection)) == 6
    assert sum("if-none-match" not in request.headers for request in running.asked) == 2


def test_what_is_missing_from_a_feed_is_not_taken_back(sqlite_database: Database):
    answers = [answer(good_feed("a", 9)), answer(good_feed("a", 2)), answer(rss("")), answer("no", 404), answer("no", 410), answer("no", 500),
               answer("<html><form>Log in</form></html>"), answer("<html><h1>404 not found</h1></html>"), answer(good_feed("a", 9))]
    turn = iter(answers)
    with serving({"f": lambda request, send: next(turn)(request, send)}) as running:
        feeds = [Feed(id="f", url=running.url("f"), publisher="")]
        for number in range(len(answers)):
            poll_once(feeds, settings_for(running), sqlite_database, now=MONDAY + dt.timedelta(hours=number), everything=True)
            with sqlite_database.reading() as connection:
                assert len(waiting_entries(connection)) == 9


def test_a_feed_that_is_gone_for_more_than_a_day_is_polled_no_more_until_its_address_changes(sqlite_database: Database):
    with serving({"f": answer("no", 410)}) as running:
        feed = Feed(id="f", url=running.url("f"), publisher="")
        for hour in (0, 1, 24, 25, 300):
            poll_once([feed], settings_for(running), sqlite_database, now=MONDAY + dt.timedelta(hours=hour))
        assert running.count("f") == 2
        with sqlite_database.reading() as connection:
            (source,) = source_health([feed], all_feed_memories(connection), MONDAY + dt.timedelta(days=2))
        assert source.health is Health.GONE
        assert "gone for good" in source.sentence
        poll_once([replace(feed, url=running.url("g"))], settings_for(running), sqlite_database, now=MONDAY + dt.timedelta(hours=301))
        assert running.count("g") == 1


def test_a_permanent_new_address_is_used_once_it_has_given_entries_and_is_reported(sqlite_database: Database):
    with serving({"old": answer("", 301, Location="/new"), "new": answer(good_feed("m"))}) as running:
        feed = Feed(id="f", url=running.url("old"), publisher="")
        for hour in (0, 1):
            poll_once([feed], settings_for(running), sqlite_database, now=MONDAY + dt.timedelta(hours=hour), everything=True)
        assert (running.count("old"), running.count("new")) == (1, 2)
        with sqlite_database.reading() as connection:
            (source,) = source_health([feed], all_feed_memories(connection), MONDAY)
        assert source.health is Health.MOVED
        assert running.url("new") in source.sentence


def test_a_server_that_asks_to_wait_is_left_alone_for_that_long(sqlite_database: Database):
    with serving({"f": answer("no", 429, Retry_After="7200")}) as running:
        feeds = [Feed(id="f", url=running.url("f"), publisher="")]
        for minutes in (0, 30, 60, 110, 121):
            poll_once(feeds, settings_for(running), sqlite_database, now=MONDAY + dt.timedelta(minutes=minutes))
        assert running.count("f") == 2


def test_a_thousand_polls_without_news_add_nothing(sqlite_database: Database):
    from pipeline.store.dump import canonical_dump

    with serving({"f": lambda request, send: answer("", 304)(request, send) if "if-none-match" in request.headers else answer(good_feed("a"), ETag='"1"')(request, send)}) as running:
        feeds = [Feed(id="f", url=running.url("f"), publisher="")]
        poll_once(feeds, settings_for(running), sqlite_database, now=MONDAY)
        before = canonical_dump(sqlite_database)
        for number in range(1, 1001):
            poll_once(feeds, settings_for(running), sqlite_database, now=MONDAY + dt.timedelta(minutes=number), everything=True)
    assert canonical_dump(sqlite_database) == before
