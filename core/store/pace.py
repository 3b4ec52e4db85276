"""Turns to write to an address: at most one a gap, whichever process takes it.

A turn is a lease that is never given back: it lapses after the gap, and who was too fast waits.
"""

from core.store import meta
from core.store.statements import Insert, Program, Read
from core.store.tables import LeaseRow

ADDRESS = "address:"
READ_UNTIL = "SELECT until_ms FROM lease WHERE name = :1"
EXTEND = "UPDATE lease SET until_ms = :2 WHERE name = :1 AND until_ms < :2 RETURNING name"


def take_turn(address: str, turn_id: str, now_ms: int, until_ms: int) -> Program[int]:
    """Take the turn until then and return 0; or return when it will be free."""
    if (yield from meta.renew(ADDRESS + address, turn_id, until_ms, now_ms)):
        return 0
    return int((yield Read(READ_UNTIL, (ADDRESS + address,)))[0][0])


def hush(address: str, until_ms: int) -> Program[None]:
    """Let nobody write to an address before then: its platform said so."""
    name = ADDRESS + address
    yield Insert(LeaseRow, ("name", "holder", "until_ms"), [(name, "", until_ms)], ignore=True)
    yield Read(EXTEND, (name, until_ms))
