"""Log lines on standard error: text for people, or one JSON object a line for programs. Nothing from the web can forge a line."""

import datetime as dt
import json
import logging
import os
from collections.abc import Mapping

from pipeline.errors import ConfigError

_OWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object per line: time (UTC), level, logger, message, what was given as `extra`, and the traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        row: dict[str, object] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        row |= {name: value for name, value in record.__dict__.items() if name not in _OWN}
        if record.exc_info:
            row["traceback"] = self.formatException(record.exc_info)
        # Escapes everything beyond ASCII: line separators and direction marks of the web, too.
        return json.dumps(row, default=str)


class PlainLines(logging.Formatter):
    """`time level message key=value ...`; control characters are escaped, so that one event is one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; a traceback follows on lines of its own."""
        at = dt.datetime.fromtimestamp(record.created, dt.UTC)
        extra = "".join(f" {name}={value}" for name, value in record.__dict__.items() if name not in _OWN)
        text = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in record.getMessage() + extra)
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return f"{at:%Y-%m-%dT%H:%M:%SZ} {record.levelname.lower():7} {text}{trace}"


def set_up_logging(environ: Mapping[str, str] = os.environ) -> None:
    """Log to standard error as CLAIMWATCH_LOG_FORMAT (text or json) and CLAIMWATCH_LOG_LEVEL (default warning) say.

    Raises:
        ConfigError: One of them is neither.
    """
    form, level = environ.get("CLAIMWATCH_LOG_FORMAT", "text"), environ.get("CLAIMWATCH_LOG_LEVEL", "warning").upper()
    if form not in ("text", "json"):
        raise ConfigError(f"'{form}' is no format of logs", where="CLAIMWATCH_LOG_FORMAT", remedy="Use text or json.")
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        raise ConfigError(f"'{level.lower()}' is no level of logs", where="CLAIMWATCH_LOG_LEVEL", remedy="Use info, warning or error.")
    logger = logging.getLogger("pipeline")
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else PlainLines())
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(level)
