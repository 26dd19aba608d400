"""The memory that the whole pipeline takes, model included, with many claims stored: a process of its own, as a worker has it.

`python -m tests.bench.memory DATABASE NUMBER` reads made articles into the database and prints the most memory ever held, and that after
the first half of them.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pipeline.monitor import BATCH, Step, make_judge, play
from pipeline.store.database import open_database
from tests.bench.articles import four_stories, in_batches, make_articles
from tests.bench.timing import Figure
from tests.bench.whole import kept

GOAL = 600.0


def measure(size: int, folder: Path, *, number: int) -> list[Figure]:
    """Megabytes; `folder` keeps the filled databases, and a copy is written into."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "memory.db"
        shutil.copy(kept(folder, size), path)
        told = subprocess.run(
            [sys.executable, "-m", "tests.bench.memory", str(path), str(number)], check=True, capture_output=True, text=True
        ).stdout.split()
    half, whole = map(float, told)
    return [
        Figure(what="peak memory of the pipeline, model included", value=whole, unit="MB", goal=f"<= {GOAL:g}", met=whole <= GOAL, told=f"{number} articles"),
        Figure(what="the same after half of the articles", value=half, unit="MB"),
    ]


def peak() -> float:
    """The most memory that this program has held, in MB (what `getrusage` tells counts the program that started it, too)."""
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return int(told.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    """Read articles and print the peak after half of them and after all."""
    path, number = Path(sys.argv[1]), int(sys.argv[2])
    database, judge = open_database(f"sqlite:///{path}"), make_judge(four_stories())
    articles = make_articles(number, seed=400)
    for part in (articles[: number // 2], articles[number // 2 :]):
        for batch in in_batches(part, BATCH):
            play([Step(at=article.seen_at, article=article) for article in batch], judge, database)
        print(f"{peak():.0f}", flush=True)
    database.close()


if __name__ == "__main__":
    main()
