"""The inbox: changes to decide on, grouped by watch, newest first; and the same list under any filter."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from pipeline.report.items import ChangeItem, change_item
from pipeline.review.desk import READ_FIRST, Desk, as_json, desk_of
from pipeline.review.listing import change_filter, change_query, in_words, place, place_words
from pipeline.store.reviews import ChangeFilter, awakened, count_changes, list_changes, waiting_by_watch
from pipeline.verdicts import Reviewed, Standing

ON_A_PAGE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One change as the list shows it; `word` is how it stands, `pick` what a form names it by."""

    item: ChangeItem
    standing: Standing
    word: str

    @property
    def pick(self) -> str:
        """Id and version: a verdict on an older version is refused."""
        return f"{self.standing.change} {self.standing.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The rows of one watch on this page, and how many it has in the inbox in all."""

    watch: str
    title: str
    rows: tuple[Row, ...]


def inbox(request: Request) -> Response:
    """GET / and /changes."""
    desk = desk_of(request)
    wanted = change_filter(request.query_params, tuple(dict.fromkeys(kind for kind in request.query_params.getlist("kind") if kind)))
    after = place(request.query_params.get("after", ""))
    plain = wanted.state == "inbox" and not in_words(wanted)
    with desk.database.reading() as connection:
        found, more = list_changes(connection, wanted, limit=ON_A_PAGE, after=after)
        matching = count_changes(connection, wanted)
        urgent = count_changes(connection, ChangeFilter(watch=wanted.watch, kinds=READ_FIRST))
        back = awakened(connection, desk.now()) if wanted.state == "inbox" and after is None else ()
    if wanted.watch:
        back = tuple(item for item in back if item.change.watch == wanted.watch)
    query = {name: value for name, value in change_query(wanted).items() if value}
    return desk.page(
        request,
        "inbox.html",
        groups=_groups(desk, found),
        back=tuple(to_row(desk, item) for item in back) if not (wanted.text or wanted.kinds or wanted.speaker) else (),
        wanted=wanted,
        chosen={name: str(value) for name, value in query.items()},
        shown=len(found),
        matching=matching,
        more=place_words(more),
        after=request.query_params.get("after", ""),
        words_of=in_words(wanted, desk.title(wanted.watch) if wanted.watch else ""),
        plain=plain,
        filter_query=_encoded(query),
        first=wanted == ChangeFilter(watch=wanted.watch, kinds=READ_FIRST),
        urgent=urgent,
    )


def unseen(request: Request) -> Response:
    """GET /unseen.json: how many changes are new, for a page that is left open."""
    desk = desk_of(request)
    with desk.database.reading() as connection:
        return as_json({"unseen": sum(item.unseen for item in waiting_by_watch(connection).values())})


def to_row(desk: Desk, reviewed: Reviewed) -> Row:
    """A change as a row."""
    item = change_item(reviewed.change, desk.asks(reviewed.change.watch, reviewed.change.question))
    return Row(item=item, standing=reviewed.standing, word=reviewed.standing.word(desk.now()))


def _groups(desk: Desk, found: tuple[Reviewed, ...]) -> tuple[Group, ...]:
    by_watch: dict[str, list[Row]] = {}
    for reviewed in found:
        by_watch.setdefault(reviewed.change.watch, []).append(to_row(desk, reviewed))
    return tuple(Group(watch=watch, title=desk.title(watch), rows=tuple(rows)) for watch, rows in by_watch.items())


def _encoded(query: dict[str, object]) -> str:
    return urlencode({name: value if isinstance(value, tuple) else str(value) for name, value in query.items()}, doseq=True, errors="replace")
