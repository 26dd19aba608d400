"""What the queries find, in which order, and that the frequent ones never read a whole table."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from pipeline.model import ChangeKind, Entry, InputProblem, QuestionState, Removal, RunResult, StateStatus
from pipeline.store import line
from pipeline.store.articles import add_version, all_removals, all_versions, has_text, latest_version, mark_removed
from pipeline.store.changes import add_changes, all_changes
from pipeline.store.claims import add_claims, all_claims, claims_of_article, claims_of_speakers, retract_claims
from pipeline.store.database import Database
from pipeline.store.dump import canonical_dump
from pipeline.store.feeds import (
    MAX_TRIES,
    FeedMemory,
    add_entries,
    all_feed_memories,
    feed_memories,
    save_feed_memory,
)
from pipeline.store.known import stored_among
from pipeline.store.runs import add_run, recent_runs
from pipeline.store.states import add_states, all_states, latest_state
from pipeline.store.tables import claims
from pipeline.store.tallies import speakers_like
from tests.builders import MONDAY, later, make_article, make_change, make_claim, make_voice, stored, waiting_entries

DAY = dt.timedelta(days=1)


def make_state(**given: Any) -> QuestionState:
    fields: dict[str, Any] = {
        "as_of": MONDAY, "after": None, "watch": "bridge", "question": "closing", "status": StateStatus.UNKNOWN, "answers": ()}
    return QuestionState(**(fields | given))


def make_entry(number: int, **given: Any) -> Entry:
    fields: dict[str, Any] = {
        "feed": "hill", "url": f"https://example.org/{number}", "title": "A", "publisher": "Hill Courier", "published": MONDAY + number * DAY}
    return Entry(**(fields | given))


def test_claims_come_in_order_of_arrival_not_of_date(database: Database):
    second, first = stored(make_claim()), stored(later(make_claim()))
    with database.writing() as connection:
        add_claims(connection, (first,))
        add_claims(connection, (second,))
        assert all_claims(connection, watch="bridge", question="closing") == (first, second)
        assert all_claims(connection) == (first, second)


def test_claims_are_found_by_watch_question_article_and_version(database: Database):
    found = {
        name: stored(make_claim(**fields))
        for name, fields in {
            "plain": {}, "other watch": {"watch": "flood"}, "other question": {"question": "cost"}, "next version": {"version": 2},
            "other article": {"url": "https://example.org/b"}}.items()
    }
    with database.writing() as connection:
        assert add_claims(connection, list(found.values())) == 5
        assert all_claims(connection, watch="flood", question="closing") == (found["other watch"],)
        assert claims_of_article(connection, "https://example.org/a", 2) == (found["next version"],)
        assert claims_of_article(connection, "https://example.org/b") == (found["other article"],)
        assert len(claims_of_article(connection, "https://example.org/a")) == 4
        assert all_claims(connection, watch="bridge", question="cost") == (found["other question"],)
        assert all_claims(connection, watch="nothing", question="like it") == ()


def test_claims_are_found_by_speaker_and_speakers_by_name_institution_and_last_word(database: Database):
    voices = make_voice("Anna Berg", "Town Hall"), make_voice("Kim Holt"), make_voice("Ole Berg"), make_voice("x" * 5_000)
    found = [stored(later(make_claim(voice=voice), number)) for number, voice in enumerate(voices)]
    with database.writing() as connection:
        add_claims(connection, found)
        assert claims_of_speakers(connection, ["Anna Berg", "x" * 5_000]) == (found[0], found[3])
        assert claims_of_speakers(connection, ["Anna Berg"], watch="dam") == claims_of_speakers(connection, []) == ()
        assert [tally.name for tally in speakers_like(connection, ["Town Hall"])] == ["Anna Berg"]
        assert [tally.name for tally in speakers_like(connection, ["Anna Berg"], ["Kim Holt"])] == ["Anna Berg", "Kim Holt", "Ole Berg"]
        assert [tally.name for tally in speakers_like(connection, ["50%"])] == []


def test_of_two_claims_with_one_key_the_first_is_kept(database: Database):
    first = stored(make_claim())
    with database.writing() as connection:
        assert add_claims(connection, (first, replace(first, effect=ChangeKind.REPEAT))) == 1
        assert add_claims(connection, (replace(first, effect=ChangeKind.DENIED),)) == 0
        assert all_claims(connection) == (first,)


def test_a_retracted_claim_keeps_the_time_of_its_first_retraction(database: Database):
    claim = make_claim()
    with database.writing() as connection:
        add_claims(connection, (stored(claim), stored(later(claim))))
        retract_claims(connection, [claim.key], MONDAY + DAY)
        retract_claims(connection, iter([claim.key]), MONDAY + 2 * DAY)
        retract_claims(connection, [], MONDAY)
        assert [found.retracted_at for found in all_claims(connection)] == [MONDAY + DAY, None]


def test_more_keys_than_one_statement_takes_are_asked_in_portions(database: Database):
    claim = make_claim()
    keys = [*(f"{number:064}" for number in range(70_000)), claim.key]
    with database.writing() as connection:
        add_claims(connection, (stored(claim),))
        assert stored_among(connection, claims.c.key, keys) == {claim.key}
        retract_claims(connection, keys, MONDAY + DAY)
        assert all_claims(connection)[0].retracted_at == MONDAY + DAY


def test_changes_are_found_by_watch_question_kind_and_time_and_come_by_time(database: Database):
    claim = make_claim()
    late = replace(make_change(claim, ChangeKind.OVERDUE), detected_at=MONDAY + 2 * DAY)
    soon = replace(make_change(later(claim)), detected_at=MONDAY)
    elsewhere = replace(make_change(make_claim(watch="flood", question="level")), detected_at=MONDAY + DAY)
    with database.writing() as connection:
        assert add_changes(connection, (late, soon, elsewhere)) == (late, soon, elsewhere)
        assert all_changes(connection) == (soon, elsewhere, late)
        assert all_changes(connection, watch="bridge") == (soon, late)
        assert all_changes(connection, question="level") == (elsewhere,)
        assert all_changes(connection, kinds=[ChangeKind.OVERDUE, ChangeKind.DENIED]) == (late,)
        assert all_changes(connection, since=MONDAY + DAY) == (elsewhere, late)
        assert all_changes(connection, until=MONDAY + DAY) == (soon, elsewhere)
        in_another_zone = (MONDAY + DAY).astimezone(dt.timezone(dt.timedelta(hours=9)))
        assert all_changes(connection, since=in_another_zone, until=in_another_zone) == (elsewhere,)


def test_changes_of_one_instant_keep_the_order_in_which_they_came(database: Database):
    changes = tuple(make_change(make_claim(url=f"https://example.org/{number}")) for number in (3, 1, 2))
    with database.writing() as connection:
        add_changes(connection, changes)
        assert all_changes(connection) == changes


def test_only_changes_that_were_not_there_are_given_back(database: Database):
    first, second = make_change(make_claim()), make_change(later(make_claim()))
    with database.writing() as connection:
        assert add_changes(connection, (first, first)) == (first,)
        assert add_changes(connection, (first, second)) == (second,)
        assert add_changes(connection, ()) == ()


def test_the_state_of_an_instant_is_the_last_one_stored_for_it(database: Database):
    by_clock, by_article = make_state(), make_state(after="https://example.org/a", status=StateStatus.SETTLED)
    earlier, elsewhere = make_state(as_of=MONDAY - DAY), make_state(question="cost")
    with database.writing() as connection:
        assert latest_state(connection, "bridge", "closing") is None
        add_states(connection, (by_clock, by_article, earlier, elsewhere))
        assert latest_state(connection, "bridge", "closing") == by_article
        assert all_states(connection, question="closing") == (earlier, by_clock, by_article)
        assert all_states(connection, known_at=MONDAY - DAY) == (earlier,)
        assert all_states(connection, watch="flood") == ()


def test_a_state_of_the_same_instant_and_article_is_stored_once(database: Database):
    state = make_state()
    with database.writing() as connection:
        add_states(connection, (state, replace(state, status=StateStatus.OVERDUE)))
        add_states(connection, (state,))
        assert all_states(connection) == (state,)


def test_a_text_that_comes_back_is_known_as_any_of_its_versions(database: Database):
    old, new = make_article(), make_article(text="The bridge stays open.", seen_at=MONDAY + DAY)
    with database.writing() as connection:
        assert latest_version(connection, old.url) is None
        assert [add_version(connection, article).version for article in (old, new)] == [1, 2]
        assert has_text(connection, old)
        assert not has_text(connection, make_article(title="Another title"))
        latest = latest_version(connection, old.url)
        assert latest is not None
        assert latest.article == new
        assert [version.version for version in all_versions(connection, old.url)] == [1, 2]
        add_version(connection, make_article(url="https://example.org/b"))
        assert len({version.article.url for version in all_versions(connection)}) == 2


def test_removals_are_noted_once_and_listed_by_address(database: Database):
    removals = tuple(Removal(url=f"https://example.org/{name}", removed_at=MONDAY) for name in "ba")
    with database.writing() as connection:
        assert [mark_removed(connection, removal) for removal in (*removals, removals[0])] == [True, True, False]
        assert all_removals(connection) == removals[::-1]


def test_the_memory_of_a_feed_is_replaced_whole(database: Database):
    first = FeedMemory(id="hill", url="https://example.org/feed", etag='"1"', last_polled_at=MONDAY, failures=3, last_error="answered 500")
    second = FeedMemory(id="hill", url="https://example.org/feed", last_polled_at=MONDAY + DAY, last_changed_at=MONDAY)
    other = FeedMemory(id="dale", url="https://example.net/feed")
    with database.writing() as connection:
        assert feed_memories(connection, ("hill",)) == ()
        for memory in (first, other, second):
            save_feed_memory(connection, memory)
        assert feed_memories(connection, ("hill",)) == (second,)
        assert all_feed_memories(connection) == (other, second)


def test_a_thousand_polls_without_news_add_no_row(database: Database):
    entries = tuple(make_entry(number) for number in range(5))

    def poll(connection: Connection, number: int) -> None:
        add_entries(connection, entries, MONDAY + number * DAY)
        save_feed_memory(connection, FeedMemory(id="hill", url="https://example.org/feed", last_polled_at=MONDAY + number * DAY))

    with database.writing() as connection:
        poll(connection, 0)
    before = canonical_dump(database)
    with database.writing() as connection:
        for number in range(1, 1001):
            poll(connection, number)
    assert canonical_dump(database) == before


def test_an_entry_is_tried_again_until_its_article_was_read(database: Database):
    first, second = make_entry(1), make_entry(2)
    with database.writing() as connection:
        assert add_entries(connection, (second, first), MONDAY) == 2
        line.step_back(connection, first, MONDAY)
        assert waiting_entries(connection) == (first, second)
        line.leave_line(connection, first)
        assert waiting_entries(connection) == (second,)
        for _ in range(MAX_TRIES):
            line.step_back(connection, second, MONDAY)
        assert waiting_entries(connection) == ()


def test_an_entry_that_says_it_was_updated_is_read_again(database: Database):
    entry = make_entry(1)
    updated = replace(entry, updated=MONDAY + 9 * DAY)
    with database.writing() as connection:
        add_entries(connection, (entry,), MONDAY)
        line.leave_line(connection, entry)
        assert add_entries(connection, (entry, updated, updated), MONDAY + DAY) == 1
        assert waiting_entries(connection) == (updated,)


def test_a_stamp_that_moves_with_every_poll_is_believed_once_an_hour_unless_the_words_changed_too(database: Database):
    minute = dt.timedelta(minutes=1)
    with database.writing() as connection:
        add_entries(connection, (make_entry(1),), MONDAY)
        restless = [replace(make_entry(1), updated=MONDAY + number * minute) for number in range(1, 200)]
        taken = [add_entries(connection, (entry,), MONDAY + number * minute) for number, entry in enumerate(restless, start=1)]
        assert sum(taken) == 3
        assert add_entries(connection, (replace(make_entry(1), updated=MONDAY + 200 * minute, title="B"),), MONDAY + 200 * minute) == 1
        assert len(waiting_entries(connection)) == 1


def test_an_entry_that_a_feed_carries_twice_is_read_once(database: Database):
    old, new = make_entry(1), replace(make_entry(1), updated=MONDAY + 9 * DAY)
    with database.writing() as connection:
        assert [add_entries(connection, pair, MONDAY + number * DAY) for number, pair in enumerate(((old, new), (new, old), (old, new)))] == [1, 0, 0]


def test_the_same_address_in_two_feeds_is_an_entry_of_each(database: Database):
    with database.writing() as connection:
        assert add_entries(connection, (make_entry(1), make_entry(1, feed="dale")), MONDAY) == 2


def test_runs_are_listed_newest_first_with_their_problems(database: Database):
    problem = InputProblem(where="https://example.org/feed", what="answered 500")
    with database.writing() as connection:
        for number in range(3):
            result = RunResult(started_at=MONDAY, articles=number, claims=2, changes=(make_change(make_claim()),), problems=(problem,))
            add_run(connection, "run", result, MONDAY + number * DAY)
        newest, older = recent_runs(connection, limit=2)
    assert (newest.articles, older.articles) == (2, 1)
    assert (newest.kind, newest.started_at, newest.finished_at) == ("run", MONDAY, MONDAY + 2 * DAY)
    assert (newest.claims, newest.changes, newest.problems) == (2, 1, ("https://example.org/feed: answered 500",))


def test_the_dump_shows_what_was_learnt_and_not_when_it_was_polled(database: Database):
    def learn(connection: Connection, now: dt.datetime) -> None:
        add_entries(connection, (make_entry(1),), now)
        save_feed_memory(connection, FeedMemory(id="hill", url="u", last_polled_at=now, last_changed_at=now))
        add_run(connection, "run", RunResult(started_at=now, articles=0, claims=0, changes=()), now)

    with database.writing() as connection:
        learn(connection, MONDAY)
    first = canonical_dump(database)
    with database.writing() as connection:
        learn(connection, MONDAY + DAY)
    assert canonical_dump(database) == first
    with database.writing() as connection:
        line.leave_line(connection, make_entry(1))
    assert canonical_dump(database) != first


def test_the_dump_does_not_depend_on_the_order_of_arrival(database: Database):
    values = (stored(make_claim()), stored(later(make_claim())))
    dumps = []
    for order in (values, values[::-1]):
        with database.writing() as connection:
            connection.execute(claims.delete())
            add_claims(connection, order)
        dumps.append(canonical_dump(database))
    assert dumps[0] == dumps[1]
    assert dumps[0].count("\n") == 2


@pytest.mark.parametrize("query", [
    lambda connection: has_text(connection, make_article()),
    lambda connection: latest_version(connection, "https://example.org/a"),
    lambda connection: all_claims(connection, watch="bridge", question="closing"),
    lambda connection: claims_of_article(connection, "https://example.org/a"),
    lambda connection: claims_of_speakers(connection, ["Anna Berg", "Kim Holt"], watch="bridge", question="closing"),
    lambda connection: speakers_like(connection, ["Anna Berg"]),
    lambda connection: stored_among(connection, claims.c.key, ["a", "b"]),
    lambda connection: latest_state(connection, "bridge", "closing"),
    lambda connection: add_states(connection, (make_state(),)),
    lambda connection: all_changes(connection, watch="bridge", question="closing"),
    lambda connection: all_changes(connection, since=MONDAY),
    lambda connection: waiting_entries(connection),
    lambda connection: line.leave_line(connection, make_entry(1)),
    lambda connection: feed_memories(connection, ("hill",)),
    lambda connection: retract_claims(connection, ["a"], MONDAY),
    lambda connection: recent_runs(connection),
])
def test_no_frequent_query_reads_a_whole_table(sqlite_database: Database, query: Callable[[Connection], object]):
    asked: list[tuple[str, Any]] = []
    event.listen(sqlite_database.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    with sqlite_database.writing() as connection:
        query(connection)
        plans = [
            row.detail
            for statement, values in tuple(asked)
            if statement.startswith(("SELECT", "UPDATE"))
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    assert plans
    # The last runs are read backwards from the end of their table.
    assert [plan for plan in plans if plan.startswith("SCAN") and plan != "SCAN run"] == []


def test_a_claim_can_be_asked_for_by_what_it_answers(database: Database):
    with database.writing() as connection:
        add_claims(connection, (stored(make_claim()),))
        found = connection.execute(text("SELECT answer_type, answer_value, institution, certainty, effect FROM claim")).one()
    assert tuple(found) == ("status", "begun", "Anna Berg", "fact", "new")
