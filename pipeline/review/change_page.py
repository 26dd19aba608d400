"""One change at a glance: what moved, both sentences, whose word, why, and what to do about it."""

from dataclasses import dataclass
from http import HTTPStatus

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.model import Certainty, Change, Evidence, StoredClaim
from pipeline.report.when import answer_words, interval_words, moment_words
from pipeline.review.desk import address, desk_of
from pipeline.review.inbox import to_row
from pipeline.store.claim_search import ClaimFilter, search_claims
from pipeline.store.claims import claims_of_article
from pipeline.store.decisions import history
from pipeline.store.reviews import ChangeFilter, get_change, list_changes, neighbours
from pipeline.verdicts import Reviewed, Shelf

_LOOKED_AT, _HISTORY = 300, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceCount:
    """How many say the same as the new answer: `independent` institutions or outlets, and who."""

    independent: int
    names: tuple[str, ...]
    sentences: int


def find_change(connection: Connection, change: str) -> Reviewed:
    """A change by its id or the beginning of it, or 404."""
    found = get_change(connection, change)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such change.")
    return found


def change_page(request: Request) -> Response:
    """GET /changes/ID."""
    desk = desk_of(request)
    with desk.database.reading() as connection:
        found = find_change(connection, request.path_params["change"])
        if found.change.id != request.path_params["change"]:
            return RedirectResponse(f"/changes/{found.change.id}", HTTPStatus.SEE_OTHER)
        change = found.change
        newer, older = neighbours(connection, found)
        log = history(connection, change=change.id)
        claim = claim_at(connection, change.evidence, change)
        voices = voices_for(connection, change)
        wanted = ChangeFilter(state="all", watch=change.watch, question=change.question)
        before, more = list_changes(connection, wanted, limit=_HISTORY)
    row = to_row(desk, found)
    return desk.page(
        request,
        "change.html",
        row=row,
        item=row.item,
        change=change,
        title=desk.title(change.watch),
        newer=newer,
        older=older,
        log=log,
        claim=claim,
        voices=voices,
        slots=_slots(change, claim),
        earlier=tuple(to_row(desk, item) for item in before),
        more=more is not None,
        article=address("/articles", url=change.evidence.url, version=change.evidence.version) + f"#s{change.evidence.start}",
        prior_article=address("/articles", url=change.prior.url, version=change.prior.version) + f"#s{change.prior.start}"
        if change.prior
        else "",
        dismissed=found.standing.shelf is Shelf.DISMISSED,
    )


def claim_at(connection: Connection, evidence: Evidence, change: Change) -> StoredClaim | None:
    """The stored claim from which a change came, None if it cannot be told."""
    return next(
        (
            stored
            for stored in claims_of_article(connection, evidence.url, evidence.version)
            if (stored.claim.watch, stored.claim.question, stored.claim.start) == (change.watch, change.question, evidence.start)
        ),
        None,
    )


def voices_for(connection: Connection, change: Change) -> VoiceCount:
    """Who says the same as the new answer, by the last claims on the question; the spokesmen of one institution are one voice."""
    told = change.new or change.old
    if told is None or told.value is None:
        return VoiceCount(independent=1, names=(change.evidence.speaker,), sentences=1)
    wanted = ClaimFilter(watch=change.watch, question=change.question, value=told.value, unit=told.unit or "")
    found = search_claims(connection, wanted, limit=_LOOKED_AT).claims
    denies = change.evidence.certainty is Certainty.DENIED
    standing = [
        item.stored.claim
        for item in found
        if item.stored.retracted_at is None and (item.stored.claim.certainty is Certainty.DENIED) is denies
    ]
    names = dict.fromkeys(claim.voice.institution for claim in reversed(standing))
    return VoiceCount(independent=max(len(names), 1), names=tuple(names) or (change.evidence.speaker,), sentences=len(standing))


def _slots(change: Change, claim: StoredClaim | None) -> list[tuple[str, str, str]]:
    """What the program read in the two sentences: name of the slot, before, now."""
    old, new, prior, evidence = change.old, change.new, change.prior, change.evidence
    rows = [
        ("Answer", answer_words(old)[0], answer_words(new)[0]),
        ("Read as", _read_as(old.value if old else None, old.bound if old else None), _read_as(new.value if new else None, new.bound if new else None)),
        ("Counts or measures", (old.unit or "") if old else "", (new.unit or "") if new else ""),
        ("Certainty", prior.certainty.value if prior else "", evidence.certainty.value),
        ("Said by", prior.speaker if prior else "", evidence.speaker),
        ("Relayed by", prior.carrier if prior else "", evidence.carrier),
        ("Printed in", prior.publisher if prior else "", evidence.publisher),
        ("Said on", moment_words(prior.said_at) if prior else "", moment_words(evidence.said_at)),
        ("Published", moment_words(prior.published) if prior else "", moment_words(evidence.published)),
        ("About the time", "", interval_words(change.effective) if change.effective else ""),
    ]
    if claim is not None:
        marks = [
            name
            for name, given in (("recap", claim.claim.background), ("doubtful question", claim.claim.tentative), ("constancy", claim.claim.affirmed))
            if given
        ]
        rows += [("Episode", "", claim.claim.episode), ("Counted over", "", claim.claim.window), ("Marks", "", ", ".join(marks))]
    return [row for row in rows if row[1] or row[2]]


def _read_as(value: str | None, bound: str | None) -> str:
    return "" if value is None else value + (f" ({bound})" if bound and bound != "exact" else "")
