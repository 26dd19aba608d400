"""`python -m tests.soak_feeds [DIR]`: feeds of others and mutants of them through our boundary; nothing may come out but entries or a reason.

DIR holds test suites of other feed readers (docs/quality.md says which and how to get them); without it, the mutants are made of our own feeds.
MUTANTS sets their number (50,000), SEED where they begin. Every outcome is counted; exits 1 if there is an exception or a hang.
"""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from pipeline.errors import InputError
from pipeline.ingest.entries import ParsedFeed, read_feed
from pipeline.ingest.worker import ParseWorker
from pipeline.watches import Feed
from tests.faultserver import ENTITY_BOMB, XXE, good_feed, item, rss

MUTANTS = int(os.environ.get("MUTANTS", "50000"))
SEED = int(os.environ.get("SEED", "1"))
FEED = Feed(id="f", url="https://example.org/feed", publisher="P")
_LONGEST = 200_000
BATCH = 50
_TOKENS = (
    *(b"<", b">", b"</", b"/>", b"&", b";", b"]]>", b"<![CDATA[", b"<!--", b"-->", b'"', b"'", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"&#x0;", b"&#xD800;"),
    *(b"<item>", b"</item>", b"<entry>", b"<author>", b"(a@b.c)", b"<link>", b"<title type='xhtml'>", b"<georss:where>", b"<textinput>", b"<category/>", b"<media:license>"),
    *(b"<?xml version='1.0' encoding='nonsense'?>", b"encoding='utf-32'", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b"xmlns='", b"javascript:", b"{", b"null", b"1e999", b"99999999999"),
)


def mutated(body: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """The body with one to six of the things that happen to feeds."""
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(body) + 1)
        to = min(len(body), at + chance.choice((1, 2, 8, 40, 300)))
        kind = chance.randrange(8)
        if kind == 0:
            body = body[:at] + body[to:]
        elif kind == 1:
            body = body[:at] + chance.choice(_TOKENS) + body[at:]
        elif kind == 2:
            body = body[:at] + body[at:to] * chance.choice((2, 3, 50)) + body[to:]
        elif kind == 3:
            body = body[:at] + bytes(chance.randrange(256) for _ in range(chance.randint(1, 6))) + body[to:]
        elif kind == 4:
            body = body[:at]
        elif kind == 5:
            other = chance.choice(others)
            cut = chance.randrange(len(other) + 1)
            body = body[:at] + other[cut : cut + 400] + body[at:]
        elif kind == 6 and body:
            body = body[:at] + bytes((body[at] ^ (1 << chance.randrange(8)),)) + body[at + 1 :] if at < len(body) else body
        else:
            body = body[:at] + chance.choice(_TOKENS) * chance.choice((1, 30, 300)) + body[to:]
        body = body[:_LONGEST]
    return body


def own_feeds() -> list[bytes]:
    """Feeds of our own to begin with."""
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><title type="html">A &lt;b&gt;b&lt;/b&gt;</title><link href="/a"/><id>i</id>'
        '<updated>2031-05-12T08:00:00Z</updated><author><name>N</name><email>n@example.org</email></author><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">x</div></content></entry></feed>'
    )
    json_feed = '{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [{"id": "1", "url": "https://example.org/j", "content_html": "<p>x</p>", "date_published": "2031-05-12T08:00:00Z"}]}'
    texts = [good_feed("a", 4), rss(item(1, guid="g") + item(2, date=None)), atom, json_feed, ENTITY_BOMB + rss(item(1)).split("?>", 1)[1], XXE + rss(item(2)).split("?>", 1)[1]]
    return [text.encode() for text in texts]


def suite(folder: Path | None) -> dict[str, bytes]:
    """Every file of the suites, by path."""
    if folder is None:
        return {f"own {number}": body for number, body in enumerate(own_feeds())}
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.suffix in (".xml", ".json", ".rss", ".atom") and path.is_file()}


def mutants(bodies: list[bytes], number: int, seed: int) -> Iterator[bytes]:
    """That many mutants, the same ones for the same seed."""
    chance = random.Random(seed)
    small = [body for body in bodies if 0 < len(body) <= _LONGEST]
    for _ in range(number):
        yield mutated(chance.choice(small), small, chance)


def outcomes(bodies: list[bytes]) -> list[str]:
    """What comes of each body in the child: ok, partial, or the reason; what is no `InputError` is told apart, as the boundary does."""
    return [_outcome(body) for body in bodies]


def _outcome(body: bytes) -> str:
    try:
        parsed = read_feed(body, FEED, "https://example.org/feed")
    except InputError as error:
        return error.code
    except Exception as error:
        return f"parse_failed ({type(error).__name__})"
    if not isinstance(parsed, ParsedFeed) or any(not entry.url.lower().startswith("http") for entry in parsed.entries):
        return "WRONG"
    return "partial" if parsed.partial else "ok"


def through(worker: ParseWorker, bodies: list[bytes]) -> Iterator[str]:
    """The outcomes through the boundary: many bodies in one job, and each in a job of its own where the job was stopped."""
    try:
        yield from worker.call(outcomes, bodies, where="x")
    except InputError as error:
        if len(bodies) == 1:
            yield error.code
        else:
            for body in bodies:
                yield from through(worker, [body])


def run(bodies: Iterator[tuple[str, bytes]], total: int, report: Callable[[str], object]) -> tuple[Counter[str], float, int]:
    """Outcomes, the longest time of one job, and how many raised past the boundary."""
    worker, counts, longest, uncaught, done = ParseWorker(), Counter[str](), 0.0, 0, 0
    while batch := list(islice(bodies, BATCH)):
        started = time.monotonic()
        try:
            counts.update(through(worker, [body for _, body in batch]))
        except Exception as error:
            uncaught += 1
            report(f"\nUNCAUGHT {type(error).__name__}: {error} in one of {[name for name, _ in batch]}")
        longest = max(longest, time.monotonic() - started)
        done += len(batch)
        report(f"\r{done} of {total} ")
    worker.close()
    return counts, longest, uncaught


def main() -> None:
    """Run the suites, then the mutants."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    files = suite(folder)
    failed = False
    for title, bodies, total in (
        ("files", iter(files.items()), len(files)),
        ("mutants", ((f"mutant {number} of seed {SEED}", body) for number, body in enumerate(mutants(list(files.values()), MUTANTS, SEED))), MUTANTS),
    ):
        started = time.monotonic()
        counts, longest, uncaught = run(bodies, total, lambda text: print(text, end="", flush=True))
        hangs = counts["parse_timeout"]
        print(f"\n{total} {title} in {time.monotonic() - started:.0f} s: {uncaught} uncaught, {hangs} stopped for time, longest {longest:.1f} s")
        for kind, number in counts.most_common():
            print(f"  {number:6} {kind}")
        failed = failed or uncaught > 0 or counts["WRONG"] > 0
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
