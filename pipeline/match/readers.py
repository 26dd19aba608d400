"""One reader per kind of question: what answer, if any, does this sentence give?"""

from collections.abc import Iterator

from pipeline.match.counted import read_quantities
from pipeline.match.dated import read_dates, read_durations
from pipeline.match.standing import (
    Found,
    Hits,
    brings_negation,
    head_word,
    in_side_clause,
    is_asserted,
    is_dated_back,
    is_history,
    is_unchanged,
    looks_back,
    near_subject,
    recaps,
)
from pipeline.match.untrue import called_false, denies_outright, denies_what_was_said, gives_way, rejects_report
from pipeline.match.watching import Hit, WatchIndex
from pipeline.model import Answer, Certainty
from pipeline.statements import GIVES_WAY, Statement, Word
from pipeline.watches import Question, QuestionKind

# What an answer is worth that rests on a word of the question itself, without cues. Calibrated on seeds/ without cues.
ASKED = 0.62
# What is said to be given up may be any of the sentence's topics. Not calibrated: a dozen examples in all of seeds/.
GIVING_WAY = 0.7
# States in which a course begins: plans, which never undo a later state.
INITIAL_STATES = frozenset(("announced", "ordered", "scheduled", "proposed", "filed", "made", "threatened", "advised", "called"))


def read_answer(question: Question, statement: Statement, hits: Hits, index: WatchIndex) -> Iterator[Found]:
    """The answers a sentence gives to a question, best first; none if it gives none.

    Args:
        question: The question asked.
        statement: The sentence.
        hits: Its phrase hits (`WatchIndex.hits`).
        index: The compiled watch.
    """
    own = {use: tuple(hit for hit in found if hit.question in ("", question.id)) for use, found in hits.items()}
    if gives_way(statement):
        if any(own.get(use) for use in ("own subject", "of", "role", "cue", "state", "carried")):
            answer = Answer(type=str(question.kind), text=GIVES_WAY)
            yield Found(answer=answer, certainty=Certainty.FACT, score=GIVING_WAY, denies=False)
        return
    if own.get("carried") and denies_what_was_said(statement):
        value = "no" if question.kind in (QuestionKind.YES_NO, QuestionKind.STATEMENT) else None
        answer = Answer(type=str(question.kind), text="denied", value=value)
        yield Found(answer=answer, certainty=Certainty.DENIED, score=GIVING_WAY, denies=True, fallback=True)
    match question.kind:
        case QuestionKind.STATUS:
            yield from _status(question, statement, own, index)
        case QuestionKind.DATE:
            yield from read_dates(question, statement, own)
        case QuestionKind.DURATION:
            yield from read_durations(question, statement, own)
        case QuestionKind.QUANTITY:
            yield from read_quantities(question, statement, own, index)
        case QuestionKind.PLACES:
            yield from _places(question, statement, own)
        case QuestionKind.YES_NO:
            yield from _yes_no(question, statement, own)
        case QuestionKind.STATEMENT:
            yield from _statement(question, statement, own)


def _status(question: Question, statement: Statement, hits: Hits, index: WatchIndex) -> Iterator[Found]:
    best: Found | None = None
    states = index.states(question)
    for hit in (*hits.get("state", ()), *hits.get("denied state", ())):
        word = head_word(statement, hit)
        if not hit.own and _is_the_subject(question, hit, hits):
            continue  # "Withdrawals were capped": what is asked about is no state of it
        if hit.phrase.endswith("ed") and word.tag in ("NN", "NNS"):
            continue  # "the files of three million people" have not been filed
        if word.certainty is Certainty.UNKNOWN or is_history(statement, word):
            continue  # "asked whether it had been lifted" says nothing of the kind
        negated = (word.negated and not is_unchanged(hits) and not brings_negation(hit)) != (hit.use == "denied state")
        state = hit.detail
        negated = negated != _is_taken(statement, hit)
        negated = negated or called_false(statement, word, hits)
        certainty: Certainty = word.certainty
        if negated:
            opposite = index.opposite(question, state)
            state, certainty = (opposite, Certainty.FACT) if opposite else (f"not {state}", Certainty.DENIED)
        if index.is_ordered(question) or "scheduled" in states:
            state, certainty = _course(state, certainty, states)
        if hit.detail in ("ordered", "planned", "announced") and certainty is Certainty.FACT:
            certainty = Certainty.ORDERED if hit.detail == "ordered" else Certainty.PLANNED
        near = near_subject(statement, hits, hit, about=bool(index.about(question)))
        score = 0.9 if near else 0.7 if hits.get("about") else 0.62 if hit.own else 0.5
        if not is_asserted(statement, hit) or _is_of_some(statement, word):
            score -= 0.2
        found = Found(
            answer=Answer(type="status", text=state, value=state, bound="exact"),
            certainty=certainty,
            score=score,
            background=looks_back(statement, hit, word, hits),
            passing=in_side_clause(statement, word),
            affirmed=bool(hits.get("constancy")),
            at=hit.at,
        )
        if best is None or _better_state(found, best, states):
            best = found
    if best is not None:
        yield best
    elif denies_outright(statement) and hits.get("own subject"):
        yield Found(answer=Answer(type="status", text="denied"), certainty=Certainty.DENIED, score=0.62, fallback=True)


def _is_the_subject(question: Question, hit: Hit, hits: Hits) -> bool:
    """ "Withdrawals were capped": a word that the analyst gave as the question's subject is no state of it."""
    subjects = (other for other in hits.get("own subject", ()) if other.phrase in question.subject)
    return hit.upto - hit.at == 1 and any(other.at <= hit.at < other.upto for other in subjects)


_TAKING = frozenset("revoke withdraw cancel lose strip rescind scrap forfeit annul remove".split())


def _is_taken(statement: Statement, hit: Hit) -> bool:
    """ "A judge took away his bail", "he lost his licence": the state, named by a noun, is ended by what is done to it."""
    word = statement.words[hit.upto - 1]
    if hit.upto - hit.at > 1 or word.tag not in ("NN", "NNP") or word.dep not in ("dobj", "nsubjpass"):
        return False
    verb = statement.words[word.head]
    away = any(other.text.lower() in ("away", "off") and statement.words[other.head] is verb for other in statement.words)
    return not verb.negated and (verb.lemma.lower() in _TAKING or (verb.lemma.lower() == "take" and away))


def _is_of_some(statement: Statement, word: Word) -> bool:
    """ "38 per cent have accepted": what a share of them did is not how the matter stands."""
    subjects = {at for at, other in enumerate(statement.words) if other.clause == word.clause and other.dep in ("nsubj", "nsubjpass")}
    shares = [item for item in statement.quantities if item.unit in ("percent", "share")]
    of_many = [item for item in statement.quantities if item.share_of is not None and statement.words[item.at].clause == word.clause]
    if any(word.start < item.start and statement.words[item.upto - 1].dep in ("dobj", "nummod") for item in of_many):
        return True  # "overturned two of the 31 convictions"
    return any({item.upto - 1, item.upto, statement.words[item.upto - 1].head} & subjects for item in shares)


def _course(state: str, certainty: Certainty, states: tuple[str, ...]) -> tuple[str, Certainty]:
    """A later step that is only ordered or planned leaves the course at "ordered", "announced", "scheduled" ..."""
    if certainty is Certainty.ORDERED and "ordered" in states:
        return "ordered", certainty
    if state == "pending":
        return state, certainty
    if certainty in (Certainty.PLANNED, Certainty.PROMISED, Certainty.EXPECTED) and state not in INITIAL_STATES:
        return next((first for first in states if first in INITIAL_STATES and first != "ordered"), state), certainty
    return state, certainty


def _better_state(new: Found, old: Found, states: tuple[str, ...]) -> bool:
    firm = {Certainty.FACT: 2, Certainty.ORDERED: 2, Certainty.PLANNED: 1, Certainty.PROMISED: 1, Certainty.EXPECTED: 1}
    ours, theirs = firm.get(new.certainty, 0), firm.get(old.certainty, 0)
    if ours != theirs:
        return ours > theirs
    if abs(new.score - old.score) > 0.05:
        return new.score > old.score
    rank = {state: number for number, state in enumerate(states)}
    return rank.get(new.answer.value or "", -1) > rank.get(old.answer.value or "", -1)


def _places(question: Question, statement: Statement, hits: Hits) -> Iterator[Found]:
    cues = hits.get("role", ()) + hits.get("cue", ())
    if not cues:
        return
    clauses = {statement.words[hit.at].clause for hit in cues}
    places = sorted(
        {
            name.name
            for name in statement.names
            if name.kind == "place" and name.name not in question.where and statement.words[name.at].clause in clauses
        }
    )
    if not places:
        return
    word = head_word(statement, cues[0])
    certainty = Certainty.DENIED if word.negated else word.certainty
    yield Found(
        answer=Answer(type="places", text=", ".join(places), value="; ".join(places), items=tuple(places), bound="exact"),
        certainty=certainty,
        score=0.7,
        affirmed=bool(hits.get("constancy")),
        background=word.tense == "pluperfect",
    )


def _yes_no(question: Question, statement: Statement, hits: Hits) -> Iterator[Found]:
    for hit in hits.get("cue", ()):
        word = head_word(statement, hit)
        if not is_asserted(statement, hit) and word.tag.startswith(("JJ", "VB")):
            continue  # "a report about the missing boxes" does not say that they are missing
        value = hit.detail or "yes"
        if word.negated and not _cue_negates(hit) and (value == "yes" or word.tag.startswith("VB")):
            value = "no" if value == "yes" else "yes"
        certainty = Certainty.FACT if word.certainty is Certainty.DENIED else word.certainty
        yield Found(
            answer=Answer(type="yes-no", text=value, value=value, bound="exact"),
            certainty=certainty,
            score=0.85 if hits.get("own subject") or hits.get("subject") or question.who else 0.7,
            denies=False if _cue_negates(hit) and not (value == "no" and rejects_report(statement, hits)) else None,
            affirmed=bool(hits.get("constancy")),
            background=recaps(word, statement, hits),
        )
        return
    if statement.denial and (denied := _denied_subject(statement, hits)) is not None:
        yield denied
        return
    plain = _asked(statement, hits)
    if (asked := plain or _belongs(statement, hits)) is not None:
        word = head_word(statement, asked)
        value = "no" if word.negated or statement.denial or hits.get("denying") else "yes"
        certainty = Certainty.FACT if word.certainty is Certainty.DENIED else word.certainty
        answer = Answer(type="yes-no", text=value, value=value, bound="exact")
        yield Found(
            answer=answer, certainty=certainty, score=ASKED, background=recaps(word, statement, hits), fallback=plain is None
        )
        return
    denied = _denied_subject(statement, hits)
    if denied is not None:
        yield denied


def _asked(statement: Statement, hits: Hits) -> Hit | None:
    """A word of the question itself beside its subject, where the analyst gave no cues."""
    for hit in hits.get("asked", ()):
        if is_asserted(statement, hit) and near_subject(statement, hits, hit):
            return hit
    return None


def _belongs(statement: Statement, hits: Hits) -> Hit | None:
    """The question's subject in a clause with one of the question's other words, or after a plain yes or no."""
    own = hits.get("own subject", ())
    first = next((word.text.lower() for word in statement.words if word.text[:1].isalpha()), "")
    for hit in own:
        word = head_word(statement, hit)
        if word.tag in ("VBD", "VBN", "VBZ", "VBP") and is_asserted(statement, hit) and word.clause == statement.words.index(word):
            return hit  # "it has secretly forked out 4.5 million"
        clause = statement.words[hit.at].clause
        if first in ("yes", "no") or any(statement.words[other.at].clause == clause for other in hits.get("asked", ())):
            return hit
    return None


def _denied_subject(statement: Statement, hits: Hits) -> Found | None:
    """ "dismissed a report about the boxes": a denial of what the question is about, without any of its cues."""
    if not statement.denial or not hits.get("own subject"):
        return None
    return Found(answer=Answer(type="yes-no", text="no", value="no", bound="exact"), certainty=Certainty.FACT, score=0.8)


def _cue_negates(hit: Hit) -> bool:
    return bool(
        {"no", "not", "never", "none", "without", "neither", "nor", "refuse", "deny", "reject", "fail"} & set(hit.phrase.lower().split())
    )


def _statement(question: Question, statement: Statement, hits: Hits) -> Iterator[Found]:
    asked = _asked(statement, hits)
    cues = hits.get("cue", ()) or ((asked,) if asked is not None else ())
    own = hits.get("own subject", ())
    if (not cues and not own) or (own and not cues and any(cue.words for cue in question.cues)):
        return
    word = head_word(statement, (cues or own)[0])
    certainty = Certainty.DENIED if statement.denial else Certainty.FACT if word.certainty is Certainty.DENIED else word.certainty
    yield Found(
        answer=Answer(type="statement", text=statement.sentence, value="no" if word.negated else "yes"),
        certainty=certainty,
        score=0.75 if hits.get("cue") else 0.6,
        affirmed=bool(hits.get("constancy")),
        background=recaps(word, statement, hits) or is_dated_back(statement, word),
    )
