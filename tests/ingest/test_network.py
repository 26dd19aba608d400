"""Feeds and pages over real HTTP on loopback; nothing else is ever contacted."""

import asyncio
import gzip
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipeline.config import Settings
from pipeline.errors import FetchError, InputError
from pipeline.ingest.archive import read_archive
from pipeline.ingest.articles import read_article
from pipeline.ingest.entries import parse_entries
from pipeline.ingest.fetch import Fetched, Fetcher, NotModified, is_public
from pipeline.ingest.poll import fetch_articles, poll_feeds
from pipeline.ingest.seed_server import SeedServer
from pipeline.memory import FeedMemory
from pipeline.watches import Feed
from tests.builders import MONDAY

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>
<item><title>One &lt;b&gt;bold&lt;/b&gt;</title><link>https://example.org/1</link><pubDate>Mon, 12 May 2031 09:00:00 GMT</pubDate></item>
<item><title>Bad link</title><link>javascript:alert(1)</link></item></channel></rss>"""


def fetcher(server: HTTPServer | None = None, **given: object) -> Fetcher:
    allowed = (f"{server.host}:{server.port}",) if server else ()
    return Fetcher(**({"user_agent": "test", "allowed_hosts": allowed, "timeout": 5.0} | given))


def get(url: str, client: Fetcher, **validators: str) -> Fetched | NotModified:
    async def run() -> Fetched | NotModified:
        async with client as opened:
            return await opened.fetch(url, **validators)

    return asyncio.run(run())


def test_a_body_comes_with_its_validators_and_is_not_sent_twice(httpserver: HTTPServer):
    def answer(request: Request) -> Response:
        return Response(status=304) if request.headers.get("If-None-Match") == '"v1"' else Response(b"hello", headers={"ETag": '"v1"'})

    httpserver.expect_request("/f").respond_with_handler(answer)
    first = get(httpserver.url_for("/f"), fetcher(httpserver))
    assert isinstance(first, Fetched)
    assert (first.body, first.etag) == (b"hello", '"v1"')
    assert isinstance(get(httpserver.url_for("/f"), fetcher(httpserver), etag=first.etag), NotModified)


@pytest.mark.parametrize(("status", "headers", "says"), [(404, {}, "answered 404"), (500, {}, "answered 500"), (429, {"Retry-After": "120"}, "asks to wait 120 s")])
def test_an_error_of_the_server_is_said_in_plain_words(httpserver: HTTPServer, status: int, headers: dict[str, str], says: str):
    httpserver.expect_request("/f").respond_with_data("no", status=status, headers=headers)
    with pytest.raises(FetchError, match=says):
        get(httpserver.url_for("/f"), fetcher(httpserver))


def test_redirects_are_followed_to_a_limit(httpserver: HTTPServer):
    httpserver.expect_request("/loop").respond_with_data("", status=302, headers={"Location": "/loop"})
    httpserver.expect_request("/old").respond_with_data("", status=301, headers={"Location": "/new"})
    httpserver.expect_request("/new").respond_with_data("here")
    with pytest.raises(FetchError, match="redirects"):
        get(httpserver.url_for("/loop"), fetcher(httpserver))
    found = get(httpserver.url_for("/old"), fetcher(httpserver))
    assert isinstance(found, Fetched)
    assert found.moved_to == httpserver.url_for("/new")


def test_a_small_body_that_inflates_without_end_is_refused(httpserver: HTTPServer):
    httpserver.expect_request("/bomb").respond_with_data(gzip.compress(b"\0" * 50_000_000), headers={"Content-Encoding": "gzip"})
    with pytest.raises(FetchError, match="larger than 1 MB"):
        get(httpserver.url_for("/bomb"), fetcher(httpserver, max_body=1_000_000))


def test_a_server_that_drips_is_given_up_in_time(httpserver: HTTPServer):
    httpserver.expect_request("/drip").respond_with_handler(lambda _: (time.sleep(3), Response("late"))[1])
    started = time.monotonic()
    with pytest.raises(FetchError, match="no complete answer"):
        get(httpserver.url_for("/drip"), fetcher(httpserver, timeout=0.5))
    assert time.monotonic() - started < 2.5


@pytest.fixture
def canary() -> Iterator[tuple[int, list[int]]]:
    """A listener on loopback that nobody may reach."""
    touched: list[int] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        stop = threading.Event()

        def listen() -> None:
            while not stop.is_set():
                try:
                    listener.accept()[0].close()
                    touched.append(1)
                except TimeoutError:
                    continue

        thread = threading.Thread(target=listen)
        thread.start()
        yield listener.getsockname()[1], touched
        stop.set()
        thread.join()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"])
def test_no_spelling_of_a_private_address_is_reached(canary: tuple[int, list[int]], host: str):
    port, touched = canary
    with pytest.raises(FetchError):
        get(f"http://{host}:{port}/", fetcher(timeout=2.0))
    assert touched == []


def test_a_redirect_to_a_private_address_is_refused(httpserver: HTTPServer, canary: tuple[int, list[int]]):
    port, touched = canary
    httpserver.expect_request("/f").respond_with_data("", status=302, headers={"Location": f"http://127.0.0.1:{port}/"})
    with pytest.raises(FetchError, match="not a public address"):
        get(httpserver.url_for("/f"), fetcher(httpserver))
    assert touched == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/x", "http://", "gopher://example.org/"])
def test_only_http_is_fetched(url: str):
    with pytest.raises(FetchError, match="refused"):
        get(url, fetcher())


@pytest.mark.parametrize(("address", "public"), [
    ("8.8.8.8", True), ("10.1.2.3", False), ("100.64.0.1", False), ("169.254.169.254", False), ("192.0.0.192", False), ("224.0.0.1", False),
    ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("fe80::1", False), ("::ffff:10.0.0.1", False), ("2606:4700::1111", True),
])
def test_only_global_unicast_addresses_are_public(address: str, public: bool):
    assert is_public(address) is public


def test_entries_are_text_with_web_links_only():
    (entry,) = parse_entries(FEED, Feed(id="f", url="https://example.org/feed", publisher="T"), base_url="https://example.org/feed")
    assert (entry.title, entry.url) == ("One bold", "https://example.org/1")
    assert entry.published is not None


@pytest.mark.parametrize(("body", "says"), [(b"<!doctype html><html><body>hi</body></html>", "an HTML page"), (b"", "is empty"), (b"hello", "no RSS")])
def test_what_is_no_feed_is_said_to_be_none(body: bytes, says: str):
    with pytest.raises(InputError, match=says):
        parse_entries(body, Feed(id="f", url="https://example.org/feed", publisher="T"), base_url="")


def test_one_bad_feed_never_stops_the_others(httpserver: HTTPServer):
    httpserver.expect_request("/good").respond_with_data(FEED, headers={"ETag": '"1"'})
    httpserver.expect_request("/page").respond_with_data("<html>no feed</html>")
    httpserver.expect_request("/gone").respond_with_data("", status=410)
    settings = Settings(allowed_hosts=(f"{httpserver.host}:{httpserver.port}",), timeout=5.0)
    polled = [Feed(id=name, url=httpserver.url_for(f"/{name}"), publisher="") for name in ("page", "good", "gone")]
    polled.append(Feed(id="dead", url="http://127.0.0.1:1/", publisher=""))
    old = FeedMemory(id="page", url=httpserver.url_for("/page"), etag='"old"', last_full_at=MONDAY)
    results = {result.feed.id: result for result in asyncio.run(poll_feeds(polled, {"page": old}, settings, now=MONDAY))}
    assert len(results["good"].entries) == 1
    assert [results[name].problem.what for name in ("page", "gone", "dead")] == [
        "is an HTML page, not a feed", "answered 410", "refused: 127.0.0.1 is not a public address"]
    assert results["page"].memory.etag == '"old"', "validators belong to the entries that came with them"


def test_a_page_of_a_shipped_story_gives_back_its_dispatch(seeds: Path):
    with SeedServer({"artemis": seeds / "artemis-launch"}) as server:
        port = server.url.rsplit(":", 1)[1]
        settings = Settings(allowed_hosts=(f"127.0.0.1:{port}",))
        feed = Feed(id="a", url=f"{server.url}/artemis/feed.atom", publisher="")
        (polled,) = asyncio.run(poll_feeds([feed], {}, settings, now=MONDAY))
        results = asyncio.run(fetch_articles(polled.entries, settings, now=MONDAY))
        (again,) = asyncio.run(poll_feeds([feed], {"a": polled.memory}, settings, now=MONDAY))
    assert again.entries == ()
    assert [result.problem for result in results if result.problem] == []
    original = {article.url: article for article in read_archive(seeds / "artemis-launch").articles}
    assert {result.article.url for result in results} == original.keys()
    for result in results:
        source = original[result.article.url]
        assert (result.article.publisher, result.article.title, result.article.published) == (source.publisher, source.title, source.published)
        wanted = [line for line in source.text.split("\n") if line.strip()]
        found = result.article.text.split("\n\n")
        assert [line for line in wanted if line not in found and len(line.split()) > 6] == [], source.source


def test_the_seed_server_shows_only_what_was_published_by_then(seeds: Path):
    articles = read_archive(seeds / "syria-withdrawal").articles
    with SeedServer({"syria": seeds / "syria-withdrawal"}, up_to=articles[3].seen_at) as server:
        port = server.url.rsplit(":", 1)[1]
        settings = Settings(allowed_hosts=(f"127.0.0.1:{port}",))
        (polled,) = asyncio.run(poll_feeds([Feed(id="s", url=f"{server.url}/syria/feed.rss", publisher="")], {}, settings, now=MONDAY))
    assert len(polled.entries) == 4


@pytest.mark.parametrize(("body", "says"), [
    (b"<html><body><p>Please enable JavaScript to read this page. Accept all cookies.</p></body></html>", "wall"),
    (b"<html><body><h1>Page not found</h1><p>The page you are looking for does not exist.</p></body></html>", "page not found"),
    (b"<html><body></body></html>", "no article text"),
])
def test_a_page_without_article_is_told_from_one_with(body: bytes, says: str):
    with pytest.raises(InputError, match=says):
        read_article(body, url="https://example.org/x", seen_at=MONDAY)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_port_where_nobody_listens_is_said_in_the_words_of_the_system(host: str):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        with pytest.raises(FetchError) as caught:
            get(f"http://{host}:{port}/", fetcher(allowed_hosts=(f"{host}:{port}",)))
    assert (caught.value.what, caught.value.code) == ("no connection (connection refused)", "no_connection")
