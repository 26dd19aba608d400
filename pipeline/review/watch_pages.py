"""A watch: how its questions stand on any day, the picture of its course, who contradicts whom; and one question's whole history."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus

from markupsafe import Markup
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.detect.state import fold_state
from pipeline.model import Change, ChangeKind, QuestionState
from pipeline.report.change_report import WatchReport, build_report
from pipeline.report.timeline import render_timeline, timeline_list
from pipeline.review.desk import address, desk_of
from pipeline.review.feedback import FOLDED
from pipeline.review.inbox import to_row
from pipeline.review.listing import day, place, place_words, whole
from pipeline.store.claim_search import ClaimFilter, claims_said_by, search_claims
from pipeline.store.reviews import ChangeFilter, list_changes
from pipeline.store.states import latest_states, recent_states, span_of_states
from pipeline.watches import Story, Watch

# What a picture shows: it must be looked at, and a page may weigh 300 kB.
_DRAWN, _STATES_EACH, _LISTED, _ON_A_PAGE = 120, 40, 40, 12
# How many claims a page about a past day reads for all questions of a watch together, and for each at the least.
_LOOKED_AT, _LEAST = 1_600, 100
_OPPOSED = (ChangeKind.DISPUTED, ChangeKind.DENIED, ChangeKind.REVERSED, ChangeKind.CORRECTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookBack:
    """From when the page looks: `as_of` what was the case then, `known_at` what could be known then; None = now."""

    as_of: dt.datetime | None
    known_at: dt.datetime | None
    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        """How many days the slider spans."""
        return max((self.last - self.first).days, 1)

    def offset(self, moment: dt.datetime | None) -> int:
        """Where on the slider a moment lies."""
        return min(max(((moment.date() if moment else self.last) - self.first).days, 0), self.days)


def watches_page(request: Request) -> Response:
    """GET /watches: every watch with how its questions stand."""
    desk = desk_of(request)
    start = whole(request.query_params, "after", default=0, most=10_000)
    shown = desk.story.watches[start : start + _ON_A_PAGE]
    with desk.database.reading() as connection:
        stands = latest_states(connection, [watch.id for watch in shown], None)
    found = [(watch, _report(desk.story, watch, tuple(state for (of, _), state in stands.items() if of == watch.id), ())) for watch in shown]
    more = start + _ON_A_PAGE if start + _ON_A_PAGE < len(desk.story.watches) else 0
    return desk.page(request, "watches.html", reports=found, more=more)


def watch_page(request: Request) -> Response:
    """GET /watches/ID, with `as_of` and `known_at` (days), or the offsets of the two sliders."""
    desk = desk_of(request)
    watch = desk.watch(request.path_params["watch"])
    with desk.database.reading() as connection:
        span = span_of_states(connection, watch.id) or (desk.now(), desk.now())
        look = LookBack(
            as_of=day(request.query_params.get("as_of", ""), end=True), known_at=day(request.query_params.get("known_at", ""), end=True),
            first=span[0].date(), last=span[1].date(),
        )  # fmt: skip
        moved = _from_slider(request, look)
        if moved:
            return RedirectResponse(moved, HTTPStatus.SEE_OTHER)
        states = states_now(connection, watch, look.as_of, look.known_at)
        histories = tuple(
            state for question in watch.questions for state in recent_states(connection, watch.id, question.id, look.known_at, _STATES_EACH)
        )
        wanted = ChangeFilter(state="all", watch=watch.id, until=look.known_at)
        drawn, more = list_changes(connection, wanted, limit=_DRAWN)
        opposed = list_changes(
            connection, ChangeFilter(state="all", watch=watch.id, kinds=tuple(_OPPOSED), until=look.known_at), limit=_DRAWN
        )[0]
    now = _report(desk.story, watch, states, ())
    course = _report(desk.story, watch, tuple(sorted(histories, key=lambda state: state.as_of)), [item.change for item in drawn])
    return desk.page(
        request, "watch.html", watch=watch, report=now, look=look, timeline=_picture(course), entries=timeline_list(course)[-_LISTED:],
        rows=tuple(to_row(desk, item) for item in drawn[:8]), cut=more is not None, drawn=len(drawn),
        by_outlet=_pairs([item.change for item in opposed], "publisher"), by_speaker=_pairs([item.change for item in opposed], "speaker"),
        opposed=tuple(to_row(desk, item) for item in opposed[:20]),
    )  # fmt: skip


def question_page(request: Request) -> Response:
    """GET /watches/ID/QUESTION: all its changes and all its claims, newest first."""
    desk = desk_of(request)
    watch, question = desk.question(request.path_params["watch"], request.path_params["question"])
    with desk.database.reading() as connection:
        states = recent_states(connection, watch.id, question.id, None, _STATES_EACH)
        wanted = ChangeFilter(state="all", watch=watch.id, question=question.id)
        found, more = list_changes(connection, wanted, limit=_LISTED, after=place(request.query_params.get("after", "")))
        claims = search_claims(connection, ClaimFilter(watch=watch.id, question=question.id), limit=_LISTED)
    alone = Watch(id=watch.id, title=watch.title, questions=(question,))
    course = _report(desk.story, alone, states, [item.change for item in found])
    return desk.page(
        request, "question.html", watch=watch, question=question, report=course, timeline=_picture(course), claims=claims.claims,
        rows=tuple(to_row(desk, item) for item in found), more=place_words(more), asks=desk.asks(watch.id, question.id),
    )  # fmt: skip


def states_now(
    connection: Connection, watch: Watch, as_of: dt.datetime | None, known_at: dt.datetime | None
) -> tuple[QuestionState, ...]:
    """How each question stood; what was the case on a day is folded from what had been said by then, by its last claims."""
    if as_of is None:
        stands = latest_states(connection, [watch.id], known_at)
        return tuple(stands[watch.id, question.id] for question in watch.questions if (watch.id, question.id) in stands)
    found: list[QuestionState] = []
    each = min(FOLDED, max(_LOOKED_AT // len(watch.questions), _LEAST))
    for question in watch.questions:
        claims = [
            stored
            for stored in claims_said_by(connection, watch.id, question.id, as_of, each)
            if known_at is None or stored.claim.seen_at <= known_at
        ]
        if claims:
            found.append(fold_state(claims, watch=watch.id, question=question.id, as_of=as_of, after=None, many=question.many))
    return tuple(found)


def _report(story: Story, watch: Watch, states: tuple[QuestionState, ...], changes: list[Change] | tuple[Change, ...]) -> WatchReport:
    alone = Story(watches=(watch,), notice=story.notice)
    return build_report(alone, tuple(reversed(changes)), states, (), now=dt.datetime.now(dt.UTC)).watches[0]


def _picture(course: WatchReport) -> Markup:
    # Our own drawing: every text in it is escaped by `render_timeline`.
    return Markup(render_timeline(course))  # noqa: S704


def _from_slider(request: Request, look: LookBack) -> str:
    """Where the days of the sliders lead, "" if none was moved."""
    days = {}
    for name in ("as_of", "known_at"):
        offset = request.query_params.get(f"{name}_day", "")
        if offset.isascii() and offset.isdigit() and len(offset) < 6:
            moment = look.first + dt.timedelta(days=int(offset))
            days[name] = "" if moment >= look.last else moment.isoformat()
    return address(request.url.path, **days) or request.url.path if days else ""


def _pairs(changes: list[Change], voice: str) -> list[tuple[str, str, int, str]]:
    """Who stands against whom how often, with the latest such change: the outlets or the speakers of the two sentences."""
    counted: Counter[tuple[str, str]] = Counter()
    latest: dict[tuple[str, str], str] = {}
    for change in changes:
        if change.prior is None:
            continue
        pair = getattr(change.prior, voice), getattr(change.evidence, voice)
        counted[pair] += 1
        latest.setdefault(pair, change.id)
    return [(one, other, number, latest[one, other]) for (one, other), number in counted.most_common(12)]

