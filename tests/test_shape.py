"""The shape of the code that a reader relies on."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(path for folder in ("pipeline", "flows") for path in (ROOT / folder).rglob("*.py"))
LIMIT = 360


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_makes_and_stays_short(path: Path):
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), "no module docstring"
    assert len(text.splitlines()) <= LIMIT


def test_the_code_knows_no_story():
    names = ("syria", "putin", "assad", "hmeimim", "artemis", "orion", "karlov", "northport")
    for path in MODULES:
        text = path.read_text(encoding="utf-8").lower()
        assert [name for name in names if name in text] == [], path


def test_the_lock_holds_hashes_and_no_address():
    lock = (ROOT / "requirements.lock").read_text()
    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert "index-url" not in lock
