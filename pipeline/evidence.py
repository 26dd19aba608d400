"""An evidence bundle: everything known about a watch as one zip that anybody can verify without Claimwatch's database.

`manifest.json` holds the SHA-256 of every other file. Every sentence can be found by its offsets in the text it was read from, and every
text by its fingerprint.
"""

import datetime as dt
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError, OutputError
from pipeline.model import ArticleVersion
from pipeline.report.rows import FORMAT, change_row, claim_row, json_lines, state_row
from pipeline.store.articles import all_removals, all_versions
from pipeline.store.changes import all_changes
from pipeline.store.claims import all_claims
from pipeline.store.database import Database
from pipeline.store.decisions import history
from pipeline.store.states import all_states
from pipeline.watches import Watch

# A zip has no time zone and begins in 1980; the same content gives the same bytes.
_STAMP = (1980, 1, 1, 0, 0, 0)
# A bundle larger than this when unpacked is refused when verifying: it was made to fill the memory.
_MOST_BYTES = 2_000_000_000


def write_bundle(database: Database, watch: Watch, path: Path, *, now: dt.datetime) -> int:
    """Write the bundle of a watch; the file is there whole or not at all. Returns how many files it holds.

    Args:
        database: Where everything is.
        watch: What to export.
        path: The zip to write.
        now: The time of the export, for the manifest (UTC).

    Raises:
        OutputError: The file cannot be written.
    """
    content = bundle_bytes(database, watch, now=now)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", where=str(path), remedy="Choose another place with --out.") from error
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        return len(bundle.namelist())


def bundle_bytes(database: Database, watch: Watch, *, now: dt.datetime) -> bytes:
    """The bundle of a watch as the bytes of a zip."""
    with database.reading() as connection:
        claims, changes = all_claims(connection, watch=watch.id), all_changes(connection, watch=watch.id)
        states = all_states(connection, watch=watch.id)
        addresses = sorted({stored.claim.url for stored in claims} | {change.evidence.url for change in changes})
        versions = [version for url in addresses for version in all_versions(connection, url)]
        gone = {removal.url: removal.removed_at for removal in all_removals(connection)}
        decided = [row for change in changes for row in reversed(history(connection, change=change.id, limit=1_000))]
    names = {(version.article.url, version.version): f"texts/{number:05}.txt" for number, version in enumerate(versions, start=1)}
    files = {
        "claims.jsonl": json_lines(map(claim_row, claims)),
        "changes.jsonl": json_lines(map(change_row, changes)),
        "states.jsonl": json_lines(map(state_row, states)),
        "articles.jsonl": json_lines(
            _article_row(version, names[version.article.url, version.version], gone.get(version.article.url)) for version in versions
        ),
        "decisions.jsonl": json_lines(
            {"change": row.change, "at": row.at.isoformat(), "who": row.who, "action": row.action.value, "note": row.note, "undone": row.undone}
            for row in decided
        ),
        "README.txt": _README,
    }
    texts = {names[version.article.url, version.version]: version.article.text for version in versions}
    encoded = {name: text.encode("utf-8", "surrogatepass") for name, text in (*files.items(), *texts.items())}
    manifest = {
        "format": FORMAT, "made_at": now.isoformat(), "watch": watch.id, "title": watch.title, "claims": len(claims), "changes": len(changes),
        "articles": len(versions), "files": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(encoded.items())},
    }  # fmt: skip
    return _zipped({"manifest.json": json.dumps(manifest, indent=1, ensure_ascii=True).encode(), **encoded})


def verify_bundle(path: Path) -> list[str]:
    """What is wrong with a bundle, in words; empty if nothing is.

    Raises:
        ConfigError: The file is no bundle at all.
    """
    try:
        with zipfile.ZipFile(path) as bundle:
            if sum(item.file_size for item in bundle.infolist()) > _MOST_BYTES:
                raise ConfigError("is too large to be one of our bundles", where=str(path))
            files = {name: bundle.read(name) for name in bundle.namelist()}
            manifest = json.loads(files.pop("manifest.json"))
            expected: dict[str, str] = dict(manifest["files"])
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, NotImplementedError, RuntimeError) as error:
        raise ConfigError(
            f"is no evidence bundle ({type(error).__name__})", where=str(path), remedy="Give a file that `claimwatch export` wrote."
        ) from error
    problems = [f"{name}: is missing" for name in expected if name not in files]
    problems += [f"{name}: is not listed in the manifest" for name in files if name not in expected]
    problems += [
        f"{name}: has been altered" for name, data in files.items() if name in expected and hashlib.sha256(data).hexdigest() != expected[name]
    ]
    return problems or [*_misplaced(files)]


def _misplaced(files: dict[str, bytes]) -> Iterable[str]:
    """Sentences that do not stand where they are said to stand, and texts that are not what they were."""
    texts: dict[tuple[str, int], str] = {}
    for row in _rows(files, "articles.jsonl"):
        text = files.get(row["file"], b"").decode("utf-8", "surrogatepass")
        texts[row["url"], row["version"]] = text
        whole = f"{len(row['title'])}:{row['title']}{len(text)}:{text}"
        if hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest() != row["fingerprint"]:
            yield f"{row['file']}: does not have the fingerprint that was stored"
    for row in _rows(files, "claims.jsonl"):
        if texts.get((row["url"], row["version"]), "")[row["start"] : row["end"]] != row["sentence"]:
            yield f"claim {row['key'][:12]}: its sentence does not stand at its place in {row['url']}"


def _rows(files: dict[str, bytes], name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[name].decode("utf-8", "surrogatepass").split("\n") if line]


def _article_row(version: ArticleVersion, file: str, removed_at: dt.datetime | None) -> dict[str, object]:
    article = version.article
    return {
        "url": article.url, "version": version.version, "publisher": article.publisher, "title": article.title, "file": file,
        "published": article.published.isoformat(), "updated": article.updated.isoformat() if article.updated else None,
        "dated": article.dated, "date_text": article.date_text, "seen_at": article.seen_at.isoformat(), "fingerprint": article.fingerprint,
        "removed_at": removed_at.isoformat() if removed_at else None,
    }  # fmt: skip


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in files.items():
            bundle.writestr(zipfile.ZipInfo(name, _STAMP), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


_README = """What Claimwatch knows about one watch.

manifest.json   SHA-256 of every other file here
claims.jsonl    every stored claim: who, when, how certain, the answer, the sentence with its offsets
changes.jsonl   what changed, with both sentences
states.jsonl    how each question stood after each article
articles.jsonl  every version of every article, with its fingerprint, the file of its text, and when it was found taken down
texts/          those texts, as they were read
decisions.jsonl what reviewers decided

Verify it with `claimwatch verify FILE`, or by hand: sha256sum of each file against the manifest; the characters from `start` to
`end` of a claim's text are its sentence; the fingerprint is the SHA-256 of "N:TITLEM:TEXT" with N and M the lengths in characters.
"""
