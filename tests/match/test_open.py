"""What no question caught is kept as an open statement, and the same statement elsewhere is a sighting of it."""

import dataclasses
import datetime as dt

import pytest

from pipeline import monitor
from pipeline.ingest.archive import Archive
from pipeline.match.open import ALIKE, likeness, settle
from pipeline.model import Certainty
from pipeline.statements import OpenStatement
from pipeline.store.changes import all_changes
from pipeline.store.database import Database
from pipeline.store.statements import Candidate, unassigned
from pipeline.watches import Question, QuestionKind, Story, Watch
from tests.builders import MONDAY, make_article, make_voice

STORY = Story(watches=(Watch(
    id="bridge", title="The bridge", subject=("bridge",), questions=(Question(id="closing", kind=QuestionKind.DATE, role="event"),)),))
PAINTED = "The engineers painted the old bridge over the Vell with silver paint, Anna Berg said."


def statement(sentence: str, facts: str = "") -> OpenStatement:
    return OpenStatement(
        mark="1", watch="bridge", url="u", version=1, start=0, end=9, sentence=sentence, voice=make_voice(), said_at=MONDAY, seen_at=MONDAY,
        certainty=Certainty.FACT, keys=(), facts=facts)


def known(sentence: str, facts: str = "", watch: str = "bridge") -> Candidate:
    return Candidate(mark="first", watch=watch, sentence=sentence, facts=facts)


def listed(database: Database) -> list[tuple[str, int]]:
    with database.reading() as connection:
        return [(item.sentence, item.sightings) for item in unassigned(connection)]


def play(database: Database, *texts: str) -> None:
    articles = [
        make_article(url=f"https://example.org/{number}", text=text, published=MONDAY + dt.timedelta(days=number), seen_at=MONDAY + dt.timedelta(days=number))
        for number, text in enumerate(texts)
    ]
    monitor.replay(Archive(articles=tuple(articles), removals=(), problems=()), STORY, database)


def test_what_no_question_caught_is_kept_and_the_same_elsewhere_is_a_sighting(database: Database):
    play(database, PAINTED, "With silver paint the engineers painted the old bridge over the Vell, Anna Berg said.", "The bridge closes on 16 May.")
    assert listed(database) == [(PAINTED, 1)]
    with database.reading() as connection:
        assert [change.question for change in all_changes(connection)] == ["closing"]


def test_what_a_question_caught_or_does_not_name_the_subject_is_not_kept(sqlite_database: Database):
    play(sqlite_database, "The bridge closes on 16 May, Anna Berg said. The mayor ate a pear.")
    assert listed(sqlite_database) == []


def test_playing_it_again_keeps_nothing_twice(sqlite_database: Database):
    play(sqlite_database, PAINTED)
    play(sqlite_database, PAINTED)
    assert listed(sqlite_database) == [(PAINTED, 0)]


@pytest.mark.parametrize(("other", "facts", "watch", "same"), [
    ("With silver paint the engineers painted the old bridge over the Vell, Anna Berg said.", "", "bridge", True),
    ("The engineers painted the old bridge over the Vell with silver paint, Anna Berg said.", "12", "bridge", False),
    ("The engineers painted the old bridge over the Vell with silver paint, Anna Berg said.", "", "flood", False),
    ("The engineers painted.", "", "bridge", False),
    ("Nobody has counted the boats that went under the old bridge this year.", "", "bridge", False),
])
def test_two_statements_say_the_same_if_words_and_facts_agree_on_one_watch(other: str, facts: str, watch: str, same: bool):
    (settled,) = settle([statement(PAINTED)], [[known(other, facts, watch)]])
    assert (settled.original == "first", settled.score >= ALIKE) == (same, same)


def test_of_several_candidates_the_likeliest_counts():
    near, nearer = known("The engineers painted the old bridge over the Vell with paint, Anna Berg said."), dataclasses.replace(known(PAINTED), mark="second")
    assert settle([statement(PAINTED)], [[near, nearer]])[0].original == "second"


def test_a_part_of_a_sentence_is_not_the_sentence():
    assert likeness(["The bridge will not close"], ["The bridge will not close until the river has fallen and the piers are dry"])[0] < ALIKE
