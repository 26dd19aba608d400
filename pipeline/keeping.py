"""Leases are renewed while work goes on, by a thread: so they can be short, and the work of the dead is soon taken over."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from pipeline.errors import DatabaseError
from pipeline.store.database import Database
from pipeline.store.leases import LEASE_SECONDS

# Work that takes longer than this hangs; its lease then runs out like that of a dead process.
LONGEST_SECONDS = 1800.0
_log = logging.getLogger(__name__)


@contextmanager
def kept(database: Database, renew: Callable[[Connection], object]) -> Iterator[None]:
    """Call `renew` in a transaction of its own every third of a lease, for the length of the block."""
    if database.is_private:
        # In memory: there is nobody to keep it from, and its one connection belongs to one thread.
        yield
        return
    over = threading.Event()

    def keep() -> None:
        for _ in range(int(LONGEST_SECONDS / (LEASE_SECONDS / 3))):
            if over.wait(LEASE_SECONDS / 3):
                return
            try:
                with database.claiming() as connection:
                    renew(connection)
            except DatabaseError as error:
                # Not fatal: whoever saves asks whether the lease still holds.
                _log.warning("a lease could not be renewed: %s", error)

    keeper = threading.Thread(target=keep, name="claimwatch-lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
