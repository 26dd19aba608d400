"""A slice of `make soak`: mutated feeds through the boundary of the parser."""

from tests.soak_feeds import mutants, own_feeds, run


def test_two_thousand_mutated_feeds_give_entries_or_a_reason_and_never_an_exception():
    counts, _, uncaught = run(((str(number), body) for number, body in enumerate(mutants(own_feeds(), 2_000, 7))), 2_000, lambda _text: None)
    assert uncaught == 0
    assert counts["WRONG"] == 0
    assert counts.total() == 2_000
    assert counts["ok"] + counts["partial"] > 400


def test_the_same_seed_makes_the_same_mutants():
    assert list(mutants(own_feeds(), 50, 3)) == list(mutants(own_feeds(), 50, 3))
