"""Numbers as answers: which number of a sentence counts what the question asks for, in the role it asks for?"""

from collections.abc import Iterator

from pipeline.match.standing import Found, Hits, closest, recaps
from pipeline.match.watching import Hit, WatchIndex
from pipeline.model import Answer, Certainty
from pipeline.statements import QuantityMention, Statement
from pipeline.watches import Question

# Nouns that only say that something is measured; what they measure stands elsewhere.
_MEASURES = frozenset(
    "share total majority rate level number figure sum average margin proportion price amount value count result maximum minimum".split()
)


def read_quantities(question: Question, statement: Statement, hits: Hits, index: WatchIndex) -> Iterator[Found]:
    """The number that fits best; a silence phrase gives the answer that there is none."""
    roles = hits.get("role", ())
    counted = hits.get("of", ())
    if question.role == "total" and hits.get("other role"):
        return
    best: Found | None = None
    for mention in statement.quantities:
        score = _counting_score(question, statement, mention, counted, index)
        if score <= 0:
            continue
        word = statement.words[min(mention.upto, len(statement.words)) - 1]
        near = closest(statement, roles, word.clause)
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
            background=bool(hits.get("background")) and recaps(word, statement, hits),
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


def _counting_score(
    question: Question, statement: Statement, mention: QuantityMention, counted: tuple[Hit, ...], index: WatchIndex
) -> float:
    """How surely the number counts what the question asks for, 0 if it does not."""
    if _measures_another(question, statement, mention, index):
        return 0.0
    return _quantity_score(question, mention, counted, index) or (0.75 if _becomes(statement, mention, counted) else 0.0)


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


def _becomes(statement: Statement, mention: QuantityMention, counted: tuple[Hit, ...]) -> bool:
    """ "The number of layoffs is cut to 120", "the toll stands at 12": the number is what its subject has come to."""
    if mention.unit or mention.at == 0 or statement.words[mention.at - 1].text.lower() not in ("to", "at", "is", "was", "reached"):
        return False
    clause = statement.words[mention.upto - 1].clause
    return any(hit.upto <= mention.at and statement.words[hit.at].clause == clause for hit in counted)


def _measures_another(question: Question, statement: Statement, mention: QuantityMention, index: WatchIndex) -> bool:
    """ "A pay rise of 9.5 percent" measures the rise: it is no share of votes, though the sentence speaks of a vote."""
    if question.of or not question.unit or mention.at < 2 or statement.words[mention.at - 1].text.lower() != "of":
        return False
    measured = statement.words[mention.at - 2]
    if not measured.tag.startswith("NN") or measured.lemma.lower() in _MEASURES:
        return False
    return not index.profiles.knows(question.id, measured.lemma)


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
