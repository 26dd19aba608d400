"""Open statements: what plainly concerns a watch and no question caught; and which stored statement says the same.

A statement says the same as another if their words agree in any order, one is not merely part of the other, and they differ in
no number, date or negation: a copy with one changed number is another statement.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from rapidfuzz import fuzz, process, utils

from pipeline.language.phrases import stem
from pipeline.match.places import sentences_on
from pipeline.match.watching import WatchIndex
from pipeline.model import ArticleVersion, Claim, digest
from pipeline.statements import ClauseClaim, OpenStatement, QuestionKey, Reading, Statement

# From this likeness (0 to 100, the mean of both token ratios) two statements say the same.
ALIKE = 80.0
_TELLING = ("NN", "VB", "JJ", "CD")


class Candidate(Protocol):
    """A stored statement, as the store gives it."""

    @property
    def mark(self) -> str:
        """The mark of the first statement that says so."""

    @property
    def watch(self) -> str:
        """The watch it is on."""

    @property
    def sentence(self) -> str:
        """Its words."""

    @property
    def facts(self) -> str:
        """Its numbers, dates and negations."""


class Maker(Protocol):
    """What makes the claims of a statement's clauses (pipeline.extract.claims)."""

    def claims_of(self, statement: Statement) -> tuple[ClauseClaim, ...]:
        """The claims of one sentence."""


@dataclass(frozen=True, slots=True)
class OpenStatements:
    """Finds the open statements of an article on one watch after the other."""

    maker: Maker

    def find(self, reading: Reading, stored: ArticleVersion, index: WatchIndex, claims: Iterable[Claim]) -> Iterator[OpenStatement]:
        """The sentences that name the watch's subject and make a claim, but answer no question.

        Args:
            reading: The analysed article.
            stored: The same as stored.
            index: The watch.
            claims: What its questions caught, of this article.
        """
        if not index.concerns(reading):
            return
        caught = {(claim.start, claim.end) for claim in claims}
        for place in sentences_on(reading, index):
            statement = place.statement
            if place.nearness < 1.0 or place.hits.get("not") or (statement.start, statement.end) in caught:
                continue
            clauses = self.maker.claims_of(statement)
            if clauses:
                yield _open(statement, clauses, stored, index.watch.id)


def settle(new: Sequence[OpenStatement], candidates: Sequence[Sequence[Candidate]]) -> tuple[OpenStatement, ...]:
    """The new statements, each with the stored one that says the same; all pairs of the batch are compared in one call."""
    pairs = [
        (number, candidate)
        for number, item in enumerate(new)
        for candidate in candidates[number]
        if candidate.watch == item.watch and candidate.facts == item.facts
    ]
    best: dict[int, tuple[float, str]] = {}
    scores = likeness([new[number].sentence for number, _ in pairs], [candidate.sentence for _, candidate in pairs])
    for (number, candidate), score in zip(pairs, scores, strict=True):
        if score >= ALIKE and score > best.get(number, (0.0, ""))[0]:
            best[number] = score, candidate.mark
    return tuple(
        replace(item, original=best[number][1], score=best[number][0]) if number in best else item for number, item in enumerate(new)
    )


def likeness(ours: Sequence[str], theirs: Sequence[str]) -> list[float]:
    """How alike the sentences of each pair are, 0 to 100. Never the token set alone: it gives 100 for a sentence and a part of it."""
    if not ours:
        return []
    whole, words = (
        process.cpdist(ours, theirs, scorer=scorer, processor=utils.default_process)
        for scorer in (fuzz.token_set_ratio, fuzz.token_sort_ratio)
    )
    return [round((float(one) + float(other)) / 2, 2) for one, other in zip(whole, words, strict=True)]


def keys_of(statement: Statement, clauses: Sequence[ClauseClaim]) -> tuple[str, ...]:
    """What a statement is looked up by: names, predicates with what is asked of them, what is counted, and its telling words."""
    found: dict[str, None] = {}
    for clause in clauses:
        for key in (clause.key, *clause.also):
            found.update(dict.fromkeys(_keys_of_question(key)))
    found.update(dict.fromkeys(f"e:{name.name}" for name in statement.names))
    telling = [word.lemma for word in statement.words if word.tag.startswith(_TELLING) and len(word.lemma) > 2]
    found.update(dict.fromkeys(f"w:{stem(lemma)}" for lemma in telling))
    return tuple(found)


def _keys_of_question(key: QuestionKey) -> Iterator[str]:
    yield f"p:{key.predicate}"
    yield f"r:{key.predicate}/{key.role}"
    for entity in key.entities:
        yield f"e:{entity}"
        # Who did what: rarer than both alone.
        yield f"x:{key.predicate}/{entity}"
    if key.place:
        yield f"e:{key.place}"
    if key.scope:
        yield f"s:{key.predicate}/{key.scope}"


def _open(statement: Statement, clauses: Sequence[ClauseClaim], stored: ArticleVersion, watch: str) -> OpenStatement:
    article = stored.article
    place = (watch, article.url, str(stored.version), str(statement.start), str(statement.end))
    return OpenStatement(
        mark=digest("statement/1", *place),
        watch=watch,
        url=article.url,
        version=stored.version,
        start=statement.start,
        end=statement.end,
        sentence=statement.sentence,
        voice=statement.voice,
        said_at=statement.said_at,
        seen_at=article.seen_at,
        certainty=clauses[0].certainty,
        keys=keys_of(statement, clauses),
        facts=_facts(statement, clauses),
    )


def _facts(statement: Statement, clauses: Sequence[ClauseClaim]) -> str:
    numbers = sorted(set(re.findall(r"\d[\d.,:]*\d|\d", statement.sentence)))
    amounts = sorted({f"{item.low}-{item.high}" for item in statement.quantities})
    negated = ["not"] * sum(not clause.polarity for clause in clauses)
    return " ".join((*numbers, *amounts, *negated))
