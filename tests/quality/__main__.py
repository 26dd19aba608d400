"""`make quality DATA=DIR`: measures on labelled data of others, which stays out of the repository.

`DIR` holds what docs/quality.md says how to make: attribution.jsonl (PolNeAR), temporal.jsonl (TimeBank, AQUAINT),
factuality.jsonl (UW), FA-KES-Dataset.csv. What is not there is said to be not measured; no figure is invented.
"""

import importlib
import importlib.util
import sys
from pathlib import Path

MEASUREMENTS = {
    "attribution": "attribution.jsonl",
    "temporal": "temporal.jsonl",
    "factuality": "factuality.jsonl",
    "bulk": "FA-KES-Dataset.csv",
    "robust": "FA-KES-Dataset.csv",
    "articles": "article-extraction-benchmark/ground-truth.json",
}


def main() -> None:
    """Print every measurement of the folder given on the command line."""
    folder = Path(sys.argv[1])
    for name, file in MEASUREMENTS.items():
        if importlib.util.find_spec(f"tests.quality.{name}") is None:
            print(f"{name}: not measured (no measurement exists yet)")
        elif not (folder / file).exists():
            print(f"{name}: not measured ({file} not found)")
        else:
            for line in importlib.import_module(f"tests.quality.{name}").measure(folder):
                print(line, flush=True)


if __name__ == "__main__":
    main()
