"""The documentation names everything that a user can use."""

import re
import tomllib
from pathlib import Path

import pytest
import typer.main

from pipeline.cli import app
from pipeline.config import ROLES, _Question, _SettingsFile, _Watch, load_story
from pipeline.errors import ExitCode
from pipeline.language.vocabulary import Vocabulary
from pipeline.model import Certainty

DOCS = Path(__file__).parent.parent / "docs"
FORMATS = (DOCS / "formats.md").read_text(encoding="utf-8")
WATCHES = (DOCS / "writing-a-watch.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    found = []
    for name, command in typer.main.get_command(app).commands.items():
        if command.hidden:  # another name for one that is shown
            continue
        inner = getattr(command, "commands", {})
        found += [f"{name} {other}" for other in inner] or [name]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented(command: str):
    assert f"`claimwatch {command}" in FORMATS or f"`{command}" in FORMATS


@pytest.mark.parametrize("code", list(ExitCode))
def test_every_exit_code_is_documented(code: ExitCode):
    assert f"| {code.value} |" in FORMATS


def test_every_key_of_a_watch_and_its_questions_is_documented():
    for model in (_Watch, _Question):
        for name, field in model.model_fields.items():
            key = field.alias or name
            assert key == "question" or f"`{key}`" in WATCHES, key


def test_every_setting_is_documented():
    for table, field in _SettingsFile.model_fields.items():
        for key in getattr(field.annotation, "model_fields", {}):
            assert f"`{table}.{key}`" in FORMATS, f"{table}.{key}"


def test_every_family_with_its_states_and_every_role_is_documented(vocabulary: Vocabulary):
    for family in vocabulary.families.values():
        assert f"| `{family.id}` | {', '.join(state.name for state in family.states)} |" in WATCHES, family.id
    for roles in ROLES.values():
        for role in roles:
            assert f"`{role}`" in WATCHES


def test_every_certainty_is_in_the_glossary():
    glossary = (DOCS / "glossary.md").read_text(encoding="utf-8")
    assert all(certainty.value in glossary for certainty in Certainty)


def test_every_example_of_a_watch_can_be_used_as_it_stands(tmp_path: Path):
    examples = [block for block in re.findall(r"```toml\n(.*?)```", WATCHES, re.DOTALL) if "[[watch]]" in block]
    assert len(examples) >= 4
    for example in examples:
        tomllib.loads(example)
        (tmp_path / "watches.toml").write_text(example, encoding="utf-8")
        assert load_story(tmp_path).watches


def test_links_between_pages_lead_somewhere():
    for page in (*DOCS.rglob("*.md"), DOCS.parent / "README.md", DOCS.parent / "seeds" / "README.md"):
        for link in re.findall(r"\]\((?!http|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
