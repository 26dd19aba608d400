"""Dates and lengths of time as answers: which date of a sentence plays the role that the question asks for?"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace

from pipeline.language.reserve import is_reserve
from pipeline.match.happened import KEPT, read_event, read_given_up
from pipeline.match.standing import RECENT, Found, Hits, closest, is_unchanged, recaps
from pipeline.match.untrue import denies_outright
from pipeline.match.watching import Hit
from pipeline.model import Answer, Certainty
from pipeline.statements import DateMention, DurationMention, Statement, Word
from pipeline.watches import Question

_DROPPING = frozenset("drop abandon miss cancel scrap scrub shelve skip abort".split())
_STOPPING = frozenset("suspend halt pause stop interrupt freeze cancel".split())
_MOVING = frozenset("put push move postpone delay bring shift slip reschedule defer extend advance adjourn".split())
# What a day ahead is worth on which what is asked about does something that no word of the role tells. Calibrated on seeds/.
AHEAD = 0.8
_AHEAD_ROLES = ("start", "event", "next", "deadline")
_NO_PLAN = (Certainty.UNKNOWN, Certainty.CONDITIONAL, Certainty.DEMANDED)
_TAKEN_UP = frozenset(("it", "they", "this", "that"))
_ACTORS = ("nsubj", "nsubjpass", "dobj")
_END_RELATIONS = frozenset(("by", "until", "before"))


def read_dates(question: Question, statement: Statement, hits: Hits) -> Iterator[Found]:
    """The dates of a sentence as answers, best first; a silence phrase gives the answer that there is none."""
    silence = hits.get("silence", ())
    role_hits = hits.get("role", ()) + hits.get("cue", ())
    mentions = [
        _not_before(_moved_end(_told_closer(mention, statement), statement), statement)
        for mention in statement.dates
        if not _is_left(mention, statement) and not _dates_the_saying(mention, statement)
    ]
    ahead = any(mention.when.start is not None and mention.when.start > statement.said_at for mention in mentions)
    scored = sorted(
        ((_date_score(question, statement, hits, mention), mention) for mention in mentions),
        key=lambda item: (_is_dropped(item[1], statement, hits), ahead and _is_past(item[1], statement), -item[0]),
    )
    affirmed = bool(hits.get("constancy"))
    yielded = False
    for score, mention in scored:
        word = statement.words[mention.at]
        dropped = _is_dropped(mention, statement, hits)
        if score <= 0 or (dropped and yielded):
            continue
        yielded = True
        certainty = Certainty.DENIED if dropped else Certainty.PLANNED if word.negated else _date_certainty(word, mention, statement)
        if certainty is Certainty.DEMANDED and question.role == "deadline" and _must(statement, word):
            certainty = Certainty.ORDERED  # "bids must be in by noon": who sets a deadline demands nothing
        past = mention.when.end is not None and mention.when.end.date() < statement.said_at.date()
        back = (
            past
            and question.role in ("next", "event", "deadline", "end", "start")
            and (dropped or (mention.when.end is not None and mention.when.end < statement.said_at - RECENT))
        )
        episode = "reserve" if is_reserve(statement, mention) else ""
        bound = {"not before": "not before", "by": "not after", "until": "not after"}.get(mention.relation, "exact")
        yield Found(
            answer=Answer(type="date", text=_dated_text(mention), value=_iso(mention), bound=bound, when=mention.when),
            certainty=certainty,
            score=score,
            background=(recaps(word, statement, hits) or back or word.dep == "poss") and not _failed_to_come(statement, mention, certainty),
            affirmed=affirmed,
            episode=episode,
            at=mention.at,
        )
        if not question.many and not episode:
            break
    if not yielded:
        given_up = tuple(read_given_up(question, statement, hits))
        happened = () if given_up else tuple(read_event(question, statement, hits))
        yield from (*given_up, *happened)
        yielded = bool(given_up or happened)
    if not yielded and denies_outright(statement) and hits.get("own subject"):
        yield Found(answer=Answer(type="date", text="denied"), certainty=Certainty.DENIED, score=0.62, fallback=True)
    elif not yielded and silence and (role_hits or question.role in ("event", "next", "deadline")):
        yield Found(answer=Answer(type="date", text="no date given"), certainty=Certainty.UNKNOWN, score=0.8)


def _failed_to_come(statement: Statement, mention: DateMention, certainty: Certainty) -> bool:
    """ "An exchange that had been due last Friday did not come about": told of a day just past, and news all the same."""
    root = next((word for at, word in enumerate(statement.words) if word.head == at), None)
    fresh = mention.when.end is not None and statement.said_at - mention.when.end < 4 * RECENT
    return certainty is Certainty.DENIED and fresh and root is not None and root.negated and root.tense == "past"


def _must(statement: Statement, word: Word) -> bool:
    return any(other.text.lower() == "must" and other.clause == word.clause for other in statement.words)


def read_durations(question: Question, statement: Statement, hits: Hits) -> Iterator[Found]:
    """The length of time that stands nearest to what the question asks for."""
    cues = hits.get("cue", ()) + hits.get("own subject", ()) + hits.get("role", ())
    for mention in sorted(statement.durations, key=lambda item: _distance(item, hits.get("own subject", ()) or cues)):
        word = statement.words[mention.at]
        near = closest(statement, cues, word.clause)
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


def _distance(mention: DurationMention, hits: tuple[Hit, ...]) -> int:
    """ "43 minutes into the two-hour window": the words between a length and what it may be the length of."""
    return min((max(hit.at - mention.upto, mention.at - hit.upto, 0) for hit in hits), default=0)


def _date_score(question: Question, statement: Statement, hits: Hits, mention: DateMention) -> float:
    """Role words and the subject in the date's own clause count most; the preposition may speak for the role."""
    clause = statement.words[mention.at].clause
    role = closest(statement, hits.get("role", ()) + hits.get("cue", ()), clause)
    subject = 1.0 if hits.get("carried") else closest(statement, hits.get("subject", ()) + hits.get("own subject", ()), clause)
    relation = mention.relation
    if relation in ("from", "until") and question.role in ("start", "end") and _is_stopped(statement, clause):
        return 0.0
    if relation == "on" and question.role in ("event", "next", "start") and _is_called_off(statement, clause):
        return 0.0
    moved = question.role != "since" and (_is_moved_to(statement, mention) or _is_now_the_day(statement, mention))
    fits = moved or {
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
    if question.role in _AHEAD_ROLES and role < 1 and not fits and _lies_ahead(statement, hits, mention):
        return AHEAD
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
    score += 0.2 * moved
    return min(score, 0.95) if role or subject or fits else 0.0


def _lies_ahead(statement: Statement, hits: Hits, mention: DateMention) -> bool:
    """ "The sluices would be closed on 15 August": what is asked about does something on a day ahead, whatever the verb is."""
    clause = statement.words[mention.at].clause
    verb, ahead = statement.words[clause], mention.when.start is not None and mention.when.start > statement.said_at
    if not ahead or mention.relation not in ("on", "in", "at", "not before", "") or statement.sentence.rstrip('"”’ ').endswith("?"):
        return False
    around = {word.text.lower() for word in statement.words if word.clause == clause}
    if verb.lemma.lower() in _STOPPING | _DROPPING or verb.certainty in _NO_PLAN or around >= {"would", "have"}:
        return False
    actors = {at for at, word in enumerate(statement.words) if word.clause == clause and word.dep in _ACTORS}
    if hits.get("carried") and any(statement.words[at].text.lower() in _TAKEN_UP for at in actors):
        return True
    return any(hit.at <= at < hit.upto for hit in hits.get("own subject", ()) for at in actors)


def _is_stopped(statement: Statement, clause: int) -> bool:
    """ "Suspended from 6 a.m.", "halted until Monday": when a pause begins or ends, which is not when the thing does."""
    return statement.words[clause].lemma.lower() in _STOPPING


def _is_called_off(statement: Statement, clause: int) -> bool:
    """ "The attempt was called off on Saturday": the day of calling off, on which nothing took place."""
    verb = statement.words[clause]
    off = any(word.text.lower() == "off" and word.dep == "prt" and statement.words[word.head] is verb for word in statement.words)
    return verb.lemma.lower() == "call" and off and verb.tense == "past"


def _is_moved_to(statement: Statement, mention: DateMention) -> bool:
    """ "Put back its start by two days to 26 March": what is moved has its date there, whatever it is the date of."""
    before = statement.words[max(0, mention.at - 2) : mention.at]
    verb = statement.words[statement.words[mention.at].clause]
    return any(word.text.lower() == "to" for word in before) and verb.lemma.lower() in _MOVING


_AIMING = frozenset("say speak aim hope expect plan look target reckon name talk promise give quote count".split())


def _is_now_the_day(statement: Statement, mention: DateMention) -> bool:
    """ "Her office now says the 30th", "they are now aiming for Thursday": a day set against the one before."""
    clause = statement.words[mention.at].clause
    now = any(word.text.lower() == "now" and word.clause == clause for word in statement.words)
    ahead = mention.when.start is not None and mention.when.start > statement.said_at
    return now and ahead and statement.words[clause].lemma.lower() in _AIMING


def _date_certainty(word: Word, mention: DateMention, statement: Statement) -> Certainty:
    past = mention.when.end is not None and mention.when.end <= statement.said_at
    today = mention.when.start is not None and mention.when.start.date() == statement.said_at.date()
    if word.certainty is Certainty.FACT and today and word.tense in ("past", "present") and KEPT.search(statement.sentence):
        return word.certainty  # "The drill is through, on the Thursday that he gave them"
    if word.certainty is Certainty.FACT and not past and word.tense in ("future", "present"):
        return Certainty.PLANNED
    if word.certainty is Certainty.FACT and mention.when.start is not None and mention.when.start > statement.said_at:
        return Certainty.PLANNED
    return word.certainty


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


def _is_past(mention: DateMention, statement: Statement) -> bool:
    return mention.when.end is not None and mention.when.end.date() < statement.said_at.date()


def _dates_the_saying(mention: DateMention, statement: Statement) -> bool:
    """ "The lids will be sent soon, it announced on Thursday": that day belongs to the verb of saying."""
    head = statement.words[statement.words[mention.at].clause]
    passive = any(word.dep == "nsubjpass" and statement.words[word.head] is head for word in statement.words)
    if passive and mention.when.start is not None and mention.when.start > statement.said_at:
        return False  # "the envoys are expected on 20 September"
    return any(
        item.cue is not None and item.cue[0] <= head.start < item.cue[1] and item.content for item in statement.attributions
    ) and not any(start <= statement.words[mention.at].start < end for item in statement.attributions for start, end in item.content)


def _is_dropped(mention: DateMention, statement: Statement, hits: Hits) -> bool:
    """ "Will not open next week", "has dropped 23 September": the date is given up."""
    contrast = statement.words[mention.at - 2 : mention.at]
    if mention.relation == "not before" or any(word.text.lower() == "but" for word in contrast):
        return False  # "not next week, but on Monday"
    return (statement.words[mention.at].negated and not is_unchanged(hits)) or _governor_drops(statement, mention)


def _told_closer(mention: DateMention, statement: Statement) -> DateMention:
    """ "By the end of next week, Thursday the 30th": the day that stands behind a span says which one is meant."""
    for other in statement.dates:
        beside = 0 < other.at - mention.upto <= 1 and statement.words[mention.upto].text == ","
        ends = (mention.when.end, other.when.end, other.when.start)
        if not beside or other.when.precision != "day" or mention.when.precision in ("minute", "hour", "part") or None in ends:
            continue
        last, upto, first = (end for end in ends if end is not None)
        begins = (mention.when.start or last) - dt.timedelta(days=6)
        if other.text[:1].isupper() and begins <= first and upto <= last:
            return replace(mention, when=other.when, text=f"{mention.text}, {other.text}")
    return mention


def _moved_end(mention: DateMention, statement: Statement) -> DateMention:
    """ "Pushed back from 6 to 20 October": what looks like a span is the old day and the new one."""
    when = mention.when
    verb = statement.words[statement.words[mention.at].clause]
    if mention.relation != "from" or when.end is None or verb.lemma.lower() not in _MOVING:
        return mention
    first = when.end.replace(hour=0, minute=0, second=0, microsecond=0)
    return replace(mention, relation="on", when=replace(when, start=first, precision="day"), text=mention.text.split(" to ")[-1])


def _not_before(mention: DateMention, statement: Statement) -> DateMention:
    """ "It won't happen before 1 March", "no trains until Monday": the earliest day, not a day that is given up."""
    return replace(mention, relation="not before") if mention.relation == "before" and statement.words[mention.at].negated else mention


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


def _dated_text(mention: DateMention) -> str:
    """The words of a date, with the day they mean where they do not say it ("Tuesday" -> "Tuesday, 15 March 2016")."""
    when, text = mention.when, mention.text.strip(" ,") if mention.text.rstrip().endswith(("a.m.", "p.m.")) else mention.text.strip(" .,")
    if when.start is None or when.end is None or re.search(r"\d{1,2}\b.*[A-Za-z]{3}|[A-Za-z]{3}.*\d", text):
        return text
    first, last = when.start, when.end
    if first.date() == last.date():
        return f"{text} ({first.day} {first:%b %Y})"
    return f"{text} ({first.day} {first:%b} to {last.day} {last:%b %Y})"


def _iso(mention: DateMention) -> str:
    when = mention.when
    if when.start is None or when.end is None:
        return (when.start or when.end or "").isoformat() if (when.start or when.end) else ""  # type: ignore[union-attr]
    if when.precision == "minute":
        return when.start.isoformat(timespec="minutes")
    first, last = when.start.date().isoformat(), when.end.date().isoformat()
    return first if first == last else f"{first}/{last}"
