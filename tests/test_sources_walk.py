"""The way of a user, by commands only: a site is added, read, edited, kept as evidence, taken down, and fails."""

import datetime as dt
import re
from pathlib import Path

from sqlalchemy import update
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.errors import InputError
from pipeline.store.database import open_database
from pipeline.store.feeds import MAX_TRIES
from pipeline.store.source_tables import rechecks
from pipeline.store.tables import entries
from tests.faultserver import FaultServer, answer, rss, serving

WATCHES = """format = 1
[[watch]]
id = "bridge"
title = "The bridge"
subject = ["bridge"]
[[watch.question]]
id = "houses"
kind = "quantity"
of = ["house"]
role = "affected"
"""
TEXT = ("Twenty houses were flooded near the bridge on Sunday, the council said.", "The county has asked the engineers for a report on every pillar and every cable.",
        "Nobody was hurt when the water came, and the school stays open.")


def page(*paragraphs: str) -> str:
    now = dt.datetime.now(dt.UTC).isoformat()
    return (f'<html lang="en"><head><title>Bridge to close</title><meta property="article:published_time" content="{now}"></head><body><article><h1>Bridge to close</h1>'
            + "".join(f"<p>{part}</p>" for part in paragraphs) + "</article></body></html>")


class User:
    """Somebody with a configuration folder, who knows nothing but the commands."""

    def __init__(self, folder: Path, server: FaultServer) -> None:
        self.folder, self.url = folder, f"sqlite:///{folder / 'x.db'}"
        (folder / "watches.toml").write_text(WATCHES)
        (folder / "claimwatch.toml").write_text(f'[fetch]\nallowed_hosts = ["{server.host}"]\n[database]\nurl = "{self.url}"\n[evidence]\nkeep_days = 30\n')
        server.handlers[""] = answer('<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>', Content_Type="text/html")
        server.handlers["feed.xml"] = answer(rss(f"<item><title>Bridge to close</title><link>{server.url('a')}</link></item>", title="Hill Courier"))
        server.handlers["a"] = answer(page(*TEXT), Content_Type="text/html; charset=utf-8")

    def runs(self, *words: str) -> str:
        found = CliRunner().invoke(app, [*words, "--config", str(self.folder)])
        assert found.exit_code in (0, 3), found.output
        return " ".join(found.output.split())

    def rechecks_an_hour_later(self) -> str:
        # Only the clock is made up: what is due in an hour is due now.
        database = open_database(self.url)
        with database.writing() as connection:
            hour_ago = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1, minutes=1)
            connection.execute(update(rechecks).values(next_due_at=hour_ago))
            connection.execute(update(rechecks).where(rechecks.c.missing_since.is_not(None)).values(missing_since=hour_ago))
        database.close()
        return self.runs("recheck")


def test_a_site_is_added_read_edited_kept_and_taken_down_by_commands_alone(tmp_path: Path):
    with serving({"robots.txt": answer("no", 404)}) as server:
        user = User(tmp_path, server)
        assert "Added 'hill-courier'" in user.runs("feeds", "add", server.url(""), "--yes")
        assert f'xmlUrl="{server.url("feed.xml")}"' in user.runs("feeds", "export")
        assert "1 new articles" in user.runs("run")

        server.handlers["a"] = answer(page(TEXT[0].replace("Twenty", "Thirty"), *TEXT[1:]), Content_Type="text/html; charset=utf-8")
        assert "0 edited articles, 0 changes" in user.rechecks_an_hour_later()
        edited = user.rechecks_an_hour_later()
        assert "1 edited articles, 1 changes" in edited
        assert all(sentence in edited for sentence in (TEXT[0], TEXT[0].replace("Twenty", "Thirty"), "the article was edited: the earlier sentence is gone"))

        kept = user.runs("pages", server.url("a"), "--out", str(tmp_path / "kept"))
        assert kept.count("whole, text/html; charset=utf-8 sha256") == 2
        bodies = [path.read_text() for path in (tmp_path / "kept").iterdir()]
        assert sorted("Thirty" in body for body in bodies) == [False, True]
        stands = user.runs("pages")
        assert "2 fetched pages are kept as evidence, 0.0 MB (of 0.0 MB fetched), for 30 days." in stands
        assert "Every page could be read at the last visit." in stands
        assert "fetched pages deleted: 0" in user.runs("db", "tidy")

        server.handlers["a"] = answer("gone", 404)
        assert "0 changes" in user.rechecks_an_hour_later()
        assert re.search(re.escape(server.url("a")) + r": gone since [-0-9: ]+ UTC; visited again [-0-9: ]+ UTC 2 fetched pages", user.runs("pages"))
        gone = user.rechecks_an_hour_later()
        assert "the article was taken down; that does not prove the claim false" in gone
        assert "no page is to be visited again" in gone
        assert "UTC; not visited any more 2 fetched pages" in user.runs("pages")

        server.handlers["feed.xml"] = answer("no", 503)
        assert "answered 503, at " in user.runs("run", "--all")
        assert "failing 127.0.0.1:" in user.runs("feeds")
        assert "answered 503" in user.runs("report")


def test_what_waits_to_be_read_and_what_was_given_up_is_listed_with_its_reason(tmp_path: Path):
    with serving({"robots.txt": answer("no", 404)}) as server:
        user = User(tmp_path, server)
        user.runs("feeds", "add", server.url(""), "--yes")
        server.handlers["a"] = answer("no", 503)
        user.runs("run")
        assert re.search(r"due [-0-9: ]+ UTC, tried 1 time: " + re.escape(server.url("a")) + r": answered 503 1 entry of feeds not read yet\.", user.runs("feeds", "waiting"))
        database = open_database(user.url)
        with database.writing() as connection:
            connection.execute(update(entries).values(tries=MAX_TRIES))
        database.close()
        assert f"given up, tried 5 times: {server.url('a')}: answered 503" in user.runs("feeds", "waiting")
        assert "1 given up after several tries (`claimwatch feeds waiting` says why)" in user.runs("doctor")
        database = open_database(user.url)
        with database.writing() as connection:
            connection.execute(update(entries).values(done=True))
        database.close()
        assert user.runs("feeds", "waiting") == "All entries of feeds have been read."


def test_an_article_without_kept_pages_says_so_and_why(tmp_path: Path):
    found = CliRunner().invoke(app, ["pages", "https://example.org/x", "--config", str(tmp_path), "--database", f"sqlite:///{tmp_path / 'x.db'}"])
    assert isinstance(found.exception, InputError)
    assert "no page of it is kept" in str(found.exception)
    assert "evidence.keep_days" in found.exception.remedy
