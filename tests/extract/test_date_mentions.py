"""Dates in their sentence: what ties them to it, when a stretch ends, when something was said."""

import pytest

from pipeline.extract.readings import Reader
from pipeline.statements import Statement
from tests.builders import make_article


def only(reader: Reader, text: str) -> Statement:
    (statement,) = (item for item in reader.read(make_article(text=text, title="Harbour news")).statements if item.words)
    return statement


@pytest.mark.parametrize(("text", "relation"), [
    ("The ferry will sail on Friday.", "on"), ("The ferry will sail by Friday.", "by"), ("The ferry stays until 30 May.", "until"),
    ("The ferry has been idle since April.", "since"), ("The ferry is free from Friday.", "from"), ("The ferry will sail no earlier than Friday.", "not before"),
    ("The work will be done by the end of the month.", "by"),
])
def test_a_date_is_tied_to_its_clause(reader: Reader, text: str, relation: str):
    assert [date.relation for date in only(reader, text).dates] == [relation]


@pytest.mark.parametrize(("text", "end"), [
    ("The ferry will be free for 72 hours from 1 a.m. on Saturday.", "2031-05-20T01:00"),
    ("The ferry will be free from Friday for two weeks.", "2031-05-29T23:59"),
])
def test_a_length_from_a_date_on_gives_the_end(reader: Reader, text: str, end: str):
    statement = only(reader, text)
    assert [f"{date.when.end:%Y-%m-%dT%H:%M}" for date in statement.dates if date.relation == "until"] == [end]
    assert len(statement.durations) == 1


@pytest.mark.parametrize("text", ["The ferry was free for 72 hours.", "On Friday the ferry was idle for two weeks."])
def test_a_length_without_a_start_gives_no_end(reader: Reader, text: str):
    assert [date for date in only(reader, text).dates if date.relation == "until"] == []


def test_now_and_a_lone_clock_time_are_kept_apart_from_dates(reader: Reader):
    statement = only(reader, "The ferry now sails at 8 a.m. each day.")
    assert statement.dates == ()
    assert [mention.text for mention in statement.references] == ["now", "8 a.m."]
