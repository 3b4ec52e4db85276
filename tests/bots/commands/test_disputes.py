"""Disputing and deciding in chat; on both databases."""

from world.lobby import Lobby, button, card_of, shown, verbs

from cards.actions import Action, Verb
from core.calls import Outcome
from core.domain.credits import MICRO
from core.domain.ledger import Kind
from core.service import quota

DECIDING = {Verb.DISPUTE_ALL, Verb.DISPUTE_PART, Verb.DISPUTE_KEEP}


async def captured(lobby: Lobby) -> str:
    ticket = await lobby.office.hold(lobby.ann.caller, 8 * MICRO)
    await lobby.office.end(ticket, Outcome(Kind.CAPTURE, 504, estimated=True))
    return ticket.call_id


async def disputed(lobby: Lobby) -> str:
    call = await captured(lobby)
    why = await lobby.say(lobby.ann, f"why {call}")
    asked = await lobby.act(lobby.ann, button(why, Verb.DISPUTE))
    assert (asked.done, asked.follows) == (True, True)
    return card_of(asked).ref


async def spent(lobby: Lobby) -> int:
    return (await quota.quota(lobby.core, lobby.ann.id)).own.spent_micro


async def test_a_manager_returns_a_part_by_a_form(lobby: Lobby) -> None:
    call = await disputed(lobby)
    listed = await lobby.say(lobby.chief, "disputes")
    details = await lobby.act(lobby.chief, button(listed, Verb.DISPUTE_SHOW))
    assert verbs(details) == DECIDING
    form = await lobby.act(lobby.chief, button(details, Verb.DISPUTE_PART))
    send = button(form, Verb.DISPUTE_GIVE)

    for wrong in ("", "lots", "9", "0"):
        again = await lobby.act(lobby.chief, send, {"amount": wrong})
        assert not again.done
        assert Verb.DISPUTE_GIVE in verbs(again)
    done = await lobby.act(lobby.chief, send, {"amount": "3"})

    assert done.toast == "chief has returned 3 credits."
    assert (done.replaces, done.follows, card_of(done).rev) == (True, True, 1)
    assert await spent(lobby) == 5 * MICRO
    mine = await lobby.act(lobby.ann, Action(Verb.DISPUTE_SHOW, ref=call))
    assert "returned to you" in card_of(mine).title


async def test_whoever_is_late_is_told_who_decided(lobby: Lobby) -> None:
    call = await disputed(lobby)
    await lobby.act(lobby.chief, Action(Verb.DISPUTE_KEEP, ref=call))
    before = await lobby.digest()

    late = [
        await lobby.act(lobby.chief, Action(Verb.DISPUTE_ALL, ref=call)),
        await lobby.act(lobby.admin, Action(Verb.DISPUTE_KEEP, ref=call)),
        await lobby.act(lobby.admin, Action(Verb.DISPUTE_PART, ref=call)),
        await lobby.act(lobby.admin, Action(Verb.DISPUTE_GIVE, ref=call), {"amount": "1"}),
        await lobby.act(lobby.admin, Action(Verb.DISPUTE_GIVE, ref=call), {"amount": "x"}),
        await lobby.act(lobby.ann, Action(Verb.DISPUTE, ref=call)),
    ]

    for answer in late:
        assert not answer.done
        assert answer.toast == "chief has decided that the charge stands."
        assert answer.follows
    assert await lobby.digest() == before


async def test_what_is_not_theirs_nobody_sees_or_decides(lobby: Lobby) -> None:
    call = await disputed(lobby)

    for verb in (Verb.DISPUTE, Verb.DISPUTE_SHOW, *DECIDING):
        foreign = await lobby.act(lobby.other, Action(verb, ref=call))
        never = await lobby.act(lobby.other, Action(verb, ref="req_never"))
        assert not foreign.done
        assert shown(foreign).replace(call, "x") == shown(never).replace("req_never", "x")
    own = await lobby.act(lobby.ann, Action(Verb.DISPUTE_ALL, ref=call))
    assert "Nobody decides on their own dispute." in shown(own)
    assert await spent(lobby) == 8 * MICRO


async def test_a_charge_that_was_corrected_meanwhile_is_shown_again_first(lobby: Lobby) -> None:
    ticket = await lobby.office.hold(lobby.ann.caller, 8 * MICRO)
    await lobby.office.end(ticket, Outcome(Kind.CAPTURE, 504, estimated=True))
    await lobby.act(lobby.ann, Action(Verb.DISPUTE, ref=ticket.call_id))
    await lobby.office.end(ticket, Outcome(Kind.SETTLE, 200, cost_micro=2 * MICRO))

    for verb in (Verb.DISPUTE_ALL, Verb.DISPUTE_PART):
        answer = await lobby.act(lobby.chief, Action(verb, ref=ticket.call_id))
        assert "corrected meanwhile" in answer.toast
        assert "became known since" in shown(answer)
    assert await spent(lobby) == 2 * MICRO


async def test_an_exact_charge_offers_no_dispute(lobby: Lobby) -> None:
    ticket = await lobby.office.spend(lobby.ann.caller, 8 * MICRO)

    why = await lobby.say(lobby.ann, "why")
    forged = await lobby.act(lobby.ann, Action(Verb.DISPUTE, ref=ticket.call_id))

    assert Verb.DISPUTE not in verbs(why)
    assert "what the provider counted" in shown(forged)
    assert "No dispute waits for you" in shown(await lobby.say(lobby.ann, "disputes"))
