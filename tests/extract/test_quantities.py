import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.lengths import find_lengths
from pipeline.extract.quantities import find_numbers


@pytest.mark.parametrize(("text", "low", "high", "bound", "unit"), [
    ("At least 14 houses burned.", 14, 14, "at least", ""),
    ("Fewer than ten boats left.", 10, 10, "less than", ""),
    ("Between 30 and 40 people came.", 30, 40, "range", ""),
    ("Eight to 10 trucks left.", 8, 10, "range", ""),
    ("Nearly 300 cases are known.", 300, 300, "about", ""),
    ("Up to 2,500 homes are dark.", 2500, 2500, "at most", ""),
    ("Sixty-one villages joined.", 61, 61, "exact", ""),
    ("The offer is $12.50 a share.", 12.5, 12.5, "exact", "USD/share"),
    ("It costs 4.2 million euros.", 4_200_000, 4_200_000, "exact", "EUR"),
    ("Turnout was 61.3 percent.", 61.3, 61.3, "exact", "percent"),
    ("2 to 3 million doses came.", 2_000_000, 3_000_000, "range", ""),
    ("Two thirds of the fleet is gone.", 2 / 3, 2 / 3, "exact", "share"),
    ("Just under half of the fleet is gone.", 0.5, 0.5, "less than", "share"),
    ("More than a quarter of the fleet is gone.", 0.25, 0.25, "more than", "share"),
    ("The rate was cut by a quarter of a percentage point.", 0.25, 0.25, "exact", "percent"),
    ("A dozen boats sank.", 12, 12, "about", ""),
    ("At least a dozen boats sank.", 12, 12, "at least", ""),
    ("Dozens of boats sank.", 24, 99, "range", ""),
    ("Hundreds of thousands of people fled.", 2e5, 999_999, "range", ""),
    ("No fewer than 200 sheep died.", 200, 200, "at least", ""),
    ("Rice worth €3m, was seized.", 3e6, 3e6, "exact", "EUR"),
])
def test_a_number_is_read_with_its_bound_and_unit(text: str, low: float, high: float, bound: str, unit: str):
    (number,) = find_numbers(text, ())
    assert (number.low, number.high, number.bound, number.unit) == (pytest.approx(low), pytest.approx(high), bound, unit)


@pytest.mark.parametrize("text", ["Gate No. 4 was shut.", "An Il-76 landed.", "Anna Berg, 43, said so.", "It was built in 1998.", "Flight 714 is late.", "The 3rd try failed.",
    "Her brother, 9, wept.", "They live at 14 Harbour Street.", "Hill City beat them 3-2.", "The score of the film is fine.", "They are a couple.",
])
def test_designations_ages_years_and_ordinals_are_no_quantities(text: str):
    assert find_numbers(text, ()) == ()


@pytest.mark.parametrize(("text", "per"), [("Nine calls were counted in 24 hours.", "day"), ("They make 40 flights a day.", "day"), ("In all 294 calls came.", "")])
def test_counts_per_period_are_told_from_totals(text: str, per: str):
    assert [number.per for number in find_numbers(text, tuple((length.start, length.end) for length in find_lengths(text)))] == [per]


@given(st.text(max_size=300))
def test_no_text_makes_the_grammar_fail(text: str):
    assert all(0 <= number.start < number.end <= len(text) for number in find_numbers(text, ()))


@pytest.mark.parametrize(("text", "value"), [
    ("It is one point six five.", 1.65), ("Two point four billion was lost.", 2.4e9), ("There's fifteen hundred on it.", 1500.0),
])
def test_numbers_said_aloud_are_read(text: str, value: float):
    assert [number.low for number in find_numbers(text, ())] == [value]


@pytest.mark.parametrize("text", ["It is one of the safest pots on the market.", "She is one of our most careful drivers."])
def test_one_of_the_best_counts_nothing(text: str):
    assert find_numbers(text, ()) == ()


def test_a_number_before_of_whom_is_no_age():
    assert [number.low for number in find_numbers("The number stands at 18, of whom six are in hospital.", ())] == [18.0, 6.0]
    assert find_numbers("Anna Berg, 43, of Oslo said so.", ()) == find_numbers("A man of 81, was found.", ()) == ()
