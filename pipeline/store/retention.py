"""What need not be kept for ever is deleted: logs of runs, what was sent, who worked on what, fetched pages. What was learnt is kept."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import and_, delete, exists

from pipeline.store import leases
from pipeline.store.copies import forget_bands
from pipeline.store.database import Database
from pipeline.store.pages import forget_pages
from pipeline.store.tables import entries, outbox, readings, runs

# SQLite gives room back only when it writes the file anew, which takes long: only where a quarter of it is unused.
_UNUSED = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """How many rows were deleted of each kind, and how many bytes the file became smaller (SQLite)."""

    runs: int
    sent: int
    readings: int
    leases: int
    pages: int = 0
    bands: int = 0
    freed: int = 0

    def rows(self) -> tuple[tuple[str, int], ...]:
        """For people: what, and how many."""
        return (
            ("old runs deleted", self.runs),
            ("old notes of what was sent deleted", self.sent),
            ("readings without an entry deleted", self.readings),
            ("signs of dead processes deleted", self.leases),
            ("fetched pages deleted", self.pages),
            ("marks of texts too old to be copied deleted", self.bands),
            ("bytes given back to the disk", self.freed),
        )


def tidy(
    database: Database, *, before: dt.datetime, pages_before: dt.datetime | None = None, bands_before: dt.datetime | None = None
) -> Tidied:
    """Delete logs from before that instant (UTC), and what dead processes left.

    Args:
        database: What to tidy up.
        before: Logs of runs and notes of what was sent from before then are deleted.
        pages_before: Fetched pages of before then are deleted. None: they are kept.
        bands_before: The marks by which copies of articles are recognised that were published before then. None: they are kept.
    """
    same = (entries.c.feed == readings.c.feed, entries.c.url == readings.c.url, entries.c.stamp == readings.c.stamp)
    with database.writing() as connection:
        old_runs = connection.execute(delete(runs).where(runs.c.finished_at < before)).rowcount
        settled = and_(outbox.c.state != "waiting", outbox.c.settled_at < before)
        sent = connection.execute(delete(outbox).where(settled)).rowcount
        orphans = connection.execute(delete(readings).where(~exists().where(*same, entries.c.done.is_(False)))).rowcount
        dead = leases.sweep(connection, "polling", leases.clock(connection) - dt.timedelta(days=1))
        old_pages = forget_pages(connection, pages_before) if pages_before else 0
        bands = forget_bands(connection, bands_before) if bands_before else 0
    return Tidied(runs=old_runs, sent=sent, readings=orphans, leases=dead, pages=old_pages, bands=bands, freed=_shrink(database))


def _shrink(database: Database) -> int:
    if database.engine.dialect.name != "sqlite" or database.is_private:
        return 0
    with database.engine.connect() as connection:
        names = ("page_count", "freelist_count", "page_size")
        pages, unused, size = (connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names)
    if unused <= pages * _UNUSED:
        return 0
    driver = database.engine.raw_connection()
    try:
        # Not in a transaction: SQLite refuses it there.
        driver.cursor().execute("VACUUM")
    finally:
        driver.close()
    return int(unused * size)
