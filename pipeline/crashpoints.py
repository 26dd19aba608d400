"""Places at which a test can end the process as a power cut would. Costs one comparison where no test asks for it."""

import os

# CLAIMWATCH_CRASH_AT=7 ends the process without any clean-up when the seventh place is reached.
_at = int(os.environ.get("CLAIMWATCH_CRASH_AT") or 0)
_passed: list[str] | None = [] if _at else None


def crashpoint(name: str) -> None:
    """A place before or after a commit, a file write or a send; `name` is for people."""
    if _passed is not None:
        _passed.append(name)
        if len(_passed) == _at:
            os._exit(137)


def arm(at: int) -> None:
    """End this process at the `at`-th place from now on; with 0 places are only counted (see `passed`)."""
    global _at, _passed
    _at, _passed = at, []


def passed() -> tuple[str, ...]:
    """The places passed since `arm`, in order."""
    return tuple(_passed or ())
