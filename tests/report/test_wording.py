import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Answer, Certainty, ChangeKind, Interval
from pipeline.report.headline import headline, reasons, shortened
from pipeline.report.when import answer_words, day_words, interval_words, moment_words
from pipeline.report.wording import likeness, marked_sides, word_differences
from tests.builders import MONDAY, date_answer, day, later, make_change, make_claim, state_answer


@given(st.text(max_size=150), st.text(max_size=150))
def test_the_differences_of_two_sentences_join_to_both(old: str, new: str):
    pieces = word_differences(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "new") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "old") == new


def test_differences_are_whole_words():
    pieces = word_differences("The bridge closes on 16 May.", "The bridge closes on 18 May.")
    assert [(piece.kind, piece.text) for piece in pieces if piece.kind != "same"] == [("old", "16"), ("new", "18")]


def test_a_sentence_of_fifty_thousand_words_does_not_hang():
    assert len(word_differences("a " * 50_000, "b " * 50_000)) == 2


def test_two_very_long_sentences_without_a_common_word_are_told_apart():
    old = " ".join(f"w{number}" for number in range(450))
    new = " ".join(f"v{number}" for number in range(450))
    pieces = word_differences(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "old") == new


def test_a_reworded_sentence_marks_its_changed_words():
    before, after = marked_sides(
        word_differences("The bridge closes on 16 May at noon.", "The bridge closes on 18 May at noon."), "16 May", "18 May"
    )
    assert [piece.text for piece in before if piece.kind == "old"] == ["16"]
    assert [piece.text for piece in after if piece.kind == "new"] == ["18"]


def test_two_different_sentences_mark_their_answers_instead_of_every_word():
    pieces = word_differences("Fewer than 10 jets had gone, he told reporters.", "A count by the agency puts it at at least 15 planes.")
    before, after = marked_sides(pieces, "fewer than 10 jet", "at least 15 aircraft")
    assert [piece.text for piece in before if piece.kind == "old"] == ["Fewer than 10 jets"]
    assert [piece.text for piece in after if piece.kind == "new"] == ["at least 15"]


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=20), st.text(max_size=20))
def test_marking_never_alters_a_sentence(old: str, new: str, was: str, now: str):
    before, after = marked_sides(word_differences(old, new), was, now)
    assert ("".join(piece.text for piece in before), "".join(piece.text for piece in after)) == (old, new)


def test_an_answer_of_many_words_does_not_hang():
    pieces = word_differences("x " * 300, "y " * 300)
    assert marked_sides(pieces, "z " * 20_000, "z " * 20_000)[0] == (type(pieces[0])("same", "x " * 300),)


def test_likeness_is_one_for_equal_and_small_for_unlike_sentences():
    assert likeness(word_differences("The same words.", "The same words.")) == 1.0
    assert likeness(word_differences("", "")) == 1.0
    assert likeness(word_differences("Alpha beta gamma.", "One two three four")) < 0.5


def test_the_two_sides_of_a_headline_are_never_the_same_words_for_a_change_of_certainty():
    planned = make_claim(certainty=Certainty.PLANNED)
    head = headline(make_change(later(planned, certainty=Certainty.FACT), ChangeKind.CERTAINTY_CHANGED, planned))
    assert (head.old, head.new, head.old_note) == ("planned", "fact", "begun")


def test_a_step_that_changes_its_certainty_shows_both_steps():
    ordered = make_claim(answer=state_answer("ordered"), certainty=Certainty.ORDERED)
    head = headline(make_change(later(ordered, answer=state_answer("begun")), ChangeKind.CERTAINTY_CHANGED, ordered))
    assert (head.old, head.new) == ("ordered", "begun")


def test_a_date_that_is_given_up_says_so():
    set_ = make_claim(answer=date_answer(16), certainty=Certainty.PLANNED)
    head = headline(make_change(later(set_, certainty=Certainty.DENIED), ChangeKind.DATE_MOVED, set_))
    assert (head.old, head.new) == ("16 May", "given up")


def test_after_a_date_was_given_up_the_next_one_does_not_seem_to_move_it():
    given_up = make_claim(answer=date_answer(16), certainty=Certainty.DENIED)
    head = headline(make_change(later(given_up, answer=date_answer(20), certainty=Certainty.PLANNED), ChangeKind.DATE_MOVED, given_up))
    assert (head.old, head.old_note, head.new) == ("16 May", "given up", "20 May")


def test_an_altered_and_a_removed_sentence_are_told_apart():
    claim = make_claim()
    assert headline(make_change(later(claim), ChangeKind.WITHDRAWN, claim)).new == "sentence altered"
    gone = make_change(claim, ChangeKind.WITHDRAWN)
    assert (
        headline(type(gone)(**{name: getattr(gone, name) for name in gone.__slots__} | {"new": None, "old": gone.new})).new
        == "no longer there"
    )


def test_a_reason_that_repeats_the_two_answers_is_left_out_but_never_all_reasons():
    claim = make_claim()
    change = make_change(later(claim), ChangeKind.STATUS_CHANGED, claim)
    with_both = type(change)(**{name: getattr(change, name) for name in change.__slots__} | {"why": ("was: a; now: b", "a step back")})
    only_repeated = type(change)(**{name: getattr(change, name) for name in change.__slots__} | {"why": ("was: a; now: b",)})
    assert reasons(with_both) == ("a step back",)
    assert reasons(only_repeated) == ("the matter is now in another state; before it: Anna Berg, 12 May 2031",)


def test_relative_dates_get_their_calendar_date_and_absolute_ones_do_not():
    when = day(16)
    assert answer_words(Answer(type="date", text="within two days", value="x", bound="not after", when=when)) == (
        "within two days",
        "by 16 May 2031",
    )
    assert answer_words(Answer(type="date", text="Friday (16 May 2031)", value="x", when=when)) == ("Friday", "16 May 2031")
    assert answer_words(Answer(type="date", text="on 16 May", value="x", when=when)) == ("on 16 May", "")
    assert answer_words(None) == ("", "")


@pytest.mark.parametrize(
    ("first", "last", "precision", "words"),
    [
        ("2031-05-16T00:00+02:00", "2031-05-16T23:59+02:00", "day", "16 May 2031"),
        ("2031-05-16T00:00+02:00", "2031-05-20T23:59+02:00", "range", "16–20 May 2031"),
        ("2031-05-30T00:00+02:00", "2031-06-02T23:59+02:00", "range", "30 May – 2 Jun 2031"),
        ("2031-12-30T00:00+02:00", "2032-01-02T23:59+02:00", "range", "30 Dec 2031 – 2 Jan 2032"),
        (None, "2031-05-20T23:59+02:00", "day", "by 20 May 2031"),
        ("2031-05-20T00:00+02:00", None, "day", "from 20 May 2031"),
        (None, None, "vague", ""),
        ("2031-05-16T01:47-05:00", "2031-05-16T01:47-05:00", "minute", "16 May 2031, 01:47 UTC−5"),
        ("2031-05-16T01:47+05:30", "2031-05-16T01:47+05:30", "minute", "16 May 2031, 01:47 UTC+5:30"),
    ],
)
def test_intervals_are_told_as_short_as_they_can_be(first: str | None, last: str | None, precision: str, words: str):
    start, end = (dt.datetime.fromisoformat(text) if text else None for text in (first, last))
    assert interval_words(Interval(start=start, end=end, precision=precision)) == words


def test_instants_are_told_in_utc():
    late = MONDAY.replace(hour=23).astimezone(dt.timezone(dt.timedelta(hours=3)))
    assert (day_words(late), moment_words(late)) == ("12 May 2031", "12 May 2031, 23:00 UTC")


def test_long_text_is_cut_at_a_word():
    assert shortened("one two three", 9) == "one two…"
    assert shortened("x" * 20, 9) == "xxxxxxxx…"
