"""Article text -> paragraphs with their role, so that datelines, credits and comment forms make no claims.

The small spaCy model runs over line breaks, headlines and photo credits; cutting first is worth more than any rule after.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import py3langid

# A paragraph longer than this is cut at a sentence end before it is parsed: the parser's memory grows with the text.
MAX_PARAGRAPH = 20_000

_LONE = re.compile("[\ud800-\udfff]")
_LINK = re.compile(
    r"(?i)^\s*(read|see|watch|listen|find out|learn|click)\s+(more|also|next|now|here)\b|^\s*(related|more on this|also)\s*:"
)
_CREDIT = re.compile(
    r"(?i)^\s*[\[(]?\s*(file\s+)?(photo(graph)?s?|picture|image|video|credit|graphic|illustration|map)s?(\s*(by|:|/))"
    r"|^\s*(©|copyright\b)|getty images\s*$"
)
_CAPTION = re.compile(r"(?i)^\s*(file\s+)?(photo|picture|image|pictured)\s*:\s*\S+.*\w\s+\w+.*\(?[A-Z]*\)?")
_BYLINE = re.compile(
    r"(?i)^\s*\(?\s*(by\s+[\w.'’ -]{2,60}|reporting by|additional reporting|writing by|edited by|editing by|compiled by|from (our|staff)\b"
    r"|with (agencies|reporting))"
)
_PROMPT = re.compile(
    r"(?i)\b(sign up|subscribe|subscrib|newsletter|follow us|join our|download (the|our) app|support (our|local|independent)|"
    r"comments? (are|is) (open|closed)|new comment|delete your current comment|all rights reserved|terms of (use|service)|"
    r"share this|like this (post|article|story)|support the blog|free for all readers|wire services contributed|leave a comment|"
    r"this (article|story) (first|originally) appeared|cookie|advertisement|your (e-?mail|inbox)|get the .{3,60} (briefing|newsletter|every))\b"
)
_CORRECTION = re.compile(
    r"(?i)^\s*[\[(]?\s*(correction|corrects|corrected|clarification|editor'?s note|an earlier version|this (article|story) (was|has been) (corrected|amended|updated))\b"
)
_SPELLING = re.compile(r"(?i)\b(misspel\w+|spelling|typo|typographical|byline|headline|photo(graph)?|caption|picture)\b")
_SIGNATURE = re.compile(r"^\s*[-–—]\s*[A-Z][\w.&' ]+(,\s*[A-Z]\w+)?\s*$")
_DATELINE = re.compile(
    r"^(?P<line>(?:[A-Z][A-Z.'’/ -]{2,40}(?:,\s*[A-Z][\w. ]{1,25})?)(?:,\s*(?:\d{1,2}\s+)?[A-Z][a-z]{2,8}\.?\s*(?:\d{1,2})?(?:,\s*\d{4})?)?"
    r"\s*(?:\([^)]{1,40}\)\s*)?[-–—]{1,2}\s+)(?=\S)"
)


# Words that no other language's prose is full of. Where they abound, the identifier need not be asked.
_PLAIN_ENGLISH = frozenset("the of and to that was were is are said has have had with which from by it not for would will been their its".split())
_ENOUGH = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph: `start`..`end` into the article's text, without a dateline. `role` as in `Statement.role`."""

    number: int
    start: int
    end: int
    text: str
    role: str


def split_paragraphs(text: str, *, title: str = "", language: str = "en") -> tuple[Paragraph, ...]:
    """Cut an article's text at its line breaks and say what each piece is.

    Args:
        text: The article's stored text.
        title: Its headline; a paragraph that repeats it is a headline.
        language: ISO 639-1 code that the article is read in; paragraphs in another language get the role foreign.

    Returns:
        The paragraphs in order, empty ones left out.
    """
    paragraphs = []
    # What no program can write down becomes another sign of the same length, so that offsets still hold.
    text = _LONE.sub("\ufffd", text)
    for number, (start, end) in enumerate(_pieces(text)):
        raw = text[start:end]
        role = _role(raw, title, language)
        if role in ("body", "correction") and (line := _DATELINE.match(raw)):
            start += line.end("line")
        paragraphs.append(Paragraph(number=number, start=start, end=end, text=text[start:end], role=role))
    return tuple(paragraphs)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    for line in re.finditer(r"[^\n]+", text):
        start, end = line.span()
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        while end - start > MAX_PARAGRAPH:
            cut = text.rfind(". ", start, start + MAX_PARAGRAPH) + 1
            cut = cut if cut > start else text.rfind(" ", start, start + MAX_PARAGRAPH)
            cut = cut if cut > start else start + MAX_PARAGRAPH
            yield start, cut
            start = cut
            while start < end and text[start].isspace():
                start += 1
        if end > start:
            yield start, end


def _role(raw: str, title: str, language: str) -> str:
    if _is_foreign(raw, language):
        return "foreign"
    if title and _folded(raw) == _folded(title):
        return "headline"
    if _LINK.search(raw):
        return "link"
    if _CORRECTION.search(raw):
        return "boilerplate" if _SPELLING.search(raw) else "correction"
    if _CAPTION.search(raw) or _CREDIT.search(raw):
        return "caption"
    for pattern in (_BYLINE, _SIGNATURE):
        if pattern.search(raw) and len(raw) < 120:
            return "boilerplate"
    if _PROMPT.search(raw) and len(raw) < 300:
        return "boilerplate"
    if not re.search(r"[.!?:;…\"”')]\s*$", raw) and len(raw.split()) < 9:
        return "headline" if len(raw.split()) > 1 else "boilerplate"
    return "body"


def _folded(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()


def _is_foreign(raw: str, language: str) -> bool:
    letters = [character for character in raw if character.isalpha()]
    if not letters:
        return False
    latin = sum(character < "\u0250" for character in letters)
    if language == "en" and latin < len(letters) / 2:
        return True
    # The identifier needs some words to be right; names alone mislead it.
    words = raw.lower().split()
    if len(words) < 12 or (language == "en" and sum(word in _PLAIN_ENGLISH for word in words) >= _ENOUGH * len(words)):
        return False
    found, _ = py3langid.classify(raw)
    return bool(found != language)
