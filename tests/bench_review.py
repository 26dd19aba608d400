"""How quick the review is with 100,000 changes and a million claims: `python -m tests.bench_review [FOLDER]`.

Makes a database of invented claims (seeded, kept in FOLDER for the next time), asks every page by every filter that has an index of
its own and by some that have none, and prints median, 95th percentile, size, and the ratio to an empty database in the same run.
"""

import datetime as dt
import gc
import os
import random
import statistics
import sys
import time
from itertools import accumulate
from pathlib import Path

from sqlalchemy import Connection, insert
from starlette.testclient import TestClient

from pipeline.model import (
    Answer,
    Certainty,
    Change,
    ChangeKind,
    Claim,
    CurrentAnswer,
    QuestionState,
    StateStatus,
    StoredClaim,
    Voice,
    evidence_of,
)
from pipeline.review.app import create_app
from pipeline.store.articles import add_version
from pipeline.store.changes import add_changes
from pipeline.store.claims import _to_row
from pipeline.store.codec import to_json
from pipeline.store.database import Database, open_database
from pipeline.store.decisions import Verdict, decide_many
from pipeline.store.tables import claims as claims_table
from pipeline.store.tables import metadata, states
from pipeline.store.tallies import add_to_tallies
from pipeline.store.words import drop_index, make_index
from pipeline.verdicts import Action
from tests.builders import make_article

CLAIMS, CHANGES = int(os.environ.get("CLAIMS", "1000000")), int(os.environ.get("CHANGES", "100000"))
WATCHES, QUESTIONS, ROUNDS = 40, 8, 30
# So many claims and changes are made one by one; the others are copies of them at later times, made in SQL, which is a hundred times quicker.
CLAIM_COPIES, CHANGE_COPIES = 20, 10
START = dt.datetime(2028, 1, 1, tzinfo=dt.UTC)
KINDS = [kind for kind in ChangeKind if kind not in (ChangeKind.REPEAT, ChangeKind.NEW)]


def watches() -> str:
    """A configuration of that many watches."""
    lines = ["format = 1"]
    for watch in range(WATCHES):
        lines.append(f'[[watch]]\nid = "w{watch}"\ntitle = "Topic number {watch}"\nsubject = ["topic"]')
        lines += [f'[[watch.question]]\nid = "q{number}"\nasks = "What of {number}?"\nkind = "quantity"\nof = ["house"]' for number in range(QUESTIONS)]
    return "\n".join(lines)


class Maker:
    """Invented claims: speakers and words as uneven as in the news, the same for every run."""

    def __init__(self) -> None:
        self.chance = random.Random(7)
        letters = "abcdefghijklmnopqrstuvwxyz"
        self.words = ["".join(self.chance.choices(letters, k=self.chance.randint(3, 9))) for _ in range(8_000)]
        self.weights = list(accumulate(1 / (place + 1) for place in range(len(self.words))))
        self.speakers = [f"{self.chance.choice(self.words).title()} {self.chance.choice(self.words).title()}" for _ in range(5_000)]
        self.spoken = list(accumulate(1 / (place + 3) for place in range(len(self.speakers))))
        self.certainties = list(Certainty)

    def claim(self, number: int) -> Claim:
        """The claim of that number."""
        at = START + dt.timedelta(seconds=95 * number)
        value = self.chance.randint(1, 400)
        sentence = " ".join(self.chance.choices(self.words, cum_weights=self.weights, k=20)) + f" {value} houses."
        speaker = self.chance.choices(self.speakers, cum_weights=self.spoken)[0]
        return Claim(
            url=f"https://outlet{number % 200}.example/{number // 20}", version=1, published=at, seen_at=at, watch=f"w{number % WATCHES}",
            question=f"q{number // WATCHES % QUESTIONS}", start=200 * (number % 20), end=200 * (number % 20) + len(sentence), sentence=sentence,
            voice=Voice(speaker=speaker, institution=speaker, carrier="", publisher=f"Outlet {number % 200}", cue="say"), said_at=at,
            certainty=self.chance.choice(self.certainties),
            answer=Answer(type="quantity", text=f"{value} houses", value=str(value), unit="house", bound="exact", low=value, high=value),
        )  # fmt: skip


def fill(database: Database) -> None:
    """Store that many claims, changes, states and articles, with some decided."""
    own = max(CLAIMS // CLAIM_COPIES, 1)
    maker, step = Maker(), max(own // max(CHANGES // CHANGE_COPIES, 1), 1)
    with database.writing() as connection:
        drop_index(connection)  # made again at the end, which is quicker than row by row
    last: dict[tuple[str, str], Claim] = {}
    for first in range(0, own, 10_000):
        claims = [maker.claim(number) for number in range(first, min(first + 10_000, own))]
        changes, rows = [], []
        for number, claim in enumerate(claims, start=first):
            if number % step == 0:
                prior = last.get((claim.watch, claim.question))
                kind = KINDS[number // step % len(KINDS)] if prior else ChangeKind.NEW
                changes.append(
                    Change(
                        watch=claim.watch, question=claim.question, kind=kind, old=prior.answer if prior else None, new=claim.answer, effective=None,
                        detected_at=claim.seen_at, score=0.9, why=("another figure",), evidence=evidence_of(claim), prior=evidence_of(prior) if prior else None,
                    )
                )  # fmt: skip
                answer = CurrentAnswer(answer=claim.answer, certainty=claim.certainty, speakers=(claim.voice.speaker,), since=claim.seen_at, evidence=evidence_of(claim))
                state = QuestionState(
                    as_of=claim.seen_at, after=claim.url, watch=claim.watch, question=claim.question, status=StateStatus.SETTLED, answers=(answer,)
                )
                rows.append(
                    {"watch": state.watch, "question": state.question, "as_of": state.as_of, "after": claim.url, "status": "settled", "data": to_json(state)}
                )
                last[claim.watch, claim.question] = claim
        with database.writing() as connection:
            kept = [StoredClaim(claim=claim, effect=ChangeKind.NEW if number % step == 0 else ChangeKind.REPEAT) for number, claim in enumerate(claims, start=first)]
            connection.execute(insert(claims_table), [_to_row(stored) for stored in kept])
            add_to_tallies(connection, claims)
            add_changes(connection, changes)
            connection.execute(insert(states), rows)
            for claim in claims[::200]:
                add_version(connection, make_article(url=claim.url, publisher=claim.voice.publisher, title=claim.sentence[:60], published=claim.published, seen_at=claim.seen_at, text=" ".join([claim.sentence] * 20)))
            decided = {change.id: 0 for change in changes[: len(changes) // 3]}
            decide_many(connection, decided, Verdict(action=Action.ACCEPT, who="ann", at=START))
        print(f"\r{first + len(claims):,} claims", end="", file=sys.stderr, flush=True)
    copy_all(database, 95 * own)


def copy_all(database: Database, span: int) -> None:
    """Fill up with copies, each a span of seconds later, and make the full-text index."""
    with database.writing() as connection:
        for number in range(1, CLAIM_COPIES):
            copy_rows(connection, "claim", {"key": FRESH, "url": f"url || '?{number}'", "seen_at": moved("seen_at", span * number), "said_at": moved("said_at", span * number)}, "id")
        for number in range(1, CHANGE_COPIES):
            shift = {name: moved(name, span * 2 * number) for name in ("detected_at", "as_of")}
            fresh = f"substr(id, 1, 56) || printf('%08x', {number})"
            copy_rows(connection, "change", {"id": fresh, "detected_at": shift["detected_at"]}, "sequence", of=own_rows("change", "id"))
            again = f"substr(change, 1, 56) || printf('%08x', {number})"
            place = f"(SELECT sequence FROM change WHERE change.id = {again.replace('substr(change', 'substr(review.change')})"
            copy_rows(connection, "review", {"change": again, "sequence": place, "detected_at": shift["detected_at"]}, "", of=own_rows("review", "change"))
            copy_rows(connection, "state", {"as_of": shift["as_of"], "after": f"after || '?{number}'"}, "id", of="after NOT LIKE '%?%'")
        make_index(connection)


FRESH = "lower(hex(randomblob(32)))"


def moved(column: str, seconds: int) -> str:
    """SQL for an instant so much later."""
    return f"strftime('%Y-%m-%d %H:%M:%f000', {column}, '+{seconds} seconds')"


def own_rows(table: str, column: str) -> str:
    """SQL for the rows that are no copies: a copy's id ends in its small number."""
    return f"{table}.{column} NOT LIKE '%0000000_'"


def copy_rows(connection: Connection, table: str, given: dict[str, str], key: str, of: str = "") -> None:
    """Add every first row again with some columns given as SQL; `key` is left to the database."""
    columns = [column.name for column in metadata.tables[table].columns if column.name != key]
    chosen = ", ".join(given.get(name, f'"{name}"') for name in columns)
    first = of or "url NOT LIKE '%?%'"
    names = ", ".join(f'"{name}"' for name in columns)
    connection.exec_driver_sql(f'INSERT INTO "{table}" ({names}) SELECT {chosen} FROM "{table}" WHERE {first}')


def pages(client: TestClient) -> dict[str, str]:
    """Every page, and the lists by filters of every sort."""
    rows = client.get("/changes.json?limit=500").json()["rows"]
    change = rows[-1] if rows else None
    speaker = change["evidence"]["speaker"] if change else "x"
    stored = client.get("/articles.json?limit=1").json()["rows"]
    url = stored[0]["url"] if stored else "x"
    older = client.get("/changes.json?limit=500").json()["next"] or "?after="
    found = {
        "inbox": "/", "inbox, a later page": f"/?after={older.partition('after=')[2]}", "inbox of a watch": "/?watch=w5", "read first": "/?kind=overdue&kind=reversed&kind=denied",
        "accepted": "/?state=accepted", "all": "/?state=all", "of a speaker": f"/?state=all&speaker={speaker}", "of an outlet": "/?source=Outlet+7",
        "certainty and kind": "/?certainty=denied&kind=overdue&state=all", "nothing there": "/?certainty=denied&speaker=Nobody", "with a common word": f"/?text={WORD}", "with rare words": "/?text=zebra",
        "of some days": "/?state=all&since=2029-01-01&until=2029-01-31", "watches": "/watches", "watch": "/watches/w5", "watch, as of": "/watches/w5?as_of=2029-01-01", "watch, known at": "/watches/w5?known_at=2029-01-01",
        "question": "/watches/w5/q0", "claims": "/claims", "claims with a common word": f"/claims?text={WORD}", "claims with two words": f"/claims?text={WORD}+{OTHER}",
        "claims by slots": "/claims?watch=w5&question=q0&certainty=denied&low=390", "claims, nothing there": "/claims?unit=ship", "speakers": "/speakers",
        "speaker": f"/speakers?name={speaker}", "articles": "/articles", "article": f"/articles?url={url}", "sources": "/sources", "runs": "/runs", "history": "/history",
        "editor": "/editor", "aliases": "/aliases", "outputs": "/outputs", "help": "/help", "JSON of changes": "/changes.json", "CSV of claims": "/claims.csv", "states": "/states.json?watch=w5", "states, as of": "/states.json?watch=w5&as_of=2029-01-01",
        "feed": "/feeds/w5.atom",
    }  # fmt: skip
    if change:
        found["change"] = f"/changes/{change['id']}"
    return found


WORD, OTHER = Maker().words[2], Maker().words[9]


def measured(client: TestClient, path: str, rounds: int) -> tuple[list[float], list[float], int, int]:
    """Times by the clock and by the processor in milliseconds, sorted; size in bytes; status. The first request is counted, too."""
    clock, processor, size, status = [], [], 0, 0
    for _ in range(rounds):
        started, worked = time.perf_counter(), time.process_time()
        answer = client.get(path)
        clock.append((time.perf_counter() - started) * 1000)
        processor.append((time.process_time() - worked) * 1000)
        size, status = len(answer.content), answer.status_code
    return sorted(clock), sorted(processor), size, status


def p95(times: list[float]) -> float:
    """The time that 95 of 100 requests do not exceed."""
    return times[min(int(len(times) * 0.95), len(times) - 1)]


def main() -> None:
    """Fill, measure, print one table."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "var/bench-review")
    (folder / "config").mkdir(parents=True, exist_ok=True)
    (folder / "config" / "watches.toml").write_text(watches())
    path = folder / f"review-{CLAIMS}-{CHANGES}.db"
    fresh = not path.exists()
    database = open_database(f"sqlite:///{path}")
    if fresh:
        fill(database)
    empty = open_database("sqlite://")
    full_client, empty_client = (TestClient(create_app(used, folder / "config"), base_url="http://127.0.0.1") for used in (database, empty))
    # As the server does.
    gc.collect()
    gc.freeze()
    print(f"{CLAIMS:,} claims, {CHANGES:,} changes, {path.stat().st_size / 1e9:.1f} GB; {ROUNDS} rounds, milliseconds in the server")
    print("median and p95 by the clock; p95 of processor time, which another program on the machine does not lengthen; the same, empty; ratio")
    print(f"{'page':30}{'median':>8}{'p95':>8}{'cpu p95':>9}{'empty':>8}{'ratio':>7}{'kB':>6}")
    worst, slowest = 0.0, 0.0
    for name, address in pages(full_client).items():
        clock, processor, size, status = measured(full_client, address, ROUNDS)
        _, least, _, _ = measured(empty_client, address, ROUNDS)
        worst, slowest = max(worst, p95(processor)), max(slowest, p95(clock))
        ratio = p95(processor) / p95(least)
        row = f"{name:30}{statistics.median(clock):8.1f}{p95(clock):8.1f}{p95(processor):9.1f}{p95(least):8.1f}{ratio:7.1f}{size / 1000:6.0f}"
        print(row + ("" if status == 200 else f"  status {status}"), flush=True)
    print(f"\nworst p95 {slowest:.0f} ms by the clock, {worst:.0f} ms of processor time")
    database.close()


if __name__ == "__main__":
    main()
