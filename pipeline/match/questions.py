"""Statements -> claims: which question of the watch does a sentence answer, and with what?

Question first: a sentence is scored against every question by its words, units, roles and dates; the two best stay, and
a doubtful one is tentative. What each part is worth was calibrated on the labelled stories (docs/quality.md).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.language.phrases import stem
from pipeline.match.places import PRONOUNS, Place, sentences_on, speaks_of_figure
from pipeline.match.readers import read_answer
from pipeline.match.standing import Found, head_word, tells_of_change
from pipeline.match.watching import WatchIndex
from pipeline.model import Answer, ArticleVersion, Certainty, Claim, Interval
from pipeline.statements import Reading, Statement
from pipeline.watches import Question, QuestionKind

# A sentence below this answers no question; below FIRM it is only tentative. Calibrated on seeds/ (make eval).
POSSIBLE, FIRM = 0.45, 0.6
# What the question's own words are worth where two questions want the same number or date. Calibrated on seeds/ (make eval).
PROFILE, MOST_WORDS = 0.1, 3.0
# A doubtful answer is kept only as the first or second of a sentence, a firm one up to the fourth.
MAX_QUESTIONS, MOST_QUESTIONS = 2, 4
# What an answer is worth whose question's own subject was named in the sentence before, not in its own. Calibrated on seeds/.
CARRIED = 0.95
# A denial right behind what it denies. Calibrated on seeds/ (make eval).
DENIED_BEFORE = 0.65
_OUR_REPORT = re.compile(r"(?i)\b(?:our|we|us|this (?:news)?paper|this site|(?:an )?earlier version|the (?:article|report|story))\b")
_ASKING = re.compile(r"\?[\"”’')\]\s]*$")
# Characters between the two at most: about two sentences.
NEAR_ENOUGH = 240
# Words by which a sentence takes up what the one before has told.
_TAKING_UP = PRONOUNS | frozenset(
    "claim report number figure story allegation rumour rumor account suggestion assertion accusation count paper findings plan charge "
    "talk so".split()
)


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
    said: tuple[Claim, ...] = ()
    for place in sentences_on(reading, index):
        if place.hits.get("not"):
            continue
        found = tuple(_claims_of(place, stored, index))
        if not found and said and place.statement.start - said[0].end < NEAR_ENOUGH:
            answered = _denial_of(said[0], place, stored, index)
            found = (answered,) if answered is not None else ()
        claims.extend(found)
        said = found or said
    return _without_wrong_figures(tuple(claims))


def _without_wrong_figures(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """A correction tells first what was wrong ("our report gave the number as 24"), then what is right: the first is no answer."""

    def is_replaced(claim: Claim, later: Claim) -> bool:
        near = later.correction and later.question == claim.question and 0 <= later.start - claim.end < NEAR_ENOUGH
        return near and later.answer.value not in (None, claim.answer.value)

    return tuple(
        claim
        for at, claim in enumerate(claims)
        if not (claim.correction and _OUR_REPORT.search(claim.sentence) and any(is_replaced(claim, later) for later in claims[at + 1 :]))
    )


def _denial_of(said: Claim, place: Place, stored: ArticleVersion, index: WatchIndex) -> Claim | None:
    """ "The coast guard flatly denied that", right behind what somebody else had said: a denial of it, with no answer of its own."""
    statement = place.statement
    denying = any(head_word(statement, hit).dep not in ("amod", "compound") for hit in place.hits.get("denying", ()))
    if not denying or not statement.voice.attributed or said.voice.institution == statement.voice.institution or said.denial:
        return None
    if not any(word.text.lower() in _TAKING_UP or word.lemma.lower() in _TAKING_UP for word in statement.words):
        return None
    question = next(item for item in index.watch.questions if item.id == said.question)
    answer = Answer(type=said.answer.type, text="denied")
    if question.kind in (QuestionKind.YES_NO, QuestionKind.STATEMENT):
        answer = Answer(type=said.answer.type, text="no", value="no", bound="exact")
    found = Found(answer=answer, certainty=Certainty.DENIED, score=DENIED_BEFORE, denies=True)
    return _claim(statement, question, found, DENIED_BEFORE, stored, index)


def weigh(place: Place, index: WatchIndex) -> Iterator[Weighed]:
    """Every answer that the sentence could give to the questions of the watch; for a question that it cannot answer, why not."""
    for question in index.watch.questions:
        unfit = _unfit(question, place, index)
        if unfit:
            yield Weighed(question=question, unfit=unfit)
            continue
        named = _names_subject(question, place, index)
        near = (0.4 + 0.6 * place.nearness) * (1.0 if named else CARRIED)
        for found in read_answer(question, place.statement, place.hits, index):
            if not named and not _stands_in_for(place.statement, found):
                continue
            yield Weighed(question=question, score=found.score * near, found=found)


def _claims_of(place: Place, stored: ArticleVersion, index: WatchIndex) -> Iterator[Claim]:
    if _ASKING.search(place.statement.sentence):
        return
    scored = [(item.score, item.question, item.found) for item in weigh(place, index) if item.found is not None and item.score >= POSSIBLE]
    stems = frozenset(stem(word.lemma) for word in place.statement.words) if scored else frozenset()
    if any(not item[2].fallback for item in scored):
        firm = {item[1].kind for item in scored if not item[2].fallback}
        scored = [item for item in scored if not item[2].fallback or (item[1].kind is QuestionKind.YES_NO and item[1].kind not in firm)]
    if scored and all(found.fallback for _, _, found in scored):
        scored = _nearest_denied(scored, place)
    scored.sort(key=lambda item: -item[0] - _own_words(item[1], stems, index))
    reported = any(question.kind is QuestionKind.STATUS and score >= FIRM for score, question, _ in scored)
    asked: list[str] = []
    taken: set[tuple[QuestionKind, int]] = set()
    for score, question, found in scored:
        # A number, a date or a word for a state answers one question: the one that it fits best.
        if found.at >= 0 and (question.kind, found.at) in taken and not question.many:
            continue
        if question.id not in asked and len(asked) >= (MOST_QUESTIONS if score >= FIRM else MAX_QUESTIONS):
            continue
        if question.id in asked and not question.many:
            continue
        asked.append(question.id)
        taken.add((question.kind, found.at))
        # That a promised day has come true is no news of its own where the same sentence tells the step.
        told = reported and question.kind is QuestionKind.DATE and found.event
        yield _claim(place.statement, question, replace(found, passing=True) if told else found, score, stored, index)


def _nearest_denied(scored: list[tuple[float, Question, Found]], place: Place) -> list[tuple[float, Question, Found]]:
    """ "Denied that it had broken the truce by firing near Tessim" denies what it names first, not whatever else it names."""

    def first(question: Question) -> int:
        return min((hit.at for hit in place.hits.get("own subject", ()) if hit.question == question.id), default=0)

    nearest = min(first(question) for _, question, _ in scored)
    return [item for item in scored if first(item[1]) == nearest]


def _stands_in_for(statement: Statement, found: Found) -> bool:
    """True if an answer whose subject was named before stands in a clause whose own subject is a pronoun or a figure, or is missing."""
    if found.at < 0 or speaks_of_figure(statement):
        return True
    clause = statement.words[found.at].clause
    subjects = [word for word in statement.words if word.clause == clause and word.dep in ("nsubj", "nsubjpass")]
    return not subjects or any(word.text.lower() in PRONOUNS or word.tag == "CD" for word in subjects)


def _own_words(question: Question, stems: frozenset[str], index: WatchIndex) -> float:
    """What the question's own words add in a contest; open statements have no answer to contest."""
    if question.kind is QuestionKind.STATEMENT:
        return 0.0
    return PROFILE * min(index.profiles.fit(question.id, stems), MOST_WORDS)


def _names_subject(question: Question, place: Place, index: WatchIndex) -> bool:
    """True if the sentence has a word of the question's own subject, or speaks of or for a body that is that subject ("its operator")."""
    if not question.subject or any(hit.question == question.id for hit in place.hits.get("own subject", ())):
        return True
    if question.kind is QuestionKind.DATE and any(hit.question == question.id and hit.own for hit in place.hits.get("cue", ())):
        return True  # the analyst's own word for it: "we now intend to publish on the 26th"
    bodies = index.subject_bodies(question)
    return bool(bodies & (place.generic | {place.statement.voice.institution}))


def _unfit(question: Question, place: Place, index: WatchIndex) -> str:
    """Why the question's own look-alikes, subject, place or actor keep the sentence out; "" if they do not."""
    statement, hits = place.statement, place.hits
    if any(hit.question == question.id for hit in hits.get("own not", ())):
        return "has one of the question's look-alikes"
    named = _names_subject(question, place, index)
    if not named and question.id not in place.topics:
        return "has no word of the question's own subject"
    named_places = frozenset(name.name for name in statement.names if name.kind == "place")
    if question.where and not any(
        index.names.same_place(name, where) for name in named_places or (place.setting | place.headed) for where in question.where
    ):
        return f"names no place in {' or '.join(question.where)}"
    if question.who:
        wanted = {index.names.canonical(who) for who in question.who}
        about = place.generic | {name.name for name in statement.names} | {statement.voice.speaker, statement.voice.institution}
        if not about & wanted and not {index.names.institution(name) for name in about} & wanted:
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
        passing=found.passing,
        moved=tells_of_change(statement, found.at),
        part=found.part,
        denial=_denies(found, statement) if found.denies is None else found.denies,
        affirmed=found.affirmed,
        correction=statement.retraction,
        tentative=score < FIRM,
    )


def _effective(found: Found, statement: Statement) -> Interval | None:
    if found.answer.when is not None:
        return found.answer.when
    return statement.dates[0].when if statement.dates else None


def _denies(found: Found, statement: Statement) -> bool:
    """True if the sentence denies what it speaks of ("denied that ...", "no ... is planned"); an outlet's own words deny nothing."""
    if not statement.voice.attributed:
        return False
    negated = found.answer.type == "yes-no" and found.answer.value == "no" and _says_no(statement)
    spoken = statement.denial and found.answer.type in ("statement", "yes-no")
    return spoken or found.certainty is Certainty.DENIED or negated


def _says_no(statement: Statement) -> bool:
    """ "No storming is planned", "there were no plans to close it": a flat no, in the main clause of what is said."""
    there = any(word.dep == "expl" for word in statement.words)
    return any(
        word.text.lower() == "no"
        and word.dep == "det"
        and (statement.words[word.head].dep.startswith("nsubj") or (there and statement.words[word.head].dep == "attr"))
        for word in statement.words
    )
