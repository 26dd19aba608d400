"""Marks by which an article is known again: its address without what changes by chance, its feed's id, its words, its moment."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from courlan import clean_url, normalize_url
from rapidfuzz import fuzz

from pipeline.model import Article, Entry, digest

# courlan knows the common ones; these are of single outlets and of pages for phones.
_OTHER_TRACKERS = re.compile(
    r"(?i)^(at_\w+|cmp|cmpid|ns_\w+|traffic_source|ref|ref_?src|source|src|rss|ocid|smid|partner|xtor|_ga|amp|outputtype|"
    r"output|sessionid|phpsessid|jsessionid|taid|share|spm|ito|icid|ncid|mbid|sref|wt_\w+|yclid|igshid|mkt_tok|__twitter_impression)$"
)
_HOST_PREFIX = re.compile(r"^(www\d?|m|mobile|amp|wap)\.")
_AMP_PATH = re.compile(r"(?i)(^/amp(?=/)|/amp/?$|[./_-]amp(?=\.html?$)|\.amp$)")
_ALNUM = re.compile(r"[^\W_]+")
_INDEX = re.compile(r"(?i)/(index|default)\.(html?|php|aspx?)$")
# Two texts of the same moment, or under the same id, are one article from here on (rapidfuzz ratio of title or text, 0-100).
SAME_ENOUGH = 60.0
_COMPARED = 4_000
ENOUGH_WORDS = 100


def link_key(url: str) -> str:
    """The address without scheme, host prefix, tracking parameters, AMP marks, index page, fragment and last slash.

    "http://www.example.org/a/?utm_source=x", "https://example.org/a" and "https://amp.example.org/a/amp" have the same one.
    """
    try:
        parts = urlsplit(normalize_url(url.strip()))
        port = parts.port
    except ValueError:
        return url.strip()
    host = _HOST_PREFIX.sub("", (parts.hostname or "").lower())
    path = _INDEX.sub("", _AMP_PATH.sub("", parts.path)).rstrip("/")
    query = sorted((name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _OTHER_TRACKERS.match(name))
    place = f":{port}" if port not in (None, 80, 443) else ""
    return f"{host}{place}{path}" + (f"?{urlencode(query)}" if query else "")


def clean_address(url: str) -> str:
    """The address as it is stored: without tracking parameters, else as it is."""
    return clean_url(url) or url


def site(url: str) -> str:
    """The host of an address without "www." and the like."""
    return link_key(url).partition("/")[0].partition("?")[0]


def names_one_page(url: str) -> bool:
    """True if the end of an address looks like one article's, not like a section's: "/2016/truce-holds-for-now", "/a8134"."""
    host_and_path = link_key(url).partition("?")[0]
    last = host_and_path.rpartition("/")[2] if "/" in host_and_path else ""
    return bool(re.search(r"\d", last)) or len(re.findall(r"[-_]", last)) >= 2


def with_keys(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries with their keys. Where several share one address (a feed that links to the front page) their titles tell them apart."""
    found = tuple(entries)
    keys = [link_key(entry.url) for entry in found]
    titles: dict[str, set[str]] = {}
    for entry, key in zip(found, keys, strict=True):
        titles.setdefault(key, set()).add(entry.title)
    return tuple(
        replace(entry, key=f"{key}#{digest(entry.title)[:16]}" if len(titles[key]) > 1 and entry.content else key)
        for entry, key in zip(found, keys, strict=True)
    )


def is_shared(entry: Entry) -> bool:
    """True if the entry's address is that of other entries too, so that it says nothing about this one."""
    return "#" in entry.key


def normal_words(text: str) -> str:
    """Letters and digits of a text in lower case, with single blanks: what stays when it is set in other type."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return " ".join(_ALNUM.findall(folded))


def entry_marks(entry: Entry) -> tuple[str, ...]:
    """Marks of a feed entry that are certain: its key, and its address if that is its own."""
    return (digest("link", entry.key or link_key(entry.url)),)


def sure_marks(article: Article, entry: Entry, address: str) -> tuple[str, ...]:
    """Marks that make it the same article whatever else changed: the entry's key and the address it was fetched from.

    Args:
        article: As it was read.
        entry: The feed's entry.
        address: Where its page was in the end ("" if none was fetched).
    """
    marks = [*entry_marks(entry)]
    if address and not is_shared(entry):
        marks.append(digest("link", link_key(address)))
    # The same words on the same site are the same article under another address; few words may be a notice that many pages show.
    if len(article.text.split()) >= ENOUGH_WORDS:
        marks.append(digest("words", site(article.url), normal_words(article.text)))
    return tuple(dict.fromkeys(marks))


def likely_marks(article: Article, entry: Entry) -> tuple[str, ...]:
    """Marks that many sites get wrong (canonical link, id, moment): they count only where title or text agree as well."""
    marks = [] if is_shared(entry) else [digest("link", link_key(article.url))]
    if entry.guid:
        marks.append(digest("guid", entry.feed, entry.guid))
    if article.dated != "seen":
        marks.append(digest("moment", site(article.url), article.published.isoformat()))
    return tuple(marks)


def agree(one: Article, other: Article) -> bool:
    """True if two texts may be one article at two times: the same title, or mostly the same words."""
    if normal_words(one.title) and normal_words(one.title) == normal_words(other.title):
        return True
    # "Village 4 reports its plan" and "Village 5 reports its plan" are alike in all but what tells them apart.
    numbered = re.findall(r"\d+", one.title) == re.findall(r"\d+", other.title)
    if numbered and fuzz.ratio(normal_words(one.title), normal_words(other.title)) >= SAME_ENOUGH + 20:
        return True
    # Words, not letters: any two English texts share their letters.
    return fuzz.ratio(normal_words(one.text)[:_COMPARED].split(), normal_words(other.text)[:_COMPARED].split()) >= SAME_ENOUGH
