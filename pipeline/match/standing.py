"""How words stand in a sentence: asserted or only named, told anew or looking back, near the subject or not."""

import datetime as dt
import re
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
    """An answer with how it stands in its sentence and how sure the reading is (0-1).

    `at` is the word of its date or number. `part` marks a number that is a part or an increment; `event` a
    date read from the event itself, `fallback` a bare denial that counts where a sentence says nothing else; `denies` says whether the
    sentence denies what it speaks of, where the reader knows better than the sentence's own cue.
    """

    answer: Answer
    certainty: Certainty
    score: float
    at: int = -1
    episode: str = ""
    per: str = ""
    background: bool = False
    passing: bool = False
    part: bool = False
    event: bool = False
    fallback: bool = False
    denies: bool | None = None
    affirmed: bool = False


def head_word(statement: Statement, hit: Hit) -> Word:
    """The word of a phrase that carries it: its verb if it has one, else the word nearest to the clause's head."""
    indexes = range(hit.at, hit.upto)
    verbs = [index for index in indexes if statement.words[index].tag.startswith("VB")]
    nouns = [index for index in indexes if statement.words[index].tag.startswith("NN")]
    if not verbs and nouns and statement.words[hit.upto - 1].tag == "IN":
        return statement.words[nouns[-1]]  # "the search for"
    return statement.words[verbs[0] if verbs else hit.upto - 1]


def brings_negation(hit: Hit) -> bool:
    """True if the phrase brings its own negation, which turns nothing round: "no longer holds", "too close to call"."""
    return not {"no", "not", "never", "without", "too"}.isdisjoint(hit.phrase.lower().split())


def closest(statement: Statement, hits: tuple[Hit, ...], clause: int) -> float:
    """1 if a hit stands in the clause, 0.5 if elsewhere in the sentence, 0 if there is none."""
    if not hits:
        return 0.0
    return 1.0 if any(statement.words[hit.at].clause == clause for hit in hits) else 0.5


def near_subject(statement: Statement, hits: Hits, hit: Hit, *, about: bool = False) -> bool:
    """True if the subject stands in the hit's clause or beside it.

    Args:
        statement: The sentence.
        hits: Its phrase hits for one question.
        hit: The word for a state.
        about: The question's states are states of one sort of thing (`Family.about`), which stands for a missing subject.
    """
    if hits.get("carried"):
        return True
    subjects = hits.get("own subject", ()) or hits.get("about" if about else "subject", ())
    clauses = spoken_of_in(statement, statement.words[hit.at].clause)
    return any(statement.words[subject.at].clause in clauses or abs(subject.at - hit.at) <= 3 for subject in subjects)


_PRONOUNS = frozenset(("it", "they", "he", "she", "who", "which", "that"))


def spoken_of_in(statement: Statement, clause: int) -> frozenset[int]:
    """A clause and those above it whose subject it takes up: "the authority said that it would open an inquiry", "refused to sell"."""
    clauses = {clause}
    for _ in range(_MAX_CLIMB):
        head = statement.words[clause].head
        subjects = [word for word in statement.words if word.clause == clause and word.dep in ("nsubj", "nsubjpass")]
        if statement.words[head].clause == clause or any(word.text.lower() not in _PRONOUNS for word in subjects):
            break
        # A clause without a subject has that of the one above; "which looked shaky ten days ago" tells an aside.
        if statement.words[clause].dep not in (("ccomp", "conj", "advcl", "parataxis") if subjects else ("xcomp", "conj")):
            break
        clause = statement.words[head].clause
        clauses.add(clause)
    return frozenset(clauses)


def is_asserted(statement: Statement, hit: Hit) -> bool:
    """True if the sentence says it, false if it only names it: "the partial withdrawal", "after the scrub", "Monday's delay"."""
    word = head_word(statement, hit)
    first = statement.words[hit.at]
    if word.tag == "VBG" and word.dep in ("csubj", "nsubj", "pcomp", "pobj"):
        return False  # "restoring it is slow", "she did not think of stepping down"
    if word.tag.startswith(("VB", "MD")):
        return word.dep not in ("amod", "compound")
    if first.text.lower() == "no" and hit.upto - hit.at > 1:
        return True  # "is no longer chief executive"
    if first.tag in ("IN", "RP", "RB", "TO") and hit.upto - hit.at > 1:
        return True
    if word.tag.startswith("NN"):
        if hit.upto - hit.at > 1 and word.dep.startswith("nsubj") and statement.words[word.head].tag in ("VBD", "VBZ", "VBP"):
            return True  # "a second group has left": what is told of it makes it so
        if word.dep == "pobj" and _is_put(statement, word):
            return True
        if word.dep == "nsubj" and _is_made_the_cause(statement, word):
            return True
        if word.dep == "dobj" and statement.words[word.head].lemma.lower() in _MENTIONING:
            return _is_told_anew(statement, word)
        return word.dep in ("dobj", "attr", "ROOT", "conj", "appos", "oprd")
    # "Describes the structure as stable": an adjective that a preposition governs tells what it is.
    return word.dep not in ("amod", "compound", "nmod") or statement.words[word.head].tag == "IN"


_CAUSING = frozenset("cause bring lead trigger spark start make provoke produce account explain destroy kill sink topple".split())


def _is_made_the_cause(statement: Statement, word: Word) -> bool:
    """ "Ice brought it down", "ice was what brought it down", "a fault was behind it": what stands first is said to have done it."""
    verb = statement.words[word.head]
    if verb.lemma.lower() in _CAUSING:
        return not verb.negated
    if verb.lemma.lower() != "be" or verb.negated:
        return False
    beneath = {other.text.lower() for other in statement.words if statement.words[other.head] is verb}
    return bool(beneath & {"behind", "what", "cause", "reason", "blame", "culprit"}) or any(
        other.lemma.lower() in _CAUSING and statement.words[other.head] is verb for other in statement.words
    )


def _is_told_anew(statement: Statement, word: Word) -> bool:
    """ "Welcomes the agreement that the two concluded this afternoon": what is only named is told with a day of its own, a fresh one."""
    at = statement.words.index(word)
    clauses = {index for index, other in enumerate(statement.words) if other.dep in ("relcl", "acl") and other.head == at}
    since = statement.said_at - RECENT
    return any(
        statement.words[mention.at].clause in clauses and mention.when.start is not None and mention.when.start >= since
        for mention in statement.dates
    )


# Verbs whose object they do not bring about: who fights a recall does not recall.
_MENTIONING = frozenset(
    "fight oppose avoid prevent criticise criticize discuss await survive follow fear resist challenge face handle manage cover describe "
    "call demand want seek urge support back welcome condemn debate consider study doubt mention remember".split()
)


def _is_put(statement: Statement, word: Word) -> bool:
    """ "Put the talks on hold", "went into recess": the preposition and its noun say what the verb does."""
    preposition = statement.words[word.head]
    verb = statement.words[preposition.head]
    return preposition.text.lower() in ("on", "in", "into", "under") and verb.lemma.lower() in ("put", "place", "go", "come", "bring", "be")


def looks_back(statement: Statement, hit: Hit, word: Word, hits: Hits) -> bool:
    """Told as something older: only named, in the pluperfect, or with an explicit date days before it was said."""
    return not is_asserted(statement, hit) or recaps(word, statement, hits) or is_dated_back(statement, word)


def is_dated_back(statement: Statement, word: Word) -> bool:
    """An explicit date, days before it was said, in the word's own clause: "was called off on 3 May", told on the 12th."""
    limit = statement.said_at - RECENT
    return any(
        mention.when.end is not None
        and mention.when.end < limit
        and not (
            mention.relation == "since"
            and (statement.voice.attributed or _is_first_since(statement, mention) or _lasts(statement, word, mention))
        )
        and statement.words[mention.at].clause == word.clause
        and _dates_its_verb(statement, mention)
        for mention in statement.dates
    )


LONG_AGO = dt.timedelta(days=400)


def is_history(statement: Statement, word: Word) -> bool:
    """ "Seven men died there in 1974": dated more than a year back in its own clause, which is no answer to what is watched."""
    limit = statement.said_at - LONG_AGO
    ends = [mention.when.end for mention in statement.dates if mention.relation != "since"]
    if ends and all(end is not None and end < limit for end in ends) and statement.words[word.clause].dep in ("relcl", "advcl", "acl"):
        return True  # "in 2014 its leaders died in an explosion that killed nearly 50"
    if _tells_of_that_time(statement, word, limit):
        return True
    clauses = _joined_clauses(statement, word)
    return any(
        mention.relation != "since"
        and mention.when.end is not None
        and mention.when.end < limit
        and (
            (statement.words[mention.at].clause in clauses and _dates_its_verb(statement, mention))
            or (statement.words[mention.at].clause == word.clause and _dates_its_subject(statement, mention))
        )
        for mention in statement.dates
    )


def _tells_of_that_time(statement: Statement, word: Word, limit: dt.datetime) -> bool:
    """ "The worst since 1988, when 61 people died": a clause that hangs on an old date tells of then."""
    clause = statement.words[word.clause]
    return clause.dep in ("relcl", "advcl", "acl") and any(
        mention.when.end is not None and mention.when.end < limit and mention.at <= clause.head < mention.upto
        for mention in statement.dates
    )


def _joined_clauses(statement: Statement, word: Word) -> frozenset[int]:
    """The word's clause and those that it goes on from: "in 1999 it killed five and burned 6,100 hectares"."""
    clauses = {word.clause}
    here = word.clause
    for _ in range(_MAX_CLIMB):
        if statement.words[here].dep != "conj":
            break
        here = statement.words[statement.words[here].head].clause
        clauses.add(here)
    return frozenset(clauses)


def _dates_its_subject(statement: Statement, mention: DateMention) -> bool:
    """ "The drilling of 2011 took 33 days": what is spoken of is another, older matter."""
    of = statement.words[mention.at].head
    noun = statement.words[of].head
    return statement.words[of].text.lower() in ("of", "in") and statement.words[noun].dep in ("nsubj", "nsubjpass")


def _lasts(statement: Statement, word: Word, mention: DateMention) -> bool:
    """ "It has been out of action since Saturday": a state that began within a week and is told as lasting."""
    if mention.when.start is None or statement.said_at - mention.when.start > 3 * RECENT:
        return False
    return any(other.tag in ("VBZ", "VBP") and other.lemma.lower() == "have" and other.clause == word.clause for other in statement.words)


def _is_first_since(statement: Statement, mention: DateMention) -> bool:
    """ "For the first time since 3 May" dates nothing back."""
    return any(word.text.lower() == "first" for word in statement.words[max(0, mention.at - 4) : mention.at])


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
    return _in_pluperfect(word, statement) or any(
        statement.words[hit.at].clause == word.clause or _governs(statement, hit, word) for hit in hits.get("background", ())
    )


def _in_pluperfect(word: Word, statement: Statement) -> bool:
    if _is_reported(word, statement) or _HOURS_AGO.search(statement.sentence):
        return False
    for _ in range(_MAX_CLIMB):
        if word.tense == "pluperfect":
            return True
        head = statement.words[statement.words[word.clause].head]
        if head.clause == word.clause or head.start > word.start:  # what governs stands before: "began later than they had asked"
            return False
        word = head
    return False


# "An hour earlier the court had admitted it": the pluperfect of the same day's news.
_HOURS_AGO = re.compile(r"(?i)\b(?:minutes?|hours?|moments?) (?:earlier|before)\b")


def _governs(statement: Statement, hit: Hit, word: Word) -> bool:
    """ "Was meant to begin": the words that look back stand on the verb above."""
    clause = statement.words[word.clause]
    return clause.dep == "xcomp" and hit.at <= clause.head < hit.upto


def _is_reported(word: Word, statement: Statement) -> bool:
    """ "The step had been agreed for weeks, he said": after a verb of saying the pluperfect is only a past told by somebody."""
    if word.quoted:
        return False
    for item in statement.attributions:
        if item.cue is None or not any(start <= word.start < end for start, end in item.content):
            continue
        cue = next((other for other in statement.words if other.start <= item.cue[0] < other.end), None)
        if cue is not None and (cue.tense in ("past", "") or not cue.tag.startswith("VB")):
            return True
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


# Verbs that tell of a movement: what has fallen to nine contradicts nobody who counted eleven before.
_CHANGING = frozenset(
    "rise fall drop grow shrink climb jump soar surge increase decrease decline raise lower cut reduce revise widen narrow swell "
    "double triple halve trim shave creep edge inch balloon dwindle slump slide plunge tumble hike boost slash pare slip move "
    "postpone delay push put bring extend reschedule defer shift advance update upgrade downgrade add lift".split()
)


def tells_of_change(statement: Statement, at: int) -> bool:
    """True if the clause of word `at` says that something moved ("has risen to 12", "was put back to Friday")."""
    if at < 0:
        return False
    clause = statement.words[at].clause
    verbs = [word for word in statement.words if word.clause == clause and word.tag.startswith("VB")]
    if any(word.lemma.lower() in _CHANGING for word in verbs):
        return True
    # "Has gone up to 95", "came down to six".
    going = [word for word in verbs if word.lemma.lower() in ("go", "come")]
    return any(word.text.lower() in ("up", "down") and statement.words[word.head] in going for word in statement.words)


ORDINALS = {word: number for number, word in enumerate("second third fourth fifth sixth seventh eighth ninth tenth".split(), start=2)}


def nth_of(statement: Statement, hits: tuple[Hit, ...]) -> str:
    """ "The second ballot" -> "nth 2": which of several the sentence speaks of; "" for the first or where it does not say.

    Args:
        statement: The sentence.
        hits: Words for what there may be several of.
    """
    nouns = {index for hit in hits for index in range(hit.at, hit.upto) if statement.words[index].tag.startswith("NN")}
    for word in statement.words:
        if word.head in nouns and word.dep == "amod" and word.text.lower() in ORDINALS:
            return f"nth {ORDINALS[word.text.lower()]}"
    return ""


def is_unchanged(hits: Hits) -> bool:
    """ "There is no change in our plan": the negation stands on the change, not on the plan."""
    return any({"change", "unchanged", "changed"} & set(hit.phrase.lower().split()) for hit in hits.get("constancy", ()))
