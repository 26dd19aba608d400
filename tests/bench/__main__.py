"""Measure and print one table; the results as JSON go to docs/bench/ with --save NAME.

python -m tests.bench [--sizes 10000,100000] [--skip-whole] [--postgresql ADDRESS] [--save NAME]
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from tests.bench import retrieval, whole
from tests.bench.timing import Figure

FOLDER = Path(__file__).parent.parent.parent / "docs" / "bench"


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description="Ratios in one run: processor time, seeded data.")
    parser.add_argument("--sizes", default="10000,100000", help="numbers of stored statements; 1000000 takes half an hour and more")
    parser.add_argument("--skip-whole", action="store_true", help="leave the whole pipeline out")
    parser.add_argument("--postgresql", default="", help="address of an empty database, for the look-ups on PostgreSQL too")
    parser.add_argument("--save", default="", help="name of a release: the figures go to docs/bench/NAME.json")
    options = parser.parse_args()
    results: dict[str, list[Figure]] = {}
    if not options.skip_whole:
        results["whole pipeline"] = whole.measure()
        show("whole pipeline", results["whole pipeline"])
    for size in map(int, options.sizes.split(",")):
        for name, address in (("", None), (", PostgreSQL", options.postgresql)):
            if name and not address:
                continue
            title = f"{size:,} stored statements{name}"
            results[title] = retrieval.measure(size, address)
            show(title, results[title])
    if options.save:
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / f"{options.save}.json").write_text(json.dumps({title: list(map(asdict, found)) for title, found in results.items()}, indent=1) + "\n")


def show(title: str, figures: list[Figure]) -> None:
    """Print one part of the table."""
    print(f"\n{title}")
    for figure in figures:
        told = {True: "reached", False: "NOT reached", None: ""}[figure.met]
        print(f"  {figure.what:<58} {figure.value:10.2f} {figure.unit:<3} {figure.goal:<22} {told}", flush=True)


if __name__ == "__main__":
    main()
