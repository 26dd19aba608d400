"""How words stand in a sentence: asserted or only named, told anew or looking back, near the subject or not."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.match.watching import Hit
from pipeline.model import Answer, Certainty
from pipeline.statements import DateMention, Statement, Word

Hits = Mapping[str, tuple[Hit, ...]]
# A dated event older than this when it is told is background. News is told within a day or two.
_MAX_CLIMB = 8
RECENT = dt.timedelta(days=2.5)


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


def head_word(statement: Statement, hit: Hit) -> Word:
    """The word of a phrase that carries it: its verb if it has one, else the word nearest to the clause's head."""
    indexes = range(hit.at, hit.upto)
    verbs = [index for index in indexes if statement.words[index].tag.startswith("VB")]
    return statement.words[verbs[0] if verbs else hit.upto - 1]


def closest(statement: Statement, hits: tuple[Hit, ...], clause: int) -> float:
    """1 if a hit stands in the clause, 0.5 if elsewhere in the sentence, 0 if there is none."""
    if not hits:
        return 0.0
    return 1.0 if any(statement.words[hit.at].clause == clause for hit in hits) else 0.5


def near_subject(statement: Statement, hits: Hits, hit: Hit) -> bool:
    """True if the subject stands in the hit's clause or beside it."""
    subjects = hits.get("own subject", ()) or hits.get("subject", ())
    clause = statement.words[hit.at].clause
    return any(statement.words[subject.at].clause == clause or abs(subject.at - hit.at) <= 3 for subject in subjects)


def is_asserted(statement: Statement, hit: Hit) -> bool:
    """True if the sentence says it, false if it only names it: "the partial withdrawal", "after the scrub", "Monday's delay"."""
    word = head_word(statement, hit)
    first = statement.words[hit.at]
    if word.tag.startswith(("VB", "MD")):
        return word.dep not in ("amod", "compound")
    if first.tag in ("IN", "RP", "RB", "TO") and hit.upto - hit.at > 1:
        return True
    if word.tag.startswith("NN"):
        return word.dep in ("dobj", "attr", "ROOT", "conj", "appos", "oprd")
    return word.dep not in ("amod", "compound", "nmod")


def looks_back(statement: Statement, hit: Hit, word: Word, hits: Hits) -> bool:
    """Told as something older: pluperfect, a clause of time, or an explicit date days before it was said."""
    if not is_asserted(statement, hit) or in_side_clause(statement, word) or recaps(word, statement, hits):
        return True
    return is_dated_back(statement, word)


def is_dated_back(statement: Statement, word: Word) -> bool:
    """An explicit date, days before it was said, in the word's own clause: "was called off on 3 May", told on the 12th."""
    limit = statement.said_at - RECENT
    return any(
        mention.when.end is not None
        and mention.when.end < limit
        and statement.words[mention.at].clause == word.clause
        and _dates_its_verb(statement, mention)
        for mention in statement.dates
    )


def _dates_its_verb(statement: Statement, mention: DateMention) -> bool:
    """False for "the complaint of 17 October was dismissed": that date belongs to the noun."""
    index = mention.at
    for _ in range(4):
        word = statement.words[index]
        if word.text.lower() == "of" or word.dep == "poss":
            return False
        if word.tag.startswith("VB") or word.head == index:
            return True
        index = word.head
    return True


def recaps(word: Word, statement: Statement, hits: Hits) -> bool:
    """Pluperfect, here or in what governs it ("had told them that"), or words that look back ("originally") in the same clause."""
    return _in_pluperfect(word, statement) or any(statement.words[hit.at].clause == word.clause for hit in hits.get("background", ()))


def _in_pluperfect(word: Word, statement: Statement) -> bool:
    for _ in range(_MAX_CLIMB):
        if word.tense == "pluperfect":
            return True
        head = statement.words[statement.words[word.clause].head]
        if head.clause == word.clause or head.start > word.start:  # what governs stands before: "began later than they had asked"
            return False
        word = head
    return False


def in_side_clause(statement: Statement, word: Word) -> bool:
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


def is_unchanged(hits: Hits) -> bool:
    """ "There is no change in our plan": the negation stands on the change, not on the plan."""
    return any({"change", "unchanged", "changed"} & set(hit.phrase.lower().split()) for hit in hits.get("constancy", ()))
