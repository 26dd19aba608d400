"""Measure and print one table; the results as JSON go to docs/bench/ with --save NAME.

python -m tests.bench [--sizes 10000,100000] [--parts whole,look-up] [--articles FILE] [--number 300] [--rounds 3] [--postgresql ADDRESS] [--filled FOLDER] [--save NAME]
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from tests.bench import extraction, memory, picture, reports, retrieval, whole
from tests.bench.articles import ARTICLES, read_articles
from tests.bench.timing import Figure

FOLDER = Path(__file__).parent.parent.parent / "docs" / "bench"
PARTS = ("extraction", "whole", "look-up", "report", "memory")


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description="Ratios in one run: processor time, seeded data.")
    parser.add_argument("--sizes", default="10000,100000", help="numbers of stored claims and statements; 1000000 takes an hour")
    parser.add_argument("--parts", default=",".join(PARTS), help="what to measure")
    parser.add_argument("--articles", type=Path, help="real articles for the whole pipeline: one JSON object a line, with text, title, url, publisher, published")
    parser.add_argument("--number", type=int, default=ARTICLES, help="how many articles the whole pipeline reads a round")
    parser.add_argument("--rounds", type=int, default=whole.ROUNDS, help="how often the whole pipeline is measured; the median counts")
    parser.add_argument("--postgresql", default="", help="address of an empty database, for the look-ups on PostgreSQL too")
    parser.add_argument("--filled", type=Path, help="folder where filled databases are kept for the next time")
    parser.add_argument("--save", default="", help="name of a release: the figures go to docs/bench/NAME.json")
    options = parser.parse_args()
    parts = options.parts.split(",")
    given = read_articles(options.articles)[: options.number] if options.articles else ()
    results: dict[str, list[Figure]] = {}

    def take(title: str, measure: Callable[[], list[Figure]]) -> None:
        results[title] = measure()
        show(title, results[title])

    if "extraction" in parts:
        take("extraction", lambda: extraction.measure(given, number=options.number, rounds=options.rounds))
    for size in map(int, options.sizes.split(",")):
        if "whole" in parts:
            take(f"whole pipeline, {size:,} stored claims", lambda size=size: whole.measure(size, given, number=options.number, rounds=options.rounds, filled=options.filled))
        if "look-up" in parts:
            take(f"look-up, {size:,} stored statements", lambda size=size: retrieval.measure(size))
            if options.postgresql:
                take(f"look-up, {size:,} stored statements, PostgreSQL", lambda size=size: retrieval.measure(size, options.postgresql))
        if "report" in parts and options.filled:
            take(f"report, {size:,} stored claims", lambda size=size: reports.measure(size, options.filled))
        if "memory" in parts and options.filled:
            take(f"memory, {size:,} stored claims", lambda size=size: memory.measure(size, options.filled, number=options.number))
    if options.save:
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / f"{options.save}.json").write_text(json.dumps({title: list(map(asdict, found)) for title, found in results.items()}, indent=1) + "\n")
        picture.save(options.save)


def show(title: str, figures: list[Figure]) -> None:
    """Print one part of the table."""
    print(f"\n{title}")
    for figure in figures:
        met = {True: "reached", False: "NOT reached", None: ""}[figure.met]
        print(f"  {figure.what:<58} {figure.value:10.2f} {figure.unit:<3} {figure.goal:<22} {met:<12} {figure.told}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
