"""Seeded articles in any number: the paragraphs of the shipped stories, mixed within a story and made unlike each other; and a day's stream.

An article takes the paragraphs of some dispatches of one story, about as many words as a news agency's piece has and so much that it
makes some twenty claims and open statements. Numbers and weekdays are drawn anew and every paragraph gets a sentence of its own, so
that no paragraph is like another and the parser is spared nothing.
"""

import datetime as dt
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.config import load_story
from pipeline.ingest.archive import read_archive
from pipeline.model import Article
from pipeline.watches import Story

SEEDS = Path(__file__).parent.parent.parent / "seeds"
STORIES = ("syria-withdrawal", "artemis-launch", "karlov-election", "northport-strike")
ARTICLES = 300
DISPATCHES = 3
MORNING = dt.datetime(2031, 5, 12, 5, 0, tzinfo=dt.UTC)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NUMBER = re.compile(r"(?<![\w.,:-])\d{1,3}(?![\w.,:%-]*\d)")
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(_DAYS)})\b")
_PLACES = ("the north desk", "the harbour office", "the second floor", "the late shift", "the morning shift", "the copy room")


def four_stories() -> Story:
    """The watches and names of four shipped stories as one configuration."""
    loaded = [load_story(SEEDS / name / "config") for name in STORIES]
    return Story(
        watches=tuple(watch for story in loaded for watch in story.watches),
        entities=tuple(entity for story in loaded for entity in story.entities),
    )


def make_articles(number: int, seed: int, stories: Sequence[str] = STORIES) -> tuple[Article, ...]:
    """That many articles on some stories in turn, in the order in which they come; the same for one seed."""
    chance = random.Random(seed)
    sources = [read_archive(SEEDS / name).articles for name in stories]
    return tuple(
        _mixed(chance.sample(sources[place % len(sources)], DISPATCHES), MORNING + dt.timedelta(minutes=4 * place), f"{seed}/{place}", chance)
        for place in range(number)
    )


def make_stream(number: int, seed: int) -> tuple[Article, ...]:
    """A day's mixed stream: half off-topic, a fifth copies by other outlets (half of them with one paragraph touched), the rest on topic."""
    chance = random.Random(seed)
    others = sorted(path.parent.name for path in SEEDS.glob("*/config") if path.parent.name not in STORIES)
    copied = number // 5
    own = make_articles(number - number // 2 - copied, seed)
    off = [replace(article, url=f"{article.url}/off") for article in make_articles(number // 2, seed + 1, others)]
    copies = [
        replace(article, url=f"{article.url}/copy/{place}", publisher="Coast Wire", text=_touched(article.text, chance) if place % 2 else article.text)
        for place, article in enumerate(chance.choices(own, k=copied))
    ]
    later = [replace(article, seen_at=article.seen_at + dt.timedelta(minutes=chance.randint(5, 90))) for article in copies]
    return tuple(sorted((*own, *off, *later), key=lambda article: (article.seen_at, article.url)))


def read_articles(path: Path) -> tuple[Article, ...]:
    """Real articles: one JSON object a line with `text`, and `title`, `url`, `publisher`, `published` where they are known.

    They are dealt out over a day in their order.
    """
    found = []
    for place, line in enumerate(filter(None, path.read_text(encoding="utf-8").splitlines())):
        given = json.loads(line)
        at = MORNING + dt.timedelta(minutes=4 * place)
        published = dt.datetime.fromisoformat(given["published"]) if given.get("published") else at
        found.append(Article(
            url=given.get("url") or f"https://example.org/real/{place}", publisher=given.get("publisher", "P"), title=given.get("title", ""),
            published=published if published.tzinfo else published.replace(tzinfo=dt.UTC), seen_at=at, text=given["text"], source=str(place)))
    return tuple(found)


def _mixed(dispatches: Iterable[Article], at: dt.datetime, name: str, chance: random.Random) -> Article:
    first, *_ = parts = tuple(dispatches)
    paragraphs = [paragraph for part in parts for paragraph in part.text.split("\n\n")]
    text = "\n\n".join(_altered(paragraph, chance) for paragraph in paragraphs)
    title = _altered(first.title, chance, own=False)
    return replace(
        first, url=f"https://example.org/bench/{name}", title=title, published=at - dt.timedelta(minutes=20), seen_at=at, updated=None, text=text, source=name)


def _altered(text: str, chance: random.Random, *, own: bool = True) -> str:
    text = _NUMBER.sub(lambda match: str(max(1, int(match.group()) + chance.randint(-3, 3))), text)
    text = _WEEKDAY.sub(lambda _: chance.choice(_DAYS), text)
    note = f" A note from {chance.choice(_PLACES)} carried the mark {chance.randint(10_000, 99_999)}."
    return text + note if own else text


def _touched(text: str, chance: random.Random) -> str:
    paragraphs = text.split("\n\n")
    place = chance.randrange(len(paragraphs))
    paragraphs[place] = _altered(paragraphs[place], chance)
    return "\n\n".join(paragraphs)


def in_batches(articles: Sequence[Article], size: int) -> Iterator[Sequence[Article]]:
    """The articles in portions."""
    for at in range(0, len(articles), size):
        yield articles[at : at + size]
