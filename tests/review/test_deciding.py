"""What people do with changes, over HTTP: verdicts, bulk, notes, feedback, undo, views."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.model import Change, ChangeKind, StateStatus
from pipeline.store.changes import add_changes
from pipeline.store.claims import all_claims
from pipeline.store.rulings import allowed_claims
from pipeline.store.states import latest_state
from tests.builders import make_claim
from tests.review.conftest import NOW, Review


def of_kind(review: Review, kind: ChangeKind) -> Change:
    return next(change for change in review.changes if change.kind is kind)


def test_a_change_is_seen_accepted_undone_and_every_step_is_logged_with_who_and_when(review: Review):
    change = review.changes[0]
    assert review.post(f"/changes/{change.id}/seen", version=0).json()["unseen"] == 4
    done = review.post("/decide", do=f"accept {change.id} 1").json()
    assert (done["told"], done["changed"]) == ("1 change accepted.", 1)
    assert review.state(change) == "accepted"
    assert review.post("/undo", batch=done["batch"]).json()["changed"] == 1
    assert review.state(change) == "seen"
    log = review.client.get(f"/changes/{change.id}.json").json()["decisions"]
    assert [(row["action"], row["who"], row["at"]) for row in log] == [(action, "local", NOW.isoformat()) for action in ("undo", "accept", "seen")]


def test_opening_a_page_or_its_data_marks_nothing_as_seen(review: Review):
    change = review.changes[0]
    for _ in range(2):
        review.client.get(f"/changes/{change.id}")
    assert review.state(change) == "new"


def test_without_a_script_a_form_does_it_and_the_next_page_says_what_happened(review: Review):
    change = review.changes[0]
    answer = review.post("/decide", json=False, do=f"dismiss {change.id} 0", back="/?watch=bridge&done=old&left=3")
    assert answer.status_code == 303
    page = review.client.get(answer.headers["location"]).text
    assert "1 change dismissed." in page
    assert "old" not in answer.headers["location"]
    made_up = review.client.get("/?done=deadbeef&told=Pay+here").text
    assert "Pay here" not in made_up
    again = review.post("/decide", json=False, do=f"dismiss {change.id} 0", back="/")
    assert "There was nothing to do." in review.client.get(again.headers["location"]).text


def test_a_snoozed_change_comes_back_on_top_when_its_time_has_come(review: Review):
    change = review.changes[2]
    assert review.post(f"/changes/{change.id}/snooze", version=0, days=3).status_code == 200
    assert change.id not in review.client.get("/").text
    review.moment[0] = NOW + dt.timedelta(days=3, minutes=1)
    page = review.client.get("/").text
    assert page.index("Back from snooze") < page.index(change.id)
    for wrong in ({"days": "0"}, {"days": "x"}, {"until": "2030-01-01"}, {"until": "soon"}):
        assert review.post(f"/changes/{review.changes[0].id}/snooze", version=0, **wrong).status_code == 400


def test_ticked_changes_are_decided_as_one_and_the_count_is_honest(review: Review):
    first, second, third = review.changes[:3]
    review.post(f"/changes/{third.id}/accept", version=0)
    answer = review.client.post(
        "/decide",
        data={"csrf": review.token(), "bulk": "dismiss", "pick": [f"{item.id} 0" for item in (first, second, third)]},
        headers={"accept": "application/json"},
    ).json()
    assert answer["told"] == "2 changes dismissed. 1 had been decided meanwhile and was left."
    assert review.state(third) == "accepted"
    assert review.post("/undo", batch=answer["batch"]).json()["changed"] == 2
    assert [review.state(item) for item in (first, second)] == ["new", "new"]


def test_everything_that_matches_a_filter_is_decided_at_once_and_nothing_else(make_review: Callable[..., Review]):
    review = make_review(copies=12)
    page = review.client.get("/?kind=date_moved").text
    assert "Decide on all 12" not in page
    page = review.client.get("/?question=closing").text
    assert "Dismiss all 36" in page
    done = review.post("/decide", every="dismiss", filter="question=closing", expected=36).json()
    assert done["changed"] == 36
    assert review.client.get("/unseen.json").json()["unseen"] == 24
    assert review.post("/undo").json()["changed"] == 36


def test_a_note_stays_with_its_change_and_makes_nobody_elses_page_stale(review: Review):
    change = review.changes[0]
    assert review.post(f"/changes/{change.id}/note", version=0, note="  ask <b>Kim</b>  ").status_code == 200
    assert "ask &lt;b&gt;Kim&lt;/b&gt;" in review.client.get(f"/changes/{change.id}").text
    assert review.post(f"/changes/{change.id}/accept", version=0).status_code == 200
    assert review.post(f"/changes/{change.id}/note", version=1, note=" ").status_code == 400


def test_not_the_same_question_takes_the_sentence_off_it_for_good_and_folds_the_state_again(review: Review):
    change = of_kind(review, ChangeKind.DATE_MOVED)
    done = review.post(f"/changes/{change.id}/split", version=0).json()
    with review.database.reading() as connection:
        gone = [item for item in all_claims(connection, watch="bridge", question="closing") if item.retracted_at]
        assert [item.claim.sentence for item in gone] == [change.evidence.sentence]
        again = make_claim(sentence=change.evidence.sentence, url="https://other.example/copy")
        assert not allowed_claims(connection)(again)
        state = latest_state(connection, "bridge", "closing")
        assert change.evidence.sentence not in [answer.evidence.sentence for answer in state.answers]
    assert review.state(change) == "dismissed"
    review.post("/undo", batch=done["batch"])
    with review.database.reading() as connection:
        assert [item for item in all_claims(connection, watch="bridge", question="closing") if item.retracted_at] == []
        assert allowed_claims(connection)(again)
        state = latest_state(connection, "bridge", "closing")
        assert change.evidence.sentence in [answer.evidence.sentence for answer in state.answers]
        assert state.status is not StateStatus.UNKNOWN
    assert review.state(change) == "new"


def test_undoing_an_undo_does_it_again_with_all_that_it_did(review: Review):
    change = of_kind(review, ChangeKind.DATE_MOVED)
    done = review.post(f"/changes/{change.id}/split", version=0).json()
    back = review.post("/undo", batch=done["batch"]).json()
    redone = review.post("/undo", batch=back["batch"])
    assert redone.status_code == 200
    with review.database.reading() as connection:
        assert len([item for item in all_claims(connection, watch="bridge", question="closing") if item.retracted_at]) == 1
    assert review.state(change) == "dismissed"
    assert review.post("/undo", batch=done["batch"]).status_code == 409


def test_a_ruling_on_a_live_watch_counts_from_now_and_on_an_archive_from_its_last_day(make_review: Callable[..., Review]):
    review = make_review()
    change = of_kind(review, ChangeKind.DATE_MOVED)
    with review.database.reading() as connection:
        before = latest_state(connection, "bridge", "closing").as_of
    review.post(f"/changes/{change.id}/split", version=0)
    with review.database.reading() as connection:
        assert latest_state(connection, "bridge", "closing").as_of - before < dt.timedelta(minutes=1)
    review.post("/undo")
    review.moment[0] = before + dt.timedelta(hours=5)
    review.post(f"/changes/{change.id}/split", version=review.version(change))
    with review.database.reading() as connection:
        assert latest_state(connection, "bridge", "closing").as_of == review.moment[0]


def test_what_was_dismissed_already_can_still_be_taken_off_the_question_but_only_once(review: Review):
    change = of_kind(review, ChangeKind.DATE_MOVED)
    review.post(f"/changes/{change.id}/dismiss", version=0)
    done = review.post(f"/changes/{change.id}/split", version=1).json()
    assert done["told"] == "1 change taken off the question."
    assert review.post(f"/changes/{change.id}/split", version=review.version(change)).json()["told"] == "There was nothing to do."
    with review.database.reading() as connection:
        again = make_claim(sentence=change.evidence.sentence, url="https://other.example/copy")
        assert not allowed_claims(connection)(again)
    assert review.post("/undo", batch=done["batch"]).status_code == 200
    assert review.state(change) == "dismissed"
    with review.database.reading() as connection:
        assert allowed_claims(connection)(again)


def test_two_answers_that_are_the_same_claim_change_nothing_any_more(review: Review):
    change = of_kind(review, ChangeKind.NUMBER_CHANGED)
    review.post(f"/changes/{change.id}/same", version=0)
    later = replace(change, detected_at=change.detected_at + dt.timedelta(days=1), evidence=replace(change.evidence, url="https://example.org/later"))
    with review.database.writing() as connection:
        add_changes(connection, (later,))
    assert review.state(later) == "dismissed"
    page = review.client.get("/?state=silenced").text
    assert "a reviewer said that these two answers are the same" in page
    first = of_kind(review, ChangeKind.NEW)
    assert review.post(f"/changes/{first.id}/same", version=0).status_code == 400


def test_the_log_says_of_every_line_which_change_it_was_about(review: Review):
    change = of_kind(review, ChangeKind.NUMBER_CHANGED)
    review.post(f"/changes/{change.id}/accept", version=0)
    page = review.client.get("/history").text
    line = page.split('<ol class="log big">')[1]
    assert "<b>local</b> accepted" in line
    assert "Number changed: How many houses are cut off? 14 house → 30 house</a>" in line


def test_a_view_is_saved_shown_and_dropped_and_dropping_it_can_be_undone(review: Review):
    saved = review.post("/views", json=False, name="Kim's dates", query="kind=date_moved&speaker=Kim+Holt")
    assert saved.status_code == 303
    assert "Kim&#39;s dates" in review.client.get("/").text
    review.post("/views/1/forget", json=False)
    assert "Kim&#39;s dates" not in review.client.get("/history").text.split("<main")[0]
    assert 'href="/?kind=date_moved' not in review.client.get("/").text
    assert review.post("/undo").status_code == 200
    assert "Kim&#39;s dates" in review.client.get("/").text
    assert review.post("/views", name="x", query="state=nonsense").status_code == 400
    assert review.post("/views/99/forget").status_code == 404


@pytest.mark.parametrize("path", ["/changes/{id}/burn", "/changes/0000/accept"])
def test_what_does_not_exist_cannot_be_decided(review: Review, path: str):
    assert review.post(path.format(id=review.changes[0].id), version=0).status_code == 404
    assert review.post("/decide", bulk="split").status_code == 400
    assert review.post("/decide", do=f"accept {review.changes[0].id} x").status_code == 400
    assert review.post("/undo").status_code == 404
    assert review.post("/undo", batch="nothing").status_code == 404


def test_of_two_who_opened_the_same_change_the_second_is_told_who_decided(review: Review):
    change = review.changes[1]
    assert review.post(f"/changes/{change.id}/accept", version=0).status_code == 200
    late = review.post(f"/changes/{change.id}/dismiss", version=0)
    assert late.status_code == 409
    assert "local has decided on this meanwhile: it is accepted" in late.json()["error"]
    assert review.post(f"/changes/{change.id}/accept", version=0).status_code == 200
    assert len(review.client.get(f"/changes/{change.id}.json").json()["decisions"]) == 1
