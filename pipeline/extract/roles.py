"""What people are called by what they are: "Anna Berg, the mayor", "envoy Lars Holm"; and whom an outlet passes on by "citing"."""

from collections.abc import Iterator

from spacy.tokens import Span, Token

# Nouns by which a country's foremost person may be called later, with the country: "the Danish leader".
LEADERS = frozenset("leader president premier ruler monarch king queen chancellor strongman".split())
_NOUNS = frozenset(("NN", "NNP"))


def roles_of(person: Span) -> Iterator[str]:
    """The common words for a named person, in lower case: nouns in apposition before or behind, and the title's last word."""
    root = person.root
    for kid in root.children:
        if kid.dep_ == "appos" and kid.tag_ in _NOUNS and not kid.ent_type_:
            yield kid.lower_
    if root.dep_ == "appos" and root.head.tag_ in _NOUNS and not root.head.ent_type_:
        yield root.head.lower_
    before = person.doc[person.start - 1] if person.start > person.sent.start else None
    titled = before is not None and before.dep_ in ("compound", "nmod") and before.head == root
    if before is not None and titled and before.tag_ in _NOUNS and not before.ent_type_:
        yield before.lower_


def cited_by(verb: Token) -> Token | None:
    """Whom the one who speaks passes on: "X, citing Y, reported that ...", "X reported, quoting Y, that ..."; the head word of Y."""
    for word in verb.sent:
        if word.tag_ == "VBG" and word.lemma_ in ("cite", "quote"):
            cited = next((kid for kid in word.children if kid.dep_ == "dobj" and kid.pos_ in ("NOUN", "PROPN")), None)
            if cited is not None:
                return cited
    return None
