"""Query strings <-> filters: every list can be linked to, saved and fetched by a program with the same words."""

import datetime as dt
from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException

from pipeline.model import Certainty, ChangeKind
from pipeline.store.claim_search import ClaimFilter
from pipeline.store.reviews import ChangeFilter, Place

STATES = ("inbox", "new", "seen", "snoozed", "accepted", "dismissed", "silenced", "all")
EFFECTS = ("news", *ChangeKind)


def change_filter(params: Mapping[str, str], kinds: tuple[str, ...] = ()) -> ChangeFilter:
    """The filter of a list of changes.

    Raises:
        HTTPException: A value is none of those possible (400, in words).
    """
    state = params.get("state") or "inbox"
    _one_of("state", state, STATES)
    for kind in kinds:
        _one_of("kind", kind, tuple(ChangeKind))
    certainty = params.get("certainty", "")
    if certainty:
        _one_of("certainty", certainty, tuple(Certainty))
    return ChangeFilter(
        state=state, watch=params.get("watch", ""), question=params.get("question", ""), kinds=kinds, speaker=params.get("speaker", ""),
        publisher=params.get("source", ""), certainty=certainty, since=day(params.get("since", "")),
        until=day(params.get("until", ""), end=True), text=params.get("text", "").strip(),
    )  # fmt: skip


def change_query(wanted: ChangeFilter) -> dict[str, object]:
    """The parameters that make this filter; `kind` may hold several."""
    return {
        "state": "" if wanted.state == "inbox" else wanted.state, "watch": wanted.watch, "question": wanted.question,
        "kind": wanted.kinds, "speaker": wanted.speaker, "source": wanted.publisher, "certainty": wanted.certainty,
        "since": wanted.since.date().isoformat() if wanted.since else "", "until": wanted.until.date().isoformat() if wanted.until else "",
        "text": wanted.text,
    }  # fmt: skip


def in_words(wanted: ChangeFilter, title: str = "") -> str:
    """What a filter shows, for people: "denied, by Kim Holt, since 12 May 2031"."""
    kinds = " or ".join(kind.replace("_", " ") for kind in wanted.kinds)
    parts = [
        title or wanted.watch, f"question {wanted.question}" if wanted.question else "", kinds,
        f"by {wanted.speaker}" if wanted.speaker else "", f"in {wanted.publisher}" if wanted.publisher else "", wanted.certainty,
        f"since {wanted.since.date()}" if wanted.since else "", f"until {wanted.until.date()}" if wanted.until else "",
        f"with “{wanted.text}”" if wanted.text else "",
    ]  # fmt: skip
    return ", ".join(part for part in parts if part)


def claim_filter(params: Mapping[str, str]) -> ClaimFilter:
    """The filter of a search over claims.

    Raises:
        HTTPException: A value is none of those possible (400, in words).
    """
    for name, allowed in (("certainty", tuple(Certainty)), ("effect", EFFECTS)):
        if params.get(name):
            _one_of(name, params[name], allowed)
    return ClaimFilter(
        text=params.get("text", "").strip(), watch=params.get("watch", ""), question=params.get("question", ""),
        speaker=params.get("speaker", ""), publisher=params.get("source", ""), certainty=params.get("certainty", ""),
        effect=params.get("effect", ""), value=params.get("value", ""), unit=params.get("unit", ""), low=_number(params, "low"),
        high=_number(params, "high"), since=day(params.get("since", "")), until=day(params.get("until", ""), end=True),
    )  # fmt: skip


def place(text: str) -> Place | None:
    """The place in a list from which to go on, as `place_words` wrote it."""
    if not text:
        return None
    moment, _, sequence = text.rpartition("~")
    try:
        at = dt.datetime.fromisoformat(moment)
        return (at if at.tzinfo else at.replace(tzinfo=dt.UTC)), int(sequence)
    except (ValueError, OverflowError) as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "That place in the list does not exist. Start from its beginning.") from error


def place_words(found: Place | None) -> str:
    """A place in a list as a parameter."""
    return f"{found[0].isoformat()}~{found[1]}" if found else ""


def day(text: str, *, end: bool = False) -> dt.datetime | None:
    """The first (or last) instant of a day, UTC; an instant as it is; None for "".

    Raises:
        HTTPException: It is no date (400).
    """
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"'{text[:40]}' is no date. Write it like 2031-05-12.") from error
    if end and len(text) <= 10:
        moment = moment.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def whole(params: Mapping[str, str], name: str, *, default: int, most: int) -> int:
    """A number of a query, within bounds.

    Raises:
        HTTPException: It is no number (400).
    """
    text = params.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"'{name}' must be a number.")
    return max(1, min(int(text), most))


def _number(params: Mapping[str, str], name: str) -> float | None:
    text = params.get(name, "").replace(",", "")
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"'{name}' must be a number.") from error


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"'{value[:40]}' is no {name}; there are: {', '.join(allowed)}.")
