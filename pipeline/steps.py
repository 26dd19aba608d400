"""One thing that happens -> one transaction: an article, a removal, the clock. What a crash leaves is before it or after it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from pipeline.channels import Channel
from pipeline.deciding import Judge, Outcome
from pipeline.gathering import note_copy
from pipeline.ingest.copies import bands as bands_of
from pipeline.match.open import settle
from pipeline.model import Article, ArticleVersion, Change, Removal, RunResult
from pipeline.statements import Reading
from pipeline.store import articles as stored_articles
from pipeline.store import changes as stored_changes
from pipeline.store import claims as stored_claims
from pipeline.store import outbox as stored_outbox
from pipeline.store import statements as stored_statements
from pipeline.store import states as stored_states
from pipeline.store.arrivals import without_silenced
from pipeline.store.database import Database
from pipeline.store.memory import Memory
from pipeline.store.rulings import allowed_claims


@dataclass(slots=True)
class Tally:
    """What the steps of a run have stored so far. `channels` are to be told of changes, in the transaction that stores them."""

    channels: tuple[Channel, ...] = ()
    articles: int = 0
    claims: int = 0
    changes: list[Change] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Count what another tally counted, too."""
        self.articles += other.articles
        self.claims += other.claims
        self.changes += other.changes

    def result(self, started_at: dt.datetime) -> RunResult:
        """The same as the result of a run that began at that instant."""
        return RunResult(started_at=started_at, articles=self.articles, claims=self.claims, changes=tuple(self.changes))


def prepare(articles: Sequence[Article], judge: Judge, database: Database) -> None:
    """Let the language model see at once what will be read next; what is stored already will not be."""
    with database.reading() as connection:
        fresh = [article for article in articles if not stored_articles.has_text(connection, article)]
    judge.prepare(fresh)


def take_article(article: Article, judge: Judge, database: Database, tally: Tally, *, again: bool = False) -> None:
    """Decide on one article and save what follows; a text that is stored already is passed over.

    Args:
        article: The text.
        judge: The watches.
        database: Where it is saved.
        tally: Told what was stored.
        again: A text that comes back after another one is an edit too: only the newest version is passed over.
    """
    with database.reading() as connection:
        if _is_stored(connection, article, again):
            return
        previous = stored_articles.latest_version(connection, article.url)
    # The language model works outside the transaction: it takes long, and others wait for the database.
    reading = judge.read(article, edited=previous is not None)
    before = judge.read(previous.article, edited=True) if previous else None
    marks = bands_of(article.text)
    with database.writing() as connection:
        decide_article(connection, article, reading, before, judge, tally, database.memory, bands=marks, again=again)


def _is_stored(connection: Connection, article: Article, again: bool) -> bool:
    if not again:
        return stored_articles.has_text(connection, article)
    newest = stored_articles.latest_version(connection, article.url)
    return newest is not None and newest.article.fingerprint == article.fingerprint


def decide_article(
    connection: Connection,
    article: Article,
    reading: Reading,
    before: Reading | None,
    judge: Judge,
    tally: Tally,
    memory: Memory,
    *,
    bands: Sequence[int] = (),
    again: bool = False,
) -> ArticleVersion | None:
    """Decide on an article that has been read, in the caller's transaction of writing.

    Args:
        connection: A transaction of `Database.writing`.
        article: The text.
        reading: The same, analysed.
        before: The version stored before it, analysed; None if there is none.
        judge: The watches.
        tally: Told what was stored.
        memory: What this process remembers of the database.
        bands: By which copies of the text are found (`pipeline.ingest.copies.bands`).
        again: As for `take_article`.

    Returns:
        The stored version; None if this very text was stored already.
    """
    if _is_stored(connection, article, again):
        return None
    stored = stored_articles.add_version(connection, article)
    note_copy(connection, article, bands)
    outcome = judge.judge(stored, reading, before, *memory.recall(connection, article.url if before else None), allowed_claims(connection))
    _save(connection, outcome, article.seen_at, tally)
    tally.articles += 1
    return stored


def take_removal(removal: Removal, judge: Judge, database: Database, tally: Tally) -> None:
    """Withdraw the claims of an article that was taken down."""
    with database.writing() as connection:
        if not stored_articles.mark_removed(connection, removal):
            return
        claims = stored_claims.claims_of_article(connection, removal.url)
        _save(connection, judge.remove(removal.removed_at, claims, *database.memory.recall(connection)), removal.removed_at, tally)


def take_tick(now: dt.datetime, judge: Judge, database: Database, tally: Tally) -> None:
    """Let the clock flag what is overdue."""
    with database.writing() as connection:
        _save(connection, judge.tick(now, *database.memory.recall(connection)), now, tally)


def _save(connection: Connection, outcome: Outcome, at: dt.datetime, tally: Tally) -> None:
    stored_claims.retract_claims(connection, outcome.retracted, at)
    tally.claims += stored_claims.add_claims(connection, outcome.claims)
    fresh = stored_changes.add_changes(connection, outcome.changes)
    stored_outbox.add_items(connection, without_silenced(connection, fresh), tally.channels, at)
    tally.changes.extend(fresh)
    stored_states.add_states(connection, outcome.states)
    if outcome.open:
        candidates = stored_statements.find_candidates(connection, [item.keys for item in outcome.open])
        stored_statements.add_statements(connection, settle(outcome.open, candidates))
