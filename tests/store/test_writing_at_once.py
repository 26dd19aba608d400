"""Several processes at one database: nothing is stored twice, nothing is lost, nobody dies, and a kill leaves whole steps."""

import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from pipeline.config import load_story
from pipeline.ingest.archive import read_archive
from pipeline.monitor import replay
from pipeline.store.articles import all_versions
from pipeline.store.changes import all_changes
from pipeline.store.claims import add_claims, all_claims
from pipeline.store.database import Database, open_database
from pipeline.store.dump import canonical_dump
from pipeline.store.states import all_states
from tests.builders import make_claim, stored
from tests.processes import processes
from tests.store.workers import (
    add_own_claims,
    add_texts_of_one_article,
    open_all_together,
    open_together,
    replay_together,
    take_same_steps,
    take_steps,
)

WORKERS = 4
STEPS = 100


def together(work: Callable[..., None], address: str, *, numbered: bool, further: tuple[Any, ...] = ()) -> None:
    start = processes.Barrier(WORKERS)
    workers = [
        processes.Process(target=work, args=(address, start, *((number,) if numbered else ()), *further)) for number in range(WORKERS)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0] * WORKERS


def undisturbed(steps: int) -> str:
    database = open_database("sqlite://")
    take_steps(database, steps)
    dump = canonical_dump(database)
    database.close()
    return dump


def test_four_processes_that_open_a_new_database_at_once_make_one_schema(database_url: str):
    together(open_together, database_url, numbered=False)
    database = open_database(database_url)
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1
    database.close()


def test_of_many_processes_that_open_new_files_at_once_none_is_turned_away(tmp_path: Path):
    # The first to come changes the way the file is written, for which SQLite lets nobody wait.
    starts = [processes.Barrier(WORKERS) for _ in range(25)]
    addresses = [f"sqlite:///{tmp_path / str(number)}.db" for number in range(len(starts))]
    workers = [processes.Process(target=open_all_together, args=(addresses, starts)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0] * WORKERS


def test_eight_threads_that_open_a_new_database_at_once_make_one_schema(database_url: str):
    start = threading.Barrier(8)
    failed: list[BaseException] = []

    def work() -> None:
        try:
            open_together(database_url, start)
        except BaseException as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []


def test_claims_of_four_processes_at_once_are_all_there(database: Database, database_url: str):
    together(add_own_claims, database_url, numbered=True, further=(40,))
    with database.reading() as connection:
        found = [claim.claim.url for claim in all_claims(connection)]
    assert sorted(found) == sorted(f"https://example.org/{worker}/{count}" for worker in range(WORKERS) for count in range(40))


def test_the_same_work_done_by_four_processes_at_once_is_stored_once(database: Database, database_url: str):
    together(take_same_steps, database_url, numbered=False, further=(15,))
    assert canonical_dump(database) == undisturbed(15)


def test_versions_of_one_article_by_four_processes_at_once_are_counted_without_gap(database: Database, database_url: str):
    together(add_texts_of_one_article, database_url, numbered=True, further=(20,))
    with database.reading() as connection:
        assert [stored_text.version for stored_text in all_versions(connection)] == list(range(1, WORKERS * 20 + 1))


def test_four_runs_over_one_archive_at_once_store_what_one_run_stores(database: Database, database_url: str, seeds: Path, tmp_path: Path):
    folder = seeds / "artemis-launch"
    alone = open_database(f"sqlite:///{tmp_path / 'alone.db'}")
    replay(read_archive(folder), load_story(folder / "config"), alone)
    together(replay_together, database_url, numbered=True, further=(folder,))
    assert canonical_dump(database) == canonical_dump(alone)
    assert canonical_dump(alone).count('["change", ') > 5
    alone.close()


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_run_leaves_whole_steps_and_its_repetition_completes_them(database: Database, database_url: str, seed: int):
    start = processes.Barrier(2)
    worker = processes.Process(target=take_same_steps, args=(database_url, start, STEPS))
    worker.start()
    start.wait(60)
    time.sleep(random.Random(seed).uniform(0.002, 0.06))
    worker.kill()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL, "it was to be killed in the middle of its work"
    with database.reading() as connection:
        counts = {len(read(connection)) for read in (all_versions, all_claims, all_changes, all_states)}
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    assert len(counts) == 1, "a step is stored as a whole or not at all"
    assert counts != {STEPS}
    take_steps(database, STEPS)
    assert canonical_dump(database) == undisturbed(STEPS)


def test_a_reader_sees_the_database_as_it_was_while_others_write(database: Database):
    with database.writing() as connection:
        add_claims(connection, (stored(make_claim()),))
    with database.reading() as reader:
        assert len(all_claims(reader)) == 1
        with database.writing() as writer:
            add_claims(writer, (stored(make_claim(url="https://example.org/b")),))
        assert len(all_claims(reader)) == 1
    with database.reading() as reader:
        assert len(all_claims(reader)) == 2
