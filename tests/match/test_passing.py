"""Why a sentence was passed over, in words that lead to the mending."""

import pytest

from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.language.vocabulary import Vocabulary
from pipeline.match.passing import off_watch, passed_over, weighed_sentences
from pipeline.match.questions import find_claims
from pipeline.match.watching import WatchIndex
from pipeline.model import ArticleVersion
from pipeline.watches import Question, QuestionKind, Watch
from tests.builders import make_article

FLOOD = Watch(id="flood", title="The flood", must_name=(("Norway",),), subject=("flood", "dike"), not_=("flood of letters",), questions=(
    Question(id="dead", kind=QuestionKind.QUANTITY, of=("person",), role="dead"),
    Question(id="reopening", kind=QuestionKind.DATE, role="event", subject=("school",)),
    Question(id="order", kind=QuestionKind.STATUS, family="order", who=("Norway",)),
))


@pytest.fixture
def index(names: Names, vocabulary: Vocabulary) -> WatchIndex:
    return WatchIndex(FLOOD, names, vocabulary)


def why(reader: Reader, index: WatchIndex, text: str, title: str = "The flood in Norway") -> list[str]:
    """For each sentence: why it was passed over, or "taken"."""
    article = make_article(text=text, title=title)
    reading = reader.read(article)
    taken = {claim.start for claim in find_claims(reading, ArticleVersion(article=article, version=1), index)}
    weighed = weighed_sentences(reading, index)
    return ["taken" if start in taken else passed_over(place, items) for start, (place, items) in weighed.items()]


@pytest.mark.parametrize(("text", "title", "reason"), [
    ("The flood came at night, the mayor said.", "The flood in Sweden", "does not name all of: Norway"),
    ("The flood came at night, the mayor said.", "A flood of letters to Norway", "the headline has a look-alike of the subject"),
    ("The concert in Norway began late, the mayor said.", "A concert in Norway", "no sentence has a word of the subject: flood, dike"),
    ("The flood came at night, the mayor said.", "The flood in Norway", ""),
])
def test_an_article_that_is_not_on_the_watch_says_why(reader: Reader, index: WatchIndex, text: str, title: str, reason: str):
    found = off_watch(reader.read(make_article(text=text, title=title)), index)
    assert reason in found
    assert bool(found) is bool(reason)


def test_an_article_off_the_watch_has_no_weighed_sentences(reader: Reader, index: WatchIndex):
    assert weighed_sentences(reader.read(make_article(text="The flood came at night.", title="The flood in Sweden")), index) == {}


def test_a_sentence_that_is_taken_is_not_passed_over(reader: Reader, index: WatchIndex):
    assert why(reader, index, "The flood killed seven people, the mayor of Bergen said.") == ["taken"]


@pytest.mark.parametrize(("text", "reason"), [
    ("The mayor had a flood of letters about seven dead people.", "has a look-alike of the subject: flood of letters"),
    ("The mayor spoke in the town hall.", "has no word of the watch's subject itself"),
    ("The flood was deep, the mayor said.", "has no state, cue, unit, role or date of any question"),
])
def test_a_sentence_that_is_passed_over_says_why(reader: Reader, index: WatchIndex, text: str, reason: str):
    (found,) = why(reader, index, text)
    assert reason in found


def test_each_question_that_cannot_be_answered_says_why(reader: Reader, index: WatchIndex):
    reading = reader.read(make_article(text="The flood will end on 22 May, Anna Berg said.", title="The flood in Norway"))
    ((_, items),) = weighed_sentences(reading, index).values()
    unfit = {item.question.id: item.unfit for item in items}
    assert unfit == {
        "dead": "has no state, cue, unit, role or date of it",
        "reopening": "has no word of the question's own subject",
        "order": "is not about Norway",
    }
