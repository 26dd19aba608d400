"""Statement -> ClauseClaims: every clause that says something, with the slots of that clause and not of its sentence."""

from collections.abc import Iterator, Sequence

from pipeline.extract.episodes import count_window, counted_episode, day_of
from pipeline.extract.predication import Predication, Tree, predication
from pipeline.language.phrases import Phrases, PhraseToken
from pipeline.language.reserve import is_reserve
from pipeline.language.vocabulary import Vocabulary
from pipeline.model import Certainty, Voice
from pipeline.statements import AttributionMention, ClauseClaim, DateMention, NameMention, QuantityMention, QuestionKey, Statement

_ROLES = {"from": "start", "since": "start", "not before": "start", "by": "deadline", "before": "deadline", "until": "end"}
_BY_ASPECT = {"begun": "start", "completed": "end", "stopped": "end", "resumed": "start"}
_WHERE = frozenset("in at near on from to into inside outside around across over towards toward off".split())
_THINGS = frozenset(("NN", "NNS", "NNP", "NNPS", "CD", "VBG"))
_FRAMES = ("ccomp", "xcomp")
# What has only been said of an earlier time changes level; a day does not make it another question.
_LEVELS = frozenset(("rise", "fall", "reach", "raise", "cut"))
_READ_ROLES = frozenset(("body", "correction"))


class ClaimMaker:
    """Makes the claims of one statement after the other; keeps nothing between them. `vocabulary` holds all word lists."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._predicates, self._speech, self._private = vocabulary.predicates, vocabulary.speech, vocabulary.sayings.private
        self._phrases = Phrases(
            (use, phrase)
            for use, phrases in (("constancy", vocabulary.constancy), ("background", vocabulary.background))
            for phrase in phrases
        )

    def claims_of(self, statement: Statement) -> tuple[ClauseClaim, ...]:
        """The claims of one sentence, in the order of their clauses; none for a question, or outside body and corrections.

        Offsets of the claims point into the article's text, word indexes of their predicates into `statement.words`.
        """
        words = statement.words
        if statement.role not in _READ_ROLES or not words or statement.sentence.rstrip("\"”’') ").endswith("?"):
            return ()
        tree = Tree(words, self._predicates)
        found = [
            (root, said)
            for root in sorted(tree.members)
            if not self._is_frame(tree, root, statement) and (said := predication(tree, root, self._predicates)) is not None
        ]
        if not found:
            return ()
        marks = [(hit.label, hit.start) for hit in self._phrases.find([PhraseToken(word.text, word.lemma) for word in words])]
        return tuple(
            claim for root, said in found if (claim := self._claim(statement, tree, root, said, marks)) is not None
        )

    def _is_frame(self, tree: Tree, root: int, statement: Statement) -> bool:
        """True for a clause that only says who speaks, orders or expects: what it governs is the claim."""
        word = tree.words[root]
        cue = _cue_at(statement, word.start)
        if cue is not None:
            return _has_clause(tree, statement, cue, root)
        governs = any(
            tree.words[kid].dep in _FRAMES and kid in tree.members and tree.words[kid].tag.startswith("VB") for kid in tree.children[root]
        )
        lemma = word.lemma.lower()
        if governs and lemma not in self._predicates.aspects:
            return True
        objects = tree.child(root, "dobj") >= 0
        return lemma in self._speech and ((lemma == statement.voice.cue and not objects) or word.dep == "parataxis")

    def _claim(
        self, statement: Statement, tree: Tree, root: int, said: Predication, marks: Sequence[tuple[str, int]]
    ) -> ClauseClaim | None:
        words, members = statement.words, set(tree.members[root])
        dates = tuple(item for item in statement.dates if item.at in members)
        durations = tuple(item for item in statement.durations if item.at in members)
        quantities = tuple(item for item in statement.quantities if item.at in members)
        names = tuple(item for item in statement.names if item.at in members)
        voice = self._voice(statement, words[said.at].start)
        if not (said.known or dates or quantities or durations or names) and not self._says_something(tree, root, said, voice):
            return None
        places = tuple(name for name in names if name.kind == "place" and _is_where(statement, name))
        bearer = words[said.at]
        start, end = _span(statement, tree.members[root])
        entities = _entities(statement, tree, root, names, places)
        key, *others = self._keys(statement, tree, root, said, entities, places, dates, quantities)
        return ClauseClaim(
            start=start,
            end=end,
            text=statement.sentence[start - statement.start : end - statement.start],
            voice=voice,
            said_at=statement.said_at,
            certainty=bearer.certainty,
            polarity=not (bearer.negated or bearer.certainty is Certainty.DENIED),
            predicate=said.mention,
            key=key,
            also=tuple(others),
            dates=dates,
            durations=durations,
            quantities=quantities,
            places=places,
            hedges=tuple(words[index].text for index in sorted(members) if words[index].text.lower() in self._predicates.soften),
            affirmed=any(label == "constancy" and at in members for label, at in marks),
            background=bearer.tense == "pluperfect" or any(label == "background" and at in members for label, at in marks),
        )

    def _voice(self, statement: Statement, at: int) -> Voice:
        """Who says what stands at an offset: the narrowest attribution around it that is no mere thought, else the outlet.

        Who orders, rejects or promises something says so himself; where a source passes that on, it is the source's word.
        """
        if not statement.attributions:
            return statement.voice
        around = [
            (end - start, number)
            for number, item in enumerate(statement.attributions)
            for start, end in item.content
            if start <= at < end and item.force not in self._private
        ]
        own = _cue_at(statement, at)
        if own is not None and own.force not in self._private and (not around or own.voice.speaker == statement.voice.speaker):
            return statement.voice if own.voice.speaker == statement.voice.speaker else own.voice
        if around:
            return statement.attributions[min(around)[1]].voice
        publisher = statement.voice.publisher
        return Voice(speaker=publisher, institution=publisher, carrier="", publisher=publisher, attributed=False)

    def _says_something(self, tree: Tree, root: int, said: Predication, voice: Voice) -> bool:
        """What somebody is quoted with is a claim of his; else the clause must be about a thing, and no part of another."""
        if voice.attributed:
            return said.theme >= 0
        subject = tree.subject(root, tree.main_verb(root))
        return subject >= 0 and tree.words[subject].tag in _THINGS and tree.words[root].dep in ("ROOT", "conj", "ccomp", "parataxis")

    def _keys(
        self,
        statement: Statement,
        tree: Tree,
        root: int,
        said: Predication,
        entities: tuple[str, ...],
        places: tuple[NameMention, ...],
        dates: tuple[DateMention, ...],
        quantities: tuple[QuantityMention, ...],
    ) -> Iterator[QuestionKey]:
        """The questions that the clause answers, the most specific first: how many, when, in what state or whether, where."""
        place = places[0].name if places else ""
        counted = counted_episode(statement.words, tree.members[root], self._predicates)
        scope = _scope(statement, said)
        for quantity in quantities:
            day = "" if said.mention.group in _LEVELS or said.lasting else day_of(dates)
            episode = "; ".join(part for part in (counted, count_window(quantity), day) if part)
            thing = quantity.things[0] if quantity.things else quantity.unit
            yield QuestionKey(entities=entities, predicate=said.axis, role="quantity", place=place, scope=thing, episode=episode)
        for date in dates:
            role = _ROLES.get(date.relation) or _BY_ASPECT.get(said.mention.aspect, "date")
            reserve = "reserve" if is_reserve(statement, date) else ""
            episode = "; ".join(part for part in (counted, reserve) if part)
            yield QuestionKey(entities=entities, predicate=said.axis, role=role, place=place, scope=scope, episode=episode)
        role = "state" if said.lasting or said.mention.aspect else "whether"
        yield QuestionKey(entities=entities, predicate=said.axis, role=role, place=place, scope=scope, episode=counted)
        if place:
            yield QuestionKey(entities=entities, predicate=said.axis, role="place", scope=scope, episode=counted)


def _span(statement: Statement, members: Sequence[int]) -> tuple[int, int]:
    """From the first to the last word of a clause, without the conjunction or the comma at its edges."""
    kept = [statement.words[index] for index in members if statement.words[index].dep not in ("cc", "punct", "mark")]
    return min(word.start for word in kept), max(word.end for word in kept)


def _cue_at(statement: Statement, at: int) -> AttributionMention | None:
    """The act of saying whose cue stands at an offset."""
    return next((item for item in statement.attributions if item.cue is not None and item.cue[0] <= at < item.cue[1]), None)


def _has_clause(tree: Tree, statement: Statement, cue: AttributionMention, root: int) -> bool:
    """True if what is said is a clause of its own ("ordered the crew to leave"), false if a thing ("ordered a recount")."""
    verbs = [statement.words[other].start for other in tree.members if other != root and statement.words[other].tag.startswith("VB")]
    return any(start <= verb < end for verb in verbs for start, end in cue.content)


def _entities(
    statement: Statement, tree: Tree, root: int, names: tuple[NameMention, ...], places: tuple[NameMention, ...]
) -> tuple[str, ...]:
    """Canonical names in the clause that are no mere place of it, with those of a subject that stands in another clause."""
    found = {name.name for name in names if name not in places}
    subject = tree.subject(root, tree.main_verb(root))
    found.update(name.name for name in statement.names if name.at <= subject < name.upto)
    return tuple(sorted(found))


def _scope(statement: Statement, said: Predication) -> str:
    """The lemma of the common noun that the predicate is about ("bridge"), with the nouns before it; "" for a name."""
    if said.theme < 0 or statement.words[said.theme].tag not in ("NN", "NNS"):
        return ""
    before = [
        word.lemma.lower()
        for word in statement.words[max(0, said.theme - 3) : said.theme]
        if word.head == said.theme and word.dep == "compound" and word.tag in ("NN", "NNS")
    ]
    return " ".join((*before, statement.words[said.theme].lemma.lower()))


def _is_where(statement: Statement, name: NameMention) -> bool:
    """ "In Oslo", "from the North Harbour": a preposition of place governs the name."""
    index = name.upto - 1
    for _ in range(4):
        word = statement.words[index]
        if word.dep == "pobj":
            return statement.words[word.head].text.lower() in _WHERE
        if not name.at <= word.head < name.upto and word.dep not in ("appos", "conj", "compound"):
            return False
        index = word.head
    return False
