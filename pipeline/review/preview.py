"""What edited watches would catch among the newest stored articles. The articles are parsed once; a second look is quick."""

import gc
import threading
from dataclasses import dataclass

from pipeline.checking import Caught, catch
from pipeline.config import load_language
from pipeline.extract.nlp import load_english
from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.model import Article
from pipeline.statements import Reading
from pipeline.store.articles import all_versions, newest_articles
from pipeline.store.database import Database
from pipeline.watches import Entity, Story

# Parsing one takes some 200 ms; nobody waits longer than this for a first look.
ARTICLES = 30


@dataclass(slots=True)
class _Read:
    entities: tuple[Entity, ...]
    reader: Reader
    readings: dict[str, tuple[Article, Reading]]


class Preview:
    """Reads the newest articles when first asked and keeps them; one preview at a time."""

    def __init__(self, database: Database) -> None:
        self._database, self._lock = database, threading.Lock()
        self._vocabulary = load_language()
        self._read: _Read | None = None

    def of(self, story: Story) -> tuple[tuple[Caught, ...], int]:
        """What each watch catches, and among how many articles it was tried."""
        with self._lock:
            readings = self._readings(story)
            names = Names((*self._vocabulary.entities, *story.entities))
            return tuple(catch(watch, readings, names, self._vocabulary) for watch in story.watches), len(readings)

    def _readings(self, story: Story) -> list[tuple[Article, Reading]]:
        if self._read is None or self._read.entities != story.entities:
            # Names are resolved while reading: other names, other readings.
            names = Names((*self._vocabulary.entities, *story.entities))
            self._read = _Read(story.entities, Reader(load_english(), names, self._vocabulary), {})
            # The language model stays: it need not be gone through whenever memory is tidied up, which other requests would wait for.
            gc.freeze()
        known = self._read.readings
        with self._database.reading() as connection:
            heads, _ = newest_articles(connection, limit=ARTICLES)
            texts = [
                version.article for head in heads for version in all_versions(connection, head.url) if version.version == head.version
            ]
        fresh = {article.fingerprint: known.get(article.fingerprint) or (article, self._read.reader.read(article)) for article in texts}
        self._read.readings = fresh
        return list(fresh.values())
