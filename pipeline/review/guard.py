"""What every request and every response passes, whichever route it is for, so that a new route cannot escape it.

- Every response has the headers of promise X2, errors too.
- Anything but GET and HEAD needs our cookie, the token of that session, and an origin that is ours; else 403 (X3).
- Nobody reads anything without being known (X4): by session, by the header of a trusted proxy, by a token, or by being on this machine.
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, quote, urlsplit

from anyio.to_thread import run_sync
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.review.access import COOKIE, SESSION_SECONDS, Gatekeeper, Session, is_loopback

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'none'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
LARGEST_BODY = 1_000_000
# May be read by whoever comes: without them nobody could log in.
_OPEN = ("/login", "/static/", "/favicon.ico", "/healthz")
# What programs read, who cannot log in: a token will do.
_BY_TOKEN = (".atom", ".json", ".csv", ".zip")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What the guard found out about a request: who it is, their session, and the fields of a posted form in order."""

    user: str
    session: Session
    form: tuple[tuple[str, str], ...] = ()

    def field(self, name: str) -> str:
        """The first field of that name, "" without one."""
        return next((value for key, value in self.form if key == name), "")

    def fields(self, name: str) -> tuple[str, ...]:
        """All fields of that name."""
        return tuple(value for key, value in self.form if key == name)


Refuse = Callable[[Scope, HTTPStatus, str], Response]


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, gatekeeper: Gatekeeper, refuse: Refuse) -> None:
        self._app, self._gate, self._refuse = app, gatekeeper, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through or answers it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        session, is_new = self._session(scope)
        sending = _with_headers(send, self._cookie(scope, session) if is_new else "")
        answer = await self._examine(scope, receive, session)
        if isinstance(answer, Response):
            await answer(scope, receive, sending)
            return
        scope.setdefault("state", {})["visit"] = answer
        await self._app(scope, _body_of(b""), sending)

    async def _examine(self, scope: Scope, receive: Receive, session: Session) -> Response | Visit:
        request = HTTPConnection(scope)
        host = request.headers.get("host", "")
        if not self._host_is_ours(host):
            return self._refuse(scope, HTTPStatus.MISDIRECTED_REQUEST, f"This address is not served here: {host}")
        form: tuple[tuple[str, str], ...] = ()
        if scope["method"] not in ("GET", "HEAD"):
            body = await _read(receive)
            if body is None:
                return self._refuse(scope, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "That is too large to be sent at once.")
            form = tuple(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=20_000))
            reason = _foreign(request, session, form)
            if reason:
                return self._refuse(scope, HTTPStatus.FORBIDDEN, reason)
        user = await run_sync(self._user, request, session)
        if user or scope["path"].startswith(_OPEN):
            return Visit(user=user, session=session, form=form)
        if self._gate.rules.header:
            return self._refuse(scope, HTTPStatus.FORBIDDEN, "Your proxy did not say who you are.")
        if scope["path"].endswith(_BY_TOKEN):
            return self._refuse(scope, HTTPStatus.UNAUTHORIZED, "A token is needed: ?token=... (it stands on the page Outputs).")
        if form or scope["method"] not in ("GET", "HEAD"):
            return self._refuse(scope, HTTPStatus.FORBIDDEN, "You are logged out; nothing was changed. Log in and try again.")
        target = scope["path"] + (f"?{scope['query_string'].decode('ascii', 'replace')}" if scope["query_string"] else "")
        return RedirectResponse(f"/login?next={quote(target, safe='')}", HTTPStatus.SEE_OTHER)

    def _user(self, request: HTTPConnection, session: Session) -> str:
        rules = self._gate.rules
        if rules.header:
            peer = request.client.host if request.client else ""
            return request.headers.get(rules.header, "").strip() if peer in rules.proxies else ""
        if session.user:
            mark = self._gate.password_mark(session.user)
            if mark is not None and hmac.compare_digest(mark, session.mark):
                return session.user
        token = request.query_params.get("token") or request.headers.get("authorization", "").removeprefix("Bearer ")
        if token and request.scope["method"] in ("GET", "HEAD") and request.url.path.endswith(_BY_TOKEN):
            return self._gate.token_fits(token)
        return rules.local_user if rules.loopback and not self._gate.has_users else ""

    def _host_is_ours(self, host: str) -> bool:
        """Another page must not reach a local server by giving its own name our address (DNS rebinding)."""
        rules = self._gate.rules
        name = urlsplit(f"//{host}").hostname or ""
        if rules.hosts:
            return name in rules.hosts or is_loopback(name)
        return bool(rules.header) or self._gate.has_users or is_loopback(name)

    def _session(self, scope: Scope) -> tuple[Session, bool]:
        cookie = HTTPConnection(scope).cookies.get(COOKIE, "")
        known = self._gate.sessions.from_cookie(cookie) if cookie else None
        return (known, False) if known else (self._gate.sessions.fresh(), True)

    def _cookie(self, scope: Scope, session: Session) -> str:
        return cookie_header(self._gate.sessions.to_cookie(session), secure=scope["scheme"] == "https")


def cookie_header(value: str, *, secure: bool) -> str:
    """The session as a header; scripts cannot read it, and other sites' forms do not send it."""
    return f"{COOKIE}={value}; Path=/; Max-Age={SESSION_SECONDS}; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")


def _foreign(request: HTTPConnection, session: Session, form: tuple[tuple[str, str], ...]) -> str:
    """Why a request that changes something does not come from our own page, in words; "" if it does."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return "This came from another site; nothing was changed."
    origin = request.headers.get("origin")
    # Our own pages send no referrer, so browsers call the origin of their forms "null"; the header above tells whose they are.
    unnamed = origin == "null" and site == "same-origin"
    if origin is not None and not unnamed and (urlsplit(origin).netloc != request.headers.get("host") or urlsplit(origin).scheme not in ("http", "https")):
        return "This came from another site; nothing was changed."
    given = request.headers.get("x-csrf-token") or next((value for name, value in form if name == "csrf"), "")
    if COOKIE not in request.cookies or not hmac.compare_digest(given.encode(), session.token.encode()):
        return "The page was too old, or cookies are off; nothing was changed. Reload it and try again."
    return ""


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or None if it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > LARGEST_BODY:
            return None
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def _body_of(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _with_headers(send: Send, cookie: str) -> Callable[[Message], Awaitable[None]]:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message["headers"]}
            own = [(name.encode(), value.encode()) for name, value in HEADERS.items() if name.encode() not in given or name != "cache-control"]
            kept = [pair for pair in message["headers"] if pair[0].lower().decode() not in HEADERS or pair[0].lower() == b"cache-control"]
            message["headers"] = [*kept, *own]
            if cookie and b"set-cookie" not in given:
                message["headers"].append((b"set-cookie", cookie.encode()))
        await send(message)

    return sending
