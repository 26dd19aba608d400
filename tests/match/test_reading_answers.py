"""What a sentence answers beside its neighbours: numbers of their own nouns, dates that came true or were given up, words told in passing."""

import datetime as dt

import pytest

from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.language.vocabulary import Vocabulary
from pipeline.match.questions import find_claims
from pipeline.match.watching import WatchIndex
from pipeline.model import ArticleVersion, Certainty, Claim
from pipeline.watches import Cues, Question, QuestionKind, Watch
from tests.builders import make_article

FEVER = Watch(id="fever", title="The fever", subject=("fever", "outbreak", "hospital", "clinic", "vaccine"), questions=(
    Question(id="cases", kind=QuestionKind.QUANTITY, of=("case", "infection", "people ill"), role="affected"),
    Question(id="deaths", kind=QuestionKind.QUANTITY, of=("people", "death", "dead"), role="dead"),
    Question(id="beds", kind=QuestionKind.QUANTITY, of=("bed",)),
    Question(id="clinic-opens", kind=QuestionKind.DATE, role="start", subject=("clinic",)),
    Question(id="trial", kind=QuestionKind.DATE, role="next", subject=("trial",)),
    Question(id="talks", kind=QuestionKind.STATUS, family="talks"),
    Question(id="vaccine", kind=QuestionKind.STATUS, family="approval", subject=("vaccine",)),
    Question(id="hidden", kind=QuestionKind.YES_NO, subject=("ministry",), cues=(Cues(state="yes", words=("missing", "hide")),)),
))


@pytest.fixture(scope="module")
def index(names: Names, vocabulary: Vocabulary) -> WatchIndex:
    return WatchIndex(FEVER, names, vocabulary)


@pytest.fixture
def claims(reader: Reader, index: WatchIndex):
    def read(text: str) -> list[Claim]:
        article = make_article(text=text, title="The fever")
        return list(find_claims(reader.read(article), ArticleVersion(article=article, version=1), index))

    return read


def values(found: list[Claim]) -> dict[str, str | None]:
    return {claim.question: claim.answer.value for claim in found}


@pytest.mark.parametrize(("text", "expected"), [
    ("The outbreak has brought 102 cases and 18 deaths.", {"cases": "102", "deaths": "18"}),
    ("Confirmed cases of the fever stood at 84 and deaths at 13, the ministry said.", {"cases": "84", "deaths": "13"}),
    ("The fever's death toll stands at 26 and the number of cases at 135.", {"deaths": "26", "cases": "135"}),
])
def test_each_number_counts_the_noun_that_it_stands_with(claims, text: str, expected: dict[str, str]):
    found = values(claims(text))
    assert {name: found.get(name) for name in expected} == expected


def test_a_number_inside_a_name_counts_nothing(claims):
    assert "beds" not in values(claims("The fever has reached Ward 12, where the beds are old."))


def test_a_year_counts_nothing(claims):
    assert "beds" not in values(claims("The hospital has had new beds since 2029."))


def test_a_figure_that_is_set_aside_is_no_answer(claims):
    assert values(claims("The hospital has 40 beds and not 60."))["beds"] == "40"


@pytest.mark.parametrize(("text", "part"), [
    ("The hospital has lost three of its 40 beds.", True),
    ("The hospital received two more beds.", True),
    ("The hospital has 40 beds.", False),
])
def test_parts_and_increments_are_marked(claims, text: str, part: bool):
    assert [claim.part for claim in claims(text) if claim.question == "beds"][:1] == [part]


def test_a_bare_figure_takes_what_the_sentence_before_counted(claims):
    found = [claim for claim in claims("The hospital says it has 40 beds. The true number is 36, a nurse said.") if claim.question == "beds"]
    assert [claim.answer.value for claim in found] == ["40", "36"]


def test_a_bare_figure_of_something_else_takes_nothing(claims):
    found = claims("The hospital says it has 40 beds.\n\nOlder buildings were sold for 36 in all.")
    assert [claim.answer.value for claim in found if claim.question == "beds"] == ["40"]


def test_an_event_told_without_a_date_dates_itself_by_the_day_it_was_told(claims):
    found = [claim for claim in claims("The new clinic opened and treated its first patient, the mayor said.") if claim.question == "clinic-opens"]
    assert [(claim.answer.value, claim.certainty) for claim in found] == [("2031-05-12", Certainty.FACT)]


def test_an_event_still_to_come_is_no_date_of_today(claims):
    assert "clinic-opens" not in values(claims("The new clinic will open once the doctors have come, the mayor said."))


def test_an_event_in_a_side_clause_is_no_news_of_its_day(claims):
    assert "clinic-opens" not in values(claims("Nurses have complained since the clinic opened."))


def test_a_thing_that_will_not_happen_has_no_date_any_more(claims):
    found = [claim for claim in claims('"We will not be trialling the vaccine," the director said.') if claim.question == "trial"]
    assert [claim.answer.value for claim in found] in ([None], [])


def test_what_is_moved_from_one_day_to_another_has_the_second(claims):
    found = [claim for claim in claims("The court pushed back the trial from 6 to 20 June.") if claim.question == "trial"]
    assert [claim.answer.when.start.date() for claim in found] == [dt.date(2031, 6, 20)]


def test_not_this_day_but_that_one_is_that_one(claims):
    found = [claim for claim in claims("The trial will not be held on Friday but on Monday, 19 May.") if claim.question == "trial"]
    assert [claim.answer.when.start.date() for claim in found] == [dt.date(2031, 5, 19)]


def test_talks_resume_but_work_that_resumes_is_no_talk(claims):
    assert values(claims("The talks on the fever resumed at noon.")).get("talks") == "resumed"
    firm = [claim for claim in claims("Work at the hospital resumed at noon.") if claim.question == "talks" and not claim.tentative]
    assert firm == []


def test_what_was_told_by_somebody_in_the_pluperfect_is_no_recap(claims):
    found = [claim for claim in claims("The vaccine had been approved by the board, the minister said.") if claim.question == "vaccine"]
    assert [claim.background for claim in found] == [False]


def test_the_pluperfect_of_the_writer_is_a_recap(claims):
    found = [claim for claim in claims("The vaccine had been approved by the board.") if claim.question == "vaccine"]
    assert all(claim.background for claim in found)


def test_a_state_in_a_side_clause_is_told_in_passing(claims):
    found = [claim for claim in claims("Everything changed when the board approved the vaccine.") if claim.question == "vaccine"]
    assert [claim.passing for claim in found] == [True]


def test_asking_whether_says_nothing(claims):
    assert "vaccine" not in values(claims("Reporters asked whether the vaccine had been approved."))


def test_a_thing_only_named_is_not_said_to_be_so(claims):
    assert "hidden" not in values(claims("The ministry took down a report about the missing patients."))


def test_an_outlets_own_words_deny_nothing(claims):
    found = [claim for claim in claims("The vaccine has not been approved.") if claim.question == "vaccine"]
    assert [claim.denial for claim in found] == [False]


def test_what_is_said_to_have_risen_is_told_as_a_movement(claims):
    risen, counted = claims("Deaths from the fever have risen to 19."), claims("The fever has caused 19 deaths.")
    assert [claim.moved for claim in risen if claim.question == "deaths"] == [True]
    assert [claim.moved for claim in counted if claim.question == "deaths"] == [False]
