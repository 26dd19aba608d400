"""Each paragraph goes to the language model once; a copy with one changed word is another paragraph."""

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.extract.lemmas import possible_lemmas
from pipeline.extract.nlp import load_english
from pipeline.extract.parsing import Parser

ONE, TWO, THREE = "The harbour closes on Friday.", "Nine boats have left.", "Ten boats have left."


class Counting:
    """The real model, with a list of what it was given."""

    def __init__(self, nlp: Language) -> None:
        self._nlp, self.given = nlp, []

    def pipe(self, texts: list[str], **given: int) -> object:
        self.given += [texts]
        return self._nlp.pipe(texts, **given)


@pytest.fixture
def model() -> Counting:
    return Counting(load_english())


def test_several_paragraphs_go_to_the_model_at_once_and_each_of_them_once(model: Counting):
    docs = Parser(model).parse([ONE, TWO, ONE])
    assert [doc.text for doc in docs] == [ONE, TWO, ONE]
    assert model.given == [[ONE, TWO]]


def test_what_was_parsed_is_not_parsed_again_but_one_changed_number_is(model: Counting):
    parser = Parser(model)
    first = parser.parse([ONE, TWO])
    again = parser.parse([TWO, THREE])
    assert again[0] is first[1]
    assert again[1].text == THREE
    assert model.given == [[ONE, TWO], [THREE]]


def test_a_kept_doc_says_what_a_fresh_one_says():
    def marks(doc: Doc) -> list[tuple[object, ...]]:
        return [(token.lemma_, token.tag_, token.dep_, token.head.i, token.ent_type_, token.is_sent_start) for token in doc]

    parser = Parser(load_english())
    kept = parser.parse([ONE, TWO, THREE])
    assert [marks(doc) for doc in parser.parse([THREE, ONE])] == [marks(load_english()(text)) for text in (THREE, ONE)]
    assert parser.parse([ONE])[0] is kept[0]


def test_no_more_tokens_are_kept_than_are_allowed_when_others_come(model: Counting):
    parser = Parser(model, most=12)
    parser.parse([ONE, TWO])
    parser.parse([THREE])
    parser.parse([THREE])
    parser.parse([ONE])
    assert model.given == [[ONE, TWO], [THREE], [ONE]]


def test_a_batch_longer_than_what_is_kept_is_parsed_once_all_the_same(model: Counting):
    parser = Parser(model, most=12)
    parser.parse([ONE, TWO, THREE])
    for text in (ONE, TWO, THREE):
        parser.parse([text])
    assert model.given == [[ONE, TWO, THREE]]


@pytest.mark.parametrize(("word", "lemma"), [
    ("left", "leave"), ("withdrawn", "withdraw"), ("Wolves", "wolf"), ("ballots", "ballot"), ("striking", "strike"), ("harbour", "harbour"),
])
def test_a_word_may_have_every_lemma_that_the_model_knows_of(word: str, lemma: str):
    assert lemma in possible_lemmas(load_english())(word)


def test_a_word_has_no_lemma_that_no_rule_makes():
    assert "leave" not in possible_lemmas(load_english())("right")
