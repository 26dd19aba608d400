"""Real articles in bulk: FA-KES (Syrian war, 15 outlets; Zenodo 2607278, CC BY 4.0), those of 2016, through the Syria watches.

Prints how many alerts 100 articles give, and writes every alert with both sentences to `fakes-alerts.md` beside the data, to be
read by a person: what share a careful reader would accept is that person's figure, not the program's.
"""

import csv
import datetime as dt
import re
import tempfile
from collections import Counter
from pathlib import Path

from pipeline import monitor
from pipeline.config import load_story
from pipeline.ingest.archive import Archive
from pipeline.model import Article, Change, ChangeKind
from pipeline.shipped import shipped
from pipeline.store.changes import all_changes
from pipeline.store.database import open_database

_SILENT = (ChangeKind.NEW, ChangeKind.REPEAT)


def measure(folder: Path) -> tuple[str, ...]:
    """The lines to print. `folder` holds FA-KES-Dataset.csv."""
    articles = tuple(_articles(folder / "FA-KES-Dataset.csv"))
    story = load_story(shipped("seeds") / "syria-withdrawal" / "config")
    with tempfile.TemporaryDirectory() as scratch:
        database = open_database(f"sqlite:///{scratch}/bulk.db")
        result = monitor.replay(Archive(articles=articles, removals=(), problems=()), story, database)
        with database.reading() as connection:
            changes = [change for change in all_changes(connection) if change.kind not in _SILENT]
        database.close()
    (folder / "fakes-alerts.md").write_text("\n\n".join(_told(number, change) for number, change in enumerate(changes, 1)), encoding="utf-8")
    kinds = ", ".join(f"{kind} {count}" for kind, count in Counter(change.kind.value for change in changes).most_common())
    return (
        f"bulk (FA-KES, {len(articles)} articles of 2016): {result.claims} claims, {len(changes)} alerts, {100 * len(changes) / len(articles):.1f} per 100 articles",
        f"  {kinds}; every alert stands in {folder / 'fakes-alerts.md'}",
    )


def _articles(path: Path) -> list[Article]:
    found = []
    with path.open(encoding="latin-1", newline="") as file:
        for row in csv.DictReader(file):
            month, day, year = map(int, row["date"].split("/"))
            if year != 2016:
                continue
            at = dt.datetime(year, month, day, 12, tzinfo=dt.UTC)
            text = re.sub(r"^\w{3} \d{2} \w{3} \d{4} ", "", row["article_content"].strip())
            url = f"https://example.org/fakes/{row['unit_id']}"
            found.append(Article(url=url, publisher=row["source"], title=row["article_title"], published=at, seen_at=at, text=text, source=row["unit_id"]))
    return sorted(found, key=lambda article: (article.published, article.url))


def _told(number: int, change: Change) -> str:
    old = f"- before ({change.prior.published:%d %b}, {change.prior.publisher}): {change.prior.sentence}\n" if change.prior else ""
    return (
        f"## {number}. {change.watch}/{change.question}: {change.kind} ({change.old.text if change.old else '-'} -> {change.new.text if change.new else '-'})\n"
        f"{old}- now ({change.evidence.published:%d %b}, {change.evidence.publisher}): {change.evidence.sentence}\n- why: {'; '.join(change.why)}"
    )
