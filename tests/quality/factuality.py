"""Factuality of events in UW (news): do certainty and polarity of a word tell what its readers took for fact?

The labels run from -3 (did not happen) over 0 (unknown) to 3 (happened). Ours is a number for each certainty and polarity,
the median of the labels of the train split; the floor calls everything 3.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.config import load_language
from pipeline.extract.attribution import Attributor
from pipeline.extract.clauses import Standing, Standings
from pipeline.extract.nlp import load_english
from pipeline.extract.nodes import nodes_of
from pipeline.language.names import Names
from pipeline.model import Certainty

# Medians of the labels in the train split, rounded to 0.2 (`numbers` prints them); where a class is rare, by its meaning.
NUMBERS = {
    (Certainty.FACT, False): 3.0,
    (Certainty.FACT, True): -0.6,
    (Certainty.ORDERED, False): 2.4,
    (Certainty.ORDERED, True): 0.0,
    (Certainty.PROMISED, False): 2.4,
    (Certainty.PROMISED, True): -1.0,
    (Certainty.PLANNED, False): 2.4,
    (Certainty.PLANNED, True): -0.6,
    (Certainty.EXPECTED, False): 2.2,
    (Certainty.EXPECTED, True): -0.6,
    (Certainty.DEMANDED, False): 1.8,
    (Certainty.DEMANDED, True): 1.0,
    (Certainty.POSSIBLE, False): 1.8,
    (Certainty.POSSIBLE, True): -0.2,
    (Certainty.CONDITIONAL, False): 1.2,
    (Certainty.CONDITIONAL, True): -0.2,
    (Certainty.UNKNOWN, False): 1.8,
    (Certainty.UNKNOWN, True): 0.0,
    (Certainty.DENIED, True): -0.6,
}
Row = tuple[float, Standing]


def measure(folder: Path, split: str = "dev") -> tuple[str, ...]:
    """The lines to print, with the all-3.0 floor beside.

    Args:
        folder: Where factuality.jsonl lies.
        split: train or dev; the test split is not to be touched.
    """
    if split not in ("train", "dev"):
        raise ValueError("the test split is kept for others")
    rows = list(standings(folder / "factuality.jsonl", split))
    ours = [(label, number(stands)) for label, stands in rows]
    return tuple(_lines(split, ours))


def standings(path: Path, split: str) -> Iterator[Row]:
    """Each labelled event with how its word stands in its sentence."""
    nlp, vocabulary = load_english(), load_language()
    attributor = Attributor(Names(vocabulary.entities), vocabulary)
    for row in gold_rows(path, split):
        words, first = spelled_out(row["text"].split(" "))
        doc = parsed(nlp, words)
        nodes = nodes_of(doc)
        known = {sent.start: Standings(frozenset(token.i for token in attributor.speech_verbs(sent, nodes))) for sent in doc.sents}
        for event in row["events"]:
            node = nodes[first[event["span"][0]]]
            yield event["factuality"], known[doc[node.i].sent.start].of(node)


def gold_rows(path: Path, split: str) -> Iterator[dict[str, Any]]:
    """The sentences of a split of UW."""
    with path.open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["corpus"] == "uw" and row["split"] == split:
                yield row


def spelled_out(tokens: list[str]) -> tuple[list[str], list[int]]:
    """The data has "haven't" in one token in places, the model wants two: the words, and where each token begins among them."""
    words, first = [], []
    for token in tokens:
        first.append(len(words))
        words += [token[:-3], token[-3:]] if token.lower().endswith("n't") and len(token) > 3 else [token]
    return words, first


def parsed(nlp: Language, words: list[str]) -> Doc:
    """A sentence in the tokens of the data, parsed."""
    doc = Doc(nlp.vocab, words=words)
    for _, component in nlp.pipeline:
        doc = component(doc)
    return doc


def number(stands: Standing) -> float:
    """Our number for a standing."""
    return NUMBERS[stands.certainty, stands.negated]


def numbers(folder: Path) -> Iterator[str]:
    """The medians of the train split per certainty and polarity, to set `NUMBERS` by."""
    groups: dict[tuple[Certainty, bool], list[float]] = {}
    for label, stands in standings(folder / "factuality.jsonl", "train"):
        groups.setdefault((stands.certainty, stands.negated), []).append(label)
    for (certainty, negated), labels in sorted(groups.items()):
        labels.sort()
        yield f"{certainty.value:12} {'not' if negated else '   '} {len(labels):5}  median {labels[len(labels) // 2]:.1f}  mean {sum(labels) / len(labels):.2f}"


def _sign(value: float) -> str:
    """No (at most 0), perhaps (hedged, below 2.5) or yes."""
    return "no" if value <= 0 else "perhaps" if value < 2.5 else "yes"


def _lines(split: str, pairs: list[tuple[float, float]]) -> Iterator[str]:
    gold, right, found = Counter(_sign(label) for label, _ in pairs), Counter[str](), Counter(_sign(ours) for _, ours in pairs)
    right.update(_sign(label) for label, ours in pairs if _sign(label) == _sign(ours))
    error, floor = (
        sum(abs(label - guess) for label, guess in items) / len(pairs) for items in (pairs, [(label, 3.0) for label, _ in pairs])
    )
    sign = sum((label > 0) == (ours > 0) for label, ours in pairs) / len(pairs)
    yield f"factuality, UW {split}: {len(pairs)} events"
    yield f"  MAE {error:.3f} (all 3.0: {floor:.3f})  sign right {sign:.3f} (all 3.0: {(gold['perhaps'] + gold['yes']) / len(pairs):.3f})"
    yield f"  class right {sum(right.values()) / len(pairs):.3f} (all 3.0: {gold['yes'] / len(pairs):.3f})"
    for name, meaning in (("no", "at most 0"), ("perhaps", "hedged, below 2.5"), ("yes", "2.5 and more")):
        yield (
            f"  {name:8} R {right[name]}/{gold[name]} {right[name] / max(1, gold[name]):.3f}  "
            f"P {right[name]}/{found[name]} {right[name] / max(1, found[name]):.3f}  ({meaning})"
        )
