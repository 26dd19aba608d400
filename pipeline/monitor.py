"""THE STORY: gather -> decide -> save. Runs with or without Prefect; the flows call these very functions.

`replay` plays an archive as if it were happening; `run` polls the configured feeds once. Each article is decided and saved
in one transaction, so that a crash leaves everything as before it or as after it, and a second run finds nothing to do.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from pipeline.config import Settings, load_language
from pipeline.deciding import Judge, Outcome
from pipeline.extract.nlp import load_english
from pipeline.extract.readings import Reader
from pipeline.ingest.archive import Archive
from pipeline.ingest.poll import ArticleResult, PollResult, Remembered, fetch_articles, poll_feeds
from pipeline.ingest.waiting import wait_for
from pipeline.language.names import Names
from pipeline.match.watching import WatchIndex
from pipeline.model import Article, Change, Entry, InputProblem, QuestionState, Removal, RunResult, StoredClaim
from pipeline.store import articles as stored_articles
from pipeline.store import changes as stored_changes
from pipeline.store import claims as stored_claims
from pipeline.store import feeds as stored_feeds
from pipeline.store import runs as stored_runs
from pipeline.store import states as stored_states
from pipeline.store.database import Database
from pipeline.store.rulings import allowed_claims
from pipeline.watches import Story

Progress = Callable[[str, int, int], None]
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


@dataclass(slots=True)
class _Tally:
    articles: int = 0
    claims: int = 0
    changes: list[Change] = field(default_factory=list)


def make_judge(story: Story) -> Judge:
    """The story's watches with the language model and the shipped vocabulary, ready to judge articles."""
    vocabulary = load_language()
    names = Names((*vocabulary.entities, *story.entities))
    return Judge(Reader(load_english(), names, vocabulary), [WatchIndex(watch, names, vocabulary) for watch in story.watches])


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


def replay(archive: Archive, story: Story, database: Database, *, until: dt.date | None = None, progress: Progress = silent) -> RunResult:
    """Play an archive as if it were happening. Playing it again changes nothing.

    Args:
        archive: What to play.
        story: The watches to play it through.
        database: Where claims, changes and states go.
        until: The last day of the clock (UTC).
        progress: Told what is done, how much of how many.
    """
    steps = plan_replay(archive, until)
    judge = make_judge(story)
    results = [
        play(steps[at : at + BATCH], judge, database, progress=progress, offset=at, total=len(steps)) for at in range(0, len(steps), BATCH)
    ]
    return merge_results(results, archive.problems)


def play(
    steps: Sequence[Step], judge: Judge, database: Database, *, progress: Progress = silent, offset: int = 0, total: int = 0
) -> RunResult:
    """Take some steps of a replay, each in a transaction of its own."""
    tally = _Tally()
    for number, step in enumerate(steps, start=offset + 1):
        if step.article is not None:
            take_article(step.article, judge, database, tally)
        elif step.removal is not None:
            take_removal(step.removal, judge, database, tally)
        else:
            take_tick(step.at, judge, database, tally)
        progress("replay", number, total or len(steps))
    started = steps[0].at if steps else dt.datetime.fromtimestamp(0, dt.UTC)
    return RunResult(started_at=started, articles=tally.articles, claims=tally.claims, changes=tuple(tally.changes))


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


def take_article(article: Article, judge: Judge, database: Database, tally: _Tally) -> None:
    """Decide on one article and save what follows; a text that is stored already is passed over."""
    with database.reading() as connection:
        if stored_articles.has_text(connection, article):
            return
        previous = stored_articles.latest_version(connection, article.url)
    # The language model works outside the transaction: it takes long, and others wait for the database.
    reading = judge.read(article)
    before = judge.read(previous.article) if previous else None
    with database.writing() as connection:
        if stored_articles.has_text(connection, article):
            return
        stored = stored_articles.add_version(connection, article)
        outcome = judge.judge(stored, reading, before, *_memory(connection), allowed_claims(connection))
        _save(connection, outcome, article.seen_at, tally)
        tally.articles += 1


def take_removal(removal: Removal, judge: Judge, database: Database, tally: _Tally) -> None:
    """Withdraw the claims of an article that was taken down."""
    with database.writing() as connection:
        if not stored_articles.mark_removed(connection, removal):
            return
        claims = stored_claims.claims_of_article(connection, removal.url)
        _save(connection, judge.remove(removal.removed_at, claims, *_memory(connection)), removal.removed_at, tally)


def take_tick(now: dt.datetime, judge: Judge, database: Database, tally: _Tally) -> None:
    """Let the clock flag what is overdue."""
    with database.writing() as connection:
        _save(connection, judge.tick(now, *_memory(connection)), now, tally)


def run(story: Story, settings: Settings, database: Database, *, now: dt.datetime, progress: Progress = silent) -> RunResult:
    """Poll every configured feed once, read what is new, decide and save.

    Args:
        story: Watches and feeds.
        settings: How to fetch.
        database: Where everything is kept.
        now: The clock (UTC).
        progress: Told what is done, how much of how many.
    """
    problems = poll(story, settings, database, now=now, progress=progress)
    with database.reading() as connection:
        waiting = stored_feeds.pending_entries(connection)
    judge = make_judge(story) if waiting else None
    results = []
    for at in range(0, len(waiting), BATCH):
        if judge is not None:
            results.append(
                read_entries(waiting[at : at + BATCH], judge, settings, database, now=now, progress=progress, offset=at, total=len(waiting))
            )
    results.append(tick_now(story, database, now=now, judge=judge))
    result = merge_results(results, problems)
    with database.writing() as connection:
        stored_runs.add_run(connection, "run", result, now)
    return result


def poll(
    story: Story, settings: Settings, database: Database, *, now: dt.datetime, progress: Progress = silent
) -> tuple[InputProblem, ...]:
    """Poll the feeds and remember their new entries; validators are saved only together with the entries they belong to."""
    with database.reading() as connection:
        known = {
            memory.id: Remembered(etag=memory.etag, last_modified=memory.last_modified)
            for memory in stored_feeds.all_feed_memories(connection)
        }
    results = wait_for(poll_feeds(story.feeds, known, settings))
    problems = []
    for number, result in enumerate(results, start=1):
        with database.writing() as connection:
            _remember(connection, result, now)
        if result.problem is not None:
            problems.append(result.problem)
        progress("feeds", number, len(results))
    return tuple(problems)


def read_entries(
    entries: Sequence[Entry],
    judge: Judge,
    settings: Settings,
    database: Database,
    *,
    now: dt.datetime,
    progress: Progress = silent,
    offset: int = 0,
    total: int = 0,
) -> RunResult:
    """Fetch the articles of some entries, then decide on them in the order in which they were published."""
    fetched: list[ArticleResult] = list(wait_for(fetch_articles(entries, settings, now=now)))
    tally = _Tally()
    problems = []
    fetched.sort(
        key=lambda result: (result.article.updated or result.article.published, result.article.url) if result.article else (now, "")
    )
    for number, result in enumerate(fetched, start=offset + 1):
        if result.article is not None:
            take_article(result.article, judge, database, tally)
        if result.problem is not None:
            problems.append(result.problem)
        with database.writing() as connection:
            stored_feeds.mark_entry(connection, result.entry, done=result.article is not None)
        progress("articles", number, total or len(entries))
    return RunResult(started_at=now, articles=tally.articles, claims=tally.claims, changes=tuple(tally.changes), problems=tuple(problems))


def tick_now(story: Story, database: Database, *, now: dt.datetime, judge: Judge | None = None) -> RunResult:
    """Let the clock flag what is overdue now. Without claims on a dated promise no language model is loaded."""
    tally = _Tally()
    if judge is None and any(question.overdue for watch in story.watches for question in watch.questions):
        with database.reading() as connection:
            dated = any(
                stored_claims.claims_of_question(connection, watch.id, question.id)
                for watch in story.watches
                for question in watch.questions
                if question.overdue
            )
        judge = make_judge(story) if dated else None
    if judge is not None:
        take_tick(now, judge, database, tally)
    return RunResult(started_at=now, articles=0, claims=0, changes=tuple(tally.changes))


def _memory(connection: Connection) -> tuple[Callable[[str, str], Sequence[StoredClaim]], Callable[[str, str], QuestionState | None]]:
    """What is stored, as the two questions that deciding asks; each question's claims are read once per step."""
    known: dict[tuple[str, str], Sequence[StoredClaim]] = {}

    def history(watch: str, question: str) -> Sequence[StoredClaim]:
        if (watch, question) not in known:
            known[watch, question] = stored_claims.claims_of_question(connection, watch, question)
        return known[watch, question]

    return history, lambda watch, question: stored_states.latest_state(connection, watch, question)


def _save(connection: Connection, outcome: Outcome, at: dt.datetime, tally: _Tally) -> None:
    stored_claims.retract_claims(connection, outcome.retracted, at)
    tally.claims += stored_claims.add_claims(connection, outcome.claims)
    tally.changes.extend(stored_changes.add_changes(connection, outcome.changes))
    stored_states.add_states(connection, outcome.states)


def _remember(connection: Connection, result: PollResult, now: dt.datetime) -> None:
    old = stored_feeds.feed_memory(connection, result.feed.id)
    new = stored_feeds.add_entries(connection, result.entries, now) if result.entries else 0
    failed = result.problem is not None
    stored_feeds.save_feed_memory(
        connection,
        stored_feeds.FeedMemory(
            id=result.feed.id,
            url=result.feed.url,
            etag=result.etag,
            last_modified=result.last_modified,
            last_polled_at=now,
            last_changed_at=now if new else old.last_changed_at if old else None,
            failures=(old.failures if old else 0) + 1 if failed else 0,
            last_error=result.problem.what if result.problem else "",
        ),
    )
