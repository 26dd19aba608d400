"""Article text on scrapinghub's article-extraction-benchmark: our whole path against bare trafilatura.

`DIR/article-extraction-benchmark` is a copy of that repository: `ground-truth.json` and `html/*.html.gz`. Texts are compared by runs of four
words, every page counting the same; a page that our path refuses (a wall, no text) gives the empty text.
"""

import datetime as dt
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import trafilatura

from pipeline.errors import InputError
from pipeline.ingest.articles import extract_article

_WORD = re.compile(r"\w+", re.UNICODE)
_RUN = 4
_NOW = dt.datetime(2031, 5, 12, tzinfo=dt.UTC)


def runs(text: str) -> Counter[tuple[str, ...]]:
    """How often each run of four words stands in a text; a shorter text is one run."""
    words = _WORD.findall(text)
    return Counter(tuple(words[at : at + _RUN]) for at in range(max(1, len(words) - _RUN + 1))) if words else Counter()


def shares(found: str, wanted: str) -> tuple[float, float, float]:
    """Shares of right, false and missing runs, which sum to one."""
    one, other = runs(found), runs(wanted)
    right = sum((one & other).values())
    false, missing = one.total() - right, other.total() - right
    whole = right + false + missing
    return (right / whole, false / whole, missing / whole) if whole else (0.0, 0.0, 0.0)


def scores(pairs: list[tuple[str, str]]) -> tuple[float, float, float]:
    """Precision, recall and F1 over pages."""
    right, false, missing = (sum(column) for column in zip(*(shares(found, wanted) for found, wanted in pairs), strict=True))
    precision, recall = right / (right + false), right / (right + missing)
    return precision, recall, 2 * precision * recall / (precision + recall)


def ours(body: bytes, url: str) -> str:
    """The text that our path stores; "" if it refuses the page."""
    try:
        return extract_article(body, url, _NOW, None, "f").text
    except InputError:
        return ""


def measure(folder: Path) -> Iterator[str]:
    """Lines with the figures."""
    place = folder / "article-extraction-benchmark"
    truth = json.loads((place / "ground-truth.json").read_text(encoding="utf-8"))
    paths, bare, refused = [], [], 0
    for name, page in sorted(truth.items()):
        body = gzip.decompress((place / "html" / f"{name}.html.gz").read_bytes())
        text = ours(body, page["url"] if "://" in page["url"] else f"https://{page['url']}")
        refused += not text
        paths.append((text, page["articleBody"]))
        bare.append((trafilatura.extract(body) or "", page["articleBody"]))
    for title, pairs in (("our whole path", paths), ("bare trafilatura", bare)):
        precision, recall, f1 = scores(pairs)
        yield f"articles: {title:17} precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f} on {len(pairs)} pages"
    yield f"articles: {refused} pages refused (a wall, or no article text)"
