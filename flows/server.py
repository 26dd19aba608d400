"""Where Prefect's server is: the one whose address is set, or a local one that we start and stop.

Everything here must be imported before `prefect`, which reads its settings from the environment when it is imported.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import MissingPartError

# A first start migrates Prefect's own database; on a slow and busy machine that takes minutes.
START_SECONDS = 400
_QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(START_SECONDS),
    "PREFECT_LOGGING_LEVEL": "WARNING",
    # Our own log lines are shown with the run.
    "PREFECT_LOGGING_EXTRA_LOGGERS": "pipeline",
    # A run that sends no sign of life for two minutes is ended by an automation; by default signs come every three.
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    # A run that died gives its slot of a concurrency limit back after two minutes instead of five. Less would end runs that take long to start on a busy machine.
    "PREFECT_SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION": "120",
    # By default only events are deleted, and runs with their logs pile up for ever.
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(90 * 86_400),
}


def prepare_environment() -> None:
    """Settings that Prefect shall have unless the user set them: no telemetry, patience, quiet logs."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)


@contextlib.contextmanager
def prefect_ready() -> Iterator[str]:
    """A Prefect API for the length of the block; gives its address.

    Where PREFECT_API_URL is set, that server is used and left alone. Else a local one is started on a free port and stopped
    at the end; its data are kept under PREFECT_HOME.

    Raises:
        MissingPartError: The server did not come up.
    """
    prepare_environment()
    address = os.environ.get("PREFECT_API_URL")
    if address:
        yield address
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}/api"
    environment = {
        **os.environ,
        "PREFECT_SERVER_UI_API_URL": address,
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
    }
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    log = Path(os.environ.get("PREFECT_HOME", Path.home() / ".prefect")) / "claimwatch-server.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)  # noqa: S603
        try:
            _wait(address, server, log)
            os.environ["PREFECT_API_URL"] = address
            yield address
        finally:
            os.environ.pop("PREFECT_API_URL", None)
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(f"{address}/health", timeout=2) as answer:  # noqa: S310
            if answer.status == 200:
                return
        time.sleep(0.5)
    raise MissingPartError(
        "the local Prefect server did not start",
        where=str(log),
        remedy="Read the log, or set PREFECT_API_URL to a running server; `claimwatch run` needs none.",
    )
