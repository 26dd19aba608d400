"""`make soak`: kills in the middle of a replay, many times; the end must be that of an undisturbed one. Takes minutes."""

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipeline.store.database import open_database
from pipeline.store.dump import canonical_dump

KILLS = int(os.environ.get("KILLS", "40"))
STORY = Path(__file__).parent.parent / "seeds" / "artemis-launch"


def command(folder: Path) -> list[str]:
    """A replay of the shipped story into a folder."""
    return [str(Path(sys.executable).parent / "claimwatch"), "replay", str(STORY), "--out", str(folder), "--quiet"]


def dumped(folder: Path) -> str:
    """Everything in the folder's database."""
    database = open_database(f"sqlite:///{folder / 'claimwatch.db'}")
    try:
        return canonical_dump(database)
    finally:
        database.close()


def killed_once(folder: Path, seconds: float) -> None:
    """Start a replay and kill it after some time."""
    process = subprocess.Popen(command(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main() -> None:
    """Compare killed and continued replays with an undisturbed one; exits 1 at the first difference."""
    chance = random.Random(7)
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole"
        started = time.monotonic()
        subprocess.run(command(whole), check=True, stdout=subprocess.DEVNULL)
        length = time.monotonic() - started
        wanted = dumped(whole)
        for number in range(KILLS):
            folder = Path(scratch) / str(number)
            killed_once(folder, chance.uniform(0.3, 1.0) * length)
            subprocess.run(command(folder), check=True, stdout=subprocess.DEVNULL)
            if dumped(folder) != wanted:
                print(f"kill {number}: the end differs from an undisturbed replay")
                sys.exit(1)
            print(f"\rkill {number + 1} of {KILLS}: same end", end="", flush=True)
    print(f"\n{KILLS} kills, 0 differences")


if __name__ == "__main__":
    main()
