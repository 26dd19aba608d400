"""The same lists for programs: `.json` and `.csv` on every address of a list, and of a change."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeline.report.rows import change_row, claim_row, csv_text, state_row
from pipeline.review.change_page import find_change
from pipeline.review.desk import Desk, address, as_json, desk_of
from pipeline.review.listing import change_filter, claim_filter, day, place, place_words, whole
from pipeline.review.source_pages import as_row, feed_rows
from pipeline.review.watch_pages import states_now
from pipeline.store.articles import newest_articles
from pipeline.store.claim_search import search_claims
from pipeline.store.decisions import history
from pipeline.store.reviews import list_changes
from pipeline.store.runs import recent_runs
from pipeline.store.tallies import SPEAKER, busiest
from pipeline.verdicts import Decision, Reviewed

MOST, USUAL = 500, 100
Row = dict[str, Any]


def changes(request: Request, desk: Desk, limit: int) -> tuple[list[Row], str]:
    """Changes with how they stand."""
    wanted = change_filter(request.query_params, tuple(kind for kind in request.query_params.getlist("kind") if kind))
    with desk.database.reading() as connection:
        found, more = list_changes(connection, wanted, limit=limit, after=place(request.query_params.get("after", "")))
    return [reviewed_row(item, desk) for item in found], place_words(more)


def claims(request: Request, desk: Desk, limit: int) -> tuple[list[Row], str]:
    """Stored claims."""
    after = whole(request.query_params, "after", default=0, most=10**12)
    with desk.database.reading() as connection:
        found = search_claims(connection, claim_filter(request.query_params), limit=limit, after=after or None)
    return [claim_row(item.stored) for item in found.claims], str(found.after or "")


def states(request: Request, desk: Desk, _limit: int) -> tuple[list[Row], str]:
    """How each question stands, or stood."""
    chosen = request.query_params.get("watch", "")
    watches = (desk.watch(chosen),) if chosen else desk.story.watches
    as_of, known_at = (day(request.query_params.get(name, ""), end=True) for name in ("as_of", "known_at"))
    with desk.database.reading() as connection:
        found = [state for watch in watches for state in states_now(connection, watch, as_of, known_at)]
    return [state_row(state) for state in found], ""


def watches(_request: Request, desk: Desk, _limit: int) -> tuple[list[Row], str]:
    """The watches with their questions."""
    rows: list[Row] = [
        {
            "format": 1, "id": watch.id, "title": watch.title, "description": watch.description,
            "questions": [{"id": item.id, "asks": item.asks, "kind": item.kind.value} for item in watch.questions],
        }
        for watch in desk.story.watches
    ]  # fmt: skip
    return rows, ""


def speakers(request: Request, desk: Desk, limit: int) -> tuple[list[Row], str]:
    """Speakers, the busiest first."""
    number, found, key = request.query_params.get("after", "").partition("~")
    after = (int(number), key) if found and number.isascii() and number.isdigit() and len(number) < 12 else None
    with desk.database.reading() as connection:
        tallies, more = busiest(connection, SPEAKER, limit=limit, after=after, begins=request.query_params.get("begins", ""))
    rows = [{"name": item.name, "institution": item.institution, "claims": item.claims, "last_at": item.last_at.isoformat()} for item in tallies]
    return rows, f"{more[0]}~{more[1]}" if more else ""


def sources(_request: Request, desk: Desk, _limit: int) -> tuple[list[Row], str]:
    """Feeds and how they answer."""
    with desk.database.reading() as connection:
        return [as_row(source) for source in feed_rows(connection, desk)], ""


def runs(_request: Request, desk: Desk, limit: int) -> tuple[list[Row], str]:
    """The last runs."""
    with desk.database.reading() as connection:
        found = recent_runs(connection, limit)
    rows: list[Row] = [
        {
            "kind": run.kind, "started_at": run.started_at.isoformat(), "finished_at": run.finished_at.isoformat(), "articles": run.articles,
            "claims": run.claims, "changes": run.changes, "problems": list(run.problems),
        }
        for run in found
    ]  # fmt: skip
    return rows, ""


def articles(request: Request, desk: Desk, limit: int) -> tuple[list[Row], str]:
    """Stored article versions."""
    after = whole(request.query_params, "after", default=0, most=10**12)
    with desk.database.reading() as connection:
        found, more = newest_articles(connection, limit=limit, after=after or None, publisher=request.query_params.get("source", ""))
    rows: list[Row] = [
        {
            "url": item.url, "version": item.version, "publisher": item.publisher, "title": item.title,
            "published": item.published.isoformat(), "seen_at": item.seen_at.isoformat(),
        }
        for item in found
    ]  # fmt: skip
    return rows, str(more or "")


def decided(request: Request, desk: Desk, limit: int) -> tuple[list[Row], str]:
    """The log of decisions."""
    after = whole(request.query_params, "after", default=0, most=10**12)
    with desk.database.reading() as connection:
        found = history(connection, before=after or None, limit=limit)
    return [decision_row(row) for row in found], str(found[-1].id) if len(found) == limit else ""


Listed = Callable[[Request, Desk, int], tuple[list[Row], str]]
LISTED: dict[str, Listed] = {
    "changes": changes, "claims": claims, "states": states, "watches": watches, "speakers": speakers, "sources": sources, "runs": runs,
    "articles": articles, "history": decided,
}  # fmt: skip


def listed(request: Request) -> Response:
    """GET /LIST.json and /LIST.csv."""
    name, _, form = request.url.path[1:].rpartition(".")
    given = request.query_params.get("limit", "")
    if given.isascii() and given.isdigit() and int(given[:12]) > MOST:
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"At most {MOST} at once; go on with the address in `next`.")
    rows, more = LISTED[name](request, request.app.state.desk, whole(request.query_params, "limit", default=USUAL, most=MOST))
    pairs = [(key, value) for key, value in request.query_params.multi_items() if key != "after" and value]
    following = address(request.url.path, after=more) + "".join(f"&{address('', **{key: value})[1:]}" for key, value in pairs) if more else None
    if form == "json":
        return as_json({"rows": rows, "next": following})
    headers = {"link": f'<{following}>; rel="next"'} if following else {}
    return _csv(rows, name, headers)


def one_change(request: Request) -> Response:
    """GET /changes/ID.json and /changes/ID.csv."""
    desk = desk_of(request)
    with desk.database.reading() as connection:
        found = find_change(connection, request.path_params["change"])
        log = history(connection, change=found.change.id, limit=MOST)
    row = reviewed_row(found, desk) | {"decisions": [decision_row(item) for item in log]}
    return as_json(row) if request.url.path.endswith(".json") else _csv([row], found.change.id[:12], {})


def reviewed_row(reviewed: Reviewed, desk: Desk) -> Row:
    """A change as in changes.jsonl, with how it stands in the review."""
    standing = reviewed.standing
    return change_row(reviewed.change) | {
        "review": {
            "state": standing.word(desk.now()), "version": standing.version, "by": standing.by or None, "reason": standing.reason or None,
            "at": standing.at.isoformat() if standing.at else None, "until": standing.until.isoformat() if standing.until else None,
        }
    }  # fmt: skip


def decision_row(row: Decision) -> Row:
    """A row of the log."""
    return {
        "id": row.id, "batch": row.batch, "at": row.at.isoformat(), "who": row.who, "action": row.action.value, "change": row.change,
        "note": row.note, "undone": row.undone,
    }  # fmt: skip


def _csv(rows: Sequence[Row], name: str, headers: dict[str, str]) -> Response:
    own = {"content-disposition": f'attachment; filename="claimwatch-{name}.csv"'} | headers
    return Response(csv_text(rows).encode("utf-8", "replace"), media_type="text/csv", headers=own)
