"""Numbers that a sentence denies: a story that seven were dead, a figure that was somebody's imagination."""

from pipeline.match.standing import Found, Hits, head_word
from pipeline.match.untrue import is_told
from pipeline.match.watching import WatchIndex
from pipeline.model import Answer, Certainty
from pipeline.statements import Statement, head_of, stands_alone
from pipeline.watches import Question


def called_false(question: Question, statement: Statement, hits: Hits, index: WatchIndex) -> Found | None:
    """ "Two point four billion was somebody's imagination": a number of which the sentence says nothing but that it is untrue."""
    if not statement.voice.attributed:
        return None
    verdicts = [head_word(statement, hit) for hit in hits.get("denying", ())]
    for mention in statement.quantities:
        number = head_of(statement.words, mention)
        subject = number if number.dep.startswith("nsubj") else statement.words[number.head]
        if not subject.dep.startswith("nsubj") or (mention.unit and mention.unit != question.unit):
            continue
        said = [word for word in verdicts if word.dep in ("attr", "acomp", "oprd") and word.head == subject.head and not word.negated]
        about = bool(mention.unit) or stands_alone(statement.words, mention) or index.counts(question, mention.things)
        if said and about and (hits.get("own subject") or hits.get("carried") or hits.get("of")):
            text, low, high = f"not {mention.text}", mention.low, mention.high
            answer = Answer(type="quantity", text=text, unit=mention.unit, bound="exact", low=low, high=high)
            return Found(answer=answer, certainty=Certainty.DENIED, score=0.8, denies=True, at=mention.at)
    return None


def denied_number(question: Question, statement: Statement, hits: Hits, fitting: list[Found]) -> Found | None:
    """ "Dismissed a story that seven were dead", "the number put about is unfounded": a denial of that number, or of any."""
    if fitting:
        if not is_told(statement, fitting[0].at):
            return None
        number = fitting[0].answer
        answer = Answer(type="quantity", text=f"not {number.text}", unit=number.unit, bound="exact", low=number.low, high=number.high)
        return Found(answer=answer, certainty=Certainty.DENIED, score=fitting[0].score, denies=True, at=fitting[0].at)
    if statement.quantities and not question.unit and hits.get("of"):
        return None  # whatever its number counts
    spoken = hits.get("role") if question.role not in ("", "total", "none") else (*hits.get("own subject", ()), *hits.get("cue", ()))
    if not (spoken or hits.get("carried") or hits.get("of before")):
        return None
    return Found(answer=Answer(type="quantity", text="denied"), certainty=Certainty.DENIED, score=0.65, denies=True, fallback=True)
