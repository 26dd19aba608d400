"""Feed bytes -> entries, by feedparser in a killable process. Text only; links only http and https."""

import calendar
import datetime as dt
import json
import re
from typing import Any
from urllib.parse import urljoin

import feedparser
from lxml import html
from lxml.etree import ParserError

from pipeline.errors import InputError
from pipeline.ingest.worker import PARSER
from pipeline.model import Entry
from pipeline.watches import Feed

# Shorter texts in a feed are teasers; the page has the article.
FULL_TEXT_WORDS = 120
_HEADERS = {"content-type": "application/xml"}


def parse_entries(body: bytes, feed: Feed, *, base_url: str) -> tuple[Entry, ...]:
    """The entries of a feed (RSS, Atom, JSON Feed), newest or oldest first as it gives them.

    Args:
        body: The bytes as fetched; feedparser never fetches by itself.
        feed: Whose feed it is.
        base_url: What relative links are relative to.

    Raises:
        InputError: It is no feed (says what it looks like), or parsing it took too long.
    """
    found: tuple[Entry, ...] = PARSER.call(read_feed, body, feed, base_url, where=feed.url or feed.id)
    return found


def read_feed(body: bytes, feed: Feed, base_url: str) -> tuple[Entry, ...]:
    """What `parse_entries` runs in the child process."""
    head = body[:2000].lstrip().lower()
    if head.startswith(b"{"):
        return _json_feed(body, feed, base_url)
    if not head:
        raise InputError(_looks_like(head))
    parsed = feedparser.parse(body, response_headers=_HEADERS, sanitize_html=False, resolve_relative_uris=False)
    if not parsed.version and not parsed.entries:
        raise InputError(_looks_like(head))
    entries = (_entry(raw, feed, parsed.feed.get("title", ""), base_url) for raw in parsed.entries)
    return tuple(entry for entry in entries if entry is not None)


def _looks_like(head: bytes) -> str:
    if not head:
        return "is empty, not a feed"
    if b"<!doctype html" in head or b"<html" in head:
        return "is an HTML page, not a feed"
    return "is no RSS, Atom or JSON feed"


def _entry(raw: Any, feed: Feed, feed_title: str, base_url: str) -> Entry | None:
    url = _link(str(raw.get("link") or ""), base_url)
    if not url:
        return None
    content = max((plain_text(str(part.get("value") or "")) for part in raw.get("content", ())), key=len, default="")
    summary = plain_text(str(raw.get("summary") or ""))
    if not content and len(summary.split()) >= FULL_TEXT_WORDS:
        content = summary
    return Entry(
        feed=feed.id,
        url=url,
        title=plain_text(str(raw.get("title") or "")).replace("\n", " ").strip(),
        publisher=feed.publisher or feed_title,
        published=_moment(raw.get("published_parsed")),
        updated=_moment(raw.get("updated_parsed")),
        summary=summary[:2000],
        content=content if len(content.split()) >= FULL_TEXT_WORDS else "",
    )


def _json_feed(body: bytes, feed: Feed, base_url: str) -> tuple[Entry, ...]:
    try:
        parsed = json.loads(body)
        items = parsed["items"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError("is no RSS, Atom or JSON feed") from error
    entries = []
    for item in items if isinstance(items, list) else ():
        url = _link(str(item.get("url") or ""), base_url) if isinstance(item, dict) else ""
        if url:
            content = plain_text(str(item.get("content_html") or item.get("content_text") or ""))
            entries.append(
                Entry(
                    feed=feed.id,
                    url=url,
                    title=plain_text(str(item.get("title") or "")),
                    publisher=feed.publisher,
                    published=_iso(item.get("date_published")),
                    updated=_iso(item.get("date_modified")),
                    content=content if len(content.split()) >= FULL_TEXT_WORDS else "",
                )
            )
    return tuple(entries)


def plain_text(markup: str) -> str:
    """Markup -> text with one blank line between blocks; scripts and styles are dropped."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    try:
        tree = html.fragment_fromstring(markup.replace("\x00", ""), create_parent="div")
    except (ParserError, ValueError):
        return re.sub(r"<[^>]*>", " ", markup).strip()
    for dead in tree.xpath(".//script|.//style|.//iframe|.//object"):
        dead.drop_tree()
    for block in tree.xpath(".//p|.//div|.//br|.//li|.//h1|.//h2|.//h3|.//blockquote"):
        block.tail = "\n\n" + (block.tail or "")
    return re.sub(r"\n\s*\n\s*", "\n\n", re.sub(r"[ \t\r\f]+", " ", str(tree.text_content()))).strip()


def _link(link: str, base_url: str) -> str:
    try:
        url = urljoin(base_url, link.strip())
    except ValueError:
        return ""
    return url if re.match(r"(?i)^https?://[^\s/]", url) else ""


def _moment(parsed: Any) -> dt.datetime | None:
    if not parsed:
        return None
    try:
        return dt.datetime.fromtimestamp(calendar.timegm(parsed), dt.UTC)
    except (ValueError, OverflowError):
        return None


def _iso(text: object) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
