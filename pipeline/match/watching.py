"""A watch with the vocabulary it needs, compiled once: which words of a sentence speak to which question."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.language.names import Names
from pipeline.language.phrases import PhraseHit, Phrases, PhraseToken, stem
from pipeline.language.vocabulary import Vocabulary
from pipeline.match.generic import resolve_generic
from pipeline.match.profiles import Profiles, asked_words
from pipeline.statements import Reading, Statement
from pipeline.watches import Question, QuestionKind, Watch

_ABBREVIATED = {"m": ("metre", "meter"), "km": ("kilometre", "kilometer"), "kg": ("kilogram", "kilogramme"), "ft": ("foot", "feet")}
# A name counts for an article from its first sentences on, or if it comes twice.
EARLY = 4
# What a yes-no question without cues asks of its subject, whatever its verb: "diagnoses are among it", "her name is on the list".
_BELONGING = ("among", "include", "contain", "part of")
# An article's sentences are asked for two or three times; so many are remembered.
_KEPT = 500
# "Korin: the lake is rising" is about Korin, whatever stands behind the name.
_WORD = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*")
# (what the phrase is for, question id or "", state or role or "")
Label = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Hit:
    """Words `at`..`upto` of a sentence that speak to a question; `detail` is the state, the role or the thing, `own` a cue of the watch itself."""

    use: str
    question: str
    detail: str
    at: int
    upto: int
    phrase: str
    own: bool = False


class WatchIndex:
    """Everything about one watch that does not depend on the article."""

    def __init__(self, watch: Watch, names: Names, vocabulary: Vocabulary, *, use_cues: bool = True) -> None:
        self.watch, self.names, self._vocabulary = watch, names, vocabulary
        self._use_cues = use_cues
        self._synonyms_by_stem = {stem(word): others for word, others in vocabulary.synonyms.items() if " " not in word}
        self._own_things = {question.id: frozenset(_things(question, watch, vocabulary)) for question in watch.questions}
        self._phrases = Phrases(self._labels())
        self._declared = frozenset(hit.entity.name for hit in names.find(re.findall(r"[\w.'’-]+", _declaration(watch))))
        self.profiles = Profiles(watch)
        self._hits: dict[int, tuple[Statement, Mapping[str, tuple[Hit, ...]]]] = {}
        self._opposites = {
            (question.id, state.name): state.opposite
            for question in watch.questions
            if question.family in vocabulary.families
            for state in vocabulary.families[question.family].states
        }

    def concerns(self, reading: Reading) -> bool:
        """True if an article can be on the watch at all: it names who must be named, and no look-alike heads it."""
        if self.hits_of_text(reading.title, "not"):
            return False
        return all(any(self._names_one(wanted, reading) for wanted in group) for group in self.watch.must_name)

    def is_prominent(self, reading: Reading) -> bool:
        """True if who must be named is named early or twice: once in passing, far down, is another story's background."""
        title = frozenset(hit.entity.name for hit in self.names.find(re.findall(r"[\w.'’-]+", reading.title)))
        for group in self.watch.must_name:
            where = [number for number, statement in enumerate(_read(reading)) if self._is_named_in(statement, group)]
            wanted = {self.names.canonical(name) for name in group}
            # A body's own page is about it, although it calls itself "the Club".
            headed = wanted & title or any(
                said.voice.attributed and not said.voice.cue and said.voice.speaker in wanted for said in _read(reading)
            )
            if not headed and not (where and (where[0] < EARLY or len(where) > 1)):
                return False
            if not headed and len(where) == 1 and self._is_headed_by_another(reading, group):
                return False  # "... in Sorrel Canyon, 180 miles south of the one at Pine Ridge"
        return True

    def _is_headed_by_another(self, reading: Reading, group: Sequence[str]) -> bool:
        """True if the headline has a name, not one that must be named, to which the text comes back."""
        wanted = {self.names.canonical(name) for name in group} | self._declared
        spoken = Counter(name.name for statement in _read(reading) for name in statement.names)
        return any(
            times > 1 and name in reading.title and name not in wanted and self.names.institution(name) not in wanted
            for name, times in spoken.items()
        )

    def sentences_naming(self, reading: Reading) -> Mapping[int, bool]:
        """Whether each sentence, by its start, names somebody who must be named, or goes on right behind one that does with a pronoun."""
        found: dict[int, bool] = {}
        before = False
        another = any(self._is_headed_by_another(reading, group) for group in self.watch.must_name)
        for statement in _read(reading):
            named = any(self._is_named_in(statement, group) for group in self.watch.must_name)
            goes_on = before and not another and statement.words[0].text.lower() in ("it", "they", "he", "she", "this", "that", "there")
            found[statement.start] = named or goes_on
            before = found[statement.start]
        return found

    def _is_named_in(self, statement: Statement, group: Sequence[str]) -> bool:
        wanted = {self.names.canonical(name) for name in group}
        return any(
            wanted & {name.name, self.names.institution(name.name)} or any(self.names.same_place(name.name, one) for one in group)
            for name in statement.names
        )

    def generic(self, reading: Reading) -> Mapping[int, frozenset[str]]:
        """The bodies meant by "the company", "the union" ..., by index of the statement."""
        return resolve_generic(reading, self._vocabulary.generic, self.names)

    def hits(self, statement: Statement) -> Mapping[str, tuple[Hit, ...]]:
        """All hits of one sentence by use: subject, not, state, role, of, cue, silence, constancy."""
        known = self._hits.get(id(statement))
        if known is None:
            if len(self._hits) >= _KEPT:
                self._hits.clear()
            # With the statement, so that no other can have its number meanwhile.
            known = self._hits[id(statement)] = statement, _by_use(self._phrases.find(statement.words))
        return known[1]

    def hits_of_text(self, text: str, use: str) -> tuple[Hit, ...]:
        """Hits of one use in plain text (a headline), by its words alone."""
        return _by_use(self._phrases.find([PhraseToken(word, word) for word in _WORD.findall(text)])).get(use, ())

    def states(self, question: Question) -> tuple[str, ...]:
        """The states of a status question in their order."""
        if question.states:
            return question.states
        family = self._vocabulary.families.get(question.family)
        return tuple(state.name for state in family.states) if family else ()

    def is_ordered(self, question: Question) -> bool:
        """True if the states are a course of events."""
        family = self._vocabulary.families.get(question.family)
        return question.ordered or bool(family and family.ordered)

    def about(self, question: Question) -> tuple[str, ...]:
        """What the states of a question are states of, where its family says so and the question has no subject of its own."""
        family = self._vocabulary.families.get(question.family)
        return family.about if family and not question.subject else ()

    def opposite(self, question: Question, state: str) -> str:
        """What the negation of a state means; "" where nothing in particular."""
        return self._opposites.get((question.id, state), "")

    def counts(self, question: Question, things: Sequence[str], *, kinds: bool = True) -> bool:
        """True if one of `things` is what the question counts, or (`kinds`) a kind of it that the vocabulary knows."""
        if not kinds:
            things = tuple(full for thing in things for full in _ABBREVIATED.get(thing.lower(), (thing,)))
            return any(stem(thing) == stem(word) for thing in things for phrase in question.of for word in phrase.split()[-1:])
        return bool(self._own_things[question.id] & {thing.lower() for thing in things})

    def subject_bodies(self, question: Question) -> frozenset[str]:
        """Canonical names of the firms, courts and the like that are the question's own subject."""
        known = (self.names.entity(phrase) for phrase in question.subject)
        return frozenset(entity.name for entity in known if entity is not None and entity.kind in ("organisation", "group"))

    def has_daily_count(self, question: Question) -> bool:
        """True if the watch counts the same thing per period, here or in another question, so that a day's count is no total."""
        return question.window == "period" or any(
            other.window == "period" and set(other.of) & set(question.of) for other in self.watch.questions
        )

    def places_of_text(self, text: str) -> tuple[str, ...]:
        """Canonical names of the places in a headline."""
        return tuple(hit.entity.name for hit in self.names.find(text.split()) if hit.entity.kind == "place")

    def is_person(self, thing: str) -> bool:
        """True if a noun names people in general ("patient", "soldier"), by the shipped kinds of what is counted."""
        return thing.lower() in {"people", "person", *self._vocabulary.things.get("people", ()), *self._vocabulary.things.get("person", ())}

    def _names_one(self, wanted: str, reading: Reading) -> bool:
        return any(self.names.counts_as(name, wanted) for name in reading.names)

    def _labels(self) -> Iterator[tuple[Label, str]]:
        watch, vocabulary = self.watch, self._vocabulary
        yield from _labelled("subject", "", "", watch.subject)
        yield from _labelled("not", "", "", watch.not_)
        yield from _labelled("ignore", "", "", watch.ignore)
        yield from _labelled("constancy", "", "", vocabulary.constancy)
        yield from _labelled("background", "", "", vocabulary.background)
        yield from _labelled("not yet", "", "", vocabulary.not_yet)
        yield from _labelled("denying", "", "", vocabulary.silence.get("denying", ()))
        for question in watch.questions:
            # "When are the services restored?": what is asked of the subject stands last.
            asked = asked_words(question, watch)[-1:] if question.kind is QuestionKind.DATE and question.subject else ()
            known = [word for word in asked if word in self._synonyms_by_stem or stem(word) in self._synonyms_by_stem]
            # Any word of a deal would take any of its dates.
            widened = known if question.kind is QuestionKind.DATE else question.subject
            yield from _labelled("own subject", question.id, "", (*question.subject, *self._with_synonyms(widened)))
            yield from _labelled("own not", question.id, "", question.not_)
            yield from self._question_labels(question)

    def _with_synonyms(self, phrases: Iterable[str]) -> Iterator[str]:
        for phrase in phrases:
            yield phrase
            known = self._vocabulary.synonyms
            yield from known.get(phrase.lower()) or self._synonyms_by_stem.get(stem(phrase), ())

    def _cue_labels(self, question: Question) -> Iterator[tuple[Label, str]]:
        for cues in question.cues if self._use_cues else ():
            use = "own state" if question.kind is QuestionKind.STATUS else "cue"
            yield from _labelled(use, question.id, cues.state, (form for words in cues.words for form in _forms(words)))
            if question.kind is QuestionKind.QUANTITY:
                yield from _labelled(use, question.id, cues.state, self._with_synonyms(cues.words))
            if question.kind is QuestionKind.YES_NO:
                yield from _labelled(use, question.id, cues.state, self._relatives(cues.words, question))

    def _relatives(self, cues: Sequence[str], question: Question) -> Iterator[str]:
        """The verbs of one class with a cue ("depart" and "quit" beside "leave"), but for those of the question's other answers."""
        known = self._vocabulary.predicates.verbs
        taken = {known[word].id for other in question.cues for word in other.words if other.words is not cues and word in known}
        classes = {known[word].id for word in cues if word in known} - taken
        yield from (verb for verb, found in known.items() if found.id in classes and verb not in cues)
        others = {word for other in question.cues if other.words is not cues for word in other.words}
        yield from (word for word in self._with_synonyms(cues) if word not in cues and word not in others)

    def _usual_words(self, state: str) -> tuple[str, ...]:
        """The shipped words for a state of the watch's own, by its name in any inflection: "reopens" as "reopened"."""
        known = self._vocabulary.states
        exact = known.get(state.lower())
        return exact if exact is not None else next((words for name, words in known.items() if stem(name) == stem(state)), ())

    def _question_labels(self, question: Question) -> Iterator[tuple[Label, str]]:
        vocabulary = self._vocabulary
        if question.kind is QuestionKind.STATUS:
            for state in question.states:
                yield from _labelled("state", question.id, state, (state, *self._usual_words(state)))
            family = vocabulary.families.get(question.family)
            for known in family.states if family else ():
                yield from _labelled("state", question.id, known.name, known.words)
                yield from _labelled("denied state", question.id, known.name, known.denies)
            yield from _labelled("about", question.id, "", self.about(question))
        yield from self._cue_labels(question)
        if question.kind in (QuestionKind.YES_NO, QuestionKind.STATEMENT) and not (self._use_cues and question.cues):
            yield from _labelled("asked", question.id, "", self._with_synonyms(asked_words(question, self.watch)))
        if question.kind is QuestionKind.YES_NO and not (self._use_cues and question.cues):
            yield from _labelled("asked", question.id, "", _BELONGING)
        if question.kind is QuestionKind.QUANTITY and question.role not in ("", "total", "none"):
            yield from _labelled("asked", question.id, "", self._with_synonyms(asked_words(question, None)))
        if question.of:
            yield from _labelled("of", question.id, "", self._with_synonyms(question.of) if question.unit else question.of)
        for role in (question.role,) if question.role else ():
            yield from _labelled("role", question.id, role, vocabulary.roles.get(f"{question.kind}.{role}", ()))
        if question.kind is QuestionKind.QUANTITY and question.role == "total":
            for role in ("leaves", "stays", "arrives", "dead", "injured", "missing"):
                yield from _labelled("other role", question.id, role, vocabulary.roles.get(f"quantity.{role}", ()))
        silence = {QuestionKind.DATE: "date", QuestionKind.QUANTITY: "quantity"}.get(question.kind, "")
        yield from _labelled("silence", question.id, "", vocabulary.silence.get(silence, ()))


def _declaration(watch: Watch) -> str:
    """All that the analyst wrote of the watch: a name in it belongs to the story, whatever article it heads."""
    asked = (" ".join((question.asks, *question.subject, *question.who, *question.where)) for question in watch.questions)
    return " , ".join((watch.title, watch.description, *watch.subject, *asked))


def _read(reading: Reading) -> list[Statement]:
    return [statement for statement in reading.statements if statement.words]


def _labelled(use: str, question: str, detail: str, phrases: Iterable[str]) -> Iterator[tuple[Label, str]]:
    for phrase in phrases:
        yield (use, question, detail), phrase


def _forms(phrase: str) -> Iterator[str]:
    """A cue, and the same with room for what may stand between: "start the fire" -> "start the * fire", "take away" -> "take * away"."""
    yield phrase
    words = phrase.split()
    if len(words) == 2 and words[1] in ("away", "off", "back", "down", "up", "out") and words[0] not in ("go", "come", "leave", "left"):
        yield f"{words[0]} * {words[1]}"
    if len(words) == 2 and words[1] == "in" and words[0] in ("let", "bring", "take", "allow", "send"):
        yield from (f"{words[0]} * in", f"{words[0]} * into")
    for at, word in enumerate(words[1:-1], start=1):
        if word in ("the", "a", "an", "its", "his", "her", "their"):
            yield " ".join((*words[: at + 1], "*", *words[at + 1 :]))


def _by_use(found: Iterable[PhraseHit]) -> dict[str, tuple[Hit, ...]]:
    grouped: dict[str, list[Hit]] = defaultdict(list)
    for hit in found:
        use, question, detail = hit.label
        own = use in ("own state", "cue")
        use = "state" if use == "own state" else use
        grouped[use].append(Hit(use=use, question=question, detail=detail, at=hit.start, upto=hit.end, phrase=hit.phrase, own=own))
    return {use: tuple(hits) for use, hits in grouped.items()}


def _things(question: Question, watch: Watch, vocabulary: Vocabulary) -> Iterator[str]:
    """Lemmas of what the question counts, with the kinds of it that the vocabulary knows, but for those that another question counts."""
    ours = {stem(phrase) for phrase in question.of}
    others = {stem(phrase) for other in watch.questions for phrase in other.of} - ours
    yield from (thing for thing in _all_things(question, vocabulary) if stem(thing) not in others)


def _all_things(question: Question, vocabulary: Vocabulary) -> Iterator[str]:
    for phrase in question.of:
        if len(phrase.split()) > 1:
            continue  # "air force" is found as a phrase; "force" alone is something else
        word = phrase.lower()
        for name in {word, word.removesuffix("s"), word.removesuffix("es")}:
            yield name
            yield from vocabulary.things.get(name, ())
