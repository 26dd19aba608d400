import datetime as dt
import re
from pathlib import Path

import pytest

from pipeline.config import load_settings, load_story, read_span, without_cues
from pipeline.errors import ConfigError
from pipeline.shipped import shipped
from pipeline.watches import QuestionKind

GOOD = """format = 1

[[watch]]
id = "bridge"
title = "The bridge"
subject = ["bridge"]
must_name = [["Lund"], ["Sweden", "Norway"]]

  [[watch.question]]
  id = "closing"
  asks = "Is it closed?"
  kind = "status"
  family = "on-off"
  cues = { off = ["fenced off"] }

  [[watch.question]]
  id = "when"
  kind = "date"
  role = "event"
  overdue = "2 weeks"
"""


def folder(tmp_path: Path, watches: str = GOOD, **files: str) -> Path:
    (tmp_path / "watches.toml").write_text(watches, encoding="utf-8")
    for name, content in files.items():
        (tmp_path / f"{name}.toml").write_text(content, encoding="utf-8")
    return tmp_path


def test_a_watch_is_read_with_everything_that_it_says(tmp_path: Path):
    (watch,) = load_story(folder(tmp_path)).watches
    closing, when = watch.questions
    assert watch.must_name == (("Lund",), ("Sweden", "Norway"))
    assert (closing.kind, closing.family, closing.cues[0].state, closing.cues[0].words) == (QuestionKind.STATUS, "on-off", "off", ("fenced off",))
    assert when.overdue == dt.timedelta(weeks=2)


def test_a_single_word_may_stand_where_a_list_is_expected(tmp_path: Path):
    loose = GOOD.replace('subject = ["bridge"]', 'subject = "bridge"').replace('[["Lund"], ["Sweden", "Norway"]]', '["Sweden", "Norway"]').replace('{ off = ["fenced off"] }', '{ off = "fenced off" }')
    (watch,) = load_story(folder(tmp_path, loose)).watches
    assert watch.subject == ("bridge",)
    assert watch.must_name == (("Sweden", "Norway"),)
    assert watch.questions[0].cues[0].words == ("fenced off",)


@pytest.mark.parametrize(("old", "new", "line", "says"), [
    ('asks = "Is it closed?"', 'ask = "Is it closed?"', 11, "unknown key 'ask'. Did you mean 'asks'?"),
    ('subject = ["bridge"]', "subject = 3", 6, "'subject'"),
    ('kind = "date"', 'kind = "day"', 18, "'kind'"),
    ('family = "on-off"', 'family = "onoff"', 13, "there is no family 'onoff'"),
    ("{ off =", "{ of =", 14, "unknown state 'of'"),
    ('"fenced off"', '"fenced off by the police"', 14, "more than three words"),
    ('role = "event"', 'role = "happens"', 19, "has no role 'happens'"),
    ('overdue = "2 weeks"', 'overdue = "soon"', 20, "no span of time"),
    ('id = "when"', 'id = "closing"', 10, "used twice"),
    ("format = 1", "format = 2", 1, "'format'"),
    ('  kind = "date"\n', "", 16, "the key 'kind' is missing"),
    ('title = "The bridge"', 'title = "The bridge', 5, "no valid TOML"),
])
def test_a_mistake_is_named_with_file_line_and_what_to_do(tmp_path: Path, old: str, new: str, line: int, says: str):
    with pytest.raises(ConfigError) as caught:
        load_story(folder(tmp_path, GOOD.replace(old, new)))
    assert f"{tmp_path / 'watches.toml'}:{line}: " in str(caught.value)
    assert says in str(caught.value)


def test_all_mistakes_of_a_file_are_named_at_once(tmp_path: Path):
    with pytest.raises(ConfigError) as caught:
        load_story(folder(tmp_path, GOOD.replace("asks =", "ask =").replace("overdue =", "over =")))
    assert "'ask'" in str(caught.value)
    assert "'over'" in str(caught.value)


def test_a_missing_folder_or_file_says_so(tmp_path: Path):
    with pytest.raises(ConfigError, match="no such configuration folder"):
        load_story(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match="the file is missing"):
        load_story(tmp_path)


def test_a_file_that_is_not_utf8_says_so(tmp_path: Path):
    (tmp_path / "watches.toml").write_bytes(b'format = 1 # \xff')
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_story(tmp_path)


def test_aliases_and_feeds_are_read_and_checked(tmp_path: Path):
    aliases = 'format = 1\n[[entity]]\nname = "Lund"\nkind = "place"\nalso = ["Lunden"]\nin = "Sweden"\n'
    feeds = 'format = 1\n[[feed]]\nid = "f"\nurl = "https://example.org/rss"\npublisher = "F"\n'
    story = load_story(folder(tmp_path, aliases=aliases, feeds=feeds))
    assert (story.entities[0].inside, story.feeds[0].url) == ("Sweden", "https://example.org/rss")
    with pytest.raises(ConfigError, match=r"feeds.toml:4.*'url'"):
        load_story(folder(tmp_path, feeds=feeds.replace("https:", "gopher:")))
    with pytest.raises(ConfigError, match=r"aliases.toml:4.*'kind'"):
        load_story(folder(tmp_path, feeds=feeds, aliases=aliases.replace('"place"', '"town"')))


def test_settings_come_from_the_file_and_the_environment_wins(tmp_path: Path):
    (tmp_path / "claimwatch.toml").write_text('[database]\nurl = "sqlite:///a.db"\n[fetch]\nallowed_hosts = "127.0.0.1:80"\n')
    assert load_settings(tmp_path, {}).database_url == "sqlite:///a.db"
    assert load_settings(tmp_path, {}).allowed_hosts == ("127.0.0.1:80",)
    assert load_settings(tmp_path, {"CLAIMWATCH_DATABASE_URL": "sqlite:///b.db"}).database_url == "sqlite:///b.db"
    assert load_settings(None, {}).monitor_cron == "*/30 * * * *"


def test_an_unknown_setting_is_named_with_its_line(tmp_path: Path):
    (tmp_path / "claimwatch.toml").write_text('format = 1\n\n[fetch]\ntimeout = 3\n')
    with pytest.raises(ConfigError, match=r"claimwatch.toml:4.*unknown key 'timeout'. Did you mean 'timeout_seconds'"):
        load_settings(tmp_path, {})


@pytest.mark.parametrize(("text", "days"), [("1 day", 1), ("2 weeks", 14), ("1 month", 30), ("36 hours", 1.5)])
def test_spans_of_time_are_read(text: str, days: float):
    assert read_span(text) == dt.timedelta(days=days)


def test_the_shipped_configuration_follows_real_feeds_and_each_says_where_its_address_was_read():
    story = load_story(shipped("config"))
    assert len(story.watches) == 2
    assert len(story.feeds) >= 12
    assert story.notice == ""
    assert all("read 2026-" in feed.note and feed.url.startswith("https://") for feed in story.feeds)
    assert all(feed.note.endswith("not tried live by us") for feed in story.feeds), "until somebody with a network has"
    days = {feed.id: re.search(r"address read (\d{4}-\d\d-\d\d)(.*)", feed.note) for feed in story.feeds}
    assert all(days.values())
    # When it was read, and of when the record is that was read.
    assert [name for name, found in days.items() if found and not re.search(r"\d{4}-\d\d-\d\d|[A-Z][a-z]+ \d{4}", found[2])] == []


def test_every_shipped_story_loads_and_says_that_it_is_no_news():
    for place in (path / "config" for path in shipped("seeds").iterdir() if (path / "config").is_dir()):
        story = load_story(place)
        assert story.watches
        assert story.notice == "dispatches written for this project, not news"


def test_cues_can_be_taken_out(tmp_path: Path):
    assert all(question.cues == () for watch in without_cues(load_story(folder(tmp_path))).watches for question in watch.questions)
