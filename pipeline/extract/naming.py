"""The name of whom a noun phrase means: a person without titles, or a body with the words that identify it."""

import re

from spacy.tokens import Token

from pipeline.extract.sources import is_person


def person_in(head: Token) -> str:
    """The person named by a noun phrase: its head, or one in apposition or compound."""
    near = [head, *(kid for kid in head.children if kid.dep_ in ("appos", "compound"))]
    for word in near:
        if word.ent_type_ == "PERSON":
            ent = next((ent for ent in word.sent.ents if ent.start <= word.i < ent.end), None)
            if ent is not None and is_person(ent.text):
                return bare_name(ent.text)
    if head.pos_ == "PROPN" and head.ent_type_ in ("", "PERSON"):
        parts = [kid.text for kid in head.lefts if kid.dep_ == "compound" and kid.pos_ == "PROPN" and not kid.text.endswith(".")]
        return " ".join([*parts[-2:], head.text]) if parts and head.text[:1].isupper() and not head.text.isupper() else ""
    return ""


_TITLES = re.compile(
    r"(?i)^((lt|lieutenant|maj|major|brig|brigadier|gen|general|col|colonel|capt|captain|sgt|sergeant|adm|admiral|mr|mrs|ms|miss|dr|prof|professor|sir|lord|"
    r"president|prime|minister|sen|senator|rep|gov|governor|mayor|judge|justice|chancellor|king|queen|prince|princess|pope|rev|mission|director|manager|"
    r"secretary|chairman|chief|spokesman|spokeswoman|commander)\b[.\s-]*)+(?=[A-Z])"
)


def bare_name(name: str) -> str:
    """A person's name without titles and possessive."""
    plain = re.sub(r"['’]s?$", "", name.strip())
    return _TITLES.sub("", plain) or plain


def phrase_of(head: Token) -> str:
    """A noun phrase as a name: its head with the modifiers that identify it."""
    keep = {head.i}
    for kid in head.lefts:
        if kid.dep_ in ("compound", "amod", "nmod", "poss"):
            keep.update(word.i for word in kid.subtree)
    words = [token for token in head.doc[min(keep) : head.i + 1] if token.i in keep and token.pos_ not in ("DET", "PUNCT")]
    # "The head of the harbour office" and "one of its members" are somebody; "the head" and "one" are nobody.
    belongs = next((kid for kid in head.rights if kid.dep_ == "prep" and kid.lower_ in ("of", "at")), None)
    if head.pos_ in ("NOUN", "NUM", "PRON", "DET", "ADJ") and belongs is not None and belongs.right_edge.i - belongs.i <= 6:
        tail = [token for token in head.doc[belongs.i : belongs.right_edge.i + 1] if token.pos_ != "PUNCT"]
        words += tail if not any(token.dep_ == "relcl" for token in tail) else []
    return re.sub(r"\s+(['’]s?)\b", r"\1", " ".join(word.text for word in words)) or head.text


def has_own_name(head: Token) -> bool:
    """True if the phrase has a name in it, so that it is more than a role ("the envoy")."""
    return head.pos_ == "PROPN" or any(kid.pos_ == "PROPN" for kid in head.children)
