"""A server on loopback that does wrong whatever a server can do wrong: one path per fault. Also good feeds and pages.

Raw sockets, because a proper HTTP library refuses to send most of this.
"""

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Send = Callable[[bytes], None]
Handler = Callable[["Request", Send], None]
DATE = "Mon, 12 May 2031 08:00:00 GMT"


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    peer: tuple[str, int] = ("", 0)


def head(status: int = 200, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()), "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1")


def answer(body: bytes | str, status: int = 200, **headers: str) -> Handler:
    """A proper answer with this body."""
    raw = body.encode() if isinstance(body, str) else body

    def handle(_request: Request, send: Send) -> None:
        send(head(status, **({"Content_Type": "application/xml", "Content_Length": str(len(raw))} | headers)) + raw)

    return handle


def rss(items: str, title: str = "T") -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title><link>https://example.org/</link>{items}</channel></rss>'


def item(number: int | str, *, link: str | None = None, guid: str | None = None, date: str | None = DATE, title: str = "", body: str = "") -> str:
    address = f"https://example.org/{number}" if link is None else link
    return (
        f"<item><title>{title or f'Item {number}'}</title>" + (f"<link>{address}</link>" if address else "")
        + (f"<guid isPermaLink='false'>{guid}</guid>" if guid is not None else "") + (f"<pubDate>{date}</pubDate>" if date else "")
        + f"<description>{body or f'What happened, part {number}.'}</description></item>")


def good_feed(name: str, count: int = 3) -> str:
    return rss("".join(item(f"{name}/{number}", guid=f"{name}-{number}") for number in range(count)), title=name)


def endless(*parts: bytes, pause: float = 0.0) -> Handler:
    """The first parts, then the last one again and again."""

    def handle(_request: Request, send: Send) -> None:
        for part in parts[:-1]:
            send(part)
        while True:
            send(parts[-1])
            if pause:
                time.sleep(pause)

    return handle


def sent(*parts: bytes) -> Handler:
    """Exactly these bytes, then the connection is closed."""

    def handle(_request: Request, send: Send) -> None:
        for part in parts:
            send(part)

    return handle


def reset(*parts: bytes) -> Handler:
    """These bytes, then the connection is reset."""

    def handle(_request: Request, send: Send) -> None:
        for part in parts:
            send(part)
        raise ConnectionResetError

    return handle


def gzip_zeros(total: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    piece = b"\0" * 1_000_000
    return b"".join(packer.compress(piece) for _ in range(total // len(piece))) + packer.flush()


ENTITY_BOMB = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(f'<!ENTITY {chr(98 + n)} "{"&" + chr(97 + n) + ";"}{("&" + chr(97 + n) + ";") * 9}">' for n in range(9)) + "]>"
XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b SYSTEM "http://127.0.0.1:1/x">]>'
AUTHOR_REDOS = "a" * 60_000

# Each of them can give nothing: what is wrong, and the reason that an analyst reads (a regular expression).
BROKEN: dict[str, tuple[Handler, str]] = {
    "reset-at-once": (reset(), "no connection|without an answer"),
    "reset-in-header": (reset(b"HTTP/1.1 200 OK\r\nContent-Ty"), "no connection|without an answer|no proper HTTP"),
    "reset-in-body": (reset(head(Content_Length="9000"), b"<rss"), "broke off|no connection"),
    "loop": (answer("", 301, Location="/loop"), "more than 5 redirects"),
    "to-private": (answer("", 302, Location="http://10.0.0.7/feed"), "10.0.0.7 is not a public address"),
    "to-metadata": (answer("", 302, Location="http://169.254.169.254/latest"), "not a public address"),
    "to-file": (answer("", 302, Location="file:///etc/passwd"), "only http and https"),
    "to-nothing": (answer("", 302, Location="http://"), "no web address"),
    "unasked-304": (answer("", 304), "304"),
    "http-401": (answer("no", 401), "answered 401"),
    "http-403": (answer("no", 403), "answered 403"),
    "http-404": (answer("no", 404), "answered 404"),
    "http-410": (answer("no", 410), "answered 410"),
    "http-429": (answer("no", 429, Retry_After="3600"), "answered 429, asks to wait 3600 s"),
    "http-429-date": (answer("no", 429, Retry_After="Wed, 21 Oct 2099 07:28:00 GMT"), "answered 429, asks to wait"),
    "http-500": (answer("no", 500), "answered 500"),
    "http-503": (answer("no", 503), "answered 503"),
    "http-999": (answer("no", 999), "answered 999"),
    "empty": (answer(""), "is empty"),
    "blank": (answer(" \n\n "), "is empty"),
    "html": (answer("<!doctype html><html><body>Hello</body></html>", Content_Type="text/html"), "an HTML page"),
    "login": (answer("<html><form>Log in</form></html>", Content_Type="application/rss+xml"), "an HTML page"),
    "words": (answer("just words"), "no RSS"),
    "image": (answer(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20), "no RSS"),
    "json-no-feed": (answer('{"version": 1}'), "no RSS"),
    "json-null": (answer("null"), "no RSS"),
    "json-deep": (answer("[" * 100_000), "no RSS"),
    "json-items-null": (answer('{"items": NaN'), "no RSS"),
    "gzip-lies": (answer(good_feed("lies"), Content_Encoding="gzip"), "says it is packed with gzip"),
    "gzip-cut": (answer(gzip.compress(good_feed("cut").encode() * 50)[:300], Content_Encoding="gzip"), "broke off"),
    "gzip-bomb": (answer(gzip_zeros(80_000_000), Content_Encoding="gzip"), "larger than"),
    "gzip-twice": (answer(gzip.compress(gzip.compress(b"x" * 1000)), Content_Encoding="gzip, gzip"), "packed with gzip, gzip"),
    "brotli": (answer(b"\x8b\x02\x80abc\x03", Content_Encoding="br"), "packed with br"),
    "zstd": (answer(b"(\xb5/\xfd", Content_Encoding="zstd"), "packed with zstd"),
    "deflate": (answer(zlib.compress(b"x" * 100), Content_Encoding="deflate"), "packed with deflate"),
    "huge": (endless(head(Content_Type="text/xml", Content_Length="1000000000"), b"<rss>" + b"x" * 65_000), "larger than"),
    "huge-chunks": (endless(head(Transfer_Encoding="chunked"), b"10000\r\n" + b"x" * 65_536 + b"\r\n"), "larger than"),
    "drip": (endless(head(Content_Length="100000"), b"x", pause=0.05), "no complete answer within"),
    "drip-header": (endless(b"HTTP/1.1 200 OK\r\nX-A: ", b"x", pause=0.05), "no complete answer within|no proper HTTP"),
    "silence": (lambda _request, _send: time.sleep(60), "no complete answer within"),
    "endless-headers": (endless(b"HTTP/1.1 200 OK\r\n", b"X-Header: " + b"y" * 500 + b"\r\n"), "no proper HTTP|no complete answer"),
    "endless-header": (endless(b"HTTP/1.1 200 OK\r\nX-Header: ", b"y" * 5_000), "no proper HTTP|no complete answer"),
    "no-http": (sent(b"220 smtp.example.org ESMTP\r\n"), "no proper HTTP|without an answer"),
    "bad-chunk": (sent(head(Transfer_Encoding="chunked"), b"zz\r\nhello\r\n0\r\n\r\n"), "no proper HTTP|broke off"),
    "chunk-without-end": (sent(head(Transfer_Encoding="chunked"), b"5\r\nhello\r\n"), "broke off"),
    "too-long-length": (sent(head(Content_Length="5000"), b"<rss></rss>"), "broke off"),
    "short-length": (answer(good_feed("short") + "trailing", Content_Length=str(len(good_feed("short")))), "no proper HTTP"),
    "bad-length": (sent(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n<rss/>"), "no proper HTTP"),
    "redos-author": (answer(rss(f"<item><link>https://example.org/r</link><author>{AUTHOR_REDOS}</author></item>")), "parsing took longer"),
}

# These are odd, but hold entries that can be read; each with how many, and what is said about it ("" = nothing).
ODD: dict[str, tuple[Handler, int, str]] = {
    "wrong-type": (answer(good_feed("type"), Content_Type="image/png"), 3, ""),
    "wrong-charset": (answer(good_feed("charset"), Content_Type="application/xml; charset=nonsense-8"), 3, ""),
    "truncated": (answer(good_feed("truncated", 9)[:-180]), 8, "cut off or damaged"),
    "gzip-tail": (answer(gzip.compress(good_feed("tail").encode()) + b"garbage" * 50, Content_Encoding="gzip"), 3, ""),
    "nul-bytes": (answer(good_feed("nul").replace("Item", "It\0em")), 3, "cut off or damaged"),
    "entity-bomb": (answer(ENTITY_BOMB + rss("<item><title>&j;</title><link>https://example.org/bomb</link></item>").split("?>", 1)[1]), 1, ""),
    "xxe": (answer(XXE + rss("<item><title>[&a;&b;]</title><link>https://example.org/xxe</link></item>").split("?>", 1)[1]), 1, ""),
    "deep": (answer(rss("<item><title>D</title><link>https://example.org/deep</link><description>" + "<b>" * 3_000 + "</description></item>")), 1, ""),
    "no-guid": (answer(rss(item(1, date=DATE) + item(2))), 2, ""),
    "same-guid": (answer(rss(item(1, guid="g") + item(2, guid="g"))), 2, "the same id"),
    "future": (answer(rss(item(1, date="Mon, 12 May 2199 08:00:00 GMT"))), 1, ""),
    "no-date": (answer(rss(item(1, date=None) + item(2))), 2, "1 entry has no date"),
    "bad-date": (answer(rss(item(1, date="yesterday evening"))), 1, "1 entry has no date"),
    "javascript-link": (answer(rss(item(1, link="javascript:alert(1)") + item(2))), 1, "1 entry has no web address"),
    "file-link": (answer(rss(item(1, link="file:///etc/passwd") + item(2))), 1, "1 entry has no web address"),
    "relative-link": (answer(rss(item(1, link="/news/1"))), 1, ""),
    "long-title": (answer(rss(item(1, title="x" * 1_000_000))), 1, ""),
    "surrogates": (answer(rss(item(1, title="a&#xD800;b"))), 1, ""),
    "rtl": (answer(rss(item(1, title="abc \u202edcba\u202c \u0007".replace("\u0007", "")))), 1, ""),
    "twice": (answer(rss(item(1) * 3)), 3, "more than once"),
    "no-entries": (answer(rss("")), 0, "no entries"),
    "json-feed": (answer('{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [{"id": 1, "url": "https://example.org/j", "title": null}, null, 7]}'), 1, "2 entries have no web address"),
}


@dataclass
class FaultServer:
    """Serves handlers by path; counts requests by path. `with serving(...) as server: server.url("/x")`."""

    handlers: dict[str, Handler]
    port: int = 0
    asked: list[Request] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path.lstrip('/')}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def count(self, path: str) -> int:
        return sum(request.path == f"/{path.lstrip('/')}" for request in self.asked)


@contextmanager
def serving(handlers: dict[str, Handler]) -> Iterator[FaultServer]:
    """A server for these handlers (by path, without the first slash) as long as the block lasts; others are answered 404."""
    server = FaultServer(handlers)
    listener = socket.create_server(("127.0.0.1", 0), backlog=600)
    server.port = listener.getsockname()[1]
    stopping = threading.Event()

    def accept() -> None:
        while not stopping.is_set():
            try:
                connection, peer = listener.accept()
            except OSError:
                return
            threading.Thread(target=_talk, args=(connection, peer, server), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        stopping.set()
        listener.close()


def _talk(connection: socket.socket, peer: tuple[str, int], server: FaultServer) -> None:
    connection.settimeout(30)
    try:
        raw = b""
        while b"\r\n\r\n" not in raw:
            got = connection.recv(65_536)
            if not got:
                return
            raw += got
        lines = raw.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        request = Request(path=lines[0].split()[1], headers=headers, peer=peer)
        server.asked.append(request)
        handler = server.handlers.get(request.path.partition("?")[0].lstrip("/")) or server.handlers.get("*") or answer("no", 404)
        handler(request, connection.sendall)
    except ConnectionResetError:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    except OSError:
        pass
    finally:
        connection.close()
