"""A folder of dispatches -> articles in the order in which they came. Format: docs/formats.md."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ConfigError, InputError
from pipeline.ingest.articles import read_article
from pipeline.ingest.entries import parse_entries
from pipeline.ingest.text import clean_text, date_words
from pipeline.model import Article, InputProblem, Removal
from pipeline.watches import Feed

MAX_BYTES = 5_000_000
HEADER_KEYS = frozenset(("outlet", "url", "published", "title", "updated", "fetched"))
_NEEDED = ("outlet", "url", "published", "title")
_REMOVAL = re.compile(r"^url:\s*(\S+)\s+removed_at:\s*(\S+)\s*$")
FEED_ENDINGS = frozenset((".xml", ".rss", ".atom"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What a folder holds: articles by the time they came to us, removals, and what could not be read."""

    articles: tuple[Article, ...]
    removals: tuple[Removal, ...]
    problems: tuple[InputProblem, ...]


def read_archive(folder: Path) -> Archive:
    """Read every dispatch (`*.txt`), page (`*.html`) and feed file of a folder, and its `removed.txt`.

    A file that cannot be used is a problem with file, line and remedy; the rest is read.

    Raises:
        ConfigError: The folder is missing, cannot be read, or holds nothing of the kind.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        raise ConfigError(
            f"the archive cannot be read: {error.strerror}", where=str(folder), remedy="Name a folder of dispatches."
        ) from error
    articles: list[Article] = []
    removals: list[Removal] = []
    problems: list[InputProblem] = []
    for path in paths:
        try:
            if path.name == "removed.txt":
                removals.extend(_read_removals(path, problems))
            elif path.suffix == ".txt":
                articles.append(parse_dispatch(_text(path), source=str(path)))
            elif path.suffix in (".html", ".htm"):
                articles.append(_read_page(path))
            elif path.suffix in FEED_ENDINGS:
                articles.extend(_read_feed(path))
        except InputError as error:
            problems.append(InputProblem(where=error.where, what=error.what, remedy=error.remedy))
    if not articles and not problems:
        raise ConfigError(
            "holds no dispatch (*.txt), page (*.html) or feed",
            where=str(folder),
            remedy="See docs/formats.md for the format of an archive.",
        )
    ordered = sorted(articles, key=lambda article: (article.seen_at, article.source))
    return Archive(
        articles=tuple(ordered), removals=tuple(sorted(removals, key=lambda removal: removal.removed_at)), problems=tuple(problems)
    )


def parse_dispatch(raw: str, *, source: str) -> Article:
    """A dispatch with its header lines -> an article.

    Args:
        raw: The whole file.
        source: Where it was read, for messages.

    Raises:
        InputError: The header is missing or wrong, or there is no text; says the line.
    """
    head, gap, body = raw.replace("\r\n", "\n").replace("\r", "\n").partition("\n\n")
    header: dict[str, str] = {}
    for number, line in enumerate(head.split("\n"), start=1):
        key, colon, value = line.partition(":")
        if not colon or key.strip() not in HEADER_KEYS:
            what = f"unknown header line '{line[:60]}'" if header else "has no header: the first line is no 'outlet: ...'"
            raise InputError(
                what, where=f"{source}:{number}", remedy="A dispatch begins with the lines outlet, url, published, title and an empty line."
            )
        if key.strip() in header:
            raise InputError(f"the header line '{key.strip()}' stands twice", where=f"{source}:{number}", remedy="Keep one of them.")
        header[key.strip()] = value.strip()
    for key in _NEEDED:
        if not header.get(key):
            raise InputError(f"the header has no '{key}'", where=f"{source}:1", remedy=f"Add a line '{key}: ...'.")
    text = clean_text(body)
    if not gap or not text:
        raise InputError(
            "has no text after the header", where=f"{source}:{len(header) + 1}", remedy="Put an empty line and the text after the header."
        )
    lines = {line.partition(":")[0].strip(): number for number, line in enumerate(head.split("\n"), start=1)}
    moments = {key: _instant(header[key], f"{source}:{lines[key]}", key) for key in ("published", "updated", "fetched") if header.get(key)}
    return Article(
        url=header["url"],
        publisher=header["outlet"],
        title=unicodedata.normalize("NFC", header["title"]),
        published=moments["published"],
        updated=moments.get("updated"),
        seen_at=moments.get("fetched") or moments.get("updated") or moments["published"],
        text=text,
        source=Path(source).name,
        date_text=date_words(header["published"]),
    )


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(
                f"is larger than {MAX_BYTES // 1_000_000} MB", where=f"{path}:1", remedy="Split it, or take out what is no text."
            )
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path), remedy="Check its permissions.") from error
    return decoded(raw, str(path))


def decoded(raw: bytes, where: str) -> str:
    """Bytes of a file as text.

    Args:
        raw: The whole file; a byte order mark is taken off.
        where: What it is called in messages.

    Raises:
        InputError: It is empty, or no UTF-8; says the line.
    """
    if not raw.strip():
        raise InputError("is empty", where=f"{where}:1", remedy="Remove the file, or put a dispatch into it.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InputError("is not UTF-8", where=f"{where}:{line}", remedy="Save the file as UTF-8.") from error


def _instant(text: str, where: str, key: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"'{key}' is no date: {text[:40]}", where=where, remedy="Write it like 2016-03-14T19:46:00+02:00.") from error
    if moment.tzinfo is None:
        raise InputError(f"'{key}' has no time zone: {text}", where=where, remedy="Add the zone, e.g. +02:00 or Z.")
    return moment


def _read_removals(path: Path, problems: list[InputProblem]) -> list[Removal]:
    removals = []
    for number, line in enumerate(_text(path).splitlines() if path.stat().st_size else (), start=1):
        if not line.strip():
            continue
        match = _REMOVAL.match(line)
        try:
            if not match:
                raise InputError(
                    "is no removal", where=f"{path}:{number}", remedy="Write 'url: ADDRESS removed_at: 2016-04-04T10:00:00+01:00'."
                )
            removals.append(Removal(url=match[1], removed_at=_instant(match[2], f"{path}:{number}", "removed_at")))
        except InputError as error:
            problems.append(InputProblem(where=error.where, what=error.what, remedy=error.remedy))
    return removals


def _read_page(path: Path) -> Article:
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"is larger than {MAX_BYTES // 1_000_000} MB", where=f"{path}:1", remedy="Take out what is no text.")
    try:
        article = read_article(path.read_bytes(), url="", source=path.name)
    except InputError as error:
        raise InputError(error.what, where=f"{path}:1", remedy=error.remedy) from error
    return article


def _read_feed(path: Path) -> list[Article]:
    feed = Feed(id=path.name, url="", publisher=path.stem)
    try:
        entries = parse_entries(path.read_bytes(), feed, base_url="")
    except InputError as error:
        raise InputError(error.what, where=f"{path}:1", remedy=error.remedy) from error
    articles = []
    for entry in entries:
        moment = entry.updated or entry.published
        if entry.content and moment is not None and entry.url:
            articles.append(
                Article(
                    url=entry.url,
                    publisher=entry.publisher,
                    title=entry.title,
                    published=entry.published or moment,
                    updated=entry.updated,
                    seen_at=moment,
                    text=clean_text(entry.content),
                    source=path.name,
                    dated="feed",
                    date_text=entry.date_text,
                )
            )
    return [article for article in articles if article.text]
