"""The quick attribute ruler and the quick lemmatizer give what spaCy's own give."""

import pytest
import spacy
from spacy.language import Language

from pipeline.extract.attributes import QuickRuler, UnknownPatternError, quicken
from pipeline.extract.nlp import load_english
from pipeline.extract.quick_lemmas import quicken_lemmas
from pipeline.ingest.archive import read_archive
from pipeline.shipped import shipped

TEXTS = (
    "There's no need to: he'd gone, it seems, and what she got gets better. They're here.",
    "  Two  spaces\n\nand a line. \"That,\" I said, \"is it!\" Don't; didn't; do you? He has had it.",
    "",
    "The bridge will be closed until Friday, said Anna Berg, who had left the town's council (in 2019).",
)


@pytest.fixture(scope="module")
def slow() -> Language:
    """The model with spaCy's own ruler before ours, so that both see the same parse."""
    name = load_english().meta["name"]
    return spacy.load(f"en_{name}", exclude=["ner"])


def attributes(nlp: Language, texts: tuple[str, ...]) -> list[list[tuple[object, ...]]]:
    return [[(token.pos, str(token.morph), token.tag, token.dep, token.lemma) for token in doc] for doc in nlp.pipe(texts)]


def test_every_attribute_of_every_token_of_two_stories_is_the_same(slow: Language):
    articles = [article for name in ("northport-strike", "artemis-launch") for article in read_archive(shipped("seeds") / name).articles]
    texts = (*TEXTS, *(article.text for article in articles))
    expected = attributes(slow, texts)
    quick = spacy.load(f"en_{load_english().meta['name']}", exclude=["ner"])
    quicken(quick)
    quicken_lemmas(quick)
    assert not {"attribute_ruler", "lemmatizer"} & set(quick.pipe_names)
    assert attributes(quick, texts) == expected
    # The second time everything is known.
    assert attributes(quick, texts) == expected


def test_a_pattern_that_asks_for_something_else_leaves_the_models_own_ruler():
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"SHAPE": "dd"}]], {"POS": "NUM"})
    quicken(nlp)
    assert nlp.pipe_names == ["attribute_ruler"]
    with pytest.raises(UnknownPatternError):
        QuickRuler(nlp.vocab, ruler.patterns, ruler.attrs)


def test_a_rule_for_the_second_of_two_tokens_is_set_there_and_a_later_rule_wins():
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add([[{"LOWER": {"IN": ["a", "b"]}}, {"LOWER": {"NOT_IN": ["c"]}}]], {"POS": "NUM", "LEMMA": "second"}, index=1)
    ruler.add([[{"LOWER": "d"}]], {"POS": "ADJ"})
    text = ("a d b c B e",)
    expected = attributes(nlp, text)
    quicken(nlp)
    assert attributes(nlp, text) == expected
    assert [token.pos_ for token in nlp(text[0])] == ["", "ADJ", "", "", "", "NUM"]
