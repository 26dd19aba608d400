"""All labelled stories through the whole pipeline -> one table of figures, checked against the floors in the repository."""

import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import monitor
from pipeline.config import load_language, load_story, without_cues
from pipeline.evaluate.baselines import THRESHOLDS, every_sentence, one_threshold
from pipeline.evaluate.evidence import Checked, EvidenceCheck, evidence_lines
from pipeline.evaluate.gold import Gold, read_gold
from pipeline.evaluate.scorer import Counts, Verdict, score, second_rows
from pipeline.extract.claims import ClaimMaker
from pipeline.extract.nlp import load_english
from pipeline.extract.readings import Reader
from pipeline.ingest.archive import read_archive
from pipeline.language.names import Names
from pipeline.report.rows import change_row, state_row
from pipeline.shipped import shipped
from pipeline.store.changes import all_changes
from pipeline.store.database import open_database
from pipeline.store.states import all_states
from pipeline.watches import Story

FIGURES = (
    "either_f1",
    "either_precision",
    "core_recall",
    "strict_f1",
    "f1",
    "precision",
    "recall",
    "kind_acc",
    "kind_group",
    "prior_acc",
    "question_acc",
    "new_recall",
    "noise_per_100",
    "state_acc",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the table."""

    name: str
    counts: Counts


def evaluate_stories(folders: Sequence[Path] = (), *, verbose: bool = False, check_floors: bool = True) -> tuple[str, bool]:
    """Score stories and lay the figures out.

    Args:
        folders: Labelled story folders; empty for all that ship.
        verbose: Also list what was missed and what was false.
        check_floors: Compare with `seeds/floors.toml`.

    Returns:
        The text, and True if a figure is below its floor.
    """
    seeds = shipped("seeds")
    floors = tomllib.loads((seeds / "floors.toml").read_text(encoding="utf-8"))
    chosen = tuple(folders) or tuple(seeds / name for name in floors["tuned"]["stories"])
    columns: list[Column] = []
    lines: list[str] = []
    pooled, bare, people = Counts(), Counts(), Counts()
    naive = Counts()
    thresholds = dict.fromkeys(THRESHOLDS, Counts())
    for folder in chosen:
        gold = read_gold(folder)
        story = load_story(folder / "config")
        verdict = _replayed(folder, story, gold)
        columns.append(Column(name=folder.name, counts=verdict.counts))
        pooled += verdict.counts
        bare += _replayed(folder, without_cues(story), gold).counts
        if gold.second is not None:
            people += score(gold, second_rows(gold), None).counts
        archive = read_archive(folder)
        naive += score(gold, every_sentence(archive, story.watches[0].id), None).counts
        for threshold in THRESHOLDS:
            thresholds[threshold] += score(gold, one_threshold(archive, story.watches[0].id, threshold), None).counts
        if verbose:
            lines += _details(folder.name, verdict)
    best = max(thresholds, key=lambda threshold: thresholds[threshold].figures()["either_f1"] or 0.0)
    columns += [
        Column(name="pooled", counts=pooled),
        Column(name="no cues", counts=bare),
        Column(name="2nd person", counts=people),
        Column(name="all sentences", counts=naive),
        Column(name=f"fuzz>={best}", counts=thresholds[best]),
    ]
    lines += _table(columns)
    for group in () if folders else floors["apart"]:
        apart = _columns(seeds, group["stories"])
        total = sum((column.counts for column in apart), Counts())
        lines += ["", f"{group['title']}:", *_table([*apart, Column(name="pooled", counts=total)] if len(apart) > 1 else apart)]
    labelled = [*chosen, *(seeds / name for group in (() if folders else floors["apart"]) for name in group["stories"])]
    lines += ["", *evidence_lines({folder.name: checked_evidence(folder) for folder in labelled})]
    failed = check_floors and not folders and _below(lines, floors, {"pooled": pooled, "no_cues": bare})
    return "\n".join(lines), failed


def checked_evidence(folder: Path) -> tuple[Checked, ...]:
    """Every labelled sentence of a story with how right the best of its claims is: extraction alone, without the watches."""
    story, gold, vocabulary = load_story(folder / "config"), read_gold(folder), load_language()
    names = Names((*vocabulary.entities, *story.entities))
    reader, maker, check = Reader(load_english(), names, vocabulary), ClaimMaker(vocabulary), EvidenceCheck(names, vocabulary)
    found: list[Checked] = []
    for article in read_archive(folder).articles:
        reading = reader.read(article)
        found += check.check(gold, article, reading, [maker.claims_of(statement) for statement in reading.statements])
    return tuple(found)


def _columns(seeds: Path, names: Sequence[str]) -> list[Column]:
    return [
        Column(name=name, counts=_replayed(seeds / name, load_story(seeds / name / "config"), read_gold(seeds / name)).counts)
        for name in names
    ]


def _replayed(folder: Path, story: Story, gold: Gold) -> Verdict:
    with tempfile.TemporaryDirectory() as scratch:
        database = open_database(f"sqlite:///{scratch}/eval.db")
        try:
            monitor.replay(read_archive(folder), story, database)
            with database.reading() as connection:
                changes = [change_row(change) for change in all_changes(connection)]
                states = [state_row(state) for state in all_states(connection)]
        finally:
            database.close()
    return score(gold, changes, states)


def _details(name: str, verdict: Verdict) -> list[str]:
    missed = [
        f"{name} MISSED {event.file} {event.id} {event.question} {event.kind} | {event.what} | {event.evidence[:140]}"
        for event in verdict.missed
    ]
    false = [
        f"{name} FALSE  {sorted(row['files'])} {row['question']} {row['kind']} | {row['evidence']['sentence'][:140]}"
        for row in verdict.false
    ]
    return missed + false


def _table(columns: Sequence[Column]) -> list[str]:
    widths = [max(len(column.name), 7) for column in columns]
    lines = [" " * 18 + "  ".join(column.name.rjust(width) for column, width in zip(columns, widths, strict=True))]
    for name in FIGURES:
        cells = []
        for column, width in zip(columns, widths, strict=True):
            value = column.counts.figures()[name]
            cells.append(
                ("-" if value is None or not column.counts.alerts else f"{value:.1f}" if name == "noise_per_100" else f"{value:.3f}").rjust(
                    width
                )
            )
        lines.append(name.ljust(18) + "  ".join(cells))
    for name in ("off_topic rows", "overdue found", "overdue false", "removals found", "alerts / labels"):
        lines.append(
            name.ljust(18) + "  ".join(_cell(name, column.counts).rjust(width) for column, width in zip(columns, widths, strict=True))
        )
    return lines


def _cell(name: str, counts: Counts) -> str:
    cells = {
        "off_topic rows": str(counts.off_topic),
        "overdue found": f"{counts.due_hits}/{counts.due}",
        "overdue false": str(counts.due_false),
        "removals found": f"{counts.removed_hits}/{counts.removed}",
        "alerts / labels": f"{counts.alerts}/{counts.gold}",
    }
    return cells[name] if not cells[name].endswith("/0") else "-"


def _below(lines: list[str], floors: dict[str, Any], measured: dict[str, Counts]) -> bool:
    failed = False
    for name, counts in measured.items():
        figures = counts.figures() | {"off_topic": float(counts.off_topic)}
        for figure, floor in floors.get(name, {}).items():
            value = figures[figure] or 0.0
            if (value > floor) if figure in ("noise_per_100", "off_topic") else (value < floor):
                failed = True
                lines.append(f"BELOW THE FLOOR: {name} {figure} is {value:.3f}, the floor is {floor}")
    if not failed:
        lines.append("All figures reach their floors (seeds/floors.toml). These stories are tuned on; users' stories are not.")
    return failed
