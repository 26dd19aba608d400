"""A database moves from one kind to the other with all it knows, is backed up while others write, and can be checked."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from pipeline.channels import Channel
from pipeline.cli import app
from pipeline.config import load_story
from pipeline.errors import DatabaseError, OutputError
from pipeline.ingest.archive import read_archive
from pipeline.model import ChangeKind, Entry
from pipeline.monitor import replay
from pipeline.store.articles import add_version, all_versions
from pipeline.store.changes import add_changes
from pipeline.store.checking import check_database
from pipeline.store.claims import add_claims
from pipeline.store.copying import back_up, copy_database
from pipeline.store.database import Database, open_database
from pipeline.store.dump import canonical_dump
from pipeline.store.feeds import add_entries
from pipeline.store.outbox import add_items, count_items
from pipeline.store.tables import articles, claims
from tests.builders import MONDAY, make_article, make_change, make_claim, stored


def fill(database: Database) -> None:
    article = make_article(text="The bridge will close on Friday, the mayor said. \x00\ud800 ∞")
    claim = make_claim()
    change = make_change(claim)
    with database.writing() as connection:
        add_version(connection, article)
        add_claims(connection, (stored(claim),))
        add_items(connection, add_changes(connection, (change,)), (Channel(id="desk", address_env="DESK"),), MONDAY)
        add_entries(connection, (Entry(feed="hill", url=article.url, title="A", publisher="P", published=MONDAY),), MONDAY)


def wrong(database: Database) -> list[str]:
    return [finding.what for finding in check_database(database) if finding.wrong]


def test_a_copy_of_either_kind_holds_the_same_and_goes_on_counting(database_url: str, sqlite_url: str, postgres_url: str):
    other = postgres_url if database_url.startswith("sqlite") else sqlite_url
    source, target = open_database(database_url), open_database(other)
    fill(source)
    assert copy_database(source, target) > 4
    assert canonical_dump(target) == canonical_dump(source)
    with target.writing() as connection:
        assert count_items(connection).waiting == 1
        assert add_version(connection, make_article(text="Another text.")).version == 2
        assert len(all_versions(connection)) == 2
    assert wrong(target) == []
    source.close()
    target.close()


def test_a_story_moves_to_postgresql_by_one_command(seeds: Path, tmp_path: Path, postgres_url: str):
    story = seeds / "artemis-launch"
    address = f"sqlite:///{tmp_path / 'story.db'}"
    database = open_database(address)
    replay(read_archive(story), load_story(story / "config"), database, until=dt.date(2022, 8, 31))
    result = CliRunner().invoke(app, ["db", "copy", postgres_url, "--database", address])
    assert result.exit_code == 0, result.output
    assert "both databases hold the same" in result.output
    moved = open_database(postgres_url)
    assert canonical_dump(moved) == canonical_dump(database)
    assert wrong(moved) == []
    database.close()
    moved.close()


def test_a_database_that_holds_something_is_never_copied_into(sqlite_database: Database, tmp_path: Path):
    target = open_database(str(tmp_path / "target.db"))
    fill(sqlite_database)
    fill(target)
    before = canonical_dump(target)
    with pytest.raises(DatabaseError, match="not empty"):
        copy_database(sqlite_database, target)
    assert canonical_dump(target) == before
    target.close()


def test_a_copy_that_breaks_off_leaves_the_target_empty(sqlite_database: Database, tmp_path: Path):
    target = open_database(str(tmp_path / "target.db"))
    empty = canonical_dump(target)
    fill(sqlite_database)

    def stop(table: str, _done: int, _total: int) -> None:
        if table == "claim":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_database(sqlite_database, target, progress=stop)
    assert canonical_dump(target) == empty
    target.close()


def test_a_backup_is_one_file_with_everything_also_while_another_writes(database: Database, tmp_path: Path):
    fill(database)
    before = canonical_dump(database)
    with database.writing() as connection:
        add_version(connection, make_article(url="https://example.org/not-yet"))
        size = back_up(database, tmp_path / "kept" / "backup.db")
    assert [path.name for path in (tmp_path / "kept").iterdir()] == ["backup.db"]
    assert size == (tmp_path / "kept" / "backup.db").stat().st_size
    kept = open_database(str(tmp_path / "kept" / "backup.db"))
    assert canonical_dump(kept) == before
    kept.close()


def test_a_backup_overwrites_nothing(sqlite_database: Database, tmp_path: Path):
    (tmp_path / "backup.db").write_text("mine")
    with pytest.raises(OutputError, match="there already"):
        back_up(sqlite_database, tmp_path / "backup.db")
    assert (tmp_path / "backup.db").read_text() == "mine"


def test_a_sound_database_passes_every_check(database: Database):
    fill(database)
    assert wrong(database) == []


def test_a_text_that_was_tampered_with_is_found(database: Database):
    fill(database)
    article = make_article(text="Something else entirely.")
    with database.writing() as connection:
        from pipeline.store.codec import to_json

        connection.execute(update(articles).values(data=to_json(article)))
    assert wrong(database) == ["every claim's sentence stands in its article at its place"]


def test_a_lost_article_is_found_from_its_claims_and_changes(database: Database):
    fill(database)
    with database.writing() as connection:
        connection.execute(update(articles).values(version=2))
        connection.execute(update(claims).values(effect=ChangeKind.NEW.value))
    assert wrong(database) == [
        "every claim's sentence stands in its article at its place",
        "every change's evidence is a stored article",
        "versions of each article are counted without gap",
    ]


def test_the_check_names_what_is_wrong_and_ends_with_its_code(sqlite_url: str):
    database = open_database(sqlite_url)
    fill(database)
    ok = CliRunner().invoke(app, ["db", "check", "--database", sqlite_url])
    assert ok.exit_code == 0, ok.output
    with database.writing() as connection:
        add_claims(connection, (stored(replace(make_claim(), url="https://example.org/nowhere")),))
    bad = CliRunner().invoke(app, ["db", "check", "--database", sqlite_url])
    assert bad.exit_code == 4
    assert "has no article" in bad.output
    database.close()
