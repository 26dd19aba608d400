"""The sentences of an article that may be on a watch: how near to its subject, and what they go on to speak of.

A question's own subject need not be named again in every sentence: a pronoun, a bare figure or the same paragraph carries it on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.match.nouns import is_bare
from pipeline.match.standing import Hits
from pipeline.match.watching import Hit, WatchIndex
from pipeline.statements import Reading, Statement
from pipeline.watches import QuestionKind

FIGURES = frozenset("number figure total toll count estimate tally sum score".split())
_SUMMING = (" so far", " to date", " in all", " altogether")
_COUNTING = frozenset("count record log tally register".split())
PRONOUNS = frozenset(("it", "they", "this", "that", "these", "he", "she"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A sentence of an article that may be on the watch, with its hits.

    `nearness` is how close it is to the watch's subject: 1.0 it names it, 0.75 its paragraph does, 0.6 the headline or another
    paragraph does. `topics` are the questions whose own subject it goes on to speak of without naming it again.
    `generic` are the bodies that it means by "the company" and the like; `setting` are the places named last and `headed` those of
    the headline, for a sentence that names none.
    """

    statement: Statement
    hits: Hits
    topics: frozenset[str]
    nearness: float
    generic: frozenset[str] = frozenset()
    setting: frozenset[str] = frozenset()
    headed: frozenset[str] = frozenset()


def sentences_on(reading: Reading, index: WatchIndex) -> Iterator[Place]:
    """The sentences of an article that may be on the watch, with their hits; none if nothing in it names the subject."""
    about = {number: _has_subject(index, reading, number) for number in {item.paragraph for item in reading.statements}}
    headline = bool(index.hits_of_text(reading.title, "subject")) or _leads_with_subject(index, reading)
    if not headline and not any(about.values()):
        return
    # Who must be named comes once, far down: only what is said in that paragraph is on the watch.
    named = None if index.is_prominent(reading) else index.sentences_naming(reading)
    topics: frozenset[str] = frozenset()
    spoken_of = -1
    counted: Hits = {}
    setting = headed = frozenset(name for name in index.places_of_text(reading.title))
    generic = index.generic(reading) if any(question.who or index.subject_bodies(question) for question in index.watch.questions) else {}
    for number, statement in enumerate(reading.statements):
        if statement.role not in ("body", "correction") or not statement.words or (named is not None and not named[statement.start]):
            continue
        hits = index.hits(statement)
        nearness = 1.0 if hits.get("subject") else 0.75 if about[statement.paragraph] else 0.6
        if statement.role == "correction":
            nearness = max(nearness, 0.75)  # a correction note speaks of what the outlet wrote on the subject
        if statement.paragraph != spoken_of and (counted.get("asked for") or not _refers_back(statement)):
            topics = frozenset()
            counted = {}
        spoken_of = statement.paragraph
        setting = frozenset(name.name for name in statement.names if name.kind == "place") or setting
        yield Place(
            statement=statement,
            hits=_with_topics(_with_earlier_count(statement, _without_ignored(hits), counted), topics),
            topics=topics,
            nearness=nearness,
            generic=generic.get(number, frozenset()),
            setting=setting,
            headed=headed,
        )
        if asked := _asked_how_many(statement, hits, index):
            counted = asked
        elif hits.get("of") or hits.get("own subject"):
            counted = hits if hits.get("of") else {**hits, "of": counted.get("of", ())}
        topics = frozenset(hit.question for hit in hits.get("own subject", ())) or topics


_HOW_MANY = re.compile(r"(?i)\bhow (?:many|much|high|big|large|deep|far|long)\b")


def _asked_how_many(statement: Statement, hits: Hits, index: WatchIndex) -> Hits:
    """ "So how many are still down there?": what the numbers that follow in the paragraph count; empty where nothing is asked."""
    if not statement.sentence.rstrip(" \"'”’)").endswith("?") or not _HOW_MANY.search(statement.sentence):
        return {}
    counting = {question.id for question in index.watch.questions if question.kind is QuestionKind.QUANTITY}
    for uses in (("of", "role"), ("role", "cue"), ("own subject",), ("asked",)):
        found = {use: tuple(hit for hit in hits.get(use, ()) if hit.question in counting) for use in uses}
        asked = {hit.question for held in found.values() for hit in held}
        best = {question for question in asked if all(any(hit.question == question for hit in held) for held in found.values())} or asked
        if best:
            of = tuple(replace(hit, use="of") for held in found.values() for hit in held if hit.question in best)
            return {"of": of, "role": tuple(hit for hit in hits.get("role", ()) if hit.question in best), "asked for": of}
    return {}


def speaks_of_figure(statement: Statement) -> bool:
    """ "The true number is 240", "that brings the total to ...", "police count six": a figure of what the sentence before was about."""
    return _sums_up(statement) or _says_how_many(statement) or any(
        word.lemma.lower() in FIGURES or (word.lemma.lower() in _COUNTING and word.tag.startswith("VB") and word.tag != "VBG")
        for word in statement.words
    )


def _says_how_many(statement: Statement) -> bool:
    """ "There were five of them", "it received only 33": a number that stands alone for what was spoken of."""
    words = statement.words
    for mention in statement.quantities:
        if not is_bare(statement, mention):
            continue
        number = words[mention.upto - 1]
        there = any(word.dep == "expl" and word.clause == number.clause for word in words) and number.dep == "attr"
        only = mention.at > 0 and words[mention.at - 1].text.lower() in ("only", "just") and number.dep in ("dobj", "attr")
        before = [word.text.lower() for word in words[max(0, mention.at - 2) : mention.at]]
        puts = before in (["it", "at"], ["it", "to"]) or (before[-1:] == ["it"] and words[number.head].lemma.lower() == "make")
        it_is = (
            number.dep == "attr"
            and statement.words[number.head].lemma.lower() == "be"
            and any(word.text.lower() == "it" and word.dep == "nsubj" and word.head == number.head for word in words)
        )
        leaves = number.dep == "dobj" and words[number.head].lemma.lower() in ("leave", "make")
        if there or only or leaves or puts or it_is:
            return True
    return False


def _sums_up(statement: Statement) -> bool:
    """ "Which makes 120 so far", "165 have returned to date": a number that stands alone, or that a pronoun has come to."""
    text = f" {statement.sentence.lower()}"
    if not any(phrase in text for phrase in _SUMMING):
        return False
    for mention in statement.quantities:
        last = statement.words[mention.upto - 1]
        subjects = {word.text.lower() for word in statement.words if word.clause == last.clause and word.dep in ("nsubj", "nsubjpass")}
        if is_bare(statement, mention) and (last.dep.startswith("nsubj") or subjects & (PRONOUNS | {"which", "who"})):
            return True
    return False


def _with_earlier_count(statement: Statement, hits: Hits, counted: Hits) -> Hits:
    """The hits with what the sentence before counted, for a sentence whose numbers stand alone and that speaks of a figure."""
    if (
        not counted
        or hits.get("of")
        or not (speaks_of_figure(statement) or statement.role == "correction" or counted.get("asked for"))
        or not any(is_bare(statement, item) for item in statement.quantities)
    ):
        return hits
    return {**hits, "of before": counted.get("of", ()), "role before": counted.get("role", ())}


def _with_topics(hits: Hits, topics: frozenset[str]) -> Hits:
    """The hits with a mark for every question whose own subject the sentence goes on to speak of."""
    named = {hit.question for hit in hits.get("own subject", ())}
    carried = tuple(Hit(use="carried", question=topic, detail="", at=0, upto=0, phrase="") for topic in sorted(topics - named))
    return {**hits, "carried": carried} if carried else hits


def _refers_back(statement: Statement) -> bool:
    """ "It will begin at noon", "a source put that at midnight": a pronoun stands for what the sentence before spoke of."""
    return speaks_of_figure(statement) or any(
        word.text.lower() in PRONOUNS and (at < 3 or word.dep in ("nsubj", "nsubjpass")) for at, word in enumerate(statement.words)
    )


def _leads_with_subject(index: WatchIndex, reading: Reading) -> bool:
    """True if the first sentence that says something names the subject: a lead does what a headline does."""
    lead = next((item for item in reading.statements if item.role == "body" and item.words), None)
    return lead is not None and bool(index.hits(lead).get("subject"))


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
