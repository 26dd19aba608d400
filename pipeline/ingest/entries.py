"""Feed bytes -> entries, by feedparser in a killable process. Text only; links only http and https."""

import calendar
import datetime as dt
import io
import json
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin
from xml.sax import SAXException

import feedparser
from lxml import html
from lxml.etree import LxmlError

from pipeline.errors import InputError
from pipeline.ingest.charsets import as_utf8, believed
from pipeline.ingest.identity import with_keys
from pipeline.ingest.text import date_words
from pipeline.ingest.worker import PARSER
from pipeline.model import Entry
from pipeline.watches import Feed

# Shorter texts in a feed are teasers; the page has the article.
FULL_TEXT_WORDS = 120
# More than any outlet has in its feed; a feed that goes on without end is cut here.
MAX_ENTRIES = 2_000
MAX_TITLE, MAX_SUMMARY, MAX_CONTENT, MAX_LINK = 500, 2_000, 200_000, 4_000
_CLOSED = re.compile(rb"(?i)</(\w+:)?(rss|feed|rdf)\s*>\s*(<!--.*?-->\s*)*$", re.DOTALL)
_CLOCK_AT_END = re.compile(r"\d:\d\d$")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """What a feed holds. `notes` say what is odd about it, for people.

    `partial` says why it may be incomplete ("" = it is whole): its entries count, but nothing may be concluded from what is not there.
    """

    entries: tuple[Entry, ...]
    title: str = ""
    partial: str = ""
    notes: tuple[str, ...] = ()


_SURROGATES = re.compile(rb"&#(?:[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2}|0*(?:5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]));")


def parse_entries(body: bytes, feed: Feed, *, base_url: str) -> tuple[Entry, ...]:
    """The entries of a feed (RSS, Atom, JSON Feed), in its order.

    Args:
        body: The bytes as fetched; feedparser never fetches by itself.
        feed: Whose feed it is.
        base_url: What relative links are relative to.

    Raises:
        InputError: It is no feed (says what it looks like), or parsing it took too long.
    """
    return parse_feed(body, feed, base_url=base_url).entries


def parse_feed(body: bytes, feed: Feed, *, base_url: str, charset: str = "") -> ParsedFeed:
    """As `parse_entries`, with what else is known of the feed.

    Args:
        body, feed, base_url: As for `parse_entries`.
        charset: The encoding that the server named ("" if none); a declaration in the feed is weighed against it.

    Raises:
        InputError: As `parse_entries`.
    """
    found: ParsedFeed = PARSER.call(read_feed, body, feed, base_url, charset, where=feed.url or feed.id)
    return found


def read_feed(body: bytes, feed: Feed, base_url: str, charset: str = "") -> ParsedFeed:
    """What `parse_feed` runs in the child process."""
    head = body[:2000].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if head.startswith((b"{", b"[")):
        return _finished(*_json_feed(body, charset, feed, base_url), "")
    if not head:
        raise _no_feed(head)
    named = believed(body, charset)
    headers = {"content-type": f"application/xml; charset={named}" if named else "application/xml"}
    # feedparser 6.0 raises on references to surrogates, which stand for no character.
    parsed = feedparser.parse(
        io.BytesIO(_SURROGATES.sub(b"&#xFFFD;", body)), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    if not parsed.version and not parsed.entries:
        raise _no_feed(head)
    malformed = isinstance(parsed.get("bozo_exception"), SAXException)
    cut = malformed and not _CLOSED.search(body[-2_000:])
    # The last entry of a feed that was cut off may be cut off itself, in the middle of its link.
    raw = parsed.entries[: -1 if cut else None]
    partial = f"the feed is cut off or damaged after {_count(raw, 'entry', 'entries')}" if malformed else ""
    title = str(parsed.feed.get("title", ""))
    return _finished([_entry(item, feed, title, base_url) for item in raw[:MAX_ENTRIES]], title, partial, _guessed(parsed))


def _guessed(parsed: Any) -> tuple[str, ...]:
    read_as = _text(parsed, "encoding")[:40]
    if isinstance(parsed.get("bozo_exception"), feedparser.CharacterEncodingOverride) and not read_as.lower().startswith("utf"):
        return (f"it is not in the encoding that it is said to be in, and was read as {read_as}",)
    return ()


def _finished(made: Sequence[Entry | None], title: str, partial: str, notes: tuple[str, ...] = ()) -> ParsedFeed:
    entries = with_keys(entry for entry in made if entry is not None)
    return ParsedFeed(entries=entries, title=plain_text(title)[:MAX_TITLE], partial=partial, notes=(*notes, *_notes(made, entries)))


def _notes(made: Sequence[Entry | None], entries: Sequence[Entry]) -> Iterable[str]:
    if not made:
        yield "it has no entries"
    if len(entries) < len(made):
        yield f"{_count([item for item in made if item is None], 'entry has', 'entries have')} no web address and cannot be read"
    undated = [entry for entry in entries if entry.published is None and entry.updated is None]
    if undated:
        yield f"{_count(undated, 'entry has', 'entries have')} no date that can be read"
    guids = [entry.guid for entry in entries if entry.guid]
    if len(guids) > 1 and len(set(guids)) == 1:
        yield "all its entries have the same id; they are told apart by their addresses"
    if len({entry.key for entry in entries}) < len(entries):
        yield "some entries stand in it more than once"


def _count(items: Sequence[object], one: str, many: str) -> str:
    return f"{len(items)} {one if len(items) == 1 else many}"


def _no_feed(head: bytes) -> InputError:
    if not head:
        return InputError("is empty, not a feed", code="empty")
    if b"<!doctype html" in head or b"<html" in head:
        return InputError("is an HTML page, not a feed", code="html_instead")
    return InputError("is no RSS, Atom or JSON feed", code="not_a_feed")


def _entry(raw: Any, feed: Feed, feed_title: str, base_url: str) -> Entry | None:
    url = _link(_text(raw, "link"), base_url)
    if not url:
        return None
    parts = raw.get("content") or ()
    content = max((plain_text(_text(part, "value")) for part in parts if hasattr(part, "get")), key=len, default="")
    summary = plain_text(_text(raw, "summary"))
    if not content and len(summary.split()) >= FULL_TEXT_WORDS:
        content = summary
    return Entry(
        feed=feed.id,
        url=url,
        title=_one_line(_text(raw, "title")),
        publisher=feed.publisher or _one_line(feed_title),
        published=_moment(raw, "published"),
        updated=_moment(raw, "updated"),
        summary=summary[:MAX_SUMMARY],
        content=_full(content),
        guid=_text(raw, "id")[:MAX_TITLE],
        language=feed.language,
        date_text=_words_of(*((_moment(raw, key), str(dict.get(raw, key) or "")) for key in ("published", "updated"))),
    )


def _json_feed(body: bytes, charset: str, feed: Feed, base_url: str) -> tuple[list[Entry | None], str]:
    try:
        try:
            parsed = json.loads(body)
        except UnicodeDecodeError:
            parsed = json.loads(as_utf8(body, charset))
        items = parsed["items"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError("is no RSS, Atom or JSON feed", code="not_a_feed") from error
    made = [_json_entry(item, feed, base_url) for item in items[:MAX_ENTRIES]] if isinstance(items, list) else []
    return made, _text(parsed, "title")


def _json_entry(item: Any, feed: Feed, base_url: str) -> Entry | None:
    url = _link(_text(item, "url"), base_url) if isinstance(item, dict) else ""
    if not url:
        return None
    content = plain_text(_text(item, "content_html")) or _text(item, "content_text").strip()
    return Entry(
        feed=feed.id,
        url=url,
        title=_one_line(_text(item, "title")),
        publisher=feed.publisher,
        published=_iso(item.get("date_published")),
        updated=_iso(item.get("date_modified")),
        summary=plain_text(_text(item, "summary"))[:MAX_SUMMARY],
        content=_full(content),
        guid=_text(item, "id")[:MAX_TITLE],
        language=_text(item, "language")[:12] or feed.language,
        date_text=_words_of(*((_iso(item.get(key)), _text(item, key)) for key in ("date_published", "date_modified"))),
    )


def _text(raw: Any, key: str) -> str:
    value = raw.get(key)
    return value if isinstance(value, str) else "" if value is None or isinstance(value, (dict, list)) else str(value)


def _full(content: str) -> str:
    return content[:MAX_CONTENT] if len(content.split()) >= FULL_TEXT_WORDS else ""


def _one_line(markup: str) -> str:
    return " ".join(plain_text(markup[: MAX_TITLE * 10]).split())[:MAX_TITLE]


def plain_text(markup: str) -> str:
    """Markup -> text with one blank line between blocks; scripts and styles are dropped."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    try:
        tree = html.fragment_fromstring(markup.replace("\x00", ""), create_parent="div")
    except (LxmlError, ValueError):
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
    return url if len(url) <= MAX_LINK and re.match(r"(?i)^https?://[^\s/]", url) else ""


def _date_parts(text: str) -> time.struct_time | None:
    """What feedparser passes over, or reads by the clock of this machine: ISO 8601 in its short form, dates of mails without a zone."""
    text = text.strip()
    moment = _iso(text)
    try:
        if moment is None and _CLOCK_AT_END.search(text):
            moment = parsedate_to_datetime(text)
        return moment.utctimetuple() if moment is not None else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


feedparser.registerDateHandler(_date_parts)


def _moment(raw: Any, key: str) -> dt.datetime | None:
    # Not feedparser's own get: it gives one date for the other where there is none.
    parsed, text = dict.get(raw, f"{key}_parsed"), str(dict.get(raw, key, ""))
    if not parsed or (_ISO_DAY.match(text) and _iso(text[:10]) is None):
        return None  # what feedparser makes of a 13th month is the next year
    try:
        return dt.datetime.fromtimestamp(calendar.timegm(parsed), dt.UTC)
    except (ValueError, OverflowError, TypeError):
        return None


def _words_of(*dates: tuple[dt.datetime | None, str]) -> str:
    """The words of the first date that can be read; where none can, of the first that is there."""
    told = [(moment, text) for moment, text in dates if text.strip()]
    return date_words(next((text for moment, text in told if moment is not None), told[0][1] if told else ""))


def _iso(text: object) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
