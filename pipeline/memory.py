"""What is remembered between runs: of a feed, and of the page of an article. Plain frozen values; `pipeline.store` keeps them."""

import datetime as dt
from dataclasses import dataclass

from pipeline.model import Article


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMemory:
    """What the polls of a feed left.

    `etag`, `last_modified` and `digest` (SHA-256 of the body) belong to the last answer whose entries were stored.
    `next_due_at` is when it is polled next (None: never polled yet), `interval_s` what the last wait was made from, in seconds.
    `last_full_at` is the last answer with a body; `failing_since` the first of the `failures` in a row, `last_code` and
    `last_error` their last reason. `moved_to` is a permanent new address that has given entries ("" = none). `gone_at` is when
    the server said for the first time that the feed is gone for good. `arrivals` are the last instants at which something new
    came (oldest first), `notes` what is odd about the feed, for people.
    """

    id: str
    url: str
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    last_polled_at: dt.datetime | None = None
    last_changed_at: dt.datetime | None = None
    last_good_at: dt.datetime | None = None
    last_full_at: dt.datetime | None = None
    next_due_at: dt.datetime | None = None
    interval_s: int = 0
    failures: int = 0
    failing_since: dt.datetime | None = None
    last_code: str = ""
    last_error: str = ""
    moved_to: str = ""
    gone_at: dt.datetime | None = None
    arrivals: tuple[dt.datetime, ...] = ()
    notes: tuple[str, ...] = ()


def is_gone(memory: FeedMemory) -> bool:
    """True if the server has said for more than a day that the feed is gone for good."""
    return memory.gone_at is not None and memory.next_due_at is None


def habit(memory: FeedMemory) -> dt.timedelta | None:
    """The longest silence that is usual for a feed: its 95th percentile of the gaps between arrivals; None if too little is known."""
    if len(memory.arrivals) < 12:
        return None
    gaps = sorted(later - earlier for earlier, later in zip(memory.arrivals, memory.arrivals[1:], strict=False))
    return gaps[int(len(gaps) * 0.95)]


def silent_since(memory: FeedMemory, now: dt.datetime) -> dt.datetime | None:
    """Since when a feed that answers brings nothing, if that is more than three times its longest usual silence, and a day; else None."""
    usual = habit(memory)
    if usual is None or memory.failures:
        return None
    last = memory.arrivals[-1]
    return last if now - last > max(usual * 3, dt.timedelta(days=1)) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMemory:
    """What the visits to the page of a stored article left.

    `url` is the article's identity, `address` where its page is fetched. `next_due_at` is the next visit (None: no more).
    `missing` counts answers in a row that say the page is gone (404, 410), since `missing_since`. `pending` is a text that
    differed from the stored one when it was seen once: only a second sighting makes it a version. `variants` are digests of texts
    that came and went, as pages do that show different readers different texts.
    """

    url: str
    address: str
    feed: str
    published: dt.datetime
    next_due_at: dt.datetime | None = None
    checked_at: dt.datetime | None = None
    full_at: dt.datetime | None = None
    etag: str = ""
    last_modified: str = ""
    missing: int = 0
    missing_since: dt.datetime | None = None
    failures: int = 0
    last_code: str = ""
    last_error: str = ""
    pending: Article | None = None
    variants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPage:
    """A fetched page, kept as evidence. `body` is what came, cut off at the size limit (`size` is the whole length in bytes)."""

    url: str
    address: str
    fetched_at: dt.datetime
    sha256: str
    size: int
    content_type: str
    body: bytes
