"""`team`: pools and what they lend; for managers who may do what, for administrators quotas."""

import re

from bots.commands.people import find_person, find_team, managed_team, teams_in_sight
from bots.context import Answer, Context
from bots.parsing.amounts import UNITS, amount_micro
from bots.parsing.letters import plain
from bots.parsing.unclear import Unclear
from bots.parsing.words import Words, unquoted
from cards.actions import Action
from cards.phrases import amount as amount_of
from cards.quota import quota_card
from cards.team import team_card, teams_card
from core.domain.errors import missing
from core.domain.members import CriticalPolicy, CriticalRight
from core.domain.people import Named
from core.service import last_calls, membership, quota, teaming
from core.service.membership import MOST_QUOTA_MICRO, MemberChange
from core.service.teaming import TeamChange
from core.views import TeamView

POLICIES = {policy.value for policy in CriticalPolicy}
_PERSON_AMOUNT = re.compile(
    rf"(.+?)\s+(?:to\s+)?([+-]?\d[\d.,_' ]* ?[km]? ?{UNITS}?)", re.IGNORECASE
)
_PERCENT = re.compile(r"(\d{1,3}) ?(?:%|percent|per cent)?(?: (?:of |for |in )?(.*))?", re.ASCII)
_IN_TEAM = re.compile(r"(.+?)\s+in\s+(.+)", re.IGNORECASE)


async def say(ctx: Context, words: Words) -> Answer:
    """Show the caller's teams, or the one that is named; of a single one, everything."""
    if words:
        return await _shown(ctx, await find_team(ctx, words.rest()))
    teams = await teams_in_sight(ctx)
    if len(teams) == 1:
        return await _shown(ctx, teams[0])
    return Answer(teams_card(teams))


async def show(ctx: Context, action: Action) -> Answer:
    if not action.ref:
        return await say(ctx, Words(""))
    return await _shown(ctx, await teaming.get_team(ctx.core, ctx.caller.person, action.ref))


async def set_quota(ctx: Context, words: Words) -> Answer:
    """Give a member another quota, as an administrator; it counts in the running period."""
    said = _PERSON_AMOUNT.fullmatch(words.rest())
    if said is None:
        raise Unclear("Whose quota, and how much a period? Write a name, then the credits.")
    person = await find_person(ctx, unquoted(said[1]))
    micro = amount_micro(said[2], most_micro=MOST_QUOTA_MICRO, least_micro=0)
    change = MemberChange(personal_quota_micro=micro)
    await membership.update_user(ctx.core, ctx.caller.person, person.id, change)
    card = quota_card(
        await quota.quota(ctx.core, person.id),
        await last_calls.last_calls(ctx.core, person.id),
        own=person.id == ctx.caller.id,
    )
    return Answer(card, f"{person.name} has a quota of {amount_of(micro)} a period now.")


async def critical(ctx: Context, words: Words) -> Answer:
    """Set who may make critical calls in a team."""
    policy = words.peek()
    words.take()
    if policy not in POLICIES:
        raise Unclear(f"Who may make critical calls? Write {', '.join(sorted(POLICIES))}.")
    team = await managed_team(ctx, words.rest())
    return await _policy(ctx, team.id, policy)


async def put_critical(ctx: Context, action: Action) -> Answer:
    if action.literal not in POLICIES:
        raise Unclear("This button is not known any more. Say team for a new one.")
    return await _policy(ctx, action.ref, action.literal)


async def vacation(ctx: Context, words: Words) -> Answer:
    """Set which share of a team's pool is lent while somebody is on vacation."""
    said = _PERCENT.fullmatch(plain(words.rest()).strip())
    if said is None or int(said[1]) > 100:  # noqa: PLR2004 - per cent
        raise Unclear("How many per cent of the pool? Write a whole number, 0 to 100.")
    team = await managed_team(ctx, said[2] or "")
    change = TeamChange(vacation_percent=int(said[1]))
    view = await teaming.update_team(ctx.core, ctx.caller.person, team.id, change)
    toast = f"{view.name} lends {view.vacation_percent} % of its pool during vacations."
    return await _shown(ctx, view, toast=toast)


async def stop(ctx: Context, words: Words) -> Answer:
    """Stop somebody's critical calls."""
    team, person = await _seat(ctx, words.rest())
    return await _right(ctx, team.id, person.id, stopped=True)


async def allow(ctx: Context, words: Words) -> Answer:
    """Allow somebody critical calls again, or put them on a team's list."""
    team, person = await _seat(ctx, words.rest())
    return await _right(ctx, team.id, person.id, stopped=False)


async def click_stop(ctx: Context, action: Action) -> Answer:
    return await _right(ctx, *_pair(action), stopped=True)


async def click_allow(ctx: Context, action: Action) -> Answer:
    return await _right(ctx, *_pair(action), stopped=False)


async def _shown(
    ctx: Context, team: TeamView, *, toast: str = "", replaces: bool = False
) -> Answer:
    """Return a team's card; who sits in it, only to those who manage it."""
    person = ctx.caller.person
    manages = person.is_admin or person.manages(team.id)
    seats = await teaming.team_members(ctx.core, person, team.id) if manages else ()
    own = await quota.quota(ctx.core, person.id)
    standing = next((each for each in own.teams if each.team_id == team.id), None)
    return Answer(team_card(team, seats, standing), toast, replaces=replaces)


async def _policy(ctx: Context, team_id: str, policy: str) -> Answer:
    change = TeamChange(critical_policy=CriticalPolicy(policy))
    view = await teaming.update_team(ctx.core, ctx.caller.person, team_id, change)
    who = "only listed members" if policy == CriticalPolicy.LISTED else policy
    toast = f"In {view.name}, {who} may make critical calls."
    return await _shown(ctx, view, toast=toast, replaces=True)


async def _right(ctx: Context, team_id: str, member_id: str, *, stopped: bool) -> Answer:
    """Stop a member's critical calls in a team, or allow what its policy needs to allow them."""
    person = ctx.caller.person
    team = await teaming.get_team(ctx.core, person, team_id)
    allowed = {
        CriticalPolicy.EVERYONE: CriticalRight.DEFAULT,
        CriticalPolicy.LISTED: CriticalRight.LISTED,
        CriticalPolicy.NOBODY: CriticalRight.LISTED,
    }[CriticalPolicy(team.critical_policy)]
    right = CriticalRight.STOPPED if stopped else allowed
    seat = await teaming.set_critical(ctx.core, person, team_id, member_id, right)
    may = "may not" if stopped or team.critical_policy == CriticalPolicy.NOBODY else "may"
    toast = f"{seat.name} {may} make critical calls in {team.name}."
    return await _shown(ctx, team, toast=toast, replaces=True)


async def _seat(ctx: Context, text: str) -> tuple[TeamView, Named]:
    """Return a seat that is the caller's to change: whose, and in which team."""
    in_team = _IN_TEAM.fullmatch(text)
    if not text:
        raise Unclear("Whose critical calls? Write a name.")
    if in_team:
        team = await find_team(ctx, in_team[2])
        return team, await find_person(ctx, unquoted(in_team[1]))
    person = await find_person(ctx, unquoted(text))
    teams = await _teams_of(ctx, person)
    if len(teams) != 1:
        raise Unclear(_which(person, teams))
    return teams[0], person


async def _teams_of(ctx: Context, person: Named) -> list[TeamView]:
    """Return the teams that this person sits in and the caller manages."""
    caller = ctx.caller.person
    teams = await teams_in_sight(ctx)
    if caller.is_admin:
        view = await membership.get_user(ctx.core, caller, person.id)
        seated = {seat.team_id for seat in view.teams}
        return [team for team in teams if team.id in seated]
    found = []
    for team in (each for each in teams if caller.manages(each.id)):
        seats = await teaming.team_members(ctx.core, caller, team.id)
        if any(seat.id == person.id for seat in seats):
            found.append(team)
    return found


def _which(person: Named, teams: list[TeamView]) -> str:
    if not teams:
        return f"{person.name} is in no team that you manage."
    names = ", ".join(team.name for team in teams)
    return f"In which team? Write in and its name at the end: {names}."


def _pair(action: Action) -> tuple[str, str]:
    team_id, dot, member_id = action.ref.partition(".")
    if not dot:
        raise missing("member of this team", action.ref)
    return team_id, member_id
