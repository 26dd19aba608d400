"""What a number counts, and of what whole it is a part."""

import pytest

from pipeline.extract.readings import Reader
from pipeline.statements import QuantityMention
from tests.builders import make_article


def only(reader: Reader, text: str) -> QuantityMention:
    reading = reader.read(make_article(text=text, title="Harbour news"))
    (mention,) = (mention for statement in reading.statements for mention in statement.quantities)
    return mention


@pytest.mark.parametrize(("text", "whole"), [
    ("Fifteen of about 36 ferries have left.", 36), ("More than a quarter of the 40 ferries are idle.", 40), ("It passed 4.5 out of 10 tests.", 10),
    ("Fifteen ferries have left.", None),
])
def test_a_part_knows_its_whole(reader: Reader, text: str, whole: float | None):
    assert only(reader, text).share_of == whole


@pytest.mark.parametrize(("text", "thing"), [
    ("Dozens of boats sank.", "boat"), ("A dozen boats sank.", "boat"), ("At least 12 boats sank.", "boat"), ("Scores of people were hurt.", "people"),
])
def test_a_round_number_counts_what_follows_it(reader: Reader, text: str, thing: str):
    assert only(reader, text).things[0] == thing
