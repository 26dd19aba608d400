"""Writes `feeds.toml`: adds feeds at its end, with a comment that says where and when each was read; feeds from and to OPML."""

import datetime as dt
import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from lxml import etree

from pipeline.errors import ConfigError, InputError, OutputError
from pipeline.ingest.identity import link_key
from pipeline.watches import Feed

_HEAD = "# The feeds that Claimwatch polls. docs/formats.md lists the keys.\nformat = 1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFeed:
    """A feed to add, and the comment above it ("" = none)."""

    feed: Feed
    comment: str = ""


def add_feeds(folder: Path, new: Sequence[NewFeed], known: Sequence[Feed]) -> tuple[Feed, ...]:
    """Add feeds at the end of `feeds.toml`, which is made if it is not there; what is in it stays as it is.

    Args:
        folder: The configuration folder.
        new: What to add; those whose address is known already are left out, and ids that are taken get a number.
        known: The feeds that are configured.

    Returns:
        The feeds that were added, with their ids.

    Raises:
        OutputError: The file cannot be written.
    """
    addresses = {link_key(feed.url) for feed in known}
    ids = {feed.id for feed in known}
    added: list[Feed] = []
    blocks: list[str] = []
    for item in new:
        if link_key(item.feed.url) in addresses:
            continue
        feed = Feed(
            id=_free_id(item.feed.id or item.feed.publisher or urlsplit(item.feed.url).hostname or "feed", ids),
            url=item.feed.url,
            publisher=item.feed.publisher,
            language=item.feed.language,
            note=item.feed.note,
        )
        addresses.add(link_key(feed.url))
        ids.add(feed.id)
        added.append(feed)
        blocks.append(_block(feed, item.comment))
    if added:
        _append(folder / "feeds.toml", "".join(blocks))
    return tuple(added)


def _append(path: Path, text: str) -> None:
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else _HEAD
        written = path.with_suffix(".toml.new")
        written.write_text(before.rstrip("\n") + "\n" + text, encoding="utf-8")
        written.replace(path)
    except OSError as error:
        raise OutputError(
            f"cannot be written: {error.strerror}", where=str(path), remedy="Copy the configuration folder and name the copy with --config."
        ) from error


def _block(feed: Feed, comment: str) -> str:
    lines = [f"# {line}" for line in comment.splitlines() if line.strip()]
    lines += ["[[feed]]", f"id = {_quoted(feed.id)}", f"url = {_quoted(feed.url)}", f"publisher = {_quoted(feed.publisher)}"]
    if feed.language != "en":
        lines.append(f"language = {_quoted(feed.language)}")
    if feed.note:
        lines.append(f"note = {_quoted(feed.note)}")
    return "\n" + "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    # A JSON string without control characters is a TOML string; what JSON leaves as it is and TOML forbids is only DEL.
    return json.dumps(" ".join(text.replace("\x7f", " ").split()), ensure_ascii=False)


def _free_id(wish: str, taken: Collection[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", wish.lower().removeprefix("www.")).strip("-")[:40].strip("-") or "feed"
    number, name = 1, base
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    return name


def read_opml(raw: bytes, where: str) -> tuple[Feed, ...]:
    """The feeds of an OPML file, with their titles as publishers and the languages that it names.

    Raises:
        InputError: It is no OPML, or holds no feed.
    """
    import listparser

    found = listparser.parse(raw)
    languages = _languages(raw)
    feeds = tuple(
        Feed(id="", url=str(item.url), publisher=str(item.title or ""), language=languages.get(str(item.url), "en"))
        for item in found.feeds
        if re.match(r"https?://\S+$", str(item.url or ""))
    )
    if not feeds:
        raise InputError(
            "holds no feed", where=where, remedy="Export the feeds of your reader as OPML, and name that file.", code="not_a_feed"
        )
    return feeds


def _languages(raw: bytes) -> dict[str, str]:
    """The two letters of each outline's `language` ("fr-CA" -> "fr"), by its address; listparser passes over them."""
    # Files of other programs are often no good XML; nothing outside the file is read.
    try:
        tree = etree.fromstring(raw, etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
    except etree.LxmlError:
        return {}
    found: dict[str, str] = {}
    for node in tree.iter("{*}outline") if tree is not None else ():
        named = {str(name).lower(): str(value).strip() for name, value in node.attrib.items()}
        code = re.match(r"([a-z]{2})(?:[-_]|$)", named.get("language", "").lower())
        if code and named.get("xmlurl"):
            found.setdefault(named["xmlurl"], code[1])
    return found


def write_opml(feeds: Iterable[Feed], *, now: dt.datetime) -> str:
    """The feeds as an OPML 2.0 document."""
    root = ET.Element("opml", version="2.0")
    head = ET.SubElement(root, "head")
    ET.SubElement(head, "title").text = "Claimwatch feeds"
    ET.SubElement(head, "dateCreated").text = f"{now:%a, %d %b %Y %H:%M:%S} GMT"
    body = ET.SubElement(root, "body")
    for feed in feeds:
        title = feed.publisher or feed.id
        ET.SubElement(body, "outline", type="rss", text=title, title=title, xmlUrl=feed.url, language=feed.language)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def writable_folder(config: Path | None, default: Path) -> Path:
    """The configuration folder to write to.

    Raises:
        ConfigError: None was named, and the shipped one is part of an installation.
    """
    if config is None and "site-packages" in default.parts:
        raise ConfigError(
            "the shipped configuration is not yours to change",
            where=str(default),
            remedy="Copy it, and name the copy with --config.",
        )
    return config or default
