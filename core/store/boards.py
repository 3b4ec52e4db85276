"""Programs about cards that many people read: what a place still lacks, and who is concerned."""

from core.domain.addresses import Address
from core.store import approval_rows, notices
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
READ_ACCOUNTS = """
SELECT l.member_id, l.tenant, l.address FROM identity_link l JOIN member m ON m.id = l.member_id
WHERE l.member_id IN :1 AND l.platform = :2 AND l.address <> '' AND m.status = 'active'
ORDER BY l.linked_ms, l.id
"""


def lacking(place: Address, now_ms: int, most: int) -> Program[tuple[str, ...]]:
    """Read the requests that wait and were never posted in a place, the oldest first."""
    where = (place.platform, place.tenant, place.place)
    return tuple(row[0] for row in (yield Read(LACKING, (*where, now_ms, most))))


def stands(ref: str, place: Address) -> Program[bool]:
    """Return whether a card of this row stands in a place, and follows it."""
    return bool((yield Read(STANDS, (ref, place.platform, place.tenant, place.place))))


def viewers(platform: str, approval_id: str, most: int) -> Program[tuple[Address, ...]]:
    """Read where those are on a platform whose request it is, or who may decide it.

    If they are too many: whoever asked, then the managers, then the administrators. Whether they
    can be written to does not matter: this is for who looks at a card that stands somewhere.
    """
    approval = yield from approval_rows.find(approval_id)
    if approval is None:
        return ()
    asker, team = approval.member_id, approval.seated_team
    managers = (yield from notices.managers([team], asker)) if team else []
    members = list(dict.fromkeys([asker, *managers, *(yield from notices.admins(asker))]))
    rows = yield Read(READ_ACCOUNTS, (members, platform))
    found = sorted(rows, key=lambda row: members.index(row[0]))
    places = dict.fromkeys(Address(platform, tenant, place) for _, tenant, place in found)
    return tuple(places)[:most]
