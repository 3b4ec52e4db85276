"""Programs about cards that many people read: which requests a place still lacks."""

from core.domain.addresses import Address
from core.store.statements import Program, Read

LACKING = """
SELECT a.id FROM approval a WHERE a.state = 'pending' AND a.expires_ms > :4 AND NOT EXISTS (
  SELECT 1 FROM card_ref c
  WHERE c.ref = a.id AND c.platform = :1 AND c.tenant = :2 AND c.address = :3)
ORDER BY a.created_ms, a.id LIMIT :5
"""
STANDS = """
SELECT id FROM card_ref
WHERE ref = :1 AND live AND platform = :2 AND tenant = :3 AND address = :4 LIMIT 1
"""


def lacking(place: Address, now_ms: int, most: int) -> Program[tuple[str, ...]]:
    """Read the requests that wait and were never posted in a place, the oldest first."""
    where = (place.platform, place.tenant, place.place)
    return tuple(row[0] for row in (yield Read(LACKING, (*where, now_ms, most))))


def stands(ref: str, place: Address) -> Program[bool]:
    """Return whether a card of this row stands in a place, and follows it."""
    return bool((yield Read(STANDS, (ref, place.platform, place.tenant, place.place))))
