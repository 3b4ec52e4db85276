"""The program of vacation: a member is away, or back."""

from core.domain import vacation
from core.domain.errors import Code, Refusal
from core.store import directory
from core.store.acts import Act, acting
from core.store.statements import Change, Program, Read
from core.store.tables import MemberRow
from core.views import MemberView

DAY_MS = 86_400_000
LOCK = "SELECT away_since, away_until FROM member WHERE id = :1 FOR UPDATE"
COUNT_CHANGES = """
SELECT count(*), min(at_ms) FROM audit_event
WHERE at_ms > :2 AND actor = :1 AND verb IN ('vacation.on', 'vacation.off')
"""
COLUMNS = ("id", "away_since", "away_until")


def set_status(act: Act, until_ms: int | None, *, on_vacation: bool) -> Program[MemberView]:
    """Go on vacation, with or without an end, or come back; the same again changes nothing."""
    person = yield from acting(act)
    since, until = (yield Read(LOCK, (person.id,)))[0]
    away = vacation.is_away(since, until, act.now_ms)
    if (away, until if away else None) != (on_vacation, until_ms):
        yield from _count(act)
        begins = (since if away else act.now_ms) if on_vacation else None
        yield Change(MemberRow, COLUMNS, [(person.id, begins, until_ms)])
        verb = "vacation.on" if on_vacation else "vacation.off"
        yield act.note(verb, person.id, until_ms=until_ms)
    return (yield from directory.read_member(person.id, act.now_ms))


def _count(act: Act) -> Program[None]:
    """Raise a Refusal after ten changes within a day: toggling must not become a game (F-77)."""
    rows = yield Read(COUNT_CHANGES, (act.actor, act.now_ms - DAY_MS))
    count, oldest_ms = rows[0]
    if count >= vacation.MOST_CHANGES_A_DAY:
        raise Refusal(
            Code.RATE_LIMIT_EXCEEDED,
            f"Vacation can be changed {vacation.MOST_CHANGES_A_DAY} times a day.",
            facts={"retry_after_ms": oldest_ms + DAY_MS - act.now_ms},
        )
