"""`python -m tests.soak_prefect`, part of `make soak`: how the full set-up heals, and that its automations fire (about half an hour).

PostgreSQL, Prefect server with a password, deployments, automations and worker as in docker-compose.yml, without containers. `monitor` is
due every minute. Worker and flow are killed with kill -9 while a run is pending and while one works, and the time until a run that
began later is completed is held to two intervals and a minute. Then the automations: notify and digest once for all changes, zombies and crashes.
"""

import datetime as dt
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.native import ROOT, NativeServices, full_set_up

INTERVAL = 60
ALLOWED = 2 * INTERVAL + 60
KILLS = int(os.environ.get("PREFECT_KILLS", "4"))
# A run dies while its interpreter starts, which no heartbeat tells of, or while it works.
MOMENTS = ("PENDING", "RUNNING")


def runs(services: NativeServices, **wanted: Any) -> list[dict[str, Any]]:
    """Flow runs, newest first."""
    data = {"sort": "EXPECTED_START_TIME_DESC", "limit": 200, "flow_runs": wanted}
    return list(json.loads(services.ask(f"{services.api}/flow_runs/filter", data=data)))


def named(services: NativeServices, name: str) -> str:
    """The id of a deployment, as "flow/deployment"."""
    flow, _, deployment = name.partition("/")
    return str(json.loads(services.ask(f"{services.api}/deployments/name/{flow}/{deployment}"))["id"])


def of_deployment(services: NativeServices, name: str) -> list[dict[str, Any]]:
    """The runs of a deployment."""
    return runs(services, deployment_id={"any_": [named(services, name)]})


def wait(what: str, seconds: float, found: Any) -> Any:
    """Ask until something is found; exits where it is not."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if answer := found():
            return answer
        time.sleep(0.2)
    sys.exit(f"never happened in {seconds:.0f} s: {what}")


def heal(services: NativeServices, moment: str) -> float:
    """Kill worker and flow when a run comes into that state; seconds until a run of `monitor` that began later is completed."""
    known = {run["id"] for run in of_deployment(services, "monitor/feeds") if run["state_type"] == moment}
    # The dead ones stay in their states until they are found dead.
    wait(f"a run of monitor that is {moment}", 3 * INTERVAL, lambda: [
        run for run in of_deployment(services, "monitor/feeds") if run["state_type"] == moment and run["id"] not in known
    ])
    killed_at, now = time.monotonic(), dt.datetime.now(dt.UTC)
    services.kill("worker")
    services.start("worker")

    def completed() -> bool:
        return any(
            run["state_type"] == "COMPLETED" and dt.datetime.fromisoformat(run["start_time"]) > now for run in of_deployment(services, "monitor/feeds")
        )

    wait("a completed run after the kill", 900, completed)
    return time.monotonic() - killed_at


def automated(services: NativeServices, name: str) -> list[dict[str, Any]]:
    """The runs of a deployment that an automation started."""
    return [run for run in of_deployment(services, name) if (run.get("created_by") or {}).get("type") == "AUTOMATION"]


def events(services: NativeServices, name: str) -> list[dict[str, Any]]:
    """Events of that name."""
    now = dt.datetime.now(dt.UTC)
    span = {"since": (now - dt.timedelta(hours=3)).isoformat(), "until": (now + dt.timedelta(minutes=1)).isoformat()}
    found = services.ask(f"{services.api}/events/filter", data={"filter": {"event": {"name": [name]}, "occurred": span}, "limit": 50})
    return list(json.loads(found)["events"])


def main() -> None:
    """See the module's words; exits 1 with what never happened or took too long."""
    slow = False
    schedule = {"feeds": {"cron": "* * * * *", "timezone": "UTC", "slug": "every-minute"}}
    with tempfile.TemporaryDirectory() as scratch:
        folder, story = Path(scratch), ROOT / "seeds" / "artemis-launch"
        with full_set_up(folder, story, schedule, CLAIMWATCH_NOTIFY_HOOK="json://127.0.0.1:9/") as services:
            wait("an event of a change", 300, lambda: events(services, "claimwatch.change.detected"))
            changed_at = time.monotonic()
            wait("a run of notify by its automation", 120, lambda: automated(services, "notify/due"))
            wait("a digest by its automation", 60, lambda: automated(services, "digest/daily"))
            changes = len(events(services, "claimwatch.change.detected"))
            print(f"{changes} changes started notify and digest", flush=True)
            for moment in (MOMENTS * KILLS)[:KILLS]:
                seconds = heal(services, moment)
                slow = slow or seconds > ALLOWED
                print(f"kill -9 of worker and flow ({moment}): next completed run after {seconds:.0f} s, {ALLOWED} s are allowed", flush=True)
            gone = wait("a run that was found dead", 400, lambda: [
                run for run in of_deployment(services, "monitor/feeds") if run["state_type"] == "CRASHED" and "heartbeat" in (run["state"]["message"] or "")
            ])
            print(f"claimwatch-zombies ended {len(gone)} dead runs", flush=True)
            wait("upkeep by the automation of crashes", 120, lambda: automated(services, "upkeep/hourly"))
            print("claimwatch-crashes started upkeep", flush=True)
            (digest, *more) = wait("the digest", 900, lambda: [run for run in automated(services, "digest/daily") if run["state_type"] == "COMPLETED"])
            told = [run for run in automated(services, "notify/due") if run["state_type"] in ("COMPLETED", "RUNNING")]
            print(
                f"one digest for {changes} changes, {time.monotonic() - changed_at:.0f} s after them; {len(told)} runs of notify by its automation; "
                f"load of the machine {os.getloadavg()[0]:.1f}"
            )
            assert not more, f"more than one digest: {digest, more}"
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
