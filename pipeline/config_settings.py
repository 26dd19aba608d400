"""`claimwatch.toml` and the environment -> frozen settings: how Claimwatch runs, as against what it follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from pipeline.config_source import Source, Strict, Words, known_model
from pipeline.errors import ConfigError


@known_model
class _Database(Strict):
    url: str = "sqlite:///var/claimwatch.db"


@known_model
class _Fetch(Strict):
    user_agent: str = "Claimwatch/0.1"
    contact: str = ""
    allowed_hosts: Words = []
    timeout_seconds: float = Field(default=30.0, gt=0, le=300)
    max_body_mb: float = Field(default=10.0, gt=0, le=64)
    concurrency: int = Field(default=8, ge=1, le=64)
    per_host: int = Field(default=2, ge=1, le=64)
    delay_seconds: float = Field(default=1.0, ge=0, le=60)
    robots: bool = True
    proxy: str = Field(default="", pattern=r"^(https?://\S+)?$")


@known_model
class _Evidence(Strict):
    max_page_kb: int = Field(default=1_000, ge=0, le=64_000)
    keep_days: int = Field(default=365, ge=1)


@known_model
class _Schedule(Strict):
    monitor: str = "*/30 * * * *"
    recheck: str = "7,37 * * * *"
    adaptive: bool = True
    timezone: str = "UTC"


@known_model
class _Report(Strict):
    notice: str = ""
    out: str = "out"


@known_model
class _SettingsFile(Strict):
    format: Literal[1] = 1
    database: _Database = _Database()
    fetch: _Fetch = _Fetch()
    evidence: _Evidence = _Evidence()
    schedule: _Schedule = _Schedule()
    report: _Report = _Report()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How Claimwatch runs: `claimwatch.toml` with the environment's overrides. Times in seconds, sizes in bytes."""

    database_url: str = "sqlite:///var/claimwatch.db"
    user_agent: str = "Claimwatch/0.1"
    allowed_hosts: tuple[str, ...] = ()
    timeout: float = 30.0
    max_body: int = 10_000_000
    concurrency: int = 8
    per_host: int = 2
    delay: float = 1.0
    robots: bool = True
    proxy: str = ""
    max_page: int = 1_000_000
    page_days: int = 365
    recheck_cron: str = "7,37 * * * *"
    adaptive: bool = True
    monitor_cron: str = "*/30 * * * *"
    timezone: str = "UTC"
    notice: str = ""
    out: str = "out"


def load_settings(folder: Path | None, environ: Mapping[str, str]) -> Settings:
    """Settings from `claimwatch.toml` (may be missing), overridden by CLAIMWATCH_DATABASE_URL and CLAIMWATCH_ALLOWED_HOSTS.

    Raises:
        ConfigError: A key is unknown or has a wrong type; says file and line.
    """
    path = folder / "claimwatch.toml" if folder else None
    raw = Source(path).read(_SettingsFile) if path and path.exists() else _SettingsFile()
    hosts = environ.get("CLAIMWATCH_ALLOWED_HOSTS")
    agent = raw.fetch.user_agent + (f" (+{raw.fetch.contact})" if raw.fetch.contact else "")
    return Settings(
        database_url=environ.get("CLAIMWATCH_DATABASE_URL") or _from_file(environ) or raw.database.url,
        user_agent=agent,
        allowed_hosts=tuple(hosts.split(",")) if hosts else tuple(raw.fetch.allowed_hosts),
        timeout=raw.fetch.timeout_seconds,
        max_body=int(raw.fetch.max_body_mb * 1_000_000),
        concurrency=raw.fetch.concurrency,
        per_host=raw.fetch.per_host,
        delay=raw.fetch.delay_seconds,
        robots=raw.fetch.robots,
        proxy=raw.fetch.proxy,
        max_page=raw.evidence.max_page_kb * 1_000,
        page_days=raw.evidence.keep_days,
        recheck_cron=raw.schedule.recheck,
        adaptive=raw.schedule.adaptive,
        monitor_cron=raw.schedule.monitor,
        timezone=raw.schedule.timezone,
        notice=raw.report.notice,
        out=raw.report.out,
    )


def _from_file(environ: Mapping[str, str]) -> str:
    """The address in the file that CLAIMWATCH_DATABASE_URL_FILE names, as secrets of containers are handed over; "" if it names none."""
    path = environ.get("CLAIMWATCH_DATABASE_URL_FILE", "")
    try:
        return Path(path).read_text(encoding="utf-8").strip() if path else ""
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", where=path, remedy="Check CLAIMWATCH_DATABASE_URL_FILE.") from error
