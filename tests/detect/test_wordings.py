"""Open statements: which earlier one a new one takes up, and what it does to it."""

import pytest

from pipeline.detect.changes import decide
from pipeline.detect.wordings import taken_up
from pipeline.model import Answer, Certainty, ChangeKind, Claim
from pipeline.watches import QuestionKind
from tests.builders import later, make_claim, make_question, make_voice, stored

CAUSE = make_question(QuestionKind.STATEMENT)
BERG, HOLT = make_voice("Anna Berg", "Town Hall"), make_voice("Kim Holt", "Opposition")


def said(text: str, *, value: str = "yes", **given: object) -> Claim:
    return make_claim(**({"answer": Answer(type="statement", text=text, value=value), "sentence": text, "voice": BERG} | given))


def kind_of(new: Claim, old: Claim) -> ChangeKind:
    return decide(new, [stored(old)], CAUSE, states=()).kind


def test_a_suspicion_that_is_confirmed_is_a_step_in_certainty():
    old = said("A faulty valve may have caused the spill at the plant.", certainty=Certainty.POSSIBLE)
    assert kind_of(later(old, answer=Answer(type="statement", text="The valve caused the spill, and it was faulty.", value="yes"), certainty=Certainty.FACT), old) is ChangeKind.CERTAINTY_CHANGED


def test_another_cause_is_another_statement():
    old = said("A faulty valve may have caused the spill at the plant.", certainty=Certainty.POSSIBLE)
    assert kind_of(later(old, answer=Answer(type="statement", text="Heavy rain flooded the cellar.", value="yes"), certainty=Certainty.FACT), old) is ChangeKind.NEW


def test_the_same_voice_saying_the_opposite_has_turned():
    old = said("The town had agreed the sale of the meadow with its neighbours.")
    new = later(old, answer=Answer(type="statement", text="The town had not agreed the sale of the meadow with its neighbours.", value="no"))
    assert kind_of(new, old) is ChangeKind.REVERSED


def test_another_voice_saying_the_opposite_disputes_it():
    old = said("The town had agreed the sale of the meadow with its neighbours.")
    new = later(old, voice=HOLT, answer=Answer(type="statement", text="The town had not agreed the sale of the meadow with its neighbours.", value="no"))
    assert kind_of(new, old) is ChangeKind.DISPUTED


def test_the_same_in_other_words_is_a_repeat():
    old = said("The meadow was sold to a builder from the coast for three million.")
    new = later(old, answer=Answer(type="statement", text="A builder from the coast got the meadow, sold for three million, officials said.", value="yes"))
    assert kind_of(new, old) is ChangeKind.REPEAT


def test_what_was_firm_already_does_not_become_firmer():
    doubt = said("A faulty valve may have caused the spill at the plant.", certainty=Certainty.POSSIBLE)
    firm = later(doubt, 1, answer=Answer(type="statement", text="A faulty valve caused the spill at the plant.", value="yes"), certainty=Certainty.FACT)
    again = later(doubt, 2, answer=Answer(type="statement", text="The spill was caused by the valve, the report says.", value="yes"), certainty=Certainty.FACT)
    decision = decide(again, [stored(doubt), stored(firm, ChangeKind.CERTAINTY_CHANGED)], CAUSE, states=())
    assert decision.kind is ChangeKind.REPEAT


@pytest.mark.parametrize(("text", "found"), [("The valve of the plant leaked.", True), ("The mayor opened a school.", False)])
def test_a_statement_takes_up_one_that_shares_its_matter(text: str, found: bool):
    old = stored(said("A faulty valve caused the spill at the plant."))
    assert (taken_up(said(text), [old]) is not None) is found
