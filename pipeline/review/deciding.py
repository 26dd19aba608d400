"""Every POST about changes: verdicts one by one and in bulk, feedback, notes, undo. Each is one transaction and one batch of the log."""

import datetime as dt
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.review.desk import Desk, address, as_json, desk_of, local_path, visit_of, wants_json
from pipeline.review.feedback import rule_out, rule_same
from pipeline.review.listing import change_filter, day
from pipeline.review.outcome import outcome_words
from pipeline.review.undoing import undo_batch
from pipeline.store.decisions import Done, StaleError, Verdict, decide, decide_many
from pipeline.store.reviews import count_changes, get_change, versions_of, waiting_by_watch
from pipeline.verdicts import Action

MOST_AT_ONCE = 10_000
_SIMPLE = (Action.ACCEPT, Action.DISMISS, Action.SNOOZE, Action.REOPEN, Action.SEEN, Action.UNSEEN)
_SINGLE = (*_SIMPLE, Action.NOTE, Action.SPLIT, Action.SAME)


def decide_one(request: Request) -> Response:
    """POST /changes/ID/VERDICT with `version`, and by verdict `note`, `until` or `days`."""
    desk, visit = desk_of(request), visit_of(request)
    action = _action(request.path_params["verdict"])
    return _decide(request, desk, request.path_params["change"], _version(visit.field("version")), action)


def decide_listed(request: Request) -> Response:
    """POST /decide: a button of one row (`do` = "VERDICT ID VERSION"), or of all picked rows (`bulk`), or of the whole list (`every`)."""
    desk, visit = desk_of(request), visit_of(request)
    single = visit.field("do").split()
    if len(single) == 3:
        return _decide(request, desk, single[1], _version(single[2]), _action(single[0]))
    action = _action(visit.field("bulk") or visit.field("every"))
    if action not in _SIMPLE:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "That cannot be done to several at once.")
    with desk.database.writing() as connection:
        verdict = _verdict(desk, visit.user, action, request)
        if visit.field("every"):
            wanted = _listed(visit.field("filter"))
            seen = versions_of(connection, wanted, MOST_AT_ONCE + 1)
            expected = _version(visit.field("expected"))
            if len(seen) > MOST_AT_ONCE:
                raise HTTPException(HTTPStatus.BAD_REQUEST, f"More than {MOST_AT_ONCE:,} at once would take too long. Narrow the list down.")
            if count_changes(connection, wanted) != expected:
                raise HTTPException(HTTPStatus.CONFLICT, f"The list has changed: it was {expected:,}, now it is {len(seen):,}. Nothing was done; look again.")
        else:
            seen = {pick.split()[0]: _version(pick.split()[1]) for pick in visit.fields("pick") if len(pick.split()) == 2}
        done = decide_many(connection, seen, verdict)
    return _answer(request, desk, done)


def undo(request: Request) -> Response:
    """POST /undo with `batch`, or without it the last thing that this user did."""
    desk, visit = desk_of(request), visit_of(request)
    with desk.database.writing() as connection:
        done = undo_batch(connection, desk, visit.field("batch"), visit.user)
    return _answer(request, desk, done)


def _decide(request: Request, desk: Desk, change: str, version: int, action: Action) -> Response:
    visit = visit_of(request)
    try:
        with desk.database.writing() as connection:
            found = get_change(connection, change)
            if found is None or found.change.id != change:
                raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such change.")
            verdict = _verdict(desk, visit.user, action, request)
            if action is Action.SPLIT:
                done = rule_out(connection, desk, found, version, verdict)
            elif action is Action.SAME:
                done = rule_same(connection, found, version, verdict)
            else:
                done = decide(connection, change, version, verdict)
    except StaleError as stale:
        standing = stale.standing
        said = f"{standing.by or 'Somebody'} has decided on this meanwhile: it is {standing.word(desk.now())}. Nothing was changed; reload the page."
        raise HTTPException(HTTPStatus.CONFLICT, said) from stale
    return _answer(request, desk, done)


def _answer(request: Request, desk: Desk, done: Done) -> Response:
    """For our script what came of it as JSON, else back to the page with the outcome on top of it."""
    if wants_json(request):
        with desk.database.reading() as connection:
            unseen = sum(item.unseen for item in waiting_by_watch(connection).values())
            told = outcome_words(connection, done.batch, done.left)
        return as_json({"told": told, "batch": done.batch, "changed": done.changed, "left": done.left, "unseen": unseen})
    path, _, query = local_path(visit_of(request).field("back")).partition("?")
    kept = [part for part in query.split("&") if part and not part.startswith(("done=", "left="))]
    kept.append(address("", done=done.batch or "nothing", left=done.left or "")[1:])
    return RedirectResponse(f"{path}?{'&'.join(kept)}", HTTPStatus.SEE_OTHER)


def _verdict(desk: Desk, who: str, action: Action, request: Request) -> Verdict:
    visit, until = visit_of(request), None
    if action is Action.SNOOZE:
        days = visit.field("days") or "1"
        until = day(visit.field("until"))
        if until is None:
            if not days.isdigit() or not 1 <= int(days) <= 3650:
                raise HTTPException(HTTPStatus.BAD_REQUEST, "Snooze for a number of days, or until a date.")
            until = desk.now() + dt.timedelta(days=int(days))
        if until <= desk.now():
            raise HTTPException(HTTPStatus.BAD_REQUEST, "That day has passed; snooze until one to come.")
    note = visit.field("note").strip()[:2_000]
    if action is Action.NOTE and not note:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The note is empty.")
    return Verdict(action=action, who=who, at=desk.now(), note=note, until=until)


def _action(text: str) -> Action:
    try:
        found = Action(text)
    except ValueError:
        found = Action.UNDO
    if found not in _SINGLE:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such verdict.")
    return found


def _version(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The version of the change is missing.")
    return int(text)


def _listed(query: str) -> Any:
    from urllib.parse import parse_qs

    given = parse_qs(query)
    return change_filter({name: values[0] for name, values in given.items()}, tuple(given.get("kind", ())))
