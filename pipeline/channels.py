"""Who is told of changes, by which channel, about what, and when. Plain values, read from `notify.toml`."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pipeline.model import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One receiver. Empty tuples and strings mean "any" or "none".

    Attributes:
        id: Its name in messages and in the database.
        address_env, address_file: Where its address (with its secrets) is read from when something is sent; one of them.
        watches, kinds: Only changes of these watches and kinds.
        digest_at: Times of day at which all that has come is sent as one message; empty for at once.
        quiet: From and until which time of day nothing is sent; what comes meanwhile is sent at its end.
        timezone: In which these times are meant.
        remind_after: Spans after which an overdue promise is brought up again, each counted from the message before.
        template: A file of the configuration folder, absolute, for the message's text; "" for the shipped one.
    """

    id: str
    address_env: str = ""
    address_file: str = ""
    watches: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    digest_at: tuple[dt.time, ...] = ()
    quiet: tuple[dt.time, dt.time] | None = None
    timezone: str = "UTC"
    remind_after: tuple[dt.timedelta, ...] = ()
    template: str = ""

    def wants(self, change: Change) -> bool:
        """True if this receiver is to be told of the change."""
        return (not self.watches or change.watch in self.watches) and (not self.kinds or change.kind.value in self.kinds)

    def send_at(self, ready: dt.datetime) -> dt.datetime:
        """The first instant (UTC) at or after `ready` at which something may be sent: a time of the digest, outside of quiet hours."""
        local = ready.astimezone(ZoneInfo(self.timezone))
        if self.digest_at:
            days = (local.date() + dt.timedelta(days=ahead) for ahead in (0, 1, 2))
            times = sorted(dt.datetime.combine(day, at, ZoneInfo(self.timezone)) for day in days for at in self.digest_at)
            # Compared as instants: where the clock is put forward, a time of day may not exist.
            local = next(moment for moment in times if moment.astimezone(dt.UTC) >= ready)
        return self._after_quiet(local).astimezone(dt.UTC)

    def _after_quiet(self, local: dt.datetime) -> dt.datetime:
        if self.quiet is None:
            return local
        start, end = self.quiet
        now = local.timetz().replace(tzinfo=None)
        quiet = start <= now < end if start <= end else now >= start or now < end
        if not quiet:
            return local
        day = local.date() if now < end else local.date() + dt.timedelta(days=1)
        return dt.datetime.combine(day, end, local.tzinfo)
