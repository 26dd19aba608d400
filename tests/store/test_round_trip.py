"""Whatever goes into a database comes out of it the same, on SQLite and on PostgreSQL."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import StatementError

from pipeline.model import Article, Change, ChangeKind, Entry, Evidence, QuestionState, Removal, StoredClaim
from pipeline.store.articles import add_version, all_removals, all_versions, latest_version, mark_removed
from pipeline.store.changes import add_changes, all_changes
from pipeline.store.claim_search import claims_said_by
from pipeline.store.claims import add_claims, all_claims, claims_of_article
from pipeline.store.database import Database
from pipeline.store.feeds import add_entries
from pipeline.store.states import add_states, all_states, latest_state
from pipeline.store.tables import articles, metadata, plain
from tests.builders import MONDAY, make_article, waiting_entries
from tests.store.values import DIGESTS, TEXTS, UTC_INSTANTS, exact, values_of

# One database serves all examples of a test; each begins by emptying it.
many_examples = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
ONE_IS_ENOUGH = (ChangeKind.NEW, ChangeKind.OVERDUE, ChangeKind.DENIED, ChangeKind.WITHDRAWN)


def place(evidence: Evidence) -> tuple[str, int, int, str]:
    return plain(evidence.url), evidence.version, evidence.start, plain(evidence.sentence)


def empty(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        connection.execute(delete(table))


@many_examples
@given(stored=values_of(StoredClaim, prior=st.none() | DIGESTS, retracted_at=st.none() | UTC_INSTANTS))
def test_a_claim_comes_back_as_it_was_with_the_offsets_of_its_source(database: Database, stored: StoredClaim):
    claim = stored.claim
    with database.writing() as connection:
        empty(connection)
        assert add_claims(connection, (stored,)) == 1
        assert add_claims(connection, (stored,)) == 0
    with database.reading() as connection:
        assert exact(all_claims(connection, watch=claim.watch, question=claim.question)) == exact((stored,))
        assert exact(claims_of_article(connection, claim.url, claim.version)) == exact((stored,))
        assert exact(claims_said_by(connection, claim.watch, claim.question, claim.said_at, 5)) == exact((stored,))


@many_examples
@given(change=values_of(Change))
def test_a_change_comes_back_as_it_was_with_both_sentences(database: Database, change: Change):
    assume(change.kind in ONE_IS_ENOUGH or (change.prior is not None and place(change.prior) != place(change.evidence)))
    with database.writing() as connection:
        empty(connection)
        assert add_changes(connection, (change, change)) == (change,)
        assert add_changes(connection, (change,)) == ()
    with database.reading() as connection:
        assert exact(all_changes(connection)) == exact((change,))


@many_examples
@given(state=values_of(QuestionState))
def test_a_state_comes_back_as_it_was(database: Database, state: QuestionState):
    with database.writing() as connection:
        empty(connection)
        add_states(connection, (state, state))
        add_states(connection, (state,))
    with database.reading() as connection:
        assert exact(all_states(connection)) == exact((state,))
        assert exact(latest_state(connection, state.watch, state.question)) == exact(state)


@many_examples
@given(article=values_of(Article), url=TEXTS.filter(bool))
def test_an_article_comes_back_as_it_was_however_broken_its_text(database: Database, article: Article, url: str):
    with database.writing() as connection:
        empty(connection)
        first = add_version(connection, article)
        assert add_version(connection, article) == first
        mark_removed(connection, Removal(url=url, removed_at=MONDAY))
        assert not mark_removed(connection, Removal(url=url, removed_at=MONDAY))
    with database.reading() as connection:
        assert exact(latest_version(connection, article.url)) == exact(first)
        assert exact(all_versions(connection)) == exact((first,))
        assert len(all_removals(connection)) == 1


@many_examples
@given(entry=values_of(Entry))
def test_an_entry_comes_back_as_it_was(database: Database, entry: Entry):
    with database.writing() as connection:
        empty(connection)
        assert add_entries(connection, (entry,), MONDAY) == 1
        assert add_entries(connection, (entry,), MONDAY) == 0
        assert exact(waiting_entries(connection)) == exact((entry,))


@pytest.mark.parametrize("when", [
    dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=5))),
    dt.datetime(9999, 12, 31, 23, 59, tzinfo=dt.timezone(-dt.timedelta(hours=5))),
    dt.datetime(1, 1, 1, tzinfo=dt.UTC),
])
def test_a_date_at_the_end_of_the_calendar_is_stored_like_any_other(database: Database, when: dt.datetime):
    with database.writing() as connection:
        add_version(connection, make_article(published=when))
    with database.reading() as connection:
        found = latest_version(connection, "https://example.org/a")
    assert found is not None
    assert found.article.published.isoformat() == when.isoformat()


def test_an_instant_without_a_zone_is_refused(database: Database):
    with pytest.raises(StatementError, match="needs a time zone"), database.writing() as connection:
        mark_removed(connection, Removal(url="https://example.org/a", removed_at=MONDAY.replace(tzinfo=None)))


def test_instants_of_columns_come_back_in_utc(database: Database):
    removed_at = dt.datetime(2031, 5, 12, 14, 30, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=45)))
    with database.writing() as connection:
        mark_removed(connection, Removal(url="https://example.org/a", removed_at=removed_at))
        (found,) = all_removals(connection)
    assert found.removed_at.isoformat() == "2031-05-12T08:45:00+00:00"


def test_an_article_that_was_stored_before_the_words_of_its_date_were_kept_is_read_without_them(database: Database):
    kept = make_article(date_text="Mon, 12 May 2031 09:00:00 GMT")
    with database.writing() as connection:
        add_version(connection, kept)
        data = connection.execute(select(articles.c.data)).scalar_one()
        assert data.pop("date_text") == "Mon, 12 May 2031 09:00:00 GMT"
        connection.execute(update(articles).values(data=data))
        assert [version.article for version in all_versions(connection)] == [replace(kept, date_text="")]
