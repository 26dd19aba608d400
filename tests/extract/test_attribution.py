"""Who said what: every rule of attribution with an example for and one against it."""

import pytest

from pipeline.extract.readings import Reader
from pipeline.statements import AttributionMention
from tests.builders import make_article


def found(reader: Reader, text: str) -> list[tuple[str, str, str, str, str]]:
    """(source, cue, content, manner, force) of all attributions of a text."""
    return [
        (_cut(text, mention.source), _cut(text, mention.cue), " ... ".join(_cut(text, span) for span in mention.content), mention.manner, mention.force)
        for mention in mentions(reader, text)
    ]


def mentions(reader: Reader, text: str) -> list[AttributionMention]:
    statements = reader.read(make_article(text=text, title="Harbour news")).statements
    return [mention for statement in statements for mention in statement.attributions]


def _cut(text: str, span: tuple[int, int] | None) -> str:
    return text[span[0]:span[1]] if span else ""


@pytest.mark.parametrize(("text", "expected"), [
    ("Anna Berg said that the ferry was safe.", ("Anna Berg", "said", "that the ferry was safe", "indirect", "say")),
    ("Anna Berg said the ferry was safe.", ("Anna Berg", "said", "the ferry was safe", "indirect", "say")),
    ("The mayor ordered the crew to leave the ship.", ("The mayor", "ordered", "the crew to leave the ship", "indirect", "order")),
    ("The Harbour Office denied that the ferry had sunk.", ("The Harbour Office", "denied", "that the ferry had sunk", "indirect", "deny")),
    ("The ferry was safe, said Anna Berg.", ("Anna Berg", "said", "The ferry was safe", "indirect", "say")),
    ('"The ferry is safe," Anna Berg said.', ("Anna Berg", "said", '"The ferry is safe,"', "direct", "say")),
    ("“The ferry is safe,” said the harbour pilot.", ("the harbour pilot", "said", "“The ferry is safe,”", "direct", "say")),
    ('Anna Berg warned: "The ferry is old."', ("Anna Berg", "warned", '"The ferry is old."', "direct", "warn")),
    ('Anna Berg said the ferry was "as safe as a church".', ("Anna Berg", "said", 'the ferry was "as safe as a church"', "mixed", "say")),
    ("According to the Harbour Office, the ferry was safe.", ("the Harbour Office", "According to", "the ferry was safe", "indirect", "say")),
    ("Anna Berg pointed out that the ferry was old.", ("Anna Berg", "pointed out", "that the ferry was old", "indirect", "say")),
    ("The Harbour Office said in a statement that the ferry was safe.",
     ("The Harbour Office", "statement", "that the ferry was safe", "indirect", "say")),
    ("The ferry was, as Anna Berg put it, a wreck.", ("Anna Berg", "put", "The ferry was ... a wreck", "indirect", "say")),
    ("In the words of Anna Berg, the ferry was a wreck.", ("Anna Berg", "In the words of", "the ferry was a wreck", "indirect", "say")),
    ("The ferry was safe, per Reuters.", ("Reuters", "per", "The ferry was safe", "indirect", "say")),
    ("The council was told by Anna Berg that the ferry was safe.", ("Anna Berg", "was told", "that the ferry was safe", "indirect", "say")),
    ("The mayor ruled out that the ferry would sail.", ("The mayor", "ruled out", "that the ferry would sail", "indirect", "deny")),
    ("The union called for a second ferry.", ("The union", "called", "a second ferry", "indirect", "demand")),
    ("The council repeated its claim that the ferry was safe.", ("its", "claim", "that the ferry was safe", "indirect", "claim")),
    ("Anna Berg believes that the ferry is safe.", ("Anna Berg", "believes", "that the ferry is safe", "indirect", "believe")),
    ("The council plans to buy a ferry.", ("The council", "plans", "to buy a ferry", "indirect", "intend")),
])
def test_an_attribution_has_a_source_a_cue_and_a_content(reader: Reader, text: str, expected: tuple[str, ...]):
    assert expected in found(reader, text)


@pytest.mark.parametrize("text", [
    "The ferry sailed at noon.",
    "The council called off the race.",
    "The claim form lies in the office.",
    "The ferry left the port in three hours.",
    "There were ten ships in the port.",
    "The mayor put it on the table.",
    "The ferry makes ten knots per hour.",
    "The words of the song were known in the port.",
])
def test_what_nobody_says_is_no_attribution(reader: Reader, text: str):
    assert found(reader, text) == []


def test_a_quotation_cut_by_its_speaker_is_one_attribution(reader: Reader):
    assert found(reader, '"The ferry is safe," Anna Berg said. "It will sail tonight."') == [
        ("Anna Berg", "said", '"The ferry is safe," ... "It will sail tonight."', "direct", "say")
    ]


def test_two_quotations_with_a_speaker_each_are_two(reader: Reader):
    text = '"The ferry is safe," Anna Berg said. "It is not," Carl Holm replied.'
    assert [item[:3] for item in found(reader, text)] == [
        ("Anna Berg", "said", '"The ferry is safe,"'),
        ("Carl Holm", "replied", '"It is not,"'),
    ]


def test_a_quotation_goes_on_in_the_next_paragraph_with_the_same_voice(reader: Reader):
    _, second = mentions(reader, '“The ferry is safe,” Anna Berg said. \n“It will sail tonight.”')
    assert (second.source, second.cue, second.voice.speaker) == (None, None, "Anna Berg")


def test_a_word_in_quotation_marks_is_no_utterance(reader: Reader):
    assert found(reader, 'The ship "Polar Star" left the port at noon.') == []


def test_speech_within_speech_gives_one_attribution_each(reader: Reader):
    text = "Anna Berg said the mayor told the council that the ferry was safe."
    assert [(source, content) for source, _, content, _, _ in found(reader, text)] == [
        ("Anna Berg", "the mayor told the council that the ferry was safe"),
        ("the mayor", "that the ferry was safe"),
    ]


@pytest.mark.parametrize(("text", "speaker", "carrier"), [
    ("Reuters quoted Anna Berg as saying that the ferry was safe.", "Anna Berg", "Reuters"),
    ("Anna Berg was quoted by Reuters as saying that the ferry was safe.", "Anna Berg", "Reuters"),
    ("The ferry was safe, Anna Berg was quoted by Reuters as saying.", "Anna Berg", "Reuters"),
    ("Anna Berg told Reuters that the ferry was safe.", "Anna Berg", "Reuters"),
    ("Anna Berg told Carl Holm that the ferry was safe.", "Anna Berg", ""),
])
def test_an_outlet_that_passes_words_on_is_their_carrier(reader: Reader, text: str, speaker: str, carrier: str):
    (mention,) = mentions(reader, text)
    assert (mention.voice.speaker, mention.voice.carrier) == (speaker, carrier)


@pytest.mark.parametrize(("text", "speaker"), [
    ("The ferry is safe, Anna Berg, an adviser to Mayor Carl Holm, told the council.", "Anna Berg"),
    ("The ferry was inspected twice, its master, Anna Berg, told reporters.", "Anna Berg"),
    ("Capt. Anna Berg, spokeswoman for the harbour police in the north, said on Monday that the ferry will sail.", "Anna Berg"),
])
def test_a_long_apposition_does_not_hide_the_speaker(reader: Reader, text: str, speaker: str):
    statement = reader.read(make_article(text=text, title="Harbour news")).statements[0]
    assert statement.voice.speaker == speaker


def test_the_one_who_is_talked_about_in_a_relative_clause_gives_no_voice_to_the_sentence(reader: Reader):
    text = "Anna Berg, who once said that she would never sail, took the ferry on Monday."
    statement = reader.read(make_article(text=text, title="Harbour news")).statements[0]
    assert (statement.voice.attributed, len(statement.attributions)) == (False, 1)


@pytest.mark.parametrize("text", ["Anna Berg believes that the ferry is safe.", "The council wants to buy a ferry."])
def test_a_thought_makes_nobody_the_speaker_of_a_sentence(reader: Reader, text: str):
    statement = reader.read(make_article(text=text, title="Harbour news")).statements[0]
    assert not statement.voice.attributed
    assert statement.attributions


def test_who_adds_is_who_wrote_and_not_what_was_written_about(reader: Reader):
    text = "Anna Berg wrote that the ferry was old, adding that it would be sold."
    assert [source for source, cue, *_ in found(reader, text) if cue == "adding"] == ["Anna Berg"]


def test_she_is_the_woman_who_spoke_before(reader: Reader):
    _, second = mentions(reader, "Anna Berg said that the ferry was old. She said that it would be sold.")
    assert second.voice.speaker == "Anna Berg"


def test_spans_stay_within_a_text_of_several_paragraphs(reader: Reader):
    text = "The port was calm on Monday.\n\nAnna Berg said that the ferry was safe."
    assert [item[0] for item in found(reader, text)] == ["Anna Berg"]


@pytest.mark.parametrize(("text", "institution"), [
    ("The Norwegian Coast Guard agency NKV said the ferry was safe.", "Norway"),
    ("The commission in Oslo, which met the German envoy, said the ferry was safe.", "Norway"),
    ("A media officer who had spoken to the BBC said the ferry was safe.", "media officer"),
])
def test_an_office_speaks_for_the_body_that_it_names_and_not_for_whom_it_has_met(reader: Reader, text: str, institution: str):
    (statement,) = reader.read(make_article(text=text)).statements
    assert statement.voice.institution == institution


@pytest.mark.parametrize(("text", "speaker"), [
    ("Anna Berg, the mayor, came on Monday. The mayor said the dam was safe.", "Anna Berg"),
    ("Lars Holm, the Danish envoy, came on Monday. The envoy said the dam was safe.", "Lars Holm"),
    ("Danish Prime Minister Mette Olsen came on Monday. The Danish leader said the dam was safe.", "Mette Olsen"),
    ("Lars Holm, the Danish envoy, came on Monday. The pilot said the dam was safe.", "pilot"),
    ("Danish Prime Minister Mette Olsen came on Monday. The Swedish leader said the dam was safe.", "Swedish leader"),
])
def test_a_role_means_the_person_who_was_given_it(reader: Reader, text: str, speaker: str):
    statements = reader.read(make_article(text=text)).statements
    assert statements[-1].voice.speaker == speaker


@pytest.mark.parametrize(("text", "speaker", "carrier"), [
    ("Xinhua, citing a harbour official, reported that the dam was safe.", "harbour official", "Xinhua"),
    ("The Interfax agency reported, quoting Lars Holm, that the dam was safe.", "Lars Holm", "Interfax agency"),
    ("Anna Berg, citing the weather, said that the dam was closed.", "Anna Berg", ""),
])
def test_whom_an_outlet_cites_is_the_speaker_and_the_outlet_the_carrier(reader: Reader, text: str, speaker: str, carrier: str):
    (statement,) = reader.read(make_article(text=text)).statements
    assert (statement.voice.speaker, statement.voice.carrier) == (speaker, carrier)


def test_a_parenthesis_of_saying_covers_what_others_order_in_its_sentence(reader: Reader):
    (statement,) = reader.read(make_article(text="The council, Anna Berg claimed, had ordered the dam closed.")).statements
    assert statement.voice.speaker == "Anna Berg"
    (statement,) = reader.read(make_article(text="The council ordered the dam closed, as it had promised.")).statements
    assert statement.voice.speaker == "council"


def test_what_stands_before_a_semicolon_is_not_what_the_next_says(reader: Reader):
    text = "Anna Berg warned that the dam could burst; Lars Holm insisted it was safe."
    assert not any("warned" in content for _, _, content, _, _ in found(reader, text))


def test_we_in_a_quotation_is_who_is_quoted(reader: Reader):
    text = '"We also agreed to move the race to Saturday," race director Lars Holm said.'
    assert {mention.voice.speaker for mention in mentions(reader, text)} == {"Lars Holm"}
    text = '"They agreed to move the race to Saturday," race director Lars Holm said.'
    assert "Lars Holm" in {mention.voice.speaker for mention in mentions(reader, text)}


def test_it_means_the_body_that_the_saying_speaks_of_first(reader: Reader):
    (statement,) = reader.read(make_article(text="The Harbour Office is keeping the dam closed, it said on Thursday.")).statements
    assert statement.voice.speaker == "Harbour Office"


def speakers(reader: Reader, text: str) -> list[str]:
    return [statement.voice.speaker for statement in reader.read(make_article(text=text, title="Harbour news")).statements]


@pytest.mark.parametrize(("text", "speaker"), [
    ("Anna Berg said the ferry was safe. Tom Holt was having none of it. \"I will not sail,\" he growled.", "Tom Holt"),
    ("Anna Berg opened the harbour on Monday. The 51-year-old said that the ferry was safe.", "Anna Berg"),
    ("Tom Holt said the ferry was safe. Sam Roe waited on the quay. He added that it would sail at noon.", "Tom Holt"),
])
def test_a_pronoun_speaks_for_whom_the_sentence_before_is_about_unless_somebody_goes_on(reader: Reader, text: str, speaker: str):
    assert speakers(reader, text)[-1] == speaker


def test_a_manner_of_speaking_names_a_speaker_only_with_a_quotation(reader: Reader):
    assert speakers(reader, "The engine of the ferry growled in the fog.") == ["Hill Courier"]
