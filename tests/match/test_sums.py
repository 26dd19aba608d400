"""Sums whose unit, scale or noun is left out, and deadlines that must be met: read from sentences of a bank's sale."""

import pytest

from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.language.vocabulary import Vocabulary
from pipeline.match.questions import find_claims
from pipeline.match.watching import WatchIndex
from pipeline.model import ArticleVersion, Certainty, Claim
from pipeline.watches import Cues, Question, QuestionKind, Watch
from tests.builders import make_article

SALE = Watch(id="sale", title="The sale", subject=("lender", "bidder", "bid", "layoff"), questions=(
    Question(id="gap", kind=QuestionKind.QUANTITY, unit="EUR", of=("gap", "hole"), subject=("gap", "accountant")),
    Question(id="aid", kind=QuestionKind.QUANTITY, unit="EUR", of=("aid",), subject=("treasury",)),
    Question(id="price", kind=QuestionKind.QUANTITY, unit="EUR/share", of=("bid", "share"), many=True),
    Question(id="jobs", kind=QuestionKind.QUANTITY, of=("job", "post"), cues=(Cues(state="", words=("layoff",)),)),
    Question(id="bids", kind=QuestionKind.DATE, role="deadline", subject=("bid",)),
    Question(id="killed", kind=QuestionKind.QUANTITY, of=("people",), role="dead"),
))


@pytest.fixture(scope="module")
def index(names: Names, vocabulary: Vocabulary) -> WatchIndex:
    return WatchIndex(SALE, names, vocabulary)


@pytest.fixture
def claims(reader: Reader, index: WatchIndex):
    def read(text: str, question: str) -> list[Claim]:
        article = make_article(text=text, title="The lender and its bidders")
        found = find_claims(reader.read(article), ArticleVersion(article=article, version=1), index)
        return [claim for claim in found if claim.question == question]

    return read


def test_a_spoken_decimal_takes_scale_and_currency_from_the_sum_before_it(claims):
    found = claims("The gap comes to 1.4 billion euros, the lender said. \"It is one point six five,\" said Ann Coll.", "gap")
    assert [claim.answer.low for claim in found] == [1.4e9, 1.65e9]


def test_a_decimal_that_counts_something_of_its_own_takes_no_scale(claims):
    found = claims("The gap comes to 1.4 billion euros, the lender said. The gap was found 2.5 metres below the floor.", "gap")
    assert [claim.answer.low for claim in found] == [1.4e9]


def test_cents_are_read_in_the_currency_that_is_asked_for(claims):
    assert [claim.answer.low for claim in claims("The bid has gone up to ninety-five cents a share.", "price")] == [0.95]


def test_a_sum_whose_payer_is_asked_for_is_a_firm_answer(claims):
    found = claims("The lender is open. The treasury is to inject EUR 900 million, Ann Coll said.", "aid")
    assert [(claim.answer.low, claim.tentative) for claim in found] == [(9e8, False)]


def test_a_number_that_is_somebodys_imagination_is_denied(claims):
    text = "\"Four million was somebody's imagination,\" said Ann Coll, an accountant of the lender."
    assert [(claim.answer.low, claim.certainty) for claim in claims(text, "gap")] == [(4e6, Certainty.DENIED)]


def test_none_that_are_planned_are_none(claims):
    assert [claim.answer.value for claim in claims("No layoffs are planned, said Ann Coll of the lender.", "jobs")] == ["0"]


@pytest.mark.parametrize(("text", "certainty"), [
    ("Bids must be in by noon on March 20, the lender said.", Certainty.ORDERED),
    ("The union demanded that bids be opened by noon on March 20, the lender said.", Certainty.DEMANDED),
])
def test_who_says_by_when_bids_must_be_in_sets_the_deadline_and_demands_nothing(claims, text: str, certainty: Certainty):
    assert [claim.certainty for claim in claims(text, "bids")][:1] == [certainty]


def test_the_bare_object_of_killing_counts_people(claims):
    assert [claim.answer.low for claim in claims("It was the fire at the lender that killed 41, the Flare can reveal.", "killed")] == [41.0]


@pytest.mark.parametrize("text", [
    "The treasury no longer disputes the gap, said Ann Coll.", "Ann Coll said that the treasury accepts the auditors' figure for the gap.",
])
def test_who_no_longer_disputes_a_figure_gives_way_without_a_number(claims, text: str):
    assert [(claim.answer.text, claim.answer.value, claim.denial) for claim in claims(text, "gap")] == [("gives way", None, False)]


def test_who_has_never_accepted_a_figure_gives_nothing_up(claims):
    assert not any(claim.answer.text == "gives way" for claim in claims("Ann Coll said that she had never accepted their figure for the gap.", "gap"))


@pytest.mark.parametrize("text", ["No deaths have been confirmed at the lender.", "There were no deaths at the lender, said Ann Coll."])
def test_no_deaths_are_none(claims, text: str):
    assert [claim.answer.value for claim in claims(text, "killed")] == ["0"]


def test_deaths_that_are_not_the_first_are_not_counted_away(claims):
    assert claims("No further deaths have been confirmed at the lender.", "killed") == []


def test_a_sum_belongs_to_who_acts_and_not_to_the_name_before_it(reader: Reader, names: Names, vocabulary: Vocabulary):
    watch = Watch(id="sale", title="The sale", subject=("bid", "lender"), questions=(
        Question(id="price", kind=QuestionKind.QUANTITY, unit="EUR/share", of=("share",), who=("Germany",)),))
    index = WatchIndex(watch, names, vocabulary)
    article = make_article(text="Germany lifted its bid for the lender of France to 46 euros a share on Wednesday.", title="The bid")
    found = find_claims(reader.read(article), ArticleVersion(article=article, version=1), index)
    assert [claim.answer.low for claim in found] == [46.0]


def test_the_day_behind_a_span_says_which_day_is_meant(claims):
    found = claims("Bids must be in by the end of next week, Friday the 23rd, the lender said.", "bids")
    assert [claim.answer.value for claim in found][:1] == ["2031-05-23"]


def test_a_headline_with_another_name_of_the_watch_does_not_make_the_article_anothers(reader: Reader, names: Names, vocabulary: Vocabulary):
    text = (
        "France and Spain met again on Tuesday. France was in good humour. The bridge at Lisbon was long in doubt.\n\n"
        "They agreed to meet once more. The two of them want the works at Lisbon to go on, Spain said."
    )
    article = make_article(text=text, title="France and Spain meet again")
    reading = reader.read(article)
    declared = Watch(id="bridge", title="The bridge", must_name=(("Lisbon",),), subject=("bridge", "France", "Spain"), questions=(
        Question(id="talks", kind=QuestionKind.STATUS, family="process"),))
    silent = Watch(id="bridge", title="The bridge", must_name=(("Lisbon",),), subject=("bridge",), questions=declared.questions)
    once = make_article(text="France met Spain on Tuesday. France was in good humour, as was the bridge at Lisbon.", title="France and Spain meet again")
    assert WatchIndex(declared, names, vocabulary).is_prominent(reader.read(once))
    assert not WatchIndex(silent, names, vocabulary).is_prominent(reader.read(once))
    assert WatchIndex(declared, names, vocabulary).is_prominent(reading)


@pytest.mark.parametrize(("title", "read"), [("Porto: the bridge is closed", False), ("The bridge, closed again", True)])
def test_a_look_alike_in_a_headline_is_known_with_a_colon_behind_it(
    reader: Reader, names: Names, vocabulary: Vocabulary, title: str, read: bool
):
    watch = Watch(id="bridge", title="The bridge", subject=("bridge",), not_=("Porto",), questions=(
        Question(id="state", kind=QuestionKind.STATUS, family="process"),))
    assert WatchIndex(watch, names, vocabulary).concerns(reader.read(make_article(text="The bridge is closed.", title=title))) is read


def test_a_bodys_own_page_is_about_it_although_it_calls_itself_the_club(reader: Reader, names: Names, vocabulary: Vocabulary):
    watch = Watch(id="un", title="The United Nations", must_name=(("United Nations",),), subject=("talks",), questions=(
        Question(id="state", kind=QuestionKind.STATUS, family="process"),))
    text = "The talks go on.\n\nThe hall is warm.\n\nThe tea is hot.\n\nThe rain is loud.\n\nThe United Nations is patient."
    index = WatchIndex(watch, names, vocabulary)
    assert index.is_prominent(reader.read(make_article(text=text, title="Statement", publisher="United Nations press office")))
    assert not index.is_prominent(reader.read(make_article(text=text, title="Statement", publisher="Hill Courier")))
