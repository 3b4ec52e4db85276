"""Who asks for a hold: key, member and seats, read in the hold's own transaction."""

from collections.abc import Sequence

import msgspec

from core.domain import ledger
from core.domain.allowance import not_allowed
from core.domain.caps import Caps
from core.domain.errors import Code, Refusal, invalid_key
from core.domain.ledger import Payer
from core.domain.members import (
    CriticalPolicy,
    CriticalRight,
    Priority,
    Privacy,
    may_be_critical,
    strictest,
)
from core.store.allowances import caps_of, models_of
from core.store.folio import key_limits, limit_id
from core.store.items import HoldItem
from core.store.statements import Program, Read, Row

READ_HOLDERS = """
SELECT k.id, k.member_id, k.team_id, k.priority, k.privacy, k.caps, k.expires_ms, k.revoked_ms,
  m.status, m.privacy, m.personal_quota,
  s.team_id, s.critical, t.slug, t.pool_quota, t.critical_policy, t.critical_percent,
  t.vacation_percent, t.privacy, t.status, k.models, k.concurrency
FROM api_key k JOIN member m ON m.id = k.member_id
LEFT JOIN membership s ON s.member_id = m.id LEFT JOIN team t ON t.id = s.team_id
WHERE k.id IN :1 ORDER BY s.joined_ms, s.team_id
"""
READ_AWAY = """
SELECT s.team_id, m.id FROM membership s JOIN member m ON m.id = s.member_id
WHERE s.team_id IN :1 AND m.status = 'active' AND m.away_since <= :2
  AND (m.away_until IS NULL OR m.away_until > :2)
"""


class TeamSeat(msgspec.Struct, frozen=True):
    """A member's seat with what its team allows, read in the transaction of the hold."""

    team_id: str
    slug: str
    pool_quota: int
    may_be_critical: bool
    critical_percent: int
    vacation_percent: int
    privacy: Privacy
    active: bool

    @property
    def account(self) -> str:
        return ledger.team(self.team_id)


class Holder(msgspec.Struct, frozen=True):
    """The key that asks, its member and their seats, read in the transaction of the hold."""

    key_id: str
    member_id: str
    key_team: str | None
    priority: Priority
    privacy: Privacy
    caps: Caps
    valid_until_ms: int | None
    dead: bool
    personal_quota: int
    seats: tuple[TeamSeat, ...]
    models: tuple[str, ...] = ()
    """The only models this key may call; none: all."""
    concurrency: int | None = None

    @property
    def account(self) -> str:
        return ledger.user(self.member_id)

    def seat_for(self, wanted: str | None) -> TeamSeat | None:
        """Return the call's team: the wanted one, else the key's, else the first seat."""
        for name in (wanted, self.key_team):
            for seat in self.seats:
                if name in {seat.team_id, seat.slug}:
                    return seat
        return self.seats[0] if self.seats else None

    def check(self, item: HoldItem) -> None:
        expired = self.valid_until_ms is not None and self.valid_until_ms <= item.now_ms
        if self.dead or expired:
            raise invalid_key()
        if self.models and item.ask.model not in self.models:
            raise not_allowed(self.models)
        seat, wanted = self.seat_for(item.ask.team), item.ask.team
        if wanted and (seat is None or wanted not in {seat.team_id, seat.slug}):
            raise Refusal(
                Code.INVALID_FIELD, "You are not a member of that team.", param="X-TokenPool-Team"
            )
        if seat is not None and not seat.active:
            raise Refusal(Code.ACCOUNT_DISABLED, "This team is frozen. Ask an administrator.")


Away = dict[str, set[str]]


def too_many_at_once() -> Refusal:
    return Refusal(
        Code.RATE_LIMIT_EXCEEDED,
        "This API key has as many calls under way as it may have. Please retry shortly.",
        facts={"kind": "concurrency", "retry_after_ms": 1000},
    )


def read_holders(holds: Sequence[HoldItem]) -> Program[dict[str, Holder]]:
    """Read each asking key with its member and seats, as they are in this transaction."""
    rows = yield Read(READ_HOLDERS, (sorted({item.key_id for item in holds}),))
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row[0], []).append(row)
    return {key_id: _holder(seats) for key_id, seats in grouped.items()}


def read_away(holds: Sequence[HoldItem], holders: dict[str, Holder]) -> Program[Away]:
    """Read who is on vacation in the teams that may lend."""
    teams = {
        s.team_id for h in holds if h.wide and h.key_id in holders for s in holders[h.key_id].seats
    }
    away: Away = {}
    if teams:
        for team_id, member_id in (yield Read(READ_AWAY, (sorted(teams), holds[0].now_ms))):
            away.setdefault(team_id, set()).add(member_id)
    return away


class Party(msgspec.Struct, frozen=True):
    """Who asks in one hold, for which team, and with what standing."""

    holder: Holder
    seat: TeamSeat | None
    period: str
    asked_critical: bool

    @property
    def denied(self) -> bool:
        return self.asked_critical and (self.seat is None or not self.seat.may_be_critical)

    def row(self, payer: Payer) -> str:
        own = payer is Payer.OWN or self.seat is None
        account = self.holder.account if own or self.seat is None else self.seat.account
        return ledger.row_id(account, self.period)

    def limits(self, payer: Payer) -> tuple[str, ...]:
        """Return the limit rows that count a hold of this payer."""
        key = key_limits(self.holder.caps, self.period)
        if payer is Payer.OWN or self.seat is None:
            return tuple(key)
        return (*key, limit_id(payer.value, self.subject(payer), self.period))

    def subject(self, payer: Payer) -> str:
        """Return whose share of the pool counts: vacation the team's, critical the member's."""
        assert self.seat is not None
        if payer is Payer.VACATION:
            return self.seat.team_id
        return f"{self.seat.team_id}:{self.holder.member_id}"


def _holder(rows: list[Row]) -> Holder:
    first = rows[0]
    return Holder(
        key_id=first[0],
        member_id=first[1],
        key_team=first[2],
        priority=Priority(first[3]),
        privacy=strictest(Privacy(first[4]), Privacy(first[9])),
        caps=caps_of(first[5]),
        valid_until_ms=first[6],
        dead=first[7] is not None or first[8] != "active",
        personal_quota=first[10],
        seats=tuple(_seat(row) for row in rows if row[11] is not None),
        models=models_of(first[20]),
        concurrency=first[21],
    )


def _seat(row: Row) -> TeamSeat:
    return TeamSeat(
        team_id=row[11],
        slug=row[13],
        pool_quota=row[14],
        may_be_critical=may_be_critical(CriticalPolicy(row[15]), CriticalRight(row[12])),
        critical_percent=row[16],
        vacation_percent=row[17],
        privacy=Privacy(row[18]),
        active=row[19] == "active",
    )
