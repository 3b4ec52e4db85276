"""Programs of the inbox: each event that a platform delivers is worked on once at a time.

A platform delivers again what it believes lost, up to fifty times. An event that is done is never
done again; one whose worker died or failed is, three times at most.
"""

from collections.abc import Mapping, Sequence

from core.store.statements import Program, Read
from core.views.delivery import LeftEvent

MOST_ATTEMPTS = 3
TAKE = """
UPDATE inbox SET attempts = attempts + 1, lease_until = :3
WHERE platform = :1 AND key = :2 AND state = 'received' AND lease_until <= :4 AND attempts < :5
RETURNING key
"""
READ_LEFT = """
SELECT key, payload FROM inbox WHERE platform = :1 AND state = 'received' AND lease_until <= :2
ORDER BY received_ms, key LIMIT :3
"""
DONE = """
UPDATE inbox SET state = 'done', payload = '', lease_until = 0
WHERE platform = :1 AND key = :2 AND state = 'received' AND lease_until > 0 RETURNING key
"""
DONE_ALL = """
UPDATE inbox SET state = 'done', payload = '', lease_until = 0
WHERE platform = :1 AND key IN :2 AND state = 'received' AND lease_until > 0 RETURNING key
"""
READ_STATE = "SELECT state FROM inbox WHERE platform = :1 AND key = :2"
FAILED = """
UPDATE inbox SET lease_until = 0
WHERE platform = :1 AND key = :2 AND state = 'received' RETURNING key
"""
GIVE_UP = """
UPDATE inbox SET state = 'failed', payload = '', lease_until = 0
WHERE platform = :1 AND state = 'received' AND lease_until <= :2 AND attempts >= :3 RETURNING key
"""
ADD_ONE = """
INSERT INTO inbox (platform, key, state, attempts, lease_until, payload, received_ms)
VALUES (:1, :2, 'received', 1, :3, :4, :5) ON CONFLICT DO NOTHING RETURNING key
"""


def claim(platform: str, key: str, payload: str, *, now_ms: int, until_ms: int) -> Program[bool]:
    """Take an event up; False if it is done, failed for good, or somebody is at it."""
    if (yield Read(ADD_ONE, (platform, key, until_ms, payload, now_ms))):
        return True
    return bool((yield Read(TAKE, (platform, key, until_ms, now_ms, MOST_ATTEMPTS))))


def exchange(
    platform: str, events: Mapping[str, str], ended: Sequence[str], *, now_ms: int, until_ms: int
) -> Program[frozenset[str]]:
    """End some events and take up others; return the keys of those that are ours to work on.

    In the order of their keys, as everywhere: of two processes that get the same ones, none waits
    for the other while that waits for it.
    """
    if ended:
        yield Read(DONE_ALL, (platform, sorted(ended)))
    ours = set()
    for key in sorted(events):
        if (yield from claim(platform, key, events[key], now_ms=now_ms, until_ms=until_ms)):
            ours.add(key)
    return frozenset(ours)


def done(platform: str, key: str) -> Program[bool]:
    """End an event; False if it has failed and will be tried again."""
    if (yield Read(DONE, (platform, key))):
        return True
    rows = yield Read(READ_STATE, (platform, key))
    return bool(rows) and rows[0][0] != "received"


def failed(platform: str, key: str, now_ms: int) -> Program[None]:
    """Let an event be tried again at once; after the third time it has failed for good."""
    yield Read(FAILED, (platform, key))
    yield Read(GIVE_UP, (platform, now_ms, MOST_ATTEMPTS))


def left_behind(
    platform: str, *, now_ms: int, until_ms: int, most: int
) -> Program[tuple[LeftEvent, ...]]:
    """Claim events that a dead process, or one that failed, has left."""
    yield Read(GIVE_UP, (platform, now_ms, MOST_ATTEMPTS))
    found = []
    for key, payload in (yield Read(READ_LEFT, (platform, now_ms, most))):
        if (yield Read(TAKE, (platform, key, until_ms, now_ms, MOST_ATTEMPTS))):
            found.append(LeftEvent(key, payload))
    return tuple(found)


def any_left(platform: str, now_ms: int) -> Program[bool]:
    return bool((yield Read(READ_LEFT, (platform, now_ms, 1))))
