"""What people decide about changes: verdicts, their log, and the feedback that the pipeline honours.

A verdict never alters a change. It is a row of a log that only grows; where a change stands follows from its rows, and to take
something back is one more row.
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.model import Answer, Change, ChangeKind, digest

# Who decided where nobody did: the rule that a dismissed change does not come back in other words.
BY_RULE = "claimwatch"
# How long a dismissal also silences the same answer. A state that comes back a season later is news again.
SILENCED_FOR = dt.timedelta(days=90)


class Shelf(StrEnum):
    """Where a change lies. In the inbox it is also seen or unseen; a snoozed one is back there when its time has come."""

    INBOX = "inbox"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    SNOOZED = "snoozed"


class Action(StrEnum):
    """What a row of the log did."""

    SEEN = "seen"
    UNSEEN = "unseen"
    ACCEPT = "accept"
    DISMISS = "dismiss"
    SNOOZE = "snooze"
    REOPEN = "reopen"
    NOTE = "note"
    SPLIT = "split"
    SAME = "same"
    ALIAS = "alias"
    WATCHES = "watches"
    VIEW = "view"
    FORGET_VIEW = "forget view"
    UNDO = "undo"


# Where each verdict puts a change; the others leave it where it is.
SHELF_OF = {
    Action.ACCEPT: Shelf.ACCEPTED,
    Action.DISMISS: Shelf.DISMISSED,
    Action.SNOOZE: Shelf.SNOOZED,
    Action.REOPEN: Shelf.INBOX,
    Action.SPLIT: Shelf.DISMISSED,
    Action.SAME: Shelf.DISMISSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a change stands in the review.

    `version` counts its decisions: who decides names the version that they saw, and is refused if it is older. `until` is when a
    snoozed change comes back (UTC). `reason` says why, `by` and `at` who decided last and when; by "" = nobody yet.
    """

    change: str
    sequence: int
    shelf: Shelf = Shelf.INBOX
    seen: bool = False
    until: dt.datetime | None = None
    version: int = 0
    reason: str = ""
    by: str = ""
    at: dt.datetime | None = None

    def awake(self, now: dt.datetime) -> bool:
        """True if it waits for a verdict now: in the inbox, or snoozed until a time that has come."""
        return self.shelf is Shelf.INBOX or (self.shelf is Shelf.SNOOZED and self.until is not None and self.until <= now)

    def word(self, now: dt.datetime) -> str:
        """The state for people: new, seen, back from snooze, accepted, dismissed, snoozed."""
        if self.shelf is Shelf.INBOX:
            return "seen" if self.seen else "new"
        return "back from snooze" if self.awake(now) else self.shelf.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A change with how it stands."""

    change: Change
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A row of the log. Rows of one `batch` were made, and are undone, as one. `data` says what else it did, by action."""

    id: int
    batch: str
    at: dt.datetime
    who: str
    action: Action
    change: str | None = None
    note: str = ""
    until: dt.datetime | None = None
    undone: bool = False
    data: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """Feedback that the pipeline honours from then on.

    `kind` split: sentences with this mark do not answer the question. `kind` same: the two answers of this mark are one.
    """

    kind: str
    watch: str
    question: str
    mark: str


def answer_mark(change: Change) -> str:
    """Equal for two changes of a question that tell the same in other words.

    They have the same kind, the same new answer, and the same voice where the kind is about who says it. A gone or overdue answer
    counts by what it was.
    """
    told = change.new or change.old
    voiced = change.kind in (ChangeKind.DENIED, ChangeKind.DISPUTED, ChangeKind.REVERSED, ChangeKind.CORRECTED)
    voice = change.evidence.speaker.casefold() if voiced else ""
    return digest("answer/1", change.watch, change.question, change.kind, _said(told), voice)


def pair_mark(change: Change) -> str:
    """Equal for two changes of a question between the same two answers, in whichever direction."""
    return digest("pair/1", change.watch, change.question, *sorted((_said(change.old), _said(change.new))))


def sentence_mark(watch: str, question: str, sentence: str) -> str:
    """Equal for the same sentence in other typography."""
    return digest("sentence/1", watch, question, " ".join(re.findall(r"\w+", sentence.casefold())))


def _said(answer: Answer | None) -> str:
    if answer is None:
        return ""
    value = answer.value if answer.value is not None else " ".join(re.findall(r"\w+", answer.text.casefold()))
    return f"{answer.type}|{answer.unit or ''}|{answer.bound or ''}|{value}"
