"""Article versions and removals <-> rows."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, bindparam, insert, select

from pipeline.model import Article, ArticleVersion, Removal
from pipeline.store.codec import from_json, to_json
from pipeline.store.tables import articles, removals

__all__ = [
    "add_version",
    "all_removals",
    "all_versions",
    "has_text",
    "latest_version",
    "latest_versions",
    "mark_removed",
]

_LATEST = select(articles).where(articles.c.url == bindparam("url")).order_by(articles.c.version.desc()).limit(1)
_SAME_TEXT = select(articles.c.id).where(articles.c.url == bindparam("url"), articles.c.fingerprint == bindparam("fingerprint"))


def latest_version(connection: Connection, url: str) -> ArticleVersion | None:
    """The newest stored version of an article, or None."""
    row = connection.execute(_LATEST, {"url": url}).first()
    return _from_row(row) if row else None


def latest_versions(connection: Connection, urls: Sequence[str]) -> tuple[ArticleVersion, ...]:
    """The newest stored version of each of some articles, in the order of their addresses."""
    if not urls:
        return ()
    query = select(articles).where(articles.c.url.in_(urls)).order_by(articles.c.url, articles.c.version)
    newest = {row.url: row for row in connection.execute(query)}
    return tuple(_from_row(row) for row in newest.values())


def has_text(connection: Connection, article: Article) -> bool:
    """True if this very text of the article is stored, as whatever version."""
    return connection.execute(_SAME_TEXT, {"url": article.url, "fingerprint": article.fingerprint}).first() is not None


def add_version(connection: Connection, article: Article) -> ArticleVersion:
    """Store an article text as the next version of its URL; the same text again gives the version that is there."""
    newest = latest_version(connection, article.url)
    if newest is not None and newest.article.fingerprint == article.fingerprint:
        return newest
    stored = ArticleVersion(article=article, version=newest.version + 1 if newest else 1)
    connection.execute(
        insert(articles).values(
            url=article.url,
            version=stored.version,
            publisher=article.publisher,
            title=article.title,
            published=article.published,
            seen_at=article.seen_at,
            fingerprint=article.fingerprint,
            data=to_json(article),
        )
    )
    return stored


def all_versions(connection: Connection, url: str | None = None) -> tuple[ArticleVersion, ...]:
    """Every stored version (of one article), in order of arrival."""
    query = select(articles).order_by(articles.c.id)
    return tuple(_from_row(row) for row in connection.execute(query.where(articles.c.url == url) if url else query))


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """A stored version without its text, for lists; `id` is its number in the order of arrival."""

    id: int
    url: str
    version: int
    publisher: str
    title: str
    published: dt.datetime
    seen_at: dt.datetime


def newest_articles(
    connection: Connection, *, limit: int, after: int | None = None, publisher: str = ""
) -> tuple[tuple[Headline, ...], int | None]:
    """The versions that came last (of one publisher), and the number to go on from (None at the end)."""
    columns = [getattr(articles.c, name) for name in Headline.__slots__]
    query = select(*columns).order_by(articles.c.id.desc()).limit(limit + 1)
    if after:
        query = query.where(articles.c.id < after)
    if publisher:
        query = query.where(articles.c.publisher == publisher)
    rows = connection.execute(query).all()
    found = tuple(Headline(**row._mapping) for row in rows[:limit])
    return found, rows[limit - 1].id if len(rows) > limit else None


def mark_removed(connection: Connection, removal: Removal) -> bool:
    """Note that an article was taken down; False if that was known."""
    if connection.execute(select(removals.c.url).where(removals.c.url == removal.url)).first() is not None:
        return False
    connection.execute(insert(removals).values(url=removal.url, removed_at=removal.removed_at))
    return True


def all_removals(connection: Connection, url: str | None = None) -> tuple[Removal, ...]:
    """Every noted removal (of one article), by URL."""
    query = select(removals).order_by(removals.c.url)
    found = connection.execute(query.where(removals.c.url == url) if url else query)
    return tuple(Removal(url=row.url, removed_at=row.removed_at) for row in found)


def _from_row(row: Row[tuple[object, ...]]) -> ArticleVersion:
    return ArticleVersion(article=from_json(Article, row.data), version=row.version)
