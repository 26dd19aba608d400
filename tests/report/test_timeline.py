import datetime as dt
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Answer, Certainty, ChangeKind, CurrentAnswer, QuestionState, StateStatus, evidence_of
from pipeline.report.change_report import build_report
from pipeline.report.scale import Axis, Rows, axis_for, spread, wrapped
from pipeline.report.spells import main_unit, phases_of, spells_of
from pipeline.report.timeline import render_timeline, timeline_list
from pipeline.watches import Question, QuestionKind, Story, Watch
from tests.builders import MONDAY, date_answer, later, make_change, make_claim, number_answer, state_answer
from tests.report.builders import current, make_busy_report, make_report

DAY = dt.timedelta(days=1)


def holding(
    answer: Answer, *, certainty: Certainty = Certainty.PLANNED, since: dt.datetime = MONDAY, speakers: tuple[str, ...] = ("Anna Berg",)
) -> CurrentAnswer:
    return CurrentAnswer(answer=answer, certainty=certainty, speakers=speakers, since=since, evidence=evidence_of(make_claim()))


def state(at: dt.datetime, *answers: CurrentAnswer, status: StateStatus = StateStatus.SETTLED) -> QuestionState:
    return QuestionState(as_of=at, after=None, watch="bridge", question="closing", status=status, answers=answers)


def drawn(kind: QuestionKind, *states: QuestionState) -> str:
    story = Story(watches=(Watch(id="bridge", title="Bridge", questions=(Question(id="closing", kind=kind),)),))
    return render_timeline(build_report(story, [make_change(make_claim())], states, (), now=MONDAY).watches[0])


def test_an_answer_that_is_replaced_ends_and_one_that_comes_back_begins_anew():
    first, second = holding(date_answer(16)), holding(date_answer(20), since=MONDAY + DAY)
    spells = spells_of([state(MONDAY, first), state(MONDAY + DAY, second), state(MONDAY + 2 * DAY, replace(first, since=MONDAY + 2 * DAY))])
    assert [(spell.answer.value, spell.until) for spell in spells] == [
        ("2031-05-16", MONDAY + DAY),
        ("2031-05-20", MONDAY + 2 * DAY),
        ("2031-05-16", None),
    ]


def test_only_the_date_that_has_passed_is_overdue():
    states = [state(MONDAY + 8 * DAY, holding(date_answer(16)), holding(date_answer(30)), status=StateStatus.OVERDUE)]
    assert {spell.answer.value: spell.status for spell in spells_of(states)} == {
        "2031-05-16": StateStatus.OVERDUE,
        "2031-05-30": StateStatus.SETTLED,
    }


def test_states_that_look_the_same_are_one_phase():
    states = [state(MONDAY + number * DAY, holding(state_answer("begun"), speakers=(f"Voice {number}",))) for number in range(3)]
    phases = phases_of([*states, state(MONDAY + 3 * DAY, holding(state_answer("done")))])
    assert [(phase.texts, phase.until) for phase in phases] == [(("begun",), MONDAY + 3 * DAY), (("done",), None)]


def test_numbers_share_a_scale_only_with_their_own_unit():
    spells = spells_of([state(MONDAY, holding(number_answer(3)), holding(number_answer(5)), holding(number_answer(0.5, unit="share")))])
    assert main_unit(spells) == "house"


def test_a_promise_that_a_later_fact_keeps_is_drawn_as_met():
    promise, fact = holding(date_answer(14, 18)), holding(date_answer(16), certainty=Certainty.FACT, since=MONDAY + 4 * DAY)
    picture = drawn(QuestionKind.DATE, state(MONDAY, promise), state(MONDAY + 4 * DAY, fact))
    assert picture.count('<g class="due met"') == 2
    assert "replaced" not in picture


def test_a_promise_that_is_moved_is_drawn_as_replaced_and_a_date_told_afterwards_is_no_promise():
    moved = drawn(
        QuestionKind.DATE, state(MONDAY, holding(date_answer(16))), state(MONDAY + DAY, holding(date_answer(20), since=MONDAY + DAY))
    )
    assert re.findall(r'class="due (\w+)', moved) == ["dropped", "stands"]
    told = drawn(QuestionKind.DATE, state(MONDAY + 9 * DAY, holding(date_answer(16), certainty=Certainty.FACT, since=MONDAY + 9 * DAY)))
    assert re.findall(r'class="due (\w+)', told) == ["was"]


def test_both_sides_of_a_dispute_are_drawn():
    sides = (holding(state_answer("holding")), holding(state_answer("broken")))
    picture = drawn(QuestionKind.STATUS, state(MONDAY, *sides, status=StateStatus.DISPUTED))
    assert "side-a" in picture
    assert "side-b" in picture
    assert "holding ≠ broken" in picture


def test_a_watch_without_changes_or_answers_has_no_picture():
    story = Story(watches=(Watch(id="bridge", title="Bridge", questions=(Question(id="closing", kind=QuestionKind.STATUS),)),))
    assert render_timeline(build_report(story, (), (), (), now=MONDAY).watches[0]) == ""


def test_the_list_has_every_change_in_order_of_time():
    watch = make_busy_report().watches[0]
    entries = timeline_list(watch)
    assert len(entries) == sum(len(day.items) for day in watch.days) + len(watch.news)
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)


def test_the_same_report_gives_the_same_picture():
    assert render_timeline(make_report().watches[0]) == render_timeline(make_report().watches[0])


def test_centuries_and_minutes_both_make_an_axis_with_a_few_ticks():
    for span in (dt.timedelta(minutes=5), dt.timedelta(days=40), dt.timedelta(days=365 * 400)):
        axis = axis_for([MONDAY, MONDAY + span], [], 1000)
        ticks = axis.ticks()
        assert 1 <= len(ticks) <= 13
        assert all(after - before >= 70 for (before, _), (after, _) in zip(ticks, ticks[1:], strict=False))


def test_a_promise_for_the_next_century_does_not_squeeze_what_happened():
    axis = axis_for([MONDAY, MONDAY + 10 * DAY], [MONDAY.replace(year=2131)], 1000)
    assert axis.x(MONDAY + 10 * DAY) > 900
    assert axis.x(MONDAY.replace(year=2131)) <= 1000


@given(st.lists(st.floats(0, 990), max_size=120), st.floats(1, 30))
def test_marks_are_moved_apart_without_leaving_the_picture_or_their_order(places: list[float], room: float):
    moved = spread(sorted(places), room, 1000)
    kept = min(room, 1000 / max(len(places), 1))
    assert all(after - before >= kept - 1e-6 for before, after in zip(moved, moved[1:], strict=False))
    assert all(-1e-6 <= place <= 1000 for place in moved)


@given(st.lists(st.tuples(st.floats(0, 900), st.floats(1, 100)), max_size=40))
def test_labels_in_one_row_never_touch(wanted: list[tuple[float, float]]):
    rows = Rows(4)
    taken: dict[int, list[tuple[float, float]]] = {}
    for start, width in sorted(wanted):
        row = rows.place(start, start + width)
        if row is not None:
            assert all(start > end for _, end in taken.get(row, []))
            taken.setdefault(row, []).append((start, start + width))
    assert len(taken) <= 4


def test_a_long_question_is_wrapped_and_cut():
    assert wrapped("When does it close?", 23, 3) == ["When does it close?"]
    lines = wrapped("How many of the houses along the river have been damaged by the water so far?", 20, 3)
    assert len(lines) == 3
    assert max(map(len, lines)) <= 20
    assert lines[-1].endswith("…")


def test_instants_outside_the_axis_stand_at_its_rim():
    axis = Axis(MONDAY, MONDAY + DAY, 100)
    assert (axis.x(MONDAY - DAY), axis.x(MONDAY + 5 * DAY)) == (8, 92)


def test_a_row_quotes_the_sentence_where_there_is_no_better_reason():
    claim = make_claim()
    change = replace(make_change(later(claim), ChangeKind.STATUS_CHANGED, claim), why=("was: a; now: b",))
    story = Story(watches=(Watch(id="bridge", title="Bridge", questions=(Question(id="closing", kind=QuestionKind.STATUS),)),))
    item = build_report(story, [change], [state(MONDAY, current(claim))], (), now=MONDAY).top[0]
    assert item.quote == claim.sentence
    told = build_report(story, [replace(change, why=("the mayor said so",))], (), (), now=MONDAY).top[0]
    assert (told.quote, told.why) == ("", ("the mayor said so",))
