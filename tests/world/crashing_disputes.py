"""What dies in `crashing` of disputes: the decision that returns a charge."""

from contextlib import suppress
from dataclasses import dataclass

from world.crashing import Ground, Operation
from world.people import Town

from core.calls import Caller, Outcome
from core.domain.errors import Refusal
from core.domain.ledger import Kind
from core.domain.members import Person, Priority, Privacy, Role
from core.service import disputing
from core.service.start import Core
from core.store.items import SettleItem

CHARGED = 5
BACK = 3


@dataclass(frozen=True, slots=True)
class Doubt:
    """A disputed charge, its member, and who decides."""

    call_id: str
    member_id: str
    decider: Caller


async def _prepare(ground: Ground, core: Core, n: int) -> Doubt:
    town, member, boss = ground.town(core), f"doubter{n}", f"judge{n}"
    await town.member(member, cap=100)
    await town.member(boss)
    await town.query(f"UPDATE member SET role = 'admin' WHERE id = '{boss}' RETURNING id")
    ticket = await town.hold(member, CHARGED)
    outcome = Outcome(Kind.CAPTURE, 504, estimated=True)
    await core.database.commit(SettleItem(ticket, outcome, town.clock.ms))
    await disputing.dispute(core, _caller(member, Role.MEMBER), ticket.call_id)
    return Doubt(ticket.call_id, member, _caller(boss, Role.ADMIN))


async def _give_back(core: Core, doubt: Doubt) -> None:
    with suppress(Refusal):  # decided already: whoever heard no answer asks again
        await disputing.give_back(core, doubt.decider, doubt.call_id, BACK)


async def _judge(town: Town, doubt: Doubt) -> None:
    """Decided with its transfer, its charge and the key's cap, or nothing of it."""
    rows = await town.query(
        "SELECT d.state, c.cost FROM dispute d JOIN call c ON c.id = d.call_id"
        f" WHERE c.id = '{doubt.call_id}'"
    )
    state, cost = rows[0]
    assert (state, cost) in {("open", CHARGED), ("returned", CHARGED - BACK)}
    assert (await town.standing(town.own(doubt.member_id)))[2] == cost
    used = await town.query(f"SELECT used FROM limit_row WHERE subject = '{doubt.member_id}'")
    assert used[0][0] == cost


def _caller(name: str, role: Role) -> Caller:
    person = Person(name, role, ())
    return Caller(person, name, name, "", None, Priority.STANDARD, Privacy.STANDARD)


RETURNED = Operation("returned", _prepare, _give_back, _judge, again=True)
