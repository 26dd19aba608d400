"""Certainty and polarity where clauses meet: coordination, purpose, prevention, open questions."""

import pytest

from pipeline.extract.readings import Reader
from pipeline.model import Certainty
from pipeline.statements import Word
from tests.builders import make_article


def word(reader: Reader, text: str, wanted: str) -> Word:
    reading = reader.read(make_article(text=text, title="Harbour news"))
    return next(word for statement in reading.statements for word in statement.words if word.text == wanted)


@pytest.mark.parametrize(("text", "wanted", "certainty", "negated"), [
    ("The ferry did not sail and the barge sank.", "sank", Certainty.FACT, False),
    ("The ferry will not sail but the barge left.", "left", Certainty.FACT, False),
    ("The owner would not name a price but said the barge had left.", "said", Certainty.FACT, False),
    ("The owner did not sail or fish.", "fish", Certainty.FACT, True),
    ("The owner may sail or fish.", "fish", Certainty.POSSIBLE, False),
])
def test_a_second_verb_shares_what_the_first_says_only_without_a_subject_or_helper_of_its_own(
    reader: Reader, text: str, wanted: str, certainty: Certainty, negated: bool
):
    found = word(reader, text, wanted)
    assert (found.certainty, found.negated) == (certainty, negated)


@pytest.mark.parametrize(("text", "wanted", "certainty"), [
    ("The police barred the crowd from reaching the bridge.", "reaching", Certainty.DENIED),
    ("The crowd returned from visiting the bridge.", "visiting", Certainty.FACT),
    ("The mayor averted a strike.", "strike", Certainty.DENIED),
    ("The mayor watched a strike.", "strike", Certainty.FACT),
    ("Instead of sailing, the crew slept.", "sailing", Certainty.DENIED),
    ("After sailing, the crew slept.", "sailing", Certainty.FACT),
    ("The crew was too tired to sail.", "sail", Certainty.DENIED),
])
def test_what_is_prevented_or_left_undone_did_not_happen(reader: Reader, text: str, wanted: str, certainty: Certainty):
    assert word(reader, text, wanted).certainty is certainty


@pytest.mark.parametrize(("text", "wanted", "certainty"), [
    ("The crew flew home to rest.", "rest", Certainty.PLANNED),
    ("The crew flew home and rested.", "rested", Certainty.FACT),
    ("The crew managed to sail.", "sail", Certainty.FACT),
])
def test_what_something_is_done_for_has_not_happened_yet(reader: Reader, text: str, wanted: str, certainty: Certainty):
    assert word(reader, text, wanted).certainty is certainty


@pytest.mark.parametrize(("text", "wanted", "certainty", "negated"), [
    ("The mayor did not say how many homes were lost.", "lost", Certainty.UNKNOWN, False),
    ("The mayor gave no deadline and did not say how many homes were lost.", "lost", Certainty.UNKNOWN, False),
    ("The mayor said how many homes were lost.", "lost", Certainty.FACT, False),
])
def test_what_somebody_does_not_tell_is_open_and_not_denied(reader: Reader, text: str, wanted: str, certainty: Certainty, negated: bool):
    found = word(reader, text, wanted)
    assert (found.certainty, found.negated) == (certainty, negated)


@pytest.mark.parametrize(("text", "negated"), [
    ("The ferry is no longer moored here.", True), ("The ferry is longer moored here than there.", False),
    ("The ferry was not yet moored here.", True), ("The ferry is still moored here.", False),
])
def test_no_longer_and_not_yet_deny_and_still_affirms(reader: Reader, text: str, negated: bool):
    assert word(reader, text, "moored").negated is negated


@pytest.mark.parametrize(("text", "certainty"), [
    ("The mayor spoke of the case that the bridge falls apart.", Certainty.CONDITIONAL),
    ("The mayor spoke of the report that the bridge falls apart.", Certainty.FACT),
])
def test_what_is_told_of_a_case_is_a_condition(reader: Reader, text: str, certainty: Certainty):
    assert word(reader, text, "falls").certainty is certainty


@pytest.mark.parametrize(("text", "wanted", "certainty", "negated"), [
    ("Neither the state nor anybody else had paid.", "paid", Certainty.FACT, True),
    ("The court may dismiss the appeal, change the sentence or quash the verdict.", "quash", Certainty.POSSIBLE, False),
])
def test_neither_denies_and_a_verb_joined_to_a_possible_one_is_possible(
    reader: Reader, text: str, wanted: str, certainty: Certainty, negated: bool
):
    found = word(reader, text, wanted)
    assert (found.certainty, found.negated) == (certainty, negated)


@pytest.mark.parametrize("text", [
    "Were the authority to ground the fleet, the airline would lose its seats.", "Should the vote fail, the minister would lose his post."])
def test_a_condition_needs_no_if(reader: Reader, text: str):
    assert word(reader, text, "lose").certainty is Certainty.CONDITIONAL


def test_what_is_joined_to_what_was_to_be_was_to_be_as_well(reader: Reader):
    assert word(reader, "There was to be a ferry to the island and an exchange of crews on the eighteenth.", "exchange").certainty is Certainty.PLANNED


@pytest.mark.parametrize("wanted", ["aside", "order", "gave"])
def test_a_particle_makes_another_verb_of_it(reader: Reader, wanted: str):
    found = word(reader, "The tribunal set aside the order and gave the firm its licence back.", wanted)
    assert found.certainty is Certainty.FACT
