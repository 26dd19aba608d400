"""Our scorer against the reference scorer's figures on stored outputs."""

import json
import shutil
from pathlib import Path

import pytest

from pipeline.evaluate.gold import read_gold, same_sentence
from pipeline.evaluate.scorer import score, second_rows

STORED = Path(__file__).parent / "stored"


@pytest.mark.parametrize("story", ["syria-withdrawal", "artemis-launch"])
def test_the_figures_are_those_of_the_reference_scorer(seeds: Path, story: str):
    gold = read_gold(seeds / story)
    changes = [json.loads(line) for line in (STORED / story / "changes.jsonl").read_text(encoding="utf-8").splitlines()]
    states = [json.loads(line) for line in (STORED / story / "state.jsonl").read_text(encoding="utf-8").splitlines()]
    wanted = json.loads((STORED / story / "reference.json").read_text())
    counts = score(gold, changes, states).counts
    figures = counts.figures()
    for name, value in wanted.items():
        if name in figures:
            found = figures[name]
            assert (None if found is None else round(found, 1 if name == "noise_per_100" else 3)) == value, name
    assert (counts.alerts, counts.gold, counts.core, counts.off_topic) == (wanted["alerts"], wanted["gold_changes"], wanted["core"], wanted["off_topic"])
    assert f"{counts.due_hits}/{counts.due}" == wanted["overdue_hit"]
    assert counts.due_false == wanted["overdue_false"]
    assert f"{counts.removed_hits}/{counts.removed}" == wanted["removal_hit"]


def test_an_alert_beside_the_labelled_sentence_is_false(seeds: Path):
    gold = read_gold(seeds / "artemis-launch")
    row = second_rows(gold)[3] | {"evidence": {"url": next(iter(gold.urls)), "sentence": "Nothing of the kind stands in any dispatch at all."}}
    counts = score(gold, [row], None).counts
    assert (counts.alerts, counts.hits) == (1, 0)


def test_sentences_are_the_same_from_half_of_their_words_on():
    assert same_sentence("The bridge will close on Friday", "The bridge will close, she said")
    assert not same_sentence("The bridge will close on Friday", "Nobody was hurt in the flood")
    assert not same_sentence("Yes indeed", "Yes indeed")


def test_a_second_person_scored_against_the_first_is_no_perfect_machine(seeds: Path):
    gold = read_gold(seeds / "syria-withdrawal")
    figures = score(gold, second_rows(gold), None).counts.figures()
    assert 0.6 < figures["f1"] < 0.9


def test_a_story_with_one_annotator_has_no_figures_of_two(seeds: Path, tmp_path: Path):
    shutil.copytree(seeds / "karlov-election", tmp_path / "one")
    (tmp_path / "one" / "second.jsonl").unlink()
    gold = read_gold(tmp_path / "one")
    row = second_rows(read_gold(seeds / "artemis-launch"))[3] | {"evidence": {"url": next(iter(gold.urls)), "sentence": "No dispatch says it."}}
    figures = score(gold, [row], None).counts.figures()
    assert figures["either_f1"] is figures["either_precision"] is figures["core_recall"] is None
    assert figures["precision"] == 0.0
