"""Promises from the day they are made to the day they are kept, moved, dropped or forgotten.

Each case is told as it would arrive: claim after claim is decided on what is stored by then, and the clock asks every midnight.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest

from pipeline.deciding import Judge
from pipeline.detect.changes import decide
from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.language.vocabulary import Vocabulary
from pipeline.match.watching import WatchIndex
from pipeline.model import Answer, Certainty, Change, ChangeKind, Claim, Interval, QuestionState, StateStatus, StoredClaim
from pipeline.watches import Question, QuestionKind, Watch
from tests.builders import date_answer, day, later, make_claim, make_question, make_voice, state_answer

DATE = make_question(QuestionKind.DATE, id="closing-date", role="event", overdue=dt.timedelta(days=1))
STATUS = make_question(QuestionKind.STATUS, id="works", family="process", asks="Does the closing go ahead?")
LICENCE = make_question(QuestionKind.STATUS, id="works", family="process", asks="Has the firm still its licence?")
BERG = make_voice("Anna Berg", "Town Hall")
TOKYO = dt.timezone(dt.timedelta(hours=9))
NEW_YORK = dt.timezone(dt.timedelta(hours=-4))


def promise(number: int = 16, last: int | None = None, bound: str = "exact", **given: object) -> Claim:
    """On Monday 12 May the Town Hall promises 16 May, unless the case says otherwise."""
    fields: dict[str, object] = {
        "question": DATE.id, "voice": BERG, "certainty": Certainty.PLANNED, "answer": date_answer(number, last, bound), "effective": day(number)}
    return make_claim(**(fields | given))


def done(number: int, *, told: int, **given: object) -> Claim:
    """On the day `told` it is reported that it was done on the day `number`."""
    fields: dict[str, object] = {"answer": date_answer(number), "effective": day(number), "certainty": Certainty.FACT}
    return later(promise(), told - 12, **(fields | given))


class Story:
    """A watch whose claims arrive one by one, with a clock that strikes at every midnight UTC."""

    def __init__(self, reader: Reader, names: Names, vocabulary: Vocabulary, date: Question = DATE, status: Question = STATUS) -> None:
        self._index = WatchIndex(Watch(id="bridge", title="The bridge", subject=("bridge",), questions=(date, status)), names, vocabulary)
        self._judge = Judge(reader, (self._index,))
        self._claims: dict[str, list[StoredClaim]] = {DATE.id: [], STATUS.id: []}
        self._states: dict[str, QuestionState] = {}
        self._changes: dict[str, Change] = {}

    def tell(self, *claims: Claim) -> "Story":
        for claim in claims:
            question = next(item for item in self._index.watch.questions if item.id == claim.question)
            past = self._claims[claim.question]
            states = self._index.states(question) if question.kind is QuestionKind.STATUS else ()
            made = decide(claim, past, question, states=states)
            past.append(StoredClaim(claim=claim, effect=made.kind, prior=made.prior.claim.key if made.prior else None, resets=made.resets))
        return self

    def take_down(self, url: str, number: int) -> "Story":
        """The article is withdrawn on that day, and what it said with it."""
        for name, stored in self._claims.items():
            self._claims[name] = [replace(item, retracted_at=at(number)) if item.claim.url == url else item for item in stored]
        return self

    def effects(self) -> list[ChangeKind]:
        return [stored.effect for stored in self._claims[DATE.id]]

    def strike(self, now: dt.datetime) -> list[Change]:
        """What the clock reports at `now` for the first time: the store keeps a change under its id, once."""
        outcome = self._judge.tick(now, self._history, lambda _, name: self._states.get(name))
        self._states |= {state.question: state for state in outcome.states}
        fresh = [change for change in outcome.changes if change.id not in self._changes]
        self._changes |= {change.id: change for change in fresh}
        return fresh

    def flagged(self, until: int = 31, since: int = 13) -> list[int]:
        """The days of May on whose first instant a promise was reported overdue."""
        return [number for number in range(since, until + 1) for _ in self.strike(at(number))]

    def status(self) -> StateStatus | None:
        return self._states[DATE.id].status if DATE.id in self._states else None

    def _history(self, _: str, name: str) -> Sequence[StoredClaim]:
        return self._claims[name]


def at(number: int, hour: int = 0) -> dt.datetime:
    return dt.datetime(2031, 5, number, hour, tzinfo=dt.UTC)


@pytest.fixture
def story(reader: Reader, names: Names, vocabulary: Vocabulary) -> Story:
    return Story(reader, names, vocabulary)


@pytest.fixture
def several(reader: Reader, names: Names, vocabulary: Vocabulary) -> Story:
    return Story(reader, names, vocabulary, replace(DATE, many=True))


# Kept.


def test_a_promise_kept_on_its_day_is_never_overdue(story: Story):
    assert story.tell(promise(16), done(16, told=16)).flagged() == []


def test_a_promise_kept_early_is_never_overdue(story: Story):
    assert story.tell(promise(16), done(14, told=14)).flagged() == []


def test_a_promise_kept_late_is_overdue_until_it_is_kept(story: Story):
    assert story.tell(promise(16)).flagged(until=19) == [17]
    assert story.status() is StateStatus.OVERDUE
    story.tell(done(20, told=20))
    assert story.flagged(since=20) == []


def test_a_late_article_that_tells_it_was_done_in_time_ends_the_flag(story: Story):
    assert story.tell(promise(16)).flagged(until=18) == [17]
    assert story.tell(done(15, told=19)).flagged(since=19) == []


def test_that_it_was_done_may_be_told_in_passing(story: Story):
    assert story.tell(promise(16), done(15, told=16, background=True)).flagged() == []


def test_something_done_before_the_promise_was_made_keeps_no_promise(story: Story):
    assert story.tell(promise(16), done(3, told=15, background=True)).flagged() == [17]


def test_a_report_that_it_was_done_counts_whoever_gives_it(story: Story):
    assert story.tell(promise(16), done(16, told=16, voice=make_voice("Kim Holt", "Opposition"))).flagged() == []


def test_a_report_that_it_was_done_which_is_taken_down_excuses_nothing(story: Story):
    story.tell(promise(16), done(16, told=16, url="https://example.org/wrong"))
    assert story.take_down("https://example.org/wrong", 18).flagged(since=18) == [18]


# Moved and dropped.


def test_a_promise_moved_before_it_was_due_is_due_on_its_new_day(story: Story):
    story.tell(promise(16), later(promise(22), 2))
    assert story.effects() == [ChangeKind.NEW, ChangeKind.DATE_MOVED]
    assert story.flagged() == [23]


def test_a_promise_moved_after_it_was_due_is_overdue_in_between_and_again_after_the_new_day(story: Story):
    assert story.tell(promise(16)).flagged(until=18) == [17]
    assert story.tell(later(promise(22), 6)).flagged(since=19) == [23]


def test_a_promise_brought_forward_is_due_sooner(story: Story):
    assert story.tell(promise(22), later(promise(16), 1)).flagged() == [17]


def test_a_promise_that_nobody_mentions_again_lapses_on_the_day_after(story: Story):
    assert story.tell(promise(16)).flagged() == [17]


def test_a_promise_told_again_is_still_the_same_promise(story: Story):
    assert story.tell(promise(16), later(promise(16), 2, voice=make_voice("Kim Holt", "Opposition"))).flagged() == [17]


def test_another_question_of_the_watch_can_tell_that_it_was_done(story: Story):
    finished = later(make_claim(question=STATUS.id, voice=BERG, answer=state_answer("complete")), 3)
    assert story.tell(promise(16), finished).flagged() == []


def test_a_cancelled_plan_is_not_overdue(story: Story):
    cancelled = later(make_claim(question=STATUS.id, voice=BERG, answer=state_answer("cancelled")), 2)
    assert story.tell(promise(16), cancelled).flagged() == []


def test_a_suspended_plan_is_not_overdue(story: Story):
    suspended = later(make_claim(question=STATUS.id, voice=BERG, answer=state_answer("paused")), 2)
    assert story.tell(promise(16), suspended).flagged() == []


def test_the_end_of_another_matter_leaves_the_promise_due(reader: Reader, names: Names, vocabulary: Vocabulary):
    taken = later(make_claim(question=STATUS.id, voice=BERG, answer=state_answer("cancelled")), 2)
    assert Story(reader, names, vocabulary, status=LICENCE).tell(promise(16), taken).flagged() == [17]


def test_that_the_plan_might_be_cancelled_excuses_nothing(story: Story):
    doubt = later(make_claim(question=STATUS.id, voice=BERG, answer=state_answer("cancelled"), certainty=Certainty.POSSIBLE), 2)
    assert story.tell(promise(16), doubt).flagged() == [17]


def test_a_promise_made_after_the_cancellation_counts(story: Story):
    cancelled = make_claim(question=STATUS.id, voice=BERG, answer=state_answer("cancelled"))
    assert story.tell(cancelled, later(promise(22), 2)).flagged() == [23]


def test_a_promise_whose_article_was_withdrawn_is_not_overdue(story: Story):
    assert story.tell(promise(16)).take_down(promise().url, 14).flagged() == []


# What is due when.


def test_in_the_coming_weeks_promises_no_day(story: Story):
    weeks = Interval(start=day(12).start, end=day(30).end, precision="vague")
    soon = Answer(type="date", text="in the coming weeks", value="2031-05-12/2031-05-30", bound="range", when=weeks)
    assert story.tell(promise(answer=soon)).flagged() == []


def test_a_part_of_a_month_is_due_at_its_end(story: Story):
    middle = Interval(start=day(21).start, end=day(25).end, precision="vague")
    assert story.tell(promise(answer=Answer(type="date", text="later this month", value="2031-05-21/2031-05-25", bound="range", when=middle))).flagged() == [26]


def test_a_span_is_due_on_its_last_day(story: Story):
    assert story.tell(promise(14, 18)).flagged() == [19]


def test_a_month_is_due_when_it_is_over(story: Story):
    may = Interval(start=day(1).start, end=day(31).end, precision="month")
    story.tell(promise(answer=Answer(type="date", text="in May", value="2031-05-01/2031-05-31", bound="range", when=may)))
    assert story.flagged() == []
    (change,) = story.strike(dt.datetime(2031, 6, 1, tzinfo=dt.UTC))
    assert change.kind is ChangeKind.OVERDUE


def test_not_before_a_day_promises_no_day(story: Story):
    assert story.tell(promise(16, bound="not before")).flagged() == []


def test_by_a_day_is_due_on_that_day(story: Story):
    until = Interval(start=None, end=day(18).end)
    assert story.tell(promise(answer=replace(date_answer(18, bound="not after"), when=until))).flagged() == [19]


def test_two_weeks_of_grace_are_waited_out(reader: Reader, names: Names, vocabulary: Vocabulary):
    patient = Story(reader, names, vocabulary, replace(DATE, overdue=dt.timedelta(weeks=2)))
    assert patient.tell(promise(16)).flagged() == [30]


@pytest.mark.parametrize(("zone", "due"), [
    (TOKYO, dt.datetime(2031, 5, 16, 15, tzinfo=dt.UTC)),
    (NEW_YORK, dt.datetime(2031, 5, 17, 4, tzinfo=dt.UTC)),
])
def test_the_day_ends_at_midnight_where_the_promise_was_written(story: Story, zone: dt.timezone, due: dt.datetime):
    there = Interval(start=dt.datetime(2031, 5, 16, tzinfo=zone), end=dt.datetime(2031, 5, 16, 23, 59, 59, tzinfo=zone))
    story.tell(promise(answer=replace(date_answer(16), when=there)))
    assert story.strike(due - dt.timedelta(seconds=1)) == []
    assert len(story.strike(due)) == 1


# Who promised, and what.


@pytest.mark.parametrize("certainty", [Certainty.DENIED, Certainty.CONDITIONAL, Certainty.POSSIBLE, Certainty.DEMANDED])
def test_what_was_denied_conditional_possible_or_demanded_is_no_promise(story: Story, certainty: Certainty):
    assert story.tell(promise(certainty=certainty)).flagged() == []


def test_what_was_only_expected_is_overdue_too_but_says_so(story: Story):
    story.tell(promise(certainty=Certainty.EXPECTED))
    (change,) = story.strike(at(17))
    assert change.evidence.certainty is Certainty.EXPECTED


def test_a_promise_that_its_own_voice_takes_back_is_not_overdue(story: Story):
    assert story.tell(promise(16), later(promise(16, certainty=Certainty.DENIED), 2)).flagged() == []


def test_a_past_date_told_late_is_no_promise(story: Story):
    assert story.tell(done(10, told=14)).flagged() == []


def test_a_promise_that_reaches_us_after_its_day_is_flagged_at_the_next_stroke(story: Story):
    assert story.tell(replace(promise(16), seen_at=at(20, 9))).flagged(since=21) == [21]


def test_a_date_held_in_reserve_is_never_overdue(story: Story):
    story.tell(promise(16), promise(18, episode="reserve", start=60, end=110), done(16, told=16))
    assert story.flagged() == []


def test_of_several_promises_each_is_overdue_for_itself(several: Story):
    several.tell(promise(16), promise(20, start=60, end=110), promise(24, start=120, end=170))
    assert several.flagged() == [17, 21, 25]


def test_of_several_promises_the_kept_one_excuses_no_other(several: Story):
    several.tell(promise(16), promise(20, start=60, end=110), done(16, told=16))
    assert several.flagged() == [21]


# What is reported.


def test_nothing_is_flagged_twice(story: Story):
    story.tell(promise(16))
    assert [len(story.strike(at(number, hour))) for number in (17, 18, 25) for hour in (0, 12)] == [1, 0, 0, 0, 0, 0]


def test_the_flag_shows_the_promise_its_words_and_the_reason(story: Story):
    (change,) = story.tell(promise(16)).strike(at(17))
    assert (change.kind, change.new, change.prior, change.detected_at) == (ChangeKind.OVERDUE, None, None, at(17))
    assert change.evidence.sentence == promise().sentence
    assert change.why == ("promised for 16 May; nobody has reported it done",)
