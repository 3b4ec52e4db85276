from itertools import product

from world.lobby import Lobby, action_of, button, card_of, shown, verbs

from bots.context import Answer
from cards.actions import Action, Verb
from core.domain.credits import MICRO
from core.domain.members import TeamRole
from core.service import approving, quota, teaming

DAY_MS = 86_400_000
DECIDING = {Verb.APPROVE, Verb.APPROVE_LESS, Verb.PASS_ON, Verb.REJECT}


async def request(lobby: Lobby, amount: str = "500") -> str:
    """Let ann ask, and return the request's id."""
    return card_of(await lobby.say(lobby.ann, f"request {amount} release week")).ref


async def left(lobby: Lobby) -> int:
    return (await quota.quota(lobby.core, lobby.ann.id)).own.available_micro // MICRO


async def card(lobby: Lobby, ref: str) -> Answer:
    return await lobby.act(lobby.chief, Action(Verb.APPROVAL, ref=ref))


async def test_a_manager_approves_with_one_click(lobby: Lobby) -> None:
    ref = await request(lobby)
    waiting = await lobby.say(lobby.chief, "approvals")

    done = await lobby.act(lobby.chief, button(waiting, Verb.APPROVE))

    assert (done.done, done.replaces, done.follows) == (True, True, True)
    assert done.toast == "chief has approved the request: 500 credits."
    assert (card_of(done).ref, card_of(done).rev) == (ref, 1)
    assert not DECIDING & verbs(done)
    assert await left(lobby) == 1_500
    assert "No request waits for you" in shown(await lobby.say(lobby.chief, "approvals"))


async def test_whoever_is_late_is_told_who_decided_and_their_copy_follows(lobby: Lobby) -> None:
    await request(lobby)
    waiting = await lobby.say(lobby.chief, "approvals")
    approve, reject = button(waiting, Verb.APPROVE), button(waiting, Verb.REJECT)
    await lobby.act(lobby.chief, approve)
    before = await lobby.digest()

    late = [
        await lobby.act(lobby.chief, approve),
        await lobby.act(lobby.admin, approve),
        await lobby.act(lobby.admin, reject),
        await lobby.act(lobby.admin, Action(Verb.REJECT_SEND, "", reject.ref, 0)),
        await lobby.act(
            lobby.admin, Action(Verb.APPROVE_GIVE, "", reject.ref, 0), {"amount": "5"}
        ),
        await lobby.act(
            lobby.admin, Action(Verb.APPROVE_GIVE, "", reject.ref, 0), {"amount": "x"}
        ),
        await lobby.act(lobby.chief, Action(Verb.PASS_ON, "", reject.ref, 0)),
    ]

    for answer in late:
        assert (answer.done, answer.replaces, answer.follows) == (False, True, True)
        assert answer.toast == "chief has approved the request: 500 credits."
        assert (card_of(answer).ref, card_of(answer).rev) == (approve.ref, 1)
    assert await lobby.digest() == before


async def test_an_edited_request_is_not_decided_unseen(lobby: Lobby) -> None:
    ref = await request(lobby)
    seen = await card(lobby, ref)
    await lobby.say(lobby.ann, "request 900 more")
    before = await lobby.digest()

    answers = [await lobby.act(lobby.chief, button(seen, verb)) for verb in sorted(DECIDING)]

    for answer in answers:
        assert (answer.done, answer.replaces, answer.follows) == (False, True, True)
        assert "The request was changed meanwhile. Look at it again." in answer.toast
        assert "900 credits" in shown(answer)
        assert card_of(answer).rev == 1
    assert await lobby.digest() == before


async def test_less_is_approved_by_a_form(lobby: Lobby) -> None:
    ref = await request(lobby)
    form = await lobby.act(lobby.chief, button(await card(lobby, ref), Verb.APPROVE_LESS))
    give = button(form, Verb.APPROVE_GIVE)

    wrong = await lobby.act(lobby.chief, give, {"amount": "half"})
    done = await lobby.act(lobby.chief, give, {"amount": "200"})

    assert (wrong.done, wrong.replaces) == (False, True)
    assert '"half" is no amount' in shown(wrong)
    assert button(wrong, Verb.APPROVE_GIVE) == give
    assert (done.done, done.replaces, done.follows) == (True, True, True)
    assert await left(lobby) == 1_200


async def test_a_rejection_may_bring_a_word(lobby: Lobby) -> None:
    ref = await request(lobby)
    form = await lobby.act(lobby.chief, button(await card(lobby, ref), Verb.REJECT))

    done = await lobby.act(
        lobby.chief, button(form, Verb.REJECT_SEND), {"reason": "Wait for\nDecember"}
    )

    assert done.toast == "chief has rejected the request."
    assert "Wait for December" in shown(done)
    assert "Wait for December" in shown(await lobby.act(lobby.ann, Action(Verb.APPROVAL, ref=ref)))


async def test_a_request_is_passed_to_an_admin_who_grants(lobby: Lobby) -> None:
    ref = await request(lobby, "20000")
    seen = await card(lobby, ref)
    before = await lobby.digest()
    short = await lobby.act(lobby.chief, Action(Verb.APPROVE, "", ref, 0))
    unchanged = await lobby.digest()

    passed = await lobby.act(lobby.chief, button(seen, Verb.PASS_ON))
    granted = await lobby.act(
        lobby.admin, button(await lobby.say(lobby.admin, "approvals"), Verb.APPROVE)
    )

    assert (short.done, short.replaces, short.follows) == (False, True, True)
    assert "too few" in shown(short)
    assert unchanged == before
    assert (passed.done, passed.follows) == (True, True)
    assert Verb.PASS_ON not in verbs(passed)
    assert granted.done
    assert await left(lobby) == 21_000


async def test_what_nobody_decided_within_a_day_has_expired(lobby: Lobby) -> None:
    ref = await request(lobby)
    approve = button(await card(lobby, ref), Verb.APPROVE)
    lobby.office.clock.ms += DAY_MS

    late = await lobby.act(lobby.chief, approve)

    assert (late.done, late.replaces, late.follows) == (False, True, True)
    assert "has expired" in late.toast
    assert not DECIDING & verbs(late)


async def test_nobody_decides_on_their_own_request(lobby: Lobby) -> None:
    answer = await lobby.say(lobby.chief, "request 500")
    ref = card_of(answer).ref
    before = await lobby.digest()

    for verb in (
        Verb.APPROVE,
        Verb.APPROVE_LESS,
        Verb.APPROVE_GIVE,
        Verb.REJECT,
        Verb.REJECT_SEND,
    ):
        own = await lobby.act(lobby.chief, Action(verb, "", ref), {"amount": "5"})

        assert (own.done, own.replaces, own.follows) == (False, False, False)
        assert "Nobody decides on their own request" in own.toast
    assert await lobby.digest() == before


async def test_a_right_that_was_taken_is_gone_at_the_click(lobby: Lobby) -> None:
    ref = await request(lobby)
    approve = button(await card(lobby, ref), Verb.APPROVE)
    admin = lobby.admin.person
    await teaming.add_member(lobby.core, admin, lobby.red, lobby.chief.id, TeamRole.MEMBER)
    before = await lobby.digest()

    answer = await lobby.act(lobby.chief, approve)

    assert (answer.done, answer.replaces, answer.follows) == (False, False, False)
    assert "There is no such request" in answer.toast
    assert await lobby.digest() == before


async def test_a_ref_that_is_none_is_nothing(lobby: Lobby) -> None:
    refs = ("", "apr_0000000000000000", lobby.ann.id, ".")
    before = await lobby.digest()

    for verb, ref in product(DECIDING | {Verb.APPROVAL, Verb.REQUEST_WITHDRAW}, refs):
        answer = await lobby.act(lobby.chief, Action(verb, "", ref))

        assert (answer.done, answer.replaces, answer.follows) == (False, False, False)
        assert "There is no such request" in answer.toast
    assert await lobby.digest() == before


async def test_where_others_read_along_a_decision_is_made_and_nothing_else_is_shown(
    lobby: Lobby,
) -> None:
    ref = await request(lobby)
    approve = action_of(button(await card(lobby, ref), Verb.APPROVE))

    listed = await lobby.say(lobby.chief, "approvals", private=False)
    done = await lobby.act(lobby.chief, approve, private=False)

    assert not listed.done
    assert "ann" not in shown(listed)
    assert (done.done, done.replaces, done.follows) == (True, True, True)


async def test_a_request_is_the_same_from_rest_and_chat(lobby: Lobby) -> None:
    view = await approving.request_more(lobby.core, lobby.ann.caller, 500 * MICRO, "by REST")
    approve = button(await lobby.say(lobby.chief, "approvals"), Verb.APPROVE)

    assert approve.ref == view.id
    assert (await lobby.act(lobby.chief, approve)).done
    assert (await approving.look_up(lobby.core, lobby.ann.caller, view.id)).status == "approved"
