"""Writing the analyst's files: previews, backups, no lost edits, undo."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from pipeline.config import load_story
from pipeline.language.names import Names
from pipeline.review.config_files import alias_edit, text_mark
from tests.review.conftest import WATCHES, Review


def test_an_alias_is_shown_first_and_written_only_when_confirmed(review: Review):
    before = (review.config / "aliases.toml").read_text()
    page = review.client.get("/aliases?name=Anna+Berg&also=A.+Berg")
    assert "<ins>+ also = [&#34;Berg&#34;, &#34;A. Berg&#34;]</ins>" in page.text
    assert (review.config / "aliases.toml").read_text() == before
    done = review.post("/aliases", json=False, name="Anna Berg", also="A. Berg", kind="person", mark=text_mark(before))
    assert done.status_code == 303
    text = (review.config / "aliases.toml").read_text()
    assert "# Our people." in text
    assert Names(load_story(review.config).entities).canonical("A. Berg") == "Anna Berg"
    (backup,) = review.config.glob("aliases.toml.*.bak")
    assert backup.read_text() == before
    review.post("/undo")
    assert (review.config / "aliases.toml").read_text() == before


def test_a_new_name_is_added_below_what_is_there_and_without_a_file_one_is_made(review: Review):
    edit = alias_edit(review.config, "Harbour Board", 'the "Board"', "organisation")
    assert edit.after.startswith(edit.before.rstrip("\n"))
    (review.config / "aliases.toml").unlink()
    edit = alias_edit(review.config, "Harbour Board", "Board", "organisation")
    assert tomllib.loads(edit.after) == {"format": 1, "entity": [{"name": "Harbour Board", "kind": "organisation", "also": ["Board"]}]}


def test_an_alias_is_not_written_over_somebody_elses_edit_nor_undone_over_one(review: Review):
    path = review.config / "aliases.toml"
    mark = text_mark(path.read_text())
    path.write_text(path.read_text() + "\n# more\n")
    assert review.post("/aliases", name="Anna Berg", also="A. Berg", mark=mark).status_code == 409
    review.post("/aliases", name="Anna Berg", also="A. Berg", mark=text_mark(path.read_text()))
    path.write_text(path.read_text() + "\n# and more\n")
    assert review.post("/undo").status_code == 409
    assert "A. Berg" in path.read_text()


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=30))
def test_whatever_a_page_calls_people_the_file_stays_right(tmp_path_factory: pytest.TempPathFactory, name: str, also: str):
    folder = tmp_path_factory.mktemp("config")
    text = 'format = 1\n[[entity]]\nname = "Anna Berg"\nkind = "person"\n[[entity]]\nname = "Kim"\nalso = [\n  "K.",\n]\n'
    (folder / "aliases.toml").write_text(text, encoding="utf-8")
    for known in (name, "Anna Berg", "Kim"):
        try:
            edit = alias_edit(folder, known, also, "person")
            edit.after.encode()
        except (HTTPException, UnicodeEncodeError):
            continue
        entities = tomllib.loads(edit.after)["entity"]
        found = next(entity for entity in entities if entity["name"].casefold() == " ".join(known.split()).casefold())
        assert " ".join(also.split()) in found["also"]
        assert {"Anna Berg", "Kim"} <= {entity["name"] for entity in entities}


def test_watches_are_saved_with_a_backup_and_only_if_they_are_right(review: Review):
    path = review.config / "watches.toml"
    changed = WATCHES.replace("How many houses", "How many homes")
    wrong = review.post("/editor", json=False, text=WATCHES.replace("role", "roel"), mark=text_mark(WATCHES))
    assert wrong.status_code == 400
    assert "unknown key &#39;roel&#39;. Did you mean &#39;role&#39;?" in wrong.text
    assert "watches.toml:13" in wrong.text
    assert path.read_text() == WATCHES
    assert review.post("/editor", json=False, text=changed.replace("\n", "\r\n"), mark=text_mark(WATCHES)).status_code == 303
    assert path.read_text() == changed
    assert "How many homes" in review.client.get("/watches/bridge").text
    assert review.post("/editor", json=False, text=WATCHES, mark=text_mark(WATCHES)).status_code == 409
    review.post("/undo")
    assert path.read_text() == WATCHES


def test_the_preview_shows_what_edited_questions_would_catch_and_writes_nothing(review: Review):
    before = (review.config / "watches.toml").read_text()
    answer = review.post("/editor/preview", text=before, mark="x").json()
    assert "When does it close?" in answer["html"]
    assert "16 May" in answer["html"]
    other = review.post("/editor/preview", text=before.replace('cues = ["close"]', 'cues = ["levitate"]').replace('"bridge", "closing"', '"tunnel"'), mark="x").json()
    assert "catches nothing" in other["html"]
    assert (review.config / "watches.toml").read_text() == before
    broken = review.post("/editor/preview", text="nonsense", mark="x").json()
    assert "no valid TOML" in broken["problem"]
