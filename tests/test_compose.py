"""What the container set-up promises, read from its files: the images themselves are not started here."""

import os
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.parameters import without_password

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
ONE_SHOT = {"migrate", "deploy"}


@pytest.fixture(params=list(SERVICES))
def service(request: pytest.FixtureRequest) -> dict[str, Any]:
    return SERVICES[request.param] | {"name": request.param}


def test_no_service_runs_as_root_or_can_change_its_image_or_gain_rights(service: dict[str, Any]):
    user, group = map(int, service["user"].split(":"))
    assert user > 0
    assert group > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "cap_add" not in service


def test_every_service_has_limits_an_end_and_bounded_logs(service: dict[str, Any]):
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert 0 < service["cpus"] <= 2
    assert 0 < service["pids_limit"] <= 1024
    assert service["init"] is True
    assert service["stop_grace_period"] == "60s"
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}
    assert any(mount.startswith("/tmp:size=") for mount in service["tmpfs"])


def test_images_are_pinned_and_never_the_latest(service: dict[str, Any]):
    image = service["image"]
    assert re.search(r":\d+\.\d+", image), image
    assert "latest" not in image
    if os.environ.get("CLAIMWATCH_RELEASE") and not image.startswith("claimwatch:"):
        assert "@sha256:" in image, "run deploy/pin-digests.sh"


def test_ports_are_bound_to_loopback_only():
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_service_talks_to_docker(service: dict[str, Any]):
    assert not any("docker.sock" in str(volume) for volume in service.get("volumes", ()))


def test_what_needs_no_web_is_cut_off_from_it(service: dict[str, Any]):
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert ("egress" in service["networks"]) == (service["name"] in ("worker", "small"))
    if service["name"] == "database":
        assert service["networks"] == ["inside"]


def test_secrets_come_from_files_and_no_password_stands_in_the_file(service: dict[str, Any]):
    for name, value in service.get("environment", {}).items():
        told = str(value)
        if re.search(r"(?i)password|secret|token|auth|key", name):
            assert told.startswith("/run/secrets/"), name
        assert not re.search(r"://[^/@]*:[^/@]+@", told), name
    command = " ".join(map(str, service.get("command", ())))
    assert not re.search(r"(?i)password=|:[^ /]+@", command)
    for secret in service.get("secrets", ()):
        assert COMPOSE["secrets"][secret]["file"] == f"./secrets/{secret}"
    assert "secrets/" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_set_up_refuses_to_start_without_what_only_the_user_knows():
    wanted = re.findall(r"\$\{(\w+)(.*?)\}", TEXT)
    assert wanted
    assert all(rest.startswith(":?") for _, rest in wanted), "no variable may silently be empty or have a default"


def test_health_checks_mean_that_something_works(service: dict[str, Any]):
    if service["name"] in ONE_SHOT:
        assert service["restart"] == "no"
        return
    check = " ".join(service["healthcheck"]["test"])
    meant = {"database": "pg_isready -U claimwatch", "prefect": "/api/ready", "worker": "--completed-within", "small": "--completed-within", "review": "/healthz"}
    assert meant[service["name"]] in check


def test_services_wait_for_what_they_need():
    needs = {name: {other: how["condition"] for other, how in service.get("depends_on", {}).items()} for name, service in SERVICES.items()}
    assert needs["migrate"] == {"database": "service_healthy"}
    assert needs["prefect"] == {"database": "service_healthy"}
    assert needs["deploy"] == {"prefect": "service_healthy", "migrate": "service_completed_successfully"}
    assert needs["worker"] == {"deploy": "service_completed_successfully"}
    assert needs["review"] == {"migrate": "service_completed_successfully"}


def test_there_is_a_small_set_up_of_one_container_and_a_full_one():
    profiles = {name: service["profiles"] for name, service in SERVICES.items()}
    assert [name for name, found in profiles.items() if found == ["small"]] == ["small"]
    assert set(map(tuple, profiles.values())) == {("small",), ("full",)}


def test_prefect_is_closed_quiet_and_stays_small():
    environment = SERVICES["prefect"]["environment"]
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert environment["PREFECT_SERVER_CSRF_PROTECTION_ENABLED"] == "true"
    assert environment["PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED"] == "events,flow_runs"
    assert environment["PREFECT_SERVER_UI_API_URL"] == "http://127.0.0.1:4200/api"
    script = (ROOT / "deploy" / "with-secrets.sh").read_text()
    for name in ("PREFECT_SERVER_API_AUTH_STRING", "PREFECT_SERVER_ENCRYPTION_KEY", "PREFECT_API_AUTH_STRING"):
        assert f"export {name}=" in script


def test_there_are_two_databases_with_a_role_each():
    script = (ROOT / "deploy" / "initdb.sh").read_text()
    assert "for name in claimwatch prefect" in script
    assert "OWNER" in script
    assert "REVOKE ALL" in script


def test_the_image_is_built_from_the_hashed_lock_and_runs_as_nobody_special():
    assert "--require-hashes --no-deps -r requirements.lock" in DOCKERFILE
    assert DOCKERFILE.rindex("USER 10001:10001") > DOCKERFILE.rindex("RUN ")
    assert all(re.search(r"FROM \S+:\d+\.\d+\.\d+-\S+", line) for line in DOCKERFILE.splitlines() if line.startswith("FROM"))
    for line in DOCKERFILE.splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for name in line.split()[1:-1]:
                assert (ROOT / name).exists(), name


def test_secrets_are_long_random_and_readable_by_their_owner_only(tmp_path: Path):
    for _ in range(2):
        subprocess.run([ROOT / "deploy" / "make-secrets.sh", tmp_path / "secrets"], check=True)
        made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
        assert set(made) == set(COMPOSE["secrets"])
        if "first" in locals():
            assert made == first  # noqa: F821 - what is there already stays
        first = made
    assert all(len(value) >= 43 for value in made.values())
    assert len(set(made.values())) == len(made)
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in (tmp_path / "secrets").iterdir())


def test_scripts_are_sound_shell():
    for script in sorted((ROOT / "deploy").glob("*.sh")):
        subprocess.run(["sh", "-n", script], check=True)
        assert os.access(script, os.X_OK), script


def test_secrets_reach_a_command_by_its_environment_only(tmp_path: Path):
    for name in COMPOSE["secrets"]:
        (tmp_path / name).write_text(f"canary-{name}")
    shown = subprocess.run(
        [ROOT / "deploy" / "with-secrets.sh", "sh", "-c", "env; tr '\\0' ' ' < /proc/$$/cmdline"],
        env={"PATH": os.environ["PATH"], "CLAIMWATCH_SECRETS": str(tmp_path), "CLAIMWATCH_DATABASE_HOST": "db", "PREFECT_DATABASE_HOST": "db", "PREFECT_API_URL": "http://p/api"},
        capture_output=True, text=True, check=True,
    ).stdout
    assert "CLAIMWATCH_DATABASE_URL=postgresql://claimwatch:canary-claimwatch_db_password@db/claimwatch" in shown
    assert "PREFECT_API_AUTH_STRING=admin:canary-prefect_admin_password" in shown
    assert "canary" not in shown.splitlines()[-1]


DEPLOYED: dict[str, Any] = yaml.safe_load((ROOT / "prefect.yaml").read_text())
AUTOMATIONS: dict[str, Any] = yaml.safe_load((ROOT / "automations.yaml").read_text())


def test_every_deployment_says_what_it_does_where_and_how_often():
    for deployment in DEPLOYED["deployments"]:
        path, _, name = deployment["entrypoint"].partition(":")
        assert re.search(rf"^def {name}\(", (ROOT / path).read_text(), re.MULTILINE)
        assert deployment["description"]
        assert "claimwatch" in deployment["tags"]
        assert deployment["work_pool"]["name"] == "claimwatch"
        for schedule in deployment.get("schedules", ()):
            assert schedule["timezone"]
            assert schedule["slug"]
            assert deployment["concurrency_limit"]["collision_strategy"] in ("CANCEL_NEW", "ENQUEUE")


def test_a_run_that_died_never_keeps_all_later_ones_from_running():
    # A dead run holds its slot until its lease ends: with one slot, all later runs would be cancelled meanwhile.
    for deployment in DEPLOYED["deployments"]:
        limit = deployment.get("concurrency_limit")
        if limit and limit["collision_strategy"] == "CANCEL_NEW":
            assert limit["limit"] >= 3, "two may die within the minutes that Prefect keeps their slots"
            assert limit["grace_period_seconds"] == 120


def test_no_deployment_that_an_event_starts_emits_that_event():
    for deployment in DEPLOYED["deployments"]:
        for trigger in deployment.get("triggers", ()):
            assert trigger["expect"] == ["claimwatch.change.detected"]
            module = (ROOT / deployment["entrypoint"].partition(":")[0]).read_text()
            assert "announce(" not in module
            assert "emit_event" not in module
            assert trigger["within"] >= 60, "bundled: one run for many changes"


def test_automations_end_runs_without_a_sign_of_life_and_see_to_what_crashed():
    zombies, crashes = AUTOMATIONS["automations"]
    assert zombies["trigger"]["within"] >= 3 * 30, "three heartbeats of 30 s"
    assert set(zombies["trigger"]["after"]) == {"prefect.flow-run.Running", "prefect.flow-run.heartbeat"}, "also before the first heartbeat"
    assert zombies["actions"][0]["type"] == "change-flow-run-state"
    names = {f"{deployment['entrypoint'].partition(':')[2]}/{deployment['name']}" for deployment in DEPLOYED["deployments"]}
    assert crashes["actions"][0]["deployment_id"] in names


@pytest.mark.parametrize("address", ["postgresql://user:secret@host/name", "postgresql://user@host/name?password=secret"])
def test_a_database_address_with_a_password_is_refused_as_a_parameter_without_showing_it(address: str):
    with pytest.raises(ValueError, match="does not belong into a parameter") as caught:
        without_password(address)
    assert "secret" not in str(caught.value)
    assert without_password("postgresql://user@host/name") == "postgresql://user@host/name"
