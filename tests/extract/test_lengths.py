"""Lengths of time."""

import pytest

from pipeline.extract.lengths import find_lengths


@pytest.mark.parametrize(("text", "low", "high"), [
    ("It lasts two and a half hours.", 9000, 9000), ("A 72-hour pause began.", 259200, 259200), ("It takes two to three weeks.", 1209600, 1814400),
    ("The 90-minute film.", 5400, 5400), ("It lasted a fortnight.", 1209600, 1209600), ("It takes a couple of days.", 172800, 172800),
])
def test_lengths_of_time_are_read_in_seconds(text: str, low: float, high: float):
    (length,) = find_lengths(text)
    assert (length.low, length.high, length.shift) == (low, high, False)


@pytest.mark.parametrize("text", ["The 12-year-old girl won.", "They make 40 flights a day.", "It costs $3 million a year.", "It closed two weeks ago.", "A quarter of it burned."])
def test_ages_rates_and_dates_are_no_lengths_of_time(text: str):
    assert find_lengths(text) == ()


@pytest.mark.parametrize("text", ["It rained three hours before the start.", "It came two days later than planned."])
def test_how_far_one_thing_lies_from_another_is_a_shift(text: str):
    assert [length.shift for length in find_lengths(text)] == [True]
