"""The flows against a real Prefect server: the same rows as without it."""

import contextlib
import datetime as dt
import json
import os
import sqlite3
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from pipeline import monitor, rechecking
from pipeline.cli import app
from pipeline.config import load_settings, load_story
from pipeline.errors import ExitCode
from pipeline.ingest.archive import read_archive
from pipeline.ingest.seed_server import SeedServer
from pipeline.store.database import open_database
from pipeline.store.dump import canonical_dump
from pipeline.store.runs import recent_runs
from tests.builders import BRIDGE_TOML
from tests.faultserver import answer, rss, serving
from tests.test_rechecking import TEXT, page

pytestmark = pytest.mark.prefect
SET_HERE = (
    "PREFECT_HOME", "PREFECT_API_URL", "PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS", "PREFECT_SERVER_SERVICES_DB_VACUUM_ORPHAN_CLEANUP_LOOP_SECONDS")


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("prefect")
    before = {name: os.environ.get(name) for name in SET_HERE}
    os.environ["PREFECT_HOME"] = str(home)
    os.environ.pop("PREFECT_API_URL", None)
    # What Prefect does every hour and every day by itself, within seconds.
    for name in ("LOOP", "ORPHAN_CLEANUP_LOOP"):
        os.environ[f"PREFECT_SERVER_SERVICES_DB_VACUUM_{name}_SECONDS"] = "3"
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


def logged(address: str) -> list[str]:
    database = open_database(address)
    try:
        with database.reading() as connection:
            return [run.kind for run in recent_runs(connection)]
    finally:
        database.close()


def python(code: str, address: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PREFECT_API_URL": address}, timeout=300)


@pytest.fixture
def four(tmp_path: Path, postgres_server: str) -> Iterator[dict[str, list[str]]]:
    """New databases: a SQLite file and one of PostgreSQL for the plain functions, and the same for the flows."""
    names = [f"four_{uuid.uuid4().hex[:12]}" for _ in range(2)]
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name}")
        yield {
            who: [f"sqlite:///{tmp_path / who}.db", postgres_server.replace("/postgres?", f"/{name}?")]
            for who, name in zip(("plain", "flow"), names, strict=True)
        }
        for name in names:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def all_dumps(four: dict[str, list[str]]) -> set[str]:
    return {dumped(address) for addresses in four.values() for address in addresses}


def test_a_replay_leaves_the_same_rows_as_a_flow_and_without_prefect_on_both_databases(prefect: str, seeds: Path, four: dict[str, list[str]]):
    folder = seeds / "artemis-launch"
    for address in four["plain"]:
        database = open_database(address)
        monitor.replay(read_archive(folder), load_story(folder / "config"), database, now=dt.datetime.now(dt.UTC))
        database.close()
    calls = "; ".join(f"replay({str(folder)!r}, {str(folder / 'config')!r}, {address!r})" for address in four["flow"])
    python(f"from flows.replay import replay; {calls}", prefect)
    (dump,) = all_dumps(four)
    assert dump.count('["change", ') > 5
    assert [logged(address) for addresses in four.values() for address in addresses] == [["replay"]] * 4


def test_the_replay_flow_leaves_the_report_as_an_artifact(prefect: str, seeds: Path, tmp_path: Path):
    folder = seeds / "artemis-launch"
    python(f"from flows.replay import replay; import datetime as dt; replay({str(folder)!r}, {str(folder / 'config')!r}, 'sqlite:///{tmp_path}/a.db', dt.date(2022, 8, 31))", prefect)
    request = urllib.request.Request(f"{prefect}/artifacts/filter", data=b'{"limit": 50}', headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answered:
        text = answered.read().decode()
    assert "change-report" in text
    assert "What changed" in text


@pytest.fixture(scope="module", autouse=True)
def scheduled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`claimwatch schedule` from the first of these tests on, since it waits for the full minute while they run.

    The test that ends it stands third: its runs, one a minute, take much of a processor.
    """
    seeds, folder = Path(__file__).parent.parent / "seeds", tmp_path_factory.mktemp("scheduled")
    config = folder / "config"
    config.mkdir()
    for name in ("watches.toml", "aliases.toml"):
        (config / name).write_text((seeds / "artemis-launch" / "config" / name).read_text())
    (config / "claimwatch.toml").write_text('[schedule]\nmonitor = "* * * * *"\n')
    address = f"sqlite:///{folder / 'scheduled.db'}"
    environment = {name: value for name, value in os.environ.items() if name not in SET_HERE} | {"PREFECT_HOME": str(folder / "prefect")}
    command = [Path(sys.executable).parent / "claimwatch", "schedule", "--config", config, "--database", address]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    yield address, process
    if process.poll() is None:
        process.terminate()
        process.wait(60)


def test_the_schedule_runs_the_monitor_by_itself_and_stops_when_told(scheduled: tuple[str, subprocess.Popen[str]]):
    address, process = scheduled
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
            found = sum(run.kind == "run" for run in recent_runs(connection))
        database.close()
        if found:
            return found
        time.sleep(2)
    return 0


def test_a_run_leaves_the_same_rows_as_a_flow_and_by_the_command_line_on_both_databases(
    prefect: str, seeds: Path, tmp_path: Path, four: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
):
    now = dt.datetime(2022, 11, 20, tzinfo=dt.UTC)
    config = tmp_path / "config"
    config.mkdir()
    for name in ("watches.toml", "aliases.toml"):
        (config / name).write_text((seeds / "artemis-launch" / "config" / name).read_text())
    with SeedServer({"artemis": seeds / "artemis-launch"}) as server:
        port = server.url.rsplit(":", 1)[1]
        (config / "claimwatch.toml").write_text(f'[fetch]\nallowed_hosts = ["127.0.0.1:{port}"]\n')
        (config / "feeds.toml").write_text(f'format = 1\n[[feed]]\nid = "a"\nurl = "{server.url}/artemis/feed.rss"\npublisher = ""\n')
        run = monitor.run
        # Four runs cannot begin at one instant, which is stored: the command line gets the clock that the flow is given.
        monkeypatch.setattr(monitor, "run", lambda *given, **named: run(*given, **(named | {"now": now})))
        for address in four["plain"]:
            done = CliRunner().invoke(app, ["run", "--config", str(config), "--database", address])
            assert done.exit_code in (0, ExitCode.PARTIAL), done.output
        calls = "; ".join(f"monitor({str(config)!r}, {address!r}, dt.datetime.fromisoformat({now.isoformat()!r}))" for address in four["flow"])
        python(f"from flows.monitor import monitor; import datetime as dt; {calls}", prefect)
    (dump,) = all_dumps(four)
    assert dump.count('["change", ') > 5


def artifacts_of(api: str) -> set[str]:
    request = urllib.request.Request(f"{api}/artifacts/latest/filter", data=b'{"limit": 50}', headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answered:
        return {artifact["key"] for artifact in json.loads(answered.read())}


def test_the_recheck_flow_reports_an_edit_as_the_plain_function_does(prefect: str, tmp_path: Path):
    config = tmp_path / "config"
    config.mkdir()
    (config / "watches.toml").write_text(BRIDGE_TOML)
    now = dt.datetime(2031, 5, 12, 9, tzinfo=dt.UTC)
    with serving({"robots.txt": answer("no", 404)}) as server:
        server.handlers["a"] = answer(page(), Content_Type="text/html")
        server.handlers["f"] = answer(rss(f"<item><title>Bridge to close</title><link>{server.url('a')}</link></item>"))
        (config / "claimwatch.toml").write_text(f'[fetch]\nallowed_hosts = ["{server.host}"]\n')
        (config / "feeds.toml").write_text(f'format = 1\n[[feed]]\nid = "f"\nurl = "{server.url("f")}"\npublisher = "Hill Courier"\n')
        story, settings = load_story(config), load_settings(config, {})
        addresses = [f"sqlite:///{tmp_path / name}.db" for name in ("plain", "flow")]
        plain, flow = map(open_database, addresses)
        for database in (plain, flow):
            monitor.run(story, settings, database, now=now)
        server.handlers["a"] = answer(page(("The bridge stays open for now, Anna Berg said.", *TEXT[1:])), Content_Type="text/html")
        visits = [now + dt.timedelta(hours=hours) for hours in (1, 2)]
        changes = [change for at in visits for change in rechecking.recheck(story, settings, plain, now=at).changes]
        flow.close()
        calls = "; ".join(f"recheck({str(config)!r}, {addresses[1]!r}, dt.datetime.fromisoformat({at.isoformat()!r}))" for at in visits)
        python(f"from flows.recheck import recheck; import datetime as dt; {calls}", prefect)
    plain.close()
    assert [change.kind for change in changes if change.question == "closing"] == ["withdrawn"]
    assert dumped(addresses[1]) == dumped(addresses[0])
    assert {"visiting", "changes", "change-report"} <= artifacts_of(prefect)


TABLES = ("flow_run", "flow_run_state", "task_run", "task_run_state", "log", "artifact", "events", "event_resources")


def rows_of(path: Path) -> dict[str, int]:
    with contextlib.closing(sqlite3.connect(path, timeout=60)) as connection:
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}


def make_older(path: Path) -> None:
    """Let all that Prefect has stored lie ten days back."""
    past = (dt.datetime.now(dt.UTC) - dt.timedelta(days=10)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with contextlib.closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as connection:
        connection.execute("UPDATE flow_run SET end_time = ? WHERE end_time IS NOT NULL", (past,))
        for table in ("events", "event_resources"):
            connection.execute(f"UPDATE {table} SET occurred = ?", (past,))


def settled(path: Path) -> dict[str, int]:
    """The rows once they have been the same for some seconds: Prefect writes events behind, in batches."""
    same, last = 0, rows_of(path)
    until = time.monotonic() + 60
    while same < 4 and time.monotonic() < until:
        time.sleep(1)
        now = rows_of(path)
        same, last = (same + 1 if now == last else 0), now
    return last


def test_upkeep_keeps_prefects_own_tables_from_growing(prefect: str, tmp_path: Path):
    """Upkeep deletes old runs with their tasks and logs, Prefect's own vacuum what they leave and events of more than a week."""
    path = Path(os.environ["PREFECT_HOME"]) / "prefect.db"
    run_often = f"""
import os
os.environ["PREFECT_LOGGING_LEVEL"] = "INFO"
from prefect import tags
from flows.upkeep import upkeep
with tags("claimwatch"):
    for _ in range(4):
        upkeep(database="sqlite:///{tmp_path}/kept.db", keep_days=5)
"""
    once = run_often.replace("range(4)", "range(1)")
    before = rows_of(path)
    counts = []
    for _ in range(2):
        python(run_often, prefect)
        full = settled(path)
        make_older(path)
        python(once, prefect)
        until = time.monotonic() + 60
        while (left := settled(path))["artifact"] > before["artifact"] + 2 and time.monotonic() < until:
            time.sleep(1)
        counts.append(left)
    for table in TABLES:
        # One run is left; without upkeep there would be nine more.
        assert counts[1][table] <= counts[0][table] + 2, (table, full, counts)
        assert counts[1][table] < full[table], (table, full, counts)
