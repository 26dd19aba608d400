"""Numbers as answers: which number of a sentence counts what the question asks for, in the role it asks for?"""

from collections.abc import Iterator

from pipeline.match.standing import ORDINALS, Found, Hits, closest, is_dated_back, nth_of, recaps
from pipeline.match.watching import Hit, WatchIndex
from pipeline.model import Answer, Certainty
from pipeline.statements import QuantityMention, Statement, Word
from pipeline.watches import Question

# Words that make a number an increment.
_MORE = frozenset("more another further additional other others extra".split())
_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday yesterday today".split())
_RECORDING = frozenset("record count log note register report observe put tally".split())
_OF_THEM = frozenset(("them", "these", "those", "whom", "which"))
# Nouns that only say that something is measured; what they measure stands elsewhere.
_MEASURES = frozenset(
    "share total majority rate level number figure sum average margin proportion price amount value count result maximum minimum".split()
)


def read_quantities(question: Question, statement: Statement, hits: Hits, index: WatchIndex) -> Iterator[Found]:
    """The numbers that fit, best first; a silence phrase gives the answer that there is none."""
    if question.role == "total" and hits.get("other role"):
        return
    fitting = [found for mention in statement.quantities if (found := _read_number(question, statement, mention, hits, index)) is not None]
    if not any(not found.part for found in fitting):
        fitting += _counted_by_order(question, statement, hits)
    if fitting:
        yield from sorted(fitting, key=lambda found: (found.part, -found.score))
    elif hits.get("silence") and (hits.get("of") or hits.get("role")):
        yield Found(answer=Answer(type="quantity", text="no number given"), certainty=Certainty.UNKNOWN, score=0.65)


def _counted_by_order(question: Question, statement: Statement, hits: Hits) -> list[Found]:
    """ "A second victim was found", "the sixth died": who is counted off tells how many there are."""
    if question.role not in ("dead", "injured", "missing", "affected") or not hits.get("role"):
        return []
    nouns = {index for hit in hits.get("of", ()) for index in range(hit.at, hit.upto)}
    for at, word in enumerate(statement.words):
        number = ORDINALS.get(word.text.lower(), 0)
        alone = word.dep in ("nsubj", "nsubjpass") and closest(statement, hits["role"], word.clause) == 1
        if number and (alone or (word.head in nouns and word.dep == "amod")):
            value = float(number)
            answer = Answer(
                type="quantity",
                text=word.text,
                value=f"{number}",
                unit=question.of[0] if question.of else None,
                bound="exact",
                low=value,
                high=value,
            )
            return [Found(answer=answer, certainty=word.certainty, score=0.7, at=at)]
    return []


def _read_number(question: Question, statement: Statement, mention: QuantityMention, hits: Hits, index: WatchIndex) -> Found | None:
    score = _counting_score(question, statement, mention, hits, index)
    if score <= 0 or _is_contrast(statement, mention) or _is_named(statement, mention):
        return None
    word = statement.words[min(mention.upto, len(statement.words)) - 1]
    if question.role not in ("", "total", "none") and not _says_its_role(question, statement, mention, hits, index):
        roles = _own_roles(statement, mention, hits.get("role", ())) or hits.get("role before", ())
        if not roles:
            return None
        score += 0.25 * closest(statement, roles, word.clause) - 0.1
    score = _narrowed(question, statement, mention, hits, score)
    if statement.role == "correction" and mention is not statement.quantities[-1]:
        score -= 0.2  # a correction names the wrong figure first
    per = mention.per or ("day" if index.has_daily_count(question) and _is_of_a_day(statement, word) else "")
    if score <= 0 or ((question.window == "period") != bool(per) and (per or question.window == "period")):
        return None
    return Found(
        answer=_number_answer(question, statement, mention),
        certainty=word.certainty,
        score=min(score, 0.95),
        per=per,
        background=(bool(hits.get("background")) and recaps(word, statement, hits)) or (not per and is_dated_back(statement, word)),
        part=_is_part(question, statement, mention, hits),
        episode=nth_of(statement, hits.get("own subject", ()) + hits.get("cue", ()) + hits.get("of", ())),
        at=mention.at,
    )


def _is_of_a_day(statement: Statement, word: Word) -> bool:
    """ "On Sunday the mission recorded 11 violations": a count of that day, where days are counted at all."""
    recorded = any(other.lemma.lower() in _RECORDING for other in statement.words if other.clause == word.clause)
    return (
        recorded
        and any(
            mention.relation == "on"
            and mention.when.precision in ("day", "part")
            and statement.words[mention.at].clause == word.clause
            and mention.when.start is not None
            for mention in statement.dates
        )
        or (
            statement.voice.cue in _RECORDING
            and any(other.text.lower() in _WEEKDAYS for other in statement.words if other.clause == word.clause)
        )
    )


def _says_its_role(question: Question, statement: Statement, mention: QuantityMention, hits: Hits, index: WatchIndex) -> bool:
    """ "102 cases", "cases at 135": a noun that the question names and that is nobody's name for people in general says who is affected."""
    if question.role != "affected":
        return False
    if is_bare(statement, mention):
        since = max((other.upto for other in statement.quantities if other.at < mention.at), default=0)
        nouns = tuple(statement.words[hit.upto - 1].lemma for hit in _nouns(statement, hits.get("of", ())) if since <= hit.at < mention.at)
    else:
        nouns = mention.things[:1] if index.counts(question, mention.things[:1], kinds=False) else ()
    return any(not index.is_person(noun) for noun in nouns)


def _own_roles(statement: Statement, mention: QuantityMention, roles: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """The role words that can be this number's: in "102 cases and 18 deaths" the deaths are those of the second alone."""
    return tuple(hit for hit in roles if statement.words[hit.at].tag.startswith("VB") or not _is_noun_of_another(statement, mention, hit))


def _is_noun_of_another(statement: Statement, mention: QuantityMention, hit: Hit) -> bool:
    for other in statement.quantities:
        if other is mention or not 0 <= hit.at - other.upto <= 2 or other.upto <= mention.at < hit.at:
            continue
        if not (other.upto <= hit.at < mention.at and is_bare(statement, mention)):  # "84, and deaths at 13"
            return True
    return False


def _is_part(question: Question, statement: Statement, mention: QuantityMention, hits: Hits) -> bool:
    """ "Two of the seven counts", "four counts of bribery", "three more": a part or an increment, which is no total."""
    before = [word.text.lower() for word in statement.words[max(0, mention.at - 2) : mention.at]]
    after = [word.text.lower() for word in statement.words[mention.upto : mention.upto + 3]]
    if _MORE & {*before[-1:], *after[:1]}:
        return True
    if question.role not in ("", "total", "none"):
        return False
    if after[:1] == ["of"] and after[1:2] and after[1] in _OF_THEM:
        return True
    if mention.share_of is not None:
        return True
    subject = hits.get("subject", ()) + hits.get("own subject", ())
    narrowed = len(after) > 1 and after[1] == "of" and before[-1:] != ["all"]
    return narrowed and not any(mention.upto + 2 <= hit.at <= mention.upto + 4 for hit in subject)


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


def _counting_score(question: Question, statement: Statement, mention: QuantityMention, hits: Hits, index: WatchIndex) -> float:
    """How surely the number counts what the question asks for, 0 if it does not."""
    counted = hits.get("of", ())
    if _measures_another(question, statement, mention, index):
        return 0.0
    if is_bare(statement, mention) and not question.unit and not _is_year(statement, mention):
        return 0.7 if _stands_for(question, statement, mention, hits, index) else 0.0
    return _quantity_score(question, statement, mention, counted, index)


def _is_year(statement: Statement, mention: QuantityMention) -> bool:
    number = statement.words[mention.at].text
    return number.isdigit() and len(number) == 4 and number[:2] in ("18", "19", "20", "21")


def _stands_for(question: Question, statement: Statement, mention: QuantityMention, hits: Hits, index: WatchIndex) -> bool:
    """True if a bare number counts it: by the noun since the number before or behind it, or as that number or the sentence before does."""
    earlier = [other for other in statement.quantities if other.at < mention.at]
    since = earlier[-1].upto if earlier else 0
    counted = _nouns(statement, hits.get("of", ()))
    if any(since <= hit.at < mention.at for hit in counted) or _is_beside(statement, mention, counted):
        return True
    return _continues(question, statement, mention, index) or bool(hits.get("of before")) or _becomes(statement, mention, hits)


def _becomes(statement: Statement, mention: QuantityMention, hits: Hits) -> bool:
    """ "The number of layoffs is cut to 120": the number is what its subject has come to."""
    if mention.at == 0 or statement.words[mention.at - 1].text.lower() not in ("to", "at", "is", "was", "reached", "are", "were"):
        return False
    clause = statement.words[mention.upto - 1].clause
    return any(hit.upto <= mention.at and statement.words[hit.at].clause == clause for hit in hits.get("own subject", ()))


def _nouns(statement: Statement, counted: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """The words for what is counted without verbs of their stem: "had been counted twice" counts no counts."""
    return tuple(
        hit
        for hit in counted
        if not statement.words[hit.at].tag.startswith("VB") or statement.words[hit.at].text.lower() == hit.phrase.lower()
    )


def _is_beside(statement: Statement, mention: QuantityMention, counted: tuple[Hit, ...]) -> bool:
    """True if what is counted stands right behind the number, with no other number and no "and" between."""
    later = min((other.at for other in statement.quantities if other.at > mention.at), default=len(statement.words))
    joined = next((at for at in range(mention.upto, later) if statement.words[at].tag in ("CC", ",", ":")), later)
    return any(0 <= hit.at - mention.upto <= 3 and hit.at < joined for hit in counted)


def is_bare(statement: Statement, mention: QuantityMention) -> bool:
    """True for a number that stands alone, with no noun that it counts ("23 have gone", "the toll is 12", "put at 14")."""
    last = statement.words[mention.upto - 1]
    following = statement.words[mention.upto].text.lower() if mention.upto < len(statement.words) else ""
    if mention.unit or last.tag != "CD" or last.dep not in ("nsubj", "nsubjpass", "dobj", "pobj", "attr", "conj", "oprd", "ROOT"):
        return False
    beyond = statement.words[mention.upto + 1].text.lower() if mention.upto + 1 < len(statement.words) else ""
    return following != "of" or beyond in _OF_THEM


def _is_named(statement: Statement, mention: QuantityMention) -> bool:
    """ "Local 88", "Terminal 3": a number that is part of a name counts nothing."""
    if any(name.at <= mention.at < name.upto and name.upto - name.at > 1 for name in statement.names):
        return True
    before = statement.words[mention.at - 1] if mention.at else None
    number = statement.words[mention.at]
    return (
        before is not None
        and before.tag in ("NNP", "NN")
        and before.text[:1].isupper()
        and number.head == mention.at - 1
        and number.text.isdigit()
    )


def _is_contrast(statement: Statement, mention: QuantityMention) -> bool:
    """ "7.5 and not 5.7", "20 rather than 30": the figure that is set aside."""
    before = [word.text.lower() for word in statement.words[max(0, mention.at - 2) : mention.at]]
    return before[-1:] == ["not"] or before == ["rather", "than"] or before == ["instead", "of"]


def _continues(question: Question, statement: Statement, mention: QuantityMention, index: WatchIndex) -> bool:
    """ "Sixteen ships are waiting and 23 have gone", "53 seats and the Union 47": a bare number counts what the one before it counts."""
    earlier = [other for other in statement.quantities if other.at < mention.at]
    return bool(earlier) and not earlier[-1].unit and index.counts(question, earlier[-1].things)


def _quantity_score(
    question: Question, statement: Statement, mention: QuantityMention, counted: tuple[Hit, ...], index: WatchIndex
) -> float:
    if question.unit and question.unit not in ("per day",):
        if mention.unit != question.unit:
            return 0.0
        if not question.of:
            return 0.8
        near = any(hit.at - 12 <= mention.at <= hit.upto + 12 for hit in counted)
        return 0.8 if near else 0.0
    if mention.unit and mention.unit != "share":
        return 0.0
    if index.counts(question, mention.things[:1], kinds=False):
        return 0.8
    if _is_beside(statement, mention, counted):
        return 0.75
    return 0.7 if index.counts(question, mention.things) else 0.0


def _measures_another(question: Question, statement: Statement, mention: QuantityMention, index: WatchIndex) -> bool:
    """ "A pay rise of 9.5 percent" measures the rise: it is no share of votes, though the sentence speaks of a vote."""
    if question.of or not question.unit or mention.at < 2 or statement.words[mention.at - 1].text.lower() != "of":
        return False
    measured = statement.words[mention.at - 2]
    if not measured.tag.startswith("NN") or measured.lemma.lower() in _MEASURES:
        return False
    return not index.profiles.knows(question.id, measured.lemma)


def _number_answer(question: Question, statement: Statement, mention: QuantityMention) -> Answer:
    low, high, bound = mention.low, mention.high, mention.bound
    if statement.words[mention.at].text.lower() == "over" and statement.words[mention.at].dep in ("prt", "advmod"):
        bound = "exact"  # "hand over 240 prisoners"
    value = None if low is None else f"{low:g}" if low == high else f"{low:g}/{high:g}"
    thing = mention.things[0] if mention.things else ""
    unit = mention.unit or (question.of[0] if question.of else thing)
    return Answer(
        type="quantity",
        text=_counted_text(statement, mention),
        value=value,
        unit=unit,
        bound=bound,
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
