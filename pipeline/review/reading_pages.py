"""Search over claims, speakers, articles with their claims marked in place and what an edit changed."""

from dataclasses import dataclass, replace
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeline.model import Article, ArticleVersion, StoredClaim
from pipeline.report.items import source_link
from pipeline.report.versions import version_edits
from pipeline.report.wording import Piece
from pipeline.review.desk import Desk, address, desk_of
from pipeline.review.listing import EFFECTS, claim_filter, whole
from pipeline.store.articles import all_removals, all_versions, newest_articles
from pipeline.store.claim_search import ClaimFilter, search_claims
from pipeline.store.claims import claims_of_article
from pipeline.store.copies import copies_of, copy_of
from pipeline.store.tallies import OUTLET, SPEAKER, busiest, tally_of

ON_A_PAGE = 40
# Whose word the date of an article is (`Article.dated`).
_DATED = {
    "header": "by its header",
    "page": "by the page",
    "page, zone unknown": "by the page, which names no zone",
    "feed": "by the feed",
    "seen": "when it was found, since no date could be believed",
}
# An article longer than this is shown in part: the page may weigh 300 kB.
_SHOWN_CHARACTERS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A run of an article's text, with the claims that rest on it (none between them)."""

    text: str
    claims: tuple[StoredClaim, ...] = ()
    start: int = 0


def claims_page(request: Request) -> Response:
    """GET /claims: full text and slots."""
    desk = desk_of(request)
    wanted = claim_filter(request.query_params)
    after = whole(request.query_params, "after", default=0, most=10**12)
    with desk.database.reading() as connection:
        found = search_claims(connection, wanted, limit=ON_A_PAGE, after=after or None)
    given = {name: value for name, value in request.query_params.items() if value and name != "after"}
    return desk.page(request, "claims.html", found=found, given=given, wanted=wanted, effects=EFFECTS, link=source_link, after=after)


def speakers_page(request: Request) -> Response:
    """GET /speakers: who was heard how often; with `name` one person's statements, question by question."""
    desk = desk_of(request)
    name = request.query_params.get("name", "")
    begins = request.query_params.get("begins", "")
    if name:
        return _speaker(request, desk, name)
    after = _count_place(request.query_params.get("after", ""))
    with desk.database.reading() as connection:
        found, more = busiest(connection, SPEAKER, limit=ON_A_PAGE, after=after, begins=begins)
    return desk.page(request, "speakers.html", found=found, more=f"{more[0]}~{more[1]}" if more else "", begins=begins)


def _speaker(request: Request, desk: Desk, name: str) -> Response:
    watch, _, question = request.query_params.get("question", "").partition("/")
    after = whole(request.query_params, "after", default=0, most=10**12)
    with desk.database.reading() as connection:
        tally = tally_of(connection, SPEAKER, name)
        if tally is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "Nobody of that name has been heard.")
        wanted = ClaimFilter(speaker=name, watch=watch, question=question)
        found = search_claims(connection, wanted, limit=ON_A_PAGE, after=after or None)
    by_question: dict[tuple[str, str], list[StoredClaim]] = {}
    for item in sorted(found.claims, key=lambda item: item.stored.claim.said_at):
        claim = item.stored.claim
        by_question.setdefault((claim.watch, claim.question), []).append(item.stored)
    return desk.page(
        request, "speaker.html", tally=tally, groups=by_question, found=found, question=request.query_params.get("question", ""), link=source_link
    )


def articles_page(request: Request) -> Response:
    """GET /articles: the newest; with `url` (and `version`) one article with its claims marked; with `against` two versions compared."""
    desk = desk_of(request)
    url = request.query_params.get("url", "")
    if url:
        return _article(request, desk, url)
    outlet = request.query_params.get("source", "")
    after = whole(request.query_params, "after", default=0, most=10**12)
    with desk.database.reading() as connection:
        found, more = newest_articles(connection, limit=ON_A_PAGE, after=after or None, publisher=outlet)
        outlets, _ = busiest(connection, OUTLET, limit=30)
    return desk.page(request, "articles.html", found=found, more=more, outlet=outlet, outlets=outlets)


def _article(request: Request, desk: Desk, url: str) -> Response:
    with desk.database.reading() as connection:
        versions = all_versions(connection, url)
        if not versions:
            raise HTTPException(HTTPStatus.NOT_FOUND, "No such article is stored.")
        number = whole(request.query_params, "version", default=versions[-1].version, most=10**6)
        shown = next((item for item in versions if item.version == number), None)
        if shown is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"The article has no version {number}.")
        claims = _standing_in(shown.article, number, claims_of_article(connection, url))
        gone = next(iter(all_removals(connection, url)), None)
        first, copies = copy_of(connection, url), copies_of(connection, url)
    against = whole(request.query_params, "against", default=0, most=10**6) if request.query_params.get("against") else 0
    other = next((item for item in versions if item.version == against), None)
    return desk.page(
        request, "article.html", article=shown.article, version=number, versions=versions, claims=claims,
        paragraphs=_paragraphs(shown.article, claims), cut=len(shown.article.text) > _SHOWN_CHARACTERS,
        differences=_differences(other, shown) if other else (), against=against,
        dated=_DATED.get(shown.article.dated, shown.article.dated), gone=gone, first=first, copies=copies, outside=shown.article.url if shown.article.url.lower().startswith(("http://", "https://")) else "",
        versions_link=lambda version, against=None: address("/articles", url=url, version=version, against=against),
    )  # fmt: skip


def _standing_in(article: Article, version: int, claims: tuple[StoredClaim, ...]) -> tuple[StoredClaim, ...]:
    """The claims whose sentences stand in this version, where they stand in it: an edit stores only what it changed."""
    found: dict[tuple[str, str, str, str], StoredClaim] = {}
    for stored in claims:
        claim = stored.claim
        if claim.version > version:
            continue
        start = claim.start if claim.version == version else article.text.find(claim.sentence)
        if start >= 0:
            place = replace(claim, start=start, end=start + len(claim.sentence))
            found[claim.watch, claim.question, claim.sentence, claim.answer.text] = replace(stored, claim=place)
    return tuple(sorted(found.values(), key=lambda stored: stored.claim.start))


def _paragraphs(article: Article, claims: tuple[StoredClaim, ...]) -> list[list[Stretch]]:
    """The text as paragraphs of stretches; the stretches joined are the text."""
    text = article.text[:_SHOWN_CHARACTERS]
    by_place: dict[tuple[int, int], list[StoredClaim]] = {}
    for stored in claims:
        by_place.setdefault((stored.claim.start, stored.claim.end), []).append(stored)
    stretches, at = [], 0
    for (start, end), found in sorted(by_place.items(), key=lambda item: item[0]):
        if start < at or end > len(text):
            continue
        stretches += [Stretch(text=text[at:start]), Stretch(text=text[start:end], claims=tuple(found), start=start)]
        at = end
    stretches.append(Stretch(text=text[at:]))
    paragraphs: list[list[Stretch]] = [[]]
    for stretch in stretches:
        if stretch.claims:
            paragraphs[-1].append(stretch)
            continue
        first, *others = stretch.text.split("\n")
        paragraphs[-1].append(Stretch(text=first))
        paragraphs += [[Stretch(text=line)] for line in others]
    return [paragraph for paragraph in paragraphs if any(stretch.text.strip() for stretch in paragraph)]


def _differences(old: ArticleVersion, new: ArticleVersion) -> list[tuple[Piece, ...]]:
    """Word by word what the newer version changed, in the title and the paragraphs that it changed."""
    shown = (replace(item, article=replace(item.article, text=item.article.text[:_SHOWN_CHARACTERS])) for item in (old, new))
    (edit,) = version_edits(tuple(shown))
    return [*([edit.title] if edit.title else []), *edit.paragraphs]


def _count_place(text: str) -> tuple[int, str] | None:
    number, found, key = text.partition("~")
    return (int(number), key) if found and number.isascii() and number.isdigit() and len(number) < 12 else None
