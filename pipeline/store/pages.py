"""Fetched pages, kept compressed as evidence <-> rows."""

import datetime as dt
import hashlib
import zlib
from dataclasses import dataclass

from sqlalchemy import Connection, Row, delete, func, insert, or_, select

from pipeline.memory import StoredPage
from pipeline.store.source_tables import pages


def keep_page(
    connection: Connection, *, url: str, address: str, body: bytes, content_type: str, fetched_at: dt.datetime, max_bytes: int
) -> bool:
    """Keep a fetched page; the same bytes of an article are kept once. False if they were there.

    Args:
        connection: An open connection.
        url: The article's identity.
        address: Where the page was fetched.
        body: As it came.
        content_type: As the server said.
        fetched_at: When (UTC).
        max_bytes: Longer pages are kept up to here; their digest and size are of the whole.
    """
    digest = hashlib.sha256(body).hexdigest()
    if max_bytes <= 0 or connection.execute(select(pages.c.id).where(pages.c.url == url, pages.c.sha256 == digest)).first() is not None:
        return False
    connection.execute(
        insert(pages).values(
            url=url,
            address=address,
            fetched_at=fetched_at,
            sha256=digest,
            size=len(body),
            content_type=content_type,
            body=zlib.compress(body[:max_bytes], 6),
        )
    )
    return True


def pages_of(connection: Connection, url: str) -> tuple[StoredPage, ...]:
    """The kept pages of an article, by its URL or the address where its page was fetched, oldest first."""
    query = select(pages).where(or_(pages.c.url == url, pages.c.address == url)).order_by(pages.c.fetched_at, pages.c.id)
    return tuple(_from_row(row) for row in connection.execute(query))


def latest_page(connection: Connection, url: str, before: dt.datetime | None = None) -> StoredPage | None:
    """The newest kept page of an article (that was fetched by `before`), or None."""
    query = select(pages).where(pages.c.url == url).order_by(pages.c.fetched_at.desc(), pages.c.id.desc()).limit(1)
    row = connection.execute(query if before is None else query.where(pages.c.fetched_at <= before)).first()
    return _from_row(row) if row else None


def forget_pages(connection: Connection, before: dt.datetime) -> int:
    """Drop the pages fetched before an instant (UTC); returns how many. Texts, claims and changes stay."""
    return int(connection.execute(delete(pages).where(pages.c.fetched_at < before)).rowcount)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPages:
    """How many pages are kept, how many bytes they take (compressed, cut off at the limit), and how many were fetched for them."""

    number: int
    stored: int
    fetched: int


def kept_pages(connection: Connection) -> KeptPages:
    """How much is kept as evidence."""
    sums = (func.coalesce(func.sum(column), 0) for column in (func.length(pages.c.body), pages.c.size))
    number, stored, fetched = connection.execute(select(func.count(), *sums)).one()
    return KeptPages(number=number, stored=int(stored), fetched=int(fetched))


def _from_row(row: Row[tuple[object, ...]]) -> StoredPage:
    return StoredPage(
        url=row.url,
        address=row.address,
        fetched_at=row.fetched_at,
        sha256=row.sha256,
        size=row.size,
        content_type=row.content_type,
        body=zlib.decompress(row.body),
    )
