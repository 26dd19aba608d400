"""Quotations of a paragraph, and which of them are utterances by themselves rather than a word in quotation marks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Doc

from pipeline.extract.nodes import Node

_QUOTES = frozenset('"“”')
_MARKS = _QUOTES | frozenset("'‘’")
_ENDS = frozenset(".,?!…;")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """Tokens `start`..`end` (exclusive), with the marks.

    `whole` says that it is an utterance, not a part of another's sentence; `sentence` that it begins like one;
    `closed` is False where it lasts to the end of the paragraph and goes on in the next.
    """

    start: int
    end: int
    whole: bool
    sentence: bool
    closed: bool
    continued: bool = False


def find_quotations(doc: Doc, nodes: Sequence[Node]) -> tuple[Quotation, ...]:
    """The quotations of a paragraph in order; an unclosed one lasts to its end.

    Args:
        doc: A parsed paragraph.
        nodes: Its tokens, from `nodes_of`.
    """
    found: list[Quotation] = []
    opened: int | None = None
    for token in nodes:
        mark = _mark(token.text)
        if not mark:
            continue
        if opened is None:
            if mark != "”":
                opened = token.i
        elif mark == "“":
            found.append(_quotation(doc, opened, token.i, closed=False))
            opened = token.i
        else:
            found.append(_quotation(doc, opened, token.i + 1, closed=True))
            opened = None
    if opened is not None and opened < len(doc) - 1:
        found.append(_quotation(doc, opened, len(doc), closed=False))
    return tuple(found)


def _mark(text: str) -> str:
    if text in ('"', "''", "``"):
        return '"'
    if "“" in text:
        return "“"
    return "”" if "”" in text else '"' if '"' in text else ""


def _quotation(doc: Doc, start: int, end: int, *, closed: bool) -> Quotation:
    words = doc[start + 1 : end - 1] if closed else doc[start + 1 : end]
    first = doc[start + 1].text if start + 1 < end else ""
    before = doc[start - 1].text if start else ""
    last = words[-1].text if len(words) else ""
    begins = not before or before in (":", ",", ".", "?", "!", "”", '"', "—", "–", "...") or bool(doc[start].is_sent_start)
    capital = first[:1].isupper() or not first[:1].isalpha()
    ends = bool(last) and last[-1] in _ENDS
    after = doc[end].text if end < len(doc) else ""
    whole = len(words) >= 2 and begins and (ends or not closed or not after or after in (",", ".", "?", "!")) and (capital or ends)
    return Quotation(
        start=start, end=end, whole=whole, sentence=begins and capital and ends, closed=closed, continued=not capital
    )


def manner_of(doc: Doc, content: Sequence[tuple[int, int]]) -> str:
    """Direct if the content begins and ends with quotation marks, mixed if it has some, else indirect."""
    first, last = doc[content[0][0]].text, doc[content[-1][1] - 1].text
    if first[:1] in _MARKS and last[-1:] in _MARKS and content[-1][1] - content[0][0] > 1:
        return "direct"
    return "mixed" if any(doc[at].text[:1] in _QUOTES for start, end in content for at in range(start, end)) else "indirect"


def quoted_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Spans inside quotation marks; an unclosed one lasts to the end of the paragraph (it goes on in the next)."""
    spans, opened = [], None
    for mark in re.finditer(r"[\"“”]", text):
        if opened is None and mark.group() != "”":
            opened = mark.start()
        elif opened is not None and mark.group() != "“":
            spans.append((opened, mark.end()))
            opened = None
    if opened is not None:
        spans.append((opened, len(text)))
    return tuple(spans)
