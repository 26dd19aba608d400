"""A date held in reserve, told from the date itself: what extraction and matching both need to know."""

from pipeline.statements import DateMention, Statement

_RESERVE = frozenset("backup reserve alternative alternate fallback".split())


def is_reserve(statement: Statement, mention: DateMention) -> bool:
    """True for a date held in reserve: a backup date is not the date."""
    for number, word in enumerate(statement.words):
        if word.lemma.lower() not in _RESERVE or abs(number - mention.at) > 14:
            continue
        first, last = sorted((mention.at, number))
        between = [other for other in statement.dates if other is not mention and first < other.at < last]
        if all(_joined(mention, other, statement) for other in between):
            return True
    return False


def _joined(one: DateMention, other: DateMention, statement: Statement) -> bool:
    """ "Sept. 2 and Sept. 5": nothing but "and", "or" and commas (and clock times) between them."""
    first, second = sorted((one, other), key=lambda mention: mention.at)
    between = [word.text.lower() for word in statement.words[first.upto : second.at]]
    return len(between) <= 5 and all(text in ("and", "or", ",", "at", "a.m.", "p.m.") or text[:1].isdigit() for text in between)
