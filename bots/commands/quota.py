"""`quota`: what is left, in detail."""

from dataclasses import replace

from bots.commands.people import find_person
from bots.context import Answer, Context
from bots.parsing.words import Words
from cards.actions import Action
from cards.quota import quota_card
from core.domain.members import Person
from core.service import last_calls, quota
from core.views import QuotaView
from core.views.chat import LastCallView

Latest = tuple[LastCallView, ...]


async def say(ctx: Context, words: Words) -> Answer:
    """Show one's own quota, or that of somebody one may look at."""
    if not words:
        return await _of(ctx, ctx.caller.id)
    return await _of(ctx, (await find_person(ctx, words.rest())).id)


async def show(ctx: Context, _action: Action) -> Answer:
    return await _of(ctx, ctx.caller.id)


async def _of(ctx: Context, member_id: str) -> Answer:
    own = member_id == ctx.caller.id
    view = await quota.quota(ctx.core, member_id)
    last = await last_calls.last_calls(ctx.core, member_id)
    if not own and not ctx.caller.person.is_admin:
        view, last = _as_seen_by(ctx.caller.person, view, last)
    return Answer(quota_card(view, last, own=own))


def _as_seen_by(manager: Person, view: QuotaView, last: Latest) -> tuple[QuotaView, Latest]:
    """Leave out what is another manager's to know: other teams' pools, and calls made in them."""
    teams = tuple(team for team in view.teams if manager.manages(team.team_id))
    return replace(view, teams=teams), last if teams == view.teams else ()
