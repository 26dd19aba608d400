"""`claimwatch watch explain`: which question each sentence answers, with what weight, and why others passed."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.errors import ConfigError

WATCHES = """\
format = 1

[[watch]]
id = "bridge"
title = "The bridge"
subject = ["bridge"]
not = ["card game"]

  [[watch.question]]
  id = "closing"
  kind = "date"
  role = "event"

  [[watch.question]]
  id = "cost"
  kind = "quantity"
  of = ["worker"]
  subject = ["repair"]

[[watch]]
id = "dam"
title = "The dam"
subject = ["dam"]

  [[watch.question]]
  id = "holds"
  kind = "status"
  family = "holding"
"""
DISPATCH = """\
outlet: Hill Courier
url: https://example.org/12
published: 2031-05-12T09:00:00Z
title: The bridge

The bridge will close on 16 May, Anna Berg said. The bridge is a card game too. A gull sat on the bridge.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive: Path = tmp_path_factory.mktemp("archive")
    (archive / "config").mkdir()
    (archive / "config" / "watches.toml").write_text(WATCHES)
    (archive / "001.txt").write_text(DISPATCH)
    return archive


def explain(*arguments: str | Path) -> tuple[int, list[str]]:
    ran = CliRunner().invoke(app, ["watch", "explain", *map(str, arguments)], catch_exceptions=False)
    return ran.exit_code, [line.strip() for line in ran.output.splitlines()]


def under(lines: list[str], sentence: str) -> list[str]:
    """The lines below a sentence, down to the next one."""
    rest = lines[lines.index(sentence) + 1:]
    ends = [number for number, line in enumerate(rest) if not line.startswith(("words", "→", "·", "left out"))]
    return rest[:ends[0]] if ends else rest


def test_a_sentence_shows_the_words_that_hit_the_answer_with_its_weight_and_why_others_passed(folder: Path):
    _, lines = explain(folder / "001.txt", "--config", folder / "config", "--watch", "bridge")
    hits, taken, passed = under(lines, "The bridge will close on 16 May, Anna Berg said.")
    assert "subject: bridge" in hits
    assert taken.startswith("→ closing: 16 May (weight 0.")
    assert passed == "· has no word of the question's own subject: cost"


def test_a_look_alike_is_left_out_whole_and_says_why(folder: Path):
    _, lines = explain(folder / "001.txt", "--config", folder / "config")
    assert "left out: has a look-alike of the subject (card game)" in under(lines, "The bridge is a card game too.")


def test_a_sentence_without_any_answer_says_what_it_lacks(folder: Path):
    _, lines = explain(folder / "001.txt", "--config", folder / "config")
    assert "· has no state, cue, unit, role or date of it: closing" in under(lines, "A gull sat on the bridge.")


def test_a_watch_that_the_article_is_not_on_says_why_and_one_watch_may_be_asked_for(folder: Path):
    _, lines = explain(folder / "001.txt", "--config", folder / "config")
    assert "watch The dam: not on it: no sentence has a word of the subject: dam" in lines
    _, lines = explain(folder / "001.txt", "--config", folder / "config", "--watch", "bridge")
    assert not any(line.startswith("watch The dam") for line in lines)
    with pytest.raises(ConfigError, match=r"there is no watch 'bridges'\. There are: bridge, dam"):
        explain(folder / "001.txt", "--config", folder / "config", "--watch", "bridges")


def test_a_folder_is_explained_article_by_article_with_its_own_watches_and_its_bad_files(folder: Path, tmp_path: Path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "watches.toml").write_text(WATCHES)
    for number in (1, 2):
        (tmp_path / f"00{number}.txt").write_text(DISPATCH.replace("/12", f"/{number}"))
    (tmp_path / "003.txt").write_text("no header\n")
    code, lines = explain(tmp_path)
    assert sum(line.startswith("watch The bridge: 1 of 3 sentences answer its questions") for line in lines) == 2
    assert code == 3
    assert any("003.txt:1" in line for line in lines)
