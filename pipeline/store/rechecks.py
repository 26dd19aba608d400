"""What visits to the pages of stored articles left <-> rows."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, delete, func, insert, select

from pipeline.memory import PageMemory
from pipeline.model import Article
from pipeline.store.codec import from_json, to_json
from pipeline.store.source_tables import rechecks


def due_pages(connection: Connection, now: dt.datetime, limit: int | None = None) -> tuple[PageMemory, ...]:
    """Pages whose next visit is due (UTC), the longest overdue first."""
    query = select(rechecks).where(rechecks.c.next_due_at <= now).order_by(rechecks.c.next_due_at, rechecks.c.url)
    return _read(connection.execute(query if limit is None else query.limit(limit)).mappings().all())


def page_memory(connection: Connection, url: str) -> PageMemory | None:
    """What is remembered of the page of an article, or None where it is never visited."""
    found = _read(connection.execute(select(rechecks).where(rechecks.c.url == url)).mappings().all())
    return found[0] if found else None


def save_page_memories(connection: Connection, memories: Sequence[PageMemory]) -> None:
    """Replace what is remembered of some pages."""
    for memory in memories:
        connection.execute(delete(rechecks).where(rechecks.c.url == memory.url))
    if memories:
        connection.execute(insert(rechecks), [_row(memory) for memory in memories])


def next_visit(connection: Connection) -> dt.datetime | None:
    """When the next page is due, or None."""
    found: dt.datetime | None = connection.execute(select(func.min(rechecks.c.next_due_at))).scalar()
    return found


def failing_pages(connection: Connection) -> tuple[PageMemory, ...]:
    """Pages whose last visit failed or found them missing, by address."""
    query = select(rechecks).where((rechecks.c.failures > 0) | (rechecks.c.missing > 0)).order_by(rechecks.c.url)
    return _read(connection.execute(query).mappings().all())


def _row(memory: PageMemory) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(memory, name) for name in PageMemory.__slots__}
    pending = to_json(memory.pending) if memory.pending is not None else None
    return row | {"pending": pending, "variants": list(memory.variants)}


def _read(rows: Sequence[RowMapping]) -> tuple[PageMemory, ...]:
    found = []
    for row in rows:
        given = dict(row)
        given["pending"] = from_json(Article, given["pending"]) if given["pending"] is not None else None
        given["variants"] = tuple(given["variants"])
        found.append(PageMemory(**given))
    return tuple(found)
