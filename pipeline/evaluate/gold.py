"""A labelled story as values: what must be found, what must not be flagged, and what a second annotator found."""

import datetime as dt
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import InputError

SILENT = frozenset(("new", "repeat"))
GROUPS = {
    "value": frozenset(("date_moved", "number_changed", "scope_changed")),
    "state": frozenset(("certainty_changed", "status_changed")),
    "opposed": frozenset(("denied", "disputed", "reversed")),
    "taken back": frozenset(("corrected", "withdrawn")),
}
# Coarse labels that some annotators use instead of kinds.
COARSE = {
    "update": GROUPS["value"] | GROUPS["state"],
    "contradiction": frozenset(("denied", "disputed", "number_changed")),
    "reversal": frozenset(("reversed", "status_changed")),
    "retraction": GROUPS["taken back"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A labelled sentence. `file` is its dispatch; `prior` the earlier sentence, "" for none.

    `value` is the new value in words (None: there is none), `effective` the ISO date or interval that it is about ("" for none).
    """

    file: str
    kind: str
    watch: str
    question: str
    evidence: str
    prior: str
    what: str = ""
    id: str = ""
    speaker: str = ""
    value: str | None = None
    effective: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A promise that must be flagged (or may be, if `optional`) around the day `noticed_on`."""

    watch: str
    question: str
    evidence: str
    noticed_on: dt.date
    optional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """One labelled story."""

    name: str
    files: tuple[str, ...]
    urls: dict[str, frozenset[str]]
    published: dict[str, dt.datetime]
    events: tuple[Event, ...]
    quiet: tuple[tuple[str, str], ...]
    off_topic: frozenset[str]
    promises: tuple[Promise, ...] | None
    removed: tuple[str, ...]
    second: tuple[Event, ...] | None
    said_alike: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def changes(self) -> tuple[Event, ...]:
        """What must raise an alert."""
        return tuple(event for event in self.events if event.kind not in SILENT)

    def alike(self, sentence: str) -> frozenset[str]:
        """The sentence with all that repeat it or that it repeats, by the labels."""
        seen, todo = {sentence}, [sentence]
        while todo:
            for other in self.said_alike.get(todo.pop(), frozenset()) - seen:
                seen.add(other)
                todo.append(other)
        return frozenset(seen)


def read_gold(folder: Path) -> Gold:
    """Read `gold.yaml`, `second.jsonl` (if there) and the dispatch headers of a story.

    Raises:
        InputError: `gold.yaml` is missing or no YAML.
    """
    try:
        raw = yaml.safe_load((folder / "gold.yaml").read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise InputError(
            f"the labels cannot be read: {error}", where=str(folder / "gold.yaml"), remedy="A labelled story has a gold.yaml."
        ) from error
    urls: dict[str, set[str]] = defaultdict(set)
    published = {}
    for path in sorted(folder.glob("[0-9]*.txt")):
        head = dict(line.split(": ", 1) for line in path.read_text(encoding="utf-8").split("\n\n", 1)[0].split("\n"))
        urls[head["url"]].add(path.name)
        published[path.name] = dt.datetime.fromisoformat(head.get("updated", head["published"]))
    events = tuple(_event(item, dispatch["file"]) for dispatch in raw["dispatches"] for item in dispatch["events"])
    alike: dict[str, set[str]] = defaultdict(set)
    for event in events:
        if event.kind == "repeat" and event.prior:
            alike[event.evidence].add(event.prior)
            alike[event.prior].add(event.evidence)
    frozen = {url: frozenset(names) for url, names in urls.items()}
    return Gold(
        name=str(raw["story"]),
        files=tuple(dispatch["file"] for dispatch in raw["dispatches"]),
        urls=frozen,
        published=published,
        events=events,
        quiet=tuple(
            (dispatch["file"], str(item.get("evidence") or item.get("sentence")))
            for dispatch in raw["dispatches"]
            for item in dispatch["must_not_flag"]
        ),
        off_topic=frozenset(dispatch["file"] for dispatch in raw["dispatches"] if dispatch.get("off_topic")),
        promises=tuple(_promise(item) for item in raw["overdue"] or ()) if "overdue" in raw else None,
        removed=tuple(item["prior"]["sentence"] for removal in raw.get("removals") or () for item in removal["events"]),
        second=_second(folder / "second.jsonl", frozen),
        said_alike={sentence: frozenset(others) for sentence, others in alike.items()},
    )


def words(text: str) -> Counter[str]:
    """The words of a sentence with their counts."""
    return Counter(re.findall(r"[a-z0-9]+", text.lower()))


def same_sentence(one: str, other: str) -> bool:
    """True if the sentences share at least half of the words of the shorter one (and that has three)."""
    first, second = words(one), words(other)
    fewer = min(sum(first.values()), sum(second.values()))
    return fewer >= 3 and sum((first & second).values()) / fewer >= 0.5


def group_of(kind: str) -> str:
    """The group of a kind (value, state, opposed, taken back), or the kind itself."""
    return next((name for name, kinds in GROUPS.items() if kind in kinds), kind)


def kind_fits(gold: str, found: str) -> bool:
    """True if the found kind is the labelled one."""
    return found in COARSE.get(gold, {gold})


def group_fits(gold: str, found: str) -> bool:
    """True if the found kind is of the labelled one's group."""
    return found in COARSE[gold] if gold in COARSE else group_of(gold) == group_of(found)


def _event(item: dict[str, Any], file: str) -> Event:
    prior = item.get("prior")
    return Event(
        file=file,
        kind=item["kind"],
        watch=item["watch"],
        question=item.get("question") or "",
        evidence=item["evidence"],
        prior=prior["sentence"] if prior else "",
        what=item.get("what", ""),
        id=item.get("id", ""),
        speaker=item.get("speaker") or "",
        value=None if item.get("new_value") is None else str(item["new_value"]),
        effective=str(item.get("effective_date") or ""),
    )


def _promise(item: dict[str, Any]) -> Promise:
    return Promise(
        watch=item["watch"],
        question=item["question"],
        evidence=item["evidence"],
        noticed_on=dt.date.fromisoformat(str(item["noticed_on"])),
        optional=bool(item.get("optional")),
    )


def _second(path: Path, urls: dict[str, frozenset[str]]) -> tuple[Event, ...] | None:
    if not path.exists():
        return None
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    found = []
    for row in rows:
        files = urls.get(row["evidence"]["url"], frozenset())
        found.append(
            Event(
                file=sorted(files)[-1] if files else "",
                kind=row["kind"],
                watch=row["watch"],
                question=row.get("question") or "",
                evidence=row["evidence"].get("sentence") or "",
                prior=(row.get("prior") or {}).get("sentence") or "",
            )
        )
    return tuple(found)
