"""One round of polling, as `monitor.run` does it before it reads anything."""

import datetime as dt
from collections.abc import Sequence

from pipeline.config import Settings
from pipeline.model import InputProblem
from pipeline.monitor import silent
from pipeline.polling import poll
from pipeline.store.database import Database
from pipeline.store.leases import new_owner
from pipeline.watches import Feed, Story


def poll_once(feeds: Sequence[Feed], settings: Settings, database: Database, *, now: dt.datetime, everything: bool = False) -> tuple[InputProblem, ...]:
    """What was wrong with each feed that could not be read; its entries are in the line."""
    story = Story(watches=(), feeds=tuple(feeds))
    return poll(story, settings, database, now=now, owner=new_owner(), progress=silent, everything=everything)
