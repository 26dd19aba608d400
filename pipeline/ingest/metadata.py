"""What a page says of itself in its head: title, outlet, canonical link, dates with their zone, language, whether it is free."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

_META = {
    "og:site_name": "publisher",
    "outlet": "publisher",
    "og:title": "title",
    "article:published_time": "published",
    "og:published_time": "published",
    "og:article:published_time": "published",
    "datepublished": "published",
    "published": "published",
    "publishdate": "published",
    "publish-date": "published",
    "pubdate": "published",
    "dc.date.issued": "published",
    "dcterms.created": "published",
    "parsely-pub-date": "published",
    "sailthru.date": "published",
    "date": "published",
    "article:modified_time": "updated",
    "og:updated_time": "updated",
    "datemodified": "updated",
    "dcterms.modified": "updated",
    "lastmod": "updated",
}
_ARTICLES = ("Article", "BlogPosting", "Report", "LiveBlog", "WebPage")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What the page says; "" and None where it says nothing. `published` and `updated` have the zone that the page gave.

    `published_without_zone` is a date of which the page does not say where it is meant, taken as UTC; `published_text` are the words of
    either, or of a date that cannot be read.
    """

    title: str
    page_title: str
    publisher: str
    canonical: str
    language: str
    published: dt.datetime | None
    published_without_zone: dt.datetime | None
    updated: dt.datetime | None
    free: bool
    published_text: str = ""


def read_facts(tree: Any) -> PageFacts:
    """The facts in a page's `meta`, `link`, `time` and JSON-LD elements.

    Args:
        tree: The page as lxml parsed it.
    """
    said = dict(_linked_data(tree))
    for node in tree.iter("meta"):
        name = (node.get("property") or node.get("name") or node.get("itemprop") or "").lower()
        content = (node.get("content") or "").strip()
        if content and name in _META:
            said.setdefault(_META[name], content)
    for node in tree.iter("link"):
        if (node.get("rel") or "").lower() == "canonical" and node.get("href"):
            said.setdefault("canonical", node.get("href").strip())
    times = [node.get("datetime").strip() for node in tree.iter("time") if node.get("datetime")]
    headings = (" ".join(str(node.text_content()).split()) for node in tree.iter("h1"))
    page_title = next((" ".join(str(node.text_content()).split()) for node in tree.iter("title")), "")
    dates = [text for text in (said.get("published", ""), *times[:1]) if text]
    words = next((text for text in dates if _moment(text) is not None), dates[0] if dates else "")
    published = _moment(words)
    return PageFacts(
        title=said.get("title") or next((heading for heading in headings if heading), "") or page_title,
        page_title=page_title,
        publisher=said.get("publisher", ""),
        canonical=said.get("canonical", ""),
        language=next((str(node.get("lang") or "") for node in tree.iter("html")), ""),
        published=published if published is not None and published.tzinfo else None,
        published_without_zone=published.replace(tzinfo=dt.UTC) if published is not None and not published.tzinfo else None,
        updated=_with_zone(_moment(said.get("updated", ""))),
        free=said.get("free", "").lower() not in ("false", "no", "0"),
        published_text=words,
    )


def _linked_data(tree: Any) -> Iterator[tuple[str, str]]:
    """Pairs of fact and value, the most trusted last."""
    names = {"datePublished": "published", "dateModified": "updated", "headline": "title", "isAccessibleForFree": "free"}
    found: dict[str, str] = {}
    for node in tree.iter("script"):
        if (node.get("type") or "").lower().strip() == "application/ld+json":
            for item in _items(node.text or ""):
                for name, key in names.items():
                    value = item.get(name)
                    if isinstance(value, (str, bool)) and str(value).strip():
                        found.setdefault(key, str(value).strip())
    yield from found.items()


def _items(text: str) -> Iterator[dict[str, Any]]:
    """The articles in a block of JSON-LD, those that are called articles first."""
    try:
        data = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return
    waiting: list[Any] = [data]
    flat: list[dict[str, Any]] = []
    while waiting and len(flat) < 200:
        item = waiting.pop(0)
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            flat.append(item)
            waiting.extend(
                value for name in ("@graph", "mainEntity", "mainEntityOfPage") if isinstance(value := item.get(name), (list, dict))
            )
    kinds = [(any(name in str(item.get("@type", "Article")) for name in _ARTICLES), item) for item in flat]
    yield from (item for article, item in kinds if article)


def _moment(text: str) -> dt.datetime | None:
    """A date as pages write it (ISO 8601, or that of mails), with its zone if it has one."""
    text = text.strip()
    if len(text) < 8 or len(text) > 60:
        return None
    try:
        return dt.datetime.fromisoformat(text.replace(" UTC", "+00:00").replace(" GMT", "+00:00") if text[0].isdigit() else text)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _with_zone(moment: dt.datetime | None) -> dt.datetime | None:
    # Without a zone it could be off by half a day, and an update must not seem to come before the text.
    return moment if moment is not None and moment.tzinfo else None
