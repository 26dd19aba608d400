"""Which question a sentence answers, and which it leaves alone; a flood and a council vote in one article."""

from collections import defaultdict

import pytest

from pipeline import monitor
from pipeline.ingest.archive import Archive
from pipeline.store.claims import all_claims
from pipeline.store.database import Database
from pipeline.watches import Cues, Question, QuestionKind, Story, Watch
from tests.builders import make_article

FLOOD = Watch(id="flood", title="The flood", subject=("flood", "dike"), questions=(
    Question(id="dead", kind=QuestionKind.QUANTITY, of=("person",), role="dead"),
    Question(id="houses", kind=QuestionKind.QUANTITY, of=("house",)),
    Question(id="reopening", kind=QuestionKind.DATE, role="event", subject=("school",)),
    Question(id="repair", kind=QuestionKind.STATUS, family="process", subject=("repair",)),
    Question(id="order-to-leave", kind=QuestionKind.YES_NO, cues=(Cues(state="yes", words=("must leave",)), Cues(state="no", words=("may stay",)))),
))


def answers(text: str, database: Database, watch: Watch = FLOOD) -> dict[str, list[str]]:
    """The answers that one article gives, by question."""
    story = Story(watches=(watch,))
    monitor.replay(Archive(articles=(make_article(url="https://example.org/1", text=text),), removals=(), problems=()), story, database)
    found: dict[str, list[str]] = defaultdict(list)
    with database.reading() as connection:
        for stored in all_claims(connection):
            found[stored.claim.question].append(stored.claim.answer.value or stored.claim.answer.text)
    return dict(found)


@pytest.mark.parametrize(("text", "question"), [
    ("The flood killed seven people, the mayor, Anna Berg, said.", "dead"),
    ("The flood damaged 120 houses, the mayor, Anna Berg, said.", "houses"),
    ("Schools closed by the flood will reopen on 22 May, the mayor, Anna Berg, said.", "reopening"),
    ("Repairs of the dike have begun, the mayor, Anna Berg, said.", "repair"),
    ("Everyone behind the dike must leave, the mayor, Anna Berg, said.", "order-to-leave"),
])
def test_a_sentence_answers_the_question_that_asks_for_it_and_no_other(sqlite_database: Database, text: str, question: str):
    assert list(answers(text, sqlite_database)) == [question]


@pytest.mark.parametrize("text", [
    "The council met about the flood for three hours.",
    "The flood was the second in nine years.",
    "A concert for 120 guests took place on 22 May in the town hall.",
    "The flood came from the hills, and the dike is 40 kilometres long.",
])
def test_a_sentence_that_answers_nothing_gives_no_claim(sqlite_database: Database, text: str):
    assert answers(text, sqlite_database) == {}


def test_two_numbers_of_one_sentence_go_to_their_own_questions(sqlite_database: Database):
    found = answers("The flood killed seven people and damaged 120 houses, the mayor, Anna Berg, said.", sqlite_database)
    assert set(found) == {"dead", "houses"}
    assert len(found["dead"]) == len(found["houses"]) == 1


def test_a_question_with_a_subject_of_its_own_leaves_other_dates_alone(sqlite_database: Database):
    assert "reopening" not in answers("The dike will be inspected on 22 May, the mayor, Anna Berg, said.", sqlite_database)


def test_of_two_questions_for_a_share_the_one_that_is_asked_in_the_words_of_the_sentence_takes_the_number(sqlite_database: Database):
    watch = Watch(id="vote", title="The votes", subject=("vote",), questions=(
        Question(id="tunnel-share", kind=QuestionKind.QUANTITY, unit="percent", asks="What share voted for the tunnel?"),
        Question(id="bridge-share", kind=QuestionKind.QUANTITY, unit="percent", asks="What share voted for the bridge?"),
    ))
    assert answers("In the vote 61 percent wanted the bridge, the mayor, Anna Berg, said.", sqlite_database, watch) == {"bridge-share": ["61"]}


def test_a_question_about_an_actor_is_answered_where_the_actor_is_only_called_the_company(sqlite_database: Database):
    watch = Watch(id="pay", title="Pay", subject=("pay",), questions=(
        Question(id="offer", kind=QuestionKind.QUANTITY, unit="percent", of=("raise",), who=("Halm Foods",)),
    ))
    text = "Halm Foods met its bakers about their pay. The company offered a raise of 4 percent. The mayor earns a raise of 9 percent."
    assert answers(text, sqlite_database, watch) == {"offer": ["4"]}


COUNCIL = Watch(id="council", title="The council", subject=("tunnel", "toll road", "library"), questions=(
    Question(id="vote", kind=QuestionKind.QUANTITY, unit="percent", asks="What share voted for the tunnel?"),
    Question(id="jobs", kind=QuestionKind.QUANTITY, of=("job",)),
    Question(id="start", kind=QuestionKind.DATE, role="start", subject=("tunnel",)),
    Question(id="planned", kind=QuestionKind.YES_NO, cues=(Cues(state="yes", words=("is planned",)),)),
    Question(id="phase", kind=QuestionKind.STATUS, family="process", subject=("tunnel",)),
))


@pytest.mark.parametrize(("text", "question", "answer"), [
    ("In the vote on the tunnel a majority of 61 percent was reached, the mayor, Anna Berg, said.", "vote", "61"),
    ("The number of jobs at the tunnel is cut to 120, the mayor, Anna Berg, said.", "jobs", "120"),
    ("The council on Monday put back the tunnel by two days to 26 May.", "start", "2031-05-26"),
    ("Work on the tunnel will begin from 26 May.", "start", "2031-05-26"),
])
def test_a_number_or_a_date_is_read_where_the_clause_says_what_it_is(sqlite_database: Database, text: str, question: str, answer: str):
    assert answers(text, sqlite_database, COUNCIL).get(question) == [answer]


@pytest.mark.parametrize(("text", "question"), [
    ("The council votes on a toll of 61 percent for the tunnel on Friday.", "vote"),
    ("The library keeps jobs that went to 120 people of the tunnel crew.", "vote"),
    ("The tunnel is suspended from 26 May.", "start"),
    ("The council put the tunnel on its list on Monday and sends a letter to Oslo on 26 May.", "start"),
])
def test_a_number_or_a_date_of_something_else_is_left_alone(sqlite_database: Database, text: str, question: str):
    assert question not in answers(text, sqlite_database, COUNCIL)


def kinds(text: str, database: Database) -> list[str]:
    story = Story(watches=(COUNCIL,))
    result = monitor.replay(Archive(articles=(make_article(url="https://example.org/1", text=text),), removals=(), problems=()), story, database)
    return [change.kind.value for change in result.changes]


def test_a_flat_no_to_something_never_reported_is_a_denial(sqlite_database: Database):
    assert kinds("No tunnel is planned, the mayor, Anna Berg, said.", sqlite_database) == ["denied"]


def test_a_yes_is_no_denial_though_a_no_stands_elsewhere_in_the_sentence(sqlite_database: Database):
    assert kinds("A tunnel is planned with no toll road, the mayor, Anna Berg, said.", sqlite_database) == ["new"]


@pytest.mark.parametrize(("text", "found"), [
    ("The mayor said that the tunnel was complete.", ["new"]),
    ("The mayor had told the council that the tunnel was complete.", []),
    ("The tunnel was complete later than the mayor had hoped.", ["new"]),
    ("The tunnel was meant to be complete.", []),
])
def test_what_somebody_had_said_before_is_no_news(sqlite_database: Database, text: str, found: list[str]):
    assert kinds(text, sqlite_database) == found
