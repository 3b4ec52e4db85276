import pytest
from world.lobby import Lobby, button, card_of, shown, verbs

from cards.actions import Action, Verb
from cards.card import Form
from core.domain.credits import MICRO
from core.service import approving


async def asked(lobby: Lobby) -> tuple[int, str, int]:
    """Return how much ann asks for, her reason, and the request's revision."""
    (view,) = await approving.pending(lobby.core, lobby.ann.caller)
    return view.amount_micro // MICRO, view.reason, view.rev


@pytest.mark.parametrize(
    ("line", "amount", "reason"),
    [
        ("request 500 release week", 500, "release week"),
        ("request 5k", 5_000, ""),
        ("ask 1,000 credits \u201erelease week\u201c", 1_000, "release week"),
        ("/tokenpool REQUEST 1 000 for the release", 1_000, "for the release"),
        ("request 500 <script>alert(1)</script>", 500, "<script>alert(1)</script>"),
    ],
)
async def test_a_request_is_one_line(lobby: Lobby, line: str, amount: int, reason: str) -> None:
    answer = await lobby.say(lobby.ann, line)

    assert answer.done
    assert answer.follows
    assert not answer.replaces
    assert answer.toast == "Your request is sent. chief will see it."
    assert await asked(lobby) == (amount, reason, 0)
    assert verbs(answer) == {Verb.REQUEST, Verb.REQUEST_WITHDRAW}
    (view,) = await approving.pending(lobby.core, lobby.ann.caller)
    assert (card_of(answer).ref, card_of(answer).rev) == (view.id, 0)


UNCLEAR = (
    ("request lots", '"lots" is no amount of credits'),
    ("request -5", "An amount cannot be negative"),
    ("request 0", "must be more than 0"),
    ("request 1,5", "Is 1,5 a decimal number"),
    ("request 500 100 tests", "Is that 500 or 500100 credits"),
    ("request 2000000000", "The most is 1,000,000,000 credits"),
)


async def test_what_cannot_be_read_asks_for_nothing(lobby: Lobby) -> None:
    before = await lobby.digest()

    for line, says in UNCLEAR:
        answer = await lobby.say(lobby.ann, line)

        assert not answer.done, line
        assert says in answer.toast, line
        assert "How to say it: request" in shown(answer), line
    assert await lobby.digest() == before


async def test_the_form_asks_and_comes_back_with_what_was_wrong(lobby: Lobby) -> None:
    form = await lobby.say(lobby.ann, "request")
    send = button(form, Verb.REQUEST_SEND)

    wrong = await lobby.act(lobby.ann, send, {"amount": "many", "reason": "release"})
    long = await lobby.act(lobby.ann, send, {"amount": "5", "reason": "x" * 501})
    empty = await lobby.act(lobby.ann, send)
    sent = await lobby.act(lobby.ann, send, {"amount": "5k", "reason": " release\nweek\x07 "})

    assert (wrong.done, wrong.replaces, long.done, empty.done) == (False, True, False, False)
    assert '"many" is no amount' in shown(wrong)
    (fields,) = (node.fields for node in card_of(wrong).body if isinstance(node, Form))
    assert [field.value for field in fields] == ["many", "release"]
    assert "at most 500 characters" in shown(long)
    assert (sent.done, sent.replaces, sent.follows) == (True, True, True)
    assert await asked(lobby) == (5_000, "release week", 0)


async def test_a_preset_asks_at_once_and_keeps_the_reason(lobby: Lobby) -> None:
    form = await lobby.act(lobby.ann, Action(Verb.REQUEST))
    await lobby.act(lobby.ann, button(form, Verb.REQUEST, "200"))
    first = await asked(lobby)
    await lobby.say(lobby.ann, "request 300 release week")
    await lobby.act(lobby.ann, button(form, Verb.REQUEST, "500"))

    assert first == (200, "", 0)
    assert await asked(lobby) == (500, "release week", 2)


async def test_while_one_waits_the_form_changes_it(lobby: Lobby) -> None:
    sent = await lobby.say(lobby.ann, "request 300 release week")
    form = await lobby.act(lobby.ann, button(sent, Verb.REQUEST))

    changed = await lobby.act(lobby.ann, button(form, Verb.REQUEST_SEND), {"amount": "400"})

    assert "Change your request" in shown(form)
    assert "release week" in [
        field.value
        for node in card_of(form).body
        if isinstance(node, Form)
        for field in node.fields
    ]
    assert await asked(lobby) == (400, "", 1)
    assert card_of(changed).rev == 1


async def test_a_request_is_withdrawn_once(lobby: Lobby) -> None:
    sent = await lobby.say(lobby.ann, "request 300")
    withdraw = button(sent, Verb.REQUEST_WITHDRAW)

    taken = await lobby.act(lobby.ann, withdraw)
    late = await lobby.act(lobby.ann, withdraw)

    assert (taken.done, taken.replaces, taken.follows) == (True, True, True)
    assert "ann has withdrawn the request" in taken.toast
    assert (late.done, late.replaces, late.follows) == (False, True, True)
    assert await approving.pending(lobby.core, lobby.ann.caller) == ()


async def test_a_forged_preset_asks_for_nothing(lobby: Lobby) -> None:
    before = await lobby.digest()

    for literal in ("0", "-5", "1-5", "many", "9" * 12):
        assert not (await lobby.act(lobby.ann, Action(Verb.REQUEST, literal))).done, literal
    assert await lobby.digest() == before
