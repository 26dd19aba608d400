"""Changes and states of a replay against a labelled story -> figures.

A change fits a label when both are of the same dispatch and their sentences share half of the words. They are assigned one
to one, best fit first (kind, prior, question, watch); what is left over of the alerts is false. `docs/quality.md` says
what each figure means.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.evaluate.gold import SILENT, Event, Gold, group_fits, kind_fits, same_sentence

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the figures are made of; counts of several stories add up."""

    dispatches: int = 0
    gold: int = 0
    alerts: int = 0
    hits: int = 0
    core: int = 0
    core_hits: int = 0
    either: int = 0
    right: int = 0
    kinds: int = 0
    groups: int = 0
    with_prior: int = 0
    priors: int = 0
    asked: int = 0
    questions: int = 0
    gold_new: int = 0
    found_new: int = 0
    news: int = 0
    right_news: int = 0
    noise: int = 0
    off_topic: int = 0
    states: int = 0
    right_states: int = 0
    due: int = 0
    due_hits: int = 0
    due_false: int = 0
    removed: int = 0
    removed_hits: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        mine, theirs = asdict(self), asdict(other)
        return Counts(**{name: mine[name] + theirs[name] for name in mine})

    def figures(self) -> dict[str, float | None]:
        """Shares between 0 and 1; None where there is nothing to measure."""
        precision, recall = _share(self.hits, self.alerts) or 0.0, _share(self.hits, self.gold) or 0.0
        core_recall, either = _share(self.core_hits, self.core), _share(self.either, self.alerts) if self.core else None
        strict_precision, strict_recall = _share(self.right, self.alerts) or 0.0, _share(self.right, self.gold) or 0.0
        return {
            "either_f1": None if core_recall is None else _harmonic(core_recall, either or 0.0),
            "either_precision": either,
            "core_recall": core_recall,
            "precision": precision,
            "recall": recall,
            "f1": _harmonic(precision, recall),
            "strict_precision": strict_precision,
            "strict_recall": strict_recall,
            "strict_f1": _harmonic(strict_precision, strict_recall),
            "kind_acc": _share(self.kinds, self.hits),
            "kind_group": _share(self.groups, self.hits),
            "prior_acc": _share(self.priors, self.with_prior),
            "question_acc": _share(self.questions, self.asked),
            "new_recall": _share(self.found_new, self.gold_new),
            "new_precision": _share(self.right_news, self.news),
            "noise_per_100": 100 * self.noise / self.dispatches if self.dispatches else None,
            "state_acc": _share(self.right_states, self.states),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The counts of a story, with what was missed and what was false, for people."""

    counts: Counts
    missed: tuple[Event, ...]
    false: tuple[Row, ...]


def score(gold: Gold, changes: Sequence[Row], states: Sequence[Row] | None) -> Verdict:
    """Score the rows of changes.jsonl (and state.jsonl, if at hand) against a labelled story."""
    rows: list[Row] = [
        {**row, "files": gold.urls.get(str((row.get("evidence") or {}).get("url")), frozenset())}
        for row in changes
        if row["kind"] != "repeat"
    ]
    flags = [row for row in rows if row["kind"] == "overdue"]
    taken_down = [row for row in rows if row["kind"] == "withdrawn" and any(_tells_removal(row, sentence) for sentence in gold.removed)]
    rows = [row for row in rows if row["kind"] != "overdue" and not any(row is other for other in taken_down)]
    alerts = [row for row in rows if row["kind"] != "new"]
    pair = _assign(gold, gold.changes, alerts)
    hits = [(gold.changes[at], alerts[found]) for at, found in pair.items()]
    counts = Counts(
        dispatches=len(gold.files),
        gold=len(gold.changes),
        alerts=len(alerts),
        hits=len(hits),
        right=sum(_right_through(gold, event, row) for event, row in hits),
        kinds=sum(kind_fits(event.kind, row["kind"]) for event, row in hits),
        groups=sum(group_fits(event.kind, row["kind"]) for event, row in hits),
        with_prior=sum(bool(event.prior) for event, _ in hits),
        priors=sum(bool(event.prior) and _prior_fits(gold, event, row) for event, row in hits),
        asked=sum(bool(event.question) for event, _ in hits),
        questions=sum(bool(event.question) and row.get("question") == event.question for event, row in hits),
        off_topic=sum(bool(row["files"] & gold.off_topic) for row in rows),
    )
    counts = counts + _agreement(gold, alerts, pair) + _news(gold, rows) + _noise(gold, rows)
    counts = counts + _promises(gold, flags) + _removals(gold, taken_down) + _states(gold, states)
    taken = set(pair.values())
    return Verdict(
        counts=counts,
        missed=tuple(event for at, event in enumerate(gold.changes) if at not in pair),
        false=tuple(row for at, row in enumerate(alerts) if at not in taken),
    )


def second_rows(gold: Gold) -> list[Row]:
    """The second annotator's changes as rows, to score people against each other."""
    urls = {file: url for url, files in gold.urls.items() for file in files}
    return [
        {
            "kind": event.kind,
            "watch": event.watch,
            "question": event.question,
            "evidence": {"url": urls.get(event.file, ""), "sentence": event.evidence},
            "prior": {"sentence": event.prior} if event.prior else None,
            "detected_at": "1970-01-01T00:00:00+00:00",
        }
        for event in gold.second or ()
    ]


def _fits(event: Event, row: Row) -> bool:
    return event.file in row["files"] and same_sentence(_sentence(row.get("evidence")), event.evidence)


def _prior_fits(gold: Gold, event: Event, row: Row) -> bool:
    return bool(event.prior and row.get("prior")) and any(same_sentence(_sentence(row["prior"]), said) for said in gold.alike(event.prior))


def _right_through(gold: Gold, event: Event, row: Row) -> bool:
    return (
        group_fits(event.kind, row["kind"])
        and (not event.prior or _prior_fits(gold, event, row))
        and (not event.question or row.get("question") == event.question)
    )


def _assign(gold: Gold, events: Sequence[Event], rows: Sequence[Row]) -> dict[int, int]:
    """One to one, best fit first: index of event -> index of row."""
    fitting = sorted(
        (
            (
                kind_fits(event.kind, row["kind"]),
                _prior_fits(gold, event, row),
                row.get("question") == (event.question or None),
                row.get("watch") == event.watch,
                -at,
                -found,
            )
            for at, event in enumerate(events)
            for found, row in enumerate(rows)
            if _fits(event, row)
        ),
        reverse=True,
    )
    pair: dict[int, int] = {}
    taken: set[int] = set()
    for *_, at, found in fitting:
        if -at not in pair and -found not in taken:
            pair[-at] = -found
            taken.add(-found)
    return pair


def _agreement(gold: Gold, alerts: Sequence[Row], _pair: dict[int, int]) -> Counts:
    """Changes on which both annotators agree, and alerts that at least one of them calls a change."""
    if gold.second is None:
        return Counts()
    theirs: list[Row] = [
        {**row, "files": gold.urls.get(row["evidence"]["url"], frozenset())}
        for row in second_rows(gold)
        if row["kind"] not in SILENT | {"overdue"}
    ]
    both = _assign(gold, gold.changes, theirs)
    matched = set(both.values())
    extra = [
        Event(
            file=sorted(row["files"])[-1],
            kind=row["kind"],
            watch=row["watch"],
            question=row["question"],
            evidence=_sentence(row["evidence"]),
            prior=_sentence(row["prior"]),
        )
        for at, row in enumerate(theirs)
        if at not in matched and row["files"]
    ]
    found = _assign(gold, [*gold.changes, *extra], alerts)
    return Counts(core=len(both), core_hits=len(both.keys() & found.keys()), either=len(found))


def _news(gold: Gold, rows: Sequence[Row]) -> Counts:
    wanted = [event for event in gold.events if event.kind == "new"]
    live = [event for event in gold.events if event.kind != "repeat"]
    news = [row for row in rows if row["kind"] == "new"]
    return Counts(
        gold_new=len(wanted),
        found_new=sum(any(_fits(event, row) for row in rows) for event in wanted),
        news=len(news),
        right_news=sum(any(_fits(event, row) for event in live) for row in news),
    )


def _noise(gold: Gold, rows: Sequence[Row]) -> Counts:
    live = [event for event in gold.events if event.kind != "repeat"]
    return Counts(
        noise=sum(
            not any(_fits(event, row) for event in live)
            and any(file in row["files"] and same_sentence(_sentence(row.get("evidence")), said) for file, said in gold.quiet)
            for row in rows
        )
    )


def _promises(gold: Gold, flags: Sequence[Row]) -> Counts:
    if gold.promises is None:
        return Counts()

    def fits(promise: Any, row: Row) -> bool:
        said = _sentence(row.get("evidence")) or _sentence(row.get("prior"))
        return same_sentence(said, promise.evidence) or (row.get("watch") == promise.watch and row.get("question") == promise.question)

    def on_day(promise: Any, row: Row) -> bool:
        return bool(abs((dt.datetime.fromisoformat(row["detected_at"]).date() - promise.noticed_on).days) <= 1)

    due = [promise for promise in gold.promises if not promise.optional]
    return Counts(
        due=len(due),
        due_hits=sum(any(fits(promise, row) and on_day(promise, row) for row in flags) for promise in due),
        due_false=sum(not any(fits(promise, row) for promise in gold.promises) for row in flags),
    )


def _tells_removal(row: Row, sentence: str) -> bool:
    evidence, prior = _sentence(row.get("evidence")), _sentence(row.get("prior"))
    return same_sentence(evidence or prior, sentence) or same_sentence(prior, sentence)


def _removals(gold: Gold, rows: Sequence[Row]) -> Counts:
    if gold.promises is None:
        return Counts()
    return Counts(
        removed=len(gold.removed),
        removed_hits=sum(
            any(
                same_sentence(_sentence(row.get("evidence")), sentence) or same_sentence(_sentence(row.get("prior")), sentence)
                for row in rows
            )
            for sentence in gold.removed
        ),
    )


def _states(gold: Gold, states: Sequence[Row] | None) -> Counts:
    """After each dispatch, per question it touched: does one of the answers rest on the newest labelled sentence?"""
    if states is None or not any(event.question for event in gold.events):
        return Counts()
    known: dict[tuple[str, str], list[tuple[dt.datetime, Row]]] = {}
    for state in states:
        known.setdefault((state["watch"], state["question"]), []).append((dt.datetime.fromisoformat(state["as_of"]), state))
    newest: dict[tuple[str, str], str] = {}
    total = right = 0
    for file in gold.files:
        here = [event for event in gold.events if event.file == file]
        for event in here:
            if event.kind != "repeat":
                newest[event.watch, event.question] = event.evidence
        for key in {(event.watch, event.question) for event in here} & newest.keys():
            total += 1
            then = [state for moment, state in known.get(key, []) if moment <= gold.published[file] + dt.timedelta(seconds=1)]
            answers: Iterable[Row] = then[-1]["answers"] if then else ()
            right += any(same_sentence(_sentence(answer.get("evidence")), said) for answer in answers for said in gold.alike(newest[key]))
    return Counts(states=total, right_states=right)


def _sentence(evidence: Row | None) -> str:
    return str((evidence or {}).get("sentence") or "")


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0
