"""Statements -> claims: which question of the watch does a sentence answer, and with what?

Question first: a sentence is scored against every question by its words, units, roles and dates; the two best stay, and
a doubtful one is tentative. What each part is worth was calibrated on the labelled stories (docs/quality.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.language.phrases import stem
from pipeline.match.readers import read_answer
from pipeline.match.standing import Found, Hits
from pipeline.match.watching import WatchIndex
from pipeline.model import ArticleVersion, Certainty, Claim, Interval
from pipeline.statements import Reading, Statement
from pipeline.watches import Question, QuestionKind

# A sentence below this answers no question; below FIRM it is only tentative. Calibrated on seeds/ (make eval).
POSSIBLE, FIRM = 0.45, 0.6
# What the question's own words are worth where two questions want the same number or date. Calibrated on seeds/ (make eval).
PROFILE, MOST_WORDS = 0.1, 3.0
MAX_QUESTIONS = 2
_PRONOUNS = frozenset(("it", "they", "this", "that", "these", "he", "she"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A sentence of an article that may be on the watch, with its hits and those of the sentence `previous` to it.

    `nearness` is how close it is to the watch's subject: 1.0 it names it, 0.75 its paragraph does, 0.6 the headline does,
    else 0.4. `generic` are the bodies that it means by "the company" and the like.
    """

    statement: Statement
    hits: Hits
    previous: Hits
    nearness: float
    generic: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What a sentence is worth as an answer to one question: `score` 0 to 1, and the answer; or None and why it is none."""

    question: Question
    score: float = 0.0
    found: Found | None = None
    unfit: str = ""


def find_claims(reading: Reading, stored: ArticleVersion, index: WatchIndex) -> tuple[Claim, ...]:
    """All claims of one article on one watch, in order of their sentences.

    Args:
        reading: The analysed article.
        stored: The same article as stored (url, version, times).
        index: The compiled watch.
    """
    if not index.concerns(reading):
        return ()
    claims: list[Claim] = []
    for place in sentences_on(reading, index):
        if not place.hits.get("not"):
            claims.extend(_claims_of(place, stored, index))
    return tuple(claims)


def sentences_on(reading: Reading, index: WatchIndex) -> Iterator[Place]:
    """The sentences of an article that may be on the watch, with their hits; none if nothing in it names the subject."""
    about = {number: _has_subject(index, reading, number) for number in {item.paragraph for item in reading.statements}}
    headline = bool(index.hits_of_text(reading.title, "subject"))
    if not headline and not any(about.values()):
        return
    previous: Hits = {}
    generic = index.generic(reading) if any(question.who for question in index.watch.questions) else {}
    for number, statement in enumerate(reading.statements):
        if statement.role not in ("body", "correction") or not statement.words:
            continue
        hits = index.hits(statement)
        nearness = 1.0 if hits.get("subject") else 0.75 if about[statement.paragraph] else 0.6 if headline else 0.4
        if statement.role == "correction":
            nearness = max(nearness, 0.75)  # a correction note speaks of what the outlet wrote on the subject
        yield Place(
            statement=statement,
            hits=_without_ignored(hits),
            previous=previous,
            nearness=nearness,
            generic=generic.get(number, frozenset()),
        )
        previous = hits


def _has_subject(index: WatchIndex, reading: Reading, paragraph: int) -> bool:
    return any(
        index.hits(statement).get("subject") for statement in reading.statements if statement.paragraph == paragraph and statement.words
    )


def _without_ignored(hits: Hits) -> Hits:
    ignored = hits.get("ignore", ())
    if not ignored:
        return hits
    return {
        use: tuple(hit for hit in found if use == "not" or not any(hit.at < skip.upto and skip.at < hit.upto for skip in ignored))
        for use, found in hits.items()
    }


def weigh(place: Place, index: WatchIndex) -> Iterator[Weighed]:
    """Every answer that the sentence could give to the questions of the watch; for a question that it cannot answer, why not."""
    for question in index.watch.questions:
        unfit = _unfit(question, place, index)
        if unfit:
            yield Weighed(question=question, unfit=unfit)
            continue
        for found in read_answer(question, place.statement, place.hits, index):
            yield Weighed(question=question, score=found.score * (0.4 + 0.6 * place.nearness), found=found)


def _claims_of(place: Place, stored: ArticleVersion, index: WatchIndex) -> Iterator[Claim]:
    scored = [(item.score, item.question, item.found) for item in weigh(place, index) if item.found is not None and item.score >= POSSIBLE]
    stems = frozenset(stem(word.lemma) for word in place.statement.words) if scored else frozenset()
    scored.sort(key=lambda item: -item[0] - _own_words(item[1], stems, index))
    asked: list[str] = []
    taken: set[tuple[QuestionKind, int]] = set()
    for score, question, found in scored:
        # A number or a date answers one question: the one that it fits best.
        if found.at >= 0 and (question.kind, found.at) in taken and not question.many:
            continue
        taken.add((question.kind, found.at))
        if question.id not in asked and len(asked) >= MAX_QUESTIONS:
            continue
        if question.id in asked and not question.many:
            continue
        asked.append(question.id)
        yield _claim(place.statement, question, found, score, stored, index)


def _own_words(question: Question, stems: frozenset[str], index: WatchIndex) -> float:
    """What the question's own words add in a contest; open statements have no answer to contest."""
    if question.kind is QuestionKind.STATEMENT:
        return 0.0
    return PROFILE * min(index.profiles.fit(question.id, stems), MOST_WORDS)


def _unfit(question: Question, place: Place, index: WatchIndex) -> str:
    """Why the question's own look-alikes, subject, place or actor keep the sentence out; "" if they do not."""
    statement, hits = place.statement, place.hits
    if any(hit.question == question.id for hit in hits.get("own not", ())):
        return "has one of the question's look-alikes"
    if question.subject and not any(hit.question == question.id for hit in hits.get("own subject", ())):
        refers = any(word.text.lower() in _PRONOUNS for word in statement.words[:3]) and any(
            hit.question == question.id for hit in place.previous.get("own subject", ())
        )
        if not refers:
            return "has no word of the question's own subject"
    if question.where and not any(index.names.same_place(name.name, where) for name in statement.names for where in question.where):
        return f"names no place in {' or '.join(question.where)}"
    if question.who:
        wanted = {index.names.canonical(who) for who in question.who}
        named = place.generic | {name.name for name in statement.names} | {statement.voice.speaker, statement.voice.institution}
        if not named & wanted and not {index.names.institution(name) for name in named} & wanted:
            return f"is not about {' or '.join(question.who)}"
    return ""


def _claim(statement: Statement, question: Question, found: Found, score: float, stored: ArticleVersion, index: WatchIndex) -> Claim:
    article = stored.article
    window = ""
    if question.kind is QuestionKind.QUANTITY:
        window = "period" if found.per else "total"
    return Claim(
        url=article.url,
        version=stored.version,
        published=article.published,
        seen_at=article.seen_at,
        watch=index.watch.id,
        question=question.id,
        start=statement.start,
        end=statement.end,
        sentence=statement.sentence,
        voice=statement.voice,
        said_at=statement.said_at,
        certainty=found.certainty,
        answer=found.answer,
        effective=_effective(found, statement),
        episode=found.episode,
        window=window,
        background=found.background,
        affirmed=found.affirmed,
        correction=statement.retraction,
        tentative=score < FIRM,
    )


def _effective(found: Found, statement: Statement) -> Interval | None:
    if found.answer.when is not None:
        return found.answer.when
    return statement.dates[0].when if statement.dates else None


def denies(claim: Claim, statement: Statement) -> bool:
    """True if the claim's sentence denies what it speaks of ("denied that ...", "no ... is planned")."""
    negated = claim.answer.type == "yes-no" and claim.answer.value == "no" and claim.voice.attributed and _says_no(statement)
    return statement.denial or claim.certainty is Certainty.DENIED or negated


def _says_no(statement: Statement) -> bool:
    """ "No storming is planned", "there will be no vote": a flat no, in the main clause of what is said."""
    return any(
        word.text.lower() == "no" and word.dep == "det" and statement.words[word.head].dep.startswith("nsubj") for word in statement.words
    )
