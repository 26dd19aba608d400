"""The whole way, on the shipped stories: archive or feed -> database -> outputs."""

import datetime as dt
import json
from pathlib import Path

import pytest

from pipeline import monitor
from pipeline.config import Settings, load_story
from pipeline.errors import ExitCode
from pipeline.ingest.archive import Archive, read_archive
from pipeline.ingest.seed_server import SeedServer
from pipeline.model import ChangeKind, Removal
from pipeline.outputs import write_outputs
from pipeline.store.changes import all_changes
from pipeline.store.claims import all_claims
from pipeline.store.database import Database, open_database
from pipeline.store.dump import canonical_dump
from pipeline.watches import Feed, Question, QuestionKind, Story, Watch
from tests.builders import MONDAY, make_article

STORY = Story(watches=(Watch(
    id="bridge", title="The bridge", subject=("bridge",), questions=(
        Question(id="closing", kind=QuestionKind.DATE, role="event", overdue=dt.timedelta(days=1)),
        Question(id="houses", kind=QuestionKind.QUANTITY, of=("house",), role="affected"),
    )),))


def archive_of(*articles: object, removals: tuple[Removal, ...] = ()) -> Archive:
    return Archive(articles=articles, removals=removals, problems=())  # type: ignore[arg-type]


def kinds(database: Database) -> list[tuple[str, str]]:
    with database.reading() as connection:
        return [(change.question, change.kind.value) for change in all_changes(connection)]


def on(number: int, text: str, url: str = "", **given: object) -> object:
    moment = MONDAY + dt.timedelta(days=number)
    return make_article(url=url or f"https://example.org/{number}", text=text, published=moment, seen_at=moment, **given)


def test_an_archive_is_played_as_if_it_were_happening(sqlite_database: Database):
    result = monitor.replay(archive_of(
        on(0, "The bridge will close on 16 May, Anna Berg said."),
        on(1, "The bridge will close on 20 May, Anna Berg said."),
        on(9, "The weather on the bridge was fine."),
    ), STORY, sqlite_database, until=dt.date(2031, 5, 25))
    assert kinds(sqlite_database) == [("closing", "new"), ("closing", "date_moved"), ("closing", "overdue")]
    assert result.changes[-1].detected_at == dt.datetime(2031, 5, 21, tzinfo=dt.UTC)
    assert result.articles == 3


def test_playing_it_again_changes_nothing_in_the_database(seeds: Path, database_url: str):
    archive, story = read_archive(seeds / "artemis-launch"), load_story(seeds / "artemis-launch" / "config")
    dumps = []
    for _ in range(2):
        database = open_database(database_url)
        result = monitor.replay(archive, story, database)
        dumps.append(canonical_dump(database))
        database.close()
    assert dumps[0] == dumps[1]
    assert (result.articles, result.claims, result.changes) == (0, 0, ())


def test_sqlite_and_postgresql_hold_the_same_rows(seeds: Path, tmp_path: Path, postgres_url: str):
    archive, story = read_archive(seeds / "artemis-launch"), load_story(seeds / "artemis-launch" / "config")
    dumps = []
    for address in (f"sqlite:///{tmp_path / 'a.db'}", postgres_url):
        database = open_database(address)
        monitor.replay(archive, story, database)
        dumps.append(canonical_dump(database))
        database.close()
    assert dumps[0] == dumps[1]


def test_playing_in_two_parts_gives_the_same_as_playing_at_once(seeds: Path, tmp_path: Path):
    archive, story = read_archive(seeds / "artemis-launch"), load_story(seeds / "artemis-launch" / "config")
    dumps = []
    for name, cuts in (("once", [None]), ("twice", [dt.date(2022, 9, 10), None])):
        database = open_database(f"sqlite:///{tmp_path / name}.db")
        for cut in cuts:
            monitor.replay(archive, story, database, until=cut)
        dumps.append(canonical_dump(database))
        database.close()
    assert dumps[0] == dumps[1]


def test_a_silent_edit_withdraws_the_claim_whose_sentence_is_gone(sqlite_database: Database):
    monitor.replay(archive_of(
        on(0, "The bridge will close on 16 May, Anna Berg said. Twenty houses were flooded.", "https://example.org/a"),
        on(1, "The bridge stays open for now, Anna Berg said. Twenty houses were flooded.", "https://example.org/a"),
    ), STORY, sqlite_database)
    assert ("closing", "withdrawn") in kinds(sqlite_database)
    assert ("houses", "withdrawn") not in kinds(sqlite_database)
    with sqlite_database.reading() as connection:
        assert all_claims(connection, question="closing")[0].retracted_at is not None


def test_a_number_that_was_silently_changed_is_withdrawn_and_a_comma_is_not(sqlite_database: Database):
    monitor.replay(archive_of(
        on(0, "The bridge will close on 16 May, Anna Berg said. Twenty houses by the bridge were flooded.", "https://example.org/a"),
        on(1, "The bridge will close on 16 May, Anna Berg said. Twelve houses by the bridge were flooded.", "https://example.org/a"),
        on(2, "The bridge will close on 16 May Anna Berg said. Twelve houses by the bridge were flooded.", "https://example.org/a"),
    ), STORY, sqlite_database)
    assert [kind for question, kind in kinds(sqlite_database) if kind == "withdrawn"] == ["withdrawn"]
    assert ("houses", "withdrawn") in kinds(sqlite_database)


def test_an_article_that_was_taken_down_withdraws_its_claims(sqlite_database: Database):
    removal = Removal(url="https://example.org/0", removed_at=MONDAY + dt.timedelta(days=2))
    monitor.replay(archive_of(on(0, "The bridge will close on 16 May, Anna Berg said."), removals=(removal,)), STORY, sqlite_database)
    assert kinds(sqlite_database)[:2] == [("closing", "new"), ("closing", "withdrawn")]


def test_a_syndicated_copy_changes_nothing(sqlite_database: Database):
    text = "The bridge will close on 16 May, Anna Berg said. Twenty houses were flooded on Sunday."
    monitor.replay(archive_of(on(0, text), on(1, text.replace("will close", "is to close"), publisher="Coast Post")), STORY, sqlite_database, until=dt.date(2031, 5, 14))
    assert {kind for _, kind in kinds(sqlite_database)} == {"new"}


def test_an_article_off_the_watch_makes_no_claim(sqlite_database: Database):
    monitor.replay(archive_of(on(0, "The road will close on 16 May, Anna Berg said.", title="Road to close")), STORY, sqlite_database)
    assert kinds(sqlite_database) == []


def test_every_output_is_written_and_its_offsets_are_exact(seeds: Path, tmp_path: Path, sqlite_database: Database):
    archive, story = read_archive(seeds / "syria-withdrawal"), load_story(seeds / "syria-withdrawal" / "config")
    monitor.replay(archive, story, sqlite_database)
    write_outputs(sqlite_database, story, tmp_path, now=MONDAY)
    texts = {(article.url, number): article.text for url in {item.url for item in archive.articles}
             for number, article in enumerate((item for item in archive.articles if item.url == url), start=1)}
    rows = [json.loads(line) for line in (tmp_path / "changes.jsonl").read_text().splitlines()]
    assert rows
    for row in rows:
        for evidence in (row["evidence"], row["prior"]):
            if evidence:
                assert texts[evidence["url"], evidence["version"]][evidence["start"] : evidence["end"]] == evidence["sentence"]
    assert {path.name for path in tmp_path.iterdir()} >= {"changes.jsonl", "state.jsonl", "claims.jsonl", "report.html", "report.md"}
    for name in ("report.html", "report.md"):
        assert "dispatches written for this project, not news" in (tmp_path / name).read_text()


def test_a_run_reads_new_entries_once_and_a_broken_feed_is_reported(seeds: Path, sqlite_database: Database):
    story = load_story(seeds / "artemis-launch" / "config")
    with SeedServer({"artemis": seeds / "artemis-launch"}) as server:
        port = server.url.rsplit(":", 1)[1]
        settings = Settings(allowed_hosts=(f"127.0.0.1:{port}",))
        feeds = (Feed(id="good", url=f"{server.url}/artemis/feed.rss", publisher=""), Feed(id="bad", url=f"{server.url}/nowhere/feed.rss", publisher=""))
        polled = Story(watches=story.watches, entities=story.entities, feeds=feeds)
        first = monitor.run(polled, settings, sqlite_database, now=dt.datetime(2022, 11, 20, tzinfo=dt.UTC))
        before = canonical_dump(sqlite_database)
        asked = len(server.requests)
        second = monitor.run(polled, settings, sqlite_database, now=dt.datetime(2022, 11, 20, 8, tzinfo=dt.UTC))
        assert [status for path, status in server.requests[asked:] if path.startswith("/artemis")] == [304]
    assert first.articles == 14
    assert [problem.what for problem in first.problems] == ["answered 404"]
    assert (second.articles, second.changes) == (0, ())
    assert canonical_dump(sqlite_database).replace('"bad"', "") .count("\n") == before.count("\n")


def test_the_clock_ticks_every_midnight_between_the_dispatches():
    steps = monitor.plan_replay(archive_of(on(0, "One."), on(3, "Two.")))
    assert [step.at.isoformat() for step in steps if step.article is None] == [f"2031-05-{day}T00:00:00+00:00" for day in (13, 14, 15, 16)]


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_every_kind_is_documented(kind: ChangeKind):
    page = (Path(__file__).parent.parent / "docs" / "how-it-works.md").read_text()
    assert f"`{kind.value}`" in page


def test_exit_codes_are_what_the_module_says():
    assert {code.value for code in ExitCode} == {0, 1, 2, 3, 4, 5, 6, 10}
