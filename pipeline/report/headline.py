"""A change -> what stood before and what stands now, in few words, and why it is shown."""

from dataclasses import dataclass

from pipeline.model import Answer, Certainty, Change, ChangeKind
from pipeline.report.signs import MEANING
from pipeline.report.when import answer_words, day_words

_LONGEST = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """Old and new answer as they stand in large type; the notes add the calendar date or what stayed the same."""

    old: str
    new: str
    old_note: str = ""
    new_note: str = ""


def headline(change: Change) -> Headline:
    """What changed, so that the two sides never read the same."""
    old, new = change.old, change.new
    (was, was_when), (now, now_when) = answer_words(old), answer_words(new)
    if change.prior and change.prior.certainty is Certainty.DENIED and old and old.type == "date":
        was_when = f"{was_when}, given up".removeprefix(", ")
    before = Headline(old=shortened(was) if old else "nothing reported", new=shortened(now), old_note=was_when, new_note=now_when)
    if change.kind is ChangeKind.OVERDUE:
        return Headline(old=before.old, new="date passed, not reported done", old_note=before.old_note)
    if change.kind is ChangeKind.WITHDRAWN:
        return Headline(old=before.old, new=_gone(change), old_note=before.old_note)
    if change.kind is ChangeKind.DENIED and new is not None and (new.value is None or _same(old, new)):
        return Headline(old=before.old, new="denied", old_note=before.old_note)
    if change.kind is ChangeKind.NEW:
        return Headline(old="", new=before.new, new_note=before.new_note)
    if old and new and _same(old, new) and change.prior:
        return _certainty(change, before)
    return before


def reasons(change: Change) -> tuple[str, ...]:
    """Why it is shown: the engine's own reasons, else what its kind means and whose word stood before."""
    own = own_reasons(change)
    if own:
        return own
    prior = change.prior
    return (f"{MEANING[change.kind]}; before it: {prior.speaker}, {day_words(prior.said_at)}" if prior else MEANING[change.kind],)


def own_reasons(change: Change) -> tuple[str, ...]:
    """The engine's reasons without the one that only repeats the two answers ("was: ...; now: ..."), which stand above it."""
    return tuple(reason for reason in change.why if reason and not reason.startswith("was: "))


def shortened(text: str, limit: int = _LONGEST) -> str:
    """At most `limit` characters, cut at a word where there is one."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[limit // 2 :] else cut).rstrip(" ,;:") + "…"


def _gone(change: Change) -> str:
    if change.new is None:
        return "no longer there"
    return "sentence altered" if _same(change.old, change.new) else shortened(change.new.text)


def _certainty(change: Change, before: Headline) -> Headline:
    """The answer is the same: what changed is how sure it is, and that must stand in large type."""
    was = change.prior.certainty if change.prior else Certainty.UNKNOWN
    now = change.evidence.certainty
    if change.kind is ChangeKind.DATE_MOVED and now is Certainty.DENIED:
        return Headline(old=before.old, new="given up", old_note=before.old_note)
    if was is now or change.kind is not ChangeKind.CERTAINTY_CHANGED:
        return before
    note = " ".join(part for part in (before.old, before.old_note) if part)
    return Headline(old=was.value, new=now.value, old_note=note, new_note=before.new if before.new != before.old else "")


def _same(old: Answer | None, new: Answer) -> bool:
    return old is not None and (old.value == new.value if old.value is not None else old.text == new.text)
