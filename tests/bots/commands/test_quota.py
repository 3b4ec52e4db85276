from world.accounts import PHONE, link
from world.lobby import Lobby, shown, verbs

from cards.actions import Action, Verb
from core.domain.accounts import Account
from core.domain.members import TeamRole
from core.domain.spans import DAY_MS
from core.service import teaming


async def test_the_bare_command_shows_where_one_stands(lobby: Lobby) -> None:
    answer = await lobby.say(lobby.ann, "/tokenpool")

    assert "1,000 of 1,000 credits left" in shown(answer)
    assert {Verb.QUOTA, Verb.REQUEST, Verb.VACATION, Verb.KEYS} <= verbs(answer)
    assert shown(await lobby.act(lobby.ann, Action(Verb.HOME))) == shown(answer)


async def test_home_counts_what_waits_for_whoever_decides(lobby: Lobby) -> None:
    await lobby.say(lobby.ann, "request 5")

    assert "1 request waits for you" in shown(await lobby.say(lobby.chief, ""))
    assert "You asked for 5 credits" in shown(await lobby.say(lobby.ann, ""))
    assert "waits for you" not in shown(await lobby.say(lobby.other, ""))


async def test_own_quota_is_shown_in_detail(lobby: Lobby) -> None:
    ticket = await lobby.office.hold(lobby.ann.caller, 100)
    await lobby.office.settle(ticket, 60)

    said, clicked = (
        await lobby.say(lobby.ann, "quota"),
        await lobby.act(lobby.ann, Action(Verb.QUOTA)),
    )

    assert shown(said) == shown(clicked)
    assert "You have 999 of 1,000 credits left" in shown(said)
    assert "Vacation share" in shown(said)
    assert Verb.WHY in verbs(said)


async def test_a_manager_sees_their_people_and_an_admin_everybody(lobby: Lobby) -> None:
    for who, text, seen in (
        (lobby.chief, "quota @ann", "ann has 1,000 of 1,000 credits left"),
        (lobby.chief, "quota ANN@x.example", "ann has"),
        (lobby.admin, "quota bob", "bob has"),
        (lobby.ann, "quota @ann", "You have"),
    ):
        answer = await lobby.say(who, text)

        assert answer.done, text
        assert seen in shown(answer), text


async def test_whoever_is_out_of_sight_looks_like_nobody(lobby: Lobby) -> None:
    hidden = await lobby.say(lobby.chief, "quota @bob")
    nobody = await lobby.say(lobby.chief, "quota @bab")

    assert not hidden.done
    assert shown(hidden).replace("bob", "bab") == shown(nobody)
    assert "Nobody whom you may look at is called @chief" in shown(
        await lobby.say(lobby.ann, "quota @chief")
    )


async def test_of_several_with_a_name_all_are_named(lobby: Lobby) -> None:
    answer = await lobby.say(lobby.chief, "quota e@x.example")
    several = await lobby.say(lobby.admin, "quota b")

    assert "Nobody whom you may look at" in shown(answer)
    assert "Several are called b: ben (ben@x.example), bob (bob@x.example)" in several.toast


async def test_another_teams_figures_stay_with_its_managers(lobby: Lobby) -> None:
    admin = lobby.admin.person
    await teaming.add_member(lobby.core, admin, lobby.blue, lobby.ann.id, TeamRole.MEMBER)
    ticket = await lobby.office.hold(lobby.ann.caller, 100)
    await lobby.office.settle(ticket, 60)

    for_chief = shown(await lobby.say(lobby.chief, "quota @ann"))

    assert "Red" in for_chief
    assert "Blue" not in for_chief
    assert "demo" not in for_chief
    assert "Blue" in shown(await lobby.say(lobby.admin, "quota @ann"))
    assert "demo" in shown(await lobby.say(lobby.admin, "quota @ann"))


async def test_a_mention_is_the_account_and_not_its_name(lobby: Lobby) -> None:
    phone = Account("slack", "T1", "U0123", "Somebody", "D1")
    await link(lobby.office, lobby.ann, phone)
    await link(lobby.office, lobby.chief, Account("slack", "T1", "U0777", "The chief", "D2"))
    chief = Account("slack", "T1", "U0777")

    assert "ann has" in shown(await lobby.say(chief, "quota <@U0123|bob>"))
    assert "called ghost" in shown(await lobby.say(chief, "quota <@U9999|ghost>"))
    assert "ann has" in shown(await lobby.say(chief, "quota <mailto:ann@x.example|Ann>"))
    assert "ann has" in shown(await lobby.say(chief, "quota <at>ann</at>"))


async def test_whoever_is_mentioned_was_not_here(lobby: Lobby) -> None:
    phone = Account("web", "", "4711", "Somebody", "4711")
    await link(lobby.office, lobby.ann, phone)
    lobby.office.clock.ms += 40 * DAY_MS
    before = await lobby.office.rows("SELECT id, seen_ms FROM identity_link WHERE name <> ''")

    assert "ann has" in shown(await lobby.say(lobby.chief, "quota <@4711>"))
    assert (
        await lobby.office.rows("SELECT id, seen_ms FROM identity_link WHERE name <> ''") == before
    )


async def test_the_same_at_every_account_of_a_member(lobby: Lobby) -> None:
    await link(lobby.office, lobby.ann, PHONE)

    assert shown(await lobby.say(PHONE, "/quota@tokenpool_bot")) == shown(
        await lobby.say(lobby.ann, "quota")
    )
