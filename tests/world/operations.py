"""What dies in `crashing`: holds, endings of holds (F-18, F-19), corrections, decisions, seals."""

from contextlib import suppress
from dataclasses import dataclass

from world.crashing import Ground, Operation
from world.crashing_disputes import RETURNED
from world.people import Town

from core.calls import Caller, Ticket
from core.domain.errors import Refusal
from core.domain.ledger import Kind
from core.domain.members import Person, Priority, Privacy, Role, Seat, TeamRole
from core.service import approving, auditing
from core.service.start import Core
from core.store.items import HoldItem, SettleItem
from core.store.tables import MembershipRow

HELD = 5
ASKED = 40


async def _ask_for_hold(ground: Ground, core: Core, n: int) -> HoldItem:
    town = ground.town(core)
    await town.member(f"own{n}")
    return town.hold_item(f"own{n}", HELD)


async def _ask_for_hold_of_the_pool(ground: Ground, core: Core, n: int) -> HoldItem:
    town = ground.town(core)
    await town.team(f"team{n}")
    await town.member(f"pressed{n}", 0, team=f"team{n}", cap=100)
    return town.hold_item(f"pressed{n}", HELD, critical=True)


async def _hold(core: Core, item: HoldItem) -> None:
    await core.database.commit(item)


async def _judge_hold(town: Town, item: HoldItem) -> None:
    """Nothing (F-13), or a hold that was captured: nobody was told that it is theirs (F-14)."""
    assert await _outcome(town, item.ask.call_id) in {None, ("captured", HELD)}


@dataclass(frozen=True, slots=True)
class Ending:
    """How a hold of `HELD` ends, and what its call may cost then, beside all that was held."""

    name: str
    kind: Kind
    cost: int
    outcome: str
    late: bool = False
    """Whether it had been captured before."""

    def operation(self) -> Operation:
        return Operation(self.name, self._prepare, _settle, self._judge, again=True)

    async def _prepare(self, ground: Ground, core: Core, n: int) -> SettleItem:
        town, name = ground.town(core), f"{self.name} {n}"
        await town.member(name)
        ticket: Ticket = await town.hold(name, HELD)
        if self.late:
            await town.capture(ticket)
        return town.settle_item(ticket, self.cost, self.kind)

    async def _judge(self, town: Town, item: SettleItem) -> None:
        due = {("captured", HELD), (self.outcome, self.cost)}
        if self.outcome == "settled":  # came after recovery had captured: corrected
            due.add(("captured", self.cost))
        if self.outcome == "voided":
            due.add(("captured", 0))
        assert await _outcome(town, item.ticket.call_id) in due


async def _settle(core: Core, item: SettleItem) -> None:
    await core.database.commit(item)


async def _outcome(town: Town, call_id: str) -> tuple[str, int] | None:
    rows = await town.query(f"SELECT outcome, cost FROM call WHERE id = '{call_id}'")
    return (rows[0][0], rows[0][1]) if rows else None


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody's request for more, and who decides it."""

    id: str
    decider: Caller
    approve: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What one transaction writes: the state, and credit that is moved or granted, or none."""

    name: str
    decider: str
    approve: bool = True

    def operation(self) -> Operation:
        return Operation(self.name, self._prepare, _decide, self._judge, again=True)

    async def _prepare(self, ground: Ground, core: Core, n: int) -> Request:
        town, team = ground.town(core), f"{self.name} team {n}"
        asker, boss = f"{self.name} asker {n}", f"{self.name} boss {n}"
        await town.team(team)
        await town.member(asker, 0, team=team)
        await town.member(boss)
        seat = (Seat(team, TeamRole.MEMBER),)
        asked = await approving.request_more(core, _caller(asker, seat), ASKED, "more")
        if self.decider == "admin":
            await town.query(f"UPDATE member SET role = 'admin' WHERE id = '{boss}' RETURNING id")
            return Request(asked.id, _caller(boss, (), Role.ADMIN), self.approve)
        await town.add(MembershipRow(team_id=team, member_id=boss, role="manager", joined_ms=0))
        return Request(asked.id, _caller(boss, (Seat(team, TeamRole.MANAGER),)), self.approve)

    async def _judge(self, town: Town, request: Request) -> None:
        """Decided with its transfer, or neither; never a second one."""
        sql = f"SELECT state, member_id FROM approval WHERE id = '{request.id}'"
        state, member = (await town.query(sql))[0]
        given = await town.query(
            f"SELECT CAST(COALESCE(sum(posted), 0) AS BIGINT) FROM balance"
            f" WHERE account = 'user:{member}'"
        )
        assert state in {"pending", "approved" if self.approve else "rejected"}
        assert given[0][0] == (ASKED if state == "approved" else 0)


async def _decide(core: Core, request: Request) -> None:
    with suppress(Refusal):  # decided already: whoever heard no answer asks again
        if request.approve:
            await approving.approve(core, request.decider, request.id)
        else:
            await approving.reject(core, request.decider, request.id, "no")


def _caller(name: str, seats: tuple[Seat, ...], role: Role = Role.MEMBER) -> Caller:
    person = Person(name, role, seats)
    return Caller(person, name, name, "", None, Priority.STANDARD, Privacy.STANDARD)


async def _spend(ground: Ground, core: Core, n: int) -> int:
    town = ground.town(core)
    await town.member(f"sealed{n}")
    await town.spend(f"sealed{n}", HELD)
    return n


async def _seal(core: Core, _: int) -> None:
    await auditing.seal(core)


async def _judge_seal(town: Town, _: int) -> None:
    numbers = [row[0] for row in await town.query("SELECT no FROM seal ORDER BY no")]
    assert numbers == list(range(1, len(numbers) + 1))


OPERATIONS = [
    Operation("a hold", _ask_for_hold, _hold, _judge_hold),
    Operation("a hold of the pool", _ask_for_hold_of_the_pool, _hold, _judge_hold),
    Ending("settled", Kind.SETTLE, 3, "settled").operation(),
    Ending("settled above its hold", Kind.SETTLE, 8, "captured").operation(),
    Ending("voided", Kind.VOID, 0, "voided").operation(),
    Ending("captured", Kind.CAPTURE, HELD, "captured").operation(),
    Ending("settled after its capture", Kind.SETTLE, 3, "captured", late=True).operation(),
    Decision("moved", "manager").operation(),
    Decision("granted", "admin").operation(),
    Decision("rejected", "manager", approve=False).operation(),
    RETURNED,
    Operation("sealed", _spend, _seal, _judge_seal, again=True),
]
