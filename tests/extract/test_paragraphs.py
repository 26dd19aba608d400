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


@pytest.mark.parametrize("line", [
    "OSLO (Reuters) - ", "OSLO, May 12 (Reuters) - ", "LYNGBY, Denmark (AP) — ", "NEW YORK — ", "BERLIN, 12 May 2031 – ", "KYIV/OSLO (AFP) -- ",
    "12 May (Reuters) - ", "(Reuters) - ", "Oslo, Norway – ", "WASHINGTON (AP) ", "ירושלים (Reuters) - ", "МОСКВА, 12 мая - ",
])
def test_datelines_of_many_forms_and_scripts_are_cut_off(line: str):
    (paragraph,) = split_paragraphs(f"{line}The dam closed on Friday, the mayor said.")
    assert paragraph.text == "The dam closed on Friday, the mayor said."
    assert paragraph.start == len(line)


@pytest.mark.parametrize("text", [
    "The dam (built in 1931) - the oldest of all - closed on Friday.", "NATO said on Friday - and not before - that the dam was safe.",
    "Oslo: The dam closed on Friday.", "A dam near Oslo – Norway's oldest – closed on Friday.", "The Dam Company (Oslo) - Berg's old firm - closed on Friday.",
])
def test_dashes_and_brackets_of_a_sentence_are_no_dateline(text: str):
    (paragraph,) = split_paragraphs(text)
    assert paragraph.text == text


@pytest.mark.parametrize(("text", "role"), [
    ("By Anna Berg and Lars Holm", "boilerplate"), ("By Friday the dam had closed.", "body"), ("By then, the council had met.", "body"),
    ("With agencies", "boilerplate"), ("With agencies warning of floods, the council met.", "body"),
    ("Subscribe to the Hill Courier", "boilerplate"), ("The union has subscribed to the deal, the mayor said.", "body"),
    ("Log in to comment", "boilerplate"), ("She declined to log in to comment on the dam, her lawyer said.", "body"),
    ("Sign up for our newsletter.", "boilerplate"), ("The two sides will sign up to the truce on Friday.", "body"),
    ("A boat passes the dam. (AP Photo/Anna Berg)", "caption"), ("The photo shows the dam before it closed on Friday.", "body"),
    ("Der Damm wurde am Freitag geschlossen.", "foreign"), ("Anna Berg, Lars Holm, Ida Lund resigned.", "body"),
])
def test_what_looks_like_a_byline_or_a_prompt_but_tells_something_is_read(text: str, role: str):
    (paragraph,) = split_paragraphs(text)
    assert paragraph.role == role


def test_a_lone_surrogate_keeps_its_place():
    (first, second) = split_paragraphs("The dam \ud800 closed on Friday.\nThe lake is calm, the mayor said.")
    assert "\ud800" not in first.text
    assert second.start == 28


def test_a_sentence_without_end_is_set_apart_and_what_stands_around_it_is_kept():
    endless = "The dam and the lake and " * 400
    text = f"The dam closed on Friday. {endless.strip()}. The lake is calm, the mayor said."
    before, noise, after = split_paragraphs(text)
    assert (before.role, before.text) == ("body", "The dam closed on Friday.")
    assert noise.role == "oversized"
    assert after.text == "The lake is calm, the mayor said."
    assert all(text[part.start:part.end] == part.text for part in (before, noise, after))
