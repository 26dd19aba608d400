"""Flows `monitor` (poll what is due, read what is new, report what changed) and `read` (help with the backlog).

Every task body is one call into `pipeline`. Any number of runs of both may work at once, on any number of machines.
"""

from flows.server import prepare_environment

prepare_environment()

import itertools  # noqa: E402
from typing import Any, cast  # noqa: E402

from prefect import flow, task  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.client.schemas.objects import State, TaskRun  # noqa: E402
from prefect.futures import PrefectFuture  # noqa: E402
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner  # noqa: E402
from prefect.tasks import Task  # noqa: E402

from flows.artifacts import ProgressBar, announce, publish, publish_figures  # noqa: E402
from flows.digest import tell  # noqa: E402
from flows.parameters import ConfigFolder, DatabaseAddress, Held, Moment, Place, place_of, run_name  # noqa: E402
from pipeline import monitor as story_monitor  # noqa: E402
from pipeline.backlog import BATCH as READ_BATCH  # noqa: E402
from pipeline.backlog import Desk, decide_rest, read_batch  # noqa: E402
from pipeline.errors import FetchError  # noqa: E402
from pipeline.model import InputProblem, RunResult  # noqa: E402
from pipeline.polling import DueFeed, claim_feeds, poll_claimed, polling  # noqa: E402
from pipeline.store import line  # noqa: E402
from pipeline.store.database import Database, open_database  # noqa: E402

# One task per feed; feeds are taken a hundred at a time, so that other runs find some too.
_FEEDS = 100


def is_passing(_task: Task[..., object], _run: TaskRun, state: State[object]) -> bool:
    """True for troubles of the network, which may be over in a moment; not for what a server refuses or what is no feed."""
    try:
        state.result()
    except FetchError:
        return True
    except Exception:
        return False
    return False


# Only the network is tried again: deciding and saving give the same the second time.
@task(
    name="poll",
    task_run_name="poll {feed}",
    tags=["claimwatch-network"],
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=2,
    retry_delay_seconds=[5, 30],
    retry_jitter_factor=0.5,
    retry_condition_fn=is_passing,
)
def poll_feed(feed: str, due: Held[DueFeed], place: Held[Place], store: Held[Database]) -> tuple[InputProblem, ...]:
    """Poll one feed and put its new entries into the line."""
    from prefect.runtime import task_run

    del feed  # the name of the task run
    here = place.value
    last = int(task_run.run_count or 1) > 2
    return poll_claimed([due.value], here.settings, store.value, now=here.now, raise_passing=not last)


@task(name="read", task_run_name="read batch {number}", cache_policy=NO_CACHE, persist_result=False)
def read_next(number: int, desk: Held[Desk]) -> RunResult | None:
    """Read a batch of waiting entries and decide on what is due to be decided."""
    del number  # the name of the task run
    return read_batch(desk.value)


@task(name="tick", cache_policy=NO_CACHE, persist_result=False)
def tick(place: Held[Place], desk: Held[Desk]) -> RunResult:
    """Let the clock flag what is overdue."""
    return story_monitor.tick_if_quiet(place.value.story, desk.value)


@flow(
    name="monitor",
    flow_run_name=run_name,
    description="Polls the feeds that are due, reads what is new, and reports what changed, with both sentences.",
    task_runner=cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=8)),
    persist_result=False,
)
def monitor(config: ConfigFolder = "", database: DatabaseAddress = "", now: Moment = None) -> RunResult:
    """Poll the feeds that are due, read what is new a batch per task, tell the channels, and publish the report as artifacts.

    Args:
        config: Folder with watches.toml and feeds.toml, as the worker sees it. Empty: CLAIMWATCH_CONFIG of the worker, else the shipped one.
        database: sqlite:///file.db or postgresql://user@host/name, without a password. Empty: as the worker's environment or claimwatch.toml says.
        now: When it is taken to be, with a time zone. Empty: the real time.
    """
    place = place_of(config, database, now)
    store = open_database(place.database)
    try:
        desk = story_monitor.make_desk(place.story, place.settings, store, now=place.now)
        problems = _poll(place, desk)
        result = story_monitor.merge_results([*_read(desk), tick(Held(place), Held(desk))], problems)
        story_monitor.log_run(store, "run", result, place.clock())
    finally:
        store.close()
    _conclude(place, result)
    return result


@flow(
    name="read",
    flow_run_name=run_name,
    description="Helps with the backlog: reads entries that wait, and ends at once where none do. Run as many as there are machines.",
    persist_result=False,
)
def read(config: ConfigFolder = "", database: DatabaseAddress = "", now: Moment = None) -> RunResult:
    """Read entries that wait in the line, a batch per task, beside whatever else is reading.

    Args:
        config: Folder with watches.toml and feeds.toml, as the worker sees it. Empty: CLAIMWATCH_CONFIG of the worker, else the shipped one.
        database: sqlite:///file.db or postgresql://user@host/name, without a password. Empty: as the worker's environment or claimwatch.toml says.
        now: When it is taken to be, with a time zone. Empty: the real time.
    """
    place = place_of(config, database, now)
    store = open_database(place.database)
    try:
        desk = story_monitor.make_desk(place.story, place.settings, store, now=place.now)
        result = story_monitor.merge_results(_read(desk))
        if result.articles or result.problems:
            story_monitor.log_run(store, "read", result, place.clock())
    finally:
        store.close()
    if result.articles or result.problems:
        _conclude(place, result)
    return result


def _poll(place: Place, desk: Desk) -> list[InputProblem]:
    problems: list[InputProblem] = []
    progress = ProgressBar("polling", "Feeds polled.")
    done = 0
    with polling(desk.database, desk.owner):
        while claims := claim_feeds(
            place.story, desk.database, now=place.now, owner=desk.owner, limit=_FEEDS, everything=not place.settings.adaptive
        ):
            runs = [poll_feed.submit(claim.feed.id, Held(claim), Held(place), Held(desk.database)) for claim in claims]
            for run in runs:
                problems += run.result()
                done += 1
            progress("feeds", done, len(place.story.feeds))
    return problems


def _read(desk: Desk) -> list[RunResult]:
    with desk.database.reading() as connection:
        total = line.count_waiting(connection, desk.now)
    results: list[RunResult] = []
    progress = ProgressBar("reading", "Articles read.")
    read_so_far = 0
    # A run with nothing to read asks the database, not Prefect.
    for number in itertools.count(1) if total else ():
        batch = read_next(number, Held(desk))
        if batch is None:
            break
        results.append(batch)
        read_so_far = min(read_so_far + READ_BATCH, total)
        progress("articles", read_so_far, total)
    return [*results, decide_rest(desk)]


def _conclude(place: Place, result: RunResult) -> None:
    announce(place.story, result.changes)
    # A channel that does not answer must not keep the report back.
    problems = tell(place, patient=False)
    result = story_monitor.merge_results([result], problems)
    if result.changes or result.problems:
        publish(place.config, place.database, result)
    else:
        publish_figures(result)
