"""Attribution on PolNeAR dev: content, source and quote types, matched as the reference scorer of the data does."""

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.config import load_language
from pipeline.extract.nlp import load_english
from pipeline.extract.readings import Reader
from pipeline.language.names import Names
from pipeline.model import Article
from pipeline.statements import Reading

_ANY_DAY = dt.datetime(2016, 7, 1, tzinfo=dt.UTC)  # dates play no part here
_TYPES = ("direct", "mixed", "indirect")

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An attribution of ours: spans of character offsets."""

    source: Spans
    cue: Spans
    content: Spans


def measure(folder: Path, split: str = "dev") -> tuple[str, ...]:
    """The lines to print. Only the first annotator of an article counts; a match covers half of the union of both contents.

    Args:
        folder: Where attribution.jsonl lies.
        split: train or dev; the test split is not to be touched.
    """
    if split not in ("train", "dev"):
        raise ValueError("the test split is kept for others")
    vocabulary = load_language()
    reader = Reader(load_english(), Names(vocabulary.entities), vocabulary)
    counts: Counter[str] = Counter()
    for row in gold_rows(folder / "attribution.jsonl", split):
        counts["articles"] += 1
        counts.update(score(row, attributions(reader, row)))
    return _lines(split, counts)


def gold_rows(path: Path, split: str) -> Iterator[dict[str, Any]]:
    """The articles of a split, each by its first annotator."""
    seen = set()
    with path.open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["split"] == split and row["id"] not in seen:
                seen.add(row["id"])
                yield row


def attributions(reader: Reader, row: dict[str, Any]) -> tuple[Found, ...]:
    """What we find in an article. A quotation that goes on has no source of its own: it has that of the one before."""
    article = Article(
        url="", publisher=row["publisher"], title=row["title"] or "", published=_ANY_DAY, seen_at=_ANY_DAY, text=row["text"], language="en"
    )
    return tuple(_found(reader.read(article)))


def _found(reading: Reading) -> Iterator[Found]:
    before: Spans = ()
    for statement in reading.statements:
        for mention in statement.attributions:
            source = (mention.source,) if mention.source else before if mention.cue is None else ()
            before = source or before
            yield Found(source=source, cue=(mention.cue,) if mention.cue else (), content=mention.content)


def score(row: dict[str, Any], found: tuple[Found, ...]) -> Counter[str]:
    """Counts of one article: gold, found, matched, exact, sources; by quote type too."""
    gold = [(_letters(item["content"]), _letters(item["source"]), item["quote_type"]) for item in row["attributions"]]
    counts = Counter(gold=len(gold), found=len(found))
    counts.update(f"gold_{kind}" for _, _, kind in gold)
    free = dict(enumerate(gold))
    for item in found:
        ours, kind = _letters(item.content), quote_type(row["text"], item.content)
        counts[f"found_{kind}"] += 1
        overlaps = ((len(ours & theirs) / max(1, len(ours | theirs)), number) for number, (theirs, _, _) in free.items())
        best, at = max(overlaps, default=(0.0, -1))
        if best < 0.5:
            continue
        theirs, source, wanted = free.pop(at)
        counts.update(("matched", f"hit_{wanted}", f"right_{kind}"))
        counts["exact"] += ours == theirs
        if source:
            counts["sources"] += 1
            counts["right_sources"] += bool(source & _letters(item.source))
    return counts


def quote_type(text: str, content: Spans) -> str:
    """Direct, mixed or indirect by the quotation marks, as the conversion of the data has it."""
    words = " ".join(text[start:end] for start, end in content)
    if words[:1] in ('"', "“", "'", "‘") and words.rstrip(".,;")[-1:] in ('"', "”", "'", "’"):
        return "direct"
    return "mixed" if re.search('["“”]', words) else "indirect"


def _letters(spans: Any) -> set[int]:
    return {at for start, end in spans for at in range(start, end)}


def _lines(split: str, counts: Counter[str]) -> tuple[str, ...]:
    precision, recall = _share(counts["matched"], counts["found"]), _share(counts["matched"], counts["gold"])
    both = 2 * precision * recall / max(1e-9, precision + recall)
    exact = 2 * counts["exact"] / max(1, counts["found"] + counts["gold"])
    quoted = tuple(sum(counts[f"{what}_{kind}"] for kind in ("direct", "mixed")) for what in ("hit", "gold", "right", "found"))
    return (
        f"attribution, PolNeAR {split}: {counts['articles']} articles, gold {counts['gold']}, found {counts['found']}",
        f"  content   P {precision:.3f}  R {recall:.3f}  F1 {both:.3f}  exact F1 {exact:.3f}",
        f"  source    right in {counts['right_sources']} of {counts['sources']} matched: "
        f"{_share(counts['right_sources'], counts['sources']):.3f}",
        *(
            f"  {kind:9} R {counts['hit_' + kind]}/{counts['gold_' + kind]} {_share(counts['hit_' + kind], counts['gold_' + kind]):.3f}  "
            f"P {counts['right_' + kind]}/{counts['found_' + kind]} {_share(counts['right_' + kind], counts['found_' + kind]):.3f}"
            for kind in _TYPES
        ),
        f"  quotes    (direct and mixed) R {_share(quoted[0], quoted[1]):.3f}  P {_share(quoted[2], quoted[3]):.3f}",
    )


def _share(part: int, whole: int) -> float:
    return part / max(1, whole)


def main() -> None:
    """Write our findings in the form that the reference scorer reads: FOLDER SPLIT OUT."""
    import sys

    folder, split, out = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    vocabulary = load_language()
    reader = Reader(load_english(), Names(vocabulary.entities), vocabulary)
    with out.open("w", encoding="utf-8") as lines:
        for row in gold_rows(folder / "attribution.jsonl", split):
            items = [{"source": item.source, "cue": item.cue, "content": item.content} for item in attributions(reader, row)]
            lines.write(json.dumps({"id": row["id"], "attributions": items}) + "\n")


if __name__ == "__main__":
    main()
