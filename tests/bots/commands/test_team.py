from world.lobby import Lobby, button, buttons, shown, verbs

from cards.actions import Action, Verb
from core.domain.credits import MICRO
from core.domain.members import TeamRole
from core.service import membership, quota, sessions, teaming
from core.views import TeamView


async def red(lobby: Lobby) -> TeamView:
    return await teaming.get_team(lobby.core, lobby.admin.person, lobby.red)


async def right(lobby: Lobby, member_id: str) -> str:
    seats = await teaming.team_members(lobby.core, lobby.admin.person, lobby.red)
    return next(seat.critical for seat in seats if seat.id == member_id)


async def test_a_single_team_is_shown_at_once_and_its_people_to_its_manager(lobby: Lobby) -> None:
    member, manager = await lobby.say(lobby.ann, "team"), await lobby.say(lobby.chief, "team")

    assert "Team Red" in shown(member)
    assert not {Verb.TEAM_STOP, Verb.TEAM_CRITICAL} & verbs(member)
    assert {Verb.TEAM_STOP, Verb.TEAM_CRITICAL} <= verbs(manager)
    assert shown(await lobby.act(lobby.ann, Action(Verb.TEAM))) == shown(member)


async def test_of_several_teams_one_chooses(lobby: Lobby) -> None:
    listed = await lobby.say(lobby.admin, "teams")
    opened = [await lobby.act(lobby.admin, b) for b in buttons(listed) if b.ref == lobby.blue]

    assert "Team Blue" in shown(opened[0])
    assert "Team Red" in shown(await lobby.say(lobby.admin, "team RED"))
    assert "Team Blue" in shown(await lobby.say(lobby.admin, "team bl"))


async def test_teams_whose_names_begin_alike_are_told_apart(lobby: Lobby) -> None:
    await lobby.office.team("Blue Two")

    assert "Team Blue" in shown(await lobby.say(lobby.admin, "team blue"))
    assert (
        "Several teams are called that: Blue, Blue Two"
        in (await lobby.say(lobby.admin, "team blu")).toast
    )


async def test_without_a_team_there_is_none_to_change(lobby: Lobby) -> None:
    loner = await lobby.office.member("loner")
    await sessions.sign_in(lobby.core, await sessions.new_link(lobby.core, loner.id))

    assert "You are in no team" in shown(await lobby.say(loner, "team"))
    assert "There is no team yet" in (await lobby.say(loner, "team critical nobody")).toast


async def test_a_team_one_is_not_in_looks_like_none(lobby: Lobby) -> None:
    hidden, none = await lobby.say(lobby.ann, "team Blue"), await lobby.say(lobby.ann, "team Blau")

    assert shown(hidden).replace("Blue", "Blau") == shown(none)
    assert "No team of yours is called Blue. There is Red." in hidden.toast
    assert not (await lobby.act(lobby.ann, Action(Verb.TEAM, ref=lobby.blue))).done


async def test_an_admin_gives_quotas(lobby: Lobby) -> None:
    answer = await lobby.say(lobby.admin, "team quota @ann 5k credits")

    assert answer.toast == "ann has a quota of 5,000 credits a period now."
    assert "ann has 5,000 of 5,000 credits left" in shown(answer)
    assert (await quota.quota(lobby.core, lobby.ann.id)).own.granted_micro == 5_000 * MICRO
    await lobby.say(lobby.admin, 'team quota "ann" to 1 000')
    assert (
        await membership.me(lobby.core, lobby.ann.caller)
    ).personal_quota_micro == 1_000 * MICRO
    assert (await lobby.say(lobby.admin, "team quota ann 0")).done


UNCLEAR = (
    ("team quota", "Whose quota"),
    ("team quota ann", "Whose quota"),
    ("team quota 500", "Whose quota"),
    ("team quota ann lots", "Whose quota"),
    ("team quota ann -5", "cannot be negative"),
    ("team quota ghost 5", "Nobody whom you may look at is called ghost"),
    ("team quota b 5", "Several are called b"),
    ("team critical", "Who may make critical calls?"),
    ("team critical some", "Who may make critical calls?"),
    ("team critical listed", "Which team? Write its name at the end: Blue, Red."),
    ("team critical listed green", "No team of yours is called green"),
    ("team vacation", "How many per cent"),
    ("team vacation 101", "How many per cent"),
    ("team vacation ten", "How many per cent"),
    ("team vacation 10 green", "No team of yours is called green"),
    ("team stop", "Whose critical calls?"),
    ("team stop admin", "Admin is in no team that you manage"),
    ("team stop ghost in red", "Nobody whom you may look at is called ghost"),
    ("team stop ann in green", "No team of yours is called green"),
    ("team stop bob in red", "There is no such member of this team"),
)


async def test_what_is_unclear_changes_nothing(lobby: Lobby) -> None:
    before = await lobby.digest()

    for line, says in UNCLEAR:
        answer = await lobby.say(lobby.admin, line)

        assert not answer.done, line
        assert says in answer.toast, line
    assert await lobby.digest() == before


async def test_a_manager_sets_who_may_be_critical(lobby: Lobby) -> None:
    said = await lobby.say(lobby.chief, "team critical Listed")
    listed = (await red(lobby)).critical_policy
    clicked = await lobby.act(lobby.chief, button(said, Verb.TEAM_CRITICAL, "nobody"))

    assert (listed, said.toast) == (
        "listed",
        "In Red, only listed members may make critical calls.",
    )
    assert clicked.replaces
    assert (await red(lobby)).critical_policy == "nobody"
    assert (await lobby.say(lobby.admin, "team critical everyone red")).done


async def test_a_manager_sets_what_is_lent(lobby: Lobby) -> None:
    assert (await lobby.say(lobby.chief, "team vacation 25 %")).done
    assert (await red(lobby)).vacation_percent == 25
    assert (await lobby.say(lobby.admin, "team vacation 30 percent of red")).done
    assert (await red(lobby)).vacation_percent == 30


async def test_critical_calls_of_one_are_stopped_and_allowed(lobby: Lobby) -> None:
    stopped = await lobby.say(lobby.chief, "team stop @ann")
    first = await right(lobby, lobby.ann.id)
    await lobby.say(lobby.chief, "team allow ann")
    second = await right(lobby, lobby.ann.id)

    assert stopped.toast == "ann may not make critical calls in Red."
    assert (first, second) == ("stopped", "default")


async def test_whoever_is_allowed_where_only_listed_may_is_listed(lobby: Lobby) -> None:
    team = await lobby.say(lobby.chief, "team critical listed")
    allow = next(b for b in buttons(team) if b.ref == f"{lobby.red}.{lobby.ann.id}")

    allowed = await lobby.act(lobby.chief, allow)
    first = await right(lobby, lobby.ann.id)
    stop = next(b for b in buttons(allowed) if b.ref == allow.ref)
    await lobby.act(lobby.chief, stop)

    assert (allow.verb, stop.verb, first) == (Verb.TEAM_ALLOW, Verb.TEAM_STOP, "listed")
    assert allowed.replaces
    assert await right(lobby, lobby.ann.id) == "stopped"


async def test_where_nobody_may_a_list_is_kept_for_later(lobby: Lobby) -> None:
    await lobby.say(lobby.chief, "team critical nobody")

    answer = await lobby.say(lobby.chief, "team allow ann")

    assert answer.toast == "ann may not make critical calls in Red."
    assert await right(lobby, lobby.ann.id) == "listed"


async def test_in_several_teams_the_team_is_asked_for(lobby: Lobby) -> None:
    admin = lobby.admin.person
    await teaming.add_member(lobby.core, admin, lobby.blue, lobby.ann.id, TeamRole.MEMBER)
    before = await lobby.digest()

    unclear = await lobby.say(lobby.admin, "team stop ann")
    unchanged = await lobby.digest()
    await lobby.say(lobby.admin, "team stop ann in red")
    await lobby.say(lobby.chief, "team allow ann")

    assert "In which team? Write in and its name at the end: Blue, Red." in unclear.toast
    assert unchanged == before
    assert await right(lobby, lobby.ann.id) == "default"


NOT_THEIRS = (
    ("team quota @ann 5", ("ann", "chief")),
    ("team critical nobody", ("ann", "ben")),
    ("team critical nobody red", ("ann", "other", "bob")),
    ("team vacation 0 red", ("ann", "other", "bob")),
    ("team stop @ann in red", ("ben", "other", "bob")),
    ("team stop @ann", ("ann", "other", "bob")),
    ("team allow @ann", ("ann", "other", "bob")),
)


async def test_whoever_may_not_changes_nothing(lobby: Lobby) -> None:
    before = await lobby.digest()

    for line, whose in NOT_THEIRS:
        for name in whose:
            assert not (await lobby.say(getattr(lobby, name), line)).done, (line, name)
    assert await lobby.digest() == before


async def test_a_forged_seat_is_nothing(lobby: Lobby) -> None:
    before = await lobby.digest()

    for ref in ("", ".", "x", "team_x.usr_x", "a.b.c"):
        forged = [
            *(Action(verb, "", ref) for verb in (Verb.TEAM_STOP, Verb.TEAM_ALLOW)),
            *(Action(Verb.TEAM_CRITICAL, literal, ref) for literal in ("", "some", "listed")),
        ]
        for action in forged:
            assert not (await lobby.act(lobby.admin, action)).done, action
    assert await lobby.digest() == before
