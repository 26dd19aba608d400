"""Numbers that are denied, asked for or set in another time, read from sentences of a mine accident."""

import pytest

from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.language.vocabulary import Vocabulary
from pipeline.match.questions import find_claims
from pipeline.match.watching import WatchIndex
from pipeline.model import ArticleVersion, Certainty, Claim
from pipeline.watches import Cues, Question, QuestionKind, Watch
from tests.builders import make_article

MINE = Watch(id="mine", title="The mine", subject=("mine", "miner", "shaft", "rescue"), questions=(
    Question(id="dead", kind=QuestionKind.QUANTITY, of=("people", "man"), role="dead"),
    Question(id="missing", kind=QuestionKind.QUANTITY, of=("people", "man"), role="missing"),
    Question(id="saved", kind=QuestionKind.QUANTITY, of=("people", "man"), subject=("saved", "alive", "rescued")),
    Question(id="depth", kind=QuestionKind.QUANTITY, of=("metre",), subject=("shaft", "drilling")),
    Question(id="report", kind=QuestionKind.DATE, role="deadline", subject=("report",)),
    Question(id="through", kind=QuestionKind.DATE, role="event", subject=("drill",)),
    Question(id="warned", kind=QuestionKind.YES_NO, subject=("warning", "owner"), cues=(
        Cues(state="yes", words=("warn",)), Cues(state="no", words=("reject",)))),
))


@pytest.fixture(scope="module")
def index(names: Names, vocabulary: Vocabulary) -> WatchIndex:
    return WatchIndex(MINE, names, vocabulary)


@pytest.fixture
def claims(reader: Reader, index: WatchIndex):
    def read(text: str) -> list[Claim]:
        article = make_article(text=text, title="The mine")
        return list(find_claims(reader.read(article), ArticleVersion(article=article, version=1), index))

    return read


def of(found: list[Claim], question: str) -> list[Claim]:
    return [claim for claim in found if claim.question == question]


def test_a_story_dismissed_as_nonsense_is_a_denial_of_its_number(claims):
    found = of(claims("Mine director Anna Berg dismissed as nonsense a newspaper story that seven men were dead."), "dead")
    assert [(claim.answer.value, claim.answer.low, claim.certainty, claim.denial) for claim in found] == [(None, 7.0, Certainty.DENIED, True)]


def test_a_number_in_a_denial_of_something_else_is_not_denied(claims):
    text = "Anna Berg, who called the union's arithmetic a lie, said that nine men were dead in the mine."
    assert [claim.answer.value for claim in of(claims(text), "dead")] == ["9"]


@pytest.mark.parametrize("text", [
    "So how many men are still missing in the mine? The company now puts it at 22.",
    "So how many men are still missing in the mine? It depends on whom you ask. The company says 22.",
])
def test_a_bare_number_behind_a_question_answers_what_was_asked(claims, text: str):
    assert [claim.answer.value for claim in of(claims(text), "missing")] == ["22"]


def test_a_bare_number_in_the_next_paragraph_answers_it_no_more(claims):
    assert not of(claims("So how many men are still missing in the mine?\n\nThe company says 22."), "missing")


def test_of_two_numbers_the_one_with_the_questions_own_word_answers_it(claims):
    text = "On Friday 22 men remained below ground in the mine, and three men had been rescued alive."
    assert [claim.answer.value for claim in of(claims(text), "saved")] == ["3"]


@pytest.mark.parametrize("text", [
    "In 1999 the same mine killed five men and buried the shaft at 620 metres.",
    "The drilling of 2011 needed 33 days for 620 metres of shaft.",
])
def test_a_number_of_a_year_long_past_is_no_answer(claims, text: str):
    assert not of(claims(text), "depth")


def test_a_day_set_with_now_against_the_one_before_is_the_day(claims):
    text = "The mine report was to be out last Friday, and was not; her office now says the thirtieth."
    assert [claim.answer.value for claim in of(claims(text), "report")] == ["2031-05-30"]


@pytest.mark.parametrize("text", [
    "The mine report, incidentally, was delivered this morning, three weeks late.",
    "The mine report came out on Monday, the day that had been set.",
])
def test_what_has_come_on_the_promised_day_or_late_has_come_whatever_its_verb(claims, text: str):
    assert [(claim.answer.value, claim.certainty) for claim in of(claims(text), "report")] == [("2031-05-12", Certainty.FACT)]


def test_a_rejected_charge_is_a_denial_although_the_cue_for_no_is_a_verb_of_denying(claims):
    found = of(claims("The owner of the mine rejected the charge that a warning had come, Anna Berg said."), "warned")
    assert [(claim.answer.value, claim.denial) for claim in found] == [("no", True)]


def test_a_present_state_on_the_day_that_was_promised_has_come(claims):
    text = "The drill is through, on the Monday that Anna Berg gave the mine."
    assert [(claim.answer.value, claim.certainty) for claim in of(claims(text), "through")] == [("2031-05-12", Certainty.FACT)]


def test_up_to_is_no_limit_behind_a_verb_that_moves_the_figure(claims):
    found = of(claims("The company raised the depth of the shaft up to 620 metres."), "depth")
    assert [(claim.answer.value, claim.answer.bound) for claim in found] == [("620", "exact")]


@pytest.mark.parametrize("text", [
    "Some 190 people are thought to be left in the mine.", "There are 190 people left in the mine.", "The 190 people left in the mine are well."])
def test_who_is_left_has_not_left(reader: Reader, names: Names, vocabulary: Vocabulary, text: str):
    watch = Watch(id="mine", title="The mine", subject=("mine",), questions=(
        Question(id="gone", kind=QuestionKind.QUANTITY, of=("people",), role="leaves"),))
    article = make_article(text=text, title="The mine")
    assert not find_claims(reader.read(article), ArticleVersion(article=article, version=1), WatchIndex(watch, names, vocabulary))


@pytest.mark.parametrize(("text", "value"), [
    ("The governor departed from the town in the night.", "no"), ("The governor has slipped out, two officers said.", "no"),
    ("The governor stayed put in the town.", "yes"), ("The governor spoke to the town.", None)])
def test_a_cue_stands_for_the_verbs_of_its_class_and_for_its_synonyms(
    reader: Reader, names: Names, vocabulary: Vocabulary, text: str, value: str | None
):
    watch = Watch(id="town", title="The town", subject=("town", "governor"), questions=(
        Question(id="stays", kind=QuestionKind.YES_NO, subject=("governor",), cues=(
            Cues(state="yes", words=("stay",)), Cues(state="no", words=("leave",)))),))
    article = make_article(text=text, title="The town")
    found = find_claims(reader.read(article), ArticleVersion(article=article, version=1), WatchIndex(watch, names, vocabulary))
    assert [claim.answer.value for claim in found] == ([value] if value else [])


CRASH = Watch(id="crash", title="The crash", subject=("plane", "crash"), questions=(
    Question(id="dead", kind=QuestionKind.QUANTITY, of=("people",), role="dead"),
    Question(id="alive", kind=QuestionKind.QUANTITY, of=("people", "survivor"), subject=("survivor", "saved")),
    Question(id="cause", kind=QuestionKind.STATUS, asks="What brought the plane down?", states=("ice", "fire", "bomb")),
    Question(id="fleet", kind=QuestionKind.STATUS, states=("flying", "grounded"), subject=("fleet",), cues=(
        Cues(state="flying", words=("fly",)), Cues(state="grounded", words=("ban",)))),
))


@pytest.fixture(scope="module")
def crash(names: Names, vocabulary: Vocabulary) -> WatchIndex:
    return WatchIndex(CRASH, names, vocabulary)


@pytest.mark.parametrize(("text", "question", "value"), [
    ("It is the worst crash of a plane since 1988, when 61 people died.", "dead", None),
    ("The crash leaves eight survivors of the 46 people who were in the plane.", "alive", "8"),
    ("By last night they had counted nineteen people dead in the crash. At noon it was thirty-one.", "dead", "31"),
    ("Ice brought the plane down, the board said.", "cause", "ice"),
    ("The authority took the ban off the fleet on Monday, after the crash.", "fleet", "not grounded"),
])
def test_a_crash_is_read_as_a_reader_takes_it(reader: Reader, crash: WatchIndex, text: str, question: str, value: str | None):
    article = make_article(text=text, title="The crash")
    found = of(list(find_claims(reader.read(article), ArticleVersion(article=article, version=1), crash)), question)
    assert [claim.answer.value for claim in found if not claim.background][-1:] == ([value] if value else [])


def test_who_no_longer_disputes_it_denies_nothing(reader: Reader, crash: WatchIndex):
    article = make_article(text="The maker of the plane no longer disputes that 31 people died in the crash.", title="The crash")
    found = find_claims(reader.read(article), ArticleVersion(article=article, version=1), crash)
    assert not any(claim.denial for claim in found)


def test_the_analysts_own_word_for_a_date_stands_for_its_subject(reader: Reader, names: Names, vocabulary: Vocabulary):
    watch = Watch(id="mine", title="The mine", subject=("mine", "report"), questions=(
        Question(id="report", kind=QuestionKind.DATE, role="deadline", subject=("report",), cues=(Cues(state="", words=("publish",)),)),))
    article = make_article(text="The report on the mine is late. \"We now intend to publish on the 26th,\" Anna Berg said.", title="The mine")
    found = find_claims(reader.read(article), ArticleVersion(article=article, version=1), WatchIndex(watch, names, vocabulary))
    assert [claim.answer.value for claim in found if not claim.background] == ["2031-05-26"]


BANK = Watch(id="bank", title="The bank", subject=("bank",), questions=(
    Question(id="aid", kind=QuestionKind.QUANTITY, unit="EUR", of=("aid",), subject=("state", "government")),
    Question(id="price", kind=QuestionKind.QUANTITY, unit="EUR/share", of=("offer", "bid")),
    Question(id="limit", kind=QuestionKind.STATUS, family="order", subject=("withdraw", "limit")),
    Question(id="chief", kind=QuestionKind.YES_NO, subject=("Roe",), cues=(Cues(state="no", words=("resign",)),)),
    Question(id="jobs", kind=QuestionKind.QUANTITY, of=("job",), cues=(Cues(state="", words=("layoff",)),)),
))


@pytest.mark.parametrize(("text", "question", "value", "certainty"), [
    ("The state is to put EUR 1.1 billion into the bank.", "aid", "1.1e+09", Certainty.PLANNED),
    ("The offer for the bank, at EUR 0.95, was not accepted.", "price", "0.95", None),
    ("The offer for the bank came to EUR 95 million.", "price", None, None),
    ("Withdrawals were slow at the bank.", "limit", None, None),
    ("Ada Roe of the bank brushed aside calls to resign.", "chief", "no", Certainty.DEMANDED),
    ("The bank said that 850 jobs will go.", "jobs", "850", None),
])
def test_a_bank_is_read_as_a_reader_takes_it(
    reader: Reader, names: Names, vocabulary: Vocabulary, text: str, question: str, value: str | None, certainty: Certainty | None
):
    article = make_article(text=text, title="The bank")
    index = WatchIndex(BANK, names, vocabulary)
    found = of(list(find_claims(reader.read(article), ArticleVersion(article=article, version=1), index)), question)
    assert [claim.answer.value for claim in found] == ([value] if value else [])
    assert certainty is None or [claim.certainty for claim in found] == [certainty]


@pytest.mark.parametrize("text", [
    "Was the owner given a warning? \"No such warning was ever sent,\" said Tom Holt of the mine.",
    "A paper wrote that the owner had a warning. It was nothing of the kind, said Tom Holt of the mine.",
])
def test_no_such_thing_denies_what_the_sentence_before_was_about(claims, text: str):
    assert [claim.answer.value for claim in of(claims(text), "warned")][-1:] == ["no"]


def test_what_an_outlet_says_of_no_such_thing_denies_nothing(claims):
    found = of(claims("A paper wrote that the owner had a warning. There is no such paper in the town."), "warned")
    assert not any(claim.denial for claim in found)


def test_all_that_are_left_of_a_whole_are_no_part(claims):
    assert [(claim.answer.value, claim.part) for claim in of(claims("That leaves eight men alive of the 46 in the mine."), "saved")][:1] == [("8", False)]
