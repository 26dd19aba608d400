"""One reader per kind of question: what answer, if any, does this sentence give?"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.match.watching import Hit, WatchIndex
from pipeline.model import Answer, Certainty
from pipeline.statements import DateMention, QuantityMention, Statement, Word
from pipeline.watches import Question, QuestionKind

Hits = Mapping[str, tuple[Hit, ...]]
_DROPPING = frozenset("drop abandon miss cancel scrap scrub shelve skip abort".split())
# A dated event older than this when it is told is background. News is told within a day or two.
RECENT = dt.timedelta(days=2.5)
# States in which a course begins: plans, which never undo a later state.
INITIAL_STATES = frozenset(("announced", "ordered", "scheduled", "proposed", "filed", "pending", "made", "threatened", "advised", "called"))
_RESERVE = frozenset("backup reserve alternative alternate fallback".split())
_END_RELATIONS = frozenset(("by", "until", "before"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An answer with how it stands in its sentence and how sure the reading is (0-1). `at` is the word of its date or number."""

    answer: Answer
    certainty: Certainty
    score: float
    at: int = -1
    episode: str = ""
    per: str = ""
    background: bool = False
    affirmed: bool = False


def read_answer(question: Question, statement: Statement, hits: Hits, index: WatchIndex) -> Iterator[Found]:
    """The answers a sentence gives to a question, best first; none if it gives none.

    Args:
        question: The question asked.
        statement: The sentence.
        hits: Its phrase hits (`WatchIndex.hits`).
        index: The compiled watch.
    """
    own = {use: tuple(hit for hit in found if hit.question in ("", question.id)) for use, found in hits.items()}
    match question.kind:
        case QuestionKind.STATUS:
            yield from _status(question, statement, own, index)
        case QuestionKind.DATE:
            yield from _dates(question, statement, own)
        case QuestionKind.DURATION:
            yield from _durations(question, statement, own)
        case QuestionKind.QUANTITY:
            yield from _quantities(question, statement, own, index)
        case QuestionKind.PLACES:
            yield from _places(question, statement, own)
        case QuestionKind.YES_NO:
            yield from _yes_no(statement, own)
        case QuestionKind.STATEMENT:
            yield from _statement(question, statement, own)


def _status(question: Question, statement: Statement, hits: Hits, index: WatchIndex) -> Iterator[Found]:
    best: Found | None = None
    states = index.states(question)
    for hit in (*hits.get("state", ()), *hits.get("denied state", ())):
        word = _head_word(statement, hit)
        negated = (word.negated and not _unchanged(hits)) != (hit.use == "denied state")
        state, certainty = hit.detail, word.certainty
        if negated:
            opposite = index.opposite(question, state)
            state, certainty = (opposite, Certainty.FACT) if opposite else (f"not {state}", Certainty.DENIED)
        state, certainty = _course(state, certainty, states)
        if hit.detail in ("ordered", "planned", "announced") and certainty is Certainty.FACT:
            certainty = Certainty.ORDERED if hit.detail == "ordered" else Certainty.PLANNED
        near = _near_subject(statement, hits, hit)
        score = 0.9 if near else 0.62 if hit.own else 0.5
        if not _is_asserted(statement, hit):
            score -= 0.2
        found = Found(
            answer=Answer(type="status", text=state, value=state, bound="exact"),
            certainty=certainty,
            score=score,
            background=_looks_back(statement, hit, word, hits),
            affirmed=bool(hits.get("constancy")),
        )
        if best is None or _better_state(found, best, states):
            best = found
    if best is not None:
        yield best


def _course(state: str, certainty: Certainty, states: tuple[str, ...]) -> tuple[str, Certainty]:
    """A later step that is only ordered or planned leaves the course at "ordered", "announced", "scheduled" ..."""
    if certainty is Certainty.ORDERED and "ordered" in states:
        return "ordered", certainty
    if certainty in (Certainty.PLANNED, Certainty.PROMISED, Certainty.EXPECTED) and state not in INITIAL_STATES:
        return next((first for first in states if first in INITIAL_STATES and first != "ordered"), state), certainty
    return state, certainty


def _is_asserted(statement: Statement, hit: Hit) -> bool:
    """True if the sentence says it, false if it only names it: "the partial withdrawal", "after the scrub", "Monday's delay"."""
    word = _head_word(statement, hit)
    first = statement.words[hit.at]
    if word.tag.startswith(("VB", "MD")):
        return word.dep not in ("amod", "compound")
    if first.tag in ("IN", "RP", "RB", "TO") and hit.upto - hit.at > 1:
        return True
    if word.tag.startswith("NN"):
        return word.dep in ("dobj", "attr", "ROOT", "conj", "appos", "oprd")
    return word.dep not in ("amod", "compound", "nmod")


def _looks_back(statement: Statement, hit: Hit, word: Word, hits: Hits) -> bool:
    """Told as something older: pluperfect, a clause of time, or an explicit date days before it was said."""
    if not _is_asserted(statement, hit) or _in_side_clause(statement, word) or _recaps(word, statement, hits):
        return True
    limit = statement.said_at - RECENT
    return any(
        mention.when.end is not None and mention.when.end < limit and statement.words[mention.at].clause == word.clause
        for mention in statement.dates
    )


def _recaps(word: Word, statement: Statement, hits: Hits) -> bool:
    """Pluperfect, or words that look back ("originally", "at the time") in the same clause."""
    return word.tense == "pluperfect" or any(statement.words[hit.at].clause == word.clause for hit in hits.get("background", ()))


def _better_state(new: Found, old: Found, states: tuple[str, ...]) -> bool:
    firm = {Certainty.FACT: 2, Certainty.ORDERED: 2, Certainty.PLANNED: 1, Certainty.PROMISED: 1, Certainty.EXPECTED: 1}
    ours, theirs = firm.get(new.certainty, 0), firm.get(old.certainty, 0)
    if ours != theirs:
        return ours > theirs
    if abs(new.score - old.score) > 0.05:
        return new.score > old.score
    rank = {state: number for number, state in enumerate(states)}
    return rank.get(new.answer.value or "", -1) > rank.get(old.answer.value or "", -1)


def _dates(question: Question, statement: Statement, hits: Hits) -> Iterator[Found]:
    silence = hits.get("silence", ())
    role_hits = hits.get("role", ()) + hits.get("cue", ())
    mentions = [mention for mention in statement.dates if not _is_left(mention, statement)]
    scored = sorted(((_date_score(question, statement, hits, mention), mention) for mention in mentions), key=lambda item: -item[0])
    affirmed = bool(hits.get("constancy"))
    yielded = False
    for score, mention in scored:
        word = statement.words[mention.at]
        dropped = (word.negated and not _unchanged(hits)) or _governor_drops(statement, mention)
        if score <= 0 or (dropped and not question.many and yielded):
            continue
        yielded = True
        certainty = Certainty.DENIED if dropped else Certainty.PLANNED if word.negated else _date_certainty(word, mention, statement)
        past = mention.when.end is not None and mention.when.end.date() < statement.said_at.date()
        back = (
            past
            and question.role in ("next", "event", "deadline", "end", "start")
            and (dropped or (mention.when.end is not None and mention.when.end < statement.said_at - RECENT))
        )
        episode = "reserve" if _is_reserve(statement, mention) else ""
        bound = {"not before": "not before", "by": "not after", "until": "not after"}.get(mention.relation, "exact")
        yield Found(
            answer=Answer(type="date", text=_dated_text(mention), value=_iso(mention), bound=bound, when=mention.when),
            certainty=certainty,
            score=score,
            background=_recaps(word, statement, hits) or back or word.dep == "poss",
            affirmed=affirmed,
            episode=episode,
            at=mention.at,
        )
        if not question.many and not episode:
            break
    if not yielded and silence and (role_hits or question.role in ("event", "next", "deadline")):
        yield Found(answer=Answer(type="date", text="no date given"), certainty=Certainty.UNKNOWN, score=0.8)


def _is_reserve(statement: Statement, mention: DateMention) -> bool:
    """True for a date held in reserve: a backup date is not the date."""
    for number, word in enumerate(statement.words):
        if word.lemma.lower() not in _RESERVE or abs(number - mention.at) > 14:
            continue
        first, last = sorted((mention.at, number))
        between = [other for other in statement.dates if other is not mention and first < other.at < last]
        if all(_joined(mention, other, statement) for other in between):
            return True
    return False


def _joined(one: DateMention, other: DateMention, statement: Statement) -> bool:
    """ "Sept. 2 and Sept. 5": nothing but "and", "or" and commas (and clock times) between them."""
    first, second = sorted((one, other), key=lambda mention: mention.at)
    between = [word.text.lower() for word in statement.words[first.upto : second.at]]
    return len(between) <= 5 and all(text in ("and", "or", ",", "at", "a.m.", "p.m.") or text[:1].isdigit() for text in between)


def _date_certainty(word: Word, mention: DateMention, statement: Statement) -> Certainty:
    past = mention.when.end is not None and mention.when.end <= statement.said_at
    if word.certainty is Certainty.FACT and not past and word.tense in ("future", "present"):
        return Certainty.PLANNED
    if word.certainty is Certainty.FACT and mention.when.start is not None and mention.when.start > statement.said_at:
        return Certainty.PLANNED
    return word.certainty


def _date_score(question: Question, statement: Statement, hits: Hits, mention: DateMention) -> float:
    """Role words and the subject in the date's own clause count most; the preposition may speak for the role."""
    clause = statement.words[mention.at].clause
    role = _closest(statement, hits.get("role", ()) + hits.get("cue", ()), clause)
    subject = _closest(statement, hits.get("subject", ()) + hits.get("own subject", ()), clause)
    relation = mention.relation
    fits = {
        "start": relation in ("from", "not before"),
        "end": relation in _END_RELATIONS,
        "deadline": relation in _END_RELATIONS,
        "since": relation == "since",
    }.get(question.role, False)
    wrong = {
        "start": relation in ("by", "until"),
        "end": relation in ("since", "from"),
        "since": relation not in ("since", "on", "from"),
        "event": relation in ("since",),
        "next": relation == "since",
    }.get(question.role, False)
    if wrong:
        return 0.0
    if question.role in ("start", "end", "deadline", "since") and not role and not fits:
        return 0.0
    if question.role == "end" and any(
        word.lemma.lower() in ("start", "begin", "commence") for word in statement.words[max(0, mention.at - 4) : mention.at]
    ):
        return 0.0
    if question.role in ("start", "end", "deadline", "since") and role < 1 and not fits:
        return 0.0
    if question.role in ("next", "event") and role < 1 and subject < 1:
        return 0.0
    score = 0.35 + 0.3 * role + 0.2 * fits + 0.25 * subject
    if question.role in ("event", "next", ""):
        score += 0.1
    return min(score, 0.95) if role or subject or fits else 0.0


def _unchanged(hits: Hits) -> bool:
    """ "There is no change in our plan": the negation stands on the change, not on the plan."""
    return any({"change", "unchanged", "changed"} & set(hit.phrase.lower().split()) for hit in hits.get("constancy", ()))


def _is_left(mention: DateMention, statement: Statement) -> bool:
    """ "moved from Monday to Wednesday", "slipped from Sept. 17 to Sept. 21": the first is what is left."""
    if mention.relation != "from":
        return False
    return any(
        other.at > mention.upto
        and other.at - mention.upto <= 3
        and any(word.text.lower() == "to" for word in statement.words[mention.upto : other.at])
        for other in statement.dates
    )


def _governor_drops(statement: Statement, mention: DateMention) -> bool:
    index = mention.at
    for _ in range(4):
        head = statement.words[index].head
        if head == index:
            break
        index = head
        if statement.words[index].lemma.lower() in _DROPPING:
            return True
        if statement.words[index].tag.startswith("VB"):
            break
    return False


def _durations(question: Question, statement: Statement, hits: Hits) -> Iterator[Found]:
    cues = hits.get("cue", ()) + hits.get("own subject", ()) + hits.get("role", ())
    for mention in statement.durations:
        word = statement.words[mention.at]
        near = _closest(statement, cues, word.clause)
        if not near and not hits.get("own subject"):
            continue
        answer = Answer(
            type="duration",
            text=mention.text,
            value=f"{mention.low:g}" if mention.low == mention.high else f"{mention.low:g}/{mention.high:g}",
            unit="second",
            bound="exact" if mention.low == mention.high else "range",
            low=mention.low,
            high=mention.high,
        )
        episode = (
            statement.dates[0].when.start.date().isoformat()
            if question.episode == "date" and statement.dates and statement.dates[0].when.start
            else ""
        )
        yield Found(
            answer=answer,
            certainty=Certainty.FACT if word.certainty is Certainty.PLANNED else word.certainty,
            score=0.65 + 0.25 * near,
            episode=episode,
            background=word.tense == "pluperfect",
        )
        return


def _quantities(question: Question, statement: Statement, hits: Hits, index: WatchIndex) -> Iterator[Found]:
    roles = hits.get("role", ())
    counted = hits.get("of", ())
    if question.role == "total" and hits.get("other role"):
        return
    best: Found | None = None
    for mention in statement.quantities:
        score = _quantity_score(question, mention, counted, index)
        if score <= 0:
            continue
        word = statement.words[min(mention.upto, len(statement.words)) - 1]
        near = _closest(statement, roles, word.clause)
        if question.role not in ("", "total", "none"):
            if not near and not roles:
                continue
            score += 0.15 * near
        score = _narrowed(question, statement, mention, hits, score)
        if statement.role == "correction" and mention is not statement.quantities[-1]:
            score -= 0.1  # a correction names the wrong figure first
        if score <= 0:
            continue
        if (question.window == "period") != bool(mention.per) and (mention.per or question.window == "period"):
            continue
        found = Found(
            answer=_number_answer(question, statement, mention),
            certainty=word.certainty,
            score=min(score, 0.95),
            per=mention.per,
            background=bool(hits.get("background")) and _recaps(word, statement, hits),
            at=mention.at,
        )
        if best is None or found.score > best.score:
            best = found
    if best is not None:
        yield best
    elif hits.get("silence") and (counted or roles):
        yield Found(answer=Answer(type="quantity", text="no number given"), certainty=Certainty.UNKNOWN, score=0.65)


def _narrowed(question: Question, statement: Statement, mention: QuantityMention, hits: Hits, score: float) -> float:
    """The question's other words: its subject and cues speak for it; cues that are missing leave a doubt."""
    if hits.get("own subject") or hits.get("cue"):
        score += 0.1
    elif any(cues.words for cues in question.cues) and not question.role and not question.unit:
        score = min(score, 0.5)
    if question.who:
        # "53 seats and the Civic Union 47": a number belongs to the name that stands before it.
        names = [name for name in statement.names if name.at < mention.at and name.kind in ("organisation", "person", "group", "thing")]
        if names and names[-1].name not in question.who and any(name.name in question.who for name in statement.names):
            return 0.0
    return score


def _quantity_score(question: Question, mention: QuantityMention, counted: tuple[Hit, ...], index: WatchIndex) -> float:
    if question.unit and question.unit not in ("per day",):
        if mention.unit != question.unit:
            return 0.0
        if not question.of:
            return 0.8
        near = any(hit.at - 12 <= mention.at <= hit.upto + 12 for hit in counted)
        return 0.8 if near else 0.0
    if mention.unit and mention.unit != "share":
        return 0.0
    if index.counts(question, mention.things):
        return 0.8
    beside = any(0 <= hit.at - mention.upto <= 3 for hit in counted)
    if beside:
        return 0.75
    return 0.0


def _number_answer(question: Question, statement: Statement, mention: QuantityMention) -> Answer:
    low, high = mention.low, mention.high
    value = None if low is None else f"{low:g}" if low == high else f"{low:g}/{high:g}"
    thing = mention.things[0] if mention.things else ""
    unit = mention.unit or (question.of[0] if question.of else thing)
    return Answer(
        type="quantity",
        text=_counted_text(statement, mention),
        value=value,
        unit=unit,
        bound=mention.bound,
        low=low,
        high=high,
        share_of=mention.share_of,
    )


def _counted_text(statement: Statement, mention: QuantityMention) -> str:
    """The number with the noun that it counts, in the words of the sentence ("at least 15 of about 36 jets")."""
    end = mention.end
    for word in statement.words[mention.upto : mention.upto + 7]:
        if word.lemma.lower() in mention.things[:1]:
            end = word.end
            break
    return statement.sentence[mention.start - statement.start : end - statement.start]


def _dated_text(mention: DateMention) -> str:
    """The words of a date, with the day they mean where they do not say it ("Tuesday" -> "Tuesday, 15 March 2016")."""
    when, text = mention.when, mention.text.strip(" .,")
    if when.start is None or when.end is None or re.search(r"\d{1,2}\b.*[A-Za-z]{3}|[A-Za-z]{3}.*\d", text):
        return text
    first, last = when.start, when.end
    if first.date() == last.date():
        return f"{text} ({first.day} {first:%b %Y})"
    return f"{text} ({first.day} {first:%b} to {last.day} {last:%b %Y})"


def _places(question: Question, statement: Statement, hits: Hits) -> Iterator[Found]:
    cues = hits.get("role", ()) + hits.get("cue", ())
    if not cues:
        return
    places = sorted({name.name for name in statement.names if name.kind == "place" and name.name not in (question.where or ())})
    if not places:
        return
    word = _head_word(statement, cues[0])
    certainty = Certainty.DENIED if word.negated else word.certainty
    yield Found(
        answer=Answer(type="places", text=", ".join(places), value="; ".join(places), items=tuple(places), bound="exact"),
        certainty=certainty,
        score=0.7,
        affirmed=bool(hits.get("constancy")),
        background=word.tense == "pluperfect",
    )


def _yes_no(statement: Statement, hits: Hits) -> Iterator[Found]:
    for hit in hits.get("cue", ()):
        word = _head_word(statement, hit)
        value = hit.detail or "yes"
        if word.negated and not _cue_negates(hit):
            value = "no" if value == "yes" else "yes"
        certainty = Certainty.FACT if word.certainty is Certainty.DENIED else word.certainty
        yield Found(
            answer=Answer(type="yes-no", text=value, value=value, bound="exact"),
            certainty=certainty,
            score=0.85,
            affirmed=bool(hits.get("constancy")),
            background=_recaps(word, statement, hits),
        )
        return


def _cue_negates(hit: Hit) -> bool:
    return bool({"no", "not", "never", "none", "without"} & set(hit.phrase.lower().split()))


def _statement(question: Question, statement: Statement, hits: Hits) -> Iterator[Found]:
    cues = hits.get("cue", ())
    own = hits.get("own subject", ())
    if (not cues and not own) or (own and not cues and any(cue.words for cue in question.cues)):
        return
    word = _head_word(statement, (cues or own)[0])
    certainty = Certainty.DENIED if statement.denial else Certainty.FACT if word.certainty is Certainty.DENIED else word.certainty
    yield Found(
        answer=Answer(type="statement", text=statement.sentence, value=None),
        certainty=certainty,
        score=0.75 if cues else 0.6,
        affirmed=bool(hits.get("constancy")),
        background=word.tense == "pluperfect",
    )


def _head_word(statement: Statement, hit: Hit) -> Word:
    """The word of a phrase that carries it: its verb if it has one, else the word nearest to the clause's head."""
    indexes = range(hit.at, hit.upto)
    verbs = [index for index in indexes if statement.words[index].tag.startswith("VB")]
    return statement.words[verbs[0] if verbs else hit.upto - 1]


def _closest(statement: Statement, hits: tuple[Hit, ...], clause: int) -> float:
    """1 if a hit stands in the clause, 0.5 if elsewhere in the sentence, 0 if there is none."""
    if not hits:
        return 0.0
    return 1.0 if any(statement.words[hit.at].clause == clause for hit in hits) else 0.5


def _near_subject(statement: Statement, hits: Hits, hit: Hit) -> bool:
    subjects = hits.get("own subject", ()) or hits.get("subject", ())
    clause = statement.words[hit.at].clause
    return any(statement.words[subject.at].clause == clause or abs(subject.at - hit.at) <= 3 for subject in subjects)


def _in_side_clause(statement: Statement, word: Word) -> bool:
    """True for a relative or adverbial clause: what is told in passing."""
    clause = statement.words[word.clause]
    return (
        clause.tag in ("VBD", "VBN", "VBZ", "VBP")
        and clause.head != word.clause
        and any(
            other.text.lower() in ("which", "who", "when", "after", "since", "because") and other.clause == word.clause
            for other in statement.words
        )
    )


def _iso(mention: DateMention) -> str:
    when = mention.when
    if when.start is None or when.end is None:
        return (when.start or when.end or "").isoformat() if (when.start or when.end) else ""  # type: ignore[union-attr]
    if when.precision == "minute":
        return when.start.isoformat(timespec="minutes")
    first, last = when.start.date().isoformat(), when.end.date().isoformat()
    return first if first == last else f"{first}/{last}"
