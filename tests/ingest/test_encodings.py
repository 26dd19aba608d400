"""Feeds and pages in every encoding, named by the page, by its server, by both, by neither, or wrongly. Served on loopback."""

import codecs
import json

import pytest

from pipeline.config import Settings
from pipeline.ingest.charsets import as_utf8, believed
from pipeline.ingest.discovery import Checked, check_feeds
from pipeline.ingest.poll import fetch_articles
from pipeline.ingest.waiting import wait_for
from pipeline.model import Entry
from pipeline.watches import Feed
from tests.builders import MONDAY
from tests.faultserver import Handler, answer, serving

LATIN = "Fenêtre, Größe, año"
TEXTS = {
    LATIN: ["iso-8859-1", "iso-8859-15", "windows-1252", "cp437", "cp850", "cp858", "macintosh", "ibm037", "cp500", "cp1140"],
    "Žluťoučký kůň": ["iso-8859-2", "windows-1250", "cp852", "maclatin2", "maccentraleurope"],
    "Мост закрыт": ["iso-8859-5", "windows-1251", "koi8-r", "koi8-u", "cp855", "cp866", "mac-cyrillic"],
    "الجسر مغلق": ["iso-8859-6", "windows-1256"],
    "Η γέφυρα": ["iso-8859-7", "windows-1253", "cp869", "macgreek", "cp737"],
    "הגשר סגור": ["iso-8859-8", "windows-1255", "cp862"],
    "Köprü İstanbul": ["iso-8859-9", "windows-1254", "cp857", "macturkish"],
    "Tilts ir slēgts": ["iso-8859-4", "iso-8859-13", "windows-1257", "cp775"],
    "สะพานปิด": ["tis-620", "iso-8859-11", "cp874"],
    "大桥关闭": ["gb2312", "gbk", "gb18030"],
    "大橋關閉": ["big5", "big5hkscs", "cp950"],
    "橋は閉鎖": ["shift_jis", "cp932", "euc-jp", "iso-2022-jp"],
    "다리 폐쇄": ["euc-kr", "cp949", "johab", "iso-2022-kr"],
    "Žluťoučký мост 橋 😀": ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"],
}
CASES = [(name, text) for text, names in TEXTS.items() for name in names]
# A feed in these can only be read if it declares them in letters that its own bytes spell: in another set than ASCII.
_OTHER_LETTERS = ("ibm037", "cp500", "cp1140")


def feed_of(text: str, declared: str) -> str:
    said = f'encoding="{declared}"' if declared else ""
    return (
        f'<?xml version="1.0" {said}?><rss version="2.0"><channel><title>{text}</title><link>https://example.org/</link>'
        f"<item><title>{text}</title><link>https://example.org/1</link><description>{text}.</description></item></channel></rss>"
    )


def plainly(name: str) -> str:
    return {"utf-8-sig": "utf-8"}.get(name, name)


def served(handlers: dict[str, Handler]) -> list[Checked]:
    """What the real path makes of each feed: fetched from a socket, parsed in the child."""
    with serving(handlers) as server:
        feeds = [Feed(id=name, url=server.url(name), publisher="P") for name in handlers]
        return list(check_feeds(feeds, Settings(allowed_hosts=(server.host,), concurrency=4)))


def assert_reads(checked: Checked, text: str) -> None:
    assert checked.found is not None, checked
    (entry,) = checked.found.parsed.entries
    assert (checked.found.title, entry.title, entry.summary, checked.found.parsed.partial) == (text, text, f"{text}.", ""), checked.feed.id


def test_there_are_as_many_encodings_as_the_list_asks_for():
    assert len({name for name, _ in CASES}) + len(ODD) >= 82


def test_a_feed_that_declares_its_encoding_is_read_as_it_was_written():
    handlers = {name: answer(feed_of(text, plainly(name)).encode(name), Content_Type="application/rss+xml") for name, text in CASES}
    for checked, (_, text) in zip(served(handlers), CASES, strict=True):
        assert_reads(checked, text)


def test_a_feed_whose_server_names_its_encoding_is_read_as_it_was_written():
    handlers = {name: answer(feed_of(text, "").encode(name), Content_Type=f"text/xml; charset={plainly(name)}") for name, text in CASES}
    for checked, (_, text) in zip(served(handlers), CASES, strict=True):
        assert_reads(checked, text)


def test_a_feed_that_declares_one_encoding_under_a_server_that_names_utf_8_for_all_is_read_as_it_was_written():
    cases = [(name, text) for name, text in CASES if name not in ("iso-2022-jp", "iso-2022-kr")]  # these bytes are UTF-8, too
    handlers = {name: answer(feed_of(text, plainly(name)).encode(name), Content_Type="text/xml; charset=utf-8") for name, text in cases}
    for checked, (_, text) in zip(served(handlers), cases, strict=True):
        assert_reads(checked, text)


UTF8 = "Žluťoučký мост 橋"
# Body, content type, and the text that must come of it; None where it may only be refused, or marked as damaged.
ODD: dict[str, tuple[bytes, str, str | None]] = {
    "the server names Latin 1 for UTF-8": (feed_of(UTF8, "utf-8").encode(), "text/xml; charset=iso-8859-1", UTF8),
    "the server names ASCII for UTF-8": (feed_of(UTF8, "").encode(), "text/xml; charset=us-ascii", UTF8),
    "a mark, and Latin 1 by the server": (codecs.BOM_UTF8 + feed_of(UTF8, "").encode(), "text/xml; charset=iso-8859-1", UTF8),
    "a mark, and Latin 1 in the feed": (codecs.BOM_UTF8 + feed_of(UTF8, "iso-8859-1").encode(), "text/xml", UTF8),
    "a mark, and UTF-8 in a feed of 16 bits": (feed_of(UTF8, "utf-8").encode("utf-16"), "text/xml", UTF8),
    "no name anywhere": (feed_of(UTF8, "").encode(), "application/rss+xml", UTF8),
    "text/xml without a name": (feed_of(UTF8, "utf-8").encode(), "text/xml", UTF8),
    "text/plain": (feed_of(UTF8, "utf-8").encode(), "text/plain", UTF8),
    "a name that is none, by the server": (feed_of(UTF8, "utf-8").encode(), "text/xml; charset=nonsense-8", UTF8),
    "a name that is none, in the feed": (feed_of(UTF8, "nonsense-8").encode(), "text/xml", UTF8),
    "a name of bytes": (feed_of(UTF8, "utf-8").encode(), "text/xml; charset=zip", UTF8),
    "a name that would take long": (feed_of(UTF8, "utf-8").encode(), "text/xml; charset=punycode", UTF8),
    "a name with a trick": (feed_of(UTF8, "utf-8").encode(), 'text/xml; charset="utf-8\\"; x=y"', UTF8),
    "a name in quotation marks": (feed_of("Größe", "").encode("latin-1"), 'text/xml; charset="ISO-8859-1"', "Größe"),
    "gb2312 with letters of gb18030": (feed_of("嗞", "gb2312").encode("gb18030"), "text/xml", "嗞"),
    "Latin 1 with the marks of Windows": (feed_of("“don’t”", "iso-8859-1").encode("cp1252"), "text/xml", "“don’t”"),
    "declared 16 bits and written in 8": (feed_of(UTF8, "utf-16").encode(), "text/xml", UTF8),
    "one bad byte in UTF-8": (feed_of("Gr#sse", "utf-8").encode().replace(b"#", b"\xf6"), "text/xml", None),
    "a mark, and bad bytes": (codecs.BOM_UTF8 + feed_of("Gr#sse", "").encode().replace(b"#", b"\xf6\xff"), "text/xml", None),
    "half a character at the end": (feed_of(UTF8, "utf-8").encode().replace("橋".encode(), "橋".encode()[:2]), "text/xml", None),
    "a mark of 32 bits and nothing else": (codecs.BOM_UTF32_LE, "text/xml", None),
    "noise": (bytes(range(1, 256)) * 8, "text/xml; charset=utf-8", None),
}


def test_a_feed_whose_names_are_wrong_is_read_as_it_was_written_or_says_that_it_is_damaged():
    handlers = {str(number): answer(body, Content_Type=kind) for number, (body, kind, _) in enumerate(ODD.values())}
    for checked, (name, (_, _, text)) in zip(served(handlers), ODD.items(), strict=True):
        if text is not None:
            assert_reads(checked, text)
        elif checked.found is not None:
            parsed = checked.found.parsed
            marked = parsed.partial or "\N{REPLACEMENT CHARACTER}" in checked.found.title or any("read as" in note for note in parsed.notes)
            assert marked, (name, parsed)
        else:
            assert checked.problem is not None
            assert checked.problem.code in ("not_a_feed", "empty"), name


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_json_feed_is_read_in_the_encodings_that_json_has(encoding: str):
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": UTF8, "items": [{"id": "1", "url": "https://example.org/1", "title": UTF8, "summary": f"{UTF8}."}]}, ensure_ascii=False)
    (checked,) = served({"f": answer(body.encode(encoding), Content_Type="application/feed+json")})
    assert_reads(checked, UTF8)


def test_a_json_feed_in_another_encoding_is_read_as_its_server_says():
    body = json.dumps({"title": "Größe", "items": [{"id": "1", "url": "https://example.org/1", "title": "Größe", "summary": "Größe."}]}, ensure_ascii=False)
    (checked,) = served({"f": answer(body.encode("cp1252"), Content_Type="application/feed+json; charset=iso-8859-1")})
    assert_reads(checked, "Größe")


def page_of(text: str, declared: str) -> str:
    meta = f'<meta charset="{declared}">' if declared else ""
    return f"<html><head>{meta}<title>{text}</title></head><body><article><h1>{text}</h1>" + f"<p>{text}, the mayor said, and the council agreed to it on Monday.</p>" * 6 + "</article></body></html>"


def read_pages(pages: dict[str, tuple[bytes, str]]) -> list[tuple[str, str]]:
    """Title and text of the article that the real path finds on each page."""
    with serving({name: answer(body, Content_Type=kind) for name, (body, kind) in pages.items()}) as server:
        entries = [Entry(feed="f", url=server.url(name), title="", publisher="P", published=MONDAY) for name in pages]
        results = wait_for(fetch_articles(entries, Settings(allowed_hosts=(server.host,), robots=False, concurrency=4), now=MONDAY))
    assert [result.problem for result in results if result.problem] == []
    return [(result.article.title, result.article.text) for result in results if result.article]


PAGES = [(name, text) for name, text in CASES if name not in _OTHER_LETTERS and "32" not in name]


def test_a_page_that_declares_its_encoding_is_read_as_it_was_written():
    pages = {name: (page_of(text, plainly(name)).encode(name), "text/html") for name, text in PAGES if not name.startswith("utf-16-")}
    for (title, found), (name, text) in zip(read_pages(pages), [case for case in PAGES if case[0] in pages], strict=True):
        assert (title, text in found) == (text, True), name


def test_a_page_whose_server_names_its_encoding_is_read_as_it_was_written():
    pages = {name: (page_of(text, "").encode(name), f"text/html; charset={plainly(name)}") for name, text in PAGES}
    for (title, found), (name, text) in zip(read_pages(pages), PAGES, strict=True):
        assert (title, text in found) == (text, True), name


def test_a_page_in_utf_8_is_read_as_such_whatever_is_said_of_it():
    kinds = ["text/html", "text/html; charset=iso-8859-1", "text/html; charset=nonsense-8", "text/html; charset=zip"]
    pages = {str(number): (page_of(UTF8, declared).encode(), kind) for number, (kind, declared) in enumerate((kind, declared) for kind in kinds for declared in ("", "iso-8859-1", "nonsense"))}
    assert [title for title, _ in read_pages(pages)] == [UTF8] * 12


def test_the_server_is_believed_only_where_the_bytes_do_not_say_otherwise():
    assert believed("Größe".encode("latin-1"), "iso-8859-1") == "iso-8859-1"
    assert believed("Größe".encode(), "iso-8859-1") == ""
    assert believed(b"plain", "iso-8859-1") == "iso-8859-1"
    assert believed(b'<?xml version="1.0" encoding="koi8-r"?>' + "Größe".encode(), "koi8-r") == "koi8-r"
    assert as_utf8("Größe".encode("cp1252"), "iso-8859-1") == "Größe".encode()
    assert as_utf8(b"\xff\xfe") == b""
