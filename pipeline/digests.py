"""A digest: what changed in a span of time and what stands now, as the report that all renderings show. For mail, chat and print."""

import datetime as dt
from dataclasses import replace

from pipeline.report.change_report import ChangeReport, build_report
from pipeline.store.database import Database
from pipeline.store.reviews import ChangeFilter, list_changes
from pipeline.store.states import latest_states
from pipeline.verdicts import Shelf
from pipeline.watches import Story

# More than this nobody reads in a digest; the newest are kept, and the digest says so.
MOST = 300


def make_digest(database: Database, story: Story, *, since: dt.datetime, until: dt.datetime, watch: str = "") -> ChangeReport:
    """The changes detected in a span and how each question stands, for people who do not open the review page.

    What people (or a rule of theirs) dismissed is left out.

    Args:
        database: Where everything is.
        story: The watches.
        since, until: The span (UTC, both ends included).
        watch: Only this watch; "" for all.
    """
    if watch:
        story = replace(story, watches=tuple(found for found in story.watches if found.id == watch))
    with database.reading() as connection:
        found, more = list_changes(connection, ChangeFilter(state="all", watch=watch, since=since, until=until), limit=MOST)
        states = tuple(latest_states(connection, [item.id for item in story.watches], until).values())
    kept = [item.change for item in reversed(found) if item.standing.shelf is not Shelf.DISMISSED]
    report = build_report(story, kept, states, (), now=until)
    if more:
        notice = f"only the newest {MOST} changes are shown; choose a shorter span for the others"
        report = replace(report, notice=f"{report.notice}; {notice}" if report.notice else notice)
    return report
