"""Feeds are found on sites, written into the configuration, and taken from and given as OPML."""

import datetime as dt
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.config import Settings, load_story
from pipeline.errors import InputError
from pipeline.feeds_file import NewFeed, add_feeds, read_opml, write_opml
from pipeline.ingest.discovery import discover
from pipeline.watches import Feed
from tests.builders import MONDAY
from tests.faultserver import answer, good_feed, item, rss, serving

WATCHES = 'format = 1\n[[watch]]\nid = "w"\nsubject = ["bridge"]\n[[watch.question]]\nid = "q"\nkind = "statement"\n'
SITE = """<html><head><link rel="alternate" type="application/rss+xml" href="/world.xml"><link rel="alternate" type="application/atom+xml" href="/gone.xml">
<link rel="alternate" type="application/rss+xml" href="/comments/feed"></head><body>News</body></html>"""


def test_a_site_that_names_its_feeds_gives_those_that_can_be_read():
    with serving({"": answer(SITE, Content_Type="text/html"), "world.xml": answer(good_feed("World", 5))}) as server:
        (found,) = discover(server.url(""), Settings(allowed_hosts=(server.host,), delay=0))
    assert (found.url, found.title, len(found.parsed.entries)) == (server.url("world.xml"), "World", 5)
    assert found.headlines[0] == "Item World/0"
    assert not found.full_text


def test_a_site_that_names_none_is_tried_at_the_usual_places_and_a_feed_is_its_own():
    with serving({"": answer("<html>News</html>"), "rss.xml": answer(good_feed("R"))}) as server:
        settings = Settings(allowed_hosts=(server.host,))
        assert discover(server.url(""), settings)[0].url == server.url("rss.xml")
        assert discover(server.url("rss.xml"), settings)[0].title == "R"


def test_a_site_without_a_feed_says_so_and_what_to_do():
    with serving({"": answer("<html>News</html>")}) as server, pytest.raises(InputError, match="no feed was found") as caught:
        discover(server.url(""), Settings(allowed_hosts=(server.host,)))
    assert "RSS" in caught.value.remedy


def test_added_feeds_stand_at_the_end_with_their_comment_and_what_was_there_stays(tmp_path: Path):
    (tmp_path / "watches.toml").write_text(WATCHES)
    (tmp_path / "feeds.toml").write_text('# mine\nformat = 1\n\n[[feed]]\nid = "a-b"\nurl = "https://example.org/a"\npublisher = "A"\n')
    known = load_story(tmp_path).feeds
    hostile = 'Quo"te \\ back\nline \x7f ü'
    new = [NewFeed(feed=Feed(id="", url="https://example.net/x?a=1", publisher=hostile), comment="Read on 2031-05-12."),
           NewFeed(feed=Feed(id="A b", url="https://example.com/y", publisher="A")), NewFeed(feed=Feed(id="", url="http://www.example.org/a/", publisher="again"))]
    added = add_feeds(tmp_path, new, known)
    text = (tmp_path / "feeds.toml").read_text()
    assert text.startswith("# mine\n")
    assert "# Read on 2031-05-12.\n[[feed]]" in text
    assert [feed.id for feed in added] == ["quo-te-back-line", "a-b-2"]
    assert [feed.url for feed in load_story(tmp_path).feeds] == ["https://example.org/a", "https://example.net/x?a=1", "https://example.com/y"]
    assert load_story(tmp_path).feeds[1].publisher == 'Quo"te \\ back line ü'


def test_feeds_go_out_as_opml_and_come_back():
    feeds = (Feed(id="a", url="https://example.org/a?x=1&y=2", publisher="A & <B>", language="fr"), Feed(id="b", url="https://example.net/b", publisher=""))
    back = read_opml(write_opml(feeds, now=MONDAY).encode(), "x")
    assert [(feed.url, feed.publisher, feed.language) for feed in back] == [("https://example.org/a?x=1&y=2", "A & <B>", "fr"), ("https://example.net/b", "b", "en")]


@pytest.mark.parametrize(("named", "language"), [
    ('language="ru"', "ru"), ('language="pt-BR"', "pt"), ('LANGUAGE=" De_at "', "de"), ('language="unknown"', "en"), ('language=""', "en"), ("", "en"), ('lang="ru"', "en"),
])
def test_the_language_that_a_reader_of_feeds_has_given_is_taken_over(named: str, language: str):
    raw = f'<opml version="2.0"><body><outline text="World"><outline type="rss" text="A" xmlUrl="https://example.org/a" {named}/></outline></body></opml>'
    assert [feed.language for feed in read_opml(raw.encode(), "x")] == [language]


def test_a_list_that_is_no_good_xml_and_names_files_gives_its_feeds_and_their_languages():
    raw = b'<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/hostname">]><opml><body><outline text="A&B &x;" xmlUrl="https://example.org/a" language="ar"/><outline'
    assert [(feed.url, feed.language) for feed in read_opml(raw, "x")] == [("https://example.org/a", "ar")]


@pytest.mark.parametrize("raw", [b"", b"hello", b"<opml><body/></opml>", b'<opml><body><outline type="rss" xmlUrl="file:///etc/passwd"/></body></opml>'])
def test_what_holds_no_feed_is_refused(raw: bytes):
    with pytest.raises(InputError, match="no feed"):
        read_opml(raw, "x")


def test_the_commands_add_check_list_import_and_export(tmp_path: Path):
    run = CliRunner()
    (tmp_path / "watches.toml").write_text(WATCHES)
    with serving({"": answer(SITE, Content_Type="text/html"), "world.xml": answer(good_feed("World", 5)), "other.xml": answer("<html>no</html>")}) as server:
        (tmp_path / "claimwatch.toml").write_text(f'[fetch]\nallowed_hosts = ["{server.host}"]\n')
        config, database = ["--config", str(tmp_path)], ["--database", f"sqlite:///{tmp_path / 'x.db'}"]
        asked = run.invoke(app, ["feeds", "add", server.url(""), *config])
        assert "Nothing was written" in asked.output
        added = run.invoke(app, ["feeds", "add", server.url(""), "--yes", *config])
        assert "Added 'world'" in added.output
        assert f"# Read on {dt.datetime.now(dt.UTC):%Y-%m-%d} at {server.url('world.xml')}" in (tmp_path / "feeds.toml").read_text()
        assert "there already" in run.invoke(app, ["feed", "add", server.url("world.xml"), "--yes", *config]).output
        (tmp_path / "more.opml").write_text(write_opml((Feed(id="o", url=server.url("other.xml"), publisher="Other", language="he"),), now=MONDAY))
        assert "1 of 1 feeds added" in run.invoke(app, ["feeds", "import", str(tmp_path / "more.opml"), *config]).output
        assert 'language = "he"' in (tmp_path / "feeds.toml").read_text()
        checked = run.invoke(app, ["feeds", "check", *config])
        assert "ok    world: 5 entries" in checked.output
        assert "FAILS other: is an HTML page, not a feed" in checked.output
        assert checked.exit_code == 3
        listed = run.invoke(app, ["feeds", *config, *database])
        assert "2 feeds, none of them need attention" in listed.output
        assert f'xmlUrl="{server.url("other.xml")}" language="he"' in run.invoke(app, ["feeds", "export", *config]).output


def test_checking_prints_one_line_for_each_feed_and_says_where_all_fail_that_the_network_is_missing(tmp_path: Path):
    run = CliRunner()
    (tmp_path / "watches.toml").write_text(WATCHES)
    with serving({"good": answer(good_feed("G")), "odd": answer(rss(item(1, date=None) + item(2, link="javascript:alert(1)"))), "gone": answer("no", 410)}) as server:
        (tmp_path / "claimwatch.toml").write_text(f'[fetch]\nallowed_hosts = ["{server.host}"]\n')
        add_feeds(tmp_path, [NewFeed(feed=Feed(id=name, url=server.url(name), publisher=name)) for name in ("good", "odd", "gone")], ())
        checked = run.invoke(app, ["feeds", "check", "--config", str(tmp_path)])
        assert checked.output.splitlines() == [
            "ok    good: 3 entries, newest 2031-05-12 08:00 UTC, with teasers: the pages are read",
            "ok    odd: 1 entry, without dates, with teasers: the pages are read; 1 entry has no web address and cannot be read; 1 entry has no date that can be read",
            f"FAILS gone: answered 410 ({server.url('gone')})",
            "3 feeds, 1 of them cannot be read.",
            "`claimwatch feeds add SITE` looks for the feed of a site; the notes in feeds.toml say where an address was read.",
        ]
    (tmp_path / "feeds.toml").unlink()
    add_feeds(tmp_path, [NewFeed(feed=Feed(id=name, url=f"https://{name}.invalid/feed", publisher=name)) for name in ("a", "b")], ())
    away = run.invoke(app, ["feeds", "check", "--config", str(tmp_path)])
    assert away.exit_code == 3
    assert away.output.splitlines()[:3] == ["FAILS a: name not found (https://a.invalid/feed)", "FAILS b: name not found (https://b.invalid/feed)", "2 feeds, 2 of them cannot be read."]
    assert "no way to the web" in away.output
