"""Whom and which team a command means."""

import re

from bots.context import Context
from bots.parsing.letters import plain
from bots.parsing.unclear import Unclear
from core.domain import wording
from core.domain.accounts import Account
from core.domain.people import Named
from core.service import linking, people, teaming
from core.views import TeamView

MOST_NAMED = 5
_MENTION = re.compile(r"<@([A-Za-z0-9._:-]{1,80})(?:\|([^<>]{0,80}))?>")
_MAIL_LINK = re.compile(r"<mailto:([^|<>\s]{3,254})(?:\|[^<>]*)?>")
_AT_TAG = re.compile(r"<at[^<>]{0,60}>([^<>]{1,80})</at>")


async def find_person(ctx: Context, text: str) -> Named:
    """Return the one person in the asker's sight who is called this; Unclear otherwise."""
    name = _AT_TAG.sub(r"\1", _MAIL_LINK.sub(r"\1", text.strip()))
    if mention := _MENTION.fullmatch(name):
        name = await _mentioned(ctx, mention)
    found = await people.find_people(ctx.core, ctx.caller.person, name)
    shown = wording.line(name, 60)
    if not found:
        raise Unclear(f"Nobody whom you may look at is called {shown or 'nothing'}.")
    if len(found) > 1:
        some = ", ".join(f"{one.name} ({one.email})" for one in found[:MOST_NAMED])
        more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
        raise Unclear(f"Several are called {shown}: {some}{more}. Use the e-mail address.")
    return found[0]


async def _mentioned(ctx: Context, mention: re.Match[str]) -> str:
    """Return the id of the member whose account is mentioned, or the name beside the mention."""
    account = Account(ctx.account.platform, ctx.account.tenant, mention[1])
    owner = await linking.caller_of(ctx.core, account)
    return owner.id if owner else mention[2] or mention[1]


async def teams_in_sight(ctx: Context) -> tuple[TeamView, ...]:
    """Return the teams that the asker may look at: their own, for administrators all."""
    if ctx.caller.person.is_admin:
        return await teaming.list_teams(ctx.core, ctx.caller.person)
    return await teaming.my_teams(ctx.core, ctx.caller)


async def find_team(ctx: Context, text: str) -> TeamView:
    """Return the one team in the asker's sight that is called this; Unclear otherwise."""
    wanted = " ".join(plain(text).split())
    teams = await teams_in_sight(ctx)
    found = [t for t in teams if wanted in (" ".join(plain(t.name).split()), t.slug, t.id.lower())]
    found = found or [t for t in teams if wanted and plain(t.name).startswith(wanted)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(team.name for team in (found or teams)[:MOST_NAMED])
    if found:
        raise Unclear(f"Several teams are called that: {names}. Write the whole name.")
    none = f"No team of yours is called {wording.line(text, 60) or 'nothing'}."
    raise Unclear(f"{none} There is {names}." if names else none)


async def managed_team(ctx: Context, text: str) -> TeamView:
    """Return the named team, or without a name the only one that the asker manages."""
    if text.strip():
        return await find_team(ctx, text)
    teams = await teams_in_sight(ctx)
    managed = [team for team in teams if ctx.caller.person.manages(team.id)] or list(teams)
    if len(managed) == 1:
        return managed[0]
    if not managed:
        raise Unclear("There is no team yet.")
    names = ", ".join(team.name for team in managed[:MOST_NAMED])
    raise Unclear(f"Which team? Write its name at the end: {names}.")
