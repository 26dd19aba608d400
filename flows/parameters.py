"""What the flows can be given, checked and described for Prefect's form; and what it stands for on this machine.

No parameter holds a secret: Prefect stores parameters and shows them. Addresses with a password are refused; they belong
into the environment of the worker (CLAIMWATCH_DATABASE_URL, or CLAIMWATCH_DATABASE_URL_FILE).
"""

import datetime as dt
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator

from pipeline.config import Settings, load_settings, load_story
from pipeline.shipped import shipped
from pipeline.watches import Story

Value = TypeVar("Value")


def without_password(address: str) -> str:
    """The address, if it holds no password.

    Raises:
        ValueError: It holds one.
    """
    parts = urlsplit(address)
    if parts.password or "password" in parse_qs(parts.query):
        raise ValueError(
            "a password does not belong into a parameter, which Prefect stores and shows; "
            "set CLAIMWATCH_DATABASE_URL or CLAIMWATCH_DATABASE_URL_FILE for the worker and leave this empty"
        )
    return address


# Prefect's form takes what a parameter means from the docstring of the flow.
ConfigFolder = str
DatabaseAddress = Annotated[str, AfterValidator(without_password)]
Moment = dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a flow works with: the folder, what is in it, the database's address, and the time (UTC)."""

    config: str
    story: Story
    settings: Settings
    database: str
    now: dt.datetime
    began: float

    def clock(self) -> dt.datetime:
        """What time it is now, by the clock of the run (UTC)."""
        return self.now + dt.timedelta(seconds=time.monotonic() - self.began)


class Held(Generic[Value]):
    """Hands something to a task of the same process as it is: Prefect looks into plain values, but not into this."""

    def __init__(self, value: Value) -> None:
        self.value = value


def place_of(config: str, database: str, now: dt.datetime | None = None) -> Place:
    """What the parameters of a flow stand for on this machine.

    Raises:
        ConfigError: There is no such configuration, or something in it does not fit.
        ValueError: The clock has no time zone.
    """
    if now is not None and now.tzinfo is None:
        raise ValueError("the clock needs a time zone, e.g. 2016-03-18T12:00:00Z")
    folder = Path(config or os.environ.get("CLAIMWATCH_CONFIG") or shipped("config"))
    settings = load_settings(folder, os.environ)
    return Place(
        config=str(folder),
        story=load_story(folder),
        settings=settings,
        database=database or settings.database_url,
        now=now or dt.datetime.now(dt.UTC),
        began=time.monotonic(),
    )


def run_name() -> str:
    """The name of a flow run: what is done, with which configuration, or which archive."""
    from prefect.runtime import flow_run

    given = flow_run.parameters
    about = given.get("folder") or given.get("config") or os.environ.get("CLAIMWATCH_CONFIG") or "default"
    parent = Path(str(about))
    # A story's own folder is called config.
    name = parent.parent.name if parent.name == "config" and parent.parent.name else parent.name
    return f"{flow_run.flow_name} {name}"
