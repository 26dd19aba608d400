"""A small review with changes of every kind, in a real database, behind the real application."""

import datetime as dt
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import uvicorn
from starlette.testclient import TestClient

from pipeline.detect.state import fold_state
from pipeline.model import Certainty, Change, ChangeKind, StateStatus
from pipeline.review.access import AccessRules
from pipeline.review.app import create_app
from pipeline.store.articles import add_version
from pipeline.store.changes import add_changes
from pipeline.store.claims import add_claims
from pipeline.store.database import Database
from pipeline.store.states import add_states
from tests.browsers import browser
from tests.builders import MONDAY, date_answer, later, make_article, make_change, make_claim, make_voice, number_answer, stored

WATCHES = '''format = 1
# A comment that must stay.

[[watch]]
id = "bridge"
title = "The bridge"
subject = ["bridge", "closing"]

  [[watch.question]]
  id = "closing"
  asks = "When does it close?"
  kind = "date"
  role = "start"
  cues = ["close"]

  [[watch.question]]
  id = "houses"
  asks = "How many houses are cut off?"
  kind = "quantity"
  of = ["house"]
'''
NOW = MONDAY + dt.timedelta(days=20)
SENTENCES = ["The bridge will close on 16 May, the mayor said.", "The bridge will close on 22 May, the mayor said.", "No, it will stay open, Kim Holt said."]


@dataclass(slots=True)
class Review:
    """The application with its database, its folder and its clock."""

    database: Database
    config: Path
    client: TestClient
    changes: tuple[Change, ...]
    moment: list[dt.datetime]

    def token(self) -> str:
        page = self.client.get("/help").text
        return page.split('data-csrf="')[1].split('"')[0]

    def post(self, path: str, *, json: bool = True, **fields: object):
        headers = {"accept": "application/json"} if json else {}
        return self.client.post(path, data={"csrf": self.token(), **fields}, headers=headers, follow_redirects=False)

    def version(self, change: Change) -> int:
        return self.client.get(f"/changes/{change.id}.json").json()["review"]["version"]

    def state(self, change: Change) -> str:
        return self.client.get(f"/changes/{change.id}.json").json()["review"]["state"]


def fill(database: Database, *, copies: int = 1) -> tuple[Change, ...]:
    """Claims, states and changes of most kinds; `copies` more days of the same."""
    changes: list[Change] = []
    with database.writing() as connection:
        text = "\n\n".join(SENTENCES)
        add_version(connection, make_article(text=text))
        add_version(connection, make_article(text=text.replace("22 May", "23 May"), seen_at=MONDAY + dt.timedelta(hours=9)))
        for copy in range(copies):
            at = MONDAY + dt.timedelta(hours=copy)
            url = "https://example.org/a" if not copy else f"https://example.org/a{copy}"
            first = make_claim(
                at=at, url=url, answer=date_answer(1 + copy % 15), sentence=SENTENCES[0], end=len(SENTENCES[0]), certainty=Certainty.PLANNED
            )
            place = text.index(SENTENCES[1])
            moved = replace(
                first, answer=date_answer(16 + copy % 12), sentence=SENTENCES[1], start=place, end=place + len(SENTENCES[1]), voice=make_voice("Kim Holt"),
                seen_at=at + dt.timedelta(minutes=5),
            )  # fmt: skip
            denied = later(moved, 0.2, certainty=Certainty.DENIED, sentence=SENTENCES[2], voice=make_voice("Li Wei", publisher="Valley Post"), url=f"{url}/d")
            count = make_claim(at=at, url=f"{url}/h", question="houses", answer=number_answer(14 + copy), sentence=f"{14 + copy} houses are cut off.")
            more = later(count, 0.5, answer=number_answer(30 + copy), sentence=f"Thirty{copy} houses are cut off.", url=f"{url}/m")
            add_claims(
                connection,
                [
                    stored(first), stored(moved, ChangeKind.DATE_MOVED, prior=first.key), stored(denied, ChangeKind.DENIED, prior=moved.key),
                    stored(count), stored(more, ChangeKind.NUMBER_CHANGED, prior=count.key),
                ],
            )  # fmt: skip
            new = [
                make_change(first), make_change(moved, ChangeKind.DATE_MOVED, first), make_change(denied, ChangeKind.DISPUTED, moved),
                make_change(count), make_change(more, ChangeKind.NUMBER_CHANGED, count),
            ]  # fmt: skip
            changes += add_changes(connection, new)
            add_states(
                connection,
                [
                    fold_state([stored(first)], watch="bridge", question="closing", as_of=at, after=url),
                    replace(
                        fold_state([stored(moved)], watch="bridge", question="closing", as_of=at + dt.timedelta(days=1), after=url),
                        status=StateStatus.SETTLED,
                    ),
                    fold_state([stored(more)], watch="bridge", question="houses", as_of=at + dt.timedelta(days=2), after=url),
                ],
            )
    return tuple(changes)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "watches.toml").write_text(WATCHES, encoding="utf-8")
    (folder / "aliases.toml").write_text(
        'format = 1\n\n# Our people.\n[[entity]]\nname = "Anna Berg"\nkind = "person"\nalso = ["Berg"]\n', encoding="utf-8"
    )
    (folder / "feeds.toml").write_text('format = 1\n\n[[feed]]\nid = "hill"\nurl = "http://127.0.0.1:1/feed"\npublisher = "Hill Courier"\n')
    return folder


@pytest.fixture
def make_review(sqlite_database: Database, config: Path) -> Callable[..., Review]:
    def make(*, rules: AccessRules | None = None, copies: int = 1, clock: Callable[[], float] = time.monotonic, database: Database | None = None, **given) -> Review:
        used = database or sqlite_database
        changes = fill(used, copies=copies)
        moment = [NOW]
        app = create_app(used, config, rules, now=lambda: moment[0], clock=clock)
        client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False, **given)
        return Review(used, config, client, changes, moment)

    return make


@pytest.fixture
def review(make_review: Callable[..., Review]) -> Review:
    return make_review()


class Served:
    """The application behind a real server on loopback."""

    def __init__(self, app: object) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=self.port, log_level="warning"))
        self.thread = threading.Thread(target=self.server.run, daemon=True)

    def __enter__(self) -> str:
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)
        return f"http://127.0.0.1:{self.port}"

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join(10)




__all__ = ["Review", "Served", "browser", "config", "fill", "make_review", "review"]
