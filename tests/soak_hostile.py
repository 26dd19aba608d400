"""`python -m tests.soak_hostile`, part of `make soak`: half an hour of whole runs against servers that are slow, lie and break off.

MINUTES sets the length (30), SEED where it begins (1). Every fault and oddity of `tests/faultserver.py`, feeds and pages that are mutants, and
good ones between them; what is no plain answer comes late, in drops, cut off, packed as it is not said to be, or without end. Each round is a
whole run an hour later by its clock: poll, fetch the pages, read, decide, save; in a process of its own, so that only its memory and files count.

Exits 1 where anything raises or is an error of our own, a good article is missing, a round takes too long, or memory, files and processes grow.
"""

import datetime as dt
import gzip
import json
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from pathlib import Path

from pipeline import monitor
from pipeline.config import Settings
from pipeline.store.articles import all_versions
from pipeline.store.checking import check_database
from pipeline.store.database import open_database
from pipeline.watches import Feed, Story
from tests.builders import busy
from tests.faultserver import BROKEN, ODD, Request, Send, answer, head, rss, serving
from tests.newsstand import START, WATCH
from tests.soak_feeds import mutated, own_feeds

MINUTES = float(os.environ.get("MINUTES", "30"))
SEED = int(os.environ.get("SEED", "1"))
GOOD, MUTANTS = 10, 60
TIMEOUT = 5.0
# Those that never answer take the time that a request may take, one parse is stopped after ten seconds; the rest is for a machine that does other work.
LONGEST_ROUND = 90.0
WARM_UP = 4
MOST_GROWTH_MB = 64
HOUR = dt.timedelta(hours=1)
FAULTS = {**{name: handler for name, (handler, _) in BROKEN.items()}, **{name: handler for name, (handler, *_) in ODD.items()}}


def article(title: str, said: str) -> str:
    """A page with an article."""
    more = "".join(f"<p>The county asked for a report on pillar {number} and its cables, and the school stays open.</p>" for number in range(4))
    return f'<html lang="en"><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{said}</p>{more}</article></body></html>'


def delivered(body: bytes, chance: random.Random, kind: str) -> list[tuple[float, bytes]]:
    """One of the ways in which a server may send a body: parts, each with the seconds to wait before it."""
    whole = head(Content_Type=kind, Content_Length=str(len(body))) + body
    way = chance.randrange(9)
    if way < 3:
        return [(0.0, whole)]
    if way == 3:
        return [(chance.uniform(0.5, TIMEOUT + 2), whole)]
    if way == 4:
        size = max(1, len(whole) // 40)
        return [(0.05, whole[at : at + size]) for at in range(0, len(whole), size)]
    if way == 5:
        return [(0.0, whole[: chance.randrange(len(whole))])]
    if way == 6:
        return [(0.0, head(Content_Type=kind, Content_Encoding="gzip") + (gzip.compress(body) if chance.random() < 0.5 else body))]
    if way == 7:
        pieces = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[at : at + 500] for at in range(0, len(body), 500)))
        return [(0.0, head(Content_Type=kind, Transfer_Encoding="chunked") + pieces + (b"0\r\n\r\n" if chance.random() < 0.5 else b"zz\r\n"))]
    return [(0.0, head(Content_Type=kind) + body), (0.2, b"\0" * chance.choice((1, 3_000_000)))]


class Hostile:
    """Handlers for a fault server whose mutants differ from round to round, and are the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.seed, self.round, self.host = seed, 0, ""
        self.requests = 0

    def handlers(self) -> dict[str, object]:
        """By path."""
        return {**FAULTS, "round": self.next_round, "robots.txt": answer("", 404), "*": self.anything}

    def next_round(self, _request: Request, send: Send) -> None:
        """The attacked process says that its next round begins, and is told how often it has asked."""
        self.round += 1
        answer(str(self.requests))(_request, send)

    def anything(self, request: Request, send: Send) -> None:
        """A good feed or page, or a mutant of one."""
        self.requests += 1
        kind, _, number = request.path.strip("/").partition("/")
        chance = random.Random(f"{self.seed} {self.round} {request.path}")
        if kind == "good":
            # A few entries at a time, so that the feed of a long soak stays short.
            rounds = range(max(0, self.round - 5), self.round)
            items = "".join(f"<item><title>Bridge {number} {told}</title><link>http://{self.host}/page/{number}-{told}</link></item>" for told in rounds)
            answer(rss(items))(request, send)
        elif kind == "page":
            answer(article(f"Bridge {number}", f"The bridge will close on {1 + self.round % 27} May, the mayor said on day {number}."), Content_Type="text/html")(request, send)
        elif kind == "mutant":
            items = rss("".join(f"<item><title>M</title><link>http://{self.host}/odd/{number}-{self.round}-{at}</link></item>" for at in range(2)))
            bodies = [*own_feeds(), items.encode(), items.encode()]
            body = mutated(chance.choice(bodies), bodies, chance).replace(b"https://example.org", f"http://{self.host}/odd".encode())
            self.deliver(body, chance, "application/xml", send)
        else:
            page = article("Bridge", "The bridge will close on 9 May, the mayor said.").encode()
            self.deliver(mutated(page, [page, *own_feeds()], chance), chance, "text/html", send)

    def deliver(self, body: bytes, chance: random.Random, kind: str, send: Send) -> None:
        """Send it in one of the ways."""
        for pause, part in delivered(body, chance, kind):
            time.sleep(pause)
            send(part)


def used() -> tuple[float, int, int]:
    """Memory of this process in MB, its open files, and how many processes it has started that are there."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, len(list(Path("/proc/self/fd").iterdir())), len(children)


def attacked(host: str, path: Path, minutes: float) -> None:
    """What the attacked process does; prints what came of it as JSON, and what is wrong with it."""
    logging.getLogger("pipeline").setLevel(logging.ERROR)  # what could not be read is counted
    names = [*FAULTS, *(f"good/{number}" for number in range(GOOD)), *(f"mutant/{number}" for number in range(MUTANTS))]
    story = Story(watches=(WATCH,), feeds=tuple(Feed(id=name, url=f"http://{host}/{name}", publisher="P") for name in names))
    settings = Settings(allowed_hosts=(host,), timeout=TIMEOUT, max_body=2_000_000, concurrency=64, per_host=64, delay=0.0, adaptive=False)
    database = open_database(f"sqlite:///{path}")
    codes: Counter[str] = Counter()
    wrong: list[str] = []
    rounds, longest, requests, articles, before, now = 0, 0.0, 0, 0, used(), START
    until = time.monotonic() + 60 * minutes
    while rounds <= WARM_UP or time.monotonic() < until:
        with urllib.request.urlopen(f"http://{host}/round", timeout=60) as told:
            requests = int(told.read())
        started = time.monotonic()
        result = monitor.run(story, settings, database, now=now, everything=True)
        took = time.monotonic() - started
        rounds, longest, now, articles = rounds + 1, max(longest, took), now + HOUR, articles + result.articles
        codes.update(problem.code or problem.what[:40] for problem in result.problems)
        wrong += [f"{problem.where}: {problem.what}" for problem in result.problems if problem.code == "unexpected" or "could not be analysed" in problem.what]
        if took > LONGEST_ROUND * busy():
            wrong.append(f"round {rounds} took {took:.0f} s")
        if rounds == WARM_UP:
            before = used()
        print(f"\r{rounds} rounds, {articles} articles, {used()[0]:.0f} MB ", end="", file=sys.stderr, flush=True)
    after = used()
    with database.reading() as connection:
        stored = {version.article.url for version in all_versions(connection)}
    missing = {f"http://{host}/page/{number}-{told}" for number in range(GOOD) for told in range(rounds)} - stored
    wrong += [f"{len(missing)} good articles are missing, {min(missing)} among them"] if missing else []
    wrong += [f"{finding.what}: {finding.wrong[:3]}" for finding in check_database(database) if finding.wrong]
    wrong += [f"memory grew from {before[0]:.0f} to {after[0]:.0f} MB"] if after[0] - before[0] > MOST_GROWTH_MB else []
    wrong += [f"open files grew from {before[1]} to {after[1]}"] if after[1] > before[1] + 10 else []
    wrong += [f"processes grew from {before[2]} to {after[2]}"] if after[2] > before[2] + 2 else []
    database.close()
    print(json.dumps({"rounds": rounds, "requests": requests, "articles": articles, "longest": longest, "before": before, "after": after, "codes": codes, "wrong": wrong}))


def main() -> None:
    """Serve, attack, and say what came of it."""
    hostile = Hostile(SEED)
    with tempfile.TemporaryDirectory() as scratch, serving(hostile.handlers()) as server:  # type: ignore[arg-type]
        hostile.host = server.host
        command = [sys.executable, "-m", "tests.soak_hostile", server.host, str(Path(scratch) / "hostile.db"), str(MINUTES)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        server.asked.clear()
    if done.returncode:
        sys.exit(f"the attacked process ended with {done.returncode}")
    found = json.loads(done.stdout.splitlines()[-1])
    print(f"\n{found['rounds']} rounds of {len(FAULTS)} faulty, {MUTANTS} mutated and {GOOD} good feeds in {MINUTES:g} minutes, seed {SEED}: {found['requests']} requests for mutants and good ones, "
          f"{found['articles']} articles stored, longest round {found['longest']:.0f} s, memory {found['before'][0]:.0f} MB after {WARM_UP} rounds and {found['after'][0]:.0f} MB at the end; "
          f"{len(found['wrong'])} things wrong; load of the machine {os.getloadavg()[0]:.1f}")
    for code, number in sorted(found["codes"].items(), key=lambda pair: -pair[1]):
        print(f"  {number:6} {code}")
    for line in found["wrong"][:50]:
        print(f"WRONG {line}")
    sys.exit(1 if found["wrong"] else 0)


if __name__ == "__main__":
    main() if len(sys.argv) == 1 else attacked(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
