"""`models`: names that were called without a price, for administrators to price, map or block."""

from collections.abc import Awaitable

from bots.commands.command import corrected
from bots.context import Answer, Context
from bots.parsing.words import Words
from cards.actions import Action
from cards.model_rule import map_form, model_card, models_card, price_form
from core.domain.errors import Code, Refusal, missing
from core.domain.model_rules import dollars
from core.service import offering
from core.views.model_rules import ModelRuleView


async def say(ctx: Context, _said: Words | Action) -> Answer:
    """List what waits, then what was decided."""
    return Answer(models_card(await offering.listed(ctx.core, ctx.caller, decided=True)))


async def show(ctx: Context, action: Action) -> Answer:
    """Show a name as it stands now."""
    return Answer(model_card(await _view(ctx, action)), replaces=True, follows=True)


async def change(ctx: Context, action: Action) -> Answer:
    """Offer the three ways again, for what was decided."""
    return Answer(model_card(await _view(ctx, action), change=True), replaces=True)


async def open_price(ctx: Context, action: Action) -> Answer:
    view = await _view(ctx, action)
    return _late(view) if view.rev != action.rev else Answer(price_form(view))


async def send_price(ctx: Context, action: Action) -> Answer:
    """Set the price that the form says; one far from others is asked about once more."""
    view, sent = await _view(ctx, action), ctx.values
    first, second = sent.get("input", ""), sent.get("output", "")
    cached, upstream = sent.get("cached", ""), sent.get("upstream", "")
    given = (upstream, first, second, cached)
    try:
        work = offering.price(
            ctx.core,
            ctx.caller,
            view.name,
            dollars(first, second, cached),
            upstream,
            confirmed=action.literal,
            rev=action.rev,
        )
        return await _decided(ctx, action, work)
    except Refusal as refusal:
        mark = str(refusal.facts.get(offering.CONFIRM, ""))
        if not mark and refusal.code is not Code.INVALID_FIELD:
            raise
        field = refusal.param or ""
        return corrected(price_form(view, given, mark), refusal.message, field)


async def open_map(ctx: Context, action: Action) -> Answer:
    view = await _view(ctx, action)
    near = tuple(offering.near(ctx.core, view.name))
    return _late(view) if view.rev != action.rev else Answer(map_form(view, near))


async def send_map(ctx: Context, action: Action) -> Answer:
    """Let calls go to the model that the form names."""
    view, to = await _view(ctx, action), ctx.values.get("to", "")
    work = offering.map_to(ctx.core, ctx.caller, view.name, to, action.rev)
    try:
        return await _decided(ctx, action, work)
    except Refusal as refusal:
        if refusal.code is not Code.INVALID_FIELD:
            raise
        form = map_form(view, tuple(offering.near(ctx.core, view.name)), to)
        return corrected(form, refusal.message, "to")


async def block(ctx: Context, action: Action) -> Answer:
    view = await _view(ctx, action)
    return await _decided(ctx, action, offering.block(ctx.core, ctx.caller, view.name, action.rev))


async def _decided(ctx: Context, action: Action, work: Awaitable[ModelRuleView]) -> Answer:
    try:
        view = await work
    except Refusal as refusal:
        if refusal.code is not Code.CONFLICT or "rev" not in refusal.facts:
            raise
        return _late(await _view(ctx, action))
    return Answer(model_card(view), view.message, replaces=True, follows=True)


def _late(view: ModelRuleView) -> Answer:
    """Return a name's card as it stands: somebody else has decided meanwhile."""
    return Answer(model_card(view), view.message, done=False, replaces=True, follows=True)


async def _view(ctx: Context, action: Action) -> ModelRuleView:
    if not ctx.caller.person.is_admin:
        raise Refusal(Code.PERMISSION_DENIED, "Only an administrator may do this.")
    view = await offering.shown_to(ctx.core, ctx.caller.id, action.ref)
    if view is None:
        raise missing("model", action.ref)
    return view
