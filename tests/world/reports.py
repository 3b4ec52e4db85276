"""Calls as reports see them, with models, tokens and teams, and a plain record of each."""

from dataclasses import dataclass

from msgspec.structs import replace
from world.people import Town

from core.calls import Attempt, Denied, LookView, Outcome, Ticket
from core.domain.bill import KeptPrice
from core.domain.ledger import Kind
from core.domain.members import Person, Priority, Role, Seat, TeamRole
from core.domain.pricing import Usage
from core.store.items import HoldItem, RefusalItem, SettleItem


def person(name: str, *seats: str, manages: tuple[str, ...] = (), admin: bool = False) -> Person:
    """Return who asks for a report; `seats` and `manages` are teams."""
    every = [Seat(team, TeamRole.MEMBER) for team in seats]
    every += [Seat(team, TeamRole.MANAGER) for team in manages]
    return Person(name, Role.ADMIN if admin else Role.MEMBER, tuple(every))


@dataclass(frozen=True, slots=True)
class Made:
    """What a test knows of a call that it made."""

    member: str
    cost: int = 10
    prompt: int = 100
    completion: int = 50
    model: str = "demo"
    team: str | None = None
    critical: bool = False
    kind: Kind = Kind.SETTLE
    held: int | None = None
    estimated: bool = False
    attempts: tuple[Attempt, ...] = ()
    usage: Usage | None = None
    """With `price`: what its cost is made of, instead of the counts above."""
    price: KeptPrice | None = None


def hold_item(town: Town, made: Made) -> HoldItem:
    held = made.cost if made.held is None else made.held
    priority = Priority.CRITICAL if made.critical else Priority.STANDARD
    ask = replace(town.ask(held), model=made.model, team=made.team, priority=priority)
    return HoldItem(
        ask, made.member, made.member, town.period, town.clock.ms, town.epoch, wide=True
    )


async def hold(town: Town, made: Made) -> Ticket:
    ticket = await town.database.commit(hold_item(town, made))
    assert isinstance(ticket, Ticket), ticket
    return ticket


async def settle(town: Town, ticket: Ticket, made: Made) -> None:
    counts = made.kind is Kind.SETTLE
    usage = made.usage or Usage(made.prompt, made.completion, made.prompt // 2)
    outcome = Outcome(
        made.kind,
        200,
        cost_micro=made.cost if counts else 0,
        estimated=made.estimated,
        prompt_tokens=usage.prompt_tokens if counts else 0,
        completion_tokens=usage.completion_tokens if counts else 0,
        cached_tokens=usage.cached_tokens if counts else 0,
        cache_written_tokens=usage.cache_written_tokens if counts else 0,
        reasoning_tokens=usage.reasoning_tokens if counts else 0,
        price=made.price if counts else None,
        upstream="demo/demo",
        attempts=made.attempts,
    )
    await town.database.commit(SettleItem(ticket, outcome, town.clock.ms))


async def make(town: Town, made: Made) -> Ticket:
    """Make a whole call."""
    ticket = await hold(town, made)
    await settle(town, ticket, made)
    return ticket


async def refuse(town: Town, made: Made, *, code: str = "insufficient_quota") -> str:
    """Make a call that nobody can pay, leave its trace as spending does, and return its id."""
    item = hold_item(town, made)
    denied = await town.database.commit(item)
    assert isinstance(denied, Denied), denied
    looks = tuple(
        LookView(look.payer.value, look.reason.value, look.available_micro)
        for look in denied.refused.looks
    )
    trace = RefusalItem(
        call_id=item.ask.call_id,
        member_id=made.member,
        team_id=denied.team_id,
        key_id=made.member,
        code=code,
        model=made.model,
        looks=looks,
        required_micro=denied.refused.required_micro,
        now_ms=town.clock.ms,
    )
    await town.database.commit(trace)
    return item.ask.call_id
