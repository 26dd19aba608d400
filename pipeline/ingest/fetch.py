"""The only network code: URL -> bytes. Public addresses only, checked where the connection is made, on every hop."""

import asyncio
import datetime as dt
import ipaddress
import os
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from pipeline.errors import FetchError
from pipeline.ingest.headers import max_age, retry_after

MAX_HOPS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PERMANENT = frozenset((301, 308))
# What Python 3.11 calls global and is not, or reaches an IPv4 address by another way. Of IPv6 only 2000::/3 is given out at all:
# that leaves out NAT64 (64:ff9b::), IPv4-compatible (::a.b.c.d), site-local and multicast addresses.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(net)
    for net in (
        *("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/3"),
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)
_GIVEN_OUT = ipaddress.ip_network("2000::/3")
_CHUNK = 65_536
# A body may be longer on the wire than inflated only by what gzip adds to data that does not compress.
_WIRE_SLACK = 65_536

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
Gate = Callable[[str], AbstractAsyncContextManager[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer with a body. `url` is where it came from in the end; `moved_to` a permanent new address or "".

    `content_type` and `charset` are what the server said ("" if nothing), `max_age` the seconds for which it calls the answer fresh.
    """

    url: str
    body: bytes
    content_type: str
    etag: str
    last_modified: str
    moved_to: str = ""
    charset: str = ""
    max_age: float = 0.0

    @property
    def full_type(self) -> str:
        """The content type with the encoding, as far as the server said them."""
        return f"{self.content_type}; charset={self.charset}" if self.charset else self.content_type


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server says that nothing is new (304)."""

    url: str


def is_public(address: str) -> bool:
    """True for a global unicast address. Python's `is_global` alone lets NAT64, 6to4 and multicast pass."""
    ip = ipaddress.ip_address(address.split("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    if mapped is not None:
        ip = mapped
    if isinstance(ip, ipaddress.IPv6Address) and ip not in _GIVEN_OUT:
        return False
    if any(ip in net for net in _NOT_PUBLIC if net.version == ip.version):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


async def resolve_name(host: str, port: int) -> Sequence[str]:
    """The addresses of a host by the system's resolver.

    Raises:
        OSError: There are none.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class _Door(AbstractResolver):
    """Resolves a name once, refuses if any of its addresses is not public, and lets only those through that it has passed.

    The second look, where the socket is made, catches hosts that are no names: whatever spelling a client library takes for an
    address, the address that is really connected to is the one that is looked at.
    """

    def __init__(self, allowed: frozenset[str], resolve: Resolve) -> None:
        self._allowed, self._resolve = allowed, resolve
        self._passed: set[tuple[str, int]] = set()

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        """Called by aiohttp for every connection to a name."""
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise FetchError("name not found", where=host, code="name_not_found") from error
        results: list[ResolveResult] = []
        for address in found:
            kind = socket.AF_INET6 if ":" in address else socket.AF_INET
            if f"{host}:{port}" in self._allowed:
                self._passed.add((address.split("%")[0], port))
            elif not is_public(address):
                raise _refusal(address, host, port)
            if family in (socket.AF_UNSPEC, kind):
                results.append(ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST))
        if not results:
            raise FetchError("name not found", where=host, code="name_not_found")
        return results

    def open(self, info: Any) -> socket.socket:
        """A socket for an address that may be connected to; called by aiohttp right before it connects."""
        family, kind, proto, _, (address, port, *_) = info
        if (address, port) not in self._passed and f"{address}:{port}" not in self._allowed and not is_public(address):
            raise _refusal(address, address, port)
        return socket.socket(family, kind, proto)

    async def close(self) -> None:
        """Nothing to give back."""


def _refusal(address: str, host: str, port: int) -> FetchError:
    remedy = f'If this is meant, list "{host}:{port}" under allowed_hosts in claimwatch.toml.'
    return FetchError(f"refused: {address} is not a public address", where=host, remedy=remedy, code="not_public")


def _no_gate(_host: str) -> AbstractAsyncContextManager[Any]:
    return nullcontext()


class Fetcher:
    """Fetches over http and https; an async context manager.

    Args:
        user_agent: What servers are told.
        allowed_hosts: Private "host:port" that may be fetched all the same.
        timeout: Seconds for a whole request, redirects included.
        max_body: Most bytes of a decoded body.
        concurrency: Most requests at once.
        proxy: Address of an http proxy to go through; "" for none. The environment is never asked for one.
        gate: Gives for a "host:port" a context in which it may be asked, e.g. to keep a distance between requests.
        resolve: Finds the addresses of a name.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allowed_hosts: tuple[str, ...] = (),
        timeout: float = 30.0,
        max_body: int = 10_000_000,
        concurrency: int = 8,
        proxy: str = "",
        gate: Gate = _no_gate,
        resolve: Resolve = resolve_name,
    ) -> None:
        way = urlsplit(proxy)
        listed = (*allowed_hosts, f"{way.hostname}:{way.port or 80}") if proxy else allowed_hosts
        self._allowed = frozenset(host.replace("[", "").replace("]", "") for host in listed)
        self._agent, self._timeout, self._max_body, self._proxy = user_agent, timeout, max_body, proxy
        self._turns, self._gate, self._resolve = asyncio.Semaphore(concurrency), gate, resolve
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._door = _Door(self._allowed, self._resolve)
        connector = aiohttp.TCPConnector(resolver=self._door, socket_factory=self._door.open, use_dns_cache=False, limit=0)
        self._session = aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._agent, "Accept-Encoding": "gzip, identity"},
            timeout=aiohttp.ClientTimeout(total=None),
        )
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched | NotModified:
        """Get a URL, conditionally if validators are given. A name and password in it are sent to its own origin only.

        Raises:
            FetchError: In plain words: name not found, refused, timed out, answered 404, too large, ...
        """
        headers = {name: value for name, value in (("If-None-Match", etag), ("If-Modified-Since", last_modified)) if value}
        where = without_password(url)
        try:
            first = _checked(url, where)
        except ValueError as error:
            raise FetchError("is no web address", where=where, code="not_an_address") from error
        async with self._gate(f"{first.host}:{first.port}"), self._turns:
            try:
                async with asyncio.timeout(self._timeout):
                    return await self._follow(first, headers, where)
            except TimeoutError as error:
                raise FetchError(f"no complete answer within {self._timeout:g} s", where=where, code="timeout") from error
            except aiohttp.InvalidURL as error:
                raise FetchError("is no web address", where=where, code="not_an_address") from error
            except aiohttp.ClientConnectorCertificateError as error:
                raise FetchError("its certificate is not valid", where=where, code="tls") from error
            except (aiohttp.ClientSSLError, ssl.SSLError) as error:
                raise FetchError("no secure connection could be made", where=where, code="tls") from error
            except aiohttp.ClientConnectorError as error:
                raise FetchError(f"no connection ({_reason(error.os_error)})", where=where, code="no_connection") from error
            except aiohttp.ServerDisconnectedError as error:
                raise FetchError("the server closed the connection without an answer", where=where, code="broken_answer") from error
            except aiohttp.ClientPayloadError as error:
                raise FetchError("the answer broke off", where=where, code="cut_off") from error
            except OSError as error:
                raise FetchError(f"no connection ({_reason(error)})", where=where, code="no_connection") from error
            except (aiohttp.ClientError, zlib.error, ValueError) as error:
                raise FetchError("the answer is no proper HTTP", where=where, code="broken_answer") from error

    async def _follow(self, first: URL, headers: dict[str, str], where: str) -> Fetched | NotModified:
        here, moved_to = first, ""
        for _ in range(MAX_HOPS + 1):
            if self._session is None:
                raise FetchError("the fetcher is closed", where=where)
            # Only what the first address itself carries, and only to its own origin: yarl's origin leaves name and password out.
            login = aiohttp.BasicAuth(first.user or "", first.password or "") if first.user and here.origin() == first.origin() else None
            target = _without_login(here)
            if self._proxy:
                await self._check_for_proxy(target)
            async with self._session.get(target, headers=headers, allow_redirects=False, auth=login, proxy=self._proxy or None) as answer:
                if answer.status in _REDIRECTS and answer.headers.get("Location"):
                    following = self._next_hop(here, answer.headers["Location"], where)
                    moved_to = str(_without_login(following)) if answer.status in _PERMANENT and (moved_to or here is first) else ""
                    here = following
                    continue
                return await self._answer(answer, target, bool(headers), moved_to, where)
        raise FetchError(f"more than {MAX_HOPS} redirects", where=where, code="redirects")

    def _next_hop(self, here: URL, location: str, where: str) -> URL:
        try:
            asked = urlsplit(location.strip())
            if asked.scheme and not asked.netloc and not asked.path.strip("/"):
                raise ValueError(location)  # "http://": joined to where we are it would lead back there, again and again
            following = _checked(urljoin(str(_without_login(here)), location.strip()), where)
        except ValueError as error:
            raise FetchError("redirects to what is no web address", where=where, code="redirects") from error
        if here.scheme == "https" and following.scheme == "http":
            raise FetchError("refused: redirect from https to http", where=where, code="downgrade")
        return following

    async def _check_for_proxy(self, target: URL) -> None:
        """Behind a proxy the connection is made elsewhere: a target that resolves to something private is refused here."""
        if target.host and f"{target.host}:{target.port}" not in self._allowed:
            try:
                found = await self._resolve(target.host, target.port or 80)
            except (OSError, UnicodeError):
                return  # only the proxy can resolve it
            for address in found:
                if not is_public(address):
                    raise _refusal(address, target.host, target.port or 80)

    async def _answer(
        self, answer: aiohttp.ClientResponse, here: URL, conditional: bool, moved_to: str, where: str
    ) -> Fetched | NotModified:
        if answer.status == 304:
            if conditional:
                return NotModified(url=where)
            raise FetchError("answered 304 (nothing new) without being asked", where=where, code="http_304", status=304)
        if answer.status != 200:
            wait = retry_after(answer.headers.get("Retry-After", ""), dt.datetime.now(dt.UTC))
            asked = f", asks to wait {wait:g} s" if wait else ""
            code = {410: "gone", 429: "throttled"}.get(answer.status, f"http_{answer.status}")
            raise FetchError(f"answered {answer.status}{asked}", where=where, code=code, status=answer.status, retry_after=wait)
        return Fetched(
            url=str(here),
            body=await self._body(answer, where),
            content_type=answer.content_type,
            charset=answer.charset or "",
            etag=answer.headers.get("ETag", ""),
            last_modified=answer.headers.get("Last-Modified", ""),
            moved_to=moved_to,
            max_age=max_age(answer.headers.get("Cache-Control", "")),
        )

    async def _body(self, answer: aiohttp.ClientResponse, where: str) -> bytes:
        """The body, inflated in bounded steps: a small compressed body can hold gigabytes."""
        encoding = answer.headers.get("Content-Encoding", "").lower().strip()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise FetchError(f"refused: the answer is packed with {encoding[:40]}, which we did not ask for", where=where, code="encoding")
        too_large = FetchError(f"refused: larger than {self._max_body / 1_000_000:g} MB", where=where, code="too_large")
        inflater = zlib.decompressobj(zlib.MAX_WBITS | 16) if "gzip" in encoding else None
        body, wire = bytearray(), 0
        try:
            async for chunk in answer.content.iter_chunked(_CHUNK):
                wire += len(chunk)
                if wire > self._max_body + _WIRE_SLACK:
                    raise too_large
                data = chunk
                while data:
                    body += inflater.decompress(data, _CHUNK) if inflater else data
                    if len(body) > self._max_body:
                        raise too_large
                    data = inflater.unconsumed_tail if inflater else b""
        except zlib.error as error:
            raise FetchError("says it is packed with gzip, and is not", where=where, code="encoding") from error
        if inflater is not None and body and not inflater.eof:
            raise FetchError("the answer broke off", where=where, code="cut_off")
        return bytes(body)


def without_password(url: str) -> str:
    """The address without name and password, for messages and the database."""
    if "@" not in url:
        return url
    head, slashes, rest = url.partition("//")
    host, slash, path = rest.partition("/")
    return f"{head}{slashes}{host.rpartition('@')[2]}{slash}{path}"


def _checked(url: str, where: str) -> URL:
    # Taken apart once, by what connects to it: two parsers that differ are how filters are passed.
    try:
        address = URL(url)
    except IndexError as error:  # yarl stumbles over "http://[@"
        raise ValueError(url) from error
    if address.scheme not in ("http", "https") or not address.host:
        raise FetchError("refused: only http and https addresses are fetched", where=where, code="scheme")
    return address


def _reason(error: OSError) -> str:
    """What the system calls it: Python's own words ("Connect call failed ('192.0.2.7', 80)") are not for people."""
    return os.strerror(error.errno).lower() if error.errno else "it broke off"


def _without_login(address: URL) -> URL:
    return address if address.raw_user is None and address.raw_password is None else address.with_user(None)
