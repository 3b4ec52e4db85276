"""What can be said of a database at a glance."""

from core.store.statements import Program, Read


def newest_ms() -> Program[int]:
    """Return the latest time of a call or an act, 0 if there is none; both have an index."""
    calls = yield Read("SELECT max(ended_ms) FROM call")
    acts = yield Read("SELECT max(at_ms) FROM audit_event")
    return max(calls[0][0] or 0, acts[0][0] or 0)


def sealed_ms() -> Program[int | None]:
    """Return the time of the newest seal."""
    found: int | None = (yield Read("SELECT max(at_ms) FROM seal"))[0][0]
    return found


def transfers() -> Program[int]:
    """Return the length of the journal."""
    return int((yield Read("SELECT count(*) FROM transfer"))[0][0])
