"""One change -> what every rendering shows of it: the headline, both sentences with what differs marked, the voices, the links."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from pipeline.model import Change, Evidence
from pipeline.report.headline import headline, own_reasons, reasons, shortened
from pipeline.report.plain import printable
from pipeline.report.signs import TONES, WORDS
from pipeline.report.when import answer_words, interval_words
from pipeline.report.wording import Piece, marked_sides, word_differences

_QUOTE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeItem:
    """One change as it is shown.

    Attributes:
        key: The start of the change's id, for anchors within the page.
        sign, word, tone: How its kind is shown.
        asks: The question in plain words.
        old, new: The two answers in large type; `old_note`, `new_note` their calendar dates or what stayed the same.
        pieces: The word difference of the two sentences; empty without an earlier one.
        before, after: The two sentences with what differs marked.
        why: Reasons in plain words.
        quote: The sentence, cut, where it says more than the general reason; else "".
        about: When it is about, in words; "" if not told or already in a note.
        link, prior_link: To the sentence in the source (a text fragment), "" if that is no web address.
    """

    change: Change
    key: str
    sign: str
    word: str
    tone: str
    asks: str
    old: str
    new: str
    old_note: str
    new_note: str
    pieces: tuple[Piece, ...]
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]
    why: tuple[str, ...]
    quote: str
    about: str
    link: str
    prior_link: str


def change_item(raw: Change, asks: str) -> ChangeItem:
    """A change with the question it is about, ready to be shown; every string in it is printable."""
    change = printable(raw)
    sign, word = WORDS[change.kind]
    head = headline(change)
    prior, evidence = change.prior, change.evidence
    pieces = word_differences(prior.sentence, evidence.sentence) if prior else (Piece("same", evidence.sentence),)
    before, after = marked_sides(pieces, answer_words(change.old)[0], answer_words(change.new)[0])
    about = interval_words(change.effective) if change.effective else ""
    return ChangeItem(
        change=change,
        key=raw.id[:12],
        sign=sign,
        word=word,
        tone=TONES[change.kind],
        asks=asks,
        old=head.old,
        new=head.new,
        old_note=head.old_note,
        new_note=head.new_note,
        pieces=pieces if prior else (),
        before=before if prior else (),
        after=after,
        why=reasons(change),
        quote="" if own_reasons(change) else shortened(evidence.sentence, _QUOTE),
        about="" if _numbers(about) <= _numbers(f"{head.old_note} {head.new_note} {head.new}") else about,
        link=source_link(evidence),
        prior_link=source_link(prior) if prior else "",
    )


def _numbers(text: str) -> set[str]:
    """The days and years that a text names."""
    return set(re.findall(r"\d+", text))


def source_link(evidence: Evidence) -> str:
    """The article's address with a text fragment that marks the sentence; "" for anything but http and https."""
    if not evidence.url.lower().startswith(("http://", "https://")):
        return ""
    words = evidence.sentence.encode("utf-8", "replace").decode().split()
    # A fragment of first and last words survives small typographic differences of the page.
    fragment = quote(" ".join(words[:4]), safe="") + ("," + quote(" ".join(words[-3:]), safe="") if len(words) > 8 else "")
    # An address that has a fragment of its own gets the directive after it.
    joint = "" if "#" in evidence.url else "#"
    return f"{evidence.url}{joint}:~:text={fragment.replace('-', '%2D')}"


def voice_words(evidence: Evidence) -> str:
    """Who said it, who relayed it, who printed it: "Viktor Bondarev via Rossiya 24, in Harbor Post"."""
    relayed = f" via {evidence.carrier}" if evidence.carrier and evidence.carrier not in (evidence.speaker, evidence.publisher) else ""
    printed = f", in {evidence.publisher}" if evidence.publisher != evidence.speaker else ""
    return f"{evidence.speaker}{relayed}{printed}"
