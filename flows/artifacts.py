"""What a person sees of a run in Prefect: the report, the key figures, how far it is, and events per change.

All text of the sources is escaped (`pipeline.report.markdown`), or cleaned where Prefect shows it as plain text.
"""

import datetime as dt
import os
import uuid
from collections.abc import Sequence

from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.events import emit_event

from pipeline.config import load_story
from pipeline.model import Change, RunResult
from pipeline.outputs import stored_report
from pipeline.report.markdown import escaped, render_markdown
from pipeline.report.plain import printable
from pipeline.report.when import answer_words
from pipeline.store.database import open_database
from pipeline.watches import Story

CHANGE_DETECTED = "claimwatch.change.detected"
# Prefect stores a change's event once, however often a repeated run emits it.
_EVENTS = uuid.UUID("5f2f6f0e-3f5b-4c3e-9b60-0c1f2f1d7a11")


class ProgressBar:
    """A progress artifact; use it like the progress listeners of `pipeline`. Updated at most once a percent."""

    def __init__(self, key: str, description: str) -> None:
        self._id: uuid.UUID | None = None
        self._key, self._description, self._shown = key, description, 0.0

    def __call__(self, _what: str, done: int, total: int) -> None:
        """Shows how far it is; nothing is shown where nothing is to be done."""
        share = 100.0 * done / total if total else 100.0
        if self._id is None:
            # At once, also where the work that calls this is asynchronous.
            created = create_progress_artifact(progress=share, key=self._key, description=self._description, _sync=True)  # type: ignore[call-arg]
            self._id = created if isinstance(created, uuid.UUID) else None
        elif share - self._shown >= 1.0 or done >= total:
            update_progress_artifact(artifact_id=self._id, progress=share, _sync=True)  # type: ignore[call-arg]
        else:
            return
        self._shown = share


def publish(config: str, database: str, result: RunResult) -> None:
    """The change report as a Markdown artifact, the key figures as a table, and a link to the review page where one is set up."""
    story = load_story_of(config)
    store = open_database(database)
    try:
        report = stored_report(store, story, now=dt.datetime.now(dt.UTC), problems=result.problems)
    finally:
        store.close()
    create_markdown_artifact(render_markdown(report), key="change-report", description="What changed, with both sentences.")
    publish_figures(result)
    review = os.environ.get("CLAIMWATCH_REVIEW_URL", "")
    if review.startswith(("http://", "https://")):
        create_link_artifact(review, link_text="Review the changes", key="review")


def publish_figures(result: RunResult) -> None:
    """The key figures of a run as a table: what was read, and how many changes of each kind."""
    kinds = sorted({change.kind for change in result.changes})
    counts = {kind: sum(change.kind is kind for change in result.changes) for kind in kinds}
    rows = [
        {"figure": "articles", "number": result.articles},
        {"figure": "claims", "number": result.claims},
        {"figure": "changes", "number": len(result.changes)},
        *({"figure": f"changes: {kind.value}", "number": number} for kind, number in counts.items()),
        {"figure": "could not be read", "number": len(result.problems)},
    ]
    told = "; ".join(f"{escaped(printable(problem.where))} {escaped(printable(problem.what))}" for problem in result.problems[:5])
    create_table_artifact(rows, key="changes", description=f"Could not be read: {told}" if told else "All could be read.")


def announce(story: Story, changes: Sequence[Change]) -> None:
    """One event per change, for automations and other programs. The database, not the events, is the record."""
    titles = {watch.id: watch.title for watch in story.watches}
    for change in changes:
        emit_event(
            event=CHANGE_DETECTED,
            resource={
                "prefect.resource.id": f"claimwatch.watch.{change.watch}",
                "prefect.resource.name": printable(titles.get(change.watch, change.watch)),
            },
            related=[{"prefect.resource.id": f"claimwatch.change.{change.id}", "prefect.resource.role": "change"}],
            payload={
                "change": change.id,
                "kind": change.kind.value,
                "question": change.question,
                "old": printable(answer_words(change.old)[0]),
                "new": printable(answer_words(change.new)[0]),
                "detected_at": change.detected_at.isoformat(),
                "source": change.evidence.url,
            },
            id=uuid.uuid5(_EVENTS, change.id),
        )


def load_story_of(config: str) -> Story:
    """The story of a configuration folder."""
    from pathlib import Path

    return load_story(Path(config))
