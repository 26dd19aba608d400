"""Taking anything back: verdicts, rulings, aliases, saved views, edits of the watches. Undoing is one more batch of the log."""

from http import HTTPStatus
from typing import Any

from sqlalchemy import Connection
from starlette.exceptions import HTTPException

from pipeline.review.config_files import restore
from pipeline.review.desk import Desk
from pipeline.review.feedback import clock_of, fold_again
from pipeline.store.accounts import set_view
from pipeline.store.claims import retract_claims
from pipeline.store.decisions import Done, history, is_undone, last_batch_of, origin_of, undo_changes
from pipeline.store.rulings import restore_claims, set_rulings
from pipeline.verdicts import Action, Decision


def undo_batch(connection: Connection, desk: Desk, batch: str, who: str) -> Done:
    """Take a batch back ("" = the last thing that `who` decided).

    Raises:
        HTTPException: It was taken back already, somebody has built on it, or there is no such batch (409, 404).
    """
    batch = batch or last_batch_of(connection, who)
    rows = history(connection, batch=batch, limit=1) if batch else ()
    if not rows:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is nothing to undo.")
    if is_undone(connection, batch):
        raise HTTPException(HTTPStatus.CONFLICT, "That has been undone already.")
    done = undo_changes(connection, batch, who, desk.now())
    if done.left and not done.changed:
        raise HTTPException(HTTPStatus.CONFLICT, "Somebody has decided on this since; nothing was undone.")
    origin, again = origin_of(connection, batch)
    _take_back(connection, desk, history(connection, batch=origin, limit=1)[0], again=again)
    return done


def _take_back(connection: Connection, desk: Desk, row: Decision, *, again: bool) -> None:
    """What a batch did besides moving changes. To undo an undo does it again."""
    batch = row.batch
    data: dict[str, Any] = dict(row.data)
    if row.action in (Action.SPLIT, Action.SAME):
        set_rulings(connection, batch, active=again)
    if row.action is Action.SPLIT:
        _claims_back(connection, desk, data, again=again)
    elif row.action in (Action.ALIAS, Action.WATCHES):
        restore(desk.config, data, again=again)
    elif row.action in (Action.VIEW, Action.FORGET_VIEW):
        set_view(connection, int(data["view"]), active=again is (row.action is Action.VIEW))


def _claims_back(connection: Connection, desk: Desk, data: dict[str, Any], *, again: bool) -> None:
    at = clock_of(connection, data["watch"], data["question"], desk.now())
    if again:
        retract_claims(connection, data["retracted"], at)
    else:
        restore_claims(connection, data["retracted"])
    fold_again(connection, desk, data["watch"], data["question"], at)
