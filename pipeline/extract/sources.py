"""The words around a verb of saying: its source by parse and by order of words, and its content where it is no clause after it."""

import re

from spacy.tokens import Doc, Span, Token

from pipeline.language.vocabulary import Speech

_SUBJECTS = frozenset(("nsubj", "nsubjpass", "csubj"))
_VERBS = frozenset(("VERB", "AUX"))
_RELATIVES = frozenset(("who", "which", "that"))
_STOPS = frozenset((",", ".", ";", ":", "”", '"', "“", "—", "–", "--", "?", "!"))
_FINITE = frozenset(("VBD", "VBZ", "VBP", "MD"))
_SUBORDINATORS = frozenset("when after as while before if although though because since once until unless in on at but and".split())
_CLAUSE = 3  # words of the shortest clause
_FAR = 6  # words between a verb and a subject that the parser may have mistaken
_SHORT = 8  # words of "of the harbour office" between a name and its verb
_LONG = 14  # words of an apposition between a name and its verb


class Window:
    """A verb of saying with its source, as one stretch of words that may stand in the middle of what is said."""

    def __init__(self, verb: Token, source: tuple[int, int] | None) -> None:
        self.doc: Doc = verb.doc
        self.sent_start, self.sent_end = int(verb.sent.start), int(verb.sent.end)
        self.start = min(verb.i, source[0]) if source else int(verb.i)
        if self.start > self.sent_start and self.doc[self.start - 1].lower_ == "as":
            self.start -= 1
        self.end = max(verb.i + 1, source[1]) if source else int(verb.i) + 1
        # What follows up to the next comma or mark belongs to the saying: "said on Monday in Bergen, ..."
        while self.end < self.sent_end and self.doc[self.end].text not in _STOPS:
            self.end += 1


def fronted_content(window: Window) -> tuple[tuple[int, int], ...]:
    """ "The ship is safe, its master, X, told reporters": what stands before the comma, whatever the parser made of it."""
    doc, first = window.doc, window.sent_start
    if window.start < first + _CLAUSE or doc[window.start - 1].text not in (",", "—", "–") or doc[first].lower_ in _SUBORDINATORS:
        return ()
    if not any(token.tag_ in _FINITE for token in doc[first : window.start - 1]):
        return ()
    return content_of_parenthesis(window, first)


def content_of_parenthesis(window: Window, first: int) -> tuple[tuple[int, int], ...]:
    """What is said before and after "..., X said, ..."."""
    doc = window.doc
    first = max(first, window.sent_start)
    spans = []
    for start, end in ((first, window.start), (window.end, window.sent_end)):
        if start < end == window.start and doc[end - 1].text == ";":
            continue  # "X warned that ...; Y insisted ...": the first half is not what Y says
        while end > start and doc[end - 1].text in (",", ".", ";", ":", "-", "–", "—", "--"):
            end -= 1
        while start < end and doc[start].text in (",", ".", ";", ":", "-", "–", "—", "--"):
            start += 1
        if end > start:
            spans.append((start, end))
    if len(spans) == 2 and doc[spans[1][0]].lower_ in ("adding", "but", "while", "noting", "and", "saying"):
        spans.pop()
    return tuple(spans) if spans and (spans[0][0] < window.start or doc[window.start].lower_ == "as") else ()


def source_of(verb: Token, speech: Speech) -> tuple[Token | None, tuple[int, int] | None]:
    """The head word of the source and its span; (None, None) where the verb has none."""
    head = _quoted_one(verb) or _head_of(_speaking(verb, speech))
    named = _named_before(verb)
    if named is not None and (head is None or (not named.start <= head.i < named.end and abs(verb.i - head.i) > _FAR)):
        # Where a name stands right before the verb and the parser's subject is far off, the order of words is right.
        return named.root, (named.start, named.end)
    if head is None:
        return None, None
    if head.lower_ in _RELATIVES and head.dep_ in _SUBJECTS and verb.dep_ == "relcl":
        head = verb.head
        last = verb.left_edge.i
        return head, (head.left_edge.i, max(head.i + 1, last))
    first, last = head.left_edge.i, head.right_edge.i + 1
    if first <= verb.i < last:
        last = verb.i if head.i < verb.i else last
        first = first if head.i < verb.i else head.i
    return head, (first, last)


def _quoted_one(verb: Token) -> Token | None:
    """ "X quoted Y as saying" and "Y was quoted by X as saying": Y says it."""
    quoting = quoting_verb(verb)
    if quoting is None:
        return None
    kinds = ("nsubjpass",) if any(kid.dep_ == "nsubjpass" for kid in quoting.children) else ("dobj", "nsubj")
    own = (kid for kid in verb.children if kid.dep_ in _SUBJECTS)
    return next(own, None) or next((kid for kind in kinds for kid in quoting.children if kid.dep_ == kind), None)


def quoting_verb(verb: Token) -> Token | None:
    """The "quoted" above a "saying", or None."""
    if verb.tag_ != "VBG":
        return None
    above = verb.head.head if verb.dep_ == "pcomp" and verb.head.lower_ == "as" else verb.head
    return above if above.lemma_ in ("quote", "cite") and above.pos_ in _VERBS and above.i < verb.i else None


def _named_before(verb: Token) -> Span | None:
    """The person whose name, with its apposition, ends right before a verb: "..., X, spokesman for Y, said"."""
    if verb.tag_ not in ("VBD", "VBZ") or verb.i == verb.sent.start:
        return None
    doc, first = verb.doc, int(verb.sent.start)
    near = doc[max(first, verb.i - _LONG - 4) : verb.i].ents
    people = [ent for ent in near if ent.label_ == "PERSON" and ent.end <= verb.i and is_person(ent.text)]
    if not people or verb.i - people[-1].end > _LONG:
        return None
    for found in people:
        apposed = doc[found.end].text == "," and doc[verb.i - 1].text == ","
        if apposed and (found.start == first or doc[found.start - 1].text == ","):
            return found
    found = people[-1]
    between = [token.text for token in doc[found.end : verb.i]]
    before = doc[found.start - 1] if found.start > first else None
    opened = before is None or before.text == "," or before.pos_ in ("PROPN", "NOUN")
    closed = not between or (between[0] == "," and between[-1] == ",") or (between[0] == "of" and len(between) < _SHORT)
    return found if opened and closed else None


def is_person(name: str) -> bool:
    """Aircraft types and the like are no people, whatever the model says."""
    return not re.search(r"\d", name) and name[:1].isupper() and len(name) > 2


def _speaking(verb: Token, speech: Speech) -> Token:
    """ "She wrote that the ship sank, adding that ...": who adds is who wrote, not the ship."""
    if verb.dep_ != "advcl" or verb.tag_ != "VBG" or verb.doc[verb.i - 1].text != ",":
        return verb
    if any(kid.dep_ in _SUBJECTS for kid in verb.children):
        return verb
    node = verb.head
    for _ in range(4):
        if node.dep_ == "ccomp" and node.head.i < node.i and node.head.lemma_.lower() in speech.verbs:
            return node.head
        if node.dep_ not in ("conj", "advcl"):
            break
        node = node.head
    return verb


def _head_of(verb: Token) -> Token | None:
    agent = next((kid for kid in verb.children if kid.dep_ == "agent"), None)
    passive = any(kid.dep_ == "nsubjpass" for kid in verb.children)
    if agent is not None:
        return next((kid for kid in agent.children if kid.dep_ == "pobj"), None)
    if passive and verb.lemma_ != "quote":
        return None
    node = verb
    for _ in range(4):
        subject = next(
            (kid for kid in node.children if kid.dep_ in _SUBJECTS and (kid.i < node.i or kid.left_edge.i <= node.i + 2)), None
        )
        if subject is not None:
            return subject
        if node.dep_ in ("prep", "pcomp") or (node.dep_ in ("conj", "xcomp", "advcl") and node.head.pos_ in _VERBS):
            node = node.head
        elif node.dep_ == "acl" and node.tag_ == "VBG":
            return node.head
        else:
            break
    return _by_order(verb)


def _by_order(verb: Token) -> Token | None:
    """A noun right before or behind the verb, where the parser saw no subject."""
    doc, at = verb.doc, verb.i
    if verb.tag_ not in ("VBD", "VBZ", "VBP"):
        return None
    before = doc[at - 1] if at > verb.sent.start else None
    if before is not None and before.pos_ in ("PROPN", "NOUN", "PRON"):
        return _top(before)
    if before is not None and before.text == ",":
        for back in range(at - 2, max(verb.sent.start, at - _LONG), -1):
            if doc[back].text == "," and doc[back - 1].pos_ in ("PROPN", "NOUN"):
                return _top(doc[back - 1])
    after = doc[at + 1] if at + 1 < len(doc) else None
    if after is None or after.pos_ not in ("DET", "ADJ", "NOUN", "PROPN", "NUM", "PRON"):
        return None
    # "..., added a harbour pilot": the parser takes the one who speaks for an object.
    if not (at and doc[at - 1].text in ("”", '"', "''", ",")):
        return after if after.pos_ == "PROPN" else None
    while after.pos_ not in ("NOUN", "PROPN", "PRON") or after.dep_ in ("compound", "poss", "amod", "nmod"):
        if after.head.i <= after.i or after.head.i > at + 8:
            return None
        after = after.head
    return after if after.left_edge.i == at + 1 else None


def _top(noun: Token) -> Token | None:
    """ "An official in Bergen": the official, not the town."""
    while noun.dep_ in ("pobj", "prep", "compound", "appos") and noun.head.i < noun.i and noun.head.pos_ in ("NOUN", "PROPN", "ADP"):
        noun = noun.head
    return noun if noun.pos_ != "ADP" else None


def object_content(verb: Token, speech: Speech) -> tuple[tuple[int, int], ...]:
    """The object as content: "criticised the plan", "called for talks", where the verb is one that takes it so."""
    lemma = verb.lemma_.lower()
    preps = speech.prepositions.get(lemma, frozenset())
    behind = next((kid for kid in verb.children if kid.dep_ == "prep" and kid.lower_ in preps and kid.i > verb.i), None)
    said = next((kid for kid in behind.children if kid.dep_ in ("pobj", "pcomp")), None) if behind is not None else None
    if said is not None:
        return ((said.left_edge.i, said.right_edge.i + 1),)
    if lemma not in speech.objects:
        return ()
    passive = next((kid for kid in verb.children if kid.dep_ == "nsubjpass"), None)
    thing = next((kid for kid in verb.children if kid.dep_ in ("dobj", "attr", "oprd") and kid.i > verb.i), None) or passive
    if thing is None or (thing.lower_ in _RELATIVES and thing.i < verb.i):
        return ()
    first, last = thing.left_edge.i, thing.right_edge.i + 1
    if thing.i > verb.i:
        for kid in verb.children:
            if kid.i > thing.i and kid.dep_ in ("prep", "xcomp", "oprd") and kid.left_edge.i <= last:
                last = max(last, kid.right_edge.i + 1)
    return ((first, last),)
