"""THE STORY: gather -> decide -> save. Runs with or without Prefect; the flows call these very functions.

`replay` plays an archive as if it were happening; `run` polls the configured feeds once. Each article is decided and saved
in one transaction (`steps.py`), so that a crash leaves everything as before it or as after it, and a second run finds
nothing to do. Feeds (`polling.py`) and waiting entries (`backlog.py`) are claimed in the database: any number may run at once.
"""

import datetime as dt
import functools
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.backlog import BATCH as READ_BATCH
from pipeline.backlog import Desk, decide_rest, is_empty, read_batch
from pipeline.config import Settings, load_language
from pipeline.deciding import Judge
from pipeline.extract.claims import ClaimMaker
from pipeline.extract.lemmas import possible_lemmas
from pipeline.extract.nlp import load_english
from pipeline.extract.readings import Reader
from pipeline.ingest.archive import Archive
from pipeline.language.names import Names
from pipeline.match.gate import Gate
from pipeline.match.open import OpenStatements
from pipeline.match.watching import WatchIndex
from pipeline.model import Article, InputProblem, Removal, RunResult
from pipeline.polling import poll
from pipeline.steps import Tally, prepare, take_article, take_removal, take_tick
from pipeline.store import claims as stored_claims
from pipeline.store import leases, line
from pipeline.store import runs as stored_runs
from pipeline.store.database import Database
from pipeline.watches import Story

Progress = Callable[[str, int, int], None]
_log = logging.getLogger(__name__)
# How many articles one Prefect task takes: a task costs some 50 ms, an article some 200 ms.
BATCH = 25


def silent(_what: str, _done: int, _total: int) -> None:
    """A progress listener that says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happens in a replay: a removal, an article, or (both None) the clock at midnight UTC."""

    at: dt.datetime
    article: Article | None = None
    removal: Removal | None = None


def make_judge(story: Story) -> Judge:
    """The story's watches with the language model and the shipped vocabulary, ready to judge articles."""
    vocabulary = load_language()
    names = Names((*vocabulary.entities, *story.entities))
    nlp = load_english()
    return Judge(
        Reader(nlp, names, vocabulary),
        [WatchIndex(watch, names, vocabulary) for watch in story.watches],
        Gate(story.watches, names, possible_lemmas(nlp)),
        OpenStatements(ClaimMaker(vocabulary)),
    )


def plan_replay(archive: Archive, until: dt.date | None = None) -> tuple[Step, ...]:
    """The steps of a replay in order of time: articles, removals, and the clock every midnight between them.

    Args:
        archive: What to play.
        until: The last day (UTC) of the clock; default the day of the last dispatch. What comes later is left out.
    """
    happening = [Step(at=article.seen_at, article=article) for article in archive.articles]
    happening += [Step(at=removal.removed_at, removal=removal) for removal in archive.removals]
    if not happening:
        return ()
    first = min(step.at for step in happening).astimezone(dt.UTC).date()
    last = until or max(step.at for step in happening).astimezone(dt.UTC).date()
    # The tick that closes the last day is the midnight after it.
    midnights = [
        dt.datetime.combine(first + dt.timedelta(days=days), dt.time(), tzinfo=dt.UTC) for days in range(1, max((last - first).days, 0) + 2)
    ]
    ticks = [Step(at=midnight) for midnight in midnights]
    steps = [step for step in happening if step.at.astimezone(dt.UTC).date() <= last] + ticks
    return tuple(sorted(steps, key=lambda step: (step.at, step.article is not None, step.article.source if step.article else "")))


def replay(
    archive: Archive,
    story: Story,
    database: Database,
    *,
    until: dt.date | None = None,
    now: dt.datetime | None = None,
    progress: Progress = silent,
) -> RunResult:
    """Play an archive as if it were happening. Playing it again changes nothing but the log of runs.

    Args:
        archive: What to play.
        story: The watches to play it through.
        database: Where claims, changes and states go.
        until: The last day of the clock (UTC).
        now: When it is played (UTC), for the log of runs; None leaves none.
        progress: Told what is done, how much of how many.
    """
    began = time.monotonic()
    steps = plan_replay(archive, until)
    judge = make_judge(story)
    results = [
        play(steps[at : at + BATCH], judge, database, progress=progress, offset=at, total=len(steps)) for at in range(0, len(steps), BATCH)
    ]
    result = merge_results(results, archive.problems)
    if now is not None:
        log_replay(database, result, now, now + dt.timedelta(seconds=time.monotonic() - began))
    return result


def log_replay(database: Database, result: RunResult, started_at: dt.datetime, finished_at: dt.datetime) -> None:
    """Note a finished replay, by the clock of whoever played it: its result began when its archive did."""
    log_run(database, "replay", replace(result, started_at=started_at), finished_at)


def play(
    steps: Sequence[Step], judge: Judge, database: Database, *, progress: Progress = silent, offset: int = 0, total: int = 0
) -> RunResult:
    """Take some steps of a replay, each in a transaction of its own."""
    tally = Tally()
    prepare([step.article for step in steps if step.article is not None], judge, database)
    for number, step in enumerate(steps, start=offset + 1):
        if step.article is not None:
            take_article(step.article, judge, database, tally)
        elif step.removal is not None:
            take_removal(step.removal, judge, database, tally)
        else:
            take_tick(step.at, judge, database, tally)
        progress("replay", number, total or len(steps))
    started = steps[0].at if steps else dt.datetime.fromtimestamp(0, dt.UTC)
    return tally.result(started)


def merge_results(results: Sequence[RunResult], problems: Sequence[InputProblem] = ()) -> RunResult:
    """The sum of the results of several batches."""
    started = min((result.started_at for result in results), default=dt.datetime.fromtimestamp(0, dt.UTC))
    return RunResult(
        started_at=started,
        articles=sum(result.articles for result in results),
        claims=sum(result.claims for result in results),
        changes=tuple(change for result in results for change in result.changes),
        problems=(*problems, *(problem for result in results for problem in result.problems)),
    )


def run(
    story: Story, settings: Settings, database: Database, *, now: dt.datetime, progress: Progress = silent, everything: bool = False
) -> RunResult:
    """Poll every feed that is due, read what is new, decide and save. Any number of processes may do so at once.

    Args:
        story: Watches and feeds.
        settings: How to fetch.
        database: Where everything is kept.
        now: The clock (UTC).
        progress: Told what is done, how much of how many.
        everything: Poll also the feeds that are not due yet.
    """
    began = time.monotonic()
    desk = make_desk(story, settings, database, now=now)
    problems = poll(story, settings, database, now=now, owner=desk.owner, progress=progress, everything=everything)
    result = merge_results([*read_waiting(desk, progress=progress), tick_if_quiet(story, desk)], problems)
    log_run(database, "run", result, now + dt.timedelta(seconds=time.monotonic() - began))
    return result


def log_run(database: Database, kind: str, result: RunResult, finished_at: dt.datetime) -> None:
    """Note a finished run with its figures, in the database and in the log."""
    with database.writing() as connection:
        stored_runs.add_run(connection, kind, result, finished_at)
    figures = {"articles": result.articles, "claims": result.claims, "changes": len(result.changes), "problems": len(result.problems)}
    _log.info("%s completed", kind, extra=figures)
    for problem in result.problems:
        _log.warning("could not be read", extra={"where": problem.where, "what": problem.what})


def make_desk(story: Story, settings: Settings, database: Database, *, now: dt.datetime) -> Desk:
    """What this process needs to work on the line; the language model is loaded when there is something to read."""
    return Desk(
        judge=functools.cache(lambda: make_judge(story)),
        settings=settings,
        database=database,
        now=now,
        owner=leases.new_owner(),
        channels=story.channels,
    )


def read_waiting(desk: Desk, *, progress: Progress = silent) -> list[RunResult]:
    """Read and decide until nothing is left that this process could take."""
    with desk.database.reading() as connection:
        total = line.count_waiting(connection, desk.now)
    results: list[RunResult] = []
    while (batch := read_batch(desk)) is not None:
        results.append(batch)
        progress("articles", min(len(results) * READ_BATCH, total), total)
    results.append(decide_rest(desk))
    return results


def tick_if_quiet(story: Story, desk: Desk) -> RunResult:
    """Let the clock flag what is overdue, unless something that has come still waits to be decided: then a later run does."""
    if not is_empty(desk.database, desk.now):
        return Tally().result(desk.now)
    return tick_now(story, desk.database, now=desk.now, judge=desk.judge)


def tick_now(story: Story, database: Database, *, now: dt.datetime, judge: Callable[[], Judge]) -> RunResult:
    """Let the clock flag what is overdue now. Without claims on a dated promise `judge` is not asked for: no model is loaded."""
    tally = Tally(channels=story.channels)
    with database.reading() as connection:
        dated = any(
            stored_claims.is_answered(connection, watch.id, question.id)
            for watch in story.watches
            for question in watch.questions
            if question.overdue
        )
    if dated:
        take_tick(now, judge(), database, tally)
    return tally.result(now)
