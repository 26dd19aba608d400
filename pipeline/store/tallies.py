"""How often each speaker and each outlet was heard, counted as the claims come: lists of them need not read a million claims."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, case, insert, or_, select, tuple_, update

from pipeline.model import Claim
from pipeline.store.known import portions
from pipeline.store.review_tables import tallies
from pipeline.store.tables import address_key, in_utc

SPEAKER, OUTLET = "speaker", "outlet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A speaker or an outlet with the number of their claims and when the last one came (UTC)."""

    name: str
    institution: str
    claims: int
    last_at: dt.datetime


def add_to_tallies(connection: Connection, new: Sequence[Claim]) -> None:
    """Count claims that were just stored."""
    counts: Counter[tuple[str, str]] = Counter()
    names: dict[tuple[str, str], tuple[str, str, dt.datetime]] = {}
    for claim in new:
        for kind, name, institution in (
            (SPEAKER, claim.voice.speaker, claim.voice.institution),
            (OUTLET, claim.voice.publisher, ""),
        ):
            place = kind, address_key(name)
            counts[place] += 1
            seen_at = in_utc(claim.seen_at)
            last = max(seen_at, names[place][2]) if place in names else seen_at
            names[place] = name, institution, last
    for kind in (SPEAKER, OUTLET):
        _add(connection, kind, {key: (counts[of, key], *told) for (of, key), told in names.items() if of == kind})


def _add(connection: Connection, kind: str, found: dict[str, tuple[int, str, str, dt.datetime]]) -> None:
    known = {
        key
        for portion in portions(list(found))
        for key in connection.execute(select(tallies.c.key).where(tallies.c.kind == kind, tallies.c.key.in_(portion))).scalars()
    }
    fresh = [
        {"kind": kind, "key": key, "name": name, "institution": institution, "claims": number, "last_at": last}
        for key, (number, name, institution, last) in found.items()
        if key not in known
    ]
    if fresh:
        connection.execute(insert(tallies), fresh)
    for key in sorted(known):
        number, _, institution, last = found[key]
        connection.execute(
            update(tallies)
            .where(tallies.c.kind == kind, tallies.c.key == key)
            .values(
                claims=tallies.c.claims + number,
                institution=institution,
                last_at=case((tallies.c.last_at < last, last), else_=tallies.c.last_at),
            )
        )


def busiest(
    connection: Connection, kind: str, *, limit: int, after: tuple[int, str] | None = None, begins: str = ""
) -> tuple[tuple[Tally, ...], tuple[int, str] | None]:
    """Those heard most often first.

    Args:
        connection: An open connection.
        kind: SPEAKER or OUTLET.
        limit: How many at most.
        after: Go on after this place, as the last call gave it.
        begins: Only names that begin so, in order of the alphabet.

    Returns:
        The tallies, and the place to go on from, None at the end.
    """
    query = select(tallies).where(tallies.c.kind == kind)
    if begins:
        query = query.where(tallies.c.key >= begins, tallies.c.key < begins + "\U0010fffd").order_by(tallies.c.key)
    else:
        query = query.order_by(tallies.c.claims.desc(), tallies.c.key.desc())
        if after:
            query = query.where(
                or_(tallies.c.claims < after[0], tuple_(tallies.c.claims, tallies.c.key) < after)
            )
    rows = connection.execute(query.limit(limit + 1)).all()
    found = tuple(Tally(name=row.name, institution=row.institution, claims=row.claims, last_at=row.last_at) for row in rows[:limit])
    more = len(rows) > limit and not begins
    return found, (rows[limit - 1].claims, rows[limit - 1].key) if more else None


def tally_of(connection: Connection, kind: str, name: str) -> Tally | None:
    """The tally of one name, or None."""
    row = connection.execute(select(tallies).where(tallies.c.kind == kind, tallies.c.key == name)).first()
    return Tally(name=row.name, institution=row.institution, claims=row.claims, last_at=row.last_at) if row else None


def speakers_like(connection: Connection, names: Collection[str], people: Collection[str] = ()) -> tuple[Tally, ...]:
    """Speakers that have one of the names, are counted as one of them, or share its last word; those heard most often first.

    One pass over the tallies, of which there is one a speaker; no claim is read. An institution is that of the speaker's last claim.

    Args:
        connection: An open connection.
        names: The names of one voice.
        people: Names of speakers that are wanted too.
    """
    last_words = {words[-1] for name in names if (words := name.split())}
    like = [tallies.c.name.endswith(f" {word}", autoescape=True) for word in last_words]
    keys = [address_key(name) for name in {*names, *people, *last_words}]
    query = select(tallies).where(
        tallies.c.kind == SPEAKER, or_(tallies.c.key.in_(keys), tallies.c.institution.in_(list(names)), *like)
    )
    rows = connection.execute(query.order_by(tallies.c.claims.desc(), tallies.c.key))
    return tuple(Tally(name=row.name, institution=row.institution, claims=row.claims, last_at=row.last_at) for row in rows)
