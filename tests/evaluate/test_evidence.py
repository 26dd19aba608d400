"""How a labelled sentence is compared with the claims of its article."""

import pytest

from pipeline.evaluate.evidence import Checked, EvidenceCheck
from pipeline.evaluate.gold import Event, Gold
from pipeline.extract.claims import ClaimMaker
from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.language.vocabulary import Vocabulary
from tests.builders import make_article

SENTENCE = "About 40 houses will be cleared by Friday, Anna Berg said."


def checked(reader: Reader, names: Names, vocabulary: Vocabulary, sentence: str = SENTENCE, **label: object) -> Checked:
    article = make_article(text=f"The lake is calm.\n{sentence}", source="001.txt", title="Lake news")
    fields = {"file": "001.txt", "kind": "new", "watch": "lake", "question": "houses", "evidence": sentence, "prior": "", "speaker": "Anna Berg"}
    event = Event(**(fields | label))  # type: ignore[arg-type]
    gold = Gold(name="lake", files=("001.txt",), urls={}, published={}, events=(event,), quiet=(), off_topic=frozenset(), promises=None, removed=(), second=None)
    reading = reader.read(article)
    maker = ClaimMaker(vocabulary)
    (found,) = EvidenceCheck(names, vocabulary).check(gold, article, reading, [maker.claims_of(item) for item in reading.statements])
    return found


def test_a_claim_with_the_right_speaker_certainty_number_and_date_is_right(reader: Reader, names: Names, vocabulary: Vocabulary):
    found = checked(reader, names, vocabulary, value="about 40 houses (planned)", effective="2031-05-16")
    assert found.whole
    assert not found.idle


@pytest.mark.parametrize(("label", "part"), [
    ({"speaker": "Lars Holm", "value": "about 40 (planned)"}, "speaker"),
    ({"value": "about 50 (planned)"}, "value"),
    ({"value": "about 40 (happened)"}, "certainty"),
    ({"value": "about 40", "effective": "2031-05-20"}, "date"),
    ({"value": "no number"}, "certainty"),
])
def test_one_wrong_part_makes_the_claim_wrong(reader: Reader, names: Names, vocabulary: Vocabulary, label: dict[str, object], part: str):
    found = checked(reader, names, vocabulary, **label)
    assert not found.whole
    assert part not in found.right


def test_what_the_label_does_not_tell_is_not_compared(reader: Reader, names: Names, vocabulary: Vocabulary):
    found = checked(reader, names, vocabulary, value="same")
    assert found.idle == {"certainty", "value", "date"}


def test_words_of_the_label_count_only_where_the_sentence_has_them_or_the_lexicon_knows_them(reader: Reader, names: Names, vocabulary: Vocabulary):
    sentence = "The race was called off on Friday, Anna Berg said."
    assert checked(reader, names, vocabulary, sentence, value="scrubbed").whole
    assert not checked(reader, names, vocabulary, sentence, value="resumed").whole


def test_a_sentence_without_a_source_may_be_the_outlets_own_and_that_is_told(reader: Reader, names: Names, vocabulary: Vocabulary):
    found = checked(reader, names, vocabulary, "The window is two hours long.", speaker="Space Board", value="2 h")
    assert found.whole
    assert found.implied


def test_a_sentence_that_is_not_in_the_article_is_not_found(reader: Reader, names: Names, vocabulary: Vocabulary):
    assert not checked(reader, names, vocabulary, "Wholly calm.", evidence="The moon is far away.").found
