"""Page bytes -> article: text by trafilatura, times with their zone, identity by canonical link. Parsed in a killable process."""

import datetime as dt
import json
import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import trafilatura
from courlan import clean_url
from lxml import html
from lxml.etree import LxmlError

from pipeline.errors import InputError
from pipeline.ingest.worker import PARSER
from pipeline.model import Article, Entry

MIN_WORDS = 20
_WALL = re.compile(
    r"(?i)(enable javascript|javascript is (disabled|required)|accept (all )?cookies|subscribe to (continue|read)|"
    r"subscribers only|verify you are (a )?human|access denied|register to (continue|read))"
)
_LOOPBACK = re.compile(r"^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$")


def read_article(body: bytes, *, url: str, seen_at: dt.datetime | None = None, fallback: Entry | None = None, source: str = "") -> Article:
    """The article on a page.

    Args:
        body: The page as fetched.
        url: Where it came from in the end ("" for a file: the page itself must say).
        seen_at: When it was fetched; default its own last date.
        fallback: The feed's entry, for what the page does not say.
        source: Feed id or file name.

    Raises:
        InputError: There is no article (a wall, an empty page), no date with a zone, or parsing took too long.
    """
    article: Article = PARSER.call(extract_article, body, url, seen_at, fallback, source, where=url or source)
    return article


def extract_article(body: bytes, url: str, seen_at: dt.datetime | None, fallback: Entry | None, source: str) -> Article:
    """What `read_article` runs in the child process."""
    try:
        tree = html.fromstring(body)
    except (LxmlError, ValueError) as error:
        raise InputError("is no HTML page") from error
    said = _metadata(tree)
    text = (
        trafilatura.extract(
            body, include_comments=False, include_tables=False, favor_precision=False, output_format="txt", deduplicate=False
        )
        or ""
    )
    text = "\n\n".join(line.strip() for line in text.split("\n") if line.strip())
    if len(text.split()) < MIN_WORDS:
        reason = (
            "shows a wall (consent, subscription or JavaScript), no article"
            if _WALL.search(str(tree.text_content())[:20_000])
            else "has no article text"
        )
        raise InputError(reason)
    published = _moment(said.get("published")) or (fallback.published if fallback else None)
    updated = _moment(said.get("updated")) or (fallback.updated if fallback else None)
    if published is None:
        raise InputError("does not say when it was published")
    if updated is not None and updated <= published:
        updated = None
    address = _identity(said.get("canonical", ""), url or (fallback.url if fallback else ""))
    if not address:
        raise InputError("does not say its address (no canonical link)")
    title = said.get("title") or (fallback.title if fallback else "")
    return Article(
        url=address,
        publisher=said.get("publisher") or (fallback.publisher if fallback else urlsplit(address).hostname or ""),
        title=title,
        published=published,
        updated=updated,
        seen_at=seen_at or updated or published,
        text=text,
        source=source,
    )


def _metadata(tree: Any) -> dict[str, str]:
    said: dict[str, str] = {}
    for node in tree.iter("meta"):
        name = (node.get("property") or node.get("name") or node.get("itemprop") or "").lower()
        key = {
            "og:site_name": "publisher",
            "og:title": "title",
            "article:published_time": "published",
            "datepublished": "published",
            "article:modified_time": "updated",
            "datemodified": "updated",
            "outlet": "publisher",
            "published": "published",
        }.get(name)
        if key and node.get("content"):
            said.setdefault(key, node.get("content").strip())
    for node in tree.iter("link"):
        if (node.get("rel") or "").lower() == "canonical" and node.get("href"):
            said.setdefault("canonical", node.get("href").strip())
    for node in tree.iter("script"):
        if (node.get("type") or "").lower() == "application/ld+json":
            said = _linked_data(node.text or "") | said
    for node in tree.iter("time"):
        if node.get("datetime"):
            said.setdefault("published", node.get("datetime").strip())
    for node in tree.iter("h1"):
        said.setdefault("title", " ".join(str(node.text_content()).split()))
    return said


def _linked_data(text: str) -> dict[str, str]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    items = data if isinstance(data, list) else [data]
    said: dict[str, str] = {}
    for item in items:
        if isinstance(item, dict):
            for name, key in (("datePublished", "published"), ("dateModified", "updated"), ("headline", "title")):
                if isinstance(item.get(name), str):
                    said.setdefault(key, item[name])
    return said


def _moment(text: str | None) -> dt.datetime | None:
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    # A date without zone could be off by half a day; better the feed's, or none.
    return moment if moment.tzinfo else None


def _identity(canonical: str, url: str) -> str:
    """The canonical link if it is on the same site (or the page came from loopback), else the address; without tracking parameters."""
    link = urljoin(url, canonical) if canonical else ""
    if link and url:
        host, other = urlsplit(url).hostname or "", urlsplit(link).hostname or ""
        same_site = host.removeprefix("www.") == other.removeprefix("www.")
        link = link if same_site or _LOOPBACK.match(host) else ""
    address = link or url
    return (clean_url(address) or address) if re.match(r"(?i)^https?://", address) else ""
