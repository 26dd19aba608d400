"""Is a database sound: the file, the schema, and what the program relies on without the database enforcing it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from alembic import command
from alembic.util import CommandError
from sqlalchemy import Connection, exists, func, select

from pipeline.model import Article, Change, StoredClaim
from pipeline.store.codec import from_json
from pipeline.store.database import Database, alembic_config
from pipeline.store.tables import articles, changes, claims, entries, outbox, readings

_ROWS = 500
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check: what was looked at, and what is wrong with it (nothing if empty)."""

    what: str
    wrong: tuple[str, ...] = ()


def check_database(
    database: Database, *, progress: Callable[[str, int, int], None] = lambda _what, _done, _total: None
) -> tuple[Finding, ...]:
    """Look at everything, reading only.

    Args:
        database: What to check.
        progress: Told what is done, how much of how many.
    """
    checks: tuple[tuple[str, Callable[[Connection], Iterator[str]]], ...] = (
        ("the file is intact", _file),
        ("every claim's sentence stands in its article at its place", _sentences),
        ("every change's evidence is a stored article", _evidence),
        ("versions of each article are counted without gap", _versions),
        ("what waits to be decided belongs to an entry", _readings),
        ("what is to be sent belongs to a change", _outbox),
    )
    findings = [_schema(database)]
    for number, (what, look) in enumerate(checks, start=1):
        with database.reading() as connection:
            found = list(look(connection))
        more = (f"and {len(found) - _SHOWN} more",) if len(found) > _SHOWN else ()
        findings.append(Finding(what=what, wrong=(*found[:_SHOWN], *more)))
        progress("checks", number, len(checks))
    return tuple(findings)


def _schema(database: Database) -> Finding:
    what = "the tables are those of this version"
    config = alembic_config()
    # It would print that it found nothing.
    config.print_stdout = lambda *_text: None  # type: ignore[method-assign]
    try:
        with database.engine.connect() as connection:
            config.attributes["connection"] = connection
            command.check(config)
            connection.rollback()
    except CommandError as error:
        return Finding(what=what, wrong=(" ".join(str(error).split())[:300],))
    return Finding(what=what)


def _file(connection: Connection) -> Iterator[str]:
    # PostgreSQL checks its own pages; amcheck is for its administrator.
    if connection.dialect.name == "sqlite":
        yield from (str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok")
        yield from (f"row {row[1]} of {row[0]} points nowhere" for row in connection.exec_driver_sql("PRAGMA foreign_key_check"))


def _sentences(connection: Connection) -> Iterator[str]:
    """Article by article, so that no text is read twice."""
    last = 0
    query = select(articles.c.id, articles.c.url, articles.c.version, articles.c.data).order_by(articles.c.id).limit(_ROWS)
    while rows := connection.execute(query.where(articles.c.id > last)).all():
        for row in rows:
            text = from_json(Article, row.data).text
            own = select(claims.c.data).where(claims.c.url == row.url, claims.c.version == row.version)
            for data in connection.execute(own).scalars():
                claim = from_json(StoredClaim, data).claim
                if text[claim.start : claim.end] != claim.sentence:
                    yield f"claim {claim.key[:12]} on {claim.url}, version {claim.version}"
        last = rows[-1].id
    homeless = ~exists().where(articles.c.url == claims.c.url, articles.c.version == claims.c.version)
    yield from (f"claim {key[:12]} has no article" for key in connection.execute(select(claims.c.key).where(homeless)).scalars())


def _evidence(connection: Connection) -> Iterator[str]:
    last = 0
    query = select(changes.c.sequence, changes.c.data).order_by(changes.c.sequence).limit(_ROWS)
    while rows := connection.execute(query.where(changes.c.sequence > last)).all():
        for row in rows:
            change = from_json(Change, row.data)
            for evidence in (change.evidence, change.prior):
                if evidence is not None and not _is_stored(connection, evidence.url, evidence.version):
                    yield f"change {change.id[:12]} rests on {evidence.url}, version {evidence.version}"
        last = rows[-1].sequence


def _is_stored(connection: Connection, url: str, version: int) -> bool:
    return connection.execute(select(articles.c.id).where(articles.c.url == url, articles.c.version == version)).first() is not None


def _versions(connection: Connection) -> Iterator[str]:
    counted = select(articles.c.url, func.count(), func.min(articles.c.version), func.max(articles.c.version)).group_by(articles.c.url)
    for url, number, first, last in connection.execute(counted):
        if (first, last) != (1, number):
            yield f"{url}: {number} versions, numbered {first} to {last}"


def _readings(connection: Connection) -> Iterator[str]:
    same = (entries.c.feed == readings.c.feed, entries.c.url == readings.c.url, entries.c.stamp == readings.c.stamp)
    yield from connection.execute(select(readings.c.url).where(~exists().where(*same, entries.c.done.is_(False)))).scalars()


def _outbox(connection: Connection) -> Iterator[str]:
    yield from connection.execute(select(outbox.c.key).where(~exists().where(changes.c.id == outbox.c.change))).scalars()
