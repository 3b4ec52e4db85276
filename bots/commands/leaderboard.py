"""`leaderboard`: who gets the most out of a prompt token; whoever likes is left out."""

from bots.context import Answer, Context
from bots.parsing.letters import plain
from bots.parsing.unclear import Unclear
from bots.parsing.words import Words
from cards.actions import Action
from cards.leaderboard import leaderboard_card
from core.service import analytics, leaderboard

WEEK, MONTH = "week", "month"


async def say(ctx: Context, words: Words) -> Answer:
    """Show the board of the week that runs, or of the month."""
    return await _board(ctx, plain(words.rest()).removeprefix("this ") or WEEK)


async def show(ctx: Context, action: Action) -> Answer:
    return await _board(ctx, action.literal or WEEK)


async def hide(ctx: Context, _action: Action) -> Answer:
    return await _hidden(ctx, hidden=True)


async def join(ctx: Context, _action: Action) -> Answer:
    return await _hidden(ctx, hidden=False)


async def _hidden(ctx: Context, *, hidden: bool) -> Answer:
    await leaderboard.hide(ctx.core, ctx.caller.id, hidden=hidden)
    board = await _board(ctx, WEEK)
    toast = "Others do not see you any more." if hidden else "Others see you again."
    return Answer(board.card, toast, replaces=True)


async def _board(ctx: Context, span: str) -> Answer:
    if span not in {WEEK, MONTH}:
        raise Unclear("There is a board of the week and one of the month.")
    found = analytics.find_span(ctx.core, span)
    view = await leaderboard.leaderboard(ctx.core, ctx.caller.person, found)
    return Answer(leaderboard_card(view, week=span == WEEK))
