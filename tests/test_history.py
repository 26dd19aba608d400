"""`claimwatch history` as a user starts it, on stored claims."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.errors import ConfigError
from pipeline.model import Certainty, ChangeKind
from pipeline.store.claims import add_claims
from pipeline.store.database import open_database
from tests.builders import date_answer, later, make_claim, make_voice, stored

WATCHES = 'format = 1\n[[watch]]\nid = "bridge"\ntitle = "The bridge"\nsubject = ["bridge"]\n[[watch.question]]\nid = "closing"\nkind = "date"\nasks = "When does it close?"\n'
ALIASES = """\
format = 1
[[entity]]
name = "Anna Berg"
kind = "person"
also = ["the mayor of Lund"]
speaks_for = "Town Hall"
[[entity]]
name = "Town Hall"
kind = "organisation"
[[entity]]
name = "Lars Dahl"
kind = "person"
speaks_for = "Town Hall"
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Options that lead to a small database in which the Town Hall moves a date, by two mouths, and an Opposition disagrees."""
    folder: Path = tmp_path_factory.mktemp("history")
    (folder / "watches.toml").write_text(WATCHES)
    (folder / "aliases.toml").write_text(ALIASES)
    first = make_claim(answer=date_answer(16), certainty=Certainty.PLANNED, voice=make_voice("Anna Berg", "Town Hall"))
    second = later(first, 1, answer=date_answer(20), voice=make_voice("Town Hall"))
    # Stored before the alias said whom he speaks for.
    third = later(first, 2, answer=date_answer(20), voice=make_voice("Lars Dahl"))
    rival, other = later(first, 3, voice=make_voice("Kim Holt", "Opposition")), later(first, 4, question="cost", voice=make_voice("Berg"))
    url = f"sqlite:///{folder / 'claimwatch.db'}"
    database = open_database(url)
    with database.writing() as connection:
        add_claims(connection, [
            stored(first), stored(second, ChangeKind.DATE_MOVED, prior=first.key), stored(third, ChangeKind.REPEAT, prior=second.key),
            stored(rival, ChangeKind.DISPUTED, prior=second.key), stored(other)])
    database.close()
    return "--config", str(folder), "--database", url


def history(*arguments: str) -> str:
    ran = CliRunner().invoke(app, ["history", *arguments], catch_exceptions=False)
    return ran.output


def test_a_person_is_found_by_any_of_its_names(place: tuple[str, ...]):
    for name in ("Anna Berg", "anna berg", "The mayor of Lund"):
        text = history("--speaker", name, *place)
        assert text.startswith("Anna Berg: 1 statement on 1 question;")
        assert "The bridge: When does it close?  (bridge/closing)" in text


def test_an_institution_lists_its_peoples_words_marked_and_where_it_gave_another_answer(place: tuple[str, ...]):
    text = history("--speaker", "Town Hall", *place)
    assert "Town Hall: 3 statements on 1 question; turned never, gave another answer once" in text
    assert "said 16 May on 12 May 2031, 09:00 UTC, in the words of Anna Berg" in text
    assert "Lars Dahl, in Hill Courier" in text
    assert "Kim Holt" not in text


def test_a_name_that_may_be_the_same_is_named_and_not_mixed_in(place: tuple[str, ...]):
    assert "not known to be the same: Berg." in history("--speaker", "Anna Berg", *place)


def test_json_and_csv_hold_the_claims_with_their_turns(place: tuple[str, ...]):
    rows = [json.loads(line) for line in history("--speaker", "Town Hall", "--format", "json", *place).splitlines()]
    assert [(row["speaker"], row["own"], row["turn"]) for row in rows] == [("Anna Berg", False, None), ("Town Hall", True, "moved"), ("Lars Dahl", False, None)]
    assert rows[1]["turned_from"] == rows[0]["key"]
    table = list(csv.DictReader(io.StringIO(history("--speaker", "Town Hall", "--format", "csv", *place))))
    assert [row["answer.value"] for row in table] == ["2031-05-16", "2031-05-20", "2031-05-20"]


def test_only_one_watch_or_question_may_be_asked_for(place: tuple[str, ...]):
    assert history("--speaker", "Town Hall", "--watch", "bridge", "--question", "closing", *place).startswith("Town Hall: 3 statements")
    assert history("--speaker", "Town Hall", "--question", "cost", *place) == "Town Hall: nothing was said on this\n"


def test_who_was_never_heard_is_an_error_that_names_those_who_were(place: tuple[str, ...]):
    with pytest.raises(ConfigError, match=r"nobody is stored as 'Holt'\. Heard were: Kim Holt"):
        history("--speaker", "Holt", *place)
    with pytest.raises(ConfigError, match=r"Heard were: .*Anna Berg"):
        history("--speaker", "Nobody At All", *place)
