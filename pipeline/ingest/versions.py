"""Is it another text, or the same one set anew? What two sightings of a page have in common is what was really edited. Pure."""

import re
from dataclasses import replace
from difflib import SequenceMatcher

from pipeline.ingest.identity import normal_words
from pipeline.model import Article, digest

# What moves by itself on a page that nobody edits.
_MOVING = re.compile(
    r"(?i)\b(just now|moments? ago|(an?|one|\d+) ?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?) ago|"
    r"\d[\d.,]*[km]? (views?|reads?|shares?|comments?|likes?|reactions?|followers|people are reading)|"
    r"\d+[ -]min(ute)?s? read|"
    r"(last )?(updated|modified|published|posted)( on| at)?:? .{0,12}\d{1,2}[:.]\d{2}.{0,24})"
)
_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’»)\]]*$")
# A line without an end that is no longer than this is a heading, a teaser or a caption: what comes and goes there is no edit.
_TEASER_WORDS = 14


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a stored text."""
    return [part for part in re.split(r"\n\s*\n|\n", text) if part.strip()]


def comparable(paragraph: str) -> str:
    """A paragraph without type, case, punctuation and what moves by itself; "" if nothing that counts is left."""
    still = _MOVING.sub(" ", paragraph)
    if len(still.split()) <= _TEASER_WORDS and not _SENTENCE_END.search(still.strip()):
        return ""
    return normal_words(still)


def same_words(one: Article, other: Article) -> bool:
    """True if two texts differ only in type, in what moves by itself, or in lines that are no sentences."""
    return _title(one) == _title(other) and _comparables(one) == _comparables(other)


def words_digest(article: Article) -> str:
    """A digest that is equal for texts with the same words."""
    return digest(_title(article), *_comparables(article))


def settled(stored: Article, first: Article, second: Article) -> Article:
    """The article with exactly those edits that two sightings of its page have in common.

    Args:
        stored: The newest stored version.
        first: The page as it was seen before.
        second: The page as it is seen now: what is not an edit is taken from here, or stays as stored.
    """
    if same_words(first, second):
        return second
    seen = set(_comparables(first))
    old, new = paragraphs(stored.text), paragraphs(second.text)
    old_keys, new_keys = [comparable(part) for part in old], [comparable(part) for part in new]
    kept: list[str] = []
    for kind, old_start, old_end, new_start, new_end in SequenceMatcher(None, old_keys, new_keys, autojunk=False).get_opcodes():
        if kind == "equal":
            kept += new[new_start:new_end]
            continue
        # Gone in one sighting only: it stays. New in one sighting only: it does not count.
        kept += [part for part, key in zip(old[old_start:old_end], old_keys[old_start:old_end], strict=True) if key and key in seen]
        kept += [part for part, key in zip(new[new_start:new_end], new_keys[new_start:new_end], strict=True) if not key or key in seen]
    title = second.title if _title(first) == _title(second) else stored.title
    return replace(second, title=title, text="\n\n".join(kept))


def _title(article: Article) -> str:
    return normal_words(_MOVING.sub(" ", article.title))


def _comparables(article: Article) -> list[str]:
    found = [key for key in map(comparable, paragraphs(article.text)) if key]
    # A text without one whole sentence, as flashes are, is compared as it is.
    return found or [normal_words(_MOVING.sub(" ", article.text))]
