"""`python -m tests.soak_encodings DIR`: feedparser's own files about encodings, served on loopback and read by the real path.

DIR is `tests/encoding` of a checkout of feedparser (docs/quality.md says which). Each file says in a comment what must come of it, and with which
header it is served: the text it expects, or the encoding in which its bytes are then decoded here. What cannot be read must say so. Exits 1 otherwise.
"""

import codecs
import html
import re
import sys
from collections import Counter
from pathlib import Path

from pipeline.config import Settings
from pipeline.ingest.discovery import Checked, check_feeds
from pipeline.watches import Feed
from tests.faultserver import answer, serving

_MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
          (b"\0\0\0<", "utf-32-be"), (b"<\0\0\0", "utf-32-le"), (b"\0<\0?", "utf-16-be"), (b"<\0?\0", "utf-16-le"))


def comment(body: bytes) -> str:
    """The file as text, as far as its comment needs it."""
    name = next((name for mark, name in _MARKS if body.startswith(mark)), "utf-8")
    return body.decode(name, "replace")


def title_in(body: bytes, encoding: str) -> str | None:
    """The title that the bytes spell in an encoding, by regular expression; None if they do not."""
    try:
        text = comment(body) if encoding.startswith(("utf-16", "utf-32")) else body.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except (UnicodeError, LookupError):
        return None
    found = re.search(r"<title[^>]*>(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?</title>", text, re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", found[1])).split()) if found else ""


def verdict(checked: Checked, body: bytes) -> str:
    """What came of a file: right text, marked, refused with a reason, or WRONG."""
    said = comment(body)
    expect = re.search(r"Expect:\s*(.*?)\s*-->", said, re.DOTALL)
    if checked.found is None:
        return "refused with a reason" if checked.problem is not None and checked.problem.what else "WRONG"
    parsed = checked.found.parsed
    marked = bool(parsed.partial) or any("read as" in note for note in parsed.notes)
    wanted = re.search(r"(?:description'\]|title'\]|summary) == '(.*?)'", expect[1]) if expect else None
    number = re.search(r"ord\(entries\[0\]\['description'\]\) == (\d+)", expect[1]) if expect else None
    if wanted is not None or (number is not None and parsed.entries):
        text = chr(int(number[1])) if number else wanted[1].encode("latin-1", "backslashreplace").decode("unicode_escape") if wanted else ""
        read = {checked.found.title, *(part for entry in parsed.entries[:1] for part in (entry.summary, entry.title))}
        # Of an image only its absence is text.
        right = text in read or ("<img" in text and "" in read) or html.unescape(text) in read
        return "right text" if right else "marked" if marked else f"WRONG: {read} instead of {text!r}"
    encoding = re.search(r"encoding == '(.*?)'", expect[1]) if expect else None
    title = title_in(body, encoding[1] if encoding else "utf-8")
    if title is not None and checked.found.title in (title, "127.0.0.1"):
        return "right text" if title else "read, has no title"
    return "marked" if marked else f"WRONG: {checked.found.title!r} instead of {title!r}"


def main() -> None:
    """Serve, read and judge all files."""
    files = {path.name: path.read_bytes() for path in sorted(Path(sys.argv[1]).glob("*.xml"))}
    handlers = {}
    for name, body in files.items():
        kind = re.search(r"Header:\s*Content-type:\s*(.*)", comment(body), re.IGNORECASE)
        handlers[name] = answer(body, Content_Type=kind[1].strip() if kind else "text/xml")
    with serving(handlers) as server:
        feeds = [Feed(id=name, url=server.url(name), publisher="P") for name in files]
        results = check_feeds(feeds, Settings(allowed_hosts=(server.host,), concurrency=4))
    verdicts = {checked.feed.id: verdict(checked, files[checked.feed.id]) for checked in results}
    for name, said in verdicts.items():
        if said.startswith("WRONG") or "-v" in sys.argv:
            print(f"{name}: {said}")
    print(f"{len(files)} files: {dict(Counter(said.partition(':')[0] for said in verdicts.values()).most_common())}")
    if any(said.startswith("WRONG") for said in verdicts.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
