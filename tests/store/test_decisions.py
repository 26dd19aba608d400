"""Verdicts: an append-only log, versions, undo, and feedback that changes what arrives later."""

import datetime as dt
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from pipeline.model import ChangeKind
from pipeline.store.arrivals import without_silenced
from pipeline.store.changes import add_changes
from pipeline.store.claims import add_claims, all_claims, claims_revision, retract_claims
from pipeline.store.database import Database, open_database
from pipeline.store.decisions import StaleError, Verdict, decide, decide_many, history, standing_of, undo_changes
from pipeline.store.review_tables import decisions, reviews
from pipeline.store.reviews import ChangeFilter, awakened, count_changes, get_change, list_changes, neighbours, waiting_by_watch
from pipeline.store.rulings import add_ruling, allowed_claims, restore_claims, set_rulings
from pipeline.verdicts import Action, Ruling, Shelf, answer_mark, pair_mark, sentence_mark
from tests.builders import MONDAY, date_answer, later, make_change, make_claim, make_voice, stored

HOUR = dt.timedelta(hours=1)


def moved(day: int, *, hours: float = 0, url: str = "", **given):
    prior = make_claim(answer=date_answer(10), sentence="It will close on 10 May.")
    claim = later(make_claim(answer=date_answer(day), sentence=f"It will close on {day} May."), hours / 24, url=url or f"https://example.org/{day}/{hours}", **given)
    return make_change(claim, ChangeKind.DATE_MOVED, prior)


def verdict(action: Action, who: str = "Ann", **given) -> Verdict:
    return Verdict(action=action, who=who, at=given.pop("at", MONDAY + HOUR), **given)


def store(database: Database, *changes):
    with database.writing() as connection:
        add_changes(connection, changes)
    return changes


def shelf(database: Database, change) -> str:
    with database.reading() as connection:
        return standing_of(connection, change.id).word(MONDAY + HOUR)


def test_a_change_is_new_until_it_is_seen_and_leaves_the_inbox_with_a_verdict(database: Database):
    (change,) = store(database, moved(16))
    assert shelf(database, change) == "new"
    for version, (action, word) in enumerate(
        [(Action.SEEN, "seen"), (Action.UNSEEN, "new"), (Action.ACCEPT, "accepted"), (Action.REOPEN, "seen"), (Action.DISMISS, "dismissed")]
    ):
        with database.writing() as connection:
            assert decide(connection, change.id, version, verdict(action)).changed == 1
        assert shelf(database, change) == word
    with database.reading() as connection:
        assert [row.action for row in history(connection, change=change.id)][::-1] == ["seen", "unseen", "accept", "reopen", "dismiss"]


def test_a_verdict_on_an_old_version_is_refused_and_the_same_verdict_again_is_not(database: Database):
    (change,) = store(database, moved(16))
    with database.writing() as connection:
        decide(connection, change.id, 0, verdict(Action.ACCEPT))
        assert decide(connection, change.id, 0, verdict(Action.ACCEPT, "Bo")).changed == 0
    with pytest.raises(StaleError) as stale, database.writing() as connection:
        decide(connection, change.id, 0, verdict(Action.DISMISS, "Bo"))
    assert (stale.value.standing.by, stale.value.standing.shelf) == ("Ann", Shelf.ACCEPTED)
    with pytest.raises(KeyError), database.writing() as connection:
        decide(connection, "0" * 64, 0, verdict(Action.ACCEPT))


def test_of_two_who_decide_at_once_one_is_refused_and_the_log_has_one_row(database: Database):
    (change,) = store(database, moved(16))
    outcomes: list[str] = []
    gate = threading.Barrier(2)

    def act(action: Action) -> None:
        own = open_database(database.engine.url.render_as_string(hide_password=False))
        gate.wait()
        try:
            with own.writing() as connection:
                decide(connection, change.id, 0, verdict(action, action))
            outcomes.append("done")
        except StaleError:
            outcomes.append("stale")
        finally:
            own.close()

    threads = [threading.Thread(target=act, args=(action,)) for action in (Action.ACCEPT, Action.DISMISS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "stale"]
    with database.reading() as connection:
        assert len(history(connection, change=change.id)) == 1


def test_a_bulk_verdict_counts_what_it_left_and_is_undone_as_one(database: Database):
    changes = store(database, *(moved(day) for day in range(11, 21)))
    with database.writing() as connection:
        decide(connection, changes[0].id, 0, verdict(Action.ACCEPT, "Bo"))
        done = decide_many(connection, {change.id: 0 for change in changes}, verdict(Action.DISMISS))
        assert (done.changed, done.left) == (9, 1)
        decide(connection, changes[1].id, 1, verdict(Action.REOPEN, "Bo"))
        back = undo_changes(connection, done.batch, "Ann", MONDAY + 2 * HOUR)
        assert (back.changed, back.left) == (8, 1)
        assert undo_changes(connection, done.batch, "Ann", MONDAY + 2 * HOUR).changed == 0
    assert [shelf(database, change) for change in changes] == ["accepted", "seen", *["new"] * 8]
    with database.writing() as connection:
        assert undo_changes(connection, back.batch, "Ann", MONDAY + 3 * HOUR).changed == 8
    assert shelf(database, changes[5]) == "dismissed"


def test_what_is_snoozed_comes_back_when_its_time_has_come(database: Database):
    (change,) = store(database, moved(16))
    with database.writing() as connection:
        decide(connection, change.id, 0, verdict(Action.SNOOZE, until=MONDAY + 5 * HOUR))
        assert awakened(connection, MONDAY + 4 * HOUR) == ()
        assert [item.change for item in awakened(connection, MONDAY + 5 * HOUR)] == [change]
        assert count_changes(connection, ChangeFilter()) == 0
        assert count_changes(connection, ChangeFilter(state="snoozed")) == 1


def test_pages_of_a_list_hold_every_change_once_newest_first(database: Database):
    changes = store(database, *(moved(day, hours=hour // 2) for hour, day in enumerate(range(11, 28))))
    for wanted in (ChangeFilter(), ChangeFilter(state="all", watch="bridge"), ChangeFilter(kinds=("date_moved", "new"))):
        found, after = [], None
        with database.reading() as connection:
            while True:
                page, after = list_changes(connection, wanted, limit=5, after=after)
                found += page
                if after is None:
                    break
        assert [item.change.detected_at for item in found] == sorted((change.detected_at for change in changes), reverse=True)
        assert len({item.change.id for item in found}) == len(changes)


@pytest.mark.parametrize(
    ("wanted", "days"),
    [
        (ChangeFilter(speaker="Kim Holt"), [17]), (ChangeFilter(publisher="Valley Post"), [18]), (ChangeFilter(text='"17 may"'), [17]),
        (ChangeFilter(text="closing -18 -17"), [16]), (ChangeFilter(text="clos*"), [18, 17, 16]), (ChangeFilter(watch="flood"), []),
        (ChangeFilter(since=MONDAY + HOUR), [18, 17]), (ChangeFilter(until=MONDAY + HOUR), [17, 16]), (ChangeFilter(state="new", kinds=("denied",)), []),
        (ChangeFilter(text='OR "AND ( NOT * :'), []), (ChangeFilter(text="\x00'"), []), (ChangeFilter(question="closing", certainty="fact"), [18, 17, 16]),
    ],
)  # fmt: skip
def test_a_list_is_filtered_by_each_slot_and_by_words(database: Database, wanted: ChangeFilter, days: list[int]):
    store(
        database, moved(16), moved(17, hours=1, voice=make_voice("Kim Holt")),
        moved(18, hours=2, voice=make_voice(publisher="Valley Post")),
    )  # fmt: skip
    with database.reading() as connection:
        assert [item.change.new.value[-2:] for item in list_changes(connection, wanted, limit=9)[0]] == [str(day) for day in days]
        assert count_changes(connection, wanted) == len(days)


def test_the_inbox_counts_by_watch_and_knows_its_neighbours(database: Database):
    changes = store(database, *(moved(day, hours=day) for day in (16, 17, 18)))
    with database.writing() as connection:
        decide(connection, changes[0].id, 0, verdict(Action.SEEN))
        waiting = waiting_by_watch(connection)["bridge"]
        assert (waiting.unseen, waiting.seen) == (2, 1)
        assert neighbours(connection, get_change(connection, changes[1].id[:12])) == (changes[2].id, changes[0].id)
        assert get_change(connection, "abc") is None


def test_a_dismissed_change_does_not_come_back_in_other_words(database: Database):
    (first,) = store(database, moved(16))
    with database.writing() as connection:
        decide(connection, first.id, 0, verdict(Action.DISMISS))
    again, other, late = store(
        database, moved(16, hours=5, url="https://example.org/again"), moved(19, hours=6), moved(16, hours=24 * 200, url="https://example.org/late")
    )
    assert [shelf(database, change) for change in (again, other, late)] == ["dismissed", "new", "new"]
    with database.reading() as connection:
        standing = standing_of(connection, again.id)
        assert (standing.by, first.id[:12] in standing.reason) == ("claimwatch", True)
        assert count_changes(connection, ChangeFilter(state="silenced")) == 1


def test_receivers_are_not_told_of_what_arrived_dismissed(database: Database):
    (first,) = store(database, moved(16))
    with database.writing() as connection:
        decide(connection, first.id, 0, verdict(Action.DISMISS))
    again, other = store(database, moved(16, hours=5, url="https://example.org/again"), moved(19, hours=6))
    with database.reading() as connection:
        assert without_silenced(connection, (again, other)) == (other,)


def test_a_claim_that_stands_again_is_seen_by_a_run_that_remembers(database: Database):
    claim = make_claim()
    with database.writing() as connection:
        add_claims(connection, (stored(claim),))
        retract_claims(connection, [claim.key], MONDAY)
        before = claims_revision(connection)
        restore_claims(connection, [claim.key])
        assert claims_revision(connection) > before
        assert all_claims(connection, watch="bridge", question="closing")[0].retracted_at is None


def test_what_a_rule_dismissed_silences_nothing_by_itself_and_an_undone_dismissal_neither(database: Database):
    (first,) = store(database, moved(16))
    with database.writing() as connection:
        done = decide(connection, first.id, 0, verdict(Action.DISMISS))
        undo_changes(connection, done.batch, "Ann", MONDAY + HOUR)
    (again,) = store(database, moved(16, hours=5, url="https://example.org/again"))
    assert shelf(database, again) == "new"


def test_two_answers_that_were_called_the_same_are_no_change_in_either_direction(database: Database):
    first = moved(16)
    with database.writing() as connection:
        add_ruling(connection, "b1", Ruling(kind="same", watch="bridge", question="closing", mark=pair_mark(first)))
    back = make_change(
        later(make_claim(answer=date_answer(10)), 2), ChangeKind.DATE_MOVED, make_claim(answer=date_answer(16), url="https://example.org/c")
    )
    store(database, back)
    assert shelf(database, back) == "dismissed"


def test_a_sentence_that_was_ruled_out_may_not_answer_its_question_until_that_is_taken_back(database: Database):
    claim = make_claim(sentence="The bridge will close on Friday.")
    with database.writing() as connection:
        assert allowed_claims(connection)(claim)
        mark = sentence_mark("bridge", "closing", "The bridge - will close on FRIDAY")
        add_ruling(connection, "b1", Ruling(kind="split", watch="bridge", question="closing", mark=mark))
        allowed = allowed_claims(connection)
        assert not allowed(claim)
        assert allowed(make_claim(sentence="The bridge will close on Monday."))
        assert allowed(make_claim(question="cost", sentence="The bridge will close on Friday."))
        set_rulings(connection, "b1", active=False)
        assert allowed_claims(connection)(claim)


def test_a_dispute_by_another_voice_is_another_change():
    claim = later(make_claim(answer=date_answer(16)), 1)
    one, other = (make_change(later(claim, 1, voice=make_voice(name)), ChangeKind.DISPUTED, claim) for name in ("Kim Holt", "Li Wei"))
    assert answer_mark(one) != answer_mark(other)


ACTIONS = st.sampled_from([Action.SEEN, Action.UNSEEN, Action.ACCEPT, Action.DISMISS, Action.SNOOZE, Action.REOPEN, Action.NOTE])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(ACTIONS, st.booleans()), max_size=12))
def test_where_a_change_stands_is_always_what_its_log_says(steps: list[tuple[Action, bool]]):
    database = open_database("sqlite://")
    (change,) = store(database, moved(16))
    with database.writing() as connection:
        for action, take_back in steps:
            standing = standing_of(connection, change.id)
            done = decide(connection, change.id, standing.version, verdict(action, until=MONDAY + HOUR))
            if take_back and done.batch:
                undo_changes(connection, done.batch, "Ann", MONDAY)
                again = standing_of(connection, change.id)
                assert (again.shelf, again.seen, again.until) == (standing.shelf, standing.seen, standing.until)
        rows = connection.execute(select(decisions).where(decisions.c.before.is_not(None)).order_by(decisions.c.id)).all()
        row = connection.execute(select(reviews)).one()
        state = {"shelf": "inbox", "seen": False, "until": None}
        for step in rows:
            assert step.before == state
            state = step.after
        assert (row.shelf, row.seen, row.until.isoformat() if row.until else None) == tuple(state.values())
        assert row.version == sum(step.before != step.after for step in rows)
    database.close()
