"""No page reads a whole table: every query of every page is explained by SQLite, which must find its rows by an index."""

import re
from typing import Any

import pytest
from sqlalchemy import event

from tests.review.conftest import Review
from tests.review.test_browser import every_page

# Tables that hold as many rows as there is news; the others (feeds, runs, users, watches) stay small.
LARGE = ("claim", "change", "review", "state", "article", "decision", "tally")
# A scan of an index that is stopped after a page, or that counts what lies in the inbox, is what the index is for.
BY_INDEX = re.compile(r"USING (COVERING )?INDEX|USING INTEGER PRIMARY KEY|VIRTUAL TABLE")


def plans_of(review: Review, path: str) -> list[tuple[str, str]]:
    """Each step of each query plan behind a page, with its statement."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.lstrip().startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(review.database.engine, "before_cursor_execute", note)
    try:
        assert review.client.get(path).status_code == 200, path
    finally:
        event.remove(review.database.engine, "before_cursor_execute", note)
    steps = []
    with review.database.reading() as connection:
        for statement, parameters in asked:
            steps += [(row[3], statement) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    return steps


def scans(steps: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Steps that read a large table from end to end."""
    return [
        (step, statement)
        for step, statement in steps
        if step.startswith("SCAN") and step.split()[1] in LARGE and not BY_INDEX.search(step) and "LIMIT" not in statement
    ]


def test_a_scan_is_seen(review: Review):
    with review.database.reading() as connection:
        (row,) = connection.exec_driver_sql("EXPLAIN QUERY PLAN SELECT * FROM claim WHERE sentence = 'x'")
    assert scans([(row[3], "SELECT * FROM claim WHERE sentence = 'x'")]) != []


class _Site:
    def __init__(self, review: Review) -> None:
        self.review = review

    def of_kind(self, kind: object) -> str:
        return next(change.id for change in self.review.changes if change.kind is kind)


FILTERS = [
    "/?watch=bridge", "/?watch=bridge&question=closing", "/?speaker=Kim+Holt&state=all", "/?source=Hill+Courier&state=accepted", "/?kind=denied&kind=reversed",
    "/?text=bridge&state=all", "/?certainty=denied", "/?state=snoozed", "/?state=silenced", "/?since=2031-01-01&until=2031-02-01&state=all",
    "/claims?speaker=Kim+Holt", "/claims?source=Hill+Courier&certainty=fact", "/claims?watch=bridge&question=closing&low=3", "/claims?unit=ship",
    "/speakers?begins=K", "/watches/bridge?known_at=2031-05-13", "/changes.json?state=all", "/claims.json", "/states.json", "/feeds/bridge.atom", "/unseen.json",
]  # fmt: skip


def test_no_page_reads_a_large_table_from_end_to_end(review: Review):
    found = {}
    for path in [*every_page(_Site(review)).values(), *FILTERS]:  # type: ignore[arg-type]
        bad = scans(plans_of(review, path))
        if bad:
            found[path] = bad
    assert found == {}


@pytest.mark.parametrize("path", ["/", "/?state=all", "/?watch=bridge", "/?watch=bridge&state=all", "/watches/bridge", "/?speaker=Kim+Holt&state=all"])
def test_a_list_comes_in_order_from_its_index_and_is_not_sorted(review: Review, path: str):
    sorts = [(step, statement) for step, statement in plans_of(review, path) if "TEMP B-TREE FOR ORDER BY" in step and "detected_at DESC" in statement]
    assert sorts == []
