"""Notices of estimated charges, disputes and unpriced models, and the copies that follow them."""

from world.mailroom import Mailroom
from world.office import Somebody

from core.calls import Outcome, Ticket
from core.domain.ledger import Kind
from core.service import disputing, estimates, offering, teaming
from gateway import catalog
from gateway.offered import Offered


async def captured(room: Mailroom, who: Somebody, kind: Kind = Kind.CAPTURE) -> Ticket:
    ticket = await room.office.hold(who.caller, 50)
    await room.office.end(ticket, Outcome(kind, 504, cost_micro=30, estimated=True))
    return ticket


async def test_fifty_unknown_calls_are_one_message_each(room: Mailroom) -> None:
    ann, place = await room.person("ann")
    chief = await room.account(room.office.admin)
    for _ in range(15):
        await captured(room, ann)
    await captured(room, ann, Kind.SETTLE)
    await estimates.tell_untold(room.core)

    await room.work()

    assert sorted(room.slack.titles(place)) == [
        "1 call charged by estimate: 0.00003 credits",
        "15 calls of unknown outcome: 0.00075 credits",
    ]
    assert room.slack.titles(chief) == ["15 calls of unknown outcome"]


async def test_every_copy_of_a_dispute_follows_its_decision(room: Mailroom) -> None:
    team = await room.office.team("red")
    bob = await room.manager(team, "bob", "slack", "web")
    ann = await room.office.member("ann", team=team)
    place = await room.account(ann)
    ticket = await captured(room, ann)
    await disputing.dispute(room.core, ann.caller, ticket.call_id)
    await room.work()
    assert room.slack.titles() == room.web.titles() == ["ann disputes 0.00005 credits"]

    await disputing.give_back(room.core, bob.caller, ticket.call_id)
    await room.work()

    assert room.slack.titles(place) == ["0.00005 credits came back"]
    assert await room.copies() == [(1, False), (1, False)]


async def test_a_dispute_that_was_decided_or_is_not_theirs_any_more_is_not_sent(
    room: Mailroom,
) -> None:
    team = await room.office.team("red")
    bob = await room.manager(team, "bob", "slack")
    ann = await room.office.member("ann", team=team)
    await room.account(ann)
    first, second = await captured(room, ann), await captured(room, ann)
    await disputing.dispute(room.core, ann.caller, first.call_id)
    await disputing.keep(room.core, bob.caller, first.call_id)
    await disputing.dispute(room.core, ann.caller, second.call_id)
    await room.work()
    assert await room.states(bob) == ["moot", "sent"]

    await teaming.remove_member(room.core, room.office.admin.person, team, ann.id)
    await disputing.keep(room.core, room.office.admin.caller, second.call_id)
    await room.work()

    assert (await room.copies())[-1] == (1_000_000_000, False)


async def test_a_dispute_whose_managers_cannot_be_reached_goes_to_the_administrators(
    room: Mailroom,
) -> None:
    team = await room.office.team("red")
    for name in ("bob", "cid"):
        await room.office.member(name, team=team, manages=True)
    chief = await room.account(room.office.admin)
    ann = await room.office.member("ann", team=team)
    ticket = await captured(room, ann)
    await disputing.dispute(room.core, ann.caller, ticket.call_id)

    await room.work()

    assert room.slack.titles(chief) == ["ann disputes 0.00005 credits"]


async def test_administrators_are_asked_once_about_a_model(room: Mailroom) -> None:
    ann, _ = await room.person("ann")
    await room.account(room.office.admin)
    room.core.settings.config.touch()
    Offered(room.core, catalog.load(room.core.settings, {}))
    for _ in range(3):
        assert await offering.ask(room.core, ann.caller, "gpt-99", "")
    await offering.ask(room.core, ann.caller, "junk", "")
    await offering.block(room.core, room.office.admin.caller, "junk")
    await room.work()
    assert room.slack.titles() == ["gpt-99 has no price here"]

    await offering.block(room.core, room.office.admin.caller, "gpt-99")
    await room.work()

    assert await room.copies() == [(1, True)]
