"""The review application: every route on one page. A GET looks, a POST decides; `guard.py` stands before both."""

import datetime as dt
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Scope

from pipeline.errors import ClaimwatchError
from pipeline.report.page import own_text
from pipeline.review import (
    change_page,
    config_pages,
    data,
    deciding,
    inbox,
    login_pages,
    output_pages,
    reading_pages,
    source_pages,
    watch_pages,
)
from pipeline.review.access import AccessRules, Gatekeeper, utc_now
from pipeline.review.desk import Desk, as_json
from pipeline.review.guard import Guard
from pipeline.review.preview import Preview
from pipeline.store.database import Database

_GET, _POST = ["GET"], ["POST"]


def routes() -> list[Route | Mount]:
    """All routes. Lists have twins that end in .json and .csv."""
    pages: list[tuple[str, Callable[[Request], Response]]] = [
        ("/", inbox.inbox), ("/changes", inbox.inbox), ("/changes/{change:str}", change_page.change_page),
        ("/watches", watch_pages.watches_page), ("/watches/{watch:str}", watch_pages.watch_page),
        ("/watches/{watch:str}/{question:str}", watch_pages.question_page), ("/claims", reading_pages.claims_page),
        ("/speakers", reading_pages.speakers_page), ("/articles", reading_pages.articles_page), ("/sources", source_pages.sources_page),
        ("/runs", source_pages.runs_page), ("/history", source_pages.history_page), ("/editor", config_pages.editor_page),
        ("/aliases", config_pages.alias_page), ("/outputs", output_pages.outputs_page), ("/help", login_pages.help_page),
        ("/unseen.json", inbox.unseen), ("/login", login_pages.login_page), ("/healthz", login_pages.health), ("/favicon.ico", login_pages.icon),
        ("/openapi.json", output_pages.openapi), ("/feeds/{watch:str}.atom", output_pages.atom),
        ("/export/{watch:str}.zip", output_pages.bundle), ("/digest.html", output_pages.digest_file), ("/digest.md", output_pages.digest_file),
    ]  # fmt: skip
    twins = [Route(f"/{name}.{form}", data.listed, methods=_GET) for name in data.LISTED for form in ("json", "csv")]
    twins += [Route(f"/changes/{{change:str}}.{form}", data.one_change, methods=_GET) for form in ("json", "csv")]
    acts: list[tuple[str, Callable[[Request], Response]]] = [
        ("/changes/{change:str}/{verdict:str}", deciding.decide_one), ("/decide", deciding.decide_listed), ("/undo", deciding.undo),
        ("/editor/preview", config_pages.preview_watches), ("/editor", config_pages.save_watches), ("/aliases", config_pages.teach_alias),
        ("/views", config_pages.add_view), ("/views/{view:int}/forget", config_pages.forget_view), ("/login", login_pages.log_in),
        ("/logout", login_pages.log_out),
    ]  # fmt: skip
    posts = [Route(path, act, methods=_POST) for path, act in acts]
    return [*twins, *(Route(path, page, methods=_GET) for path, page in pages), *posts, Route("/static/{name:str}", static, methods=_GET)]


def create_app(
    database: Database,
    config: Path,
    rules: AccessRules | None = None,
    *,
    now: Callable[[], dt.datetime] = utc_now,
    clock: Callable[[], float] = time.monotonic,
) -> ASGIApp:
    """The application, ready to be served.

    Args:
        database: What is reviewed.
        config: The folder of watches and aliases; the editor writes there.
        rules: How people are known.
        now: The clock (UTC).
        clock: Seconds, for the limit on logins.
    """
    desk = Desk(database, config, now)
    app = Starlette(routes=routes(), exception_handlers={HTTPException: _refused, ClaimwatchError: _failed, Exception: _broken})
    app.state.desk, app.state.gatekeeper = desk, Gatekeeper(database, rules or AccessRules(), clock)
    app.state.preview = Preview(database)

    def refuse(scope: Scope, status: HTTPStatus, said: str) -> Response:
        return _error(desk, Request(scope), status, said)

    return Guard(app, app.state.gatekeeper, refuse)


def static(request: Request) -> Response:
    """GET /static/NAME: our own style and script; the report's style is the house's."""
    kinds = {"review.css": "text/css", "review.js": "text/javascript", "report.css": "text/css"}
    name = request.path_params["name"]
    if name not in kinds:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such file.")
    text = own_text(name) if name == "report.css" else _own(name)
    return Response(text, media_type=kinds[name], headers={"cache-control": "no-cache"})


def _own(name: str) -> str:
    from pipeline.review.desk import Static

    return (Static / name).read_text(encoding="utf-8")


async def _refused(request: Request, error: Exception) -> Response:
    status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    said = error.detail if isinstance(error, HTTPException) else ""
    answer = _error(request.app.state.desk, request, status, "" if said == status.phrase else said)
    answer.headers.update((error.headers or {}) if isinstance(error, HTTPException) else {})
    return answer


async def _failed(request: Request, error: Exception) -> Response:
    """What a person can mend: the configuration is wrong, the database is busy."""
    return _error(request.app.state.desk, request, HTTPStatus.SERVICE_UNAVAILABLE, str(error))


async def _broken(request: Request, _: Exception) -> Response:
    """A bug of ours: no word of the exception, which may hold anything, reaches the page; the server's log has it."""
    said = "Something is wrong in Claimwatch itself; nothing was changed. The log of the server says more."
    return _error(request.app.state.desk, request, HTTPStatus.INTERNAL_SERVER_ERROR, said)


def _error(desk: Desk, request: Request, status: HTTPStatus, said: str) -> Response:
    said = said or {404: "There is no such page.", 405: "That cannot be done here."}.get(status.value, status.phrase)
    path = request.url.path
    if "application/json" in request.headers.get("accept", "") or path.endswith((".json", ".csv", ".atom", ".zip")):
        return as_json({"error": said}, status)
    return HTMLResponse(desk.render("error.html", status=status.value, phrase=status.phrase, said=said), status)


