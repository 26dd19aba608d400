"""What other processes do to a database in the tests of writing at once. Imports no test tools: each process starts anew."""

import time
from collections.abc import Sequence
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import Barrier as ThreadBarrier

from pipeline.detect.state import fold_state
from pipeline.model import ChangeKind
from pipeline.store.articles import add_version
from pipeline.store.changes import add_changes
from pipeline.store.claims import add_claims, all_claims
from pipeline.store.database import Database, open_database
from pipeline.store.states import add_states
from tests.builders import later, make_article, make_change, make_claim, stored


def open_together(address: str, start: Barrier | ThreadBarrier) -> None:
    """Open the database at the same instant as all others."""
    start.wait()
    open_database(address).close()


def open_all_together(addresses: Sequence[str], starts: Sequence[Barrier]) -> None:
    """Open one database after the other, each at the same instant as all others."""
    for address, start in zip(addresses, starts, strict=True):
        open_together(address, start)


def add_own_claims(address: str, start: Barrier, worker: int, number: int) -> None:
    """Store claims that nobody else has."""
    database = open_database(address)
    start.wait()
    for count in range(number):
        with database.writing() as connection:
            add_claims(connection, (stored(make_claim(url=f"https://example.org/{worker}/{count}")),))
    database.close()


def take_same_steps(address: str, start: Barrier, number: int) -> None:
    """Do what all the others do too."""
    database = open_database(address)
    start.wait()
    take_steps(database, number)
    database.close()


def add_texts_of_one_article(address: str, start: Barrier, worker: int, number: int) -> None:
    """Find the newest version of one article and store the next."""
    database = open_database(address)
    start.wait()
    for count in range(number):
        with database.writing() as connection:
            add_version(connection, make_article(text=f"Text {count} of {worker}."))
    database.close()


def replay_together(address: str, start: Barrier, worker: int, folder: Path) -> None:
    """Play an archive, each a little behind the one before, so that one meets what another has stored meanwhile."""
    # These load the language model's library, which the other workers do without.
    from pipeline.config import load_story
    from pipeline.ingest.archive import read_archive
    from pipeline.monitor import replay

    archive, story = read_archive(folder), load_story(folder / "config")
    database = open_database(address)
    start.wait()
    time.sleep(worker * 0.3)
    replay(archive, story, database)
    database.close()


def take_steps(database: Database, number: int) -> None:
    """Some steps as a run takes them: an article, its claim, the change against the last claim and the state, all or nothing."""
    for count in range(1, number + 1):
        with database.writing() as connection:
            history = all_claims(connection, watch="bridge", question="closing")
            claim = later(make_claim(), days=count)
            add_version(connection, make_article(url=claim.url, text=f"Text {count}."))
            if add_claims(connection, (stored(claim),)):
                prior = history[-1].claim if history else None
                kind = ChangeKind.DATE_MOVED if prior else ChangeKind.NEW
                add_changes(connection, (make_change(claim, kind, prior),))
                known = (*history, stored(claim))
                add_states(
                    connection, (fold_state(known, watch="bridge", question="closing", as_of=claim.seen_at, after=claim.url, many=False),)
                )
