"""`request`: ask for more, or change what was asked for."""

from bots.commands.approvals import shown
from bots.commands.command import corrected, problem_of
from bots.context import Answer, Context
from bots.parsing.amounts import amount_micro, take_amount
from bots.parsing.unclear import Unclear
from bots.parsing.words import Words
from cards.actions import Action
from cards.phrases import listed
from cards.request import request_form
from core.domain.errors import Refusal
from core.service import approving, quota
from core.service.approving import MOST_MICRO
from core.views.chat import RequestView


async def say(ctx: Context, words: Words) -> Answer:
    """Ask for the amount, for the reason behind it; without words, show the form."""
    if not words:
        return await form(ctx)
    amount = take_amount(words, most_micro=MOST_MICRO)
    return await _asked(ctx, amount, words.rest())


async def open_form(ctx: Context, action: Action) -> Answer:
    """Show the form, or ask at once for a preset amount; a reason given before stays."""
    if not action.literal:
        return await form(ctx)
    mine = await _mine(ctx)
    amount = amount_micro(action.literal, most_micro=MOST_MICRO)
    return await _asked(ctx, amount, mine.approval.reason if mine else "", replaces=True)


async def send(ctx: Context, _action: Action) -> Answer:
    """Ask for what the form says; what cannot be read comes back with the form."""
    amount, reason = ctx.values.get("amount", ""), ctx.values.get("reason", "")
    try:
        asked = amount_micro(amount, most_micro=MOST_MICRO)
        return await _asked(ctx, asked, reason, replaces=True)
    except (Unclear, Refusal) as error:
        problem = problem_of(error)
        again = await form(ctx, amount=amount, reason=reason)
        assert again.card is not None
        field = "amount" if isinstance(error, Unclear) else error.param or ""
        return corrected(again.card, problem, field)


async def form(ctx: Context, *, amount: str = "", reason: str = "") -> Answer:
    """Return the form, with what is known already; while a request waits, it changes that."""
    card = request_form(
        await quota.quota(ctx.core, ctx.caller.id),
        amount=amount,
        reason=reason,
        mine=await _mine(ctx),
    )
    return Answer(card)


async def _mine(ctx: Context) -> RequestView | None:
    waiting = await approving.waiting(ctx.core, ctx.caller)
    return next((view for view in waiting if view.mine), None)


async def _asked(ctx: Context, amount: int, reason: str, *, replaces: bool = False) -> Answer:
    view = await approving.request_more(ctx.core, ctx.caller, amount, reason)
    seen = await approving.request_view(ctx.core, ctx.caller, view.id)
    told = f" {listed(seen.asked)} will see it." if seen.asked else ""
    return await shown(ctx, view.id, toast=f"Your request is sent.{told}", replaces=replaces)
