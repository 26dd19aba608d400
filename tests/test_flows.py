"""The flows against a real Prefect server: the same rows as without it."""

import datetime as dt
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import monitor
from pipeline.config import load_story
from pipeline.ingest.archive import read_archive
from pipeline.ingest.seed_server import SeedServer
from pipeline.store.database import open_database
from pipeline.store.dump import canonical_dump
from pipeline.store.runs import recent_runs

pytestmark = pytest.mark.prefect


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("prefect")
    before = {name: os.environ.get(name) for name in ("PREFECT_HOME", "PREFECT_API_URL")}
    os.environ["PREFECT_HOME"] = str(home)
    os.environ.pop("PREFECT_API_URL", None)
    from flows.server import prefect_ready

    with prefect_ready() as address:
        yield address
    for name, value in before.items():
        os.environ.pop(name, None) if value is None else os.environ.update({name: value})


def dumped(address: str) -> str:
    database = open_database(address)
    try:
        return canonical_dump(database)
    finally:
        database.close()


def python(code: str, address: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PREFECT_API_URL": address}, timeout=300)


def test_the_replay_flow_gives_the_same_rows_as_the_plain_function(prefect: str, seeds: Path, tmp_path: Path, database_url: str):
    folder = seeds / "artemis-launch"
    plain = f"sqlite:///{tmp_path / 'plain.db'}"
    database = open_database(plain)
    monitor.replay(read_archive(folder), load_story(folder / "config"), database)
    database.close()
    python(f"from flows.replay import replay; replay({str(folder)!r}, {str(folder / 'config')!r}, {database_url!r})", prefect)
    assert dumped(database_url) == dumped(plain)


def test_the_replay_flow_leaves_the_report_as_an_artifact(prefect: str, seeds: Path, tmp_path: Path):
    folder = seeds / "artemis-launch"
    python(f"from flows.replay import replay; import datetime as dt; replay({str(folder)!r}, {str(folder / 'config')!r}, 'sqlite:///{tmp_path}/a.db', dt.date(2022, 8, 31))", prefect)
    request = urllib.request.Request(f"{prefect}/artifacts/filter", data=b'{"limit": 50}', headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        text = answer.read().decode()
    assert "change-report" in text
    assert "What changed" in text


def test_the_monitor_flow_gives_the_same_rows_as_the_plain_run(prefect: str, seeds: Path, tmp_path: Path):
    now = dt.datetime(2022, 11, 20, tzinfo=dt.UTC)
    config = tmp_path / "config"
    config.mkdir()
    for name in ("watches.toml", "aliases.toml"):
        (config / name).write_text((seeds / "artemis-launch" / "config" / name).read_text())
    with SeedServer({"artemis": seeds / "artemis-launch"}) as server:
        port = server.url.rsplit(":", 1)[1]
        (config / "claimwatch.toml").write_text(f'[fetch]\nallowed_hosts = ["127.0.0.1:{port}"]\n')
        (config / "feeds.toml").write_text(f'format = 1\n[[feed]]\nid = "a"\nurl = "{server.url}/artemis/feed.rss"\npublisher = ""\n')
        from pipeline.config import load_settings

        plain = open_database(f"sqlite:///{tmp_path / 'plain.db'}")
        monitor.run(load_story(config), load_settings(config, {}), plain, now=now)
        wanted = canonical_dump(plain)
        plain.close()
        python(f"from flows.monitor import monitor; import datetime as dt; monitor({str(config)!r}, 'sqlite:///{tmp_path}/flow.db', dt.datetime.fromisoformat({now.isoformat()!r}))", prefect)
    assert dumped(f"sqlite:///{tmp_path / 'flow.db'}") == wanted


def test_the_schedule_runs_the_monitor_by_itself_and_stops_when_told(seeds: Path, tmp_path: Path):
    config = tmp_path / "config"
    config.mkdir()
    for name in ("watches.toml", "aliases.toml"):
        (config / name).write_text((seeds / "artemis-launch" / "config" / name).read_text())
    (config / "claimwatch.toml").write_text('[schedule]\nmonitor = "* * * * *"\n')
    address = f"sqlite:///{tmp_path / 'scheduled.db'}"
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"} | {"PREFECT_HOME": str(tmp_path / "prefect")}
    command = [Path(sys.executable).parent / "claimwatch", "schedule", "--config", config, "--database", address]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        runs = _wait_for_run(address, process)
    finally:
        process.terminate()
        output, _ = process.communicate(timeout=60)
    assert runs, output
    assert "1 watches" in output


def _wait_for_run(address: str, process: subprocess.Popen[str]) -> int:
    until = time.monotonic() + 240
    while time.monotonic() < until and process.poll() is None:
        database = open_database(address)
        with database.reading() as connection:
            found = len(recent_runs(connection))
        database.close()
        if found:
            return found
        time.sleep(2)
    return 0
