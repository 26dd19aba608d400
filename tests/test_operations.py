"""What an operator asks: is everything there, what was done lately, how much waits; and logs that programs can read."""

import datetime as dt
import http.server
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import func, select
from typer.testing import CliRunner

from pipeline.channels import Channel
from pipeline.cli import app
from pipeline.doctor_prefect import api_answers, page_finds_server, server_lets_us_in
from pipeline.errors import ConfigError, MissingPartError
from pipeline.logs import JsonLines, PlainLines, set_up_logging
from pipeline.metrics import exposition
from pipeline.model import Entry, InputProblem, RunResult
from pipeline.monitor import log_run
from pipeline.store import leases
from pipeline.store.articles import add_version
from pipeline.store.changes import add_changes
from pipeline.store.copies import add_bands, alike, copies_of, link_copy
from pipeline.store.database import Database, open_database
from pipeline.store.feeds import add_entries
from pipeline.store.outbox import add_items, mark_sent
from pipeline.store.outbox import due_items as outbox_due
from pipeline.store.pages import keep_page, pages_of
from pipeline.store.retention import tidy
from pipeline.store.source_tables import copy_bands
from tests.builders import MONDAY, make_article, make_change, make_claim

DAY = dt.timedelta(days=1)
CHANNEL = Channel(id="desk", address_env="DESK")
RESULT = RunResult(started_at=MONDAY, articles=3, claims=7, changes=(), problems=(InputProblem(where="http://a/", what="answered 404"),))


def command(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*arguments])
    return done.exit_code, done.output


def entry(number: int) -> Entry:
    return Entry(feed="hill", url=f"https://example.org/{number}", title="A", publisher="P", published=MONDAY)


def test_runs_are_listed_with_their_figures(sqlite_url: str):
    database = open_database(sqlite_url)
    log_run(database, "run", RESULT, MONDAY + dt.timedelta(seconds=12.5))
    database.close()
    code, output = command("runs", "--database", sqlite_url, "--format", "json")
    row = json.loads(output)
    assert code == 0
    assert (row["kind"], row["seconds"], row["articles"], row["claims"], row["changes"]) == ("run", 12.5, 3, 7, 0)
    assert "answered 404" in row["problems"]


def test_metrics_are_what_the_database_holds(database: Database):
    change = make_change(make_claim())
    with database.writing() as connection:
        add_version(connection, make_article())
        add_items(connection, add_changes(connection, (change,)), (CHANNEL,), MONDAY)
        add_entries(connection, (entry(1), entry(2)), leases.clock(connection) - dt.timedelta(hours=1))
    log_run(database, "run", RESULT, MONDAY + dt.timedelta(seconds=12.5))
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(exposition(database)) for sample in family.samples
    }
    assert found["claimwatch_up",] == 1
    assert found["claimwatch_articles_total",] == 1
    assert found["claimwatch_changes_total", "new"] == 1
    assert found["claimwatch_waiting_entries",] == 2
    assert 3590 < found["claimwatch_oldest_waiting_seconds",] < 3700
    assert found["claimwatch_runs_total", "run"] == 1
    assert found["claimwatch_last_run_duration_seconds", "run"] == 12.5
    assert found["claimwatch_outbox_waiting",] == 1


def test_metrics_say_that_the_database_is_gone(postgres_url: str):
    database = open_database(postgres_url)
    broken = Database(database.engine.execution_options())
    with database.writing() as connection:
        connection.exec_driver_sql("DROP TABLE run")
    assert "claimwatch_up 0.0" in exposition(broken)
    database.close()


def test_upkeep_deletes_old_logs_and_keeps_what_was_learnt(database: Database):
    change = make_change(make_claim())
    with database.writing() as connection:
        add_version(connection, make_article())
        add_items(connection, add_changes(connection, (change,)), (CHANNEL,), MONDAY)
        mark_sent(connection, outbox_due(connection, "desk", MONDAY, 10), CHANNEL, MONDAY)
        leases.announce(connection, "polling", "alive")
    for days in (0, 10):
        log_run(database, "run", RESULT, MONDAY + days * DAY)
    early = tidy(database, before=MONDAY - DAY)
    assert (early.runs, early.sent, early.leases) == (0, 0, 0)
    late = tidy(database, before=MONDAY + 5 * DAY)
    assert (late.runs, late.sent, late.leases) == (1, 1, 0)
    assert "claimwatch_articles_total 1.0" in exposition(database)
    assert "claimwatch_changes_total{kind=\"new\"} 1.0" in exposition(database)


def test_upkeep_forgets_fetched_pages_after_their_time_and_keeps_the_articles(database: Database):
    with database.writing() as connection:
        add_version(connection, make_article())
        for days in (0, 10):
            url = f"https://example.org/{days}"
            keep_page(connection, url=url, address=url, body=b"x", content_type="text/html", fetched_at=MONDAY + days * DAY, max_bytes=100)
    assert tidy(database, before=MONDAY + 5 * DAY).pages == 0
    assert tidy(database, before=MONDAY, pages_before=MONDAY + 5 * DAY).pages == 1
    with database.reading() as connection:
        assert pages_of(connection, "https://example.org/0") == ()
        assert len(pages_of(connection, "https://example.org/10")) == 1
    assert "claimwatch_articles_total 1.0" in exposition(database)


def test_the_marks_of_texts_do_not_grow_without_bound_and_copies_stay_linked(database: Database):
    first, copy = "https://example.org/first", "https://example.org/copy"
    rows = []
    with database.writing() as connection:
        link_copy(connection, copy, first, 0.9)
    for week in range(12):
        now = MONDAY + week * 7 * DAY
        with database.writing() as connection:
            for number in range(5):
                add_bands(connection, f"https://example.org/{week}/{number}", [week * 100 + number * 10 + band for band in range(4)], now)
        tidy(database, before=MONDAY, bands_before=now - 28 * DAY)
        with database.reading() as connection:
            rows.append(connection.execute(select(func.count()).select_from(copy_bands)).scalar_one())
    # Five weeks of twenty marks, however long it goes on.
    assert rows == [20, 40, 60, 80, *[100] * 8]
    with database.reading() as connection:
        assert copies_of(connection, first) == (copy,)


def test_upkeep_gives_room_back_to_the_disk(tmp_path: Path):
    path = tmp_path / "big.db"
    database = open_database(str(path))
    problems = tuple(InputProblem(where="x" * 1000, what="y" * 1000) for _ in range(20))
    for _ in range(40):
        log_run(database, "run", RunResult(started_at=MONDAY, articles=0, claims=0, changes=(), problems=problems), MONDAY)
    database.close()
    before = path.stat().st_size
    database = open_database(str(path))
    tidied = tidy(database, before=MONDAY + DAY)
    database.close()
    assert (tidied.runs, tidied.freed > 500_000) == (40, True)
    assert path.stat().st_size < before / 2


def test_a_thousand_runs_without_news_add_nothing_but_their_own_rows(sqlite_database: Database):
    log_run(sqlite_database, "run", RunResult(started_at=MONDAY, articles=0, claims=0, changes=()), MONDAY)
    with sqlite_database.engine.connect() as connection:
        before = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    for number in range(1000):
        log_run(sqlite_database, "run", RunResult(started_at=MONDAY, articles=0, claims=0, changes=()), MONDAY + number * DAY)
    with sqlite_database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one() - before
        size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    assert pages * size < 1_000_000


def test_the_quick_examination_names_the_run_that_is_missing_and_what_to_do(sqlite_url: str):
    code, output = command("doctor", "--quick", "--database", sqlite_url, "--completed-within", "2 hours")
    assert code == 5
    assert "FAILS last run: no run was completed yet. `claimwatch run` starts one" in output
    database = open_database(sqlite_url)
    log_run(database, "run", RESULT, dt.datetime.now(dt.UTC) - dt.timedelta(hours=1))
    assert command("doctor", "--quick", "--database", sqlite_url, "--completed-within", "2 hours")[0] == 0
    database.close()


def test_a_span_of_time_that_is_none_is_refused(sqlite_url: str):
    done = CliRunner().invoke(app, ["doctor", "--quick", "--database", sqlite_url, "--completed-within", "soon"])
    assert isinstance(done.exception, ConfigError)
    assert "no span of time" in str(done.exception)


def test_the_whole_examination_has_a_line_for_everything(sqlite_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    code, output = command("doctor", "--database", sqlite_url)
    assert code == 0, output
    for name in ("settings", "language model", "configuration", "channels", "disk", "database", "clock", "last run", "feeds", "line", "outbox", "Prefect"):
        assert f"ok    {name}: " in output


@pytest.mark.parametrize(("address", "mends"), [
    ("postgresql://u:canary@127.0.0.1:1/x", "`docker compose up -d database`"), ("sqlite:////proc/none.db", "`export CLAIMWATCH_DATABASE_URL=sqlite:///"),
])
def test_a_database_that_is_gone_is_named_with_what_mends_it_and_the_rest_is_looked_at(address: str, mends: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    code, output = command("doctor", "--database", address)
    assert code == 5
    (line,) = [line for line in output.splitlines() if line.startswith("FAILS database: ")]
    assert mends in line
    assert "canary" not in output
    assert "FAILS Prefect: " in output
    assert "`prefect server start`" in output


def test_a_run_in_the_future_shows_that_the_clock_was_set_back(sqlite_url: str):
    database = open_database(sqlite_url)
    log_run(database, "run", RESULT, dt.datetime.now(dt.UTC) + DAY)
    database.close()
    code, output = command("doctor", "--quick", "--database", sqlite_url)
    assert code == 5
    assert "the clock was set back" in output
    assert "timedatectl" in output


@contextmanager
def prefect_that_answers(answers: dict[str, tuple[int, str]], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    shown: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown.append(self.headers.get("Authorization", ""))
            status, body = answers.get(self.path, (404, ""))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{server.server_port}/api")
        yield shown
        server.shutdown()


def test_a_server_that_wants_a_password_is_named_with_the_variable_to_set(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PREFECT_API_AUTH_STRING", raising=False)
    monkeypatch.delenv("PREFECT_API_KEY", raising=False)
    with prefect_that_answers({"/api/health": (200, "true"), "/api/admin/version": (401, "")}, monkeypatch) as shown:
        assert "answers 200" in api_answers()
        with pytest.raises(ConfigError, match="401") as caught:
            server_lets_us_in()
        assert "PREFECT_API_AUTH_STRING" in caught.value.remedy
        monkeypatch.setenv("PREFECT_API_AUTH_STRING", "admin:pass")
        with pytest.raises(ConfigError, match="401"):
            server_lets_us_in()
        assert shown[-1] == "Basic YWRtaW46cGFzcw=="
        monkeypatch.setenv("PREFECT_API_KEY", "x")
        with pytest.raises(ConfigError, match="wins"):
            server_lets_us_in()


def test_a_page_that_asks_another_address_is_found(monkeypatch: pytest.MonkeyPatch):
    with prefect_that_answers({"/ui-settings": (200, '{"api_url": "http://127.0.0.1:4200/api"}')}, monkeypatch), pytest.raises(ConfigError, match="4200") as caught:
        page_finds_server()
    assert "PREFECT_SERVER_UI_API_URL=" in caught.value.remedy


def test_a_server_that_is_not_there_is_named_with_the_command_that_starts_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with pytest.raises(MissingPartError, match="does not answer") as caught:
        api_answers()
    assert "prefect server start" in caught.value.remedy


def record(message: str, **extra: object) -> logging.LogRecord:
    return logging.getLogger("pipeline.test").makeRecord("pipeline.test", logging.WARNING, "f", 1, message, (), None, extra=extra)


def test_a_log_line_is_one_json_object_with_everything_that_was_given():
    line = JsonLines().format(record("could not\nbe read\u2028", where="http://a/\x1b[31m", what="{}"))
    assert "\n" not in line
    assert line.isascii()
    row = json.loads(line)
    assert (row["level"], row["logger"], row["message"], row["where"]) == ("warning", "pipeline.test", "could not\nbe read\u2028", "http://a/\x1b[31m")


def test_text_from_the_web_cannot_forge_a_log_line():
    line = PlainLines().format(record("could not be read", where="http://a/\n2031-01-01T00:00:00Z error all is lost\x1b[2J\u202e"))
    assert "\n" not in line
    assert "\\n2031" in line
    assert "\\x1b" in line


def test_the_form_of_logs_is_chosen_by_the_environment(monkeypatch: pytest.MonkeyPatch):
    logger = logging.getLogger("pipeline")
    monkeypatch.setattr(logger, "handlers", [])
    monkeypatch.setattr(logger, "propagate", True)
    level = logger.level
    set_up_logging({"CLAIMWATCH_LOG_FORMAT": "json", "CLAIMWATCH_LOG_LEVEL": "info"})
    assert isinstance(logger.handlers[0].formatter, JsonLines)
    with pytest.raises(ConfigError, match="no format"):
        set_up_logging({"CLAIMWATCH_LOG_FORMAT": "xml"})
    logger.setLevel(level)


def test_the_command_tidies_up_what_the_configuration_does_not_keep(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'kept.db'}"
    database = open_database(url)
    now = dt.datetime.now(dt.UTC)
    with database.writing() as connection:
        for days in (1, 9):
            page = f"https://example.org/{days}"
            keep_page(connection, url=page, address=page, body=b"x", content_type="text/html", fetched_at=now - days * DAY, max_bytes=100)
        for days in (20, 40):
            add_bands(connection, f"https://example.org/{days}", (1, 2), now - days * DAY)
    (tmp_path / "claimwatch.toml").write_text("[evidence]\nkeep_days = 5\n")
    done = CliRunner().invoke(app, ["db", "tidy", "--keep-days", "7", "--config", str(tmp_path), "--database", url])
    assert done.exit_code == 0
    assert "fetched pages deleted: 1" in done.output
    assert "marks of texts too old to be copied deleted: 2" in done.output
    with database.reading() as connection:
        assert alike(connection, (1, 2), since=now - 400 * DAY) == ("https://example.org/20",)
    database.close()
