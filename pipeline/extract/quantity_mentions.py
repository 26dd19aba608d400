"""Found numbers -> QuantityMentions of a sentence: what each counts, and the whole of which it is a part."""

import itertools
from dataclasses import replace

from spacy.tokens import Span, Token

from pipeline.extract.quantities import Number
from pipeline.extract.sentences import word_index
from pipeline.statements import QuantityMention

# "Dozens of boats" counts boats.
_ROUND = frozenset("dozen score couple hundred thousand million ten".split())


def quantity_mention(number: Number, sent: Span, text: str, shift: int) -> QuantityMention:
    """The mention of a number in its sentence. `text` is the paragraph, `shift` its offset in the article."""
    at, upto = word_index(sent, number.start), word_index(sent, number.end - 1) + 1
    return QuantityMention(
        text=text[number.start : number.end],
        start=shift + number.start,
        end=shift + number.end,
        at=at,
        upto=upto,
        low=number.low,
        high=number.high,
        bound=number.bound,
        things=_things(sent, upto),
        unit=number.unit,
        per=number.per,
    )


def with_wholes(quantities: tuple[QuantityMention, ...], sent: Span) -> tuple[QuantityMention, ...]:
    """ "15 of about 36 jets" and "among 39,400 ballots 212": the part counts what the whole counts, and knows it."""
    found = []
    for number, mention in enumerate(quantities):
        following = quantities[number + 1] if number + 1 < len(quantities) else None
        before = quantities[number - 1] if number else None
        if (
            following is not None
            and not following.unit
            and following.at - mention.upto <= 3
            and sent[mention.upto : following.at].text.lower().startswith(("of", "out of"))
            and "," not in sent[mention.upto : following.at].text
        ):
            mention = replace(mention, share_of=following.high, things=following.things or mention.things)
        elif (
            before is not None
            and not mention.unit
            and before.at
            and sent[before.at - 1].lower_ in ("among", "of")
            and sent[mention.upto - 1].dep_ in ("nsubj", "nsubjpass")
        ):
            mention = replace(mention, share_of=before.high, things=before.things)
        found.append(mention)
    return tuple(
        item
        for item in found
        if not any(other.share_of is not None and other.share_of == item.high and other is not item for other in found)
    )


def _things(sent: Span, upto: int) -> tuple[str, ...]:
    """Lemmas of what a number counts, nearest first: its noun, that noun's parts, and what follows "of"."""
    number = sent[min(upto, len(sent)) - 1]
    things: list[Token] = []
    node = number
    for _ in range(4):
        if node.pos_ in ("NOUN", "PROPN") and node not in things and not node.like_num and node.lemma_.lower() not in _ROUND:
            things.append(node)
        if node.dep_ in ("nummod", "quantmod", "compound", "amod", "nmod", "advmod") and sent.start <= node.head.i < sent.end:
            node = node.head
        else:
            break
    for source in (number, *things[:1]):
        for prep in source.children:
            if prep.dep_ == "prep" and prep.lower_ == "of":
                things.extend(kid for kid in prep.children if kid.dep_ == "pobj")
    for thing in tuple(things):
        things.extend(
            kid
            for kid in thing.children
            if kid.dep_ in ("compound", "amod", "nmod") and kid.pos_ in ("NOUN", "PROPN", "ADJ") and kid.i >= number.i
        )
    if not things:
        beside = itertools.takewhile(lambda token: token.text not in ",;:.–—", sent[upto : upto + 4])
        following = [token for token in beside if token.pos_ in ("NOUN", "PROPN")]
        things.extend(following[:1])
    return tuple(dict.fromkeys(thing.lemma_.lower() for thing in things))
