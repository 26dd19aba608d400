"""Found dates -> DateMentions of a sentence, with the word that ties each to its clause; and the date on which it was said."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence

from spacy.tokens import Doc, Span

from pipeline.extract.attribution import Attribution
from pipeline.extract.clauses import clause_head, tense_of
from pipeline.extract.dates import Found
from pipeline.extract.lengths import Length
from pipeline.extract.nodes import Node
from pipeline.extract.sentences import word_index
from pipeline.model import Interval
from pipeline.statements import DateMention

_STARTING = re.compile(r"(?i),?\s+(?:from|starting|beginning|as of)(?:\s+(?:at|on|about))*\s+")
_STARTS = re.compile(r"(?i)\b(?:from|starting|beginning|start|starts|begin|begins|began)(?:\s+(?:at|on|about))*\s+$")


def tense_at(doc: Doc, nodes: Sequence[Node]) -> Callable[[int], str]:
    """What tells the tense of the verb that governs a character offset of a parsed paragraph.

    Args:
        doc: The paragraph.
        nodes: Its tokens as plain objects, in order.
    """

    def tense(offset: int) -> str:
        span = doc.char_span(offset, offset + 1, alignment_mode="expand")
        return tense_of(clause_head(nodes[span[0].i])) if span is not None and len(span) else ""

    return tense


def date_mention(date: Found, sent: Span, text: str, shift: int) -> DateMention:
    """The mention of a found date in its sentence. `text` is the paragraph, `shift` its offset in the article."""
    at, upto = word_index(sent, date.start), word_index(sent, date.end - 1) + 1
    words = text[date.start : date.end]
    first = words.split()[0].lower()
    relation = (
        "until"
        if date.kind == "end"
        else {"by": "by", "within": "by", "until": "until", "since": "since", "from": "from"}.get(first) or _relation(sent, at)
    )
    return DateMention(
        text=words, start=shift + date.start, end=shift + date.end, at=at, upto=upto, when=date.when, relation=relation, vague=date.vague
    )


def ends_of_stretches(text: str, dates: Sequence[Found], lengths: Sequence[Length]) -> Iterator[Found]:
    """ "For 72 hours from 1 a.m. on Saturday", "from Friday for two weeks": when it ends, placed at the length of time.

    Args:
        text: The paragraph that all offsets point into.
        dates: Its dates.
        lengths: Its lengths of time.
    """
    for length in lengths:
        for date in dates:
            after = length.end <= date.start and _STARTING.fullmatch(text, length.end, date.start)
            before = date.end <= length.start and text[date.end : length.start].lower().strip(" ,") in ("for", "and last", "and will last")
            if not (after or (before and _STARTS.search(text[: date.start]))) or date.when.start is None or length.low != length.high:
                continue
            end = date.when.start + dt.timedelta(seconds=length.low)
            if date.when.precision == "minute":
                when = Interval(start=end, end=end, precision="minute")
            else:
                last = end - dt.timedelta(seconds=1)
                when = Interval(start=last.replace(hour=0, minute=0, second=0), end=last, precision="day")
            yield Found(start=length.start, end=length.end, when=when, kind="end")


def said_date(sent: Span, dates: Sequence[Found], attribution: Attribution, published: dt.datetime) -> tuple[Found | None, dt.datetime]:
    """The date that tells when it was said (it hangs on the cue verb), and that instant."""
    if attribution.cue_at < 0 or attribution.force in ("order", "expect") or attribution.voice.cue == "according to":
        return None, published
    for date in dates:
        token = sent[word_index(sent, date.start)]
        head = token.head if token.dep_ != "pobj" else token.head.head
        heads = {head.i, head.head.i if head.dep_ in ("prep", "npadvmod", "pobj") else head.i}
        if _relation(sent, token.i - sent.start) != "on":
            continue
        if attribution.cue_at in heads and date.when.start is not None and date.when.start <= published and date.when.precision != "month":
            same_day = date.when.start.date() == published.date()
            return date, published if same_day else min(published, date.when.start.replace(hour=12))
    return None, published


def _relation(sent: Span, at: int) -> str:
    before = " ".join(token.lower_ for token in sent[max(0, at - 4) : at])
    for pattern, relation in (
        (r"(no|not) (earlier|sooner|before)( than)?( on)?$|as early as( on)?$", "not before"),
        (r"(no later than|by)( the)?$", "by"),
        (r"(until|till|through)( the)?$", "until"),
        (r"(starting|beginning|from)( the)?( on)?$", "from"),
        (r"since( the)?$", "since"),
        (r"(after)( the)?$", "after"),
        (r"(before|ahead of)( the)?$", "before"),
    ):
        if re.search(rf"\b{pattern}", before):
            return relation
    return "on"
