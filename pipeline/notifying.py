"""The outbox -> messages. At least once, in order, by one process per channel at a time; under a key that never changes."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.channels import Channel
from pipeline.errors import ClaimwatchError
from pipeline.keeping import kept
from pipeline.model import InputProblem
from pipeline.notify.send import send
from pipeline.report.message import Message, Telling, compose_message
from pipeline.store import leases, outbox
from pipeline.store.database import Database
from pipeline.store.outbox import OutboxItem
from pipeline.watches import Story

# More than this is no message but a report.
MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What was (or would be) sent to one channel: the message, how many changes it tells, or why it could not be sent."""

    channel: str
    changes: int
    message: Message | None = None
    problem: InputProblem | None = None


def send_due(
    story: Story,
    database: Database,
    environ: Mapping[str, str],
    *,
    now: dt.datetime,
    progress: Callable[[str, int, int], None] = lambda _what, _done, _total: None,
) -> tuple[Delivery, ...]:
    """Send everything that is due to every channel. A channel that fails never stops the others, and is tried again later.

    Args:
        story: The channels, and the words of the questions.
        database: Where the outbox is.
        environ: Where the addresses are.
        now: The clock (UTC).
        progress: Told what is done, how much of how many.
    """
    deliveries = []
    for number, channel in enumerate(story.channels, start=1):
        deliveries += _send_channel(channel, story, database, environ, now)
        progress("channels", number, len(story.channels))
    return tuple(deliveries)


def preview_due(story: Story, database: Database, *, now: dt.datetime) -> tuple[Delivery, ...]:
    """What `send_due` would send; sends, changes and reads no address."""
    deliveries = []
    for channel in story.channels:
        items, _ = _open_items(database, channel, now)
        if items:
            deliveries.append(Delivery(channel=channel.id, changes=len(items), message=_message(story, channel, items)))
    return tuple(deliveries)


def _send_channel(channel: Channel, story: Story, database: Database, environ: Mapping[str, str], now: dt.datetime) -> list[Delivery]:
    with database.reading() as connection:
        if not outbox.due_items(connection, channel.id, now, 1):
            return []
    with database.claiming() as connection:
        lease = leases.acquire(connection, f"notify/{channel.id}", leases.new_owner())
    if lease is None:
        # Another process is sending to it.
        return []
    deliveries: list[Delivery] = []
    try:
        with kept(database, lambda connection: leases.renew(connection, lease)):
            while True:
                items, settled = _open_items(database, channel, now)
                if settled:
                    with database.writing() as connection:
                        outbox.drop_items(connection, settled, now)
                if not items:
                    if not settled:
                        return deliveries
                    continue
                delivery = _deliver(channel, story, database, environ, now, items, lease)
                deliveries.append(delivery)
                if delivery.problem is not None:
                    return deliveries
    finally:
        with database.claiming() as connection:
            leases.release(connection, lease)


def _deliver(
    channel: Channel,
    story: Story,
    database: Database,
    environ: Mapping[str, str],
    now: dt.datetime,
    items: tuple[OutboxItem, ...],
    lease: leases.Lease,
) -> Delivery:
    message = None
    try:
        message = _message(story, channel, items)
        send(channel, environ, title=message.title, body=message.body)
    except ClaimwatchError as error:
        with database.writing() as connection:
            if leases.holds(connection, lease):
                outbox.mark_failed(connection, items, error.what, now)
        problem = InputProblem(where=f"channel '{channel.id}'", what=f"not sent: {error.what}", remedy=error.remedy)
        return Delivery(channel=channel.id, changes=len(items), message=message, problem=problem)
    with database.writing() as connection:
        # Sent is sent, even if the lease has passed to another meanwhile: he sends no more than he has to.
        outbox.mark_sent(connection, items, channel, now)
    return Delivery(channel=channel.id, changes=len(items), message=message)


def _open_items(database: Database, channel: Channel, now: dt.datetime) -> tuple[tuple[OutboxItem, ...], tuple[str, ...]]:
    """What is to be sent now, and the keys of what is settled and need not be."""
    with database.reading() as connection:
        found = outbox.due_items(connection, channel.id, now, MOST)
        wanted = tuple(item for item in found if outbox.is_open(connection, item))
    # Held back by quiet hours also where it became due before they began, for instance because the machine was off.
    if wanted and channel.send_at(now) > now and not channel.digest_at:
        return (), ()
    kept_keys = {item.key for item in wanted}
    return wanted, tuple(item.key for item in found if item.key not in kept_keys)


def _message(story: Story, channel: Channel, items: tuple[OutboxItem, ...]) -> Message:
    tellings = [Telling(change=item.change, key=item.key, reminder=item.reminder) for item in items]
    return compose_message(story, tellings, channel.template)
