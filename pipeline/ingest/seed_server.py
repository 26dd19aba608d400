"""The shipped stories over real HTTP on loopback: feeds and article pages with navigation, boilerplate and validators."""

import asyncio
import datetime as dt
import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from email.utils import format_datetime
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from aiohttp import web

from pipeline.ingest.archive import Archive, read_archive
from pipeline.model import Article


class SeedServer:
    """Serves archives on a free port of 127.0.0.1 in a thread: `with SeedServer({"story": folder}) as server: server.url`.

    Args:
        stories: Name of each story and its folder.
        up_to: Only what had been published by then is there (UTC); None for everything.
        port: 0 for a free one.
    """

    def __init__(self, stories: dict[str, Path], *, up_to: dt.datetime | None = None, port: int = 0) -> None:
        self._archives = {name: read_archive(folder) for name, folder in stories.items()}
        self.up_to, self._port = up_to, port
        self.requests: list[tuple[str, int]] = []
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._up = threading.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._up.wait(20):
            raise RuntimeError("the seed server did not start")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        runner = web.AppRunner(self.application())
        self._loop.run_until_complete(runner.setup())
        site = web.TCPSite(runner, "127.0.0.1", self._port)
        self._loop.run_until_complete(site.start())
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._up.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    def application(self) -> web.Application:
        """The web application: /, /STORY/feed.rss, /STORY/feed.atom, /STORY/PATH-OF-THE-ARTICLE."""
        application = web.Application()
        application.router.add_get("/{tail:.*}", self._answer)
        return application

    async def _answer(self, request: web.Request) -> web.Response:
        story, _, path = request.path.strip("/").partition("/")
        base = f"{request.scheme}://{request.host}"
        archive = self._archives.get(story)
        if not story:
            answer = _text(_index(sorted(self._archives)), "text/html")
        elif archive is None:
            answer = web.Response(status=404, text="no such story")
        elif path in ("feed.rss", "feed.atom"):
            articles = self._visible(archive)
            body = (_rss if path.endswith("rss") else _atom)(story, articles, base)
            answer = _validated(
                request,
                body,
                "application/rss+xml" if path.endswith("rss") else "application/atom+xml",
                max((a.seen_at for a in articles), default=None),
            )
        else:
            answer = self._page(request, story, archive, path, base)
        self.requests.append((request.path, answer.status))
        return answer

    def _page(self, request: web.Request, story: str, archive: Archive, path: str, base: str) -> web.Response:
        article = next((item for item in self._visible(archive) if _path(item.url) == path), None)
        if article is None:
            return web.Response(status=404, text="no such page")
        if (
            any(removal.url == article.url and (self.up_to is None or removal.removed_at <= self.up_to) for removal in archive.removals)
            and self.up_to is not None
        ):
            return web.Response(status=410, text="this article was taken down")
        return _validated(request, _html(article, story, self._visible(archive), base), "text/html", article.seen_at)

    def _visible(self, archive: Archive) -> list[Article]:
        """The newest version of each article that is out by now, newest first."""
        newest: dict[str, Article] = {}
        for article in archive.articles:
            if self.up_to is None or article.seen_at <= self.up_to:
                newest[article.url] = article
        return sorted(newest.values(), key=lambda article: article.seen_at, reverse=True)


def serve_forever(folder: Path, port: int, *, announce: Callable[[str], object]) -> None:
    """Serve every story in a folder until stopped.

    Args:
        folder: Holds one folder per story.
        port: Port on 127.0.0.1.
        announce: Told the addresses.
    """
    stories = {path.name: path for path in sorted(folder.iterdir()) if (path / "001.txt").exists()}
    server = SeedServer(stories, port=port)
    for name in stories:
        announce(f"http://127.0.0.1:{port}/{name}/feed.rss")
    web.run_app(server.application(), host="127.0.0.1", port=port, print=lambda _line: None)


def _path(url: str) -> str:
    return urlsplit(url).path.strip("/")


def _text(body: str, kind: str) -> web.Response:
    return web.Response(text=body, content_type=kind, charset="utf-8")


def _validated(request: web.Request, body: str, kind: str, changed: dt.datetime | None) -> web.Response:
    """With a strong ETag and Last-Modified; 304 where the client has it."""
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag}
    if changed is not None:
        headers["Last-Modified"] = format_datetime(changed.astimezone(dt.UTC).replace(microsecond=0), usegmt=True)
    same = request.headers.get("If-None-Match", "").strip() == etag
    if not request.headers.get("If-None-Match") and request.if_modified_since is not None and changed is not None:
        same = changed.replace(microsecond=0) <= request.if_modified_since
    if same:
        return web.Response(status=304, headers=headers)
    answer = _text(body, kind)
    answer.headers.update(headers)
    return answer


def _index(names: Sequence[str]) -> str:
    links = "".join(f'<li><a href="/{escape(name)}/feed.rss">{escape(name)}</a></li>' for name in names)
    return f"<!doctype html><title>Seed stories</title><h1>Seed stories</h1><p>Dispatches written for this project, not news.</p><ul>{links}</ul>"


def _rss(story: str, articles: Sequence[Article], base: str) -> str:
    items = "".join(
        f'<item><title>{escape(article.title)}</title><link>{base}/{story}/{_path(article.url)}</link><guid isPermaLink="false">{escape(article.url)}</guid>'
        f"<pubDate>{format_datetime(article.published)}</pubDate>"
        + (f"<atom:updated>{article.updated.isoformat()}</atom:updated>" if article.updated else "")
        + f'<description>{escape(article.text[:160])}</description><source url="{base}/{story}/feed.rss">{escape(article.publisher)}</source></item>'
        for article in articles
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>{escape(story)}</title>'
        f"<link>{base}/</link><description>Dispatches written for this project, not news</description>{items}</channel></rss>"
    )


def _atom(story: str, articles: Sequence[Article], base: str) -> str:
    entries = "".join(
        f'<entry><title>{escape(article.title)}</title><id>{escape(article.url)}</id><link href="{base}/{story}/{_path(article.url)}"/>'
        f"<published>{article.published.isoformat()}</published><updated>{(article.updated or article.published).isoformat()}</updated>"
        f"<author><name>{escape(article.publisher)}</name></author><summary>{escape(article.text[:160])}</summary></entry>"
        for article in articles
    )
    newest = max((article.seen_at for article in articles), default=dt.datetime.fromtimestamp(0, dt.UTC)).isoformat()
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>{escape(story)}</title><id>{base}/{story}</id>'
        f"<updated>{newest}</updated>{entries}</feed>"
    )


def _html(article: Article, story: str, others: Sequence[Article], base: str) -> str:
    paragraphs = "".join(f"<p>{escape(line)}</p>\n" for line in article.text.split("\n") if line.strip())
    teasers = "".join(
        f'<li><a href="{base}/{story}/{_path(other.url)}">{escape(other.title)}</a></li>' for other in others if other is not article
    )
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "datePublished": article.published.isoformat(),
        "dateModified": (article.updated or article.published).isoformat(),
    }
    linked = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(article.title)} - {escape(article.publisher)}</title>
<link rel="canonical" href="{escape(article.url)}"><meta property="og:site_name" content="{escape(article.publisher)}">
<meta property="og:title" content="{escape(article.title)}"><meta property="article:published_time" content="{article.published.isoformat()}">
<meta property="article:modified_time" content="{(article.updated or article.published).isoformat()}">
<script type="application/ld+json">{linked}</script></head>
<body><header><nav><a href="/">Home</a> <a href="/{story}/feed.rss">World</a> <a href="#">Sport</a> <a href="#">Sign in</a></nav></header>
<main><article><h1>{escape(article.title)}</h1>
{paragraphs}</article></main>
<aside><h2>Most read</h2><ul>{teasers}</ul><form><label>Get our newsletter <input type="email"></label><button>Subscribe</button></form></aside>
<section id="comments"><h2>Comments</h2><form><textarea></textarea><button>Post</button></form></section>
<footer><p>© {escape(article.publisher)}. All rights reserved. <a href="#">Privacy</a> <a href="#">Cookies</a></p></footer></body></html>
"""
