"""How each kind of change is named, ordered, drawn and explained, the same in every rendering."""

from pipeline.model import ChangeKind

# What an analyst must see first.
IMPORTANCE: tuple[ChangeKind, ...] = (
    ChangeKind.OVERDUE,
    ChangeKind.REVERSED,
    ChangeKind.DENIED,
    ChangeKind.DISPUTED,
    ChangeKind.WITHDRAWN,
    ChangeKind.CORRECTED,
    ChangeKind.STATUS_CHANGED,
    ChangeKind.CERTAINTY_CHANGED,
    ChangeKind.DATE_MOVED,
    ChangeKind.NUMBER_CHANGED,
    ChangeKind.SCOPE_CHANGED,
    ChangeKind.NEW,
)

# A sign of one column that common fonts have, and the word; the sign says the kind without colour.
WORDS: dict[ChangeKind, tuple[str, str]] = {
    ChangeKind.OVERDUE: ("!", "promise overdue"),
    ChangeKind.REVERSED: ("⇄", "reversed"),
    ChangeKind.DENIED: ("✗", "denied"),
    ChangeKind.DISPUTED: ("≠", "disputed"),
    ChangeKind.WITHDRAWN: ("∅", "withdrawn"),
    ChangeKind.CORRECTED: ("✎", "corrected"),
    ChangeKind.STATUS_CHANGED: ("●", "status changed"),
    ChangeKind.CERTAINTY_CHANGED: ("◆", "certainty changed"),
    ChangeKind.DATE_MOVED: ("→", "date moved"),
    ChangeKind.NUMBER_CHANGED: ("#", "number changed"),
    ChangeKind.SCOPE_CHANGED: ("□", "scope changed"),
    ChangeKind.NEW: ("+", "new"),
    ChangeKind.REPEAT: ("=", "repeat"),
}

# The groups of DESIGN section 2: one colour each.
TONES: dict[ChangeKind, str] = {
    ChangeKind.OVERDUE: "late",
    ChangeKind.REVERSED: "opposed",
    ChangeKind.DENIED: "opposed",
    ChangeKind.DISPUTED: "opposed",
    ChangeKind.WITHDRAWN: "back",
    ChangeKind.CORRECTED: "back",
    ChangeKind.STATUS_CHANGED: "state",
    ChangeKind.CERTAINTY_CHANGED: "state",
    ChangeKind.DATE_MOVED: "value",
    ChangeKind.NUMBER_CHANGED: "value",
    ChangeKind.SCOPE_CHANGED: "value",
    ChangeKind.NEW: "first",
    ChangeKind.REPEAT: "first",
}

# Said where the engine's own reasons add nothing to the two answers that stand above them.
MEANING: dict[ChangeKind, str] = {
    ChangeKind.OVERDUE: "the promised date has passed and nobody has reported it done",
    ChangeKind.REVERSED: "the same voice now says the opposite",
    ChangeKind.DENIED: "another voice denies it",
    ChangeKind.DISPUTED: "two voices give answers that cannot both hold",
    ChangeKind.WITHDRAWN: "the sentence is no longer in the article",
    ChangeKind.CORRECTED: "the source takes its own statement back",
    ChangeKind.STATUS_CHANGED: "the matter is now in another state",
    ChangeKind.CERTAINTY_CHANGED: "the same thing is now more or less certain",
    ChangeKind.DATE_MOVED: "another date now answers the question",
    ChangeKind.NUMBER_CHANGED: "another figure now answers the question",
    ChangeKind.SCOPE_CHANGED: "it now covers more or less than before",
    ChangeKind.NEW: "the first answer to this question",
    ChangeKind.REPEAT: "the same answer again",
}

# Strokes on a field of 16 by 16, so that no font is needed.
ICONS: dict[ChangeKind, str] = {
    ChangeKind.OVERDUE: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 4.8V8.4l2.6 1.6",
    ChangeKind.REVERSED: "M2.5 5.5H12M9.5 2.5l3 3-3 3M13.5 11H4M6.5 8l-3 3 3 3",
    ChangeKind.DENIED: "M3.5 3.5l9 9M12.5 3.5l-9 9",
    ChangeKind.DISPUTED: "M2.5 6h11M2.5 10h11M11 2.5l-6 11",
    ChangeKind.WITHDRAWN: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M3.8 12.2l8.4-8.4",
    ChangeKind.CORRECTED: "M3 13l.8-3.2 7-7 2.4 2.4-7 7L3 13M9.3 4.3l2.4 2.4",
    ChangeKind.STATUS_CHANGED: "M8 13A5 5 0 1 0 8 3a5 5 0 0 0 0 10M8 3v10M8 5.5h3.6M8 8h4.8M8 10.5h3.6",
    ChangeKind.CERTAINTY_CHANGED: "M8 2l6 6-6 6-6-6 6-6M8 5.5v5",
    ChangeKind.DATE_MOVED: "M2.5 3v10M5 8h8.5M10 4.5L13.5 8 10 11.5",
    ChangeKind.NUMBER_CHANGED: "M6 2.5l-1.5 11M11.5 2.5l-1.5 11M2.5 6h11.5M2 10.5h11.5",
    ChangeKind.SCOPE_CHANGED: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
    ChangeKind.NEW: "M8 3v10M3 8h10",
    ChangeKind.REPEAT: "M3 6h10M3 10h10",
}
