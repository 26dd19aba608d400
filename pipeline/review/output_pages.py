"""What leaves the review for other tools: Atom, JSON, CSV, digests, evidence bundles, and the description of all that (OpenAPI)."""

import datetime as dt
import re

from feedgen.feed import FeedGenerator
from starlette.requests import Request
from starlette.responses import Response

from pipeline.digests import make_digest
from pipeline.evidence import bundle_bytes
from pipeline.model import digest
from pipeline.report.html import render_html
from pipeline.report.items import voice_words
from pipeline.report.markdown import render_markdown
from pipeline.report.plain import printable
from pipeline.review.desk import desk_of, visit_of
from pipeline.review.inbox import Row, to_row
from pipeline.review.listing import change_filter, day, whole
from pipeline.review.openapi import described
from pipeline.store.reviews import list_changes

_IN_A_FEED = 50
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def outputs_page(request: Request) -> Response:
    """GET /outputs: every address, with this user's token."""
    desk = desk_of(request)
    user = visit_of(request).user
    gate = request.app.state.gatekeeper
    token = gate.sessions.reading_token(user, gate.password_mark(user) or "") if not gate.rules.header else ""
    return desk.page(request, "outputs.html", token=token, base=f"{request.url.scheme}://{request.url.netloc}")


def atom(request: Request) -> Response:
    """GET /feeds/WATCH.atom, or /feeds/all.atom: the newest changes, whatever was decided; any filter of the inbox may be added."""
    desk = desk_of(request)
    watch = request.path_params["watch"]
    if watch != "all":
        desk.watch(watch)
    params = dict(request.query_params) | ({"watch": watch} if watch != "all" else {})
    wanted = change_filter({"state": "all"} | params, tuple(kind for kind in request.query_params.getlist("kind") if kind))
    with desk.database.reading() as connection:
        found, _ = list_changes(connection, wanted, limit=_IN_A_FEED)
    rows = [to_row(desk, item) for item in found]
    title = "Claimwatch: what changed" if watch == "all" else f"Claimwatch: {desk.title(watch)}"
    base = f"{request.url.scheme}://{request.url.netloc}"
    content = atom_feed(rows, title=title, address_of=f"{base}/feeds/{watch}.atom", base=base, empty=desk.now())
    return Response(content, media_type="application/atom+xml")


def atom_feed(rows: list[Row], *, title: str, address_of: str, base: str, empty: dt.datetime) -> bytes:
    """Changes as an Atom feed. An entry's id is the change's own, so that no reader shows it twice; all content is plain text."""
    feed = FeedGenerator()
    feed.id(f"urn:claimwatch:{digest(address_of)[:32]}")
    feed.title(_xml(title) or "Claimwatch")
    feed.link(href=_xml(address_of), rel="self")
    feed.link(href=_xml(base), rel="alternate")
    feed.updated(max((row.item.change.detected_at for row in rows), default=empty))
    for row in rows:
        item, change = row.item, row.item.change
        entry = feed.add_entry(order="append")
        entry.id(f"urn:claimwatch:change:{row.standing.change}")
        entry.title(_xml(f"{item.word.capitalize()}: {item.asks} {f'{item.old} → ' if item.old else ''}{item.new}"))
        entry.link(href=f"{base}/changes/{row.standing.change}")
        entry.updated(change.detected_at)
        entry.published(change.detected_at)
        entry.author(name=_xml(change.evidence.speaker) or "unknown")
        entry.category(term=change.kind.value)
        before = f"Before ({voice_words(change.prior)}): {change.prior.sentence}\n\n" if change.prior else ""
        entry.content(_xml(f"{before}Now ({voice_words(change.evidence)}): {change.evidence.sentence}\n\nWhy: {'; '.join(item.why)}"), type="text")
    return bytes(feed.atom_str(pretty=True))


def digest_file(request: Request) -> Response:
    """GET /digest.html and /digest.md: the last days (`days`, or `since` and `until`) as a file to mail or print."""
    desk = desk_of(request)
    params = request.query_params
    until = day(params.get("until", ""), end=True) or desk.now()
    since = day(params.get("since", "")) or until - dt.timedelta(days=whole(params, "days", default=7, most=3_650))
    report = make_digest(desk.database, desk.story, since=since, until=until, watch=params.get("watch", ""))
    html = request.url.path.endswith(".html")
    text = render_html(report) if html else render_markdown(report)
    # A file to keep, not a page of ours: it brings its own style, which our policy forbids to pages.
    headers = {"content-disposition": f'attachment; filename="claimwatch-{until:%Y-%m-%d}.{"html" if html else "md"}"'}
    return Response(text.encode("utf-8", "replace"), media_type="text/html" if html else "text/markdown", headers=headers)


def bundle(request: Request) -> Response:
    """GET /export/WATCH.zip: the evidence bundle."""
    desk = desk_of(request)
    watch = desk.watch(request.path_params["watch"])
    headers = {"content-disposition": f'attachment; filename="{watch.id}.zip"'}
    return Response(bundle_bytes(desk.database, watch, now=desk.now()), media_type="application/zip", headers=headers)


def openapi(request: Request) -> Response:
    """GET /openapi.json: what programs may read."""
    import json

    return Response(json.dumps(described(f"{request.url.scheme}://{request.url.netloc}")), media_type="application/json")


def _xml(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", printable(text))
