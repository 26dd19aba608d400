"""Feedback that the program learns from: a sentence that does not answer the question, two answers that are the same."""

import datetime as dt
from http import HTTPStatus

from sqlalchemy import Connection
from starlette.exceptions import HTTPException

from pipeline.detect.state import fold_state
from pipeline.model import Change, StoredClaim
from pipeline.review.desk import Desk
from pipeline.store.claim_search import claims_said_by
from pipeline.store.claims import claims_of_article, retract_claims
from pipeline.store.decisions import Done, Verdict, decide
from pipeline.store.rulings import add_ruling, is_ruled
from pipeline.store.states import add_states, latest_state
from pipeline.verdicts import Reviewed, Ruling, pair_mark, sentence_mark

# What a question's state is folded from after a ruling: its last claims. Older ones have long been replaced.
FOLDED = 400
# An archive's clock has stopped long ago: there a ruling counts from its last day, or the picture would end in another decade.
_LIVE = dt.timedelta(days=7)


def rule_out(connection: Connection, desk: Desk, found: Reviewed, version: int, verdict: Verdict) -> Done:
    """ "Not the same question": the sentence no longer answers it, now and in whatever comes; the state is folded anew without it.

    The change is dismissed. Taking it back brings the claims back.
    """
    change = found.change
    keys = [
        stored.claim.key
        for stored in claims_of_article(connection, change.evidence.url, change.evidence.version)
        if stored.retracted_at is None and _is_of(stored, change)
    ]
    at = clock_of(connection, change.watch, change.question, verdict.at)
    reason = verdict.note or "the sentence does not answer this question"
    mark = sentence_mark(change.watch, change.question, change.evidence.sentence)
    ruling = Ruling(kind="split", watch=change.watch, question=change.question, mark=mark)
    done = decide(
        connection, change.id, version,
        Verdict(action=verdict.action, who=verdict.who, at=verdict.at, note=reason,
                data={"retracted": keys, "watch": change.watch, "question": change.question}),
        anew=not is_ruled(connection, ruling),
    )  # fmt: skip
    if done.batch:
        add_ruling(connection, done.batch, ruling)
        retract_claims(connection, keys, at)
        fold_again(connection, desk, change.watch, change.question, at)
    return done


def rule_same(connection: Connection, found: Reviewed, version: int, verdict: Verdict) -> Done:
    """ "Same claim": the two answers are one; a later change between them arrives dismissed."""
    change = found.change
    if change.old is None or change.new is None:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "There are no two answers here that could be the same.")
    reason = verdict.note or "both sentences say the same"
    ruling = Ruling(kind="same", watch=change.watch, question=change.question, mark=pair_mark(change))
    said = Verdict(action=verdict.action, who=verdict.who, at=verdict.at, note=reason)
    done = decide(connection, change.id, version, said, anew=not is_ruled(connection, ruling))
    if done.batch:
        add_ruling(connection, done.batch, ruling)
    return done


def fold_again(connection: Connection, desk: Desk, watch: str, question: str, at: dt.datetime) -> None:
    """Store how a question stands by the claims that are left."""
    many = next((item.many for found in desk.story.watches if found.id == watch for item in found.questions if item.id == question), False)
    claims = claims_said_by(connection, watch, question, dt.datetime.max.replace(tzinfo=dt.UTC), FOLDED)
    state = fold_state(claims, watch=watch, question=question, as_of=at, after=None, many=many)
    before = latest_state(connection, watch, question)
    if before is not None and before.as_of >= at:
        # The last word of that instant is the ruling's.
        at = before.as_of + dt.timedelta(seconds=1)
        state = fold_state(claims, watch=watch, question=question, as_of=at, after=None, many=many)
    add_states(connection, (state,))


def clock_of(connection: Connection, watch: str, question: str, now: dt.datetime) -> dt.datetime:
    """When a ruling made now counts from: now, or the last moment of an archive whose clock has stopped."""
    last = latest_state(connection, watch, question)
    return now if last is None or now - last.as_of < _LIVE else last.as_of + dt.timedelta(seconds=1)


def _is_of(stored: StoredClaim, change: Change) -> bool:
    claim = stored.claim
    return (claim.watch, claim.question, claim.start) == (change.watch, change.question, change.evidence.start)
