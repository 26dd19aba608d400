"""The report on one story from a large store, as the command line makes it, against the same from a store of a thousand claims."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.articles import SEEDS, STORIES
from tests.bench.timing import Figure
from tests.bench.whole import kept

ROUNDS, SMALL, GOAL = 3, 1_000, 3.0
FORMATS = ("html", "text")


def measure(size: int, folder: Path) -> list[Figure]:
    """Processor seconds of the whole command, start included; `folder` keeps the filled databases."""
    large, small = kept(folder, size), kept(folder, SMALL)
    figures = []
    for form in FORMATS:
        pairs = [(_seconds(large, form), _seconds(small, form)) for _ in range(ROUNDS)]
        ratio = statistics.median(one / other for one, other in pairs)
        told = f"{statistics.median(one for one, _ in pairs):.1f} s against {statistics.median(other for _, other in pairs):.1f} s"
        figures.append(Figure(
            what=f"report ({form}), against one over {SMALL:,} claims", value=ratio, unit="x", goal=f"<= {GOAL:g}", met=ratio <= GOAL, told=told))
    return figures


def _seconds(path: Path, form: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as out:
        told = ["report", "--config", SEEDS / STORIES[0] / "config", "--database", f"sqlite:///{path}", "--format", form, "--out", f"{out}/report"]
        subprocess.run([Path(sys.executable).with_name("claimwatch"), *map(str, told)], check=True, env={**os.environ, "PYTHONPATH": str(SEEDS.parent)})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
