"""Where somebody says something: source, cue and content of every attribution of a paragraph, nested speech included.

Only the words are found here; who the source is, `pipeline.extract.attribution` says. Verbs and nouns that are cues, and
what each does, stand in `config/language/en/speech.toml`. Order of work: quotations with the verb that stands next to
them, verbs with a clause as content, "according to" and its kin, nouns with a clause. Measured ideas: GenderGapTracker
(quotes by ccomp, floating quotes), BBC Citron (cue, source, content).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from spacy.tokens import Doc, Token

from pipeline.extract.nodes import Node
from pipeline.extract.quotations import Quotation, find_quotations
from pipeline.extract.sources import Window, content_of_parenthesis, fronted_content, object_content, quoting_verb, source_of
from pipeline.language.vocabulary import Speech

_VERBS = frozenset(("VERB", "AUX"))
_PHRASES = frozenset(("according", "per", "in"))
_CLOSERS = frozenset((",", ".", ";", ":", "-", "–", "—", "--"))
_REACH = 25  # words between a quotation and its verb
_PARTICLES = frozenset(("prt", "prep", "advmod", "acomp", "ccomp", "amod", "oprd", "dobj"))
_VIEWS = frozenset(("view", "words", "opinion", "telling", "eyes"))
_QUOTING = frozenset(("quote", "cite"))
_HEARERS = frozenset(("tell", "inform", "assure", "remind", "warn", "brief"))
_NO_SOURCE = frozenset(("there", "this", "what", "nobody", "none", "whoever"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One attribution in tokens of a parsed paragraph: spans are (first, one past the last).

    `head` is the source's head word, `verb` the cue's; both are None in a quotation that goes on from an earlier one.
    `private` marks belief, will and feeling, which nobody has said aloud.
    """

    content: tuple[tuple[int, int], ...]
    force: str
    verb: Token | None = None
    cue: tuple[int, int] | None = None
    head: Token | None = None
    source: tuple[int, int] | None = None
    private: bool = False


def find_sayings(doc: Doc, nodes: Sequence[Node], speech: Speech) -> tuple[Saying, ...]:
    """All acts of saying of a paragraph in the order of their cues (a continued quotation by its beginning).

    Acts without a content ("X spoke", "X conceded defeat") are among them, since they tell who speaks.

    Args:
        doc: A parsed paragraph.
        nodes: Its tokens, from `nodes_of`.
        speech: The cues.
    """
    quotes = find_quotations(doc, nodes)
    cues = {node.i: doc[node.i] for node in nodes if _is_verb_cue(node, speech)}
    inside = _covered(quotes)
    whole = _covered(tuple(quote for quote in quotes if quote.whole))
    spoken, used = _quoted_sayings(doc, quotes, cues, inside, speech)
    found = list(spoken)
    for at, verb in cues.items():
        if at not in used and not (at in whole and _quiet(verb, speech)) and (saying := _by_clause(verb, speech)) is not None:
            found.append(replace(saying, content=_to_marks(saying.content, quotes)) if quotes else saying)
    found.extend(_by_phrase(doc[node.i] for node in nodes if node.lower_ in _PHRASES))
    found.extend(_by_noun(doc, nodes, speech))
    return tuple(sorted(found, key=lambda saying: (saying.verb.i if saying.verb is not None else saying.content[0][0])))


def _is_verb_cue(token: Node, speech: Speech) -> bool:
    return token.pos_ in _VERBS and (token.lemma_.lower() in speech.verbs or token.lemma_.lower() in speech.particles)


def _covered(quotes: tuple[Quotation, ...]) -> frozenset[int]:
    return frozenset(at for quote in quotes for at in range(quote.start, quote.end))


def _quiet(verb: Token, speech: Speech) -> bool:
    """Inside an utterance only what others are said to have said counts, not its own "I think"."""
    force = _force(verb, speech)
    return force in speech.private


def _to_marks(content: tuple[tuple[int, int], ...], quotes: tuple[Quotation, ...]) -> tuple[tuple[int, int], ...]:
    """Content that ends within a quotation that it has opened goes on to the closing mark."""
    spans = []
    for first, last in content:
        for quote in quotes:
            if first <= quote.start < last <= quote.end:
                last = quote.end
            elif quote.start < first and last == quote.end:
                last -= 1
        if last - first > 1 or (first < last and not any(quote.start == first or quote.end - 1 == first for quote in quotes)):
            spans.append((first, last))
    return tuple(spans)


def _force(verb: Token, speech: Speech) -> str:
    lemma = verb.lemma_.lower()
    parts = {kid.lower_ for kid in verb.children if kid.dep_ == "prt"}
    for rest, force in speech.particles.get(lemma, ()):
        if any(kid.lower_ == rest and kid.dep_ in _PARTICLES for kid in verb.children):
            return force
    # "Called off", "carried on": with a particle it is another verb.
    return "" if parts else speech.verbs.get(lemma, "")


def _cue_span(verb: Token) -> tuple[int, int]:
    first, last = verb.i, verb.i + 1
    for kid in verb.children:
        if kid.dep_ in ("aux", "auxpass", "neg") and kid.i < verb.i and verb.i - kid.i <= 4:
            first = min(first, kid.i)
        elif kid.dep_ == "prt" and kid.i == last:
            last += 1
    return first, last


# ---- quotations


def _quoted_sayings(
    doc: Doc, quotes: tuple[Quotation, ...], cues: dict[int, Token], inside: frozenset[int], speech: Speech
) -> tuple[list[Saying], set[int]]:
    """Quotations that are whole utterances, each with its verb; one that has none goes on from the one before."""
    found: list[Saying] = []
    used: set[int] = set()
    for quote in quotes:
        if not quote.whole:
            continue
        verb = _verb_of(doc, quote, cues, inside, used)
        if verb is None:
            if found and _goes_on(doc, found[-1], quote):
                found[-1] = replace(found[-1], content=(*found[-1].content, (quote.start, quote.end)))
            elif quote.start == 0 or (quote.sentence and not found):
                found.append(Saying(content=((quote.start, quote.end),), force="say"))
            continue
        if verb.i in used:
            at = next(number for number, saying in enumerate(found) if saying.verb is not None and saying.verb.i == verb.i)
            found[at] = replace(found[at], content=(*found[at].content, (quote.start, quote.end)))
            continue
        head, source = source_of(verb, speech)
        used.add(verb.i)
        force = _force(verb, speech)
        found.append(
            Saying(content=((quote.start, quote.end),), force=force, verb=verb, cue=_cue_span(verb), head=head, source=source)
        )
    return found, used


def _goes_on(doc: Doc, saying: Saying, quote: Quotation) -> bool:
    """ "...," she said. "More of it.": only the end of her sentence lies between."""
    last = max(saying.content[-1][1], saying.verb.i if saying.verb is not None else 0)
    stops = sum(token.is_sent_start or False for token in doc[last + 1 : quote.start + 1])
    return stops <= 1


def _verb_of(doc: Doc, quote: Quotation, cues: dict[int, Token], inside: frozenset[int], used: set[int]) -> Token | None:
    """The verb that gives the quotation: right behind it in the same sentence, or right before it."""
    for at in range(quote.end, min(len(doc), quote.end + _REACH)):
        token = doc[at]
        if at > quote.end and token.is_sent_start and token.text not in ("said", "says"):
            break
        if at in inside or token.text in (".", "?", "!", ";"):
            break
        if at in cues and _speaks(cues[at], after=True):
            return cues[at]
    if quote.start and not (quote.continued and used):
        for at in range(quote.start - 1, max(-1, quote.start - _REACH), -1):
            token = doc[at]
            if at in inside or token.text in (".", "?", "!", ";"):
                break
            if at in cues and _speaks(cues[at], after=False):
                return cues[at]
            if token.is_sent_start and doc[quote.start - 1].text not in (":", ","):
                break
    return None


def _speaks(verb: Token, *, after: bool) -> bool:
    """A finite verb with a source; "asked" in "when asked" gives no quotation."""
    if verb.tag_ == "VB" and not after:
        return any(kid.dep_ == "aux" for kid in verb.children)
    return verb.tag_ != "VBN" or any(kid.dep_ in ("aux", "auxpass") for kid in verb.children)


# ---- clauses


def _by_clause(verb: Token, speech: Speech) -> Saying | None:
    force = _force(verb, speech)
    if not force or (verb.lemma_ in _QUOTING and any(kid.lower_ == "as" for kid in verb.children)):
        return None
    head, source = source_of(verb, speech)
    if head is not None and head.lower_ in _NO_SOURCE:
        return None
    content = _clause_content(verb, head, source) or object_content(verb, speech)
    if not content and force not in speech.private and head is not None:
        told = not any(kid.dep_ in ("dobj", "xcomp") for kid in verb.children) or verb.lemma_ in _HEARERS
        content = fronted_content(Window(verb, source)) if told and verb.tag_ in ("VBD", "VBZ", "VBP", "VBN") else ()
    if not content and (head is None or force in speech.private):
        return None
    return Saying(
        content=content, force=force, verb=verb, cue=_cue_span(verb), head=head, source=source, private=force in speech.private
    )


def _clause_content(verb: Token, head: Token | None, source: tuple[int, int] | None) -> tuple[tuple[int, int], ...]:
    clause = next((kid for kid in verb.children if kid.dep_ == "ccomp"), None)
    window = Window(verb, source)
    quoting = quoting_verb(verb) if clause is None else None
    if quoting is not None:
        subject = next((kid for kid in quoting.children if kid.dep_ in ("nsubj", "nsubjpass")), quoting)
        return content_of_parenthesis(Window(verb, (subject.left_edge.i, verb.i)), int(verb.sent.start))
    if clause is not None and clause.i > verb.i:
        return _trimmed(verb.doc, max(clause.left_edge.i, verb.i + 1), clause.right_edge.i + 1)
    if clause is not None and head is not None:
        return content_of_parenthesis(window, clause.left_edge.i)
    if verb.dep_ == "parataxis" and head is not None:
        return content_of_parenthesis(window, verb.head.left_edge.i)
    wish = next((kid for kid in verb.children if kid.dep_ == "xcomp" and kid.i > verb.i), None)
    if wish is not None and wish.pos_ in _VERBS:
        first = next((kid.left_edge.i for kid in verb.children if kid.dep_ == "dobj" and kid.i > verb.i), wish.left_edge.i)
        return _trimmed(verb.doc, min(first, wish.left_edge.i), wish.right_edge.i + 1)
    if head is not None and verb.doc[window.start].lower_ == "as" and verb.dep_ == "advcl":
        return content_of_parenthesis(window, window.sent_start)  # "as X put it, ..."
    told = next((kid for kid in verb.children if kid.dep_ in ("advcl", "relcl") and kid.i > verb.i and _that(kid)), None)
    if told is not None:
        return _trimmed(verb.doc, told.left_edge.i, told.right_edge.i + 1)
    return ()


def _that(clause: Token) -> bool:
    return any(kid.dep_ == "mark" and kid.lower_ in ("that", "whether") for kid in clause.children)


def _trimmed(doc: Doc, first: int, last: int) -> tuple[tuple[int, int], ...]:
    while last > first and doc[last - 1].text in _CLOSERS:
        last -= 1
    while first < last and doc[first].text in _CLOSERS:
        first += 1
    return ((first, last),) if last > first else ()


# ---- "according to" and nouns


def _by_phrase(firsts: Iterable[Token]) -> Iterator[Saying]:
    """ "According to X", "per X", "in the words of X", "in X's view"."""
    for token in firsts:
        view = _view_of(token)
        if view is not None:
            owner, end = view
            content = _around(token, (token.i, end))
            if content:
                span = (owner.left_edge.i, owner.right_edge.i + 1)
                yield Saying(content=content, force="say", verb=token, cue=(end - 1, end), head=owner, source=span)
            continue
        cue = _phrase_cue(token)
        if cue is None:
            continue
        prep = token.doc[cue[1] - 1]
        named = next((kid for kid in prep.children if kid.dep_ == "pobj"), None)
        if named is None or named.i < prep.i:
            continue
        source = (named.left_edge.i, named.right_edge.i + 1)
        content = _around(token, (cue[0], source[1]))
        if content:
            yield Saying(content=content, force="say", verb=token, cue=cue, head=named, source=source)


def _view_of(token: Token) -> tuple[Token, int] | None:
    """ "In X's view": X and where the phrase ends."""
    if token.lower_ != "in":
        return None
    noun = next((kid for kid in token.children if kid.dep_ == "pobj" and kid.lower_ in _VIEWS), None)
    owner = next((kid for kid in noun.children if kid.dep_ == "poss"), None) if noun is not None else None
    return (owner, noun.i + 1) if owner is not None and noun is not None else None


def _phrase_cue(token: Token) -> tuple[int, int] | None:
    doc, at = token.doc, token.i
    if token.lower_ == "according" and at + 1 < len(doc) and doc[at + 1].lower_ == "to":
        return at, at + 2
    if token.lower_ == "per" and at + 1 < len(doc) and doc[at + 1].ent_type_ in ("ORG", "PERSON"):
        return at, at + 1
    if token.lower_ == "in" and [word.lower_ for word in doc[at + 1 : at + 4]] == ["the", "words", "of"]:
        return at, at + 4
    return None


def _around(token: Token, gap: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """The sentence, or the clause that the phrase hangs on, without the phrase itself."""
    doc, sent = token.doc, token.sent
    head = token.head
    first, last = sent.start, sent.end
    if head.dep_ in ("ccomp", "conj", "advcl", "relcl") and head.pos_ in _VERBS:
        first, last = head.left_edge.i, head.right_edge.i + 1
    return (*_trimmed(doc, first, max(first, gap[0])), *_trimmed(doc, min(last, gap[1]), last))


def _by_noun(doc: Doc, nodes: Sequence[Node], speech: Speech) -> Iterator[Saying]:
    """ "The announcement that ...", "X's claim that ...", "a promise by X to ..."."""
    for node in nodes:
        force = speech.nouns.get(node.lemma_.lower()) if node.pos_ == "NOUN" else None
        if force is None:
            continue
        noun = doc[node.i]
        clause = next((kid for kid in noun.children if kid.i > noun.i and _is_content(kid)), None)
        content = _trimmed(doc, clause.left_edge.i, clause.right_edge.i + 1) if clause is not None else ()
        if not content:
            continue
        behind = (kid for prep in noun.children if prep.dep_ == "prep" and prep.lower_ in ("by", "from", "of") for kid in prep.children)
        owners = (*(kid for kid in noun.children if kid.dep_ == "poss"), *(kid for kid in behind if kid.dep_ == "pobj"))
        head = owners[0] if owners else None
        source = (head.left_edge.i, head.right_edge.i + 1) if head is not None else None
        above = noun.head.head
        if head is None and noun.dep_ == "pobj" and noun.head.lower_ == "in" and above.lemma_.lower() in speech.verbs:
            head, source = source_of(above, speech)  # "she said in a statement that ..."
        yield Saying(
            content=content, force=force, verb=noun, cue=(noun.i, noun.i + 1), head=head, source=source, private=force in speech.private
        )


def _is_content(clause: Token) -> bool:
    """ "The claim that he left" and "the order to leave", not "the claim that they reject"."""
    if clause.dep_ not in ("acl", "relcl"):
        return bool(clause.dep_ == "ccomp")
    first = {kid.dep_: kid for kid in clause.children}
    if "aux" in first and first["aux"].lower_ == "to":
        return True
    return _that(clause)
