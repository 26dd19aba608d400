"""The shipped lexicon of predicates, and lexicons that cannot be read."""

from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.language.predicates import load_predicates
from pipeline.language.vocabulary import Vocabulary


def test_particles_make_another_verb(vocabulary: Vocabulary):
    assert vocabulary.predicates.verb("call", ("off",))[0] == "call off"
    assert vocabulary.predicates.verb("call", ("home",)) == ("call", None)


def test_a_class_shares_its_axis_with_its_opposite_only(vocabulary: Vocabulary):
    verbs = vocabulary.predicates.verbs
    assert verbs["open"].axis == verbs["close"].axis != verbs["resign"].axis
    assert len({known.id for known in (*verbs.values(), *vocabulary.predicates.nouns.values())}) >= 150


@pytest.mark.parametrize("text", [
    "no toml",
    '[[class]]\nid = "open"\nnames = "state"\nopposite = "nothing"',
    '[[class]]\nid = "open"\nnames = "state"\nverbs = ["go"]\n[[class]]\nid = "go"\nnames = "event"\nverbs = ["go"]',
])
def test_a_lexicon_that_contradicts_itself_is_refused_with_its_file(tmp_path: Path, text: str):
    (tmp_path / "own.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"own\.toml"):
        load_predicates(tmp_path / "own.toml")
