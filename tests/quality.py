"""`make quality DATA=DIR`: measures on labelled data of others, which stays out of the repository."""

import sys
from pathlib import Path

KNOWN = ("polnear", "timebank", "uw-factuality")


def main() -> None:
    """Say which data sets are there; none has a measurement yet, and no figure is invented."""
    folder = Path(sys.argv[1])
    for name in KNOWN:
        print(f"{name}: not measured ({'found, but no measurement exists yet' if (folder / name).exists() else 'not found'})")


if __name__ == "__main__":
    main()
