"""No parse hangs, eats the memory, opens a file or the network; the next one works as if nothing had been."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.ingest.articles import read_article
from pipeline.ingest.entries import parse_feed
from pipeline.ingest.worker import PARSER, ParsePool, ParseWorker
from pipeline.watches import Feed
from tests.builders import MONDAY, busy
from tests.faultserver import ENTITY_BOMB, XXE, good_feed, item, rss

FEED = Feed(id="f", url="https://example.org/feed", publisher="P")
ITEM = "<item><title>T</title><link>https://example.org/1</link>{}</item>"
QUADRATIC = '<!DOCTYPE x [<!ENTITY a "' + "a" * 100_000 + '">]>'

# What has hung or exhausted feed readers (feedparser#562 and others), as bodies.
HOSTILE = {
    "author": lambda: rss(ITEM.format(f"<author>{'a@a.a' * 12_000}</author>")),
    "author-dots": lambda: rss(ITEM.format(f"<author>{'a.' * 30_000}@</author>")),
    "author-brackets": lambda: rss(ITEM.format(f"<author>{'(' * 60_000}</author>")),
    "200,000 items": lambda: rss("<item/>" * 200_000),
    "200,000 small items": lambda: rss("<item><link>https://example.org/1</link></item>" * 200_000),
    "a text of 52 MB": lambda: rss(ITEM.format(f"<description>{'word ' * 10_400_000}</description>")),
    "laughs": lambda: ENTITY_BOMB + rss(ITEM.format("<description>&j;</description>")).split("?>", 1)[1],
    "quadratic": lambda: QUADRATIC + rss(ITEM.format(f"<description>{'&a;' * 20_000}</description>")).split("?>", 1)[1],
    "100,000 deep": lambda: rss(ITEM.format("<description>" + "<b>" * 100_000 + "</description>")),
    "100,000 deep escaped": lambda: rss(ITEM.format("<description>" + "&lt;div&gt;" * 100_000 + "</description>")),
    "300,000 escaped signs": lambda: rss(ITEM.format(f"<description>{'&lt;' * 300_000}</description>")),
    "100,000 tags": lambda: rss(ITEM.format(f"<description>{'<div>' * 220_000}</description>")),
    "character data": lambda: rss(ITEM.format(f"<description>{'<![CDATA[' * 200_000}</description>")),
    "attributes": lambda: rss(ITEM.format("<description " + " ".join(f"a{number}='x'" for number in range(100_000)) + "/>")),
    "dates": lambda: rss("".join(ITEM.format(f"<pubDate>{'1' * 20_000}</pubDate>") for _ in range(20))),
    "json deep": lambda: '{"items": ' + "[" * 100_000,
    "json long": lambda: '{"items": [' + '{"url": "https://example.org/1", "content_html": "' + "<div>" * 200_000 + '"}]}',
}
PAGES = {
    "deep": lambda: "<html><body>" + "<div>" * 100_000 + "text",
    "wide": lambda: "<html><body>" + "<p>word</p>" * 400_000,
    "one text of 50 MB": lambda: f"<html><body><p>{'word ' * 10_000_000}</p>",
    "one sentence without end": lambda: f"<html><body><article><p>{'and then the bridge ' * 5_000}</p></article>",
    "attributes": lambda: "<html><body " + " ".join(f"a{number}='x'" for number in range(200_000)) + ">",
    "comments": lambda: "<html><body>" + "<!--" * 300_000,
    "linked data": lambda: '<html><head><script type="application/ld+json">' + "[" * 100_000 + "</script></head><body>x</body></html>",
    "tables": lambda: "<html><body>" + "<table><tr><td>" * 50_000,
    "entities": lambda: f"<html><body><p>{'&lt;' * 1_000_000}</p>",
}


def reason(action: Callable[[], object]) -> str:
    """The code of the error that it ends with; "" if it ends well."""
    try:
        action()
    except InputError as error:
        return error.code
    return ""


@pytest.mark.parametrize("name", HOSTILE)
def test_no_feed_takes_the_parser_longer_than_eleven_seconds_and_the_next_one_is_read(name: str):
    body = HOSTILE[name]().encode()
    started = time.monotonic()
    code = reason(lambda: parse_feed(body, FEED, base_url=""))
    assert code in ("", "parse_timeout", "parse_memory", "parse_failed", "not_a_feed")
    assert time.monotonic() - started <= 11 * busy()
    assert len(parse_feed(good_feed("next").encode(), FEED, base_url="").entries) == 3


@pytest.mark.parametrize("name", PAGES)
def test_no_page_takes_the_parser_longer_than_eleven_seconds_and_the_next_one_is_read(name: str):
    body = PAGES[name]().encode()
    started = time.monotonic()
    code = reason(lambda: read_article(body, url="https://example.org/x", seen_at=MONDAY))
    assert code in ("", "parse_timeout", "parse_memory", "parse_failed", "no_text", "no_page")
    assert time.monotonic() - started <= 11 * busy()
    page = "<html><body><article>" + "<p>The bridge is shut for repair until May, the district said on Monday.</p>" * 9 + "</article></body></html>"
    assert "shut for repair" in read_article(page.encode(), url="https://example.org/y", seen_at=MONDAY).text


def _sleep(seconds: float) -> None:
    time.sleep(seconds)


def _spin() -> None:
    while True:
        pass


def _eat(size: int) -> int:
    return len(bytearray(size))


def _die() -> None:
    os._exit(9)


@pytest.mark.parametrize(("function", "arguments", "code"), [
    (_sleep, (60.0,), "parse_timeout"), (_spin, (), "parse_timeout"), (_eat, (2_000_000_000,), "parse_memory"), (_die, (), "parse_memory"),
    (json.loads, ("{",), "parse_failed")])
def test_what_a_job_may_not_do_ends_it_with_its_reason(function, arguments, code: str):
    worker = ParseWorker(seconds=8.0, memory=400_000_000)
    try:
        with pytest.raises(InputError) as caught:
            worker.call(function, *arguments, where="x")
        assert caught.value.code == code
        assert worker.call(_eat, 10, where="x") == 10
    finally:
        worker.close()


def test_a_worker_is_kept_warm_and_jobs_cost_little_once_it_runs():
    pool = ParsePool(1)
    try:
        body = good_feed("warm").encode()
        from pipeline.ingest.entries import read_feed

        pool.call(read_feed, body, FEED, "", where="x")
        started = time.monotonic()
        for _ in range(50):
            pool.call(read_feed, body, FEED, "", where="x")
        assert time.monotonic() - started < 5 * busy()
    finally:
        pool.close()


def test_a_pool_starts_no_child_before_it_is_needed():
    assert all(worker._process is None for worker in ParsePool(4)._workers)
    assert PARSER._workers


WATCHED = """
import sys
from pipeline.ingest.entries import read_feed
from pipeline.ingest.articles import extract_article
from pipeline.watches import Feed
import datetime as dt, io
feed = Feed(id="f", url="https://example.org/feed", publisher="P")
warm = open(sys.argv[1], "rb").read()
bodies = open(sys.argv[2], "rb").read().split(b"\\0\\0")
def page(body):
    try:
        extract_article(body, "https://example.org/x", dt.datetime(2031, 5, 12, tzinfo=dt.UTC), None, "f")
    except Exception:
        pass
read_feed(warm, feed, "")
page(b"<html><body><article>" + b"<p>The bridge is shut for repair until May, the district said on Monday.</p>" * 9)
seen = []
watching = True
def hook(event, arguments):
    if watching and (event == "open" or event.startswith(("socket.", "urllib.", "subprocess.", "os.system", "http.", "ftplib."))):
        seen.append((event, str(arguments[:1])))
sys.addaudithook(hook)
titles = []
for body in bodies:
    try:
        titles += [entry.title + entry.summary + entry.content for entry in read_feed(body, feed, "").entries]
    except Exception:
        pass
    page(body)
watching = False
print(len(bodies), [event for event in seen if ".py" not in event[1] and "importlib" not in event[1]], any("root:" in title for title in titles))
"""


def test_no_parse_opens_a_file_or_the_network(tmp_path: Path):
    """XXE in its usual forms: external general and parameter entities, DTDs, stylesheets, XInclude, and addresses given as text."""
    declarations = (
        XXE, '<!DOCTYPE x SYSTEM "file:///etc/passwd">', '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">', '<!DOCTYPE x PUBLIC "-//X//Y" "http://127.0.0.1:1/x.dtd">',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>', '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]>',
        '<?xml-stylesheet type="text/xsl" href="file:///etc/passwd"?>', '<!DOCTYPE x [<!ENTITY a SYSTEM "php://filter/resource=/etc/passwd">]>')
    bodies = [declaration + rss(ITEM.format("<description>&a;&b;</description>")).split("?>", 1)[1] for declaration in declarations]
    bodies += [rss(ITEM.format('<description><x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/></description>')),
               "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1:1/feed", good_feed("x"), rss(item(1, link="file:///etc/passwd"))]
    (tmp_path / "warm").write_text(good_feed("warm"))
    (tmp_path / "bodies").write_bytes(b"\0\0".join(body.encode() for body in bodies))
    found = subprocess.run([sys.executable, "-c", WATCHED, str(tmp_path / "warm"), str(tmp_path / "bodies")], capture_output=True, text=True, timeout=120, check=True,
                           env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}, cwd=Path(__file__).parents[2])
    assert found.stdout.strip() == f"{len(bodies)} [] False"
