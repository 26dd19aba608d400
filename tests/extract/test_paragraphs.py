import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.paragraphs import MAX_PARAGRAPH, split_paragraphs


@pytest.mark.parametrize(("text", "role"), [
    ("The dam was opened on Sunday after two days of rain, the district said.", "body"),
    ("Read more: Dam opened after rain", "link"),
    ("Photo: Maria Lund/Fjord Press", "caption"),
    ("By Our Regional Correspondent", "boilerplate"),
    ("(Reporting by Ola Nord; editing by Kim Berg)", "boilerplate"),
    ("Sign up for our morning newsletter and never miss a story.", "boilerplate"),
    ("Comments are open. Please be polite.", "boilerplate"),
    ("Correction: An earlier version of this story gave the wrong number of houses; it is 14.", "correction"),
    ("Correction: An earlier version of this story misspelt the name of the village.", "boilerplate"),
    ("פרסום ראשון של הידיעה הזאת", "foreign"),
    ("Der Damm wurde am Sonntag nach zwei Tagen Regen geöffnet, wie der Landkreis am Abend mitteilte und bestätigte.", "foreign"),
])
def test_a_paragraph_is_recognised_for_what_it_is(text: str, role: str):
    assert [paragraph.role for paragraph in split_paragraphs(text)] == [role]


def test_a_dateline_is_cut_off_and_the_offsets_still_point_into_the_text():
    text = "FJELLBY, Norway, May 3 (Fjord Press) - The dam was opened on Sunday, the district said."
    (paragraph,) = split_paragraphs(text)
    assert paragraph.text.startswith("The dam was opened")
    assert text[paragraph.start : paragraph.end] == paragraph.text


def test_the_headline_repeated_in_the_text_makes_no_claim():
    first, second = split_paragraphs("Dam opened after rain\n\nThe dam was opened on Sunday, the district said.", title="Dam opened after rain")
    assert (first.role, second.role) == ("headline", "body")


def test_a_paragraph_of_a_hundred_kilobytes_is_cut_into_bounded_pieces():
    text = "The dam was opened on Sunday. " * 4000
    pieces = split_paragraphs(text)
    assert all(len(piece.text) <= MAX_PARAGRAPH for piece in pieces)
    assert sum(len(piece.text) for piece in pieces) > 100_000


@given(st.text(max_size=600))
def test_offsets_always_slice_to_the_paragraph(text: str):
    for paragraph in split_paragraphs(text):
        assert text[paragraph.start : paragraph.end] == paragraph.text
