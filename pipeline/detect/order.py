"""The direction of a change: does an answer go back behind the one before?"""

from pipeline.model import Answer
from pipeline.watches import Question, QuestionKind


def steps_back(new: Answer, old: Answer, question: Question, states: tuple[str, ...]) -> bool:
    """True if `new` undoes `old`: an earlier state of an ordered course, a smaller running count, the other of yes and no.

    Args:
        new, old: Two unequal answers to the same question.
        question: Its kind and window decide what "back" means.
        states: The question's states in order; empty where they have none.
    """
    if new.value is None or old.value is None:
        return False
    if question.kind is QuestionKind.YES_NO:
        return new.value != old.value
    if question.kind is QuestionKind.QUANTITY:
        return question.window != "period" and new.high is not None and old.low is not None and new.high < old.low
    if question.kind is QuestionKind.STATUS:
        if new.value == f"not {old.value}" or old.value == f"not {new.value}":
            return True
        if new.value in states and old.value in states:
            return states.index(new.value) < states.index(old.value)
    return False
