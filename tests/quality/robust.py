"""Real articles through extraction alone: no exception, exact offsets, and what it costs on top of the bare parse. FA-KES, all years.

Also a page of 10,000 lines and a sentence of 100 kB, which must take time in proportion to their length.
"""

import csv
import datetime as dt
import statistics
import time
from pathlib import Path

from pipeline.config import load_language
from pipeline.extract.claims import ClaimMaker
from pipeline.extract.nlp import load_english
from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.model import Article
from tests.bench.whole import bare_model

_SAMPLE, _ROUNDS = 150, 3


def measure(folder: Path) -> tuple[str, ...]:
    """The lines to print. `folder` holds FA-KES-Dataset.csv."""
    articles = tuple(_articles(folder / "FA-KES-Dataset.csv"))
    vocabulary = load_language()
    maker, reader = ClaimMaker(vocabulary), _reader()
    failed, statements, claims, off = [], 0, 0, 0
    for article in articles:
        try:
            reading = reader.read(article)
            for statement in reading.statements:
                statements += 1
                off += article.text[statement.start : statement.end] != statement.sentence
                off += any(article.text[word.start : word.end] != word.text for word in statement.words)
                claims += len(tuple(maker.claims_of(statement)))
        except Exception as error:
            failed.append(f"{article.url}: {error!r}")
    ratios = [_cost(articles[:_SAMPLE]) for _ in range(_ROUNDS)]
    lines = [_seconds("A plain line of news about the bridge. \n\n" * count) for count in (2_500, 10_000)]
    long = [_seconds("and the bridge of the town " * count) for count in (1_000, 4_000)]
    return (
        f"robust, FA-KES: {len(articles)} articles, {statements} sentences, {claims} claims; exceptions: {len(failed)}; wrong offsets: {off}",
        *failed[:5],
        f"  extraction on top of the bare parse of {_SAMPLE} articles: {100 * (statistics.median(ratios) - 1):.0f} % more (median of {_ROUNDS})",
        f"  page of 10,000 lines: {lines[1]:.1f} s, {lines[1] / lines[0]:.1f} times one of 2,500; sentence of 108 kB: {long[1]:.1f} s, of 27 kB: {long[0]:.1f} s",
    )


def _reader() -> Reader:
    vocabulary = load_language()
    return Reader(load_english(), Names(vocabulary.entities), vocabulary)


def _cost(articles: tuple[Article, ...]) -> float:
    """Processor seconds of reading against those of the full small model as it comes over the same text, in one run."""
    bare = bare_model()
    texts = [paragraph for article in articles for paragraph in article.text.split("\n\n")]
    list(bare.pipe(texts[:20]))
    begun = time.process_time()
    list(bare.pipe(texts))
    floor = time.process_time() - begun
    reader = _reader()
    begun = time.process_time()
    reader.prepare(articles)
    for article in articles:
        reader.read(article)
    return (time.process_time() - begun) / floor


def _seconds(text: str) -> float:
    article = _article("long", text)
    reader = _reader()
    begun = time.perf_counter()
    reader.read(article)
    return time.perf_counter() - begun


def _article(name: str, text: str) -> Article:
    at = dt.datetime(2016, 3, 14, 12, tzinfo=dt.UTC)
    return Article(url=f"https://example.org/{name}", publisher="P", title="T", published=at, seen_at=at, text=text, source=name)


def _articles(path: Path) -> list[Article]:
    with path.open(encoding="latin-1", newline="") as file:
        return [_article(row["unit_id"], row["article_content"]) for row in csv.DictReader(file)]
