"""Page bytes -> article: text by trafilatura, times with their zone, identity by canonical link. Parsed in a killable process."""

import datetime as dt
import re
from urllib.parse import urljoin, urlsplit

import trafilatura
from courlan import clean_url
from lxml import html
from lxml.etree import LxmlError

from pipeline.errors import InputError
from pipeline.ingest.charsets import as_utf8
from pipeline.ingest.identity import is_shared, names_one_page, site
from pipeline.ingest.metadata import PageFacts, read_facts
from pipeline.ingest.text import clean_text, date_words, language_of
from pipeline.ingest.walls import wall
from pipeline.ingest.worker import PARSER
from pipeline.model import Article, Entry, digest

MIN_WORDS = 12
# The clocks of others may be wrong, and "tomorrow's paper" is dated tomorrow.
_AHEAD = dt.timedelta(hours=26)
_FIRST_YEAR = 1990
_LOOPBACK = re.compile(r"^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$")


def read_article(
    body: bytes, *, url: str, seen_at: dt.datetime | None = None, fallback: Entry | None = None, source: str = "", charset: str = ""
) -> Article:
    """The article on a page.

    Args:
        body: The page as fetched.
        url: Where it came from in the end ("" for a file: the page itself must say).
        seen_at: When it was fetched; default its own last date.
        fallback: The feed's entry, for what the page does not say.
        source: Feed id or file name.
        charset: The encoding that the server named ("" if none).

    Raises:
        InputError: There is no article (a wall, an empty page), no date (of a file), or parsing took too long; `code` says which.
    """
    article: Article = PARSER.call(extract_article, body, url, seen_at, fallback, source, charset, where=url or source)
    return article


def article_of_entry(entry: Entry, *, seen_at: dt.datetime) -> Article:
    """The article that a feed entry carries whole.

    Args:
        entry: An entry with `content`.
        seen_at: When it was read (UTC); also its date where it has none that can be believed.
    """
    published, dated, words = _first_date(((entry.published, "feed", entry.date_text), (entry.updated, "feed", entry.date_text)), seen_at)
    # Where several entries share an address, the title must tell the articles apart.
    address = entry.url + (f"#{digest(entry.title)[:16]}" if is_shared(entry) else "")
    text = clean_text(entry.content)
    return Article(
        url=address if is_shared(entry) else clean_url(entry.url) or entry.url,
        publisher=entry.publisher or urlsplit(entry.url).hostname or "",
        title=entry.title,
        published=published,
        updated=_later(entry.updated, published, seen_at),
        seen_at=seen_at,
        text=text,
        language=language_of(text, entry.language),
        source=entry.feed,
        dated=dated,
        date_text=words,
    )


def extract_article(
    body: bytes, url: str, seen_at: dt.datetime | None, fallback: Entry | None, source: str, charset: str = ""
) -> Article:
    """What `read_article` runs in the child process."""
    page = as_utf8(body, charset)
    try:
        tree = html.fromstring(page, parser=html.HTMLParser(encoding="utf-8"))
    except (LxmlError, ValueError) as error:
        raise InputError("is no HTML page", code="no_page") from error
    facts = read_facts(tree)
    text = main_text(page)
    page_text = str(tree.text_content()) if len(text.split()) < MIN_WORDS else ""
    blocked = wall(text, page_text=page_text, title=facts.page_title, free=facts.free)
    if blocked is not None:
        raise InputError(blocked[1], code=blocked[0])
    if len(text.split()) < MIN_WORDS:
        raise InputError("has no article text", code="no_text")
    address = identity(facts.canonical, url or (fallback.url if fallback else ""))
    if not address:
        raise InputError("does not say its address (no canonical link)", code="no_address")
    published, dated, words = _published(facts, fallback, seen_at)
    return Article(
        url=address,
        publisher=facts.publisher or (fallback.publisher if fallback else "") or urlsplit(address).hostname or "",
        title=facts.title or (fallback.title if fallback else ""),
        published=published,
        updated=_later(facts.updated or (fallback.updated if fallback else None), published, seen_at),
        seen_at=seen_at or facts.updated or published,
        text=text,
        language=language_of(text, facts.language or (fallback.language if fallback else "")),
        source=source,
        dated=dated,
        date_text=words,
    )


def main_text(body: bytes) -> str:
    """The article text of a page, one blank line between paragraphs; "" if there is none."""
    found = trafilatura.extract(
        body, include_comments=False, include_tables=True, favor_precision=False, output_format="txt", deduplicate=False
    )
    return clean_text("\n\n".join(line.strip() for line in (found or "").split("\n") if line.strip()))


def identity(canonical: str, url: str) -> str:
    """The address that an article is known by, without tracking parameters.

    That is its canonical link, if it is on the same site (or the page came from loopback) and does not name the front page or a section,
    as the canonical links of some sites do for all their pages; else the address it came from.
    """
    link = urljoin(url, canonical) if canonical else ""
    if link and url:
        host = urlsplit(url).hostname or ""
        whole_site = urlsplit(link).path in ("", "/") and urlsplit(url).path not in ("", "/")
        section = names_one_page(url) and not names_one_page(link)
        link = link if not whole_site and not section and (site(url) == site(link) or _LOOPBACK.match(host)) else ""
    address = link or url
    return (clean_url(address) or address) if re.match(r"(?i)^https?://", address) else ""


# A date that may be the article's, whose word it is, and that word as it stands there.
_Date = tuple[dt.datetime | None, str, str]


def _published(facts: PageFacts, fallback: Entry | None, seen_at: dt.datetime | None) -> tuple[dt.datetime, str, str]:
    in_feed, fed = (fallback.published or fallback.updated, fallback.date_text) if fallback else (None, "")
    said = date_words(facts.published_text)
    choices: tuple[_Date, ...] = (
        (facts.published, "page", said), (in_feed, "feed", fed), (facts.published_without_zone, "page, zone unknown", said)
    )  # fmt: skip
    if seen_at is None and not any(moment for moment, _, _ in choices):
        raise InputError("does not say when it was published", code="no_date")
    return _first_date(choices, seen_at)


def _first_date(choices: tuple[_Date, ...], seen_at: dt.datetime | None) -> tuple[dt.datetime, str, str]:
    """The first date that can be believed, with source and words; if there is none, the instant at which the article came to us."""
    for moment, source, words in choices:
        if moment is not None and moment.year >= _FIRST_YEAR and (seen_at is None or moment <= seen_at + _AHEAD):
            return moment, source, words
    if seen_at is None:
        raise InputError("has no date that can be believed", code="no_date")
    return seen_at, "seen", next((words for _, _, words in choices if words), "")


def _later(updated: dt.datetime | None, published: dt.datetime, seen_at: dt.datetime | None) -> dt.datetime | None:
    if updated is None or updated <= published or (seen_at is not None and updated > seen_at + _AHEAD):
        return None
    return updated
