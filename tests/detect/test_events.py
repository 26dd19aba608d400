"""Counts of victims: one toll, or the dead of different events."""

import datetime as dt

import pytest

from pipeline.detect.events import is_of_another_scale, is_told_as_toll, of_same_event
from pipeline.language.names import Names
from pipeline.model import Answer, Claim
from pipeline.watches import Entity, QuestionKind
from tests.builders import MONDAY, make_claim, make_question, stored

DEAD = make_question(QuestionKind.QUANTITY, of=("people",), role="dead")
JOBS = make_question(QuestionKind.QUANTITY, of=("job",))
NAMES = Names((
    Entity(name="Ostmark", kind="place"), Entity(name="Vell", kind="place", inside="Ostmark"), Entity(name="Kerr", kind="place", inside="Ostmark"),
    Entity(name="Harbour Row", kind="place", inside="Vell"),
))


def count(value: float, sentence: str, *, url: str = "https://example.org/a", days: float = 0, **given) -> Claim:
    at = MONDAY + dt.timedelta(days=days)
    answer = Answer(type="quantity", text=f"{value:g} people", value=f"{value:g}", unit="people", bound="exact", low=value, high=value)
    return make_claim(answer=answer, sentence=sentence, url=url, at=at, **given)


RAID = count(9, "Nine people were killed in a raid on Vell.")


@pytest.mark.parametrize(("sentence", "days", "same"), [
    ("Twelve people were killed in an air raid on Kerr.", 1, False),
    ("Twelve people were killed in the raid on Vell.", 1, True),
    ("Twelve people were killed in the raid on Harbour Row in Vell.", 1, True),
    ("Twelve people were killed in another raid on Vell.", 1, False),
    ("Twelve people were killed in a raid on Vell.", 9, False),
    ("The death toll of the raids has risen to 12 in Kerr.", 9, False),
    ("The death toll of the raids on Vell has risen to 12.", 9, True),
    ("The raids have killed 12 people since the war began.", 1, False),
    ("Twelve people of Kerr have died.", 9, True),
])
def test_a_raid_elsewhere_or_another_week_is_no_figure_of_the_same_toll(sentence: str, days: float, same: bool):
    claim = count(12, sentence, url="https://example.org/b", days=days)
    assert bool(of_same_event(claim, [stored(RAID)], DEAD, NAMES)) is same


def test_what_is_no_count_of_victims_is_compared_wherever_it_was_said():
    claim = count(12, "Twelve jobs were lost in a raid on Kerr.", url="https://example.org/b", days=30)
    assert list(of_same_event(claim, [stored(RAID)], JOBS, NAMES)) == [stored(RAID)]


@pytest.mark.parametrize(("value", "moved", "another"), [(400_000, False, True), (400_000, True, False), (300, False, False)])
def test_the_dead_of_a_war_are_no_figure_of_last_night(value: float, moved: bool, another: bool):
    assert is_of_another_scale(count(value, "Dead since the war began.", moved=moved), RAID, DEAD) is another


@pytest.mark.parametrize(("sentence", "toll"), [
    ("Eight civilians died on the road, a monitor said.", False),
    ("A monitor gave a lower toll of eight.", True),
    ("A monitor put the number of dead at eight.", True),
])
def test_only_a_count_that_is_told_as_one_disputes_another(sentence: str, toll: bool):
    assert is_told_as_toll(count(8, sentence), DEAD) is toll
