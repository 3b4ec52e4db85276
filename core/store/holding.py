"""Holds within a batch: what each payer has, who pays, and the rows a granted hold leaves."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from core.calls import Denied, LookView, Ticket
from core.domain import ledger, vacation
from core.domain.balancer import Granted, Purses, decide
from core.domain.caps import room
from core.domain.errors import Refusal, invalid_key
from core.domain.ledger import Delta, Kind, Payer
from core.domain.members import Priority, Privacy, strictest
from core.store.call_tables import HoldRow
from core.store.folio import Folio, key_limits, limit_id
from core.store.holders import Away, Holder, Party, TeamSeat, too_many_at_once
from core.store.idempotency import Replays
from core.store.items import HoldItem
from core.store.statements import Insert, Program, Read

COUNT_OPEN = """
SELECT key_id, count(*) FROM hold WHERE state = 'open' AND key_id IN :1 GROUP BY key_id
"""
READ_MADE = "SELECT id, payer, output_limit, amount FROM hold WHERE id IN :1"
HOLD = (
    "id", "row_id", "payer", "amount", "state", "epoch", "member_id", "team_id", "key_id",
    "limits", "model", "priority", "privacy", "streamed", "output_limit", "idempotency_id", "why",
    "created_ms",
)  # fmt: skip


class HoldDesk:
    """Decides holds one after the other against the folio's rows, and collects what they leave."""

    def __init__(self, folio: Folio, holders: dict[str, Holder], away: Away) -> None:
        self._folio = folio
        self._holders = holders
        self._away = away
        self._replays = Replays()
        self._rows: list[tuple[str | int | bool | None, ...]] = []
        self._made: dict[str, Granted] = {}
        self._open: dict[str, int] = {}
        """Open holds of the keys that may have only so many."""

    def read(self, holds: Sequence[HoldItem], *, recheck: bool) -> Program[None]:
        """Read claims; with `recheck` also the holds that an unknown COMMIT may have made.

        Its member's own row is locked, so no other process counts a key at the same time.
        """
        yield from self._replays.read(holds)
        counted = sorted(k for k, one in self._holders.items() if one.concurrency is not None)
        if counted:
            self._open = {row[0]: row[1] for row in (yield Read(COUNT_OPEN, (counted,)))}
        if recheck and holds:
            for call_id, payer, tokens, amount in (
                yield Read(READ_MADE, ([item.ask.call_id for item in holds],))
            ):
                self._made[call_id] = Granted(Payer(payer), tokens, amount)

    def write(self) -> Program[None]:
        if self._rows:
            yield Insert(HoldRow, HOLD, list(self._rows))
        yield from self._replays.write()

    def decide(self, item: HoldItem) -> Ticket | Denied | Refusal:
        holder = self._holders.get(item.key_id)
        if holder is None:
            return invalid_key()
        asked = Priority.CRITICAL in {item.ask.priority, holder.priority}
        party = Party(holder, holder.seat_for(item.ask.team), item.period.name, asked)
        if item.ask.call_id in self._made:  # it was granted; a key revoked since comes too late
            return self._ticket(item, party, self._made[item.ask.call_id])
        try:
            holder.check(item)
            self._replays.check(item)
        except Refusal as refusal:
            return refusal
        return self._grant(item, party)

    def _grant(self, item: HoldItem, party: Party) -> Ticket | Denied | Refusal:
        decision = decide(item.ask.bound, self._purses(item, party), lower=item.lower)
        if isinstance(decision, Granted):
            if party.holder.concurrency is not None and not self._take_slot(party.holder):
                return too_many_at_once()
            return self._book(item, party, decision)
        own, seat = self._folio.balance(party.row(Payer.OWN)), party.seat
        wide = item.wide or seat is None
        return Denied(
            decision, seat.team_id if seat else None, own.posted, own.available, wide, party.denied
        )

    def _take_slot(self, holder: Holder) -> bool:
        assert holder.concurrency is not None
        taken = self._open.get(holder.key_id, 0)
        if taken < holder.concurrency:
            self._open[holder.key_id] = taken + 1
        return taken < holder.concurrency

    def _purses(self, item: HoldItem, party: Party) -> Purses:
        holder, team, folio = party.holder, party.seat, self._folio
        own = folio.balance(party.row(Payer.OWN))
        purses = Purses(own.available, own.held, *self._key_room(holder, party.period))
        if team is None or not item.wide:
            return purses
        lends = bool(self._away.get(team.team_id, set()) - {holder.member_id})
        critical = party.asked_critical and not party.denied
        return replace(
            purses,
            pool_micro=folio.balance(party.row(Payer.CRITICAL)).available,
            critical_micro=self._room(party, team, Payer.CRITICAL) if critical else None,
            vacation_micro=self._room(party, team, Payer.VACATION) if lends else None,
        )

    def _key_room(self, holder: Holder, period: str) -> tuple[int | None, int]:
        """Return what the key's caps leave now, and what they leave more once its holds end."""
        if not holder.caps:
            return None, 0
        return room(holder.caps, map(self._folio.limit, key_limits(holder.caps, period)))

    def _room(self, party: Party, team: TeamSeat, payer: Payer) -> int:
        """Return what is left of a share of the pool's grant; MOVEs out do not shrink it."""
        percent = team.critical_percent if payer is Payer.CRITICAL else team.vacation_percent
        used, held = self._folio.limit(limit_id(payer.value, party.subject(payer), party.period))
        return max(0, vacation.share(team.pool_quota, percent) - used - held)

    def _book(self, item: HoldItem, party: Party, granted: Granted) -> Ticket:
        """Reserve the amount with the payer, count it on its limits, and leave the hold's row."""
        row, limits = party.row(granted.payer), party.limits(granted.payer)
        self._folio.post(
            f"hold:{item.ask.call_id}", Kind.HOLD, row, "usage", Delta(held=granted.amount_micro)
        )
        for limit in limits:
            self._folio.count(limit, held=granted.amount_micro)
        ticket = self._ticket(item, party, granted)
        self._rows.append(_hold_row(ticket, item.epoch))
        return ticket

    def _ticket(self, item: HoldItem, party: Party, granted: Granted) -> Ticket:
        ask, holder, seat = item.ask, party.holder, party.seat
        own = self._folio.balance(ledger.row_id(holder.account, item.period.name))
        return Ticket(
            call_id=ask.call_id,
            member_id=holder.member_id,
            key_id=holder.key_id,
            team_id=seat.team_id if seat else None,
            model=ask.model,
            payer=granted.payer,
            row_id=party.row(granted.payer),
            period=item.period.name,
            period_ends_ms=item.period.ends_ms,
            amount_micro=granted.amount_micro,
            output_tokens=granted.output_tokens,
            lowered=granted.output_tokens < ask.bound.output_tokens,
            limits=party.limits(granted.payer),
            priority=Priority.CRITICAL if party.asked_critical else Priority.STANDARD,
            critical_denied=party.denied,
            privacy=strictest(
                ask.privacy, holder.privacy, seat.privacy if seat else Privacy.STANDARD
            ),
            streamed=ask.streamed,
            quota_micro=own.posted,
            remaining_micro=own.available,
            looks=tuple(
                LookView(k.payer.value, k.reason.value, k.available_micro) for k in granted.looks
            ),
            started_ms=item.now_ms,
            idempotency_id=self._replays.claim(item),
        )


def _hold_row(ticket: Ticket, epoch: str) -> tuple[str | int | bool | None, ...]:
    why = [(look.payer, look.reason, look.available_micro) for look in ticket.looks]
    return (
        ticket.call_id, ticket.row_id, ticket.payer.value, ticket.amount_micro, "open", epoch,
        ticket.member_id, ticket.team_id, ticket.key_id, " ".join(ticket.limits), ticket.model,
        ticket.priority.value, ticket.privacy.value, ticket.streamed, ticket.output_tokens,
        ticket.idempotency_id or "", msgspec.json.encode(why).decode() if why else "[]",
        ticket.started_ms,
    )  # fmt: skip
