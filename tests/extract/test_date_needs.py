"""What a rule of dates needs is only looked for to save time: it may never keep a match out."""

import datetime as dt
from pathlib import Path

from pipeline.extract.dates import _GRAMMAR, DateFinder
from pipeline.language.vocabulary import Vocabulary


def paragraphs(seeds: Path) -> list[str]:
    return [part for file in sorted(seeds.glob("*/[0-9]*.txt")) for part in file.read_text(encoding="utf-8").split("\n\n")]


def test_every_match_of_a_rule_has_some_of_the_letters_that_the_rule_needs(seeds: Path):
    lacking = [
        (rule.resolve.__name__, match.group())
        for text in paragraphs(seeds) for rule in _GRAMMAR if rule.needs
        for match in rule.pattern.finditer(text) if not any(letters in match.group().casefold() for letters in rule.needs)
    ]
    assert lacking == []
    assert sum(bool(rule.needs) for rule in _GRAMMAR) > 50


def test_dates_are_found_whatever_their_case(vocabulary: Vocabulary):
    anchor = dt.datetime(2031, 5, 12, 9, 0, tzinfo=dt.UTC)
    found = [[item.when.start.date() for item in DateFinder(vocabulary.calendar).find(text, anchor, lambda _: "future") if item.when.start]
             for text in ("IT OPENS ON MAY 20.", "It opens on May 20.", "it opens on may 20.")]
    assert found[0] == found[1] == found[2] == [dt.date(2031, 5, 20)]
