"""Programs of messages that hold what is shown once, and are deleted after a while."""

from core.store.chat_tables import VanishingRow
from core.store.statements import Program, Read, insert

READ_DUE = """
SELECT place, message_id FROM vanishing WHERE platform = :1 AND due_ms <= :2
ORDER BY due_ms, place, message_id LIMIT :3
"""
GONE = """
DELETE FROM vanishing WHERE platform = :1 AND place = :2 AND message_id = :3 RETURNING place
"""


def add(platform: str, place: str, message_id: str, due_ms: int) -> Program[None]:
    yield insert(
        VanishingRow(platform=platform, place=place, message_id=message_id, due_ms=due_ms),
        ignore=True,
    )


def due(platform: str, now_ms: int, most: int) -> Program[tuple[tuple[str, str], ...]]:
    """Read the messages whose time has come, by place and id, the oldest first."""
    rows = yield Read(READ_DUE, (platform, now_ms, most))
    return tuple((str(place), str(message_id)) for place, message_id in rows)


def gone(platform: str, place: str, message_id: str) -> Program[None]:
    yield Read(GONE, (platform, place, message_id))
