"""An organization made by the use cases themselves: real keys, real rights."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from itertools import count

import pytest
from world.clock import ManualClock

from core.calls import Ask, Caller, Denied, Outcome, Receipt, Ticket
from core.domain import ledger
from core.domain.balancer import Bound
from core.domain.credits import PICO_PER_MICRO
from core.domain.errors import Refusal
from core.domain.ledger import Balance, Kind
from core.domain.members import Person, Priority, TeamRole
from core.service import approving, membership, teaming
from core.service.auditing import audit
from core.service.membership import NewUser
from core.service.start import Core
from core.service.teaming import NewTeam
from core.store.items import HoldItem, SettleItem
from core.store.statements import Program, Read, Row, Value
from core.views import ApprovalView

BALANCE = "SELECT account, period, posted, held, spent, cut, n, head FROM balance WHERE id = :1"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A member with the key they started with."""

    id: str
    key: str = field(repr=False)
    caller: Caller

    @property
    def person(self) -> Person:
        return self.caller.person


@dataclass(slots=True)
class Office:
    """Amounts are microcredits, and small enough to read."""

    core: Core
    clock: ManualClock
    admin: Somebody
    _calls: "count[int]" = field(default_factory=lambda: count(1))

    async def member(
        self, name: str, quota: int = 1_000, team: str | None = None, *, manages: bool = False
    ) -> Somebody:
        new = NewUser(f"{name}@x.example", name, quota)
        made = await membership.create_user(self.core, self.admin.person, new)
        if team is not None:
            role = TeamRole.MANAGER if manages else TeamRole.MEMBER
            await teaming.add_member(self.core, self.admin.person, team, made.id, role)
        return await known(self.core, made.api_key)

    async def team(self, name: str, pool: int = 1_000) -> str:
        made = await teaming.create_team(self.core, self.admin.person, NewTeam(name, pool))
        return made.id

    async def again(self, somebody: Somebody) -> Somebody:
        """Return somebody as their key shows them now."""
        return await known(self.core, somebody.key)

    async def ask_for(
        self, caller: Caller, amount: int, priority: Priority = Priority.STANDARD
    ) -> Ticket | Denied:
        """Ask for a hold, as a call with this key does."""
        bound = Bound(prompt_pico=amount * PICO_PER_MICRO, output_pico=0, output_tokens=16)
        call_id = f"call_{next(self._calls):06}"
        ask = Ask(call_id=call_id, model="demo", bound=bound, priority=priority)
        item = HoldItem(
            ask, caller.key_id, caller.id, self.core.period(), self.clock.ms, self.core.epoch,
            wide=True,
        )  # fmt: skip
        decision = await self.core.database.commit(item)
        assert isinstance(decision, Ticket | Denied)
        return decision

    async def hold(
        self, caller: Caller, amount: int, priority: Priority = Priority.STANDARD
    ) -> Ticket:
        ticket = await self.ask_for(caller, amount, priority)
        assert isinstance(ticket, Ticket), ticket
        return ticket

    async def settle(self, ticket: Ticket, cost: int) -> None:
        await self.end(ticket, Outcome(Kind.SETTLE, 200, cost_micro=cost))

    async def end(self, ticket: Ticket, outcome: Outcome) -> int:
        """End a hold in any way; return what was charged."""
        receipt = await self.core.database.commit(SettleItem(ticket, outcome, self.clock.ms))
        assert isinstance(receipt, Receipt)
        return receipt.cost_micro

    async def spend(
        self, caller: Caller, amount: int, priority: Priority = Priority.STANDARD
    ) -> Ticket:
        """Make a whole call that costs `amount`."""
        ticket = await self.hold(caller, amount, priority)
        await self.settle(ticket, amount)
        return ticket

    async def balance(self, account: str) -> Balance:
        row = ledger.row_id(account, self.core.period().name)
        (found,) = await self.rows(BALANCE, row)
        return Balance(*found)

    async def rows(self, sql: str, *params: Value) -> list[Row]:
        def program() -> Program[list[Row]]:
            return (yield Read(sql, params))

        return await self.core.database.read(program())

    async def verbs(self, subject: str) -> list[str]:
        """Return what the audit trail says of a subject."""
        sql = "SELECT verb FROM audit_event WHERE subject = :1 ORDER BY at_ms, verb"
        return [row[0] for row in await self.rows(sql, subject)]

    async def assert_clean(self) -> None:
        report = await audit(self.core)
        assert report.clean, report.findings


async def open_office(core: Core, clock: ManualClock) -> Office:
    key = await membership.first_admin(core)
    assert key is not None
    return Office(core, clock, await known(core, key))


async def known(core: Core, key: str) -> Somebody:
    caller = await membership.identify(core, key, fresh=True)
    return Somebody(caller.id, key, caller)


async def ask(office: Office, who: Somebody, amount: int = 50) -> ApprovalView:
    return await approving.request_more(office.core, who.caller, amount, "a demo")


async def refused(attempt: Awaitable[object]) -> Refusal:
    with pytest.raises(Refusal) as error:
        await attempt
    return error.value
