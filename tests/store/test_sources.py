"""What is remembered of feeds, pages, copies and marks comes back as it was, on both databases."""

import datetime as dt
from dataclasses import replace

from pipeline.memory import FeedMemory, PageMemory
from pipeline.store.aliases import add_marks, articles_known_as
from pipeline.store.copies import add_bands, alike, copies_of, copy_of, forget_bands, link_copy
from pipeline.store.database import Database
from pipeline.store.feeds import all_feed_memories, save_feed_memories
from pipeline.store.pages import forget_pages, keep_page, kept_pages, latest_page, pages_of
from pipeline.store.rechecks import due_pages, failing_pages, next_visit, page_memory, save_page_memories
from tests.builders import MONDAY, make_article

DAY = dt.timedelta(days=1)
PAGE = PageMemory(url="https://example.org/a", address="https://example.org/a?x", feed="hill", published=MONDAY, next_due_at=MONDAY + DAY)
FULL = FeedMemory(
    id="hill", url="https://example.org/feed", etag='"1"', digest="0" * 64, last_polled_at=MONDAY, last_changed_at=MONDAY, last_good_at=MONDAY,
    last_full_at=MONDAY, next_due_at=MONDAY + DAY, interval_s=600, failures=2, failing_since=MONDAY, last_code="http_500", last_error="answered 500",
    moved_to="https://example.org/new", gone_at=MONDAY, arrivals=(MONDAY - DAY, MONDAY), notes=("one", "two"))


def test_many_memories_of_feeds_are_saved_at_once_old_and_new(database: Database):
    with database.writing() as connection:
        save_feed_memories(connection, (FULL,))
        changed = replace(FULL, failures=0, failing_since=None, arrivals=(), notes=(), next_due_at=None)
        save_feed_memories(connection, (changed, replace(FULL, id="dale")))
        assert all_feed_memories(connection) == (replace(FULL, id="dale"), changed)


def test_a_mark_leads_to_the_article_that_had_it_first(database: Database):
    with database.writing() as connection:
        add_marks(connection, "https://example.org/a", ("m1", "m2", "m1"))
        add_marks(connection, "https://example.org/b", ("m2", "m3"))
        assert articles_known_as(connection, ("m1", "m2", "m3", "m4")) == {
            "m1": "https://example.org/a", "m2": "https://example.org/a", "m3": "https://example.org/b"}


def test_pages_are_visited_when_they_are_due_the_longest_overdue_first(database: Database):
    late = replace(PAGE, url="https://example.org/late", next_due_at=MONDAY, pending=make_article(), variants=("v",), failures=1, last_error="answered 500")
    never = replace(PAGE, url="https://example.org/never", next_due_at=None)
    with database.writing() as connection:
        save_page_memories(connection, (PAGE, late, never))
        assert due_pages(connection, MONDAY) == (late,)
        assert due_pages(connection, MONDAY + DAY) == (late, PAGE)
        assert due_pages(connection, MONDAY + DAY, limit=1) == (late,)
        assert next_visit(connection) == MONDAY
        assert failing_pages(connection) == (late,)
        save_page_memories(connection, (replace(late, pending=None),))
        assert page_memory(connection, late.url) == replace(late, pending=None)


def test_the_first_article_with_a_text_stays_the_first(database: Database):
    first, copy, other = ("https://example.org/1", "https://example.net/2", "https://example.com/3")
    with database.writing() as connection:
        add_bands(connection, first, (1, 2, -(2**63)), MONDAY)
        add_bands(connection, other, (2, 9), MONDAY)
        assert alike(connection, (1, 2, -(2**63)), since=MONDAY - DAY) == (first, other)
        assert alike(connection, (1, 2), since=MONDAY + DAY) == ()
        link_copy(connection, copy, first, 0.93)
        link_copy(connection, copy, other, 0.99)
        assert (copy_of(connection, copy), copy_of(connection, first), copies_of(connection, first)) == (first, None, (copy,))
        assert forget_bands(connection, MONDAY + DAY) == 5
        assert alike(connection, (1, 2), since=MONDAY - DAY) == ()
        assert copies_of(connection, first) == (copy,)


def test_a_page_is_kept_once_cut_off_at_the_limit_and_forgotten_in_time(database: Database):
    url, body = "https://example.org/a", b"<html>" + b"x" * 1000
    with database.writing() as connection:
        given = {"url": url, "address": url, "content_type": "text/html", "max_bytes": 500}
        assert keep_page(connection, body=body, fetched_at=MONDAY, **given)
        assert not keep_page(connection, body=body, fetched_at=MONDAY + DAY, **given)
        assert keep_page(connection, body=b"new", fetched_at=MONDAY + DAY, **given)
        old, new = pages_of(connection, url)
        assert (old.body, old.size, old.fetched_at, new.body) == (body[:500], 1006, MONDAY, b"new")
        assert latest_page(connection, url) == new
        assert latest_page(connection, url, before=MONDAY) == old
        kept = kept_pages(connection)
        assert (kept.number, kept.fetched, 0 < kept.stored < 100) == (2, 1009, True)
        assert forget_pages(connection, MONDAY + DAY) == 1
        assert pages_of(connection, url) == (new,)
