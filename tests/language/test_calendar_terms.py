"""The shipped words of time."""

import datetime as dt
from pathlib import Path

import pytest

from pipeline.config import load_language
from pipeline.errors import ConfigError
from pipeline.language.calendar_terms import load_calendar_terms


def test_the_shipped_table_has_terms_holidays_and_zones():
    terms = load_language().calendar
    assert terms.vague["soon"].reference == "future"
    assert terms.holidays["thanksgiving"].of(2030) == dt.date(2030, 11, 28)
    assert terms.zones["edt"].utcoffset(None) == dt.timedelta(hours=-4)


@pytest.mark.parametrize("text", [
    '[[vague]]\nreference = "someday"\nfrom = 0\nto = 1\nphrases = ["soon"]',
    '[[vague]]\nreference = "future"\nphrases = ["soon"]',
    '[[holiday]]\nphrases = ["Leap Day"]\nmonth = 2\nday = 31',
    '[[zone]]\noffset = "east"\nnames = ["EAST"]',
    "not toml",
])
def test_a_broken_table_is_named_with_its_file(tmp_path: Path, text: str):
    path = tmp_path / "dates.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_calendar_terms(path)
    assert "dates.toml" in str(caught.value)
