"""Values with sensible defaults; a test names only what matters to it."""

import datetime as dt
import os
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from pipeline.model import (
    Answer,
    Article,
    Certainty,
    Change,
    ChangeKind,
    Claim,
    Entry,
    Interval,
    StoredClaim,
    Voice,
    evidence_of,
)
from pipeline.store.line import in_line
from pipeline.watches import Question, QuestionKind

# A watch with one question, as a user writes it.
BRIDGE_TOML = """format = 1
[[watch]]
id = "bridge"
subject = ["bridge"]
  [[watch.question]]
  id = "closing"
  kind = "date"
  role = "event"
"""
MONDAY = dt.datetime(2031, 5, 12, 9, 0, tzinfo=dt.UTC)


def busy() -> float:
    """By what to multiply a time limit where other work keeps the machine busy: 1 on an idle one."""
    return max(1.0, 2 * os.getloadavg()[0] / (os.cpu_count() or 1))


def make_article(**given: Any) -> Article:
    fields: dict[str, Any] = {
        "url": "https://example.org/a", "publisher": "Hill Courier", "title": "Bridge to close", "published": MONDAY, "seen_at": MONDAY,
        "text": "The bridge will close on Friday, the mayor said.",
    }
    return Article(**(fields | given))


def day(number: int, *, precision: str = "day") -> Interval:
    start = dt.datetime(2031, 5, number, tzinfo=dt.UTC)
    return Interval(start=start, end=start.replace(hour=23, minute=59, second=59), precision=precision)


def date_answer(number: int, last: int | None = None, bound: str = "exact") -> Answer:
    when = day(number) if last is None else Interval(start=day(number).start, end=day(last).end, precision="range")
    value = f"2031-05-{number:02}" + (f"/2031-05-{last:02}" if last else "")
    return Answer(type="date", text=f"{number} May", value=value, bound=bound, when=when)


def number_answer(low: float, high: float | None = None, bound: str = "exact", unit: str = "house", share_of: float | None = None) -> Answer:
    return Answer(type="quantity", text=f"{low:g} {unit}", value=f"{low:g}", unit=unit, bound=bound, low=low, high=low if high is None else high, share_of=share_of)


def state_answer(name: str) -> Answer:
    return Answer(type="status", text=name, value=name, bound="exact")


def make_voice(speaker: str = "Anna Berg", institution: str = "", *, attributed: bool = True, publisher: str = "Hill Courier") -> Voice:
    return Voice(speaker=speaker, institution=institution or speaker, carrier="", publisher=publisher, cue="say" if attributed else "", attributed=attributed)


def make_claim(**given: Any) -> Claim:
    at = given.pop("at", MONDAY)
    fields: dict[str, Any] = {
        "url": "https://example.org/a", "version": 1, "published": at, "seen_at": at, "watch": "bridge", "question": "closing", "start": 0, "end": 48,
        "sentence": "The bridge will close on Friday, the mayor said.", "voice": make_voice(), "said_at": at, "certainty": Certainty.FACT,
        "answer": state_answer("begun"),
    }
    return Claim(**(fields | given))


def stored(claim: Claim, effect: ChangeKind = ChangeKind.NEW, **given: Any) -> StoredClaim:
    return StoredClaim(claim=claim, effect=effect, **given)


def make_change(claim: Claim, kind: ChangeKind = ChangeKind.NEW, prior: Claim | None = None) -> Change:
    return Change(
        watch=claim.watch, question=claim.question, kind=kind, old=prior.answer if prior else None, new=claim.answer, effective=claim.effective,
        detected_at=claim.seen_at, score=0.9, why=("because",), evidence=evidence_of(claim), prior=evidence_of(prior) if prior else None)


def make_question(kind: QuestionKind = QuestionKind.STATUS, **given: Any) -> Question:
    return Question(**({"id": "closing", "kind": kind} | given))


def later(claim: Claim, days: float = 1, **given: Any) -> Claim:
    """The claim as another article would make it some days later."""
    shift = dt.timedelta(days=days)
    fields: dict[str, Any] = {
        "url": f"https://example.org/{days}", "published": claim.published + shift, "seen_at": claim.seen_at + shift, "said_at": claim.said_at + shift}
    return replace(claim, **(fields | given))


def waiting_entries(connection: Connection, now: dt.datetime | None = None) -> tuple[Entry, ...]:
    """The entries that are still to be read, in the order in which they come up; with `now` only those that are due by then."""
    return tuple(item.entry for item in in_line(connection) if not item.given_up and (now is None or item.due_at <= now))
