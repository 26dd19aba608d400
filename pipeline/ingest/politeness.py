"""Keeps a distance between requests to one host, and asks robots.txt before a page is read."""

import asyncio
import threading
import time
from urllib.parse import urlsplit

from protego import Protego

from pipeline.errors import FetchError
from pipeline.ingest.fetch import Fetched, Fetcher

# What a host may ask us to wait between two pages, at most; a run must end some day.
MAX_DELAY = 30.0
# Google reads as much of a robots.txt, and so do we.
_ROBOTS_BYTES = 500_000


class Turns:
    """When each host may be asked next. Several gates may share one, also from threads with event loops of their own."""

    def __init__(self) -> None:
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, host: str, delay: float) -> float:
        """Take the next turn; returns how many seconds there are until then."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next.get(host, now))
            self._next[host] = turn + delay
        return turn - now


class HostGate:
    """Lets few requests at once to a host, and each only some time after the one before.

    Args:
        turns: Shared with other gates; None for turns of its own.
        per_host: Most requests at once to one "host:port".
        delay: Seconds between the beginnings of two requests to it.
        exempt: "host:port" that are ours: they need no delay.
    """

    def __init__(self, *, per_host: int = 2, delay: float = 1.0, exempt: frozenset[str] = frozenset(), turns: Turns | None = None) -> None:
        self._per_host, self._delay, self._exempt = per_host, delay, exempt
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._turns = turns or Turns()
        self._delays: dict[str, float] = {}

    def __call__(self, host: str) -> "Turn":
        """A context in which the host may be asked."""
        slot = self._slots.get(host)
        if slot is None:
            slot = self._slots[host] = asyncio.Semaphore(self._per_host)
        return Turn(slot, self, host)

    async def wait(self, host: str) -> None:
        """Wait until the host may be asked again."""
        delay = 0.0 if host in self._exempt else self._delays.get(host, self._delay)
        if delay:
            await asyncio.sleep(self._turns.take(host, delay))

    def slow_down(self, host: str, delay: float) -> None:
        """Keep at least this many seconds between requests to a host, because it asks for it."""
        self._delays[host] = min(max(delay, self._delay), MAX_DELAY)


class Turn:
    """One request's turn with a host, as an asynchronous context."""

    __slots__ = ("_gate", "_host", "_slot")

    def __init__(self, slot: asyncio.Semaphore, gate: HostGate, host: str) -> None:
        self._slot, self._gate, self._host = slot, gate, host

    async def __aenter__(self) -> None:
        await self._slot.acquire()
        try:
            await self._gate.wait(self._host)
        except BaseException:
            self._slot.release()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._slot.release()


class Robots:
    """What each host's robots.txt lets us read; asked once per host.

    Args:
        fetcher: What it is fetched with.
        agent: Our name in it.
        gate: Told of a crawl delay; None to ignore it.
    """

    def __init__(self, fetcher: Fetcher, agent: str, gate: HostGate | None = None) -> None:
        self._fetcher, self._agent, self._gate = fetcher, agent, gate
        self._rules: dict[str, asyncio.Task[Protego | None]] = {}

    async def check(self, url: str) -> None:
        """Returns if the page may be read.

        Raises:
            FetchError: robots.txt forbids it, or the host cannot be asked (RFC 9309: then nothing may be read).
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._read(origin))
        rules = await asyncio.shield(self._rules[origin])
        if rules is not None and not rules.can_fetch(url, self._agent):
            raise FetchError("robots.txt asks us not to read this page", where=url, code="robots")

    async def _read(self, origin: str) -> Protego | None:
        try:
            answer = await self._fetcher.fetch(f"{origin}/robots.txt")
        except FetchError as error:
            if 400 <= error.status < 500 and error.status != 429:
                return None
            if error.code in ("redirects", "downgrade", "too_large", "encoding"):
                return None
            raise
        if not isinstance(answer, Fetched):
            return None
        rules = Protego.parse(answer.body[:_ROBOTS_BYTES].decode("utf-8-sig", "replace"))
        delay = rules.crawl_delay(self._agent)
        if delay and self._gate is not None:
            parts = urlsplit(origin)
            port = parts.port or (443 if parts.scheme == "https" else 80)
            self._gate.slow_down(f"{parts.hostname}:{port}", float(delay))
        return rules
