"""Whatever instant a run dies at, on whatever database: repeated, it ends as if nothing had happened, reports included."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return "sqlite" if request.param == "sqlite" else str(request.getfixturevalue("postgres_server"))


def laboratory(kind: str, folder: Path, *options: str) -> str:
    # A process of its own: it forks, which a process with threads and open databases should not.
    done = subprocess.run([sys.executable, "-m", "tests.crashes", kind, str(folder), *options], capture_output=True, text=True, timeout=1500)
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    return done.stdout


# The size that no file may exceed: the database itself, its log, or the report stumble first.
SIZES = "4096,60000,150000,200000,250000,300000,400000"


def test_a_run_that_died_at_a_commit_or_was_killed_at_any_instant_or_found_the_disk_full_is_completed_by_the_next(kind: str, tmp_path: Path):
    # A slice; `make soak` takes every place and hundreds of kills. One laboratory for all three: to set it up takes as long as a dozen crashes.
    disks = ("--sizes", SIZES) if kind == "sqlite" else ()
    told = laboratory(kind, tmp_path, "--points", "12", "--kills", "10", *disks)
    assert "12 of " in told
    assert f"10 kills, {7 if disks else 0} full disks, 0 differences" in told
