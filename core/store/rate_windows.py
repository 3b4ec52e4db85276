"""Programs about counters of requests and tokens within a window, shared by all processes."""

from core.store.statements import Program, Read

ADD = """
INSERT INTO rate_window (id, count, ends_ms) VALUES (:1, :2, :3)
ON CONFLICT (id) DO UPDATE SET
  count = CASE WHEN rate_window.ends_ms > :4 THEN rate_window.count ELSE 0 END + excluded.count,
  ends_ms = CASE WHEN rate_window.ends_ms > :4 THEN rate_window.ends_ms ELSE excluded.ends_ms END
RETURNING count, ends_ms
"""
CLEAR = "DELETE FROM rate_window WHERE id = :1 RETURNING id"
HEALTH = "SELECT count(*) FROM rate_window WHERE id = ''"


def add(window_id: str, amount: int, ends_ms: int, now_ms: int) -> Program[tuple[int, int]]:
    """Count within the running window, or begin one that ends then; return count and end."""
    rows = yield Read(ADD, (window_id, amount, ends_ms, now_ms))
    return int(rows[0][0]), int(rows[0][1])


def clear(window_id: str) -> Program[None]:
    yield Read(CLEAR, (window_id,))


def look() -> Program[None]:
    """Read, so that a database which is away is noticed."""
    yield Read(HEALTH)
