"""`notify.toml` -> channels. Addresses hold secrets, so the file names where they are kept and never holds one itself."""

import datetime as dt
import re
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from pipeline.channels import Channel
from pipeline.config_source import Source, known_model, read_span
from pipeline.model import ChangeKind

Listed = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


@known_model
class _Channel(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: str = Field(pattern=r"^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$")
    address_env: str = Field(default="", pattern=r"^([A-Z][A-Z0-9_]*)?$")
    address_file: str = ""
    watches: Listed = []
    kinds: Listed = []
    send: Literal["at once", "digest"] = "at once"
    digest_at: Listed = ["07:00"]
    quiet: str = ""
    timezone: str = "UTC"
    remind_after: Listed = []
    template: str = ""

    @field_validator("kinds")
    @classmethod
    def _known_kinds(cls, value: list[str]) -> list[str]:
        kinds = [kind.value for kind in ChangeKind if kind is not ChangeKind.REPEAT]
        for kind in value:
            if kind not in kinds:
                raise ValueError(f"there is no kind of change '{kind}'; there are: {', '.join(kinds)}")
        return value

    @field_validator("digest_at")
    @classmethod
    def _times(cls, value: list[str]) -> list[str]:
        for text in value:
            _time(text)
        return value

    @field_validator("quiet")
    @classmethod
    def _span_of_day(cls, value: str) -> str:
        if value:
            _quiet(value)
        return value

    @field_validator("remind_after")
    @classmethod
    def _spans(cls, value: list[str]) -> list[str]:
        for text in value:
            read_span(text)
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"there is no time zone '{value}'; write it like Europe/Berlin") from error
        return value

    @model_validator(mode="after")
    def _one_address(self) -> "_Channel":
        if bool(self.address_env) == bool(self.address_file):
            raise ValueError(
                f"the channel '{self.id}' needs either address_env (the name of an environment variable) or address_file (a file that "
                "holds nothing but the address); the address itself does not belong here, since it holds a secret"
            )
        return self


@known_model
class _NotifyFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    format: Literal[1]
    channel: list[_Channel] = []


def load_channels(folder: Path) -> tuple[Channel, ...]:
    """The channels of a configuration folder; none without `notify.toml`.

    Raises:
        ConfigError: A key is unknown or does not fit; says file and line.
    """
    path = folder / "notify.toml"
    if not path.exists():
        return ()
    source = Source(path)
    raw = source.read(_NotifyFile)
    names = [channel.id for channel in raw.channel]
    for number, name in enumerate(names):
        if names.index(name) != number:
            raise source.complaint(("channel", number, "id"), f"the channel id '{name}' is used twice")
    return tuple(_channel(channel, folder) for channel in raw.channel)


def _channel(raw: _Channel, folder: Path) -> Channel:
    return Channel(
        id=raw.id,
        address_env=raw.address_env,
        address_file=str((folder / raw.address_file).resolve()) if raw.address_file else "",
        watches=tuple(raw.watches),
        kinds=tuple(raw.kinds),
        digest_at=tuple(map(_time, raw.digest_at)) if raw.send == "digest" else (),
        quiet=_quiet(raw.quiet) if raw.quiet else None,
        timezone=raw.timezone,
        remind_after=tuple(map(read_span, raw.remind_after)),
        template=str((folder / raw.template).resolve()) if raw.template else "",
    )


def _time(text: str) -> dt.time:
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", text.strip()):
        raise ValueError(f"'{text}' is no time of day; write it like 07:00")
    hour, minute = text.strip().split(":")
    return dt.time(int(hour), int(minute))


def _quiet(text: str) -> tuple[dt.time, dt.time]:
    start, dash, end = text.partition("-")
    if not dash:
        raise ValueError(f"'{text}' is no span of the day; write it like 22:00-06:30")
    return _time(start), _time(end)
