"""Who a noun phrase names, resolved within the article: full names, pronouns, roles, leaders, documents and the bodies behind them."""

from dataclasses import dataclass, field

from spacy.tokens import Span, Token

from pipeline.extract.naming import bare_name, has_own_name, person_in, phrase_of
from pipeline.extract.roles import LEADERS, roles_of
from pipeline.extract.sources import is_person
from pipeline.language.names import Names

_HE = frozenset(("he", "she"))
_THEY = frozenset(("it", "they", "we", "i"))
# "In its opinion": whoever was spoken of.
_ITS = frozenset(("its", "their", "his", "her"))
_MEDIA_WORDS = frozenset(
    "agency television tv channel newspaper daily website broadcaster radio paper magazine outlet station news site".split()
)
_OFFICES = frozenset(
    "ministry army military government official officials presidency forces staff police parliament command centre center department "
    "navy president minister spokesman spokeswoman spokesperson administration agency regulator court commission authorities authority "
    "council side delegation leadership general troops media officer commander envoy chief member "
    "source aide adviser advisor diplomat lawyer executive executives manager managers board union".split()
)
_DOCUMENTS = frozenset("paper statement report document page website letter post memo filing release text communique tweet".split())


# Verbs with which the one who spoke goes on speaking.
_GOING_ON = frozenset(("add", "continue", "go", "conclude"))


def _is_aged(head: Token) -> bool:
    """ "The 51-year-old told fans": whoever was spoken of."""
    return head.lower_ == "old" and any(kid.lower_.startswith("year") for kid in head.children)


@dataclass(slots=True)
class Memory:
    """Who has spoken so far in this article; made new for each article."""

    last_person: tuple[str, str] | None = None
    last_body: tuple[str, str] | None = None
    last_speaker: tuple[str, str] | None = None
    full_names: dict[str, str] = field(default_factory=dict)
    institutions: dict[str, str] = field(default_factory=dict)
    roles: dict[str, tuple[str, str]] = field(default_factory=dict)


class Speakers:
    """Resolves the speakers of one article after the other; `names` resolve spellings."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def is_media(self, token: Token, speaker: str) -> bool:
        """True if a noun phrase with this head, or this canonical name, is an outlet that relays what others say."""
        known = self._names.entity(speaker) if speaker else None
        if known is not None:
            return known.media
        phrase = {word.lower_ for word in token.subtree if word.dep_ in ("compound", "amod", "nmod", "poss", "appos") or word == token}
        if phrase & _MEDIA_WORDS:
            return True
        return any(hit.entity.media for hit in self._names.find([word.text for word in token.subtree]))

    def who(self, head: Token, memory: Memory) -> tuple[str, str]:
        """Canonical speaker and institution of a noun phrase."""
        lower = head.lower_
        if lower in _HE or _is_aged(head):
            went_on = head.head.lemma_.lower() in _GOING_ON and memory.last_speaker is not None
            return (memory.last_speaker if went_on else memory.last_person) or memory.last_speaker or ("", "")
        if lower in _ITS:
            return memory.last_body or memory.last_speaker or ("", "")
        if lower in _THEY and head.pos_ == "PRON":
            # "The office will wait, it said": the subject of what is said, wherever the parser puts that clause.
            before = head.doc[head.sent.start : head.i]
            subject = next((word for word in before if word.dep_ in ("nsubj", "nsubjpass") and word.pos_ in ("NOUN", "PROPN")), None)
            if subject is not None and lower in ("it", "they"):
                return self.who(subject, memory)
            return (memory.last_body if lower != "i" else None) or memory.last_speaker or ("", "")
        if lower in _DOCUMENTS and (owner := self._owner(head)):
            memory.roles[lower] = (owner, self._names.institution(owner))
            return memory.roles[lower]
        person = person_in(head)
        if person:
            name = memory.full_names.get(person.split()[-1].lower(), person)
            name = self._names.canonical(name)
            institution = memory.institutions.get(name) or self._names.institution(name)
            memory.last_person = (name, institution)
            self._remember_roles(head, memory.last_person, memory)
            return memory.last_person
        phrase = phrase_of(head)
        known = self._names.entity(phrase)
        if known is None and lower in LEADERS and (leader := self._leader(head, memory)):
            return leader
        if known is None and head.lower_ in memory.roles and not has_own_name(head):
            return memory.roles[head.lower_]
        name = known.name if known else self._names.canonical(phrase)
        institution = self._names.institution(name) if known else self._phrase_institution(head, name)
        memory.last_body = (name, institution)
        self._remember_roles(head, memory.last_body, memory)
        return memory.last_body

    def remember_subject(self, sent: Span, memory: Memory) -> None:
        """Notes the person that a sentence in nobody's voice is about: "Vrabec was having none of it. ... he growled"."""
        subject = next((kid for kid in sent.root.children if kid.dep_ in ("nsubj", "nsubjpass")), None)
        if subject is None or subject.pos_ != "PROPN":
            return
        named = person_in(subject) or memory.full_names.get(subject.lower_, "")
        if named:
            name = self._names.canonical(memory.full_names.get(named.split()[-1].lower(), named))
            memory.last_person = (name, memory.institutions.get(name) or self._names.institution(name))

    def _leader(self, head: Token, memory: Memory) -> tuple[str, str] | None:
        """ "The Danish leader": the last person named who speaks for that country."""
        hits = self._names.find([word.text for word in head.subtree])
        country = self._names.institution(hits[0].entity.name) if hits else ""
        return next(((name, body) for name, body in reversed(memory.institutions.items()) if country and body == country), None)

    def _owner(self, head: Token) -> str:
        """Whose paper, statement or page it is: "a paper of the committee", "a statement on the ministry's page"."""
        after = [word.text for word in head.subtree if word.i > head.i or word.dep_ in ("poss", "compound", "amod")]
        hits = [hit for hit in self._names.find(after) if not hit.entity.media and hit.entity.kind != "person"]
        return hits[0].entity.name if hits else ""

    def _phrase_institution(self, head: Token, name: str) -> str:
        """ "The Defence Ministry in Moscow" and "Russia's General Staff" speak for the country that they name."""
        if head.lower_ not in _OFFICES and not any(word.lower_ in _OFFICES for word in head.subtree if word.head == head):
            return name
        clauses = (kid.left_edge.i for kid in head.children if kid.dep_ in ("relcl", "acl") and kid.i > head.i)
        told = min(clauses, default=head.right_edge.i + 1)
        hits = self._names.find([word.text for word in head.subtree if word.i < told])
        return self._names.institution(hits[0].entity.name) if hits else name

    def remember_people(self, sent: Span, memory: Memory) -> None:
        """Adds the people that a sentence names in full, with the bodies they speak for, to `memory`."""
        for ent in sent.ents:
            if ent.label_ != "PERSON" or len(ent) < 2 or not is_person(ent.text):
                continue
            name = bare_name(ent.text)
            canonical = self._names.canonical(name)
            memory.full_names.setdefault(name.split()[-1].lower(), canonical)
            if canonical not in memory.institutions:
                own = self._names.institution(canonical)
                memory.institutions[canonical] = own if own != canonical else self._title_institution(ent) or canonical
            memory.roles.update(dict.fromkeys(roles_of(ent), (canonical, memory.institutions[canonical])))

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
