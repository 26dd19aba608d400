"""Polls that bring nothing cost little, and leave in the database what they should."""

import datetime as dt
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import event, func, select, update

from pipeline import monitor
from pipeline.config import Settings
from pipeline.memory import FeedMemory
from pipeline.store.database import Database
from pipeline.store.feeds import all_feed_memories, feed_memories, feed_times, save_feed_memories
from pipeline.store.tables import entries, metadata
from pipeline.watches import Feed, Story
from tests.builders import MONDAY
from tests.faultserver import Request, Send, answer, good_feed, serving
from tests.ingest.rounds import poll_once

HOUR = dt.timedelta(hours=1)


@contextmanager
def counting(database: Database) -> Iterator[list[str]]:
    """The statements that are sent to the database."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(database.engine, "before_cursor_execute", note)


def quiet(request: Request, send: Send) -> None:
    answer("", 304)(request, send) if "if-none-match" in request.headers else answer(good_feed(request.path.strip("/")), ETag='"1"')(request, send)


def test_a_poll_without_news_asks_the_database_as_often_for_many_feeds_as_for_few(sqlite_database: Database):
    with serving({"*": quiet}) as server:
        settings = Settings(allowed_hosts=(server.host,))
        asked = []
        for number in (3, 40):
            feeds = [Feed(id=str(name), url=server.url(str(name)), publisher="P") for name in range(number)]
            poll_once(feeds, settings, sqlite_database, now=MONDAY + number * HOUR, everything=True)
            with counting(sqlite_database) as sent:
                assert poll_once(feeds, settings, sqlite_database, now=MONDAY + (number + 1) * HOUR, everything=True) == ()
            asked.append(len(sent))
    assert asked[0] == asked[1] <= 40


def test_what_a_quiet_poll_leaves_is_the_same_whether_all_is_written_or_only_what_changed(database: Database):
    full = FeedMemory(id="a", url="https://example.org/a", etag='"1"', notes=("odd",), arrivals=(MONDAY - HOUR,), last_polled_at=MONDAY, last_full_at=MONDAY, next_due_at=MONDAY + HOUR)
    others = [replace(full, id=name, url=f"https://example.org/{name}") for name in ("b", "c", "d")]
    polled = {"last_polled_at": MONDAY + HOUR, "last_good_at": MONDAY + HOUR, "next_due_at": MONDAY + 3 * HOUR, "interval_s": 7200}
    after = [replace(full, **polled), replace(others[0], **polled, failures=2, last_error="answered 500"), replace(others[1], **polled, url="https://example.org/moved"),
             replace(others[2], **polled, arrivals=(MONDAY - HOUR, MONDAY)), FeedMemory(id="e", url="https://example.org/e", last_polled_at=MONDAY)]
    with database.writing() as connection:
        save_feed_memories(connection, [full, *others])
        save_feed_memories(connection, after, {memory.id: memory for memory in (full, *others)})
    with database.reading() as connection:
        assert all_feed_memories(connection) == tuple(after)
        assert feed_times(connection)["c"] == FeedMemory(id="c", url="https://example.org/moved", last_polled_at=MONDAY + HOUR, next_due_at=MONDAY + 3 * HOUR)


def test_a_feed_whose_address_was_changed_is_remembered_under_the_new_one_even_if_it_brings_nothing(sqlite_database: Database):
    with serving({"old": quiet, "new": answer(good_feed("old"))}) as server:
        settings = Settings(allowed_hosts=(server.host,))
        for hour, name in enumerate(("old", "new", "new")):
            poll_once([Feed(id="f", url=server.url(name), publisher="P")], settings, sqlite_database, now=MONDAY + hour * HOUR, everything=True)
            with sqlite_database.reading() as connection:
                (memory,) = feed_memories(connection, ("f",))
            assert memory is not None
            assert (memory.url, memory.last_polled_at) == (server.url(name), MONDAY + hour * HOUR)


def test_a_thousand_runs_without_news_leave_a_row_each_and_no_more_memory(sqlite_database: Database):
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

    with serving({"f": quiet}) as server:
        story = Story(watches=(), feeds=(Feed(id="f", url=server.url("f"), publisher="P"),))
        settings = Settings(allowed_hosts=(server.host,))
        poll_once(story.feeds, settings, sqlite_database, now=MONDAY)
        with sqlite_database.writing() as connection:
            connection.execute(update(entries).values(done=True))
        before: dict[str, int] = {}
        for number in range(1, 1001):
            monitor.run(story, settings, sqlite_database, now=MONDAY + dt.timedelta(minutes=number), everything=True)
            server.asked.clear()
            if number == 100:
                before = {"memory": resident(), "pages": pages(sqlite_database), "rows": rows(sqlite_database)}
        assert rows(sqlite_database) - before["rows"] == 900
        assert (pages(sqlite_database) - before["pages"]) * 4096 <= 1_000_000
        assert resident() <= before["memory"] * 1.05


def pages(database: Database) -> int:
    """How many pages of 4 KB the data take."""
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA page_size").scalar_one() == 4096
        return int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())


def rows(database: Database) -> int:
    """How many rows all tables have."""
    with database.reading() as connection:
        return sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in metadata.sorted_tables)
