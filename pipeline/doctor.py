"""What Claimwatch needs to run, looked at one by one; each line that fails says what mends it."""

import datetime as dt
import os
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

from pipeline.config import load_settings, load_story
from pipeline.doctor_prefect import api_answers, page_finds_server, server_lets_us_in
from pipeline.errors import ClaimwatchError, ConfigError, DatabaseError
from pipeline.extract.nlp import load_english
from pipeline.notify.send import check_address
from pipeline.store.database import Database, open_database
from pipeline.store.health import last_completed, standing

_FREE_MB = 500
# With less than this, SQLite cannot even open what is there: it makes a file beside it.
_FULL_MB = 1
# Leases and due times need clocks that agree to some seconds.
_CLOCK_SECONDS = 10
_STUCK = dt.timedelta(hours=6)

Check = tuple[str, Callable[[], str]]


def examine(
    config: Path, database: str | None, *, quick: bool = False, completed_within: dt.timedelta | None = None
) -> tuple[list[str], bool]:
    """Look at model, configuration, database, migrations, feeds, line, channels, disk, clock and Prefect.

    Args:
        config: The configuration folder.
        database: Address of the database; None for the configured one.
        quick: Only settings, database, clock and last run.
        completed_within: Fail where no run was completed for that long.

    Returns:
        A line per check for people, and True if all are well.
    """
    lines: list[str] = []
    # With settings that cannot be read, all else is looked at as if they were not there.
    healthy = _look((("settings", lambda: _settings(config)),), lines)
    settings = load_settings(config if healthy else None, os.environ)
    address = database or settings.database_url
    if not quick:
        healthy = _look(_needed(config, address), lines) and healthy
    healthy = _look_into(address, completed_within, lines, quick=quick) and healthy
    if not quick:
        healthy = (
            _look((("Prefect", api_answers), ("Prefect lets us in", server_lets_us_in), ("Prefect's page", page_finds_server)), lines)
            and healthy
        )
    return lines, healthy


def _look(checks: tuple[Check, ...], lines: list[str]) -> bool:
    well = True
    for name, check in checks:
        try:
            lines.append(f"ok    {name}: {check()}")
        except ClaimwatchError as error:
            well = False
            lines.append(f"FAILS {name}: {error}")
    return well


def _look_into(address: str, completed_within: dt.timedelta | None, lines: list[str], *, quick: bool) -> bool:
    try:
        store = open_database(address)
    except ClaimwatchError as error:
        mend = "Start it: `docker compose up -d database`, or `pg_ctl start` on its machine."
        if not address.startswith("postgres"):
            mend = "Choose a place that can be written: `export CLAIMWATCH_DATABASE_URL=sqlite:///var/claimwatch.db`."
            folder = _folder_of(address)
            if re.search(r"is full|disk I/O error|No space left", error.what) and _free_mb(folder) < _FULL_MB:
                mend = f"The disk is full: {_make_room(folder)}, or keep the database elsewhere (CLAIMWATCH_DATABASE_URL)."
        # A newer database and a folder that cannot be made say by themselves what to do.
        told = mend if "claimwatch doctor" in error.remedy else error.remedy
        lines.append(f"FAILS database: {error.where}: {error.what}. {told}")
        return False
    try:
        return _look(_kept(store, completed_within, quick=quick), lines)
    finally:
        store.close()


def _needed(config: Path, address: str) -> tuple[Check, ...]:
    return (
        ("language model", _model),
        ("configuration", lambda: f"{len(load_story(config).watches)} watches, {len(load_story(config).feeds)} feeds in {config}"),
        ("channels", lambda: _channels(config)),
        ("disk", lambda: _disk(address)),
    )


def _kept(store: Database, completed_within: dt.timedelta | None, *, quick: bool) -> tuple[Check, ...]:
    checks: tuple[Check, ...] = (
        ("database", lambda: f"{store.engine.url.render_as_string(hide_password=True)}, schema up to date"),
        ("clock", lambda: _clock(store)),
        ("last run", lambda: _last_run(store, completed_within)),
    )
    return (
        checks if quick else (*checks, ("feeds", lambda: _feeds(store)), ("line", lambda: _line(store)), ("outbox", lambda: _outbox(store)))
    )


def _settings(config: Path) -> str:
    agent = load_settings(config, os.environ).user_agent
    advice = "" if "(+" in agent else "; with `fetch.contact` set in claimwatch.toml, a webmaster can write instead of blocking"
    return f"asks for feeds and pages as {agent}{advice}"


def _model() -> str:
    meta = load_english().meta
    return f"{meta['lang']}_{meta['name']} {meta['version']}"


def _channels(config: Path) -> str:
    channels = load_story(config).channels
    kinds = [f"{channel.id} ({check_address(channel, os.environ)})" for channel in channels]
    return ", ".join(kinds) or "none declared; nobody is told of changes (docs/notifications.md)"


def _disk(address: str) -> str:
    folder = _folder_of(address)
    free = _free_mb(folder)
    if free < _FREE_MB:
        raise ConfigError(
            f"only {free} MB free",
            where=str(folder),
            remedy=f"First {_make_room(folder)}, then `claimwatch db tidy` deletes what is old; a busy watch takes some hundred MB a year.",
        )
    return f"{free} MB free at {folder}"


def _folder_of(address: str) -> Path:
    """The folder of a SQLite file, or what there is of the way to it; for other databases where we are."""
    _, found, path = address.partition("sqlite:///")
    folder = Path(path or ".").resolve().parent if found else Path.cwd()
    while not folder.exists():
        folder = folder.parent
    return folder


def _free_mb(folder: Path) -> int:
    return shutil.disk_usage(folder).free // 1_000_000


def _make_room(folder: Path) -> str:
    return f"make room (`du -xah {shlex.quote(str(folder))} | sort -h | tail` shows what takes it)"


def _clock(store: Database) -> str:
    with store.reading() as connection:
        there = standing(connection).clock
        last = last_completed(connection)
    here = dt.datetime.now(dt.UTC)
    apart = abs((there - here).total_seconds())
    if apart > _CLOCK_SECONDS:
        raise ConfigError(
            f"this machine and the database's differ by {apart:.0f} s",
            remedy="Let both set their clock by NTP: `timedatectl set-ntp true`.",
        )
    if last is not None and last > here + dt.timedelta(minutes=5):
        raise ConfigError(
            f"the last run was completed in the future, on {last:%d %b %Y %H:%M} UTC; the clock was set back",
            remedy="Check it with `timedatectl`; what was lined up meanwhile is worked on all the same.",
        )
    return f"{here:%d %b %Y %H:%M:%S} UTC, {apart:.1f} s from the database's"


def _last_run(store: Database, within: dt.timedelta | None) -> str:
    with store.reading() as connection:
        last = last_completed(connection)
    if last is None:
        if within is not None:
            raise ConfigError("no run was completed yet", remedy="`claimwatch run` starts one, `claimwatch schedule` the schedule.")
        return "none yet; `claimwatch run` starts one"
    age = dt.datetime.now(dt.UTC) - last
    if within is not None and age > within:
        raise ConfigError(
            f"no run was completed since {last:%d %b %Y %H:%M} UTC",
            remedy="Look at `claimwatch runs` and at Prefect's page; `claimwatch run` shows what goes wrong.",
        )
    return f"completed on {last:%d %b %Y %H:%M} UTC"


def _feeds(store: Database) -> str:
    with store.reading() as connection:
        failing = standing(connection).failing_feeds
    if failing:
        more = f" and {len(failing) - 5} more" if len(failing) > 5 else ""
        raise ConfigError(
            f"{len(failing)} could not be read at the last poll: {', '.join(failing[:5])}{more}",
            remedy="`claimwatch runs --format json` has the reasons; they are tried again by themselves.",
        )
    return "all could be read at their last poll"


def _line(store: Database) -> str:
    with store.reading() as connection:
        found = standing(connection)
    if found.oldest_waiting is not None and found.clock - found.oldest_waiting > _STUCK:
        raise ConfigError(
            f"{found.waiting} entries wait, the first since {found.oldest_waiting:%d %b %H:%M} UTC",
            remedy="Run `claimwatch run`; if that does not help, more workers do: `prefect worker start --pool claimwatch`.",
        )
    given_up = f", {found.given_up} given up after several tries (`claimwatch feeds waiting` says why)" if found.given_up else ""
    return f"{found.waiting} entries wait{given_up}"


def _outbox(store: Database) -> str:
    with store.reading() as connection:
        counts = standing(connection).outbox
    if counts.failing:
        raise DatabaseError(
            f"{counts.failing} of {counts.waiting} messages could not be sent yet",
            remedy="`claimwatch notify` tries what is due and says why not.",
        )
    return f"{counts.waiting} messages wait for their time"
