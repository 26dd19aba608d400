"""Prefect's server as this machine sees it: does it answer, does it let us in, and does its page find it."""

import base64
import json
import os
import urllib.error
import urllib.request

from pipeline.errors import ConfigError, MissingPartError

_NOT_SET = "no PREFECT_API_URL set; `claimwatch schedule` starts a local server"


def api_answers() -> str:
    """Whether the server answers at all.

    Raises:
        MissingPartError, ConfigError: It does not, or the address is none.
    """
    address = _address()
    if not address:
        return _NOT_SET
    status, _ = _get(f"{address}/health")
    return f"{address} answers {status}"


def server_lets_us_in() -> str:
    """Whether the server accepts what we show it.

    Raises:
        ConfigError: It does not, or two ways to be let in are set at once.
    """
    address = _address()
    if not address:
        return "not needed"
    if os.environ.get("PREFECT_API_KEY") and os.environ.get("PREFECT_API_AUTH_STRING"):
        raise ConfigError("PREFECT_API_KEY is set beside PREFECT_API_AUTH_STRING, and wins", remedy="Run `unset PREFECT_API_KEY`.")
    status, _ = _get(f"{address}/admin/version", errors=(401, 403))
    if status in (401, 403):
        raise ConfigError(f"it answers {status}", where=address, remedy="Set PREFECT_API_AUTH_STRING to what the server has.")
    if not os.environ.get("PREFECT_API_AUTH_STRING") and "//127.0.0.1" not in address and "//localhost" not in address:
        raise ConfigError(
            "it lets in anybody, and whoever is in can run code on the workers",
            where=address,
            remedy="Start the server with PREFECT_SERVER_API_AUTH_STRING=admin:PASSWORD and set PREFECT_API_AUTH_STRING here.",
        )
    return "yes"


def page_finds_server() -> str:
    """Whether the server's page asks the address at which it is found; by default it asks port 4200 of the reader's own machine.

    Raises:
        ConfigError: It asks another one.
    """
    address = _address()
    if not address:
        return "not needed"
    status, body = _get(f"{address.removesuffix('/api')}/ui-settings", errors=(401, 403, 404))
    if status != 200:
        return "the server shows no page"
    try:
        asked = str(json.loads(body).get("api_url", ""))
    except (ValueError, AttributeError) as error:
        raise ConfigError("its settings cannot be read", where=address, remedy="Look at the server's log.") from error
    port = address.rpartition(":")[2]
    if asked != address and not (asked.startswith(("http://127.0.0.1:", "http://localhost:")) and asked.rpartition(":")[2] == port):
        raise ConfigError(
            f"its page will ask {asked}, and show nothing to who cannot reach that",
            where=address,
            remedy=f"Start the server with PREFECT_SERVER_UI_API_URL={address}, or with the address that readers use.",
        )
    return f"asks {asked}"


def _address() -> str:
    address = os.environ.get("PREFECT_API_URL", "").rstrip("/")
    if address and not address.startswith(("http://", "https://")):
        raise ConfigError("PREFECT_API_URL is no http address", where=address, remedy="Set it like http://127.0.0.1:4200/api.")
    return address


def _get(url: str, errors: tuple[int, ...] = ()) -> tuple[int, str]:
    request = urllib.request.Request(url)  # noqa: S310 - http(s) checked above
    known = os.environ.get("PREFECT_API_AUTH_STRING")
    if known:
        request.add_header("Authorization", f"Basic {base64.b64encode(known.encode()).decode()}")
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            return answer.status, answer.read(100_000).decode(errors="replace")
    except urllib.error.HTTPError as error:
        if error.code in errors:
            return error.code, ""
        raise MissingPartError(f"the Prefect server answers {error.code}", where=url, remedy="Look at the server's log.") from error
    except (urllib.error.URLError, OSError) as error:
        raise MissingPartError(
            f"the Prefect server does not answer ({getattr(error, 'reason', error)})",
            where=url,
            remedy="Start it with `prefect server start`, or unset PREFECT_API_URL.",
        ) from error
