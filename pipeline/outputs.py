"""What is stored -> the files and texts that people and programs read. Used by the command line and by the flows."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from pipeline.model import InputProblem
from pipeline.report.change_report import ChangeReport, build_report
from pipeline.report.health import health_problems, source_health
from pipeline.report.html import render_html
from pipeline.report.markdown import render_markdown
from pipeline.report.rows import change_row, claim_row, json_lines, state_row, write_text
from pipeline.store.changes import all_changes
from pipeline.store.claims import all_claims
from pipeline.store.database import Database
from pipeline.store.feeds import all_feed_memories
from pipeline.store.states import all_states
from pipeline.watches import Story


def stored_report(database: Database, story: Story, *, now: dt.datetime, problems: Sequence[InputProblem] = ()) -> ChangeReport:
    """The report over everything in a database that is on the story's watches; what belongs to others is not read.

    Args:
        database: Where changes, states and claims are.
        story: The watches to show.
        now: When the report is made (UTC).
        problems: Input that could not be used in this run.
    """
    shown = [watch.id for watch in story.watches]
    with database.reading() as connection:
        changes = all_changes(connection, watches=shown)
        states = all_states(connection, watches=shown)
        claims = all_claims(connection, watches=shown)
    listed = with_source_health(database, story, problems, now=now)
    return build_report(story, changes, states, claims, now=now, problems=listed)


def with_source_health(database: Database, story: Story, problems: Sequence[InputProblem], *, now: dt.datetime) -> tuple[InputProblem, ...]:
    """The problems of a run, with how each source is doing in place of what the last poll of its feed alone gave.

    Args:
        database: Where feeds are remembered.
        story: The configured feeds.
        problems: Of a run.
        now: The clock (UTC).
    """
    if not story.feeds:
        return tuple(problems)
    with database.reading() as connection:
        sources = source_health(story.feeds, all_feed_memories(connection), now)
    told = {source.feed.url for source in sources if source.needs_attention}
    return (*health_problems(sources), *(problem for problem in problems if problem.where not in told))


def write_outputs(database: Database, story: Story, out: Path, *, now: dt.datetime, problems: Sequence[InputProblem] = ()) -> ChangeReport:
    """Write changes.jsonl, state.jsonl, claims.jsonl, report.html and report.md into `out`; each file whole or not at all.

    Raises:
        OutputError: The folder cannot be written.
    """
    with database.reading() as connection:
        changes, states, claims = all_changes(connection), all_states(connection), all_claims(connection)
    listed = with_source_health(database, story, problems, now=now)
    report = build_report(story, changes, states, claims, now=now, problems=listed)
    write_text(out / "changes.jsonl", json_lines(map(change_row, changes)))
    write_text(out / "state.jsonl", json_lines(map(state_row, states)))
    write_text(out / "claims.jsonl", json_lines(map(claim_row, claims)))
    write_text(out / "report.html", render_html(report))
    write_text(out / "report.md", render_markdown(report))
    return report
