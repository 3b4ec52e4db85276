"""What a call's headers and model suffixes ask for: priority, privacy, team, idempotency.

A suffix gives no right that the header would not give; the strictest privacy wins.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

import msgspec

from core.domain.errors import Code, Refusal
from core.domain.members import Priority, Privacy, strictest
from gateway.catalog import Resolved

MOST_KEY_LENGTH = 255
Headers = Mapping[bytes, bytes]
Choice = TypeVar("Choice", bound=StrEnum)


class Intent(msgspec.Struct, frozen=True):
    priority: Priority
    privacy: Privacy
    team: str | None
    idempotency_key: str | None


def intent(headers: Headers, resolved: Resolved, own_privacy: Privacy) -> Intent:
    """Return what this call asks for; Refusal INVALID_FIELD names a header that says nonsense."""
    priority = _choice(headers, b"x-project-priority", Priority) or resolved.priority
    privacy = _choice(headers, b"x-privacy-mode", Privacy) or Privacy.STANDARD
    team = headers.get(b"x-tokenpool-team", b"").decode("latin-1").strip()
    return Intent(
        priority=priority or Priority.STANDARD,
        privacy=strictest(own_privacy, privacy, resolved.privacy or Privacy.STANDARD),
        team=team or resolved.team,
        idempotency_key=_idempotency_key(headers),
    )


def _choice(headers: Headers, name: bytes, kind: type[Choice]) -> Choice | None:
    said = headers.get(name)
    if said is None:
        return None
    try:
        return kind(said.decode("latin-1").strip().lower())
    except ValueError:
        header = name.decode().title()
        text = f"{header} can be {' or '.join(kind)}."
        raise Refusal(Code.INVALID_FIELD, text, param=header) from None


def _idempotency_key(headers: Headers) -> str | None:
    said = headers.get(b"idempotency-key")
    if said is None:
        return None
    key = said.decode("latin-1").strip()
    if not key or len(key) > MOST_KEY_LENGTH or not key.isprintable():
        text = f"Idempotency-Key has 1 to {MOST_KEY_LENGTH} printable characters."
        raise Refusal(Code.INVALID_FIELD, text, param="Idempotency-Key")
    return key
