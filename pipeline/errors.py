"""What can go wrong, for a person: each error owns its exit code and says what to do next.

Exit codes (also in docs/formats.md, kept equal by a test):

    0   done
    1   a bug in Claimwatch (a traceback is shown)
    2   usage or configuration error
    3   the run finished, but some input could not be used (it is listed)
    4   database error
    5   a needed part is missing on this machine (language model, Prefect, ...)
    6   an output could not be written
    10  with --exit-code: something changed
"""

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """The process exit codes; see the module docstring for their meaning."""

    DONE = 0
    BUG = 1
    USAGE = 2
    PARTIAL = 3
    DATABASE = 4
    MISSING = 5
    OUTPUT = 6
    CHANGED = 10


class ClaimwatchError(Exception):
    """Something a user can mend. `str()` gives one line: what, where, and what to do.

    Args:
        what: What is wrong, in plain words.
        where: File, file and line, URL or address it concerns; empty if none.
        remedy: What the user can do about it; empty if nothing.
    """

    exit_code = ExitCode.BUG

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(what)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" {self.remedy}" if self.remedy else ""
        return f"{place}{self.what}{'' if self.what.endswith(('.', '?')) else '.'}{advice}"


class ConfigError(ClaimwatchError):
    """A configuration file or a command line option is wrong."""

    exit_code = ExitCode.USAGE


class InputError(ClaimwatchError):
    """One feed, page or dispatch cannot be used; the rest goes on. `code` is the reason for programs (docs/formats.md lists them)."""

    exit_code = ExitCode.PARTIAL

    def __init__(self, what: str, *, where: str = "", remedy: str = "", code: str = "unusable") -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.code = code


class FetchError(InputError):
    """An address could not be fetched, or may not be.

    Args:
        status: The HTTP status that was answered; 0 if there was none.
        retry_after: Seconds that the server asks us to wait, or None.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        remedy: str = "",
        code: str = "broken_answer",
        status: int = 0,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(what, where=where, remedy=remedy, code=code)
        self.status, self.retry_after = status, retry_after


class DatabaseError(ClaimwatchError):
    """The database cannot be opened, is locked, full, or of another version."""

    exit_code = ExitCode.DATABASE


class MissingPartError(ClaimwatchError):
    """A language model or another needed part is not installed."""

    exit_code = ExitCode.MISSING


class OutputError(ClaimwatchError):
    """A report or export could not be written."""

    exit_code = ExitCode.OUTPUT


@dataclass(frozen=True, slots=True, kw_only=True)
class InputProblem:
    """One thing of the input that could not be used, in words a user understands; `code` is the reason for programs."""

    where: str
    what: str
    remedy: str = ""
    code: str = ""
