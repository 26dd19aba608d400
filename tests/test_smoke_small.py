"""The small set-up of docker-compose.yml, started without containers: the same command with the same environment, and its health check."""

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.store.changes import all_changes
from pipeline.store.database import open_database
from pipeline.store.runs import recent_runs
from tests.builders import busy
from tests.native import PATIENCE, ROOT, SERVICES, NativeServices, descendants, small_set_up

pytestmark = pytest.mark.prefect
# As in the container, nothing can be written but the volume and /tmp, which is a folder here.
READ_ONLY = 'for kept in "$0/data" "$0/tmp"; do mount --bind "$kept" "$kept"; done; mount -o remount,bind,ro /; exec "$@"'


def read_only_works(folder: Path) -> bool:
    """True where this user may have mounts of their own, and the folder lies on the same one as everything."""
    tried = ["unshare", "-rm", "sh", "-ec", READ_ONLY.replace("exec", 'if touch "$0/x"; then exit 1; fi; exec'), folder, "touch", folder / "data" / "x"]
    return shutil.which("unshare") is not None and subprocess.run(tried, capture_output=True).returncode == 0


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeServices]:
    folder = tmp_path_factory.mktemp("small")
    with small_set_up(folder, ROOT / "seeds" / "artemis-launch", '[schedule]\nmonitor = "* * * * *"\n') as services:
        if read_only_works(folder):
            command = services.command
            services.command = lambda name, parts=(): ["unshare", "-rm", "sh", "-ec", READ_ONLY, str(folder), *command(name, parts)]  # type: ignore[method-assign]
        services.start("small")
        yield services


def inside(services: NativeServices, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in the container."""
    return subprocess.run(
        services.command("small", words), env=services.environment("small"), capture_output=True, text=True, timeout=PATIENCE, cwd=services.folder)


def health(services: NativeServices) -> subprocess.CompletedProcess[str]:
    kind, *words = SERVICES["small"]["healthcheck"]["test"]
    assert kind == "CMD"
    return inside(services, *words)


def test_it_is_not_healthy_before_a_run_was_completed(small: NativeServices):
    done = health(small)
    assert done.returncode == 5, done.stdout + done.stderr
    assert "no run was completed yet" in done.stdout


def test_a_run_on_its_schedule_leaves_changes_report_and_artifacts_and_is_a_sign_of_health(small: NativeServices):
    until, keys = time.monotonic() + PATIENCE, set()
    while time.monotonic() < until and not {"change-report", "changes"} <= keys:
        assert small.running["small"].poll() is None, small.log("small")
        if small.api:
            found = json.loads(small.ask(f"{small.api}/artifacts/filter", data={"limit": 200}, known=False))
            keys = {artifact["key"] for artifact in found}
        time.sleep(1)
    assert {"change-report", "changes"} <= keys, small.log("small")[-4000:]
    ended = {"sort": "START_TIME_ASC", "limit": 1, "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}
    (run,) = json.loads(small.ask(f"{small.api}/flow_runs/filter", data=ended, known=False))
    assert run["auto_scheduled"]
    database = open_database(small.database)
    with database.reading() as connection:
        changes = all_changes(connection)
    database.close()
    assert len(changes) > 5
    report = inside(small, "claimwatch", "report")
    assert "→" in report.stdout, report.stderr
    done = health(small)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok    last run" in done.stdout


def test_its_prefect_is_on_loopback_only(small: NativeServices):
    assert small.api.startswith("http://127.0.0.1:")
    assert "ports" not in SERVICES["small"]


def test_after_a_kill_of_all_its_processes_it_starts_again_by_itself_and_runs_within_two_intervals_and_a_minute(small: NativeServices):
    small.kill("small")
    killed_at = dt.datetime.now(dt.UTC)
    # What `restart: unless-stopped` does.
    assert SERVICES["small"]["restart"] == "unless-stopped"
    small.start("small")
    database = open_database(small.database)
    later: list[dt.datetime] = []
    while not later and dt.datetime.now(dt.UTC) < killed_at + dt.timedelta(seconds=PATIENCE):
        time.sleep(1)
        with database.reading() as connection:
            later = [run.finished_at for run in recent_runs(connection) if run.kind == "run" and run.started_at > killed_at]
    database.close()
    assert later, small.log("small")[-4000:]
    assert min(later) - killed_at < dt.timedelta(seconds=180 * busy())


def test_it_stops_in_time_when_told_and_leaves_nothing_running(small: NativeServices):
    process = small.running.pop("small")
    started = [process.pid, *descendants(process.pid)]
    assert len(started) > 1
    # To the first process alone, as the init of a container does it.
    os.kill(process.pid, signal.SIGTERM)
    process.wait(float(SERVICES["small"]["stop_grace_period"].removesuffix("s")))
    until = time.monotonic() + 10
    while (left := [pid for pid in started if Path(f"/proc/{pid}").exists()]) and time.monotonic() < until:
        time.sleep(0.2)
    assert left == []
    assert inside(small, "claimwatch", "db", "check").returncode == 0
