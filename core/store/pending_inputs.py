"""Programs of forms that are filled in line by line: one at a time for each chat and person."""

from core.store.chat_tables import PendingInputRow
from core.store.statements import Program, Read, insert
from core.views.asking import PendingView

READ_ONE = """
SELECT token, fields, given, message_id FROM pending_input WHERE id = :1 AND ends_ms > :2
"""
GO_ON = """
UPDATE pending_input SET given = :3, message_id = :4, ends_ms = :5
WHERE id = :1 AND message_id = :2 RETURNING id
"""
END = "DELETE FROM pending_input WHERE id = :1 AND message_id = :2 RETURNING id"
DROP = "DELETE FROM pending_input WHERE id = :1 RETURNING id"


def begin(row: PendingInputRow) -> Program[None]:
    """Ask for the first field; a form that was being filled in here is forgotten."""
    yield Read(DROP, (row.id,))
    yield insert(row, ignore=True)


def current(pending_id: str, now_ms: int) -> Program[PendingView | None]:
    rows = yield Read(READ_ONE, (pending_id, now_ms))
    return PendingView(*rows[0]) if rows else None


def go_on(
    pending_id: str, was: PendingView, given: str, message_id: str, ends_ms: int
) -> Program[bool]:
    """Keep an answer and ask the next question; False if another answer was first."""
    changed = (pending_id, was.message_id, given, message_id, ends_ms)
    return bool((yield Read(GO_ON, changed)))


def end(pending_id: str, was: PendingView) -> Program[bool]:
    """End a form that is filled in; False if another answer was first."""
    return bool((yield Read(END, (pending_id, was.message_id))))


def drop(pending_id: str) -> Program[bool]:
    """Forget a form; False if there is none."""
    return bool((yield Read(DROP, (pending_id,))))
