"""Article text -> paragraphs with their role, so that datelines, credits and comment forms make no claims.

The small spaCy model runs over line breaks, headlines and photo credits; cutting first is worth more than any rule after.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import py3langid

from pipeline.extract.sentences import sentence_starts

# A paragraph longer than this is cut at a sentence end before it is parsed: the parser's memory grows with the text.
MAX_PARAGRAPH = 20_000
# A sentence longer than this is no sentence (a table, a list of names, noise): the cost of a parse grows faster than its length.
MAX_SENTENCE = 4_000

_LONE = re.compile("[\ud800-\udfff]")
_LINK = re.compile(
    r"(?i)^\s*(read|see|watch|listen|find out|learn|click)\s+(more|also|next|now|here)\b|^\s*(related|more on this|also)\s*:"
)
_CREDIT = re.compile(
    r"(?i)^\s*[\[(]?\s*(file\s+)?(photo(graph)?s?|picture|image|video|credit|graphic|illustration|map)s?(\s*(by|:|/))"
    r"|^\s*(©|copyright\b)|getty images\s*$"
)
_CAPTION = re.compile(r"(?i)^\s*(file\s+)?(photo|picture|image|pictured)\s*:\s*\S+.*\w\s+\w+.*\(?[A-Z]*\)?")
# The photographer's line may end a caption: "A boat passes the dam. (AP Photo/Anna Berg)".
_CREDITED = re.compile(r"\b(Photo|Photograph|Picture|Image|Photo by)s?\s*[:/]\s*[A-Z][^.!?]{2,50}\)?\s*$")
_NAME = r"(?:[A-Z][\w.'’-]*|and|in|for|of|the|with|&)"
_BYLINE = re.compile(
    rf"^\s*\(?\s*(?:[Bb]y|BY)\s+{_NAME}(?:,?\s+{_NAME}){{0,9}}\s*\)?$"
    r"|(?i:^\s*\(?\s*((additional )?reporting by|writing by|edited by|editing by|compiled by|from (our|staff) (own |special )?(correspondents?|reporters?|writers?|staff)\b"
    r"|with (agencies\W*$|reporting (by|from)\b)))"
)
_ORDERS = (
    r"sign up|subscribe|follow us|join our|download (?:the|our) app|support (?:our|local|independent)|share this|like this (?:post|article|story)|support the blog"
    r"|leave a comment|post a comment|log in to comment|delete your current comment|get (?:the|our) [^.]{0,60}(?:briefing|newsletter)"
)
_PROMPT = re.compile(
    rf"(?i)(?:(?:^|[.!?:|]\s+)(?:please )?(?:{_ORDERS})\b)"
    r"|\b(comments? (are|is) (open|closed)|new comment|all rights reserved|terms of (use|service)|free for all readers|wire services contributed|(our|your) [\w ]{0,20}newsletter"
    r"|your (e-?mail|inbox)|this (article|story) (first|originally) appeared|we use cookies|uses cookies)\b|^\s*advertisement\s*$"
)
_CORRECTION = re.compile(
    r"(?i)^\s*[\[(]?\s*(correction|corrects|corrected|clarification|editor'?s note|an earlier version|this (article|story) (was|has been) (corrected|amended|updated))\b"
)
_SPELLING = re.compile(r"(?i)\b(misspel\w+|spelling|typo|typographical|byline|headline|photo(graph)?|caption|picture)\b")
_SIGNATURE = re.compile(r"^\s*[-–—]\s*[A-Z][\w.&' ]+(,\s*[A-Z]\w+)?\s*$")
_DATELINE = re.compile(r"^(?P<place>[^\n()–—]{0,60}?)\s*(?P<agency>\([^()\n]{2,40}\))?\s*(?P<dash>[-–—]{1,2}\s+|(?<=\))\s)(?=[\"“]?[A-Z0-9])")
_TITLED = re.compile(r"[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+)?, [A-Z][\w.'’ -]+")
# Words that no other language's prose is full of. Where they abound, the identifier need not be asked.
_PLAIN_ENGLISH = frozenset("the of and to that was were is are said has have had with which from by it not for would will been their its".split())
_PLAIN_ENGLISH |= frozenset("a an in on at as he she it they this be or but his her no after before when who what more than one".split())
_ENOUGH = 0.2
_NEIGHBOURS = frozenset("de fr es it pt nl da sv no nb pl tr id".split())


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
        The paragraphs in order, empty ones left out; a sentence of more than MAX_SENTENCE characters is one by itself, oversized.
    """
    paragraphs = []
    # What no program can write down becomes another sign of the same length, so that offsets still hold.
    text = _LONE.sub("\ufffd", text)
    for number, (start, end) in enumerate(piece for line in _pieces(text) for piece in _readable(text, *line)):
        raw = text[start:end]
        role = _role(raw, title, language) if not _is_endless(raw) else "oversized"
        if role in ("body", "correction"):
            start += _dateline(raw)
        paragraphs.append(Paragraph(number=number, start=start, end=end, text=text[start:end], role=role))
    return tuple(paragraphs)


def _dateline(raw: str) -> int:
    """How long the dateline of a paragraph is: place and day in capitals or in another script, an agency in brackets, a dash."""
    line = _DATELINE.match(raw)
    if line is None:
        return 0
    place, agency = line["place"].strip(" ,"), line["agency"] or ""
    letters = re.findall(r"[^\W\d_]+", place)
    dashed = bool(line["dash"].strip())
    if not letters:
        return line.end() if agency and dashed else 0
    shouted = letters[0].isupper() and len(letters[0]) > 1
    named = all(word[:1].isupper() or word[:1] > "\u024f" for word in letters)
    if shouted and (named or letters[-1][:1] > "\u024f"):
        return line.end() if dashed or agency[1:-1].isupper() else 0
    if letters[0][0] > "\u024f":
        return line.end() if dashed and agency else 0
    if not dashed or letters[0] in ("The", "A", "An"):
        return 0
    if agency:
        return line.end() if named and len(letters) < 4 and " " not in agency else 0
    return line.end() if _TITLED.fullmatch(place) and not line["dash"].startswith("-") else 0


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


def _is_endless(raw: str) -> bool:
    return len(raw) > MAX_SENTENCE and len(sentence_starts(raw)) == 1


def _readable(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A piece as it is, or cut around its sentences that are too long to be parsed."""
    if end - start <= MAX_SENTENCE:
        yield start, end
        return
    starts = [start + at for at in sentence_starts(text[start:end])]
    begin = start
    for first, last in zip(starts, (*starts[1:], end), strict=True):
        if last - first > MAX_SENTENCE:
            if begin < first:
                yield begin, len(text[:first].rstrip())
            yield first, len(text[:last].rstrip())
            begin = last
    if begin < end:
        yield begin, end


def _role(raw: str, title: str, language: str) -> str:
    if _is_foreign(raw, language):
        return "foreign"
    if title and _folded(raw) == _folded(title):
        return "headline"
    if _LINK.search(raw):
        return "link"
    if _CORRECTION.search(raw):
        return "boilerplate" if _SPELLING.search(raw) else "correction"
    if _CAPTION.search(raw) or _CREDIT.search(raw) or (_CREDITED.search(raw) and len(raw) < 400):
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
    letters = "".join(filter(str.isalpha, raw))
    if not letters:
        return False
    if language == "en" and not letters.isascii() and sum(character < "\u0250" for character in letters) < len(letters) / 2:
        return True
    # The identifier needs some words to be right; names alone mislead it.
    words = raw.lower().split()
    if 5 <= len(words) < 12 and language == "en" and raw.rstrip()[-1:] in ".!?" and not any(word in _PLAIN_ENGLISH for word in words):
        # A short sentence without one plain English word; names alone would mislead the identifier.
        return bool(py3langid.classify(raw)[0] in _NEIGHBOURS and sum(word[:1].islower() for word in raw.split()) > 2)
    if len(words) < 12 or (language == "en" and sum(word in _PLAIN_ENGLISH for word in words) >= _ENOUGH * len(words)):
        return False
    found, _ = py3langid.classify(raw)
    return bool(found != language)
