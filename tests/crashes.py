"""A laboratory of crashes: one process loads everything, then a forked child per crash dies at a place and another goes on.

`python -m tests.crashes ADDRESS SCRATCH --points 1,2,3|all|every:N:SEED --kills N`: ADDRESS is sqlite or the address of a
PostgreSQL server. Prints one line per crash whose end differs, and the figures. Exits 1 if any does.

What the language model says of a text is remembered by the parent, so that a crash costs a fraction of a second; all else
is as users have it: the feeds come over HTTP, the databases are those of users, and the children die by os._exit or kill -9.
"""

import argparse
import datetime as dt
import json
import os
import random
import re
import resource
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg

from pipeline import crashpoints, monitor
from pipeline.channels import Channel
from pipeline.config import Settings
from pipeline.deciding import Judge
from pipeline.ingest.worker import PARSER
from pipeline.model import Article
from pipeline.notifying import send_due
from pipeline.outputs import write_outputs
from pipeline.statements import Reading
from pipeline.store import leases
from pipeline.store.database import open_database
from pipeline.store.dump import canonical_dump
from tests.newsstand import START, Newsstand

FEEDS = 4
CHANNEL = Channel(id="lab", address_env="CLAIMWATCH_NOTIFY_LAB")
REFERENCE = re.compile(r"reference: ([0-9a-f]{64})")
KILLED = 137
LATER = START + dt.timedelta(days=30)


class RememberingJudge(Judge):
    """Reads each text once for all children."""

    def __init__(self, judge: Judge) -> None:
        super().__init__(judge._reader, judge._indexes, judge._gate)
        self.known: dict[tuple[str, str], Reading] = {}

    def read(self, article: Article, *, edited: bool = False) -> Reading:
        """What the language model said of it."""
        key = (article.url, article.fingerprint)
        if key not in self.known:
            self.known[key] = super().read(article, edited=edited)
        return self.known[key]


class Databases:
    """New databases of one kind, each a copy of one that has its tables already."""

    def __init__(self, kind: str, scratch: Path) -> None:
        self.kind, self.scratch, self.count = kind, scratch, 0
        self._template = self._address("template")
        if self._is_file:
            open_database(self._template).close()
        else:
            self._administer("DROP DATABASE IF EXISTS template_of_crashes WITH (FORCE)", "CREATE DATABASE template_of_crashes")
            open_database(self._template).close()

    def new(self) -> str:
        """The address of a new database."""
        self.count += 1
        name = f"crash_{self.count}"
        if self._is_file:
            shutil.copy(self.scratch / "template_of_crashes.db", self.scratch / f"{name}.db")
            return f"sqlite:///{self.scratch / f'{name}.db'}"
        self._administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name} TEMPLATE template_of_crashes")
        return self._address(name)

    def drop(self, address: str) -> None:
        """Forget a database that is no longer needed."""
        if self._is_file:
            for path in self.scratch.glob(f"crash_{self.count}.db*"):
                path.unlink()
        else:
            self._administer(f"DROP DATABASE crash_{self.count} WITH (FORCE)")

    @property
    def _is_file(self) -> bool:
        return self.kind == "sqlite"

    def _address(self, name: str) -> str:
        name = "template_of_crashes" if name == "template" else name
        return f"sqlite:///{self.scratch / name}.db" if self._is_file else self.kind.replace("/postgres?", f"/{name}?")

    def _administer(self, *statements: str) -> None:
        with psycopg.connect(self.kind, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


class Laboratory:
    """Runs the same work undisturbed, and disturbed and then repeated."""

    def __init__(self, kind: str, scratch: Path, stand: Newsstand) -> None:
        self.databases, self.scratch, self.stand = Databases(kind, scratch), scratch, stand
        self.story = replace(stand.story(), channels=(CHANNEL,))
        self.judge = RememberingJudge(monitor.make_judge(self.story))
        monitor.make_judge = lambda _story: self.judge  # type: ignore[assignment]
        address = self.databases.new()
        # Feeds are parsed in the process itself: starting the usual child for each of a thousand crashes would take hours.
        PARSER.call = lambda function, *arguments, where: function(*arguments)  # type: ignore[method-assign]
        # Nor in threads of a pool: they are gone after a fork, and whoever waits for them waits for ever.
        PARSER.wait_for = _at_once  # type: ignore[attr-defined]
        crashpoints.arm(0)
        started = time.monotonic()
        self.wanted = self.work(address, scratch / "undisturbed")
        self.points = crashpoints.passed()
        self.told = Counter(self.references())
        assert set(self.told.values()) == {1}
        self.databases.drop(address)
        # Once more, now that the readings are known: how long a child takes.
        address, started = self.databases.new(), time.monotonic()
        assert self.work(address, scratch / "undisturbed") == self.wanted
        self.seconds = time.monotonic() - started
        again = self.after(address, scratch / "again")
        assert again == self.wanted, "the work is not repeatable at all"
        self.databases.drop(address)

    def work(self, address: str, out: Path) -> str:
        """The whole work, whatever of it is done already: two runs, and the files. Returns all that is known in the end."""
        database = open_database(address)
        try:
            for now in (START, LATER):
                result = monitor.run(self.story, Settings(allowed_hosts=(self.stand.host,), adaptive=False), database, now=now)
                assert result.problems == (), result.problems
            sent = send_due(self.story, database, {"CLAIMWATCH_NOTIFY_LAB": f"json://{self.stand.host}/hook"}, now=LATER)
            assert all(delivery.problem is None for delivery in sent), sent
            write_outputs(database, self.story, out, now=LATER)
            if database.engine.dialect.name == "sqlite":
                with database.reading() as connection:
                    assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
            files = {path.name: path.read_text() for path in sorted(out.iterdir()) if not path.name.startswith(".")}
            return canonical_dump(database) + repr(files)
        finally:
            database.close()

    def after(self, address: str, out: Path) -> str:
        """The work repeated by another process, when the leases of the dead one have ended. Returns what `work` does."""
        told = self.scratch / "told.txt"
        told.unlink(missing_ok=True)

        def repeat() -> None:
            real = leases.clock
            leases.clock = lambda connection: real(connection) + dt.timedelta(hours=1)
            told.write_text(self.work(address, out), encoding="utf-8", errors="surrogatepass")

        code = self.child(repeat)
        return told.read_text(encoding="utf-8", errors="surrogatepass") if told.exists() else f"ended with {code}"

    def references(self) -> list[str]:
        """The keys of all that was sent since the last look."""
        found = [key for body in self.stand.received for key in REFERENCE.findall(json.loads(body)["message"])]
        self.stand.received.clear()
        return found

    def child(self, action: Callable[[], object], kill_after: float | None = None) -> int:
        """Do something in a forked process; returns how it ended (-9 if it was killed)."""
        process = os.fork()
        if process == 0:
            code = 1
            try:
                os.setsid()
                action()
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(process, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])

    def differs(self, action: Callable[[str, Path], object], *, kill_after: float | None = None, ends: tuple[int, ...]) -> str:
        """Do the work disturbed, then again; what is wrong with the end, or ""."""
        address, out = self.databases.new(), self.scratch / "out"
        shutil.rmtree(out, ignore_errors=True)
        self.references()
        code = self.child(lambda: action(address, out), kill_after)
        if code not in ends:
            return f"the disturbed process ended with {code}"
        end = self.after(address, out)
        self.databases.drop(address)
        told = Counter(self.references())
        # Each change at least once; after one crash at most once more, and under the same key.
        if set(told) != set(self.told) or max(told.values()) > 2:
            return f"told {sorted(told.values())} times, {len(set(self.told) - set(told))} never"
        return "" if end == self.wanted else f"the end differs: {end[:200]!r}"

    def crash_at(self, point: int) -> str:
        """Die at that place."""

        def action(address: str, out: Path) -> None:
            crashpoints.arm(point)
            self.work(address, out)

        return self.differs(action, ends=(KILLED,))

    def kill_at(self, seconds: float) -> str:
        """Be killed after some time, or be done before."""
        return self.differs(self.work, kill_after=seconds, ends=(0, -signal.SIGKILL))

    def full_disk_at(self, size: int) -> str:
        """Have no room for files beyond that size, wherever that strikes."""

        def action(address: str, out: Path) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            self.work(address, out)

        return self.differs(action, ends=(0, 1))


async def _at_once(function: Callable[..., object], *arguments: object) -> object:
    return function(*arguments)


def main() -> None:
    """See the module's words."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--points", default="all")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--sizes", default="")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    wrong = 0

    def report(what: str, found: str) -> None:
        nonlocal wrong
        if found:
            wrong += 1
            print(f"{what}: {found}", flush=True)

    with Newsstand(FEEDS, every=1) as stand:
        stand.round = 1
        laboratory = Laboratory(given.address, given.scratch, stand)
        places = range(1, len(laboratory.points) + 1)
        chosen = sorted(chance.sample(places, min(int(given.points), len(places)))) if given.points != "all" else list(places)
        for point in chosen:
            report(f"crash {point} ({laboratory.points[point - 1]})", laboratory.crash_at(point))
        for number in range(given.kills):
            report(f"kill {number + 1}", laboratory.kill_at(chance.uniform(0.0, laboratory.seconds)))
            if number % 50 == 49:
                print(f"{number + 1} kills so far, {wrong} differences", file=sys.stderr, flush=True)
        sizes = [int(size) for size in given.sizes.split(",") if size]
        for size in sizes:
            report(f"disk full at {size}", laboratory.full_disk_at(size))
    print(f"{len(chosen)} of {len(places)} places, {given.kills} kills, {len(sizes)} full disks, {wrong} differences", flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
