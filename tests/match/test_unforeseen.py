"""What a watch written in ten minutes catches all the same: synonyms, bare numbers of people, plain yes and no, denials, corrections."""

import pytest

from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.language.vocabulary import Vocabulary
from pipeline.match.questions import find_claims
from pipeline.match.watching import WatchIndex
from pipeline.model import ArticleVersion, Certainty, Claim
from pipeline.watches import Cues, Entity, Question, QuestionKind, Watch
from tests.builders import make_article

QUARRY = Watch(id="quarry", title="The quarry", must_name=(("Marl Quarry",),), subject=("quarry", "miner", "shaft", "drill", "owner", "offer", "theft"), questions=(
    Question(id="trapped", asks="How many miners are held under ground?", kind=QuestionKind.QUANTITY, of=("miner", "people"), subject=("hold", "trapped", "hands")),
    Question(id="freed", asks="How many miners have been freed?", kind=QuestionKind.QUANTITY, of=("miner", "people"), subject=("free", "release")),
    Question(id="dead", asks="How many people have died?", kind=QuestionKind.QUANTITY, of=("people", "miner", "body", "dead"), role="dead"),
    Question(id="missing", asks="How many people are missing?", kind=QuestionKind.QUANTITY, of=("people", "missing"), role="missing"),
    Question(id="records", asks="How many people's data was stolen?", kind=QuestionKind.QUANTITY, of=("people", "file"), role="affected"),
    Question(id="aboard", asks="How many were in the cage?", kind=QuestionKind.QUANTITY, of=("people",), role="total", cues=(Cues(state="", words=("on board",)),)),
    Question(id="cleared", asks="How much of the shaft is cleared?", kind=QuestionKind.QUANTITY, of=("cleared",), unit="percent"),
    Question(id="price", asks="What does Orsan pay a share?", kind=QuestionKind.QUANTITY, of=("share",), unit="EUR/share"),
    Question(id="back", asks="When is the lift restored?", kind=QuestionKind.DATE, role="event", subject=("lift",)),
    Question(id="deadline", asks="What deadline did the union set?", kind=QuestionKind.DATE, role="deadline", subject=("deadline", "ultimatum")),
    Question(id="talks", asks="How do the talks stand?", kind=QuestionKind.STATUS, family="talks"),
    Question(id="lift", asks="Does the lift run?", kind=QuestionKind.STATUS, family="service", subject=("lift",)),
    Question(id="suit", asks="How does the class action stand?", kind=QuestionKind.STATUS, states=("announced", "filed", "admitted"), subject=("class action",)),
    Question(id="owner", asks="Does Ada Holm stay director?", kind=QuestionKind.STATUS, states=("stays", "resigned"), subject=("Holm", "director")),
    Question(id="gas", asks="Was gas among the causes?", kind=QuestionKind.YES_NO, subject=("gas", "methane")),
    Question(id="paid", asks="Did the owner pay the inspector?", kind=QuestionKind.YES_NO, subject=("pay",)),
))
ENTITIES = (Entity(name="Marl Quarry", kind="place"), Entity(name="Ada Holm", kind="person", speaks_for="Orsan"), Entity(name="Orsan", kind="organisation"))


@pytest.fixture(scope="module")
def claims(vocabulary: Vocabulary):
    from pipeline.extract.nlp import load_english

    names = Names((*vocabulary.entities, *ENTITIES))
    reader, index = Reader(load_english(), names, vocabulary), WatchIndex(QUARRY, names, vocabulary)

    def read(text: str, title: str = "The Marl Quarry", lead: str = "Marl Quarry is in the hills. ") -> list[Claim]:
        article = make_article(text=lead + text, title=title)
        return list(find_claims(reader.read(article), ArticleVersion(article=article, version=1), index))

    return read


def value(found: list[Claim], question: str) -> str | None:
    return next((claim.answer.value for claim in found if claim.question == question), "-")


@pytest.mark.parametrize(("question", "text", "expected"), [
    ("freed", "Nine miners regained their liberty at the Marl Quarry on Monday.", "9"),
    ("trapped", "That leaves 18 in the hands of the gang at the Marl Quarry, he said.", "18"),
    ("missing", "Forty-five remain unaccounted for at the quarry, the owner said.", "45"),
    ("missing", "Twelve have not been found in the quarry, the owner said.", "12"),
    ("missing", "Eleven others cannot be accounted for at the quarry, the owner said.", "11"),
    ("dead", "The dead at the quarry now number 24, the owner said.", "24"),
    ("dead", "Two more bodies were found in the quarry, which brings the dead to five.", "5"),
    ("dead", "Pavel Dorn died in the quarry on the third night.", "1"),
    ("records", "Data of 1.4 million people was stolen from the quarry's owner.", "1.4e+06"),
    ("records", "Thieves had the files of 3.2 million people from the quarry.", "3.2e+06"),
    ("aboard", "The cage went missing in the shaft of the quarry with 88 people on board.", "88"),
    ("cleared", "The shaft of the quarry is fully cleared.", "100"),
    ("price", "Orsan is now bidding 47 a share for the quarry.", "47"),
    ("freed", "No miners were freed at the quarry on Monday.", "0"),
])
def test_numbers_are_counted_for_what_is_asked_in_other_words(claims, question: str, text: str, expected: str):
    assert value(claims(text), question) == expected


@pytest.mark.parametrize(("question", "text"), [
    ("records", "The quarry feeds 40,000 people in the valley."),
    ("missing", "Forty-five remain on duty at the quarry, the owner said."),
    ("cleared", "The shaft of the quarry is partly cleared."),
    ("price", "The quarry gave each of its 47 neighbours a share."),
    ("aboard", "The quarry lost 12 people who went missing in the shaft."),
])
def test_numbers_of_other_things_are_not(claims, question: str, text: str):
    assert value(claims(text), question) == "-"


def test_a_body_beside_the_counted_people_kills_none_of_them(claims):
    assert value(claims("Nineteen people of the quarry are to come home and Dorn's body with them."), "dead") == "-"


def test_those_of_the_dead_who_were_named_are_a_part_of_them(claims):
    (claim,) = [item for item in claims("Twelve of the dead of the quarry have been identified.") if item.question == "dead"]
    assert claim.part


@pytest.mark.parametrize(("question", "text", "expected"), [
    ("suit", "The class action against the quarry was lodged on Monday.", "filed"),
    ("owner", "Holm, the quarry's director, has stepped down.", "resigned"),
    ("owner", "Ada Holm, head of the quarry, is no longer director.", "-"),
    ("lift", "The quarry's lift is up again.", "restored"),
    ("talks", "The talks on the quarry are off.", "-"),
    ("talks", "At the quarry the talks are off, the union said. They are talking again.", "resumed"),
])
def test_states_are_known_by_the_usual_words_for_them(claims, question: str, text: str, expected: str):
    found = [claim.answer.value for claim in claims(text) if claim.question == question]
    assert expected in found or expected == "-"


def test_files_that_are_counted_have_not_been_filed(claims):
    assert value(claims("The class action speaks of the files of 300 miners of the quarry."), "suit") != "filed"


@pytest.mark.parametrize(("question", "text", "expected"), [
    ("gas", "Methane was among the causes at the quarry.", "yes"),
    ("gas", "It is false that gas was among the causes at the quarry, Holm said.", "no"),
    ("paid", "The owner of the quarry has secretly forked out money to the inspector.", "yes"),
    ("paid", "The owner of the quarry has not paid the inspector.", "no"),
])
def test_a_yes_no_question_without_cues_is_answered_by_its_own_words(claims, question: str, text: str, expected: str):
    assert value(claims(text), question) == expected


@pytest.mark.parametrize("text", ["The quarry's owner spoke of the gas price.", "Gas lamps light the quarry."])
def test_a_word_of_its_subject_alone_answers_no_yes_no_question(claims, text: str):
    assert value(claims(text), "gas") == "-"


def test_a_denial_right_behind_a_claim_denies_it(claims):
    found = claims("The union said that 300 miners were trapped in the quarry. Ada Holm called that pure invention.")
    denial = next(claim for claim in found if claim.certainty is Certainty.DENIED)
    assert (denial.question, denial.answer.value, denial.voice.institution) == ("trapped", None, "Orsan")


@pytest.mark.parametrize("text", [
    "Thirty miners were trapped in the quarry, Holm said. She called the rescue plan a fantasy novel for children.",
    "The union said that 300 miners were trapped in the quarry. The false floor of the shaft had given way.",
])
def test_other_words_behind_a_claim_deny_nothing(claims, text: str):
    assert not any(claim.certainty is Certainty.DENIED and claim.question == "trapped" for claim in claims(text))


def test_a_correction_answers_with_what_is_right_in_it(claims):
    found = claims("Lamps are out.\n\nCorrection: Our report of Monday gave the number of dead at the quarry as 24. It is 23; one woman had been counted twice.")
    assert [claim.answer.value for claim in found if claim.question == "dead"] == ["23"]


@pytest.mark.parametrize(("text", "given_up"), [
    ("There is no ultimatum any more at the quarry.", True),
    ("The union has dropped its deadline for the quarry.", True),
    ("There was no ultimatum at the quarry.", False),
])
def test_a_deadline_can_be_dropped(claims, text: str, given_up: bool):
    assert any(claim.question == "deadline" and claim.answer.text == "no date" for claim in claims(text)) is given_up


def test_a_day_before_which_nothing_happens_is_the_earliest_and_not_given_up(claims):
    claim = next(item for item in claims("The quarry's lift will not run before 20 May, Holm said.") if item.question == "back")
    assert (claim.answer.bound, claim.certainty) == ("not before", Certainty.PLANNED)


def test_an_article_headed_by_another_name_is_read_only_where_it_names_the_watched_one(claims):
    text = "Sixty miners were freed at Tolm Pit, 20 miles from the one at Marl Quarry. Twelve miners were freed by noon. Tolm Pit is old."
    found = claims(text, title="Sixty freed at Tolm Pit", lead="")
    assert all("Marl Quarry" in claim.sentence for claim in found)


def test_a_gerund_asserts_nothing(claims):
    found = claims("Restoring the lift of the quarry is proving slow.")
    assert all(claim.background for claim in found if claim.question == "lift")
