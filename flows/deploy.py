"""`python -m flows.deploy`: work pool, deployments of prefect.yaml and automations of automations.yaml, on the server that is set.

Doing it again brings everything up to date and makes nothing twice.
"""

from flows.server import prepare_environment

prepare_environment()

import argparse  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import yaml  # noqa: E402
from prefect.client.orchestration import SyncPrefectClient, get_client  # noqa: E402
from prefect.client.schemas.actions import WorkPoolCreate  # noqa: E402
from prefect.events.schemas.automations import AutomationCore  # noqa: E402
from prefect.exceptions import ObjectAlreadyExists  # noqa: E402

POOL = "claimwatch"


def deploy(folder: Path) -> None:
    """Bring the server up to date.

    Args:
        folder: Holds prefect.yaml, automations.yaml and `flows`; workers must find the flows at the same place.
    """
    with get_client(sync_client=True) as client:
        try:
            client.create_work_pool(WorkPoolCreate(name=POOL, type="process", description="Workers that run Claimwatch's flows."))
        except ObjectAlreadyExists:
            print(f"work pool '{POOL}' is there already")
        else:
            print(f"work pool '{POOL}' created")
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(folder / "prefect.yaml")]
    subprocess.run(command, check=True, cwd=folder)  # noqa: S603 - our own file
    with get_client(sync_client=True) as client:
        for automation in _automations(folder / "automations.yaml", client):
            for old in client.read_automations_by_name(automation.name):
                client.delete_automation(old.id)
            client.create_automation(automation)
            print(f"automation '{automation.name}' is up to date")


def _automations(path: Path, client: SyncPrefectClient) -> list[AutomationCore]:
    found: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["automations"]
    for automation in found:
        for action in automation["actions"]:
            if "deployment_id" in action:
                action["deployment_id"] = str(client.read_deployment_by_name(action["deployment_id"]).id)
    return [AutomationCore.model_validate(automation) for automation in found]


def main() -> None:
    """The folder is the current one, or the one given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path.cwd())
    deploy(parser.parse_args().folder.resolve())


if __name__ == "__main__":
    main()
