"""No query of a run reads a whole table: whatever SQL it sends is taken down and explained, on SQLite and on PostgreSQL.

Nothing has to be listed here: a query that is added is seen because a run makes it.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from pipeline import monitor, rechecking
from pipeline.channels import Channel
from pipeline.config import Settings
from pipeline.model import Article, Removal
from pipeline.notifying import send_due
from pipeline.steps import Tally, take_article, take_removal
from pipeline.store.database import Database
from pipeline.watches import Feed, Story
from tests.builders import MONDAY, make_article
from tests.faultserver import answer, rss, serving
from tests.newsstand import ROUND, START, WATCH, Newsstand
from tests.test_rechecking import TEXT, page

# As many rows as there is configuration, or as runs at work; read from end to end on purpose.
SMALL = {"feed", "job_lease", "revision", "ruling", "alembic_version", "reviewer", "secret", "saved_view"}
LARGE = set("claim change state article entry statement key statement_key copy copy_band alias recheck outbox page".split())
TOLD = re.compile(r"^\s*(SELECT|UPDATE|DELETE|WITH)\b")

Asked = dict[str, Any]


@pytest.fixture
def asked(database: Database) -> Asked:
    """Every statement that goes to the database from now on, with its first values."""
    found: Asked = {}

    def note(_connection: object, _cursor: object, statement: str, values: Any, _context: object, many: bool) -> None:
        found.setdefault(statement, values[0] if many else values)

    event.listen(database.engine, "before_cursor_execute", note)
    return found


def articles() -> Iterator[Article]:
    """Two versions of one text, a copy of it elsewhere, and what nobody has asked."""
    words = " ".join(f"The council spoke about matter {number}." for number in range(40))
    text = f"The bridge will close on 16 May, Anna Berg said.\n\nThe bridge was painted green by Ole Holm, Kim Falk said. {words}"
    yield make_article(text=text)
    yield make_article(text=text, url="https://example.org/copy", publisher="Valley Post")
    yield make_article(text=text.replace("16 May", "20 May"), seen_at=MONDAY + dt.timedelta(hours=3))


def whole_run(database: Database) -> None:
    """Everything that a monitor does: feeds and entries, articles, edits, copies, removals, the clock, visits, messages."""
    channel = Channel(id="hook", address_env="CLAIMWATCH_NOTIFY_PLANS")
    with Newsstand(3, every=1) as stand:
        story, settings = stand.story(), Settings(allowed_hosts=(stand.host,), adaptive=False)
        story = Story(watches=(WATCH,), feeds=story.feeds, channels=(channel,))
        for number in range(2):
            stand.round = number
            assert monitor.run(story, settings, database, now=START + number * ROUND).problems == ()
        judge, tally = monitor.make_judge(story), Tally(channels=(channel,))
        for article in articles():
            take_article(article, judge, database, tally)
        take_removal(Removal(url="https://example.org/copy", removed_at=MONDAY + dt.timedelta(days=1)), judge, database, tally)
        monitor.tick_now(story, database, now=START + dt.timedelta(days=60), judge=lambda: judge)
        send_due(story, database, {"CLAIMWATCH_NOTIFY_PLANS": f"json://{stand.host}/hook"}, now=START + dt.timedelta(days=3))
    assert tally.claims > 1
    with serving({"robots.txt": answer("no", 404)}) as server:
        server.handlers["a"] = answer(page(), Content_Type="text/html")
        server.handlers["f"] = answer(rss(f"<item><title>Bridge to close</title><link>{server.url('a')}</link></item>"))
        story, settings = replace(story, feeds=(Feed(id="f", url=server.url("f"), publisher="P"),)), Settings(allowed_hosts=(server.host,), adaptive=False)
        now = START + dt.timedelta(days=90)
        monitor.run(story, settings, database, now=now)
        server.handlers["a"] = answer(page(("The bridge stays open for now, Anna Berg said.", *TEXT[1:])), Content_Type="text/html")
        for hours in (1, 2):
            rechecking.recheck(story, settings, database, now=now + dt.timedelta(hours=hours))


def scans_on_sqlite(database: Database, asked: Asked) -> list[str]:
    found = []
    with database.reading() as connection:
        for statement, values in asked.items():
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values):
                told = re.match(r"SCAN (\w+)", row.detail)
                if told and not told[1].startswith(("json_each", "CONSTANT", "subquery", *"0123456789")) and not _stops(statement):
                    found.append(f"{told[1]}: {row.detail}: {statement}")
    return found


def scans_on_postgresql(database: Database, asked: Asked) -> list[str]:
    found = []
    with database.engine.connect() as connection:
        # The tables are small here; so a table is read from end to end only where there is no other way.
        connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, values in asked.items():
            (plan,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()
            found += [f"{table}: {kind}: {statement}" for kind, table in _whole(plan["Plan"]) if not _stops(statement)]
        connection.rollback()
    return found


def _whole(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The tables that a plan reads from end to end, by themselves or by an index without a condition."""
    kind = node["Node Type"]
    if kind == "Seq Scan" or (kind in ("Index Scan", "Index Only Scan", "Bitmap Index Scan") and "Index Cond" not in node):
        yield kind, node.get("Relation Name", node.get("Index Name", ""))
    for below in node.get("Plans", ()):
        yield from _whole(below)


def _stops(statement: str) -> bool:
    """True for the newest or next few rows by an index."""
    return "LIMIT" in statement and "ORDER BY" in statement


def test_no_query_of_a_whole_run_reads_a_whole_table(database: Database, asked: Asked):
    whole_run(database)
    queries = {statement: values for statement, values in asked.items() if TOLD.match(statement)}
    tables = set(re.findall(r"(?:FROM|UPDATE|JOIN) \"?(\w+)", " ".join(queries)))
    # That the run went everywhere.
    assert tables >= LARGE, tables
    look = scans_on_sqlite if database.engine.dialect.name == "sqlite" else scans_on_postgresql
    found = [scan for scan in look(database, queries) if scan.split(":")[0] not in SMALL]
    assert found == [], "\n".join(found)


def test_a_query_that_reads_a_whole_table_is_seen(database: Database):
    bad = {"SELECT count(*) FROM claim WHERE sentence LIKE 'a'": (), "SELECT id FROM claim ORDER BY sentence": ()}
    look = scans_on_sqlite if database.engine.dialect.name == "sqlite" else scans_on_postgresql
    assert [scan.split(":")[0] for scan in look(database, bad)] == ["claim", "claim"]
