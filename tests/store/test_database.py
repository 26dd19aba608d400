import pytest
import sqlalchemy
from alembic import command
from sqlalchemy.exc import IntegrityError

from pipeline.detect.state import fold_state
from pipeline.errors import DatabaseError
from pipeline.model import Answer, ChangeKind, Entry, Removal
from pipeline.store import articles, changes, claims, feeds, line, states
from pipeline.store.database import Database, alembic_config, open_database
from pipeline.store.dump import canonical_dump
from tests.builders import MONDAY, later, make_article, make_change, make_claim, stored, waiting_entries


def test_opening_twice_upgrades_once_and_keeps_everything(database_url: str):
    first = open_database(database_url)
    with first.writing() as connection:
        articles.add_version(connection, make_article())
    before = canonical_dump(first)
    first.close()
    second = open_database(database_url)
    assert canonical_dump(second) == before
    second.close()


def test_the_schema_matches_the_tables_and_can_be_taken_back(database_url: str):
    database = open_database(database_url)
    config = alembic_config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.check(config)
        command.downgrade(config, "base")
        assert set(sqlalchemy.inspect(connection).get_table_names()) == {"alembic_version"}
        command.upgrade(config, "head")
    database.close()


def test_values_come_back_as_they_went_in(database: Database):
    article = make_article(published=MONDAY.astimezone(tz=None))
    first = make_claim()
    second = later(first, answer=Answer(type="quantity", text="14 houses", value="14", unit="house", bound="exact", low=14, high=14))
    change = make_change(second, ChangeKind.NUMBER_CHANGED, first)
    kept = (stored(first), stored(second, ChangeKind.NUMBER_CHANGED, prior=first.key))
    state = fold_state(kept, watch="bridge", question="closing", as_of=MONDAY, after=first.url)
    with database.writing() as connection:
        version = articles.add_version(connection, article)
        assert claims.add_claims(connection, kept) == 2
        assert changes.add_changes(connection, (change,)) == (change,)
        states.add_states(connection, (state,))
    with database.reading() as connection:
        assert articles.latest_version(connection, article.url) == version
        assert claims.all_claims(connection, watch="bridge", question="closing") == kept
        assert changes.all_changes(connection) == (change,)
        assert states.latest_state(connection, "bridge", "closing") == state


def test_storing_the_same_again_changes_nothing(database: Database):
    claim = make_claim()
    change = make_change(claim)
    for expected in (1, 0):
        with database.writing() as connection:
            articles.add_version(connection, make_article())
            assert claims.add_claims(connection, (stored(claim),)) == expected
            assert len(changes.add_changes(connection, (change,))) == expected
            assert articles.mark_removed(connection, Removal(url="https://example.org/a", removed_at=MONDAY)) is bool(expected)
    with database.reading() as connection:
        assert len(articles.all_versions(connection)) == 1


def test_another_text_is_the_next_version(database: Database):
    with database.writing() as connection:
        assert articles.add_version(connection, make_article()).version == 1
        assert articles.add_version(connection, make_article(text="The bridge stays open.")).version == 2
        assert articles.add_version(connection, make_article(text="The bridge stays open.")).version == 2


def test_no_change_is_stored_without_two_unequal_pieces_of_evidence(database: Database):
    claim = make_claim()
    for change in (make_change(claim, ChangeKind.DATE_MOVED), make_change(claim, ChangeKind.DATE_MOVED, claim)):
        with pytest.raises(IntegrityError), database.writing() as connection:
            changes.add_changes(connection, (change,))
    with database.writing() as connection:
        for kind in (ChangeKind.NEW, ChangeKind.OVERDUE, ChangeKind.DENIED, ChangeKind.WITHDRAWN):
            assert changes.add_changes(connection, (make_change(claim, kind),))


def test_a_step_that_fails_in_the_middle_leaves_nothing_behind(database: Database):
    before = canonical_dump(database)
    with pytest.raises(ZeroDivisionError), database.writing() as connection:
        assert articles.add_version(connection, make_article()).version / 0
    assert canonical_dump(database) == before


def test_what_was_retracted_later_still_stood_before(database: Database):
    claim = make_claim()
    with database.writing() as connection:
        claims.add_claims(connection, (stored(claim),))
        claims.retract_claims(connection, [claim.key], later(claim, 3).seen_at)
    with database.reading() as connection:
        (now,) = claims.all_claims(connection)
        (then,) = claims.all_claims(connection, known_at=later(claim, 1).seen_at)
    assert now.retracted_at is not None
    assert then.retracted_at is None


def test_feeds_and_entries_are_remembered(database: Database):
    entry = Entry(feed="f", url="https://example.org/a", title="A", publisher="P", published=MONDAY)
    memory = feeds.FeedMemory(
        id="f", url="https://example.org/feed", etag='"x"', last_polled_at=MONDAY, failures=2, last_error="answered 500"
    )
    with database.writing() as connection:
        feeds.save_feed_memory(connection, memory)
        assert feeds.add_entries(connection, (entry, entry), MONDAY) == 1
        assert feeds.add_entries(connection, (entry,), MONDAY) == 0
        assert waiting_entries(connection) == (entry,)
        line.leave_line(connection, entry)
        assert waiting_entries(connection) == ()
        assert feeds.feed_memories(connection, ("f",)) == (memory,)


def test_an_entry_whose_page_keeps_failing_is_given_up(sqlite_database: Database):
    entry = Entry(feed="f", url="https://example.org/a", title="A", publisher="P", published=MONDAY)
    with sqlite_database.writing() as connection:
        feeds.add_entries(connection, (entry,), MONDAY)
        for _ in range(feeds.MAX_TRIES):
            assert waiting_entries(connection)
            line.step_back(connection, entry, MONDAY)
        assert waiting_entries(connection) == ()


@pytest.mark.parametrize(("url", "says"), [
    ("mysql://root:secret@localhost/x", "not"), ("postgresql://user:secret@127.0.0.1:1/none", "cannot be opened"),
    ("sqlite:////proc/nowhere/x.db", "cannot be made"), ("://", "database address"),
])
def test_a_database_that_cannot_be_opened_is_a_clear_error_without_its_password(url: str, says: str):
    with pytest.raises(DatabaseError, match=says) as caught:
        open_database(url)
    assert "secret" not in str(caught.value)
