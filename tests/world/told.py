"""What people were told: the outbox as a test reads it."""

from dataclasses import dataclass
from typing import Any

import msgspec
from world.office import Office, Somebody


@dataclass(frozen=True, slots=True)
class Told:
    """One row of the outbox."""

    event: str
    who: str
    kind: str
    ref: str
    payload: Any


async def told(office: Office, *kinds: str) -> list[Told]:
    """Return everything that was told so far, or only these kinds of it."""
    rows = await office.rows("SELECT id, member_id, kind, ref, payload FROM outbox ORDER BY no")
    found = [Told(row[0], row[1], row[2], row[3], msgspec.json.decode(row[4])) for row in rows]
    return [one for one in found if not kinds or one.kind in kinds]


async def heard(office: Office, kind: str, ref: str) -> list[str]:
    """Return who was told of something, sorted."""
    return sorted(one.who for one in await told(office, kind) if one.ref == ref)


def ids(*people: Somebody) -> list[str]:
    return sorted(somebody.id for somebody in people)
