"""Members, teams and calls for tests of the ledger, straight on a database."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

from msgspec.structs import replace
from sqlmodel import SQLModel
from world.clock import ManualClock

from core.calls import Ask, Denied, Outcome, Receipt, Ticket
from core.domain import ledger
from core.domain.balancer import Bound
from core.domain.caps import Cap
from core.domain.credits import PICO_PER_MICRO
from core.domain.ledger import Kind
from core.domain.members import Priority
from core.domain.periods import Period, period_at
from core.store.allowances import caps_text
from core.store.database import Database
from core.store.folio import Folio, Opening, Rules
from core.store.items import HoldItem, SettleItem
from core.store.statements import Program, Read, Row, insert
from core.store.tables import ApiKeyRow, MemberRow, MembershipRow, TeamRow

QUOTA = 1_000
CALLS = count(1)
"""Numbers calls, also those of several towns on one database."""


def capped(key_id: str, cap_micro: int | None) -> str:
    """Return the column `caps` of a key with a cap of its own."""
    return "" if cap_micro is None else caps_text((Cap(key_id, cap_micro),))


@dataclass(slots=True)
class Town:
    """A database with people in it. Amounts are microcredits, and small enough to read."""

    database: Database
    rules: Rules
    clock: ManualClock = field(default_factory=ManualClock)
    epoch: str = "epoch_test"
    _calls: "count[int]" = CALLS

    @property
    def period(self) -> Period:
        return period_at(self.clock.ms, self.rules.length)

    async def add(self, *rows: SQLModel) -> None:
        def program() -> Program[None]:
            for row in rows:
                yield insert(row)

        await self.database.run(program)

    async def team(self, name: str, pool: int = QUOTA) -> None:
        await self.add(
            TeamRow(id=name, name=name, slug=name, pool_quota=pool, created_ms=self.clock.ms)
        )

    async def member(
        self, name: str, quota: int = QUOTA, *, team: str | None = None, cap: int | None = None
    ) -> None:
        """Add a member with a key of the same name."""
        await self.add(
            MemberRow(
                id=name, email=name, name=name, personal_quota=quota, created_ms=self.clock.ms
            ),
            ApiKeyRow(
                id=name,
                member_id=name,
                label=name,
                mac=b"",
                caps=capped(name, cap),
                created_ms=self.clock.ms,
            ),
        )
        if team is not None:
            await self.add(MembershipRow(team_id=team, member_id=name, joined_ms=0))

    async def leave(self, name: str) -> None:
        """Send a member on vacation."""
        await self.query(f"UPDATE member SET away_since = 0 WHERE id = '{name}' RETURNING id")

    def ask(self, amount: int) -> Ask:
        bound = Bound(prompt_pico=amount * PICO_PER_MICRO, output_pico=0, output_tokens=16)
        return Ask(call_id=f"call_{next(self._calls):06}", model="demo", bound=bound)

    def hold_item(self, name: str, amount: int, *, critical: bool = False) -> HoldItem:
        priority = Priority.CRITICAL if critical else Priority.STANDARD
        ask = replace(self.ask(amount), priority=priority)
        return HoldItem(ask, name, name, self.period, self.clock.ms, self.epoch, wide=True)

    async def hold(self, name: str, amount: int, *, critical: bool = False) -> Ticket:
        ticket = await self.database.commit(self.hold_item(name, amount, critical=critical))
        assert isinstance(ticket, Ticket), ticket
        return ticket

    async def denied(self, name: str, amount: int) -> Denied:
        denied = await self.database.commit(self.hold_item(name, amount))
        assert isinstance(denied, Denied), denied
        return denied

    def settle_item(self, ticket: Ticket, cost: int, kind: Kind = Kind.SETTLE) -> SettleItem:
        return SettleItem(ticket, Outcome(kind, 200, cost_micro=cost), self.clock.ms)

    async def settle(self, ticket: Ticket, cost: int) -> Receipt:
        return await self._end(self.settle_item(ticket, cost))

    async def void(self, ticket: Ticket) -> Receipt:
        return await self._end(self.settle_item(ticket, 0, Kind.VOID))

    async def capture(self, ticket: Ticket) -> Receipt:
        return await self._end(self.settle_item(ticket, 0, Kind.CAPTURE))

    async def _end(self, item: SettleItem) -> Receipt:
        receipt = await self.database.commit(item)
        assert isinstance(receipt, Receipt), receipt
        return receipt

    async def spend(self, name: str, amount: int) -> Ticket:
        """Make a whole call that costs `amount`."""
        ticket = await self.hold(name, amount)
        await self.settle(ticket, amount)
        return ticket

    def opening(self, account: str, quota: int = QUOTA) -> Opening:
        return Opening(account, self.period, quota)

    def own(self, name: str) -> str:
        return ledger.row_id(ledger.user(name), self.period.name)

    def pool(self, name: str) -> str:
        return ledger.row_id(ledger.team(name), self.period.name)

    async def book(self, openings: list[Opening], work: Callable[[Folio], None]) -> None:
        """Commit a program that locks rows, does `work` on them and writes."""

        def program() -> Program[None]:
            folio = self.database.journal.folio(self.clock.ms)
            yield from folio.lock({opening.row_id: opening for opening in openings}, (), ())
            work(folio)
            yield from folio.write()

        await self.database.run(program)

    async def query(self, sql: str) -> list[Row]:
        """Run one statement that returns rows, in a transaction of its own."""

        def program() -> Program[list[Row]]:
            return (yield Read(sql))

        return await self.database.run(program)

    async def standing(self, row: str) -> tuple[int, ...]:
        """Return posted, held and spent of a balance row."""
        found = await self.query(f"SELECT posted, held, spent FROM balance WHERE id = '{row}'")
        return tuple(found[0])


class Founds(Protocol):
    """Opens a database as a process of its own would; what it leaves must pass the audit."""

    def __call__(self, *, rollover: int = 0) -> AbstractAsyncContextManager[Town]: ...
