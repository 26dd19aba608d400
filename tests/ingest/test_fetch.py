"""Nothing private is reached, nothing is too large, nothing takes too long, no secret goes astray. Loopback only."""

import asyncio
import contextlib
import http.server
import ipaddress
import itertools
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import FetchError
from pipeline.ingest.fetch import Fetched, Fetcher, is_public, without_password
from pipeline.ingest.headers import retry_after
from pipeline.ingest.politeness import HostGate, Turns
from tests.builders import MONDAY, busy
from tests.faultserver import Request, answer, endless, gzip_zeros, head, serving

# Spellings that reach 127.0.0.1 or another private address in one library or another.
SPELLINGS = [
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0.0.1", "0177.0.0.1", "0177.1", "017700000001",
    "127.000.000.001", "0", "0.0.0.0", "00", "0x0", "localhost", "LOCALHOST", "localhost.", "127.0.0.1.", "ip6-localhost", "localhost.localdomain",
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[2001::1]", "[fe80::1]", "[fe80::1%25lo]", "[::1%25lo]", "[fc00::1]", "[fd00::1]", "[fec0::1]",
    "[ff02::1]", "[3fff::1]", "[5f00::1]", "[2001:db8::1]", "[100::1]", "①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1", "127.0.0.1%00.example.org",
    "10.0.0.1", "10.1", "172.16.0.1", "192.168.0.1", "192.168.257", "169.254.169.254", "0xa9fea9fe", "100.64.0.1", "192.0.0.192", "192.0.0.8", "192.88.99.1",
    "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "example.org@127.0.0.1", "127.0.0.1#@example.org", "example.org\\@127.0.0.1", "127.0.0.1:80@localhost",
]
PUBLIC = "93.184.215.14"


@pytest.fixture
def canary() -> Iterator[tuple[int, list[int]]]:
    """A port on all loopback addresses that nobody may reach; and every connection that was made."""
    touched: list[int] = []
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listeners = [listener]
    with contextlib.suppress(OSError):
        listeners.append(socket.create_server(("::1", port), family=socket.AF_INET6))
    for one in listeners:
        threading.Thread(target=_listen, args=(one, touched), daemon=True).start()
    yield port, touched
    for one in listeners:
        one.close()


def _listen(listener: socket.socket, touched: list[int]) -> None:
    while True:
        try:
            listener.accept()[0].close()
        except OSError:
            return
        touched.append(1)


# An audit hook cannot be taken away again: it is installed once and records only while a test asks for it.
_connects: list[object] = []
_recording = threading.Event()


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect" and _recording.is_set():
        _connects.append(arguments[1])


sys.addaudithook(_audit)


@pytest.fixture
def connects() -> Iterator[list[object]]:
    """Every address that anything in this process tried to connect to during the test."""
    _connects.clear()
    _recording.set()
    yield _connects
    _recording.clear()


def get(url: str, **given: object) -> Fetched:
    async def run() -> Fetched:
        async with Fetcher(**({"user_agent": "test", "timeout": 5.0} | given)) as client:  # type: ignore[arg-type]
            found = await client.fetch(url)
            assert isinstance(found, Fetched)
            return found

    return asyncio.run(run())


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_a_private_address_is_connected_to(canary: tuple[int, list[int]], connects: list[object], host: str):
    port, touched = canary
    url = f"http://{host}/" if "@" in host or "#" in host else f"http://{host}:{port}/"
    with pytest.raises(FetchError) as caught:
        get(url, timeout=3.0, resolve=_local_names)
    assert caught.value.code in ("not_public", "name_not_found", "scheme", "not_an_address")
    assert touched == []
    assert connects == []


async def _local_names(host: str, port: int) -> Sequence[str]:
    """The system's resolver for what it knows without asking anybody; every other name is unknown."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except OSError:
        if not host.lower().strip(".").startswith(("localhost", "ip6-")):
            raise
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[4][0]) for address in found]


@pytest.mark.parametrize("hops", range(1, 8))
def test_a_chain_of_redirects_never_ends_at_a_private_address(canary: tuple[int, list[int]], connects: list[object], hops: int):
    port, touched = canary
    chain = {str(number): answer("", 302, Location=f"/{number + 1}") for number in range(hops)}
    chain[str(hops)] = answer("", 302, Location=f"http://127.0.0.1:{port}/")
    with serving(chain) as server, pytest.raises(FetchError, match=r"not a public address|more than 5"):
        get(server.url("0"), allowed_hosts=(server.host,))
    assert touched == []
    assert set(connects) == {("127.0.0.1", server.port)}


@pytest.mark.parametrize("location", ["http://localhost:{port}/", "//127.0.0.1:{port}/", "http:\\\\127.0.0.1:{port}/", "http://2130706433:{port}/", "http://[::1]:{port}/", "http://user@127.1:{port}/"])
def test_a_redirect_is_checked_however_its_target_is_spelt(canary: tuple[int, list[int]], connects: list[object], location: str):
    port, touched = canary
    with serving({"f": answer("", 302, Location=location.format(port=port))}) as server, pytest.raises(FetchError):
        get(server.url("f"), allowed_hosts=(server.host,), resolve=_local_names)
    assert touched == []
    assert {peer[1] for peer in connects} <= {server.port}  # type: ignore[index]


def test_a_name_that_changes_its_address_is_resolved_once_and_connected_to_where_it_was_checked(monkeypatch: pytest.MonkeyPatch, canary: tuple[int, list[int]]):
    port, touched = canary
    asked: list[str] = []
    tried: list[object] = []

    async def flipping(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return [PUBLIC] if len(asked) % 2 else ["127.0.0.1"]

    async def no_packets(addr_infos: Sequence[tuple[object, ...]], **_given: object) -> socket.socket:
        # The far side of the network: what would be connected to is noted, nothing is sent.
        tried.extend(info[4] for info in addr_infos)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr("aiohttp.connector.aiohappyeyeballs.start_connection", no_packets)
    for number in range(6):
        with pytest.raises(FetchError) as caught:
            get(f"http://rebinding.example:{port}/", resolve=flipping)
        assert caught.value.code == ("no_connection" if number % 2 == 0 else "not_public")
        assert len(asked) == number + 1
    assert tried == [(PUBLIC, port)] * 3
    assert touched == []


@pytest.mark.parametrize("others", [["127.0.0.1"], ["::1"], ["10.0.0.1"], ["fd00::1"], [PUBLIC, "169.254.169.254"]])
def test_one_private_address_among_many_refuses_the_name(connects: list[object], others: list[str]):
    async def mixed(_host: str, _port: int) -> Sequence[str]:
        return [PUBLIC, *others]

    with pytest.raises(FetchError, match="not a public address"):
        get("http://mixed.example/", resolve=mixed)
    assert connects == []


def test_the_last_look_is_at_the_socket_whatever_the_resolver_said(canary: tuple[int, list[int]], monkeypatch: pytest.MonkeyPatch):
    port, touched = canary
    monkeypatch.setattr("pipeline.ingest.fetch._Door.resolve", _unchecked)
    with pytest.raises(FetchError, match="not a public address"):
        get(f"http://anything.example:{port}/")
    assert touched == []


async def _unchecked(_door: object, host: str, port: int = 0, family: int = 0) -> list[dict[str, object]]:
    return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}]


def test_a_listed_host_and_port_is_reached_by_name_and_others_on_the_same_address_are_not(canary: tuple[int, list[int]]):
    port, touched = canary
    with serving({"f": answer("here")}) as server:
        assert get(f"http://localhost:{server.port}/f", allowed_hosts=(f"localhost:{server.port}",), resolve=_four).body == b"here"
        with pytest.raises(FetchError, match="not a public address"):
            get(f"http://localhost:{port}/f", allowed_hosts=(f"localhost:{server.port}",), resolve=_four)
    assert touched == []


async def _four(_host: str, _port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def test_proxies_of_the_environment_are_not_used(canary: tuple[int, list[int]], monkeypatch: pytest.MonkeyPatch):
    port, touched = canary
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
    with serving({"f": answer("direct")}) as server:
        assert get(server.url("f"), allowed_hosts=(server.host,)).body == b"direct"
    assert touched == []


def test_a_configured_proxy_is_used_and_private_targets_are_refused_before_it_is_asked():
    with serving({"*": answer("by proxy")}) as proxy:
        way = f"http://127.0.0.1:{proxy.port}"

        async def names(host: str, _port: int) -> Sequence[str]:
            if host == "far.example":
                raise OSError("only the proxy knows it")
            return ["10.0.0.1"] if host == "inside.example" else [PUBLIC]

        assert get("http://out.example/f", proxy=way, resolve=names).body == b"by proxy"
        assert get("http://far.example/f", proxy=way, resolve=names).body == b"by proxy"
        with pytest.raises(FetchError, match="not a public address"):
            get("http://inside.example/f", proxy=way, resolve=names)
    assert [request.path for request in proxy.asked] == ["http://out.example/f", "http://far.example/f"]


def test_a_name_and_password_go_to_their_own_origin_only_and_are_in_no_message():
    seen: list[tuple[str, str | None]] = []

    def noting(name: str, location: str):
        def handle(request: Request, send) -> None:
            seen.append((name, request.headers.get("authorization")))
            answer("end" if not location else "", 302 if location else 200, **({"Location": location} if location else {}))(request, send)

        return handle

    with serving({}) as other, serving({}) as server:
        server.handlers.update({"a": noting("a", "/b"), "b": noting("b", other.url("c"))})
        other.handlers.update({"c": noting("c", server.url("d"))})
        server.handlers["d"] = noting("d", "")
        found = get(f"http://me:secret@{server.host}/a", allowed_hosts=(server.host, other.host))
        assert [(name, bool(login)) for name, login in seen] == [("a", True), ("b", True), ("c", False), ("d", True)]
        assert "secret" not in found.url
        with pytest.raises(FetchError) as caught:
            get(f"http://me:secret@{server.host}/nothing", allowed_hosts=(server.host,))
        assert "secret" not in str(caught.value)
        server.handlers["e"] = noting("e", f"http://evil:trick@{other.host}/f")
        other.handlers["f"] = noting("f", "")
        get(f"http://{server.host}/e", allowed_hosts=(server.host, other.host))
    assert seen[-1] == ("f", None)


def test_no_cookie_is_kept_or_sent():
    with serving({}) as server:
        server.handlers["a"] = answer("", 302, Location="/b", Set_Cookie="id=1")
        server.handlers["b"] = answer("end")
        get(server.url("a"), allowed_hosts=(server.host,))
        assert [request.headers.get("cookie") for request in server.asked] == [None, None]


def test_a_redirect_from_https_to_http_is_refused():
    from yarl import URL

    client = Fetcher(user_agent="test")
    with pytest.raises(FetchError, match="https to http"):
        client._next_hop(URL("https://example.org/a"), "http://example.org/a", "w")
    assert client._next_hop(URL("https://example.org/a"), "/b", "w") == URL("https://example.org/b")


@pytest.mark.parametrize(("value", "seconds"), [("120", 120), ("0", 0), ("99999999", 604800), ("Mon, 12 May 2031 10:00:00 GMT", 3600), ("Mon, 12 May 2031 08:00:00 GMT", 0), ("soon", None), ("", None), ("-5", None)])
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str, seconds: float | None):
    assert retry_after(value, MONDAY) == seconds


def test_a_password_is_taken_out_of_an_address():
    assert without_password("https://me:p@ss@example.org/a@b") == "https://example.org/a@b"
    assert without_password("https://example.org/a@b") == "https://example.org/a@b"


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=2000, deadline=None)
def test_every_private_ipv4_address_is_private_however_it_is_wrapped_in_ipv6(number: int):
    plain = ipaddress.IPv4Address(number)
    public = is_public(str(plain))
    assert public == (plain.is_global and not plain.is_multicast and plain not in ipaddress.ip_network("100.64.0.0/10") and plain not in ipaddress.ip_network("192.0.0.0/24")
                      and plain not in ipaddress.ip_network("192.88.99.0/24") and number < 0xE0000000)
    assert is_public(f"::ffff:{plain}") == public
    for wrapped in (f"64:ff9b::{plain}", f"::{plain}", f"2002:{number >> 16:x}:{number & 0xFFFF:x}::", f"2001:0:{number >> 16:x}:{number & 0xFFFF:x}::"):
        assert not is_public(wrapped)


HOSTS = st.one_of(
    st.sampled_from(SPELLINGS), st.text(alphabet="0123456789abcdefx.:[]%@\\/#?-_①⑦。", min_size=1, max_size=30),
    st.integers(0, 2**33).map(str), st.integers(0, 2**32).map(hex), st.ip_addresses().map(str), st.ip_addresses(v=6).map(lambda found: f"[{found}]"))


@given(st.sampled_from(["http://", "https://", "HTTP://", "http:/", "http:", "ftp://", "//", ""]), HOSTS, st.sampled_from(["", "/", "/x?y=http://127.0.0.1/", "\\x", "\t/", "%2f"]))
@settings(max_examples=int(os.environ.get("URLS", "400")), deadline=None)
def test_no_address_that_can_be_written_leads_to_a_private_one(scheme: str, host: str, path: str):
    passed: list[str] = []

    async def run() -> None:
        async with Fetcher(user_agent="test", timeout=2.0, resolve=_local_names) as client:
            door = client._door
            real = door.open

            def noting(info):
                made = real(info)
                made.close()
                passed.append(str(info[4][0]))
                raise ConnectionRefusedError(111, "Connection refused")

            client._session.connector._socket_factory = noting  # type: ignore[union-attr]
            with pytest.raises(FetchError):
                await client.fetch(f"{scheme}{host}{path}")

    asyncio.run(run())
    assert all(is_public(address) for address in passed)


def written(chance: random.Random) -> str:
    """An address as it may stand in a feed: mostly http to a host in one of its many spellings, damaged now and then."""
    number = chance.choice((0x7F000001, 0x0A000001, 0xA9FEA9FE, 0xC0A80001, 0, *(chance.getrandbits(32) for _ in range(5))))
    parts = [number >> shift & 255 for shift in (24, 16, 8, 0)]
    host = chance.choice((
        lambda: chance.choice(SPELLINGS),
        lambda: str(number),
        lambda: hex(number),
        lambda: f"0{number:o}",
        lambda: ".".join(chance.choice((str, hex, lambda part: f"0{part:o}", lambda part: f"{part:03}"))(part) for part in parts),  # type: ignore[operator]
        lambda: f"{parts[0]}.{number & 0xFFFFFF}",
        lambda: f"{parts[0]}.{parts[1]}.{number & 0xFFFF}",
        lambda: f"[{chance.choice(('::ffff:', '::', '64:ff9b::', '64:ff9b:1::', '::ffff:0:', '2002:', 'fe80::', 'fd00::'))}{number >> 16:x}:{number & 0xFFFF:x}{chance.choice(('', '::', '%25lo', '%lo'))}]",
        lambda: str(ipaddress.IPv6Address(chance.getrandbits(128))).join("[]"),
        lambda: "".join(chance.choice("0123456789abcdefx.:[]%@\\/#?-_①⑦。") for _ in range(chance.randint(1, 30))),
    ))()
    if chance.random() < 0.2:
        at = chance.randrange(len(host) + 1)
        host = host[:at] + chance.choice(("@", ".", "%00", "\\", "#", " ", "\t", "0", "%2e", "。", "\N{SOFT HYPHEN}", "\N{ZERO WIDTH SPACE}")) + host[at:]
    if chance.random() < 0.1:
        host = "".join(chr(ord("０") + int(letter)) if letter in "0123456789" else letter for letter in host)
    user = chance.choice((*("",) * 9, "me:secret@", "example.org@", "example.org%40"))
    port = chance.choice((*("", ":80", ":65535", ":08080") * 4, ":0", ":99999", ":-1"))
    scheme = chance.choice((*("http://",) * 40, "https://", "HTTP://", "http:/", "http:", "ftp://", "//", "", "http:\\\\"))
    return f"{scheme}{user}{host}{port}" + chance.choice(("", "/", "/x?y=http://127.0.0.1/", "\\x", "\t/", "%2f", "#@example.org"))


def test_of_twenty_thousand_ways_to_write_an_address_none_leads_to_a_private_one(connects: list[object]):
    """The whole path down to the socket, which is made and never connected."""
    chance, reached, codes = random.Random(5), set[str](), Counter[str]()

    async def run() -> None:
        async with Fetcher(user_agent="test", timeout=30.0, resolve=_local_names) as client:
            real = client._door.open

            def noting(info):
                real(info).close()
                reached.add(str(info[4][0]))
                raise ConnectionRefusedError(111, "Connection refused")

            client._session.connector._socket_factory = noting  # type: ignore[union-attr]
            for _ in range(20_000):
                with pytest.raises(FetchError) as caught:
                    await client.fetch(written(chance))
                codes[caught.value.code] += 1

    asyncio.run(run())
    assert connects == []
    assert [address for address in reached if not is_public(address)] == []
    # Most are refused as they are written; some get as far as the check of their address, and some are public.
    assert len(reached) > 500
    assert codes["not_public"] > 2000
    assert set(codes) <= {"not_public", "no_connection", "name_not_found", "scheme", "not_an_address", "broken_answer"}


CHILD = """
import asyncio, resource, sys
from pipeline.errors import FetchError
from pipeline.ingest.fetch import Fetcher
url, host = sys.argv[1:3]
async def run():
    async with Fetcher(user_agent="t", allowed_hosts=(host,), timeout=5.0, max_body=10_000_000) as client:
        try:
            return len((await client.fetch(url)).body)
        except FetchError as error:
            return error.code
def peak():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
before = peak()
import time
started = time.monotonic()
outcome = asyncio.run(run())
print(outcome, peak() - before, time.monotonic() - started)
"""
_MB = b"x" * 1_000_000
BODIES = {
    "plain": (endless(head(Content_Length="1000000000"), _MB), "too_large"),
    "chunked": (endless(head(Transfer_Encoding="chunked"), b"f4240\r\n" + _MB + b"\r\n"), "too_large"),
    "one-chunk": (endless(head(Transfer_Encoding="chunked"), b"7fffffff\r\n" + _MB, _MB), "too_large"),
    "gzip": (lambda request, send: answer(_bomb(), Content_Encoding="gzip")(request, send), "too_large"),
    "double-gzip": (lambda request, send: answer(_bomb(), Content_Encoding="gzip, gzip")(request, send), "encoding"),
    "brotli": (answer(b"\x8b" * 848, Content_Encoding="br"), "encoding"),
    "zstd": (answer(b"(\xb5/\xfd" * 100, Content_Encoding="zstd"), "encoding"),
    "deflate-with-tail": (answer(b"x\x9c" + b"\0" * 100_000, Content_Encoding="deflate"), "encoding"),
    "headers": (endless(b"HTTP/1.1 200 OK\r\n", b"X-Header: " + b"y" * 500 + b"\r\n"), "broken_answer"),
    "one-header": (endless(b"HTTP/1.1 200 OK\r\nX-Header: ", b"y" * 65_536), "broken_answer"),
    "status-line": (endless(b"HTTP/1.1 200 ", b"y" * 65_536), "broken_answer"),
    "drip": (endless(head(Content_Length="100000"), b"x", pause=0.5), "timeout"),
    "silent-chunk": (endless(head(Transfer_Encoding="chunked"), b"1\r\nx\r\n", pause=0.5), "timeout"),
    "many-informational": (endless(b"HTTP/1.1 100 Continue\r\n\r\n"), "broken_answer|timeout"),
}


def _bomb() -> bytes:
    if not _BOMB:
        _BOMB.append(gzip_zeros(1_000_000_000))
    return _BOMB[0]


_BOMB: list[bytes] = []


@pytest.mark.parametrize("name", BODIES)
def test_no_body_costs_more_than_64_mb_or_its_time(name: str):
    handler, code = BODIES[name]
    if "gzip" in name:
        _bomb()
    with serving({"f": handler}) as server:
        found = subprocess.run([sys.executable, "-c", CHILD, server.url("f"), server.host], capture_output=True, text=True, timeout=60, check=True,
                               env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}, cwd=Path(__file__).parents[2])
    outcome, peak, seconds = found.stdout.split()
    assert outcome in code.split("|")
    assert int(peak) <= 64 * 1024
    assert float(seconds) <= 6.0 * busy()


def test_a_server_that_speaks_to_many_at_once_is_asked_by_few_and_in_turn():

    times: list[float] = []
    busy = {"now": 0, "most": 0}

    class Slow(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            import time

            times.append(time.monotonic())
            busy["now"] += 1
            busy["most"] = max(busy["most"], busy["now"])
            time.sleep(0.1)
            busy["now"] -= 1
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"

    async def run() -> None:
        gate = HostGate(per_host=2, delay=0.08)
        async with Fetcher(user_agent="t", allowed_hosts=(host,), gate=gate, concurrency=50) as client:
            await asyncio.gather(*(client.fetch(f"http://{host}/{number}") for number in range(12)))

    try:
        asyncio.run(run())
    finally:
        server.shutdown()
    assert len(times) == 12
    assert busy["most"] <= 2
    assert max(times) - min(times) >= 0.08 * 11 * 0.9


def test_tasks_with_event_loops_of_their_own_keep_their_distance_together():
    turns, begun = Turns(), []

    async def ask() -> None:
        async with HostGate(delay=0.1, turns=turns)("news.example.org:443"):
            begun.append(time.monotonic())

    threads = [threading.Thread(target=lambda: asyncio.run(ask())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    begun.sort()
    assert len(begun) == 6
    assert all(later - earlier >= 0.05 for earlier, later in itertools.pairwise(begun))


