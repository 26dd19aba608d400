"""Which attempt, round, agreement, count window or day a clause speaks of: what keeps two questions apart.

An episode is a short text ("round 3", "per day", "2031-05-12", "reserve"), "" where the clause names none.
"""

from collections.abc import Sequence

from pipeline.language.predicates import Predicates
from pipeline.statements import DateMention, QuantityMention, Word

_ORDINALS = {
    word: number
    for number, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), start=1)
}


def counted_episode(words: Sequence[Word], members: Sequence[int], predicates: Predicates) -> str:
    """ "The third round of talks" -> "round 3", "phase two" stays out, "the 2015 accord" -> "accord 2015".

    Args:
        words: The words of the statement.
        members: Indexes of the words of the clause.
        predicates: Says what is counted, and which texts bear a year.
    """
    for index in members:
        lemma = words[index].lemma.lower()
        if lemma not in predicates.counted and lemma not in predicates.texts:
            continue
        for before in reversed(words[max(0, index - 4) : index]):
            if before.head != index:
                continue
            number = _ordinal(before.text.lower())
            if number and lemma in predicates.counted:
                return f"{lemma} {number}"
            if lemma in predicates.texts and before.text.isdigit() and len(before.text) == 4:
                return f"{lemma} {before.text}"
    return ""


def count_window(quantity: QuantityMention) -> str:
    """ "per day" for a count of a period, "total" for any other."""
    return f"per {quantity.per}" if quantity.per else "total"


def day_of(dates: Sequence[DateMention]) -> str:
    """The one day a count applies to, as an ISO date; "" for none, several, or a span."""
    days = {
        mention.when.start.date().isoformat()
        for mention in dates
        if mention.relation == "on"
        and mention.when.start is not None
        and mention.when.end is not None
        and mention.when.start.date() == mention.when.end.date()
    }
    return days.pop() if len(days) == 1 else ""


def _ordinal(text: str) -> int:
    digits = text[:-2]
    return int(digits) if text.endswith(("st", "nd", "rd", "th")) and digits.isdecimal() and len(digits) < 4 else _ORDINALS.get(text, 0)
