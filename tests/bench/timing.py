"""Seconds of processor time, and one line of the table."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure: `goal` is what is to be reached ("" for none), `met` whether it was (None without a goal), `told` what else there is to say."""

    what: str
    value: float
    unit: str
    goal: str = ""
    met: bool | None = None
    told: str = ""


def timed(action: Callable[[], object]) -> float:
    """Seconds of processor time of this process."""
    started = time.process_time()
    action()
    return time.process_time() - started


def quantile(values: list[float], share: float) -> float:
    """The value that `share` of all are not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
