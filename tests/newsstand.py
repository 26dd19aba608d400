"""Many small feeds on loopback that say something new every round. Imports no test tools: other processes use it too."""

import datetime as dt
import hashlib
import http.server
import threading
from email.utils import format_datetime
from types import TracebackType
from typing import Self

from pipeline.watches import Feed, Question, QuestionKind, Story, Watch

START = dt.datetime(2031, 5, 12, 9, 0, tzinfo=dt.UTC)
ROUND = dt.timedelta(minutes=30)
_FILLER = "The council met in the old hall and spoke about roads, schools, the market and the harbour wall, as it does every week. " * 6
WATCH = Watch(
    id="bridge", title="The bridge", subject=("bridge",), questions=(
        Question(id="closing", kind=QuestionKind.DATE, role="event", overdue=dt.timedelta(days=1)),
        Question(id="houses", kind=QuestionKind.QUANTITY, of=("house",), role="affected"),
    ))


class Newsstand:
    """Serves `number` feeds; in round r those whose number is r modulo `every` have a new entry with its full text.

    `with Newsstand(50) as stand: stand.story()`; `stand.round` is the last round that is out. What is
    posted to it, as to a webhook, is kept in `received` and answered with the status `answer`.
    """

    def __init__(self, number: int, *, every: int = 5) -> None:
        self.number, self.every, self.round = number, every, -1
        self.asked = 0
        self.received: list[str] = []
        self.answer = 200
        stand = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                stand.asked += 1
                body = stand.feed(int(self.path.strip("/")))
                etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
                same = self.headers.get("If-None-Match") == etag
                self.send_response(304 if same else 200)
                self.send_header("ETag", etag)
                self.send_header("Content-Type", "application/rss+xml")
                self.send_header("Content-Length", "0" if same else str(len(body)))
                self.end_headers()
                if not same:
                    self.wfile.write(body)

            def do_POST(self) -> None:
                stand.received.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.send_response(stand.answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    def story(self) -> Story:
        return make_story(self.host, self.number)

    def entries(self) -> int:
        """How many entries are out."""
        return sum(len(self._rounds(feed)) for feed in range(self.number))

    def filler(self, number: int, told: int) -> str:
        """What else an entry says."""
        del number, told
        return _FILLER

    def feed(self, number: int) -> bytes:
        items = "".join(self._item(number, told) for told in self._rounds(number))
        return (
            '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
            f"<title>Feed {number}</title><link>http://{self.host}/</link><description>Local</description>{items}</channel></rss>"
        ).encode()

    def _rounds(self, number: int) -> list[int]:
        return [told for told in range(self.round + 1) if told % self.every == number % self.every]

    def _item(self, number: int, told: int) -> str:
        # Some feeds are late: their word is older than that of others who spoke before.
        at = START + told * ROUND - dt.timedelta(minutes=(number * 7) % 50)
        speaker = ("Anna Berg", "Jonas Falk", "Maria Holm")[number % 3]
        text = (
            f"The bridge will close on {14 + (told * 3 + number) % 12} May, {speaker} said. "
            f"At least {10 + (told + number) % 30} houses were flooded on Sunday. {self.filler(number, told)}"
        )
        return (
            f"<item><title>Bridge news {number} {told}</title><link>http://news{number}.example.org/{told}</link>"
            f'<guid isPermaLink="false">{number}-{told}</guid><pubDate>{format_datetime(at)}</pubDate>'
            f"<content:encoded>&lt;p&gt;{text}&lt;/p&gt;</content:encoded></item>"
        )


def make_story(host: str, number: int) -> Story:
    """The watch with the feeds of a newsstand at that address."""
    feeds = tuple(Feed(id=f"feed-{feed:02}", url=f"http://{host}/{feed}", publisher=f"Paper {feed}") for feed in range(number))
    return Story(watches=(WATCH,), feeds=feeds)
