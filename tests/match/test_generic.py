""" "The company", "the union", "the court": which named body of the article is meant."""

import pytest

from pipeline.config import load_language
from pipeline.extract.nlp import load_english
from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.match.generic import resolve_generic
from pipeline.watches import Entity
from tests.builders import make_article

OWN = (
    Entity(name="Halm Foods", kind="organisation"),
    Entity(name="Bakers' Guild", kind="organisation"),
    Entity(name="Seldon Regional Court", kind="organisation"),
    Entity(name="Seldon Radio", kind="organisation", media=True),
)


def meant(text: str) -> frozenset[str]:
    """What the generic nouns of the last sentence stand for."""
    vocabulary = load_language()
    names = Names((*vocabulary.entities, *OWN))
    reading = Reader(load_english(), names, vocabulary).read(make_article(title="", text=text))
    return resolve_generic(reading, vocabulary.generic, names).get(len(reading.statements) - 1, frozenset())


@pytest.mark.parametrize(("text", "body"), [
    ("Halm Foods closed two bakeries. The company will pay 400 workers until June.", "Halm Foods"),
    ("Halm Foods met the Bakers' Guild. The union asked for 5 percent.", "Bakers' Guild"),
    ("Halm Foods met the Bakers' Guild. The company offered 2 percent.", "Halm Foods"),
    ("Halm Foods was sued in the Seldon Regional Court. The court will rule on Friday.", "Seldon Regional Court"),
])
def test_a_generic_noun_stands_for_the_body_of_its_sort_that_was_named_last(text: str, body: str):
    assert meant(text) == {body}


@pytest.mark.parametrize("text", [
    "Halm Foods closed two bakeries. The union asked for 5 percent.",
    "Halm Foods closed two bakeries. A company in Ostrava bought the ovens.",
    "Seldon Radio broke the news. The company would not comment.",
    "The company will pay 400 workers until June.",
])
def test_a_generic_noun_stands_for_nobody_where_no_such_body_was_named(text: str):
    assert meant(text) == frozenset()
