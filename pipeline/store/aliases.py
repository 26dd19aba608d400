"""Under which marks (addresses, ids, texts) an article is known <-> rows."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, insert, select

from pipeline.store.known import portions, stored_among
from pipeline.store.source_tables import aliases


def articles_known_as(connection: Connection, marks: Sequence[str]) -> dict[str, str]:
    """The identity (URL) of the article behind each of these marks that is known."""
    return {
        row.key: row.url
        for portion in portions(marks)
        for row in connection.execute(select(aliases.c.key, aliases.c.url).where(aliases.c.key.in_(portion)))
    }


def add_marks(connection: Connection, url: str, marks: Iterable[str]) -> None:
    """Note under which marks an article is known; a mark that is another's already stays with it."""
    wanted = tuple(dict.fromkeys(marks))
    known = stored_among(connection, aliases.c.key, wanted)
    fresh = [{"key": mark, "url": url} for mark in wanted if mark not in known]
    if fresh:
        connection.execute(insert(aliases), fresh)
