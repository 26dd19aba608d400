"""Who may look and decide: sessions, tokens of feeds, passwords, and the limit on guessing them."""

import datetime as dt
import hashlib
import hmac
import ipaddress
import secrets
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from itsdangerous import BadSignature, URLSafeTimedSerializer

from pipeline.errors import ConfigError
from pipeline.store.accounts import all_reviewers, find_reviewer, own_secret
from pipeline.store.database import Database

COOKIE = "claimwatch"
SESSION_SECONDS = 14 * 24 * 3600
SHORTEST_PASSWORD = 10
_FAILURES, _WINDOW_SECONDS = 5, 900
_hasher = PasswordHasher()
# Hashing something takes as long for a name that does not exist, so that names cannot be found out by the clock.
_NOBODY = _hasher.hash(secrets.token_hex(16))


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRules:
    """How people are known.

    `header` is the header in which a reverse proxy names the user, believed only from the addresses `proxies`. Without it users
    log in with a password if there are any; without users whoever reaches the loopback address is `local_user`, and nobody is where it
    listens elsewhere (`loopback` false). `hosts` are names under which the page may be asked for.
    """

    local_user: str = "local"
    header: str = ""
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    hosts: tuple[str, ...] = ()
    loopback: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What the cookie holds: who ("" before the login), the token that every form repeats, and a mark of the password."""

    user: str
    token: str
    mark: str = ""


class Sessions:
    """Signs and reads cookies and the tokens of feeds."""

    def __init__(self, secret: str) -> None:
        self._cookies = URLSafeTimedSerializer(secret, salt="session")
        self._secret = secret.encode()

    def fresh(self, user: str = "", mark: str = "") -> Session:
        """A new session with a token of its own."""
        return Session(user=user, token=secrets.token_urlsafe(24), mark=mark)

    def to_cookie(self, session: Session) -> str:
        """The session as a signed value."""
        signed = self._cookies.dumps([session.user, session.token, session.mark])
        return str(signed)

    def from_cookie(self, value: str) -> Session | None:
        """The session of a signed value; None if it is not ours or too old."""
        try:
            user, token, mark = self._cookies.loads(value, max_age=SESSION_SECONDS)
        except (BadSignature, ValueError, TypeError):
            return None
        return Session(user=user, token=token, mark=mark)

    def reading_token(self, user: str, mark: str) -> str:
        """What lets a feed reader or a program read as this user; a new password makes a new one."""
        signed = hmac.new(self._secret, f"read/1:{len(user)}:{user}:{mark}".encode(), hashlib.sha256).hexdigest()
        return f"{user.encode().hex()}.{signed[:40]}"

    def token_user(self, token: str) -> str:
        """Whose token it claims to be; still to be compared with `reading_token`."""
        try:
            return bytes.fromhex(token.partition(".")[0]).decode()
        except ValueError:
            return ""


class Gatekeeper:
    """Tells who a request is from. Reads the database on every request, so that a removed user is out at once."""

    def __init__(self, database: Database, rules: AccessRules, clock: Callable[[], float]) -> None:
        self._database, self.rules = database, rules
        with database.writing() as connection:
            self.sessions = Sessions(own_secret(connection, "session"))
        self.throttle = Throttle(clock)

    @property
    def has_users(self) -> bool:
        """True if anybody has a password."""
        with self._database.reading() as connection:
            return any(reviewer.active for reviewer in all_reviewers(connection))

    def password_mark(self, user: str) -> str | None:
        """A mark that changes with the password; None if the user may not log in."""
        with self._database.reading() as connection:
            found = find_reviewer(connection, user)
        return hashlib.sha256(found.password.encode()).hexdigest()[:16] if found else None

    def log_in(self, name: str, password: str) -> str | None:
        """The mark of the user's password if name and password fit, else None."""
        with self._database.reading() as connection:
            found = find_reviewer(connection, name)
        try:
            _hasher.verify(found.password if found else _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return None
        return self.password_mark(name) if found else None

    def token_fits(self, token: str) -> str:
        """The user whose reading token this is, "" if nobody's."""
        user = self.sessions.token_user(token)
        mark = self.password_mark(user) if user else None
        if mark is None and user == self.rules.local_user and self.rules.loopback and not self.has_users and not self.rules.header:
            mark = ""
        if mark is None:
            return ""
        return user if hmac.compare_digest(self.sessions.reading_token(user, mark).encode(), token.encode("utf-8", "replace")) else ""


class Throttle:
    """Slows down whoever guesses passwords: after five failures from one address or for one name it wants a wait."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures: dict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def wait(self, *keys: str) -> int:
        """How many seconds are to be waited, 0 if none."""
        with self._lock:
            now = self._clock()
            return max((self._wait(key, now) for key in keys), default=0)

    def failed(self, *keys: str) -> None:
        """Note a failure."""
        with self._lock:
            if len(self._failures) > 10_000:
                self._failures.clear()
            for key in keys:
                self._failures[key].append(self._clock())

    def forget(self, *keys: str) -> None:
        """Note a success."""
        with self._lock:
            for key in keys:
                self._failures.pop(key, None)

    def _wait(self, key: str, now: float) -> int:
        times = self._failures.get(key)
        while times and times[0] <= now - _WINDOW_SECONDS:
            times.popleft()
        return int(times[-_FAILURES] + _WINDOW_SECONDS - now) + 1 if times and len(times) >= _FAILURES else 0


def hash_password(password: str) -> str:
    """The argon2 hash of a password.

    Raises:
        ConfigError: It is too short to withstand guessing.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise ConfigError(f"the password is shorter than {SHORTEST_PASSWORD} characters", remedy="Four random words make a good one.")
    return str(_hasher.hash(password))


def is_loopback(host: str) -> bool:
    """True for an address or name that only this machine reaches."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def check_listening(host: str, rules: AccessRules, *, has_users: bool) -> None:
    """Refuses to listen where others could come in without being known.

    Raises:
        ConfigError: The address is not loopback, and there are neither users nor a proxy that names them.
    """
    if not is_loopback(host) and not rules.header and not has_users:
        raise ConfigError(
            "will not listen where everybody can come in",
            where=host,
            remedy="Add a user (claimwatch review user add NAME), or name the header of your proxy (--user-header), or listen on 127.0.0.1.",
        )


def utc_now() -> dt.datetime:
    """The clock."""
    return dt.datetime.now(dt.UTC)
