"""Caps of keys: the most that may be spent with a key in a period.

A cap is counted under the key that had it first. A successor goes on counting there, and what a
capped key makes for the same person counts there too, so neither is a way around the cap (F-89).
A cap bounds what is spent of somebody's credit. It takes no other right from an administrator.
"""

from collections.abc import Iterable

import msgspec

from core.domain.errors import Code, Refusal

MOST_CAPS = 8
"""Caps that one key may be bound by: as many limit rows are locked for each of its calls."""


class Cap(msgspec.Struct, frozen=True, array_like=True):
    """At most `micro` microcredits a period, of all that counts under the key `subject`."""

    subject: str
    micro: int


Caps = tuple[Cap, ...]
"""What binds a key; the last one is its own, which people see. None: no cap."""


def inherited(maker: Caps, own: Caps) -> Caps:
    """Return what binds a key with its own caps and those of the key that makes it.

    Refusal if these are too many: a key of a key of a key, and so on.
    """
    kept = {cap.subject for cap in own}
    caps = (*(cap for cap in maker if cap.subject not in kept), *own)
    if len(caps) > MOST_CAPS:
        text = f"A key is bound by {MOST_CAPS} caps at most. Make this one with another key."
        raise Refusal(Code.CONFLICT, text)
    return caps


def room(caps: Caps, counted: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Return what the tightest cap leaves now, and how much more once open holds have ended.

    `counted` is (used, held) of each cap, of which there is one at least; all in microcredits.
    """
    rooms = [(cap.micro - used, held) for cap, (used, held) in zip(caps, counted, strict=True)]
    left = max(0, min(micro - held for micro, held in rooms))
    return left, max(0, min(micro for micro, _ in rooms)) - left


def own_cap(caps: Caps) -> int | None:
    """Return the cap that people see, in microcredits."""
    return caps[-1].micro if caps else None
