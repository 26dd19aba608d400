"""Pages that change what is followed and how names are known: the watch editor with its preview, aliases, saved views."""

import datetime as dt
from http import HTTPStatus
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.errors import ConfigError
from pipeline.report.wording import Piece
from pipeline.review.config_files import WATCHES, Edit, alias_edit, current_text, text_mark, try_out, write_edit
from pipeline.review.desk import Desk, address, as_json, desk_of, visit_of, wants_json
from pipeline.review.listing import change_filter
from pipeline.review.preview import Preview
from pipeline.store.accounts import save_view, set_view
from pipeline.store.decisions import Verdict, log
from pipeline.verdicts import Action

_LONGEST = 300_000


def editor_page(request: Request) -> Response:
    """GET /editor: the watches as text, with what they catch beside it."""
    desk = desk_of(request)
    text = current_text(desk.config, WATCHES)
    return desk.page(request, "editor.html", text=text, mark=text_mark(text), problem="", caught=(), articles=0, writable=True, saved="")


def preview_watches(request: Request) -> Response:
    """POST /editor/preview: what the text in the form would catch among the stored articles; writes nothing."""
    desk, visit = desk_of(request), visit_of(request)
    text, mark = _text(visit.field("text")), visit.field("mark")
    try:
        story = try_out(desk.config, Edit(file=WATCHES, before="", after=text))
    except ConfigError as error:
        return _editor(request, desk, text, mark, problem=str(error))
    preview: Preview = request.app.state.preview
    caught, articles = preview.of(story)
    return _editor(request, desk, text, mark, caught=caught, articles=articles)


def save_watches(request: Request) -> Response:
    """POST /editor: writes the text, after a backup, if it is right and nobody has changed the file meanwhile."""
    desk, visit = desk_of(request), visit_of(request)
    text, mark = _text(visit.field("text")), visit.field("mark")
    edit = Edit(file=WATCHES, before=current_text(desk.config, WATCHES), after=text)
    try:
        data = write_edit(desk.config, edit, mark, desk.now())
    except ConfigError as error:
        return _editor(request, desk, text, mark, problem=str(error))
    with desk.database.writing() as connection:
        batch = log(connection, _verdict(Action.WATCHES, visit.user, desk.now(), f"watches.toml; the old file is {data['backup']}", data))
    return RedirectResponse(address("/editor", done=batch), HTTPStatus.SEE_OTHER)


def alias_page(request: Request) -> Response:
    """GET /aliases with `name` and `also`: exactly what would be written; nothing is until it is confirmed."""
    desk = desk_of(request)
    params = request.query_params
    name, also, kind = params.get("name", ""), params.get("also", ""), params.get("kind") or "person"
    edit = alias_edit(desk.config, name, also, kind) if name and also else None
    known = [entity for entity in desk.story.entities if also and also.casefold() in (entity.name.casefold(), *(s.casefold() for s in entity.also))]
    return desk.page(
        request, "aliases.html", name=name, also=also, kind=kind, edit=edit, lines=_line_changes(edit) if edit else (),
        mark=text_mark(edit.before) if edit else "", entities=desk.story.entities, known=known,
    )  # fmt: skip


def teach_alias(request: Request) -> Response:
    """POST /aliases: writes what the preview showed."""
    desk, visit = desk_of(request), visit_of(request)
    edit = alias_edit(desk.config, visit.field("name"), visit.field("also"), visit.field("kind") or "person")
    try:
        data = write_edit(desk.config, edit, visit.field("mark"), desk.now())
    except ConfigError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, str(error)) from error
    said = f"“{visit.field('also')}” is now known as “{visit.field('name')}”"
    with desk.database.writing() as connection:
        batch = log(connection, _verdict(Action.ALIAS, visit.user, desk.now(), said, data))
    return RedirectResponse(address("/aliases", done=batch), HTTPStatus.SEE_OTHER)


def add_view(request: Request) -> Response:
    """POST /views: keeps the filter of the inbox under a name."""
    desk, visit = desk_of(request), visit_of(request)
    name, query = " ".join(visit.field("name").split())[:80], visit.field("query")[:2_000]
    if not name:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "Give the view a name.")
    given = parse_qsl(query)
    change_filter(dict(given), tuple(value for key, value in given if key == "kind"))
    with desk.database.writing() as connection:
        number = save_view(connection, name, query, visit.user)
        batch = log(connection, _verdict(Action.VIEW, visit.user, desk.now(), f"saved the view “{name}”", {"view": number}))
    return RedirectResponse(f"/?{query}&done={batch}", HTTPStatus.SEE_OTHER)


def forget_view(request: Request) -> Response:
    """POST /views/NUMBER/forget."""
    desk, visit = desk_of(request), visit_of(request)
    number = int(request.path_params["view"])
    with desk.database.writing() as connection:
        if not set_view(connection, number, active=False):
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such view.")
        batch = log(connection, _verdict(Action.FORGET_VIEW, visit.user, desk.now(), "dropped a saved view", {"view": number}))
    return RedirectResponse(address("/", done=batch), HTTPStatus.SEE_OTHER)


def _editor(
    request: Request, desk: Desk, text: str, mark: str, *, problem: str = "", caught: object = (), articles: int = 0
) -> Response:
    given = {"text": text, "mark": mark, "problem": problem, "caught": caught, "articles": articles, "writable": True, "saved": ""}
    if wants_json(request):
        return as_json({"html": desk.render("caught.html", **given), "problem": problem})
    return desk.page(request, "editor.html", HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK, **given)


def _text(text: str) -> str:
    if len(text) > _LONGEST:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The file is too long.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line_changes(edit: Edit) -> tuple[Piece, ...]:
    """The lines that an edit takes and adds, with some around them."""
    import difflib

    lines = list(difflib.unified_diff(edit.before.splitlines(), edit.after.splitlines(), lineterm="", n=3))[2:]
    kinds = {"+": "new", "-": "old", " ": "same", "@": "place"}
    return tuple(Piece(kinds[line[:1]], line[1:] if line[:1] in "+- " else "…") for line in lines if line)


def _verdict(action: Action, who: str, at: dt.datetime, note: str, data: dict[str, object]) -> Verdict:
    return Verdict(action=action, who=who, at=at, note=note, data=data)


