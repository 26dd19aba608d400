"""One article by its name: an archive file, a plain text, a stored page, an address, or standard input."""

import datetime as dt
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from pipeline.config import Settings
from pipeline.errors import ConfigError, InputError
from pipeline.ingest.archive import FEED_ENDINGS, HEADER_KEYS, MAX_BYTES, decoded, parse_dispatch
from pipeline.ingest.articles import read_article
from pipeline.ingest.fetch import Fetched
from pipeline.ingest.poll import make_fetcher
from pipeline.ingest.text import clean_text
from pipeline.ingest.waiting import wait_for
from pipeline.model import Article, Entry

UNKNOWN = "unknown outlet"
# A stored page need not say where it came from. Whatever canonical link it has is believed of a page from loopback.
_NOWHERE = "http://localhost/"
_PAGE = re.compile(rb"(?i)\s*(\xef\xbb\xbf)?\s*(<!--.{0,2000}?-->\s*)?<(!doctype html|html)\b", re.DOTALL)
_HEADER = re.compile(rf"({'|'.join(sorted(HEADER_KEYS))}):")


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleArticle:
    """An article with where it was read (`name`), as what (`form`), and whose word its date of publication is (`dated`).

    `form` is dispatch, text, page or address; `dated` is option, header, page or now.
    """

    article: Article
    name: str
    form: str
    dated: str


def read_single(
    name: str, *, settings: Settings, now: dt.datetime, stdin: BinaryIO, published: dt.datetime | None = None, publisher: str = ""
) -> SingleArticle:
    """The article that a name stands for.

    Args:
        name: A file, an http(s) address, or "-" for standard input.
        settings: How to fetch.
        now: The clock (UTC): what relative dates refer to where neither an option nor the article tells.
        stdin: What "-" is read from.
        published: Overrides what the article says of its publication.
        publisher: Overrides its outlet.

    Raises:
        ConfigError: There is no such file, or it is a folder.
        InputError: It holds no article: empty, no UTF-8, too large, a feed, a page with a wall.
        FetchError: The address could not be fetched, or may not be.
    """
    if "://" in name:
        found = _fetched(name, settings, now)
    elif name == "-":
        found = _read(stdin.read(MAX_BYTES + 1), "standard input", now)
    else:
        found = _read(_bytes(Path(name)), name, now)
    article = found.article
    if published is not None:
        found = replace(found, dated="option")
        article = replace(article, published=published, updated=None, seen_at=published)
    return replace(found, article=replace(article, publisher=publisher or article.publisher or UNKNOWN))


def _bytes(path: Path) -> bytes:
    remedy = "Name a dispatch, a text, a stored page, an http(s) address, or - for standard input."
    if path.is_dir():
        raise ConfigError("is a folder, not an article", where=str(path), remedy="Name one of its files.")
    if path.suffix.lower() in FEED_ENDINGS:
        raise InputError("is a feed, not an article", where=str(path), remedy="Name one of its articles by its address.")
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise ConfigError("there is no such file", where=str(path), remedy=remedy) from error
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot be read: {getattr(error, 'strerror', None) or error}", where=str(path), remedy=remedy) from error


def _read(raw: bytes, name: str, now: dt.datetime) -> SingleArticle:
    if len(raw) > MAX_BYTES:
        raise InputError(f"is larger than {MAX_BYTES // 1_000_000} MB", where=name, remedy="Take out what is no text.")
    if not raw.strip():
        raise InputError("is empty", where=name, remedy="There is nothing to explain.")
    if _PAGE.match(raw) or name.lower().endswith((".html", ".htm")):
        return _page(raw, "", name, now)
    text = decoded(raw, name)
    if _HEADER.match(text):
        return SingleArticle(article=parse_dispatch(text, source=name), name=name, form="dispatch", dated="header")
    return _plain(text, "", name, now)


def _plain(text: str, url: str, name: str, now: dt.datetime) -> SingleArticle:
    cleaned = clean_text(text)
    if not cleaned:
        raise InputError("is empty", where=name, remedy="There is nothing to explain.")
    # Nothing says what is its headline: the first line stays in the text, and the paragraphs' rules see what it is.
    article = Article(url=url, publisher=_host(url), title="", published=now, seen_at=now, text=cleaned, source=Path(name).name)
    return SingleArticle(article=article, name=name, form="text", dated="now")


def _page(raw: bytes, url: str, name: str, now: dt.datetime, charset: str = "") -> SingleArticle:
    fallback = Entry(feed="", url=url or _NOWHERE, title="", publisher=_host(url) or UNKNOWN, published=now)
    try:
        article = read_article(raw, url=url, seen_at=now, fallback=fallback, source=Path(name).name, charset=charset)
    except InputError as error:
        remedy = error.remedy or "Save the article's text in a file and name that."
        raise InputError(error.what, where=name, remedy=remedy) from error
    dated = "now" if article.published == now else "page"
    article = replace(article, url="" if not url and _host(article.url) == _host(_NOWHERE) else article.url)
    return SingleArticle(article=article, name=name, form="address" if url else "page", dated=dated)


def _fetched(url: str, settings: Settings, now: dt.datetime) -> SingleArticle:
    answer = wait_for(_get(url, settings))
    if answer.content_type == "text/plain":
        return _plain(decoded(answer.body, url), answer.url, url, now)
    return _page(answer.body, answer.url, url, now, answer.charset)


async def _get(url: str, settings: Settings) -> Fetched:
    async with make_fetcher(settings) as fetcher:
        answer = await fetcher.fetch(url)
    if not isinstance(answer, Fetched):
        raise InputError("answered 304 without being asked", where=url)
    return answer


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
