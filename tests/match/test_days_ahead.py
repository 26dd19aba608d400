"""Days on which what is asked about does something, whatever the verb: read from sentences on a bridge and its talks."""

import pytest

from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.language.vocabulary import Vocabulary
from pipeline.match.questions import find_claims
from pipeline.match.watching import WatchIndex
from pipeline.model import ArticleVersion, Claim
from pipeline.watches import Question, QuestionKind, Watch
from tests.builders import make_article

BRIDGE = Watch(id="bridge", title="The bridge", subject=("bridge", "toll", "talks"), questions=(
    Question(id="barrier", kind=QuestionKind.DATE, role="start", subject=("barrier",)),
    Question(id="meeting", kind=QuestionKind.DATE, role="next", subject=("talks", "envoy")),
    Question(id="toll", kind=QuestionKind.STATUS, family="process", subject=("toll",)),
))


@pytest.fixture(scope="module")
def index(names: Names, vocabulary: Vocabulary) -> WatchIndex:
    return WatchIndex(BRIDGE, names, vocabulary)


@pytest.fixture
def claims(reader: Reader, index: WatchIndex):
    def read(text: str, question: str) -> list[Claim]:
        article = make_article(text=text, title="The bridge and its toll")
        found = find_claims(reader.read(article), ArticleVersion(article=article, version=1), index)
        return [claim for claim in found if claim.question == question]

    return read


def days(found: list[Claim]) -> list[str | None]:
    return [claim.answer.value for claim in found]


@pytest.mark.parametrize(("text", "question"), [
    ("The barriers of the bridge would be raised on 20 September, the company said.", "barrier"),
    ("The talks on the bridge went badly. They will reconvene on 20 September.", "meeting"),
    ("The envoys are expected at the bridge on 20 September.", "meeting"),
])
def test_a_day_ahead_on_which_what_is_asked_about_does_something_answers_when(claims, text: str, question: str):
    assert [day for day in days(claims(text, question)) if day and day.endswith("-09-20")]


@pytest.mark.parametrize(("text", "question"), [
    ("The barriers of the bridge were painted on 2 January, the company said.", "barrier"),
    ("The barriers of the bridge would otherwise have rusted on 20 September.", "barrier"),
    ("The company must present its accounts on 20 September, and the barriers are blue.", "barrier"),
    ("The work on the barriers is suspended on 20 September.", "barrier"),
])
def test_a_day_past_averted_or_of_something_else_does_not(claims, text: str, question: str):
    assert days(claims(text, question)) == []


def test_a_sentence_that_asks_answers_nothing(claims):
    assert claims("Has the bridge toll been cancelled?", "toll") == []
    assert [claim.answer.value for claim in claims("The bridge toll has been cancelled.", "toll")] == ["cancelled"]
