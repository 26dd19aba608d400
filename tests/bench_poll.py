"""`python -m tests.bench_poll`: what a poll of 500 feeds costs in which nothing is new, against the bare requests.

Both make the same conditional requests at the same concurrency to a server in another process; processor time of this process, threads included.
"""

import asyncio
import datetime as dt
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import aiohttp
from sqlalchemy import func, select, update

from pipeline import monitor
from pipeline.config import Settings
from pipeline.store.database import Database, open_database
from pipeline.store.tables import entries, metadata
from pipeline.watches import Feed, Story
from tests.ingest.rounds import poll_once

FEEDS, CONCURRENCY, ROUNDS = 500, 50, 7
START = dt.datetime(2031, 5, 12, 9, 0, tzinfo=dt.UTC)


def bare(port: int) -> None:
    """The same requests with nothing but aiohttp."""

    async def run() -> None:
        gate = asyncio.Semaphore(CONCURRENCY)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

            async def one(number: int) -> None:
                async with gate, session.get(f"http://127.0.0.1:{port}/{number}", headers={"If-None-Match": f'"{number}"'}) as answer:
                    await answer.read()
                    assert answer.status == 304

            await asyncio.gather(*(one(number) for number in range(FEEDS)))

    asyncio.run(run())


def spent(action: Callable[[], object]) -> float:
    """Seconds of processor time."""
    started = time.process_time()
    action()
    return time.process_time() - started


def rows(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    with database.reading() as connection:
        return {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in metadata.sorted_tables}


def measure() -> tuple[float, float, dict[str, int]]:
    """Median seconds of the bare requests and of the whole poll, and the rows that one poll added."""
    server = subprocess.Popen([sys.executable, "-m", "tests.quiet_server"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    port = int(server.stdout.readline())
    settings = Settings(allowed_hosts=(f"127.0.0.1:{port}",), concurrency=CONCURRENCY, per_host=CONCURRENCY, robots=False)
    story = Story(watches=(), feeds=tuple(Feed(id=str(number), url=f"http://127.0.0.1:{port}/{number}", publisher="P") for number in range(FEEDS)))
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'poll.db'}")
        problems = poll_once(story.feeds, settings, database, now=START)
        assert not problems, problems[0]
        with database.writing() as connection:
            # Nothing waits to be read: this is about polling.
            connection.execute(update(entries).values(done=True))
        bare(port)
        moments = iter(START + dt.timedelta(minutes=30 * number) for number in range(1, 100))

        def poll() -> None:
            result = monitor.run(story, settings, database, now=next(moments), everything=True)
            assert not result.problems, result.problems[0]

        poll()
        before = rows(database)
        poll()
        after = rows(database)
        bare_seconds, poll_seconds = [], []
        for _ in range(ROUNDS):
            bare_seconds.append(spent(lambda: bare(port)))
            poll_seconds.append(spent(poll))
        database.close()
    server.kill()
    server.wait()
    return statistics.median(bare_seconds), statistics.median(poll_seconds), {name: after[name] - before[name] for name in after if after[name] != before[name]}


def main() -> None:
    """Print the ratio."""
    bare_seconds, poll_seconds, grown = measure()
    print(f"{FEEDS} feeds with nothing new, {CONCURRENCY} at once, median of {ROUNDS}, processor time")
    print(f"bare aiohttp      {bare_seconds:6.3f} s   1.00")
    print(f"a whole run       {poll_seconds:6.3f} s   {poll_seconds / bare_seconds:.2f}")
    print(f"rows that one run added: {grown}")


if __name__ == "__main__":
    main()
