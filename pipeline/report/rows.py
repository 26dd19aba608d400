"""Changes, states and claims -> the rows of the documented JSON Lines and CSV formats (docs/formats.md)."""

import csv
import datetime as dt
import io
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from pipeline.crashpoints import crashpoint
from pipeline.errors import OutputError
from pipeline.model import Answer, Change, CurrentAnswer, Evidence, Interval, QuestionState, StoredClaim
from pipeline.statements import Unassigned

FORMAT = 1
Row = dict[str, object]
# A spreadsheet would run a cell that begins like this as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def change_row(change: Change) -> Row:
    """One line of changes.jsonl."""
    return {
        "format": FORMAT,
        "id": change.id,
        "watch": change.watch,
        "question": change.question,
        "kind": change.kind.value,
        "old": _answer(change.old),
        "new": _answer(change.new),
        "effective": _interval(change.effective),
        "detected_at": _instant(change.detected_at.astimezone(dt.UTC)),
        "score": round(change.score, 3),
        "why": list(change.why),
        "evidence": evidence_row(change.evidence),
        "prior": evidence_row(change.prior) if change.prior else None,
    }


def state_row(state: QuestionState) -> Row:
    """One line of state.jsonl."""
    return {
        "format": FORMAT,
        "as_of": _instant(state.as_of.astimezone(dt.UTC)),
        "after": state.after,
        "watch": state.watch,
        "question": state.question,
        "status": state.status.value,
        "answers": [_current(answer) for answer in state.answers],
    }


def statement_row(item: Unassigned) -> Row:
    """A sentence that concerns a watch and answers none of its questions."""
    return {
        "format": FORMAT,
        "watch": item.watch,
        "sentence": item.sentence,
        "speaker": item.speaker,
        "publisher": item.publisher,
        "certainty": item.certainty,
        "said_at": _instant(item.said_at),
        "sightings": item.sightings,
        "url": item.url,
        "version": item.version,
        "start": item.start,
        "end": item.end,
    }


def claim_row(stored: StoredClaim) -> Row:
    """One line of claims.jsonl."""
    claim = stored.claim
    return {
        "format": FORMAT,
        "key": claim.key,
        "watch": claim.watch,
        "question": claim.question,
        "effect": stored.effect.value,
        "prior": stored.prior,
        "retracted_at": _instant(stored.retracted_at) if stored.retracted_at else None,
        "answer": _answer(claim.answer),
        "certainty": claim.certainty.value,
        "speaker": claim.voice.speaker,
        "institution": claim.voice.institution,
        "carrier": claim.voice.carrier,
        "publisher": claim.voice.publisher,
        "cue": claim.voice.cue,
        "attributed": claim.voice.attributed,
        "said_at": _instant(claim.said_at),
        "effective": _interval(claim.effective),
        "episode": claim.episode,
        "window": claim.window,
        "background": claim.background,
        "affirmed": claim.affirmed,
        "tentative": claim.tentative,
        "seen_at": _instant(claim.seen_at),
        "url": claim.url,
        "version": claim.version,
        "published": _instant(claim.published),
        "start": claim.start,
        "end": claim.end,
        "sentence": claim.sentence,
    }


def evidence_row(evidence: Evidence) -> Row:
    """Evidence as it stands in all rows."""
    return {
        "url": evidence.url,
        "version": evidence.version,
        "published": _instant(evidence.published),
        "start": evidence.start,
        "end": evidence.end,
        "sentence": evidence.sentence,
        "speaker": evidence.speaker,
        "carrier": evidence.carrier or None,
        "publisher": evidence.publisher,
        "said_at": _instant(evidence.said_at),
        "certainty": evidence.certainty.value,
    }


def json_lines(rows: Iterable[Mapping[str, object]]) -> str:
    """Rows as JSON Lines, UTF-8, one object a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def csv_text(rows: Iterable[Mapping[str, object]]) -> str:
    """Rows as CSV with a header; nested keys are joined by dots, cells that look like formulas are quoted by an apostrophe."""
    flat = [_flatten(row) for row in rows]
    columns = list(dict.fromkeys(key for row in flat for key in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return out.getvalue()


def write_text(path: Path, text: str) -> None:
    """Write a file in UTF-8, whole or not at all. Lone surrogates, which UTF-8 cannot hold, are written as JSON escapes.

    Raises:
        OutputError: It cannot be written; the old file is as it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            crashpoint("file: before write")
            with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            crashpoint("file: before rename")
            Path(temporary).replace(path)
            crashpoint("file: after rename")
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(
            f"cannot be written: {error.strerror or error}",
            where=str(path),
            remedy="Check the permissions and the free space, or name another folder with --out.",
        ) from error


def _flatten(row: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in row.items():
        if isinstance(value, Mapping):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = _cell(value)
    return flat


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list):
        plain = all(isinstance(item, str) for item in value)
        text = "; ".join(value) if plain else json.dumps(value, ensure_ascii=False)
    else:
        text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _current(answer: CurrentAnswer) -> Row:
    return {
        **(_answer(answer.answer) or {}),
        "certainty": answer.certainty.value,
        "speakers": list(answer.speakers),
        "since": _instant(answer.since),
        "evidence": evidence_row(answer.evidence),
    }


def _answer(answer: Answer | None) -> Row | None:
    if answer is None:
        return None
    return {"text": answer.text, "type": answer.type, "value": answer.value, "unit": answer.unit, "bound": answer.bound}


def _interval(when: Interval | None) -> Row | None:
    if when is None:
        return None
    return {
        "from": _instant(when.start) if when.start else None,
        "to": _instant(when.end) if when.end else None,
        "precision": when.precision,
    }


def _instant(moment: dt.datetime) -> str:
    return moment.isoformat()
