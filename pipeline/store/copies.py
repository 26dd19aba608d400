"""Which articles are copies of others' texts <-> rows."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, insert, select

from pipeline.store.known import stored_among
from pipeline.store.source_tables import copies, copy_bands


def alike(connection: Connection, bands: Sequence[int], *, since: dt.datetime, limit: int = 20) -> tuple[str, ...]:
    """URLs of articles published since then (UTC) that share a band with these, those that share most first."""
    if not bands:
        return ()
    shared = func.count().label("shared")
    query = (
        select(copy_bands.c.url, shared)
        .where(copy_bands.c.band.in_(bands), copy_bands.c.published >= since)
        .group_by(copy_bands.c.url)
        .order_by(shared.desc(), copy_bands.c.url)
        .limit(limit)
    )
    return tuple(row.url for row in connection.execute(query))


def add_bands(connection: Connection, url: str, bands: Sequence[int], published: dt.datetime) -> None:
    """Note the bands of an article's text; those of its earlier text go."""
    connection.execute(delete(copy_bands).where(copy_bands.c.url == url))
    rows = [{"band": band, "url": url, "published": published} for band in dict.fromkeys(bands)]
    if rows:
        connection.execute(insert(copy_bands), rows)


def link_copy(connection: Connection, url: str, first: str, similarity: float) -> None:
    """Note that an article is a copy of another; what was noted first stays."""
    if not stored_among(connection, copies.c.url, [url]):
        connection.execute(insert(copies).values(url=url, first=first, similarity=similarity))


def copy_of(connection: Connection, url: str) -> str | None:
    """The first article with this text, if `url` is a copy of it; None if it is the first, or alone."""
    found: str | None = connection.execute(select(copies.c.first).where(copies.c.url == url)).scalar()
    return found


def copies_of(connection: Connection, url: str) -> tuple[str, ...]:
    """The known copies of an article, by address."""
    return tuple(connection.execute(select(copies.c.url).where(copies.c.first == url).order_by(copies.c.url)).scalars())


def forget_bands(connection: Connection, before: dt.datetime) -> int:
    """Drop what is only needed to recognise copies of articles published before then (UTC); the links stay. Returns how many rows."""
    return int(connection.execute(delete(copy_bands).where(copy_bands.c.published < before)).rowcount)
