"""Extraction alone, article to statements with their claims, against the bare parse of the same text."""

import statistics
from collections.abc import Sequence

from pipeline.config import load_language
from pipeline.extract.nlp import load_english
from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.model import Article
from pipeline.monitor import BATCH
from tests.bench.articles import four_stories, in_batches, make_articles
from tests.bench.timing import Figure, timed
from tests.bench.whole import bare_model

GOAL = 1.15


def measure(given: Sequence[Article] = (), *, number: int, rounds: int) -> list[Figure]:
    """Both in turn, batch by batch; the median of the rounds counts. Arguments as for the whole pipeline."""
    bare, vocabulary = bare_model(), load_language()
    names = Names((*vocabulary.entities, *four_stories().entities))
    ratios = []
    for turn in range(-1, rounds):
        reader = Reader(load_english(), names, vocabulary)
        floor = spent = 0.0
        articles = given or make_articles(number if turn >= 0 else 5, seed=300 + turn)
        for batch in in_batches(articles, BATCH):
            floor += timed(lambda batch=batch: list(bare.pipe(article.text for article in batch)))
            spent += timed(lambda batch=batch, reader=reader: (reader.prepare(batch), [reader.read(article) for article in batch]))
        if turn >= 0:
            ratios.append(spent / floor)
    ratio = statistics.median(ratios)
    spread = f"{min(ratios):.2f} to {max(ratios):.2f} in {rounds}"
    return [Figure(what="extraction alone, against the bare parse", value=ratio, unit="x", goal=f"<= {GOAL:g}", met=ratio <= GOAL, told=spread)]
