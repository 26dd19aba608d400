"""Flow `monitor`: poll the feeds, read what is new, report what changed. Every task body is one call into `pipeline`."""

from flows.server import prepare_environment

prepare_environment()

import datetime as dt  # noqa: E402
import itertools  # noqa: E402
import os  # noqa: E402
from pathlib import Path  # noqa: E402

from prefect import flow, task  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.utilities.annotations import quote  # noqa: E402

from flows.replay import publish  # noqa: E402
from pipeline import monitor as story_monitor  # noqa: E402
from pipeline.backlog import decide_rest, read_batch  # noqa: E402
from pipeline.config import load_settings, load_story  # noqa: E402
from pipeline.model import InputProblem, RunResult  # noqa: E402
from pipeline.polling import claim_feeds, poll_claimed, polling  # noqa: E402
from pipeline.store import runs as stored_runs  # noqa: E402
from pipeline.store.database import open_database  # noqa: E402


# Only the network is tried again: deciding and saving give the same the second time.
@task(
    name="poll",
    task_run_name="poll {feed}",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=2,
    retry_delay_seconds=[5, 30],
)
def poll_feed(feed: str, due: quote, settings: quote, database: str, now: dt.datetime) -> tuple[InputProblem, ...]:
    """Poll one feed and put its new entries into the line."""
    del feed  # the name of the task run
    store = open_database(database)
    try:
        return poll_claimed([due.unquote()], settings.unquote(), store, now=now)
    finally:
        store.close()


@task(name="read", task_run_name="read batch {number}", cache_policy=NO_CACHE, persist_result=False)
def read_next(number: int, desk: quote) -> RunResult | None:
    """Read a batch of waiting entries and decide on what is due to be decided."""
    del number  # the name of the task run
    return read_batch(desk.unquote())


@task(name="tick", cache_policy=NO_CACHE, persist_result=False)
def tick(story: quote, desk: quote) -> RunResult:
    """Let the clock flag what is overdue."""
    return story_monitor.tick_if_quiet(story.unquote(), desk.unquote())


@flow(name="monitor", flow_run_name="monitor {config}", persist_result=False)
def monitor(config: str, database: str, now: dt.datetime | None = None) -> RunResult:
    """Poll every feed once, read what is new a batch per task, and publish the report as artifacts.

    Args:
        config: The configuration folder, absolute.
        database: Address of the database.
        now: The clock; default the real one (UTC).
    """
    moment = now or dt.datetime.now(dt.UTC)
    story, settings = load_story(Path(config)), load_settings(Path(config), os.environ)
    store = open_database(database)
    try:
        desk = story_monitor.make_desk(story, settings, store, now=moment)
        problems: list[InputProblem] = []
        with polling(store, desk.owner):
            while claims := claim_feeds(story, store, now=moment, owner=desk.owner):
                runs = [poll_feed.submit(claim.feed.id, quote(claim), quote(settings), database, moment) for claim in claims]
                problems += [problem for run in runs for problem in run.result()]
        results = []
        for number in itertools.count(1):
            batch = read_next(number, quote(desk))
            if batch is None:
                break
            results.append(batch)
        results += [decide_rest(desk), tick(quote(story), quote(desk))]
        result = story_monitor.merge_results(results, problems)
        with store.writing() as connection:
            stored_runs.add_run(connection, "run", result, moment)
    finally:
        store.close()
    publish(config, database, result)
    return result
