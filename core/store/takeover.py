"""What the last process held, where only one can run: it is dead, so nothing waits for its leases.

Elsewhere they lapse by themselves.
"""

from core.store import meta
from core.store.recovery import LEASE
from core.store.statements import Program, Read

FREE = (
    "UPDATE outbox SET lease_until = 0 WHERE state = 'pending' AND lease_until > 0 RETURNING id",
    "UPDATE card_ref SET lease_until = 0 WHERE live AND lease_until > 0 RETURNING id",
    "UPDATE inbox SET lease_until = 0 WHERE state = 'received' AND lease_until > 0 RETURNING key",
)


def take_over() -> Program[None]:
    """Free all that is leased: holds of calls, what must run once, what was being delivered."""
    yield from meta.release_all(LEASE)
    yield from meta.release_all(meta.ONCE)
    for free in FREE:
        yield Read(free)
