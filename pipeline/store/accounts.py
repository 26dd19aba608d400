"""Reviewers with their passwords, the secret of this database, and saved views <-> rows."""

import datetime as dt
import secrets as random_secrets
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from pipeline.store.review_tables import reviewers, secrets, views


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """Somebody who may log in. `password` is an argon2 hash."""

    name: str
    password: str
    created_at: dt.datetime
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A filter under a name; `query` is the query string of the list."""

    id: int
    name: str
    query: str
    who: str


def all_reviewers(connection: Connection) -> tuple[Reviewer, ...]:
    """Everybody who may log in or once might, by name."""
    rows = connection.execute(select(reviewers).order_by(reviewers.c.name))
    return tuple(Reviewer(name=row.name, password=row.password, created_at=row.created_at, active=row.active) for row in rows)


def find_reviewer(connection: Connection, name: str) -> Reviewer | None:
    """An active reviewer by name."""
    row = connection.execute(select(reviewers).where(reviewers.c.name == name, reviewers.c.active.is_(True))).first()
    return Reviewer(name=row.name, password=row.password, created_at=row.created_at, active=True) if row else None


def save_reviewer(connection: Connection, name: str, password: str, at: dt.datetime) -> bool:
    """Add a reviewer, or give one that is there this password; True if new."""
    known = connection.execute(select(reviewers.c.name).where(reviewers.c.name == name)).first() is not None
    if known:
        connection.execute(update(reviewers).where(reviewers.c.name == name).values(password=password, active=True))
    else:
        connection.execute(insert(reviewers).values(name=name, password=password, created_at=at, active=True))
    return not known


def remove_reviewer(connection: Connection, name: str) -> bool:
    """Let a reviewer log in no more; what they decided keeps their name. False if there is none."""
    active = reviewers.c.name == name, reviewers.c.active.is_(True)
    return connection.execute(update(reviewers).where(*active).values(active=False)).rowcount > 0


def own_secret(connection: Connection, name: str) -> str:
    """The secret of that name, made at the first call. Sessions and addresses of feeds are signed with it."""
    known = connection.execute(select(secrets.c.value).where(secrets.c.name == name)).scalar()
    if known is not None:
        return str(known)
    made = random_secrets.token_urlsafe(48)
    connection.execute(insert(secrets).values(name=name, value=made))
    return made


def all_views(connection: Connection) -> tuple[SavedView, ...]:
    """Saved views by name; everybody sees all."""
    rows = connection.execute(select(views).where(views.c.active.is_(True)).order_by(views.c.name, views.c.id))
    return tuple(SavedView(id=row.id, name=row.name, query=row.query, who=row.who) for row in rows)


def save_view(connection: Connection, name: str, query: str, who: str) -> int:
    """Keep a filter under a name; returns its number."""
    return int(connection.execute(insert(views).values(name=name, query=query, who=who, active=True).returning(views.c.id)).scalar_one())


def set_view(connection: Connection, number: int, *, active: bool) -> bool:
    """Drop a saved view, or bring it back; False if there is none."""
    return connection.execute(update(views).where(views.c.id == number).values(active=active)).rowcount > 0
