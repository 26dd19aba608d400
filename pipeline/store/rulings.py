"""Feedback that the pipeline honours: which sentences do not answer a question, and which two answers are one."""

from collections.abc import Callable

from sqlalchemy import Connection, insert, select, update

from pipeline.model import Claim
from pipeline.store.claims import note_altered
from pipeline.store.review_tables import rulings
from pipeline.store.tables import claims
from pipeline.verdicts import Ruling, sentence_mark


def add_ruling(connection: Connection, batch: str, ruling: Ruling) -> None:
    """Store a ruling under the batch of decisions that made it."""
    connection.execute(
        insert(rulings).values(
            batch=batch, kind=ruling.kind, watch=ruling.watch, question=ruling.question, mark=ruling.mark, active=True
        )
    )


def is_ruled(connection: Connection, ruling: Ruling) -> bool:
    """True if people have ruled just that, and it stands."""
    same = (rulings.c.kind == ruling.kind, rulings.c.watch == ruling.watch, rulings.c.question == ruling.question)
    query = select(rulings.c.id).where(rulings.c.mark == ruling.mark, *same, rulings.c.active.is_(True))
    return connection.execute(query.limit(1)).first() is not None


def set_rulings(connection: Connection, batch: str, *, active: bool) -> int:
    """Take the rulings of a batch back, or bring them back; returns how many there are."""
    return connection.execute(update(rulings).where(rulings.c.batch == batch).values(active=active)).rowcount


def allowed_claims(connection: Connection) -> Callable[[Claim], bool]:
    """What tells for a claim that was just found whether it may answer its question: False where people ruled its sentence out."""

    def allowed(claim: Claim) -> bool:
        query = select(rulings.c.id).where(
            rulings.c.mark == sentence_mark(claim.watch, claim.question, claim.sentence),
            rulings.c.kind == "split",
            rulings.c.active.is_(True),
        )
        return connection.execute(query.limit(1)).first() is None

    # Most databases hold no ruling at all: then no claim needs a query.
    any_at_all = select(rulings.c.id).where(rulings.c.kind == "split", rulings.c.active.is_(True)).limit(1)
    return allowed if connection.execute(any_at_all).first() is not None else lambda _claim: True


def restore_claims(connection: Connection, keys: list[str]) -> None:
    """Let claims stand again that a ruling had retracted."""
    note_altered(connection)
    if keys:
        note_altered(connection)
        connection.execute(update(claims).where(claims.c.key.in_(keys)).values(retracted_at=None))
