"""What Claimwatch needs to run, looked at one by one; each line that fails says what mends it."""

import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from pipeline.config import load_settings, load_story
from pipeline.errors import ClaimwatchError, ConfigError, MissingPartError
from pipeline.extract.nlp import load_english
from pipeline.store.database import open_database

_FREE_MB = 500


def examine(config: Path, database: str | None) -> tuple[list[str], bool]:
    """Look at model, configuration, database, disk and Prefect.

    Args:
        config: The configuration folder.
        database: Address of the database; None for the configured one.

    Returns:
        A line per check for people, and True if all are well.
    """
    settings = load_settings(config, os.environ)
    address = database or settings.database_url
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("language model", lambda: str(load_english().meta["name"])),
        ("configuration", lambda: f"{len(load_story(config).watches)} watches, {len(load_story(config).feeds)} feeds in {config}"),
        ("database", lambda: _database(address)),
        ("disk", _disk),
        ("Prefect", _prefect),
    )
    lines, healthy = [], True
    for name, check in checks:
        try:
            lines.append(f"ok    {name}: {check()}")
        except ClaimwatchError as error:
            healthy = False
            lines.append(f"FAILS {name}: {error}")
    return lines, healthy


def _database(address: str) -> str:
    store = open_database(address)
    try:
        return f"{store.engine.url.render_as_string(hide_password=True)}, schema up to date"
    finally:
        store.close()


def _disk() -> str:
    free = shutil.disk_usage(Path.cwd()).free // 1_000_000
    if free < _FREE_MB:
        raise ConfigError(f"only {free} MB free", where=str(Path.cwd()), remedy="Make room; a year of a busy watch takes some hundred MB.")
    return f"{free} MB free"


def _prefect() -> str:
    address = os.environ.get("PREFECT_API_URL")
    if not address:
        return "no PREFECT_API_URL set; `claimwatch schedule` starts a local server"
    if not address.startswith(("http://", "https://")):
        raise ConfigError("PREFECT_API_URL is no http address", where=address, remedy="Set it like http://127.0.0.1:4200/api.")
    try:
        with urllib.request.urlopen(f"{address.rstrip('/')}/health", timeout=5) as answer:  # noqa: S310 - http(s) checked above
            return f"{address} answers {answer.status}"
    except (urllib.error.URLError, OSError) as error:
        raise MissingPartError(
            f"the Prefect server does not answer ({error})",
            where=address,
            remedy="Start it with `prefect server start`, or unset PREFECT_API_URL.",
        ) from error
