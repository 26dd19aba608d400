"""Sentence boundaries by rule, set before the parser, so that it cannot run over abbreviations, initials and quotes."""

import re
from collections import deque
from collections.abc import Callable

from spacy.language import Language
from spacy.tokens import Doc, Span

_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof gen lt col maj capt sgt cpl adm cmdr rep sen gov pres hon rev fr st ste mt ft jr sr vs etc eg ie cf al "
    "no nos vol pp dept univ assn bros inc ltd co corp jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thur "
    "thurs fri sat sun approx est fig ave blvd rd calif fla ala ariz ark colo conn del ga ill ind kan ky la mass md mich minn miss mo mont "
    "neb nev okla ore pa tenn tex va vt wash wis wyo".split()
)
_END = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)")
_OPENERS = "\"“‘'(["
_NAMED_TIME = re.compile(
    r"(mon|tues|wednes|thurs|fri|satur|sun)day|(jan|febr)uary|march|april|may|june|july|august|(sept|nov|dec)ember|october|[A-Z]{2,4}\b|on\b|local\b"
)
# Straight quotes inside a longer sentence that never close would glue a page together.
_MAX_GLUED = 600


def sentence_starts(text: str) -> tuple[int, ...]:
    """Character offsets at which the sentences of one paragraph begin, 0 first.

    A full stop ends a sentence when what follows can begin one and what precedes is no abbreviation, initial or clock
    time. A quotation that began inside a sentence keeps its sentences together.
    """
    starts = [0]
    quotes = _open_quotes(text)
    for end in _END.finditer(text):
        after = end.end() + len(text[end.end() :]) - len(text[end.end() :].lstrip())
        if after >= len(text) or not _can_begin(text, after):
            continue
        if text[end.start()] == "." and _is_abbreviation(text, end.start(), after):
            continue
        opened = quotes(end.end())
        if opened is not None and opened > starts[-1] and end.end() - starts[-1] < _MAX_GLUED:
            continue
        starts.append(after)
    return tuple(starts)


def _can_begin(text: str, at: int) -> bool:
    first = text[at]
    if first in _OPENERS and at + 1 < len(text):
        first = text[at + 1]
    return first.isupper() or first.isdigit() or not first.isascii()


def _is_abbreviation(text: str, dot: int, after: int) -> bool:
    word = re.search(r"[\w.&'’-]*$", text[max(0, dot - 20) : dot])
    last = word.group().lower() if word else ""
    if not last:
        return False
    following = text[after : after + 14]
    if last in ("a.m", "p.m", "am", "pm"):
        return bool(_NAMED_TIME.match(following)) or bool(_NAMED_TIME.match(following[:1].lower() + following[1:]))
    if "." in last:  # U.S. and the like: the following word tells
        return not re.match(r"[\"“]?(The|A|An|In|On|It|He|She|They|But|And|At|For|This|That|We|I)\b", following)
    if len(last) == 1 and last.isalpha():
        return True
    if last in ("no", "nos"):
        return following[:1].isdigit()
    return last in _ABBREVIATIONS and not (last in ("co", "inc", "ltd", "corp", "etc", "jr", "sr", "al") and _ends_there(following))


def _ends_there(following: str) -> bool:
    return bool(re.match(r"(The|A|An|In|It|He|She|They|But)\b", following))


def _open_quotes(text: str) -> Callable[[int], int | None]:
    """A function from an offset to where the quotation open at that offset began, or None."""
    spans: list[tuple[int, int]] = []
    opened: int | None = None
    for mark in re.finditer(r"[\"“”]", text):
        if mark.group() == "“" or (mark.group() == '"' and opened is None):
            opened = mark.start() if opened is None else opened
        elif opened is not None:
            spans.append((opened, mark.end()))
            opened = None
    return lambda at: next((begin for begin, end in spans if begin < at < end), None)


@Language.component("claim_sentences")
def mark_sentences(doc: Doc) -> Doc:
    """SpaCy component: fixes every token's `is_sent_start` by `sentence_starts`; put it before the parser."""
    waiting = deque(sentence_starts(doc.text))
    for token in doc:
        token.is_sent_start = bool(waiting) and waiting[0] <= token.idx
        while waiting and waiting[0] <= token.idx:
            waiting.popleft()
    return doc


def word_index(sent: Span, offset: int) -> int:
    """Index into the sentence's words of the token at or after a character offset of the paragraph."""
    for token in sent:
        if token.idx + len(token) > offset:
            return int(token.i - sent.start)
    return len(sent) - 1
