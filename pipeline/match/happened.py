"""Events as answers to questions about dates: what has happened needs no date in its sentence, and what is given up has none."""

import datetime as dt
import re
from collections.abc import Iterator

from pipeline.match.standing import Found, Hits, closest, head_word, in_side_clause, is_asserted, recaps
from pipeline.match.watching import Hit
from pipeline.model import Answer, Certainty, Interval
from pipeline.statements import DateMention, Statement, Word
from pipeline.watches import Question

# Roles of which a verb can say that their moment has come; a deadline or the next date is no event.
_HAPPENING = ("start", "end", "event")
_LETTING_GO = frozenset("drop lift withdraw abandon scrap rescind waive".split())
# "They begin", "it ends": the words that carry a role are many; these report the event itself when told as past.
_EVENTS = {
    "start": frozenset("start begin commence open launch impose walk come take enter get kick go".split()),
    "end": frozenset("end complete finish conclude expire close lapse wrap run".split()),
    "event": frozenset(
        "hold publish open vote meet return deliver rule arrive inaugurate release reopen hear swear announce reach crest peak take".split()
    ),
}


def read_event(question: Question, statement: Statement, hits: Hits) -> Iterator[Found]:
    """The day on which the thing asked for happened, where the sentence reports it as done; nothing where it does not.

    Args:
        question: A date question.
        statement: The sentence; without a date of its own for the event it counts for the day on which it was said.
        hits: Its phrase hits for this question.
    """
    if question.role not in (*_HAPPENING, "deadline", "next"):
        return
    kept = tuple(_read_kept(statement, hits))
    yield from kept
    if kept or question.role not in _HAPPENING:
        return
    for hit in hits.get("role", ()):
        word = head_word(statement, hit)
        if word.lemma.lower() not in _EVENTS[question.role] or not _is_done(statement, hit, word):
            continue
        if (
            closest(statement, hits.get("own subject", ()) or hits.get("subject", ()), word.clause) < 1
            or recaps(word, statement, hits)
            or in_side_clause(statement, word)
        ):
            continue
        day = _day_of(statement, word)
        if day is None:
            continue
        yield Found(
            answer=Answer(type="date", text=f"{day.start:%-d %b %Y}", value=f"{day.start:%Y-%m-%d}", bound="not after", when=day),
            certainty=Certainty.FACT,
            score=0.7,
            event=True,
        )
        return


# What was to come has come on its day, or so much before or after it.
KEPT = re.compile(
    r"(?i)\b(?:as (?:planned|promised|scheduled|announced|foreseen|agreed)|on schedule|on time|exactly when|"
    r"(?:the|that) (?:very |same )?(?:day|date|hour|(?:mon|tues|wednes|thurs|fri|satur|sun)day) (?:that |which |on which )?(?:\w+ ){0,4}"
    r"(?:promised|set|named|gave|given|announced|fixed|foreseen)|"
    r"(?:minutes?|hours?|days?|weeks?|months?|years?) (?:late|early|overdue|behind schedule|ahead of (?:schedule|time)|"
    r"(?:later|earlier|sooner|before|after|than) (?:than )?(?:the (?:day|date)|planned|promised|first|foreseen|scheduled)))\b"
)


def _read_kept(statement: Statement, hits: Hits) -> Iterator[Found]:
    """ "The last of those letters were delivered on the 15th, the day that had been set": whatever the verb, it is what was promised."""
    if not KEPT.search(statement.sentence):
        return
    for hit in hits.get("own subject", ()):
        subject = statement.words[hit.upto - 1]
        verbs = [statement.words[subject.clause]]
        verbs += [word for word in statement.words if word.dep == "relcl" and statement.words[word.head] is subject]
        for verb in verbs:
            told = verb.tag in ("VBD", "VBN") and verb.tense in ("past", "present") and verb.lemma.lower() not in _SAYING
            if not subject.tag.startswith("NN") or not told or verb.negated or verb.certainty is not Certainty.FACT:
                continue
            day = _day_of(statement, verb)
            if day is not None:
                answer = Answer(type="date", text=f"{day.start:%-d %b %Y}", value=f"{day.start:%Y-%m-%d}", bound="not after", when=day)
                yield Found(answer=answer, certainty=Certainty.FACT, score=0.75, event=True)
                return


_SAYING = frozenset("say tell promise announce set plan schedule expect put".split())


def read_given_up(question: Question, statement: Statement, hits: Hits) -> Iterator[Found]:
    """ "We will not be launching in this period", "put off indefinitely": a date that stood stands no longer, and no other is named."""
    if question.role == "deadline":
        yield from _no_deadline(statement, hits)
    if question.role not in ("next", "start", "event"):
        return
    subject = hits.get("own subject", ()) or hits.get("subject", ())
    for hit in subject:
        word = head_word(statement, hit)
        if word.tag.startswith("VB") and word.negated and word.tense == "future" and word.certainty in (Certainty.PLANNED, Certainty.FACT):
            yield Found(answer=Answer(type="date", text="no date"), certainty=Certainty.UNKNOWN, score=0.75)
            return


def _no_deadline(statement: Statement, hits: Hits) -> Iterator[Found]:
    """ "There is no ultimatum any more", "it has dropped its deadline"."""
    for hit in hits.get("own subject", ()):
        word = statement.words[hit.upto - 1]
        verb = statement.words[word.head]
        gone = word.negated and word.dep in ("attr", "nsubj") and any(other.text.lower() in ("more", "longer") for other in statement.words)
        dropped = word.dep in ("dobj", "nsubjpass") and verb.lemma.lower() in _LETTING_GO and not verb.negated
        if word.tag.startswith("NN") and (gone or (dropped and verb.certainty is Certainty.FACT)):
            yield Found(answer=Answer(type="date", text="no date"), certainty=Certainty.UNKNOWN, score=0.75)
            return


def _is_done(statement: Statement, hit: Hit, word: Word) -> bool:
    return (
        word.tag in ("VBD", "VBN")
        and word.certainty is Certainty.FACT
        and not word.negated
        and word.tense in ("past", "present", "")
        and is_asserted(statement, hit)
        and not any(other.tag == "MD" and other.clause == word.clause for other in statement.words)
    )


def _day_of(statement: Statement, word: Word) -> Interval | None:
    """The day of the event: a date in its clause, else the day on which it was said; None where its date lies elsewhere in time."""
    dated = [mention for mention in statement.dates if statement.words[mention.at].clause == word.clause]
    if dated:
        return _single(dated[0])
    said = statement.said_at
    start = dt.datetime.combine(said.date(), dt.time(), tzinfo=said.tzinfo)
    return Interval(start=start, end=start + dt.timedelta(hours=23, minutes=59), precision="day")


def _single(mention: DateMention) -> Interval | None:
    when = mention.when
    if when.start is None or when.end is None or when.start.date() != when.end.date() or mention.relation in ("since", "until", "by"):
        return None
    return when
