"""Who may do a job now: leases with an end, and a token that grows with every holder (fencing).

A lease ends by itself, so that the work of a process that died is taken over; whoever saves asks in the same transaction
whether the lease is still his, so that a process that was only slow cannot save what another has done meanwhile.
All times are those of the database where it has a clock (PostgreSQL), else of this machine.
"""

import datetime as dt
import os
import socket
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from pipeline.store.tables import UtcDateTime, leases

# How long a holder may be silent. Holders renew at a third of it.
LEASE_SECONDS = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A job that is held: by whom, and with which token."""

    name: str
    owner: str
    token: int


def new_owner() -> str:
    """A name for this process that no other process has: host, process number and some chance."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def clock(connection: Connection) -> dt.datetime:
    """What time it is for leases (UTC)."""
    if connection.dialect.name == "postgresql":
        found: dt.datetime = connection.execute(select(func.clock_timestamp(type_=UtcDateTime))).scalar_one()
        return found
    return dt.datetime.now(dt.UTC)


def end_of_lease(now: dt.datetime) -> dt.datetime:
    """When a lease that is given or renewed now ends."""
    return now + dt.timedelta(seconds=LEASE_SECONDS)


def is_over(until: ColumnElement[dt.datetime], now: dt.datetime) -> ColumnElement[bool]:
    """True for a lease that has ended, or that ends later than any lease can: the clock was set back since it was given."""
    return or_(until <= now, until > now + dt.timedelta(seconds=2 * LEASE_SECONDS))


def acquire(connection: Connection, name: str, owner: str) -> Lease | None:
    """Take a job if nobody holds it. A job that is held by this very owner is not given twice."""
    found = acquire_free(connection, (name,), owner)
    return found[0] if found else None


def acquire_free(connection: Connection, names: Sequence[str], owner: str, limit: int | None = None) -> tuple[Lease, ...]:
    """Take those jobs that nobody holds, in the order given.

    Args:
        connection: A transaction of `Database.claiming` or `Database.writing`.
        names: The jobs.
        owner: Who takes them.
        limit: At most this many.
    """
    now = clock(connection)
    _make_rows(connection, names, now)
    query = select(leases.c.name, leases.c.token).where(leases.c.name.in_(names), is_over(leases.c.expires_at, now))
    # What another transaction is just taking is passed over, not waited for. SQLite lets one write at a time anyway.
    free = {row.name: row.token for row in connection.execute(query.with_for_update(skip_locked=True))}
    taken = [Lease(name=name, owner=owner, token=free[name] + 1) for name in names if name in free][:limit]
    if taken:
        names = [lease.name for lease in taken]
        values = {"owner": owner, "token": leases.c.token + 1, "expires_at": end_of_lease(now)}
        connection.execute(update(leases).where(leases.c.name.in_(names)).values(values))
    return tuple(taken)


def held_among(connection: Connection, held: Sequence[Lease]) -> frozenset[Lease]:
    """Those of some leases that are still held; as `holds`, in one statement."""
    names = {lease.name: lease for lease in held}
    query = select(leases.c.name, leases.c.owner, leases.c.token).where(leases.c.name.in_(names)).with_for_update()
    rows = {row.name: (row.owner, row.token) for row in connection.execute(query)}
    return frozenset(lease for name, lease in names.items() if rows.get(name) == (lease.owner, lease.token))


def release_all(connection: Connection, held: Sequence[Lease]) -> None:
    """Give some jobs back; as `release`, in one statement."""
    if held:
        ended = clock(connection) - dt.timedelta(seconds=1)
        connection.execute(update(leases).where(_places(held)).values(owner="", expires_at=ended))


def renew_all(connection: Connection, held: Sequence[Lease]) -> None:
    """Hold some jobs for longer; as `renew`, in one statement."""
    if held:
        connection.execute(update(leases).where(_places(held)).values(expires_at=end_of_lease(clock(connection))))


def renew(connection: Connection, lease: Lease) -> bool:
    """Hold a job for longer; False if it is no longer held by this lease."""
    values = {"expires_at": end_of_lease(clock(connection))}
    return connection.execute(update(leases).where(*_place(lease)).values(values)).rowcount == 1


def holds(connection: Connection, lease: Lease) -> bool:
    """True while no one else has taken the job; to be asked in the transaction that saves. The row stays locked until its end."""
    return connection.execute(select(leases.c.name).where(*_place(lease)).with_for_update()).first() is not None


def release(connection: Connection, lease: Lease) -> None:
    """Give a job back. The row stays, since its token must go on growing."""
    ended = clock(connection) - dt.timedelta(seconds=1)
    connection.execute(update(leases).where(*_place(lease)).values(owner="", expires_at=ended))


def announce(connection: Connection, lease_name: str, owner: str) -> Lease:
    """A lease that several may have at once, each under his own name: it says that something is going on."""
    lease = Lease(name=f"{lease_name}/{owner}", owner=owner, token=1)
    connection.execute(insert(leases).values(name=lease.name, owner=owner, token=1, expires_at=end_of_lease(clock(connection))))
    return lease


def forget(connection: Connection, lease: Lease) -> None:
    """End what `announce` began."""
    connection.execute(delete(leases).where(*_place(lease)))


def is_going_on(connection: Connection, lease_name: str) -> bool:
    """True while anybody has announced it and neither ended it nor died."""
    now = clock(connection)
    query = select(leases.c.name).where(leases.c.name.startswith(f"{lease_name}/", autoescape=True), ~is_over(leases.c.expires_at, now))
    return connection.execute(query.limit(1)).first() is not None


def sweep(connection: Connection, lease_name: str, before: dt.datetime) -> int:
    """Delete announcements of processes that died, ended before that instant. Returns how many."""
    query = delete(leases).where(leases.c.name.startswith(f"{lease_name}/", autoescape=True), leases.c.expires_at < before)
    return connection.execute(query).rowcount


def _place(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return leases.c.name == lease.name, leases.c.owner == lease.owner, leases.c.token == lease.token


def _places(held: Sequence[Lease]) -> ColumnElement[bool]:
    return tuple_(leases.c.name, leases.c.owner, leases.c.token).in_([(lease.name, lease.owner, lease.token) for lease in held])


def _make_rows(connection: Connection, names: Sequence[str], now: dt.datetime) -> None:
    known = set(connection.execute(select(leases.c.name).where(leases.c.name.in_(names))).scalars())
    missing = [
        {"name": name, "owner": "", "token": 0, "expires_at": now - dt.timedelta(seconds=1)}
        for name in dict.fromkeys(names)
        if name not in known
    ]
    if missing:
        make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        # In one order, so that two who make the same rows at once cannot wait for each other.
        connection.execute(make(leases).on_conflict_do_nothing(), sorted(missing, key=lambda row: str(row["name"])))
