"""Programs about conversations: what a platform said of one when it last came from there."""

from dataclasses import dataclass

from core.store.statements import Program, Read

READ = """
SELECT ref, seen_ms FROM conversation_ref WHERE platform = :1 AND tenant = :2 AND place = :3
"""
READ_ALL = """
SELECT tenant, place, ref FROM conversation_ref
WHERE platform = :1 AND tenant IN :2 AND place IN :3
"""
READ_LATEST = """
SELECT ref FROM conversation_ref WHERE platform = :1
ORDER BY seen_ms DESC, tenant, place LIMIT 1
"""
READ_LATEST_OF = """
SELECT ref FROM conversation_ref WHERE platform = :1 AND tenant = :2
ORDER BY seen_ms DESC, place LIMIT 1
"""
ADD = """
INSERT INTO conversation_ref (platform, tenant, place, ref, seen_ms)
VALUES (:1, :2, :3, :4, :5) ON CONFLICT DO NOTHING RETURNING place
"""
SEE = """
UPDATE conversation_ref SET ref = :4, seen_ms = :5
WHERE platform = :1 AND tenant = :2 AND place = :3 RETURNING place
"""
DROP = """
DELETE FROM conversation_ref WHERE platform = :1 AND tenant = :2 AND place = :3 RETURNING place
"""
SEEN_MS = 86_400_000
"""How exactly it is kept when something last came from a conversation."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A reference as it is kept, and when it was last seen."""

    ref: str
    seen_ms: int

    def stale(self, ref: str, now_ms: int) -> bool:
        """Return whether what is kept differs from what was said now."""
        return ref != self.ref or now_ms - self.seen_ms >= SEEN_MS


def find(platform: str, tenant: str, place: str) -> Program[Kept | None]:
    rows = yield Read(READ, (platform, tenant, place))
    return Kept(*rows[0]) if rows else None


def find_all(
    platform: str, tenants: list[str], places: list[str]
) -> Program[dict[tuple[str, str], str]]:
    """Read the references of all these places in all these tenants, by tenant and place."""
    rows = yield Read(READ_ALL, (platform, tenants, places))
    return {(tenant, place): ref for tenant, place, ref in rows}


def latest(platform: str, tenant: str) -> Program[str | None]:
    """Read what came last from a tenant; from any, if none is named."""
    if tenant:
        rows = yield Read(READ_LATEST_OF, (platform, tenant))
    else:
        rows = yield Read(READ_LATEST, (platform,))
    return str(rows[0][0]) if rows else None


def see(platform: str, tenant: str, place: str, ref: str, now_ms: int) -> Program[bool]:
    """Keep a reference; True if there was none. Of several who are first, one is."""
    if (yield Read(ADD, (platform, tenant, place, ref, now_ms))):
        return True
    yield Read(SEE, (platform, tenant, place, ref, now_ms))
    return False


def drop(platform: str, tenant: str, place: str) -> Program[None]:
    yield Read(DROP, (platform, tenant, place))
