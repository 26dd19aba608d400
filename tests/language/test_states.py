"""Plain news sentences and the state that the shipped words see in each, read the whole way from text to answer."""

from collections.abc import Iterable

import pytest

from pipeline.extract.nlp import load_english
from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.language.vocabulary import Vocabulary
from pipeline.match.readers import read_answer
from pipeline.match.watching import WatchIndex
from pipeline.watches import Question, QuestionKind, Watch
from tests.builders import MONDAY
from tests.language.wordings import NO_STATE, STATES

Reading = dict[tuple[str, str], list[str | None]]


def read_states(asked: Iterable[tuple[str, str]], reader: Reader, names: Names, vocabulary: Vocabulary) -> Reading:
    """The states read from (family, sentence) pairs."""
    found: Reading = {}
    indexes: dict[str, WatchIndex] = {}
    pairs = list(asked)
    for (family, text), doc in zip(pairs, load_english().pipe(text for _, text in pairs), strict=True):
        question = Question(id="asked", kind=QuestionKind.STATUS, family=family)
        index = indexes.setdefault(family, WatchIndex(Watch(id="w", title="w", questions=(question,)), names, vocabulary))
        statements = reader.read_doc(doc, published=MONDAY, publisher="Hill Courier")
        found[family, text] = [item.answer.value for said in statements for item in read_answer(question, said, index.hits(said), index)]
    return found


@pytest.fixture(scope="module")
def states(reader: Reader, names: Names, vocabulary: Vocabulary) -> Reading:
    return read_states([*((family, text) for family, _, text in STATES), *NO_STATE], reader, names, vocabulary)


@pytest.mark.parametrize(("family", "state", "text"), STATES)
def test_a_plain_sentence_tells_its_state(states: Reading, family: str, state: str, text: str):
    assert states[family, text] == [state]


@pytest.mark.parametrize(("family", "text"), NO_STATE)
def test_a_sentence_about_something_else_tells_no_state(states: Reading, family: str, text: str):
    assert states[family, text] == []


def test_every_family_and_every_state_is_told_by_some_sentence(vocabulary: Vocabulary):
    told = {(family, state) for family, state, _ in STATES}
    shipped = {(family.id, state.name) for family in vocabulary.families.values() for state in family.states}
    assert shipped - told == set()
