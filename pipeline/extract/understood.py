"""Numbers whose unit or scale is left out because the sentence before gave it: "1.4 billion euros ... it is one point six five".

Ellipsis is resolved within an article and only over a few sentences; a number that counts something of its own is left alone.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from pipeline.statements import QuantityMention, Statement, stands_alone

# Sentences over which the last sum is remembered.
_REACH = 4
_SCALE_WORD = re.compile(r"(?i)(?<![a-z])(thousand|million|billion|trillion|bn|mn?|k)\b")
_SCALES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "m": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12}


def with_understood_units(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """The statements of one article, with the currency and the scale of sums that leave them out.

    Args:
        statements: In the order of the article.

    Returns:
        The same statements; "two point four billion" gets the currency of the last sum, "one point nine" its scale as well.
    """
    found: list[Statement] = []
    unit, scale, since = "", 1.0, _REACH + 1
    for statement in statements:
        if statement.words:
            since += 1
        quantities = []
        for mention in statement.quantities:
            if unit and since <= _REACH and not mention.unit and stands_alone(statement.words, mention):
                mention = _understood(mention, unit, scale)
            if len(mention.unit) >= 3 and mention.unit[:3].isupper():
                unit, since = mention.unit.partition("/")[0], 0
                scale = scale_of(mention.text)
            quantities.append(mention)
        found.append(replace(statement, quantities=tuple(quantities)) if quantities != list(statement.quantities) else statement)
    return tuple(found)


def scale_of(text: str) -> float:
    """What the scale word of a number multiplies it by ("EUR 1.4 billion" -> 1e9); 1 where there is none."""
    words = _SCALE_WORD.findall(text)
    return _SCALES[words[-1].lower()] if words else 1.0


def _understood(mention: QuantityMention, unit: str, scale: float) -> QuantityMention:
    if mention.low is None or mention.high is None:
        return mention
    if scale_of(mention.text) > 1.0:
        return replace(mention, unit=unit, things=())
    if mention.low < 1e3 and mention.low != int(mention.low) and scale > 1.0:
        return replace(mention, unit=unit, low=mention.low * scale, high=mention.high * scale, things=())
    return mention
