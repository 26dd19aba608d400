"""The only network code: URL -> bytes. Public addresses only, checked where the connection is made, on every hop."""

import asyncio
import ipaddress
import socket
import zlib
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from pipeline.errors import FetchError

MAX_HOPS = 5
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PERMANENT = frozenset((301, 308))
_PRIVATE_NETS = tuple(
    ipaddress.ip_network(net) for net in ("100.64.0.0/10", "192.0.0.0/24", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
_CHUNK = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer with a body. `url` is where it came from in the end; `moved_to` a permanent new address or ""."""

    url: str
    body: bytes
    content_type: str
    etag: str
    last_modified: str
    moved_to: str = ""


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
    if any(ip in net for net in _PRIVATE_NETS if net.version == ip.version):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


class _CheckedResolver(AbstractResolver):
    """Resolves once and refuses if any address is not public; the connection goes to the very address that was checked."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise FetchError("name not found", where=host) from error
        results: list[ResolveResult] = []
        for kind, _, proto, _, address in found:
            ip = str(address[0])
            if f"{host}:{port}" not in self._allowed and not is_public(ip):
                raise FetchError(
                    f"refused: {ip} is not a public address",
                    where=host,
                    remedy=f'If this is meant, list "{host}:{port}" under allowed_hosts in claimwatch.toml.',
                )
            results.append(ResolveResult(hostname=host, host=ip, port=port, family=kind, proto=proto, flags=socket.AI_NUMERICHOST))
        return results

    async def close(self) -> None:
        """Nothing to give back."""


class Fetcher:
    """Fetches over http and https; an async context manager.

    Args:
        user_agent: What servers are told.
        allowed_hosts: Private "host:port" that may be fetched all the same.
        timeout: Seconds for a whole request, redirects included.
        max_body: Most bytes of a decoded body.
        concurrency: Most requests at once.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allowed_hosts: tuple[str, ...] = (),
        timeout: float = 30.0,
        max_body: int = 10_000_000,
        concurrency: int = 8,
    ) -> None:
        self._allowed = frozenset(allowed_hosts)
        self._agent, self._timeout, self._max_body = user_agent, timeout, max_body
        self._gate = asyncio.Semaphore(concurrency)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(resolver=_CheckedResolver(self._allowed), use_dns_cache=False, limit=0)
        self._session = aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._agent, "Accept-Encoding": "gzip, identity"},
        )
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._session is not None:
            await self._session.close()

    async def fetch(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched | NotModified:
        """Get a URL, conditionally if validators are given.

        Raises:
            FetchError: In plain words: name not found, refused, timed out, answered 404, too large, ...
        """
        headers = {name: value for name, value in (("If-None-Match", etag), ("If-Modified-Since", last_modified)) if value}
        async with self._gate:
            try:
                async with asyncio.timeout(self._timeout):
                    return await self._follow(url, headers)
            except TimeoutError as error:
                raise FetchError(f"no complete answer within {self._timeout:g} s", where=url) from error
            except aiohttp.ClientConnectorError as error:
                raise FetchError(f"no connection ({error.os_error.strerror or 'refused'})", where=url) from error
            except (aiohttp.ClientError, zlib.error, ValueError) as error:
                raise FetchError(f"broken answer ({type(error).__name__})", where=url) from error

    async def _follow(self, url: str, headers: dict[str, str]) -> Fetched | NotModified:
        here, moved_to = url, ""
        for _ in range(MAX_HOPS + 1):
            self._check(here)
            if self._session is None:
                raise FetchError("the fetcher is closed", where=url)
            async with self._session.get(here, headers=headers, allow_redirects=False) as answer:
                if answer.status == 304 and headers:
                    return NotModified(url=url)
                if answer.status in _REDIRECTS and answer.headers.get("Location"):
                    following = urljoin(here, answer.headers["Location"])
                    if here.startswith("https:") and following.startswith("http:"):
                        raise FetchError("refused: redirect from https to http", where=url)
                    moved_to = following if answer.status in _PERMANENT and (moved_to or here == url) else ""
                    here = following
                    continue
                if answer.status != 200:
                    wait = answer.headers.get("Retry-After", "")
                    raise FetchError(f"answered {answer.status}" + (f", retry after {wait}" if wait else ""), where=url)
                body = await self._body(answer, url)
                return Fetched(
                    url=here,
                    body=body,
                    content_type=answer.content_type,
                    etag=answer.headers.get("ETag", ""),
                    last_modified=answer.headers.get("Last-Modified", ""),
                    moved_to=moved_to,
                )
        raise FetchError(f"more than {MAX_HOPS} redirects", where=url)

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise FetchError("refused: only http and https addresses are fetched", where=url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            numeric = ipaddress.ip_address(parts.hostname)
        except ValueError:
            return  # a name: the resolver checks what it stands for
        if f"{parts.hostname}:{port}" not in self._allowed and not is_public(str(numeric)):
            raise FetchError(
                f"refused: {numeric} is not a public address",
                where=url,
                remedy=f'If this is meant, list "{parts.hostname}:{port}" under allowed_hosts in claimwatch.toml.',
            )

    async def _body(self, answer: aiohttp.ClientResponse, url: str) -> bytes:
        """The body, inflated in bounded steps: a small compressed body can hold gigabytes."""
        encoding = answer.headers.get("Content-Encoding", "").lower().strip()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise FetchError(f"refused: unasked encoding {encoding}", where=url)
        inflater = zlib.decompressobj(zlib.MAX_WBITS | 16) if "gzip" in encoding else None
        body = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            data = chunk
            while data:
                piece = inflater.decompress(data, _CHUNK) if inflater else data
                body += piece
                if len(body) > self._max_body:
                    raise FetchError(f"refused: larger than {self._max_body // 1_000_000} MB", where=url)
                data = inflater.unconsumed_tail if inflater else b""
        return bytes(body)
