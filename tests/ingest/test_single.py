"""One article by its name: whatever it is, what it says of itself, and a clear word where there is none."""

import datetime as dt
import io
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from pipeline.config import Settings
from pipeline.errors import ClaimwatchError, ConfigError, ExitCode, FetchError, InputError
from pipeline.ingest.single import UNKNOWN, SingleArticle, read_single
from tests.builders import MONDAY

DISPATCH = "outlet: Hill Courier\nurl: https://example.org/1\npublished: 2031-05-10T09:00:00+02:00\ntitle: The bridge\n\nThe bridge will close on Friday, Anna Berg said.\n"
PAGE = "<!doctype html><html><head>{head}</head><body><article><h1>The bridge</h1>" + "".join(
    f"<p>Pillar {n} of the bridge stays shut for {n} weeks because it is weak, the district said.</p>" for n in range(2, 9)
) + "</article></body></html>"
DATED = '<meta property="article:published_time" content="2031-05-09T08:00:00+00:00"><meta property="og:site_name" content="Hill Courier">'
CANONICAL = '<link rel="canonical" href="https://news.example/bridge">'


def read(name: str | Path, *, stdin: bytes = b"", settings: Settings | None = None, **given: object) -> SingleArticle:
    return read_single(str(name), settings=settings or Settings(), now=MONDAY, stdin=io.BytesIO(stdin), **given)  # type: ignore[arg-type]


def loopback(server: HTTPServer, **given: float) -> Settings:
    return Settings(allowed_hosts=(f"{server.host}:{server.port}",), timeout=5.0, **given)  # type: ignore[arg-type]


def test_a_dispatch_says_everything_itself(tmp_path: Path):
    (tmp_path / "001.txt").write_text(DISPATCH)
    found = read(tmp_path / "001.txt")
    assert (found.form, found.dated, found.article.publisher, found.article.title) == ("dispatch", "header", "Hill Courier", "The bridge")
    assert found.article.published == dt.datetime(2031, 5, 10, 7, 0, tzinfo=dt.UTC)
    assert found.article.date_text == "2031-05-10T09:00:00+02:00"


def test_a_plain_text_is_read_as_of_now(tmp_path: Path):
    (tmp_path / "note.txt").write_text("The bridge will close on Friday.\n")
    found = read(tmp_path / "note.txt")
    assert (found.form, found.dated, found.article.published, found.article.publisher) == ("text", "now", MONDAY, UNKNOWN)
    assert found.article.text == "The bridge will close on Friday."


@pytest.mark.parametrize(("head", "dated", "published", "publisher", "url"), [
    (DATED + CANONICAL, "page", dt.datetime(2031, 5, 9, 8, 0, tzinfo=dt.UTC), "Hill Courier", "https://news.example/bridge"),
    (DATED, "page", dt.datetime(2031, 5, 9, 8, 0, tzinfo=dt.UTC), "Hill Courier", ""),
    ("", "now", MONDAY, UNKNOWN, ""),
])
def test_a_stored_page_need_not_say_where_and_when_it_came(tmp_path: Path, head: str, dated: str, published: dt.datetime, publisher: str, url: str):
    (tmp_path / "page.html").write_text(PAGE.format(head=head))
    found = read(tmp_path / "page.html")
    assert (found.form, found.dated) == ("page", dated)
    assert (found.article.published, found.article.publisher, found.article.url) == (published, publisher, url)
    assert found.article.text.count("Pillar") == 7


@pytest.mark.parametrize(("raw", "form"), [(DISPATCH, "dispatch"), ("Note: the bridge will close.", "text"), (PAGE.format(head=""), "page")])
def test_standard_input_may_be_any_of_them(raw: str, form: str):
    assert read("-", stdin=raw.encode()).form == form


def test_options_win_over_what_the_article_says(tmp_path: Path):
    (tmp_path / "001.txt").write_text(DISPATCH)
    moment = dt.datetime(2031, 4, 1, tzinfo=dt.UTC)
    found = read(tmp_path / "001.txt", published=moment, publisher="Valley Post")
    assert (found.dated, found.article.published, found.article.publisher) == ("option", moment, "Valley Post")


def test_an_address_is_fetched_and_its_text_extracted(httpserver: HTTPServer):
    httpserver.expect_request("/a").respond_with_data(PAGE.format(head=DATED), content_type="text/html")
    found = read(httpserver.url_for("/a"), settings=loopback(httpserver))
    assert (found.form, found.dated, found.article.url) == ("address", "page", httpserver.url_for("/a"))
    assert found.article.text.count("Pillar") == 7


def test_a_plain_text_may_be_fetched_too(httpserver: HTTPServer):
    httpserver.expect_request("/a").respond_with_data("The bridge will close on Friday.", content_type="text/plain")
    found = read(httpserver.url_for("/a"), settings=loopback(httpserver))
    assert (found.form, found.dated, found.article.publisher) == ("text", "now", httpserver.host)


def test_an_address_that_is_not_public_is_refused_and_never_asked(httpserver: HTTPServer):
    httpserver.expect_request("/a").respond_with_data(PAGE.format(head=DATED), content_type="text/html")
    with pytest.raises(FetchError, match="not a public address"):
        read(httpserver.url_for("/a"))
    assert httpserver.log == []


def test_the_limits_of_the_settings_hold(httpserver: HTTPServer):
    httpserver.expect_request("/a").respond_with_data("x" * 200_000, content_type="text/html")
    with pytest.raises(FetchError, match="larger than"):
        read(httpserver.url_for("/a"), settings=loopback(httpserver, max_body=100_000))


@pytest.mark.parametrize(("name", "raw", "error", "code", "says"), [
    ("gone.txt", None, ConfigError, ExitCode.USAGE, "no such file"),
    ("a\0b.txt", None, ConfigError, ExitCode.USAGE, "cannot be read"),
    ("", None, ConfigError, ExitCode.USAGE, "is a folder"),
    ("empty.txt", b" \n", InputError, ExitCode.PARTIAL, "is empty"),
    ("controls.txt", b"\x01\x02", InputError, ExitCode.PARTIAL, "is empty"),
    ("latin.txt", "caf\xe9 on the bridge".encode("latin-1"), InputError, ExitCode.PARTIAL, "is not UTF-8"),
    ("head.txt", b"outlet: Hill Courier\n\nThe bridge will close.", InputError, ExitCode.PARTIAL, "the header has no 'url'"),
    ("feed.xml", b"<rss/>", InputError, ExitCode.PARTIAL, "is a feed"),
    ("wall.html", b"<html><body><p>Please enable JavaScript. Accept all cookies.</p></body></html>", InputError, ExitCode.PARTIAL, "shows a wall"),
    ("bare.html", b"<html><body></body></html>", InputError, ExitCode.PARTIAL, "no article text"),
    ("large.txt", b"x" * 5_000_001, InputError, ExitCode.PARTIAL, "larger than 5 MB"),
])
def test_what_is_no_article_is_said_in_plain_words(tmp_path: Path, name: str, raw: bytes | None, error: type[ClaimwatchError], code: ExitCode, says: str):
    if raw is not None:
        (tmp_path / name).write_bytes(raw)
    with pytest.raises(error, match=says) as caught:
        read(f"{tmp_path}/{name}")
    assert caught.value.exit_code == code
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/x", "gopher://x/"])
def test_only_web_addresses_are_fetched(url: str):
    with pytest.raises(FetchError, match="only http and https"):
        read(url)
