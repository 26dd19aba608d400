"""The line of waiting entries -> articles decided, for any number of processes at once.

Reading is parallel: each process takes some entries of the line, fetches and analyses them. Deciding has one order, that
of the line: whoever finishes the first undecided entry decides on it and on all that wait behind it already read. So the
result is the same whoever read what (docs/adr/0009-claimed-work.md).
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from pipeline.channels import Channel
from pipeline.config import Settings
from pipeline.deciding import Judge
from pipeline.errors import ClaimwatchError, DatabaseError
from pipeline.gathering import read_articles, remember_article
from pipeline.ingest.copies import bands
from pipeline.ingest.poll import ArticleResult
from pipeline.keeping import kept
from pipeline.model import Article, Entry, InputProblem, RunResult
from pipeline.polling import POLLING
from pipeline.statements import Reading
from pipeline.steps import Tally, decide_article
from pipeline.store import leases, line
from pipeline.store.articles import has_text, latest_version
from pipeline.store.database import Database
from pipeline.store.line import Claimed

# How many articles one process takes at a time.
BATCH = 8
# An entry that cannot be read comes up again after this, then after four times as long, and so on.
FIRST_RETRY = dt.timedelta(minutes=1)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What one process needs to work on the line. `judge` is asked for once there is something to read (it loads the model)."""

    judge: Callable[[], Judge]
    settings: Settings
    database: Database
    now: dt.datetime
    owner: str
    channels: tuple[Channel, ...] = ()


def read_batch(desk: Desk, *, limit: int = BATCH) -> RunResult | None:
    """Take some entries, read them, decide on what is due to be decided.

    Args:
        desk: Who works.
        limit: At most this many entries.

    Returns:
        What was stored by this process; None if there was nothing to take.
    """
    tally = Tally(channels=desk.channels)
    problems: list[InputProblem] = []
    with desk.database.claiming() as connection:
        claims = line.claim_entries(connection, desk.owner, desk.now, limit)
    if not claims:
        return None
    with _given_back(desk, claims), kept(desk.database, lambda connection: line.renew_entries(connection, desk.owner)):
        results = read_articles([claimed.entry for claimed in claims], desk.settings, desk.database, now=desk.now)
        for claimed, result in zip(claims, results, strict=True):
            problem = _take(desk, claimed, result, tally)
            if problem is not None:
                problems.append(problem)
            problems += decide_waiting(desk, tally)
    return replace(tally.result(desk.now), problems=tuple(problems))


@contextmanager
def _given_back(desk: Desk, claims: tuple[Claimed, ...]) -> Iterator[None]:
    """Where the block is broken off (Ctrl-C, a cancelled flow), others need not wait until the leases of what it held run out."""
    try:
        yield
    except BaseException:
        with suppress(DatabaseError), desk.database.claiming() as connection:
            line.give_back(connection, claims)
        raise


def decide_waiting(desk: Desk, tally: Tally) -> list[InputProblem]:
    """Decide on everything at the head of the line that has been read, by whomever. Returns what could not be decided."""
    problems: list[InputProblem] = []
    while True:
        with desk.database.reading() as connection:
            head = line.head_of_line(connection, desk.now)
            waiting = line.reading_of(connection, head) if head else None
        if waiting is None:
            return problems
        try:
            if not _decide(desk, waiting.entry, waiting.article, waiting.reading, None, tally):
                return problems
        except DatabaseError:
            raise
        except Exception as error:
            problems.append(_set_aside(desk, waiting.entry, None, error))


def decide_rest(desk: Desk) -> RunResult:
    """Decide on what others read and could not decide on yet; to be called when there is nothing left to read."""
    tally = Tally(channels=desk.channels)
    problems = decide_waiting(desk, tally)
    return replace(tally.result(desk.now), problems=tuple(problems))


def is_empty(database: Database, now: dt.datetime) -> bool:
    """True if nothing waits, so that the clock may speak: what is overdue shows only when all that has come is decided."""
    with database.reading() as connection:
        return line.head_of_line(connection, now) is None and not leases.is_going_on(connection, POLLING)


def _take(desk: Desk, claimed: Claimed, result: ArticleResult, tally: Tally) -> InputProblem | None:
    if result.article is None:
        again_at = desk.now + min(max(FIRST_RETRY * 4**claimed.tries, dt.timedelta(seconds=result.retry_after or 0)), line.LONGEST_WAIT)
        with desk.database.writing() as connection:
            if line.still_held(connection, claimed):
                line.step_back(connection, claimed.entry, again_at, result.problem.what if result.problem else "")
        return result.problem
    # The time of the poll that found it: it does not depend on which process came to read it when.
    article = replace(result.article, seen_at=min(claimed.queued_at, desk.now))
    try:
        with desk.database.writing() as connection:
            if not line.still_held(connection, claimed):
                return None
            edited = latest_version(connection, article.url) is not None
            # By these marks others know it again, before it is decided.
            remember_article(connection, result, article, desk.settings, now=desk.now)
            if has_text(connection, article):
                line.leave_line(connection, claimed.entry)
                return None
        reading = desk.judge().read(article, edited=edited)
        if not _decide(desk, claimed.entry, article, reading, claimed, tally):
            with desk.database.writing() as connection:
                if line.still_held(connection, claimed):
                    line.lay_down(connection, claimed, article, reading)
    except DatabaseError:
        raise
    except Exception as error:
        return _set_aside(desk, claimed.entry, claimed, error)
    return None


def _decide(desk: Desk, entry: Entry, article: Article, reading: Reading, claimed: Claimed | None, tally: Tally) -> bool:
    """Decide on an entry if it is its turn; True if it is decided, or was by another process."""
    while True:
        with desk.database.reading() as connection:
            if line.head_of_line(connection, desk.now) != entry or leases.is_going_on(connection, POLLING):
                return False
            previous = latest_version(connection, article.url)
        # The language model works outside the transaction: it takes long, and others wait for the database.
        before = desk.judge().read(previous.article, edited=True) if previous else None
        if previous is not None:
            # It may have been read before the other version was stored, and so not have been looked at closely.
            reading = desk.judge().read(article, edited=True)
        stored = Tally(channels=desk.channels)
        marks = bands(article.text)
        with desk.database.writing() as connection:
            if claimed is not None and not line.still_held(connection, claimed):
                return True
            if line.head_of_line(connection, desk.now) != entry:
                return claimed is None
            if latest_version(connection, article.url) != previous:
                continue
            decide_article(connection, article, reading, before, desk.judge(), stored, desk.database.memory, bands=marks)
            line.leave_line(connection, entry)
        # Only what was committed counts.
        tally.add(stored)
        return True


def _set_aside(desk: Desk, entry: Entry, claimed: Claimed | None, error: Exception) -> InputProblem:
    """One article that our own code fails on never stops the others: it is reported, and tried again later."""
    _log.error("%s could not be read", entry.url, exc_info=error)
    with desk.database.writing() as connection:
        if claimed is None or line.still_held(connection, claimed):
            line.step_back(connection, entry, desk.now + FIRST_RETRY * 4)
    what = error.what if isinstance(error, ClaimwatchError) else f"could not be analysed ({type(error).__name__})"
    return InputProblem(where=entry.url, what=what, remedy="The rest went on; the log has the details.")
