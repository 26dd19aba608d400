"""Generic mentions: "the company", "the union", "the court" -> the body that the article named last and that can be it.

What a noun can stand for is data (config/language/en/generic.toml). Resolved within one article only: the next article's
"the union" may be another one.
"""

from collections.abc import Iterator, Mapping

from pipeline.language.names import Names, fold_tokens
from pipeline.language.vocabulary import GenericSort
from pipeline.statements import NameMention, Reading, Statement

_DEFINITE = frozenset(("the", "its", "their", "his", "her", "this", "that", "both"))
_BODIES = frozenset(("organisation", "group"))


def resolve_generic(reading: Reading, sorts: tuple[GenericSort, ...], names: Names) -> Mapping[int, frozenset[str]]:
    """Canonical names of the bodies that each statement means by a generic noun.

    Args:
        reading: The analysed article.
        sorts: The shipped sorts of bodies.
        names: Tells media (which are never "the company") and canonical names.

    Returns:
        By index into `reading.statements`; statements without generic mentions are left out.
    """
    found: dict[int, frozenset[str]] = {}
    named: list[str] = []
    for number, statement in enumerate(reading.statements):
        meant = frozenset(_meant(statement, sorts, named, names))
        if meant:
            found[number] = meant
        for mention in statement.names:
            if _is_body(mention, names):
                named.append(mention.name)
    return found


def _is_body(mention: NameMention, names: Names) -> bool:
    known = names.entity(mention.name)
    return mention.kind in _BODIES and not (known is not None and known.media)


def _meant(statement: Statement, sorts: tuple[GenericSort, ...], named: list[str], names: Names) -> Iterator[str]:
    words = statement.words
    for at, word in enumerate(words):
        if at == 0 or word.tag not in ("NN", "NNS") or words[at - 1].text.lower() not in _DEFINITE:
            continue
        lower, lemma = word.text.lower(), word.lemma.lower()
        for sort in sorts:
            if lower not in sort.nouns and lemma not in sort.nouns:
                continue
            earlier = [mention.name for mention in statement.names if mention.upto <= at and _is_body(mention, names)]
            meant = next((name for name in reversed((*named, *earlier)) if _can_be(name, sort, sorts)), None)
            if meant is not None:
                yield meant


def _can_be(name: str, sort: GenericSort, sorts: tuple[GenericSort, ...]) -> bool:
    tokens = frozenset(fold_tokens(name))
    if tokens & sort.names:
        return True
    return sort.id == "company" and not any(tokens & other.names for other in sorts if other.id != sort.id)
