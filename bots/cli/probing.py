"""Asking whoever listens at this TokenPool's own address."""

import http.client
import json
from collections.abc import Mapping
from typing import Any

from core.settings import Settings

PROBE_SECONDS = 2.0
MOST_BYTES = 10_000


def reached(settings: Settings) -> str:
    """Return the host by which this machine reaches the server."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared only


def ask(settings: Settings, path: str) -> dict[str, Any]:
    """Return the JSON object that is served there; empty if there is none, or nobody answers."""
    asked = http.client.HTTPConnection(reached(settings), settings.port, timeout=PROBE_SECONDS)
    try:
        asked.request("GET", path)
        said = json.loads(asked.getresponse().read(MOST_BYTES))
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        asked.close()
    return said if isinstance(said, dict) else {}


def status_of(settings: Settings, path: str, headers: Mapping[str, str]) -> int | None:
    """Return the status that a GET is answered with; None if nobody answers."""
    asked = http.client.HTTPConnection(reached(settings), settings.port, timeout=PROBE_SECONDS)
    try:
        asked.request("GET", path, headers=dict(headers))
        return asked.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        asked.close()
