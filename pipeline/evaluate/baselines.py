"""Two baselines, to know what the rules are worth: every sentence is a change; one rapidfuzz threshold."""

from collections.abc import Sequence
from typing import Any

from rapidfuzz import fuzz

from pipeline.extract.paragraphs import split_paragraphs
from pipeline.extract.sentences import sentence_starts
from pipeline.ingest.archive import Archive
from pipeline.model import Article

Row = dict[str, Any]
THRESHOLDS = tuple(range(30, 100, 5))


def every_sentence(archive: Archive, watch: str) -> list[Row]:
    """Every sentence of every article as a change, against the sentence before it."""
    rows: list[Row] = []
    last: Row | None = None
    for article, sentence in _sentences(archive):
        row = _row(article, sentence, "status_changed", watch, last)
        rows.append(row)
        last = row
    return rows


def one_threshold(archive: Archive, watch: str, threshold: float) -> list[Row]:
    """A sentence whose best earlier sentence scores between `threshold` and 95 (token_set_ratio) is a change of it."""
    rows: list[Row] = []
    seen: list[tuple[Article, str]] = []
    for article, sentence in _sentences(archive):
        best = max(seen, key=lambda item: fuzz.token_set_ratio(sentence, item[1]), default=None)
        value = fuzz.token_set_ratio(sentence, best[1]) if best else 0.0
        if best is not None and threshold <= value < 95:
            rows.append(_row(article, sentence, "status_changed", watch, _row(best[0], best[1], "new", watch, None)))
        seen.append((article, sentence))
    return rows


def _sentences(archive: Archive) -> Sequence[tuple[Article, str]]:
    found: list[tuple[Article, str]] = []
    for article in archive.articles:
        for paragraph in split_paragraphs(article.text, title=article.title):
            if paragraph.role == "body":
                starts = [*sentence_starts(paragraph.text), len(paragraph.text)]
                found.extend((article, paragraph.text[start:end].strip()) for start, end in zip(starts, starts[1:], strict=False))
    return found


def _row(article: Article, sentence: str, kind: str, watch: str, prior: Row | None) -> Row:
    return {
        "kind": kind,
        "watch": watch,
        "question": None,
        "evidence": {"url": article.url, "sentence": sentence},
        "prior": prior and prior["evidence"],
        "detected_at": article.seen_at.isoformat(),
    }
