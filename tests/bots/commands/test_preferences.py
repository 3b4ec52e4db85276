"""`privacy` and `notify`: what is kept of one's calls, and what one is told."""

import pytest
from world.accounts import PHONE, link
from world.lobby import Lobby, button, shown

from cards.actions import Action, Verb
from core.service import membership, notifying
from core.views.chat import NotifyView


async def mode(lobby: Lobby) -> str:
    return (await membership.me(lobby.core, lobby.ann.caller)).privacy


async def told(lobby: Lobby) -> NotifyView:
    return await notifying.preferences(lobby.core, lobby.ann.caller)


async def test_privacy_is_shown_and_switched(lobby: Lobby) -> None:
    card = await lobby.say(lobby.ann, "privacy")
    clicked = await lobby.act(lobby.ann, button(card, Verb.PRIVACY_SET, "strict"))
    strict = await mode(lobby)
    said = await lobby.say(lobby.ann, "privacy STANDARD")

    assert "Privacy: standard" in shown(card)
    assert shown(await lobby.act(lobby.ann, Action(Verb.PRIVACY))) == shown(card)
    assert (strict, clicked.replaces, clicked.toast) == (
        "strict",
        True,
        "Your calls are strict now.",
    )
    assert (await mode(lobby), said.done) == ("standard", True)


async def test_there_are_two_modes_of_privacy(lobby: Lobby) -> None:
    before = await lobby.digest()

    for answer in (
        await lobby.say(lobby.ann, "privacy none"),
        await lobby.act(lobby.ann, Action(Verb.PRIVACY_SET)),
        await lobby.act(lobby.ann, Action(Verb.PRIVACY_SET, "none")),
    ):
        assert not answer.done
        assert "Privacy is strict or standard" in answer.toast
    assert await lobby.digest() == before


@pytest.mark.parametrize(
    ("line", "thresholds"),
    [
        ("notify at 50, 80", (50, 80)),
        ("notify at 50% 80% 100%", (50, 80, 100)),
        ("notify at 90", (90,)),
        ("notify thresholds off", ()),
    ],
)
async def test_thresholds_are_per_cents(
    lobby: Lobby, line: str, thresholds: tuple[int, ...]
) -> None:
    assert (await lobby.say(lobby.ann, line)).done
    assert (await told(lobby)).thresholds == thresholds


async def test_quiet_hours_are_in_ones_own_time(lobby: Lobby) -> None:
    await lobby.say(lobby.ann, "notify quiet 22:00\u201307:00 +01:00")
    first = await told(lobby)
    await lobby.say(lobby.ann, "notify quiet 23-6")
    second = await told(lobby)
    await lobby.say(lobby.ann, "notify quiet off")
    third = await told(lobby)

    assert (first.quiet_from, first.quiet_to, first.utc_offset_minutes) == (1320, 420, 60)
    assert (second.quiet_from, second.quiet_to, second.utc_offset_minutes) == (1380, 360, 60)
    assert (third.quiet_from, third.quiet_to, third.utc_offset_minutes) == (None, None, 60)


async def test_notices_go_to_the_platform_one_chooses(lobby: Lobby) -> None:
    await link(lobby.office, lobby.ann, PHONE)

    assert (await lobby.say(lobby.ann, "notify via Telegram")).done
    assert (await told(lobby)).channel == "telegram"
    assert not (await lobby.say(lobby.ann, "notify via slack")).done
    assert (await lobby.say(lobby.ann, "notify via any")).done
    assert (await told(lobby)).channel == ""


async def test_kinds_are_muted_and_heard_again(lobby: Lobby) -> None:
    await lobby.say(lobby.ann, "notify mute vacations")
    await lobby.say(lobby.ann, "notify mute critical")
    both = (await told(lobby)).muted
    await lobby.say(lobby.ann, "notify unmute vacation")

    assert set(both) == {"critical", "vacation"}
    assert (await told(lobby)).muted == ("critical",)


async def test_the_card_switches_what_the_words_do(lobby: Lobby) -> None:
    await link(lobby.office, lobby.ann, PHONE)
    card = await lobby.say(lobby.ann, "notify")
    muted = await lobby.act(lobby.ann, button(card, Verb.NOTIFY_SET, "no-vacation"))
    await lobby.act(lobby.ann, button(card, Verb.NOTIFY_SET, "to-web"))
    first = await told(lobby)
    await lobby.act(lobby.ann, button(muted, Verb.NOTIFY_SET, "on-vacation"))
    await lobby.act(lobby.ann, Action(Verb.NOTIFY_SET, "to-any"))
    second = await told(lobby)

    assert muted.replaces
    assert (first.muted, first.channel) == (("vacation",), "web")
    assert (second.muted, second.channel) == ((), "")


async def test_the_form_saves_all_of_it_or_nothing(lobby: Lobby) -> None:
    save = button(await lobby.act(lobby.ann, Action(Verb.NOTIFY)), Verb.NOTIFY_SET, "form")
    before = await lobby.digest()
    wrong = [
        await lobby.act(lobby.ann, save, {"thresholds": "many", "quiet": "22-7"}),
        await lobby.act(lobby.ann, save, {"thresholds": "50", "quiet": "night"}),
        await lobby.act(lobby.ann, save, {"thresholds": "1 2 3 4 5 6", "quiet": "22-7"}),
        await lobby.act(lobby.ann, save, {"thresholds": "101", "quiet": ""}),
    ]
    unchanged = await lobby.digest()

    saved = await lobby.act(
        lobby.ann, save, {"thresholds": "50, 90", "quiet": "22:00-07:00 -03:00"}
    )
    view = await told(lobby)
    await lobby.act(lobby.ann, save, {"thresholds": "", "quiet": ""})

    assert [(each.done, each.replaces) for each in wrong] == [(False, True)] * 4
    assert unchanged == before
    assert saved.done
    assert (view.thresholds, view.quiet_from, view.utc_offset_minutes) == ((50, 90), 1320, -180)
    assert (await told(lobby)).thresholds == ()
    assert (await told(lobby)).quiet_from is None


UNCLEAR = (
    ("notify at", "At how many per cent"),
    ("notify at half", "Write per cents"),
    ("notify at 101", "1 to 100"),
    ("notify quiet", "Which hours"),
    ("notify quiet night", "Which hours"),
    ("notify via pigeon", "Via which?"),
    ("notify mute", "Which notices?"),
    ("notify mute everything", "Which notices?"),
    ("notify of everything", "takes nothing more"),
)


async def test_what_is_unclear_changes_nothing(lobby: Lobby) -> None:
    before = await lobby.digest()

    for line, says in UNCLEAR:
        answer = await lobby.say(lobby.ann, line)

        assert not answer.done, line
        assert says in answer.toast, line
    assert await lobby.digest() == before


async def test_a_forged_switch_changes_nothing(lobby: Lobby) -> None:
    before = await lobby.digest()

    for literal in ("", "x", "no", "no-one", "on-", "to-", "to-pigeon", "to-slack"):
        answer = await lobby.act(lobby.ann, Action(Verb.NOTIFY_SET, literal))

        assert not answer.done, literal
    assert await lobby.digest() == before


async def test_quiet_hours_end_by_a_button(lobby: Lobby) -> None:
    card = await lobby.say(lobby.ann, "notify quiet 22-7")

    await lobby.act(lobby.ann, button(card, Verb.NOTIFY_SET, "quiet-off"))

    assert (await told(lobby)).quiet_from is None
