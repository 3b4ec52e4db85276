"""Reading where a member and their teams stand in a period, without opening a row.

What has not been opened yet is opened in memory, by the very rules the ledger opens it with, so
the figures are those of the next call: grant, rollover, and what an earlier debt takes back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.domain import ledger
from core.domain.caps import Caps, own_cap, room
from core.domain.ledger import Balance, Payer
from core.domain.members import CriticalPolicy, CriticalRight
from core.domain.periods import Period
from core.store.allowances import caps_of
from core.store.folio import (
    LOCK_BALANCES,
    LOCK_LIMITS,
    Folio,
    Opening,
    Rules,
    key_limits,
    limit_id,
)
from core.store.holders import READ_AWAY
from core.store.settling import DEBTS
from core.store.statements import Insert, Program, Read, Row, Statement
from core.store.tables import BalanceRow

READ_SEATS = """
SELECT m.name, m.personal_quota, s.team_id, t.name, s.critical, t.pool_quota, t.critical_policy,
  t.critical_percent, t.vacation_percent, t.status
FROM member m LEFT JOIN membership s ON s.member_id = m.id LEFT JOIN team t ON t.id = s.team_id
WHERE m.id = :1 ORDER BY s.joined_ms, s.team_id
"""
READ_KEY = "SELECT label, caps FROM api_key WHERE id = :1"


@dataclass(frozen=True, slots=True)
class Share:
    """What a limit counts: used and held, in microcredits."""

    percent: int
    used: int
    held: int


@dataclass(frozen=True, slots=True)
class TeamStanding:
    team_id: str
    name: str
    active: bool
    pool_quota: int
    pool: Balance
    vacation: Share
    away: int
    """Other members who are on vacation now."""
    critical: Share
    policy: CriticalPolicy
    right: CriticalRight


@dataclass(frozen=True, slots=True)
class KeyStanding:
    """A key, and what its cap counts in the period; microcredits."""

    label: str
    cap: int | None
    used: int = 0
    held: int = 0
    left: int = 0
    """What all the caps leave that bind it, those of the key that made it too."""


@dataclass(frozen=True, slots=True)
class Standing:
    name: str
    own: Balance
    debt: int
    teams: tuple[TeamStanding, ...]
    key: KeyStanding | None


def standing(
    rules: Rules, member_id: str, period: Period, now_ms: int, *, key_id: str = ""
) -> Program[Standing | None]:
    """Read a member's standing, and that of the key `key_id` if one is named."""
    rows = yield Read(READ_SEATS, (member_id,))
    if not rows:
        return None
    seats = [row for row in rows if row[2] is not None]
    away: dict[str, int] = {}
    if seats:
        for team_id, other in (yield Read(READ_AWAY, (sorted(s[2] for s in seats), now_ms))):
            away[team_id] = away.get(team_id, 0) + (other != member_id)
    keys = (yield Read(READ_KEY, (key_id,))) if key_id else []
    own = Opening(ledger.user(member_id), period, rows[0][1])
    debt = Opening(ledger.debt(own.account), DEBTS, 0)
    pools = [Opening(ledger.team(seat[2]), period, seat[5]) for seat in seats]
    caps = caps_of(keys[0][1]) if keys else ()
    counted = key_limits(caps, period.name)
    for seat in seats:
        counted += _limits(seat[2], member_id, period)
    openings = {opening.row_id: opening for opening in (own, debt, *pools)}
    folio = yield from unwritten_folio(rules, openings, counted, now_ms)
    return Standing(
        name=rows[0][0],
        own=folio.balance(own.row_id),
        debt=folio.balance(debt.row_id).posted,
        teams=tuple(_team(folio, seat, member_id, period, away) for seat in seats),
        key=_key(folio, keys[0][0], caps, period) if keys else None,
    )


def unwritten_folio(
    rules: Rules, openings: Mapping[str, Opening], limits: Iterable[str], now_ms: int
) -> Program[Folio]:
    """Read rows as the ledger would find or open them in this period, without opening any."""
    folio = Folio(rules, set(), now_ms)
    yield from _unwritten(folio.lock(openings, (), limits))
    return folio


def _key(folio: Folio, label: str, caps: Caps, period: Period) -> KeyStanding:
    if not caps:
        return KeyStanding(label, None)
    counted = [folio.limit(limit) for limit in key_limits(caps, period.name)]
    return KeyStanding(label, own_cap(caps), *counted[-1], room(caps, counted)[0])


def _limits(team_id: str, member_id: str, period: Period) -> tuple[str, str]:
    return (
        limit_id(Payer.VACATION.value, team_id, period.name),
        limit_id(Payer.CRITICAL.value, f"{team_id}:{member_id}", period.name),
    )


def _team(
    folio: Folio, seat: Row, member_id: str, period: Period, away: dict[str, int]
) -> TeamStanding:
    team_id = seat[2]
    vacation, critical = _limits(team_id, member_id, period)
    return TeamStanding(
        team_id=team_id,
        name=seat[3],
        active=seat[9] == "active",
        pool_quota=seat[5],
        pool=folio.balance(ledger.row_id(ledger.team(team_id), period.name)),
        vacation=Share(seat[8], *folio.limit(vacation)),
        away=away.get(team_id, 0),
        critical=Share(seat[7], *folio.limit(critical)),
        policy=CriticalPolicy(seat[6]),
        right=CriticalRight(seat[4]),
    )


def _unwritten(program: Program[None]) -> Program[None]:
    """Run a folio's program on a snapshot: the rows it inserts exist for its own reads alone."""
    blank: dict[str, Row] = {}
    try:
        statement = next(program)
        while True:
            statement = program.send((yield from _answer(statement, blank)))
    except StopIteration:
        return


def _answer(statement: Statement, blank: dict[str, Row]) -> Program[list[Row]]:
    if isinstance(statement, Insert):
        blank.update((str(row[0]), _as_read(statement, row)) for row in statement.rows)
        return []
    assert isinstance(statement, Read), statement
    found = yield Read(statement.sql.replace("FOR UPDATE", ""), statement.params)
    if statement.sql not in {LOCK_BALANCES, LOCK_LIMITS}:
        return found
    wanted = statement.params[0]
    assert isinstance(wanted, list), wanted
    present = {_row_id(row) for row in found}
    return [*found, *(blank[key] for key in wanted if key in blank and key not in present)]


def _as_read(statement: Insert, row: Row) -> Row:
    """Return a blank row as LOCK_BALANCES or LOCK_LIMITS would read it."""
    return row[1:] if statement.table is BalanceRow else (row[0], row[4], row[5])


def _row_id(row: Row) -> str:
    """Return the id of a row that LOCK_BALANCES or LOCK_LIMITS read."""
    return row[0] if len(row) == 3 else ledger.row_id(row[0], row[1])  # noqa: PLR2004 - id, used, held
