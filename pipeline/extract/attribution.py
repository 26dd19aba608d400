"""Who says it: speaker, carrier and cue of every act of saying and of every sentence, resolved within the article.

`pipeline.extract.sayings` finds the acts of saying; the voice of a sentence is that of its outermost one, or of the
quotation that goes on from the last speaker, else the outlet's own.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from spacy.tokens import Doc, Span, Token

from pipeline.extract.nodes import Node
from pipeline.extract.quotations import manner_of
from pipeline.extract.roles import cited_by
from pipeline.extract.sayings import Saying, find_sayings
from pipeline.extract.sources import quoting_verb
from pipeline.extract.speakers import Memory, Speakers
from pipeline.language.names import Names
from pipeline.language.vocabulary import Vocabulary
from pipeline.model import Voice
from pipeline.statements import AttributionMention
from pipeline.watches import Entity

_VERBS = frozenset(("VERB", "AUX"))
_SUBJECTS = frozenset(("nsubj", "nsubjpass", "csubj"))
_SELF = frozenset(("i", "we", "my", "our"))
_NOBODY = frozenset(("who", "which", "that", "there", "this", "what", "nobody", "none", "whoever"))
# What a body's own outlet is called besides its name: "Court of Appeal of Brevany, Press Office".
_PRESS_OFFICE = frozenset("press office newsroom news media service department relations communications of the and for".split())
_WEAK_FORCES = frozenset(("order", "expect", "promise", "agree", "demand", "refuse", "ask", "report", "suggest"))


@dataclass(frozen=True, slots=True)
class Attribution:
    """What one sentence tells about its voice: names are canonical; `cue_at` is the cue's token index, -1 for none."""

    voice: Voice
    cue_at: int = -1
    force: str = ""


class Attributor:
    """Attributes the sentences of one article after the other; `names` resolve spellings, `vocabulary` the verbs."""

    def __init__(self, names: Names, vocabulary: Vocabulary) -> None:
        self._names = names
        self._speakers = Speakers(names)
        self._speech = vocabulary.speech
        self._sayings = vocabulary.sayings
        self._own_voices: dict[str, Voice] = {}

    def own_voice(self, publisher: str) -> Voice:
        """The voice of what an article says in its own words: its outlet's, unattributed; but a body that publishes itself speaks for itself.

        Args:
            publisher: The outlet's name. A ministry's or a firm's own page is a statement of that body, as if it had been quoted.
        """
        found = self._own_voices.get(publisher)
        if found is None:
            body = self._publishing_body(publisher)
            speaker = body.name if body is not None else publisher
            institution = self._names.institution(speaker) if body is not None else publisher
            found = Voice(speaker=speaker, institution=institution, carrier="", publisher=publisher, attributed=body is not None)
            self._own_voices[publisher] = found
        return found

    def _publishing_body(self, publisher: str) -> Entity | None:
        words = re.findall(r"[\w.'’-]+", publisher)
        hits = self._names.find(words)
        if not hits or hits[0].entity.kind not in ("organisation", "group") or any(hit.entity.media for hit in hits):
            return None
        named = {at for hit in hits for at in range(hit.start, hit.end)}
        rest = {word.lower() for at, word in enumerate(words) if at not in named}
        return hits[0].entity if rest <= _PRESS_OFFICE else None

    def sayings(self, doc: Doc, nodes: Sequence[Node]) -> dict[int, list[Saying]]:
        """The acts of saying of a paragraph, by the first token of the sentence that their cue (or else content) stands in."""
        found: dict[int, list[Saying]] = {}
        for saying in find_sayings(doc, nodes, self._sayings):
            at = saying.verb.i if saying.verb is not None else saying.content[0][0]
            found.setdefault(doc[at].sent.start, []).append(saying)
        return found

    def mentions(
        self, sayings: Sequence[Saying], attribution: "Attribution", memory: "Memory", publisher: str, shift: int, doc: Doc
    ) -> Iterator[AttributionMention]:
        """The acts of saying of one sentence with their voices, to be asked for after `attribute`.

        Args:
            sayings: Those of the sentence, from `sayings`.
            attribution: What `attribute` told of the sentence.
            memory: As it stands after `attribute`; it is not changed.
            publisher: The outlet.
            shift: Offset of the paragraph in the article's text.
            doc: The paragraph.
        """
        for saying in sayings:
            if not saying.content:
                continue
            around = _around(saying, sayings)
            if around is not None and saying.head is not None and saying.head.lower_ in _SELF:
                # "We have agreed to wait," she said: who says "we" is she.
                voice = self._voice_of(around, attribution, memory, publisher)
            else:
                voice = self._voice_of(saying, attribution, memory, publisher)
            content = tuple(_offsets(doc, span, shift) for span in saying.content)
            yield AttributionMention(
                source=_offsets(doc, saying.source, shift) if saying.source else None,
                cue=_offsets(doc, saying.cue, shift) if saying.cue else None,
                content=content,
                manner=manner_of(doc, saying.content),
                force=saying.force,
                voice=voice,
            )

    def _voice_of(self, saying: Saying, attribution: "Attribution", memory: "Memory", publisher: str) -> Voice:
        if saying.verb is not None and saying.verb.i == attribution.cue_at:
            return attribution.voice
        return self._voice(saying, replace(memory, roles=dict(memory.roles)), publisher)

    def _voice(self, saying: Saying, memory: "Memory", publisher: str) -> Voice:
        cue = saying.verb.lemma_ if saying.verb is not None else ""
        if saying.head is not None:
            speaker, institution = self._speakers.who(saying.head, memory)
        else:
            speaker, institution = (memory.last_speaker if saying.verb is None else None) or ("", "")
        if not speaker:
            return replace(self.own_voice(publisher), cue=cue)
        carrier = self._relay(saying.verb, memory) or self._told(saying.verb, memory) if saying.verb is not None else ""
        return Voice(speaker=speaker, institution=institution, carrier=carrier, publisher=publisher, cue=cue)

    def speech_verbs(self, sent: Span, nodes: Sequence[Node]) -> tuple[Token, ...]:
        """The tokens of a sentence that are verbs of saying with a subject or a content.

        Args:
            sent: The sentence.
            nodes: The tokens of its doc, from `nodes_of`.
        """
        return tuple(
            token
            for node in nodes[sent.start : sent.end]
            if node.pos_ in _VERBS and node.lemma_.lower() in self._speech and self._is_cue(token := sent.doc[node.i])
        )

    def is_denial(self, attribution: "Attribution", doc: Doc) -> bool:
        """True if the sentence's own cue denies; "no longer disputes that" does not."""
        return attribution.force == "deny" and (attribution.cue_at < 0 or not _is_negated(doc[attribution.cue_at]))

    def denies(self, verbs: Iterable[Token]) -> bool:
        """True if somebody denies something with one of the verbs of saying of a sentence, though another may carry its speaker."""
        denying = (token for token in verbs if self._speech[token.lemma_.lower()] == "deny" and token.tag_ in ("VBD", "VBZ", "VBN"))
        return any(not _is_negated(token) for token in denying)

    def attribute(self, sent: Span, sayings: Sequence[Saying], memory: Memory, publisher: str, *, inside_quote: bool) -> Attribution:
        """The voice of one sentence; updates `memory` with the people it names.

        Args:
            sent: A parsed sentence.
            sayings: Its acts of saying.
            memory: What earlier sentences of the article told.
            publisher: The outlet, which stands behind what nobody else says.
            inside_quote: True if the sentence begins inside a quotation opened earlier.
        """
        self._speakers.remember_people(sent, memory)
        found = self._sentence_voice(sayings, memory)
        if found is None and (inside_quote or _begins_with_quote(sent)) and memory.last_speaker:
            found = (*memory.last_speaker, "", "", -1, "say")
        if found is None:
            self._speakers.remember_subject(sent, memory)
            return Attribution(self.own_voice(publisher))
        speaker, institution, carrier, cue, cue_at, force = found
        memory.last_speaker = (speaker, institution)
        return Attribution(Voice(speaker=speaker, institution=institution, carrier=carrier, publisher=publisher, cue=cue), cue_at, force)

    def _is_cue(self, token: Token) -> bool:
        force = self._speech.get(token.lemma_.lower())
        if force is None or token.pos_ not in ("VERB", "AUX") or not _subject(token):
            return False
        if force in _WEAK_FORCES:
            return any(kid.dep_ in ("ccomp", "xcomp", "dobj", "advcl", "parataxis") for kid in token.children) or token.dep_ in (
                "parataxis",
                "ROOT",
            )
        return True

    def _sentence_voice(self, sayings: Sequence[Saying], memory: Memory) -> tuple[str, str, str, str, int, str] | None:
        """The outermost act of saying whose source has a name; one that only relays others is their carrier."""
        carrier = ""
        giving = [saying for saying in sayings if self._gives_a_voice(saying)]
        spoken = sorted(giving, key=lambda saying: (sum(_is_inside(saying, other) for other in giving if other is not saying), *_rank(saying)))
        for number, saying in enumerate(spoken):
            verb, head = saying.verb, saying.head
            assert verb is not None
            assert head is not None
            speaker, institution = self._speakers.who(head, memory)
            if not speaker:
                continue
            if self._speakers.is_media(head, speaker) and any(_is_inside(other, saying) for other in spoken[number + 1 :]):
                carrier = carrier or speaker
                continue
            passed_on = cited_by(verb) if self._speakers.is_media(head, speaker) else None
            if passed_on is not None:
                carrier, (speaker, institution) = carrier or speaker, self._speakers.who(passed_on, memory)
            carrier = carrier or self._relay(verb, memory) or self._told(verb, memory)
            cue = "according to" if verb.lower_ == "according" else verb.lemma_
            return speaker, institution, carrier, cue, verb.i, saying.force
        return None

    def _gives_a_voice(self, saying: Saying) -> bool:
        verb, head = saying.verb, saying.head
        if verb is None or head is None or saying.private or head.lower_ in _NOBODY:
            return False
        if verb.pos_ == "NOUN" or (verb.dep_ in ("relcl", "acl", "pcomp") and quoting_verb(verb) is None):
            return False
        if saying.content and verb.lemma_.lower() in self._sayings.particles:
            return True
        if saying.content and saying.force == "say" and manner_of(verb.doc, saying.content) == "direct":
            return True  # "I do not concede," he growled
        return verb.pos_ == "ADP" or verb.lower_ == "according" or bool(verb.lemma_.lower() in self._speech and (saying.content or self._is_cue(verb)))

    def _relay(self, verb: Token, memory: Memory) -> str:
        """The outlet that quotes: "X quoted Y as saying", "Y was quoted by X as saying"."""
        quoting = quoting_verb(verb)
        if quoting is None:
            return ""
        agent = next((grand for kid in quoting.children if kid.dep_ == "agent" for grand in kid.children if grand.dep_ == "pobj"), None)
        passive = any(kid.dep_ == "nsubjpass" for kid in quoting.children)
        relayed = agent if passive else next((kid for kid in quoting.children if kid.dep_ == "nsubj"), None)
        return self._speakers.who(relayed, memory)[0] if relayed is not None else ""

    def _told(self, cue: Token, memory: Memory) -> str:
        """The outlet that was told, if any: "told the X agency"."""
        for kid in cue.children:
            if kid.dep_ in ("dobj", "dative") and kid.ent_type_ in ("ORG", "PERSON", "PRODUCT", "GPE", "") and self._speakers.is_media(kid, ""):
                return self._speakers.who(kid, memory)[0]
        return ""

def _subject(verb: Token) -> Token | None:
    for kid in verb.children:
        # An inverted subject follows at once ("said X"); a later one belongs to another clause.
        if kid.dep_ in _SUBJECTS and (kid.i < verb.i or kid.left_edge.i <= verb.i + 2):
            return kid
    if verb.dep_ in ("conj", "xcomp", "advcl") and verb.head.pos_ in ("VERB", "AUX") and verb.tag_ != "VB":
        return next((kid for kid in verb.head.children if kid.dep_ in _SUBJECTS), None)
    return None


def _depth(token: Token) -> int:
    return sum(1 for _ in token.ancestors)


def _rank(saying: Saying) -> tuple[int, int, int]:
    """ "According to X" covers the sentence; then the outermost verb, the first of equals."""
    assert saying.verb is not None
    return saying.verb.lower_ != "according", _depth(saying.verb), saying.verb.i


def _is_inside(inner: Saying, outer: Saying) -> bool:
    return inner.verb is not None and any(first <= inner.verb.i < last for first, last in outer.content)


def _around(inner: Saying, sayings: Sequence[Saying]) -> Saying | None:
    """The quotation or clause that an act of saying stands in."""
    return next((outer for outer in sayings if outer is not inner and _is_inside(inner, outer)), None)


def _offsets(doc: Doc, span: tuple[int, int], shift: int) -> tuple[int, int]:
    last = doc[span[1] - 1]
    return shift + doc[span[0]].idx, shift + last.idx + len(last)


def _is_negated(token: Token) -> bool:
    """ "No longer disputes it", "did not deny it": who does not deny denies nothing."""
    words = {kid.lower_ for kid in token.children} | {grand.lower_ for kid in token.children if kid.lower_ == "longer" for grand in kid.children}
    return bool(words & {"not", "n't", "never", "no"})


def _begins_with_quote(sent: Span) -> bool:
    return sent.text.lstrip()[:1] in ('"', "“")
