"""Logging in and out, and the few answers that need no login."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from pipeline.review.access import Gatekeeper
from pipeline.review.desk import Desk, desk_of, local_path, visit_of
from pipeline.review.guard import cookie_header


def login_page(request: Request) -> Response:
    """GET /login."""
    desk = desk_of(request)
    return _form(desk, request, "", HTTPStatus.OK)


def log_in(request: Request) -> Response:
    """POST /login. After five failures within a quarter of an hour, from one address or for one name, nobody is let in for a while."""
    desk, visit = desk_of(request), visit_of(request)
    gate: Gatekeeper = request.app.state.gatekeeper
    name, address = visit.field("name").strip()[:200], request.client.host if request.client else ""
    keys = (f"name {name.casefold()}", f"address {address}")
    wait = gate.throttle.wait(*keys)
    if wait:
        refused = _form(desk, request, f"Too many wrong passwords. Try again in {(wait + 59) // 60} minutes.", HTTPStatus.TOO_MANY_REQUESTS)
        refused.headers["retry-after"] = str(wait)
        return refused
    mark = gate.log_in(name, visit.field("password"))
    if mark is None:
        gate.throttle.failed(*keys)
        return _form(desk, request, "That name and password do not fit.", HTTPStatus.FORBIDDEN)
    gate.throttle.forget(*keys)
    answer = RedirectResponse(local_path(visit.field("next") or "/"), HTTPStatus.SEE_OTHER)
    # A new session: nobody who knew the old cookie is in with this one.
    cookie = gate.sessions.to_cookie(gate.sessions.fresh(name, mark))
    answer.headers["set-cookie"] = cookie_header(cookie, secure=request.url.scheme == "https")
    return answer


def log_out(request: Request) -> Response:
    """POST /logout."""
    gate: Gatekeeper = request.app.state.gatekeeper
    answer = RedirectResponse("/login", HTTPStatus.SEE_OTHER)
    answer.headers["set-cookie"] = cookie_header(gate.sessions.to_cookie(gate.sessions.fresh()), secure=request.url.scheme == "https")
    return answer


def help_page(request: Request) -> Response:
    """GET /help: the keys, the words, and how to work through a morning's changes."""
    desk = desk_of(request)
    return desk.page(request, "help.html")


def health(request: Request) -> Response:
    """GET /healthz: 200 if the database answers."""
    desk = desk_of(request)
    with desk.database.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
    return PlainTextResponse("ok")


def icon(_request: Request) -> Response:
    """GET /favicon.ico: none."""
    raise HTTPException(HTTPStatus.NOT_FOUND, "There is no icon.")


def _form(desk: Desk, request: Request, problem: str, status: HTTPStatus) -> Response:
    visit = visit_of(request)
    back = visit.field("next") or request.query_params.get("next", "")
    from starlette.responses import HTMLResponse

    text = desk.render("login.html", csrf=visit.session.token, problem=problem, next=local_path(back or "/"), name=visit.field("name")[:200])
    return HTMLResponse(text, status)
