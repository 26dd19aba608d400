"""What all pages share: the database, the configuration as it is now, the clock, and the templates."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from pipeline.config import load_story
from pipeline.model import ChangeKind
from pipeline.report.change_report import joined
from pipeline.report.items import voice_words
from pipeline.report.plain import printable
from pipeline.report.signs import ICONS, IMPORTANCE, MEANING, TONES, WORDS
from pipeline.report.when import day_words, moment_words
from pipeline.review.guard import Visit
from pipeline.review.outcome import DID, outcome_words
from pipeline.store.accounts import all_views
from pipeline.store.database import Database
from pipeline.store.reviews import waiting_by_watch
from pipeline.watches import Question, Story, Watch

# Where somebody is contradicted, takes back a word, or did not keep it: what an analyst must not miss.
READ_FIRST = tuple(kind.value for kind in IMPORTANCE[: IMPORTANCE.index(ChangeKind.CORRECTED) + 1])
Static = files("pipeline.review") / "static"


@dataclass(slots=True)
class _Loaded:
    stamp: tuple[tuple[str, int], ...]
    story: Story


class Desk:
    """What the pages work with. `now` is the clock (UTC)."""

    def __init__(self, database: Database, config: Path, now: Callable[[], dt.datetime]) -> None:
        self.database, self.config, self.now = database, config, now
        self._loaded: _Loaded | None = None
        # What rows ask for often; both are made with the story.
        self._asks: dict[tuple[str, str], str] = {}
        self._titles: dict[str, str] = {}
        self._templates = _environment()

    @property
    def story(self) -> Story:
        """What is followed, read anew when a file of the configuration has changed."""
        stamp = tuple((path.name, path.stat().st_mtime_ns) for path in sorted(self.config.glob("*.toml")))
        if self._loaded is None or self._loaded.stamp != stamp:
            story = load_story(self.config)
            self._asks = {(watch.id, question.id): question.asks for watch in story.watches for question in watch.questions}
            self._titles = {watch.id: watch.title for watch in story.watches}
            self._loaded = _Loaded(stamp, story)
        return self._loaded.story

    def watch(self, watch: str) -> Watch:
        """A watch by its id, or 404."""
        for found in self.story.watches:
            if found.id == watch:
                return found
        raise HTTPException(HTTPStatus.NOT_FOUND, f"There is no watch '{printable(watch)[:80]}'.")

    def question(self, watch: str, question: str) -> tuple[Watch, Question]:
        """A question of a watch by their ids, or 404."""
        found = self.watch(watch)
        for item in found.questions:
            if item.id == question:
                return found, item
        raise HTTPException(HTTPStatus.NOT_FOUND, f"The watch '{watch}' has no question '{printable(question)[:80]}'.")

    def asks(self, watch: str, question: str) -> str:
        """A question in plain words; its id where the configuration no longer has it."""
        return self._asks.get((watch, question), "") or question.replace("-", " ").replace("_", " ").capitalize()

    def title(self, watch: str) -> str:
        """The title of a watch; its id where the configuration no longer has it."""
        return self._titles.get(watch, watch)

    def page(self, request: Request, template: str, status: int = HTTPStatus.OK, /, **given: Any) -> HTMLResponse:
        """A template with what every page shows."""
        visit = visit_of(request)
        done, left = request.query_params.get("done", ""), request.query_params.get("left", "")
        with self.database.reading() as connection:
            waiting, views = waiting_by_watch(connection), all_views(connection)
            left_number = int(left) if left.isascii() and left.isdigit() and len(left) < 8 else 0
            told = outcome_words(connection, "" if done == "nothing" else done, left_number) if done else ""
        shared = {
            "csrf": visit.session.token, "user": visit.user, "path": request.url.path, "query": request.url.query, "now": self.now(),
            "unseen": sum(item.unseen for item in waiting.values()), "waiting": waiting, "views": views, "story": self.story,
            "here": _without_outcome(request), "desk": self,
            "undo": done if told and done != "nothing" else "", "told": told,
            "logged_in": bool(visit.session.user),
        }  # fmt: skip
        return HTMLResponse(self.render(template, **shared, **given), status)

    def render(self, template: str, /, **given: Any) -> str:
        """A template with nothing but what is given."""
        return self._templates.get_template(template).render(**given).encode("utf-8", "replace").decode()


def desk_of(request: Request) -> Desk:
    """The desk of the application, with the configuration as it is now.

    Raises:
        ConfigError: Somebody has left it in a state that cannot be read.
    """
    desk: Desk = request.app.state.desk
    _ = desk.story
    return desk


def visit_of(request: Request) -> Visit:
    """What the guard found out about the request."""
    visit: Visit = request.state.visit
    return visit


def wants_json(request: Request) -> bool:
    """True for our own script, which shows the outcome in place."""
    return "application/json" in request.headers.get("accept", "")


def as_json(value: object, status: int = HTTPStatus.OK) -> Response:
    """JSON that any browser and program takes."""
    return JSONResponse(value, status) if status != HTTPStatus.OK else Response(
        json.dumps(value, ensure_ascii=True), media_type="application/json"
    )  # fmt: skip


def address(path: str, **given: object) -> str:
    """A path with those parameters that are not empty."""
    pairs = [(name, str(value)) for name, value in given.items() if value not in ("", None, ())]
    return f"{path}?{urlencode(pairs, errors='replace')}" if pairs else path


def local_path(text: str) -> str:
    """Where to go back to: a path of ours, never another site."""
    plain = text.split("#")[0]
    return text if plain.startswith("/") and not plain.startswith(("//", "/\\")) and "\\" not in plain and plain.isprintable() else "/"


def _without_outcome(request: Request) -> str:
    """The address of a page without what a POST had added to it."""
    kept = [part for part in request.url.query.split("&") if part and not part.startswith(("done=", "left="))]
    return request.url.path + (f"?{'&'.join(kept)}" if kept else "")


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("pipeline.review"), auto_reload=False, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        finalize=_clean,
    )  # fmt: skip
    made.globals.update(
        icons=ICONS, words=WORDS, tones=TONES, meaning=MEANING, kinds=IMPORTANCE, address=address, titled=_titled, past=DID, read_first=urlencode({"kind": READ_FIRST}, doseq=True),
    )
    made.filters.update(day=day_words, moment=moment_words, voice=voice_words, joined=joined, number=_number, iso=lambda at: at.isoformat(), as_written=escape)
    return made


def _clean(value: Any) -> Any:
    """Every value that a template prints passes here: no control character and no text-direction trick reaches a page.

    `as_written` is for the analyst's own file in the editor: escaped, and otherwise the very text, which is saved as it stands.
    """
    return value if isinstance(value, Markup) or not isinstance(value, str) else printable(value)


def _number(value: int) -> str:
    return f"{value:,}"


def _titled(text: str) -> str:
    return text[:1].upper() + text[1:]
