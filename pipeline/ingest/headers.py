"""What servers say in headers about when to ask again. Pure."""

import datetime as dt
from email.utils import parsedate_to_datetime

# A server may not keep us waiting for longer than this; later answers are asked for again anyway.
MAX_RETRY_AFTER = 7 * 86_400.0


def retry_after(value: str, now: dt.datetime) -> float | None:
    """Seconds to wait by a Retry-After header (a number of seconds, or a date), at most a week; None if it says nothing usable."""
    if value.strip().isdigit():
        return min(float(value), MAX_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return min(max((moment - now).total_seconds(), 0.0), MAX_RETRY_AFTER)


def max_age(header: str) -> float:
    """Seconds for which a Cache-Control header calls the answer fresh, at most a week; 0 if it does not."""
    for part in header.split(","):
        name, _, value = part.strip().lower().partition("=")
        if name == "max-age" and value.strip('"').isdigit():
            return min(float(value.strip('"')), MAX_RETRY_AFTER)
    return 0.0
