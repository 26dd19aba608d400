"""One message to one address, by apprise. The address holds secrets: it is read when it is needed and shown nowhere."""

import logging
import re
from collections.abc import Mapping
from pathlib import Path

from pipeline.channels import Channel
from pipeline.crashpoints import crashpoint
from pipeline.errors import ConfigError, OutputError

_STATUS = re.compile(r"error[ =:]+(\d{3})\b")


def address_of(channel: Channel, environ: Mapping[str, str]) -> str:
    """The channel's address, with its secrets.

    Raises:
        ConfigError: It is kept nowhere. The message holds no secret.
    """
    if channel.address_env:
        address = environ.get(channel.address_env, "").strip()
        if not address:
            raise ConfigError(
                f"the environment variable {channel.address_env} is not set",
                where=f"channel '{channel.id}'",
                remedy="Set it to the receiver's address, e.g. mailtos://user:password@host?to=desk@example.org.",
            )
        return address
    try:
        address = Path(channel.address_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"the file with the address cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}",
            where=channel.address_file,
            remedy="It must hold nothing but the receiver's address.",
        ) from error
    if not address:
        raise ConfigError("the file with the address is empty", where=channel.address_file)
    return address


def check_address(channel: Channel, environ: Mapping[str, str]) -> str:
    """The kind of service that a channel's address belongs to ("mailtos", "slack", "json").

    Raises:
        ConfigError: There is no address, or apprise does not know its kind.
    """
    address = address_of(channel, environ)
    _service(channel, address)
    return address.partition("://")[0]


def send(channel: Channel, environ: Mapping[str, str], *, title: str, body: str) -> None:
    """Send a plain text message and wait until the service has taken it.

    Args:
        channel: Who receives it.
        environ: The environment, for channels whose address is kept there.
        title, body: Plain text; nothing in it is taken for markup.

    Raises:
        ConfigError: There is no usable address.
        OutputError: The service did not take it. The message holds no secret.
    """
    from apprise import NotifyFormat

    service = _service(channel, address_of(channel, environ))
    log = _Overheard()
    logger = logging.getLogger("apprise")
    # What apprise logs may hold addresses and answers of services: overheard for the status, and passed on to nobody.
    kept = logger.handlers, logger.propagate, logger.level
    logger.handlers, logger.propagate, logger.level = [log], False, logging.WARNING
    try:
        crashpoint("send: before")
        taken = service.notify(body=body, title=title, body_format=NotifyFormat.TEXT, interpret_escapes=False)
        crashpoint("send: after")
    finally:
        logger.handlers, logger.propagate, logger.level = kept
    if not taken:
        raise OutputError(
            f"the service answered {log.status}" if log.status else "the service did not answer, or refused the message",
            where=f"channel '{channel.id}'",
            remedy="It is tried again; `claimwatch notify --test` sends one message at once.",
        )


class _Overheard(logging.Handler):
    """Remembers the last HTTP status that was complained about, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.status = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Looks for a status."""
        found = _STATUS.search(record.getMessage())
        if found:
            self.status = found[1]


def _service(channel: Channel, address: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - apprise has no types
    # Its hundred plug-ins take a while to load.
    from apprise import Apprise

    logger = logging.getLogger("apprise")
    kept = logger.propagate, logger.level
    logger.propagate, logger.level = False, logging.CRITICAL + 1
    try:
        service = Apprise()
        known = service.add(address)
    finally:
        logger.propagate, logger.level = kept
    if not known:
        raise ConfigError(
            "the address is none that apprise knows",
            where=f"channel '{channel.id}'",
            remedy="Write it like mailtos://user:password@host?to=desk@example.org, slack://..., or jsons://host/path for a webhook.",
        )
    return service
