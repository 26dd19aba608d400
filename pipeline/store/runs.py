"""The log of runs <-> rows."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from pipeline.model import RunResult
from pipeline.store.tables import runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One finished run with its figures; `problems` are lines for people."""

    kind: str
    started_at: dt.datetime
    finished_at: dt.datetime
    articles: int
    claims: int
    changes: int
    problems: tuple[str, ...]


def add_run(connection: Connection, kind: str, result: RunResult, finished_at: dt.datetime) -> None:
    """Log a finished run."""
    connection.execute(
        insert(runs).values(
            kind=kind,
            started_at=result.started_at,
            finished_at=finished_at,
            articles=result.articles,
            claims=result.claims,
            changes=len(result.changes),
            problems=[f"{problem.where}: {problem.what}" for problem in result.problems],
        )
    )


def recent_runs(connection: Connection, limit: int = 20) -> tuple[Run, ...]:
    """The last runs, newest first."""
    query = select(runs).order_by(runs.c.id.desc()).limit(limit)
    return tuple(
        Run(
            kind=row.kind,
            started_at=row.started_at,
            finished_at=row.finished_at,
            articles=row.articles,
            claims=row.claims,
            changes=row.changes,
            problems=tuple(row.problems),
        )
        for row in connection.execute(query)
    )
