"""Who says it: speaker, carrier and cue of every sentence, by spaCy's parse and careful order of rules.

Order: "according to X"; a verb of saying with its subject; a quotation that goes on from the last speaker; else the
outlet itself. Measured ideas: GenderGapTracker (quotes by ccomp, floating quotes), BBC Citron (cue, source, content).
"""

import re
from dataclasses import dataclass, field

from spacy.tokens import Span, Token

from pipeline.language.names import Names
from pipeline.language.vocabulary import Vocabulary
from pipeline.model import Voice

_SUBJECTS = frozenset(("nsubj", "nsubjpass", "csubj"))
_HE = frozenset(("he", "she"))
_THEY = frozenset(("it", "they", "we", "i"))
_MEDIA_WORDS = frozenset(
    "agency television tv channel newspaper daily website broadcaster radio paper magazine outlet station news site".split()
)
_OFFICES = frozenset(
    "ministry army military government official officials presidency forces staff police parliament command centre center department "
    "navy president minister spokesman spokeswoman spokesperson administration agency regulator court commission authorities authority "
    "council side delegation leadership general troops media officer commander envoy chief member source aide adviser advisor diplomat lawyer executive executives manager managers board union".split()
)
_DOCUMENTS = frozenset("paper statement report document page website letter post memo filing release text communique tweet".split())
_WEAK_FORCES = frozenset(("order", "expect", "promise", "agree", "demand", "refuse", "ask", "report", "suggest"))


@dataclass(frozen=True, slots=True)
class Attribution:
    """What one sentence tells about its voice: names are canonical; `cue_at` is the cue's token index, -1 for none."""

    voice: Voice
    cue_at: int = -1
    force: str = ""


@dataclass(slots=True)
class Memory:
    """Who has spoken so far in this article; made new for each article."""

    last_person: tuple[str, str] | None = None
    last_body: tuple[str, str] | None = None
    last_speaker: tuple[str, str] | None = None
    full_names: dict[str, str] = field(default_factory=dict)
    institutions: dict[str, str] = field(default_factory=dict)
    roles: dict[str, tuple[str, str]] = field(default_factory=dict)


class Attributor:
    """Attributes the sentences of one article after the other; `names` resolve spellings, `vocabulary` the verbs."""

    def __init__(self, names: Names, vocabulary: Vocabulary) -> None:
        self._names = names
        self._speech = vocabulary.speech

    def speech_verbs(self, sent: Span) -> tuple[Token, ...]:
        """The tokens of a sentence that are verbs of saying with a subject or a content."""
        return tuple(token for token in sent if self._is_cue(token))

    def denies(self, sent: Span) -> bool:
        """True if somebody denies something in the sentence, though another verb may carry its speaker."""
        return any(
            self._speech[token.lemma_.lower()] == "deny" and token.tag_ in ("VBD", "VBZ", "VBN") for token in self.speech_verbs(sent)
        )

    def attribute(self, sent: Span, memory: Memory, publisher: str, *, inside_quote: bool) -> Attribution:
        """The voice of one sentence; updates `memory` with the people it names.

        Args:
            sent: A parsed sentence.
            memory: What earlier sentences of the article told.
            publisher: The outlet, which stands behind what nobody else says.
            inside_quote: True if the sentence begins inside a quotation opened earlier.
        """
        self._remember_people(sent, memory)
        found = self._according_to(sent, memory) or self._by_verb(sent, memory)
        if found is None and (inside_quote or _begins_with_quote(sent)) and memory.last_speaker:
            found = (*memory.last_speaker, "", "", -1, "say")
        if found is None:
            return Attribution(Voice(speaker=publisher, institution=publisher, carrier="", publisher=publisher, attributed=False))
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

    def _according_to(self, sent: Span, memory: Memory) -> tuple[str, str, str, str, int, str] | None:
        for token in sent:
            if token.lower_ == "according" and token.i + 1 < sent.end and token.nbor().lower_ == "to":
                objects = [kid for kid in token.nbor().children if kid.dep_ == "pobj"] or [
                    kid for kid in token.children if kid.dep_ == "pobj"
                ]
                if objects:
                    speaker, institution = self._who(objects[0], memory)
                    inner = self._by_verb(sent, memory)
                    if self._is_media(objects[0], speaker) and inner and inner[0] != speaker:
                        return (inner[0], inner[1], speaker, *inner[3:])
                    return speaker, institution, "", "according to", token.i, "say"
        return None

    def _by_verb(self, sent: Span, memory: Memory) -> tuple[str, str, str, str, int, str] | None:
        if not self.speech_verbs(sent):
            return self._by_order(sent, memory)
        # Where a name stands right before the verb and the parser's subject is another word, the order of words is right.
        for cue in self.speech_verbs(sent):
            named, found = self._named_before(sent, cue), _subject(cue)
            misread = named is not None and found is not None and not named.start <= found.i < named.end and abs(cue.i - found.i) > 6
            if misread and (ordered := self._by_order(sent, memory)) is not None:
                return ordered
        cues = sorted(self.speech_verbs(sent), key=lambda token: (_depth(token), token.i))
        carrier = ""
        for cue in cues:
            subject = _subject(cue)
            if (
                subject is None
                or (subject.dep_ == "nsubjpass" and cue.lemma_ != "quote")
                or subject.lower_ in ("who", "which", "that", "there", "this", "what", "nobody", "none", "whoever")
            ):
                continue
            if cue.lemma_ == "quote":
                return self._quoted(cue, subject, memory)
            speaker, institution = self._who(subject, memory)
            if not speaker:
                continue
            if self._is_media(subject, speaker) and cue is not cues[-1]:
                carrier = carrier or speaker
                continue
            carrier = carrier or self._told(cue, memory)
            return speaker, institution, carrier, cue.lemma_, cue.i, self._speech[cue.lemma_.lower()]
        return None

    def _by_order(self, sent: Span, memory: Memory) -> tuple[str, str, str, str, int, str] | None:
        """ ", Col. X, spokesman for Y, said": long appositions mislead the parser, the order of words does not."""
        for token in sent:
            force = self._speech.get(token.lemma_.lower())
            if force is None or force in _WEAK_FORCES or token.tag_ not in ("VBD", "VBZ") or token.i == sent.start:
                continue
            named = self._named_before(sent, token)
            if named is not None:
                speaker, institution = self._who(named.root, memory)
                if speaker:
                    return speaker, institution, "", token.lemma_, token.i, force
        return None

    def _named_before(self, sent: Span, verb: Token) -> Span | None:
        """The person whose name, with its apposition, ends right before a verb: "..., X, spokesman for Y, said"."""
        people = [ent for ent in sent.ents if ent.label_ == "PERSON" and ent.end <= verb.i and _is_person(ent.text)]
        if not people or verb.i - people[-1].end > 14:
            return None
        between = [token.text for token in sent.doc[people[-1].end : verb.i]]
        opened = (
            people[-1].start == sent.start
            or sent.doc[people[-1].start - 1].text == ","
            or sent.doc[people[-1].start - 1].pos_ in ("PROPN", "NOUN")
        )
        closed = not between or (between[0] == "," and between[-1] == ",") or between == [","] or (between[0] == "of" and len(between) < 8)
        return people[-1] if opened and closed else None

    def _quoted(self, cue: Token, subject: Token, memory: Memory) -> tuple[str, str, str, str, int, str]:
        """ "X quoted Y as saying" and "Y was quoted by X as saying"."""
        passive = subject.dep_ == "nsubjpass"
        other = next((kid for kid in cue.children if kid.dep_ in (("agent",) if passive else ("dobj",))), None)
        if passive and other is not None:
            other = next((kid for kid in other.children if kid.dep_ == "pobj"), other)
        said, relayed = (subject, other) if passive else (other or subject, subject if other is not None else None)
        speaker, institution = self._who(said, memory)
        carrier = self._who(relayed, memory)[0] if relayed is not None else ""
        return speaker, institution, carrier, "quote", cue.i, "say"

    def _told(self, cue: Token, memory: Memory) -> str:
        """The outlet that was told, if any: "told the X agency"."""
        for kid in cue.children:
            if kid.dep_ in ("dobj", "dative") and kid.ent_type_ in ("ORG", "PERSON", "PRODUCT", "GPE", "") and self._is_media(kid, ""):
                return self._who(kid, memory)[0]
        return ""

    def _is_media(self, token: Token, speaker: str) -> bool:
        known = self._names.entity(speaker) if speaker else None
        if known is not None:
            return known.media
        phrase = {word.lower_ for word in token.subtree if word.dep_ in ("compound", "amod", "nmod", "poss", "appos") or word is token}
        if phrase & _MEDIA_WORDS:
            return True
        return any(hit.entity.media for hit in self._names.find([word.text for word in token.subtree]))

    def _who(self, head: Token, memory: Memory) -> tuple[str, str]:
        """Canonical speaker and institution of a noun phrase."""
        lower = head.lower_
        if lower in _HE:
            return memory.last_person or memory.last_speaker or ("", "")
        if lower in _THEY and head.pos_ == "PRON":
            subject = next(
                (kid for kid in head.sent.root.children if kid.dep_ == "nsubj" and kid.pos_ in ("NOUN", "PROPN") and kid.i < head.i), None
            )
            if subject is not None and lower in ("it", "they"):
                return self._who(subject, memory)
            return (memory.last_body if lower != "i" else None) or memory.last_speaker or ("", "")
        if lower in _DOCUMENTS and (owner := self._owner(head)):
            memory.roles[lower] = (owner, self._names.institution(owner))
            return memory.roles[lower]
        person = _person_in(head)
        if person:
            name = memory.full_names.get(person.split()[-1].lower(), person)
            name = self._names.canonical(name)
            institution = memory.institutions.get(name) or self._names.institution(name)
            memory.last_person = (name, institution)
            self._remember_roles(head, memory.last_person, memory)
            return memory.last_person
        phrase = _phrase(head)
        known = self._names.entity(phrase)
        if known is None and head.lower_ in memory.roles and not _has_own_name(head):
            return memory.roles[head.lower_]
        name = known.name if known else self._names.canonical(phrase)
        institution = self._names.institution(name) if known else self._phrase_institution(head, name)
        memory.last_body = (name, institution)
        self._remember_roles(head, memory.last_body, memory)
        return memory.last_body

    def _owner(self, head: Token) -> str:
        """Whose paper, statement or page it is: "a paper of the committee", "a statement on the ministry's page"."""
        after = [word.text for word in head.subtree if word.i > head.i or word.dep_ in ("poss", "compound", "amod")]
        hits = [hit for hit in self._names.find(after) if not hit.entity.media and hit.entity.kind != "person"]
        return hits[0].entity.name if hits else ""

    def _phrase_institution(self, head: Token, name: str) -> str:
        """ "The Defence Ministry in Moscow" and "Russia's General Staff" speak for the country that they name."""
        if head.lower_ not in _OFFICES and not any(word.lower_ in _OFFICES for word in head.subtree if word.head is head):
            return name
        hits = self._names.find([word.text for word in head.subtree])
        return self._names.institution(hits[0].entity.name) if hits else name

    def _remember_people(self, sent: Span, memory: Memory) -> None:
        for ent in sent.ents:
            if ent.label_ != "PERSON" or len(ent) < 2 or not _is_person(ent.text):
                continue
            name = _bare(ent.text)
            canonical = self._names.canonical(name)
            memory.full_names.setdefault(name.split()[-1].lower(), canonical)
            if canonical not in memory.institutions:
                own = self._names.institution(canonical)
                memory.institutions[canonical] = own if own != canonical else self._title_institution(ent) or canonical

    def _title_institution(self, ent: Span) -> str:
        """The body a person speaks for by title or apposition: "Kremlin spokesman X", "X, spokesman for the Y"."""
        root = ent.root
        beside = [word for word in root.subtree if word.i < ent.start]
        for kid in root.children:
            if kid.dep_ == "appos":
                beside.extend(word for word in kid.subtree if word.dep_ not in ("relcl", "punct"))
        if root.dep_ == "appos":
            beside.extend(word for word in root.head.subtree if word.i < ent.start)
        if not any(word.lower_ in _OFFICES for word in beside) and not beside:
            return ""
        hits = self._names.find([word.text for word in sorted(beside, key=lambda word: word.i)])
        return self._names.institution(hits[0].entity.name) if hits else ""

    def _remember_roles(self, head: Token, who: tuple[str, str], memory: Memory) -> None:
        memory.roles[head.lower_] = who
        for word in head.subtree:
            if word.lower_ in _OFFICES and word.dep_ in ("compound", "appos", "nmod"):
                memory.roles[word.lower_] = who


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


def _person_in(head: Token) -> str:
    """The person named by a noun phrase: its head, or one in apposition or compound."""
    near = [head, *(kid for kid in head.children if kid.dep_ in ("appos", "compound"))]
    for word in near:
        if word.ent_type_ == "PERSON":
            ent = next((ent for ent in word.sent.ents if ent.start <= word.i < ent.end), None)
            if ent is not None and _is_person(ent.text):
                return _bare(ent.text)
    if head.pos_ == "PROPN" and head.ent_type_ in ("", "PERSON"):
        parts = [kid.text for kid in head.lefts if kid.dep_ == "compound" and kid.pos_ == "PROPN" and not kid.text.endswith(".")]
        return " ".join([*parts[-2:], head.text]) if parts and head.text[:1].isupper() and not head.text.isupper() else ""
    return ""


_TITLES = re.compile(
    r"(?i)^((lt|lieutenant|maj|major|brig|brigadier|gen|general|col|colonel|capt|captain|sgt|sergeant|adm|admiral|mr|mrs|ms|miss|dr|prof|professor|sir|lord|"
    r"president|prime|minister|sen|senator|rep|gov|governor|mayor|judge|justice|chancellor|king|queen|prince|princess|pope|rev|mission|director|manager|"
    r"secretary|chairman|chief|spokesman|spokeswoman|commander)\b[.\s-]*)+(?=[A-Z])"
)


def _bare(name: str) -> str:
    """A person's name without titles and possessive."""
    plain = re.sub(r"['’]s?$", "", name.strip())
    return _TITLES.sub("", plain) or plain


def _is_person(name: str) -> bool:
    """Aircraft types and the like are no people, whatever the model says."""
    return not re.search(r"\d", name) and name[:1].isupper() and len(name) > 2


def _phrase(head: Token) -> str:
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


def _has_own_name(head: Token) -> bool:
    return head.pos_ == "PROPN" or any(kid.pos_ == "PROPN" for kid in head.children)


def _begins_with_quote(sent: Span) -> bool:
    return sent.text.lstrip()[:1] in ('"', "“")
