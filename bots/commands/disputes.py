"""`disputes`: charges that somebody doubts, and the decisions about them.

Every decision names the revision of the card it was made on. Whoever comes late is told who was
first, and the copy of the card they clicked is brought up to date.
"""

from collections.abc import Awaitable

from bots.commands.command import corrected
from bots.context import Answer, Context
from bots.parsing.amounts import amount_micro
from bots.parsing.unclear import Unclear
from bots.parsing.words import Words
from cards.actions import Action
from cards.dispute import dispute_card, disputes_card, part_form
from core.domain.errors import Code, Refusal
from core.service import disputing
from core.service.approving import MOST_MICRO
from core.views.disputes import DisputeView

CHANGED = "The charge was corrected meanwhile. Look at it again."


async def say(ctx: Context, _said: Words | Action) -> Answer:
    """List one's own disputes, and those that are one's to decide."""
    return Answer(disputes_card(await disputing.listed(ctx.core, ctx.caller)))


async def ask(ctx: Context, action: Action) -> Answer:
    """Dispute a charge; again: show how it stands."""
    try:
        view = await disputing.dispute(ctx.core, ctx.caller, action.ref)
    except Refusal as refusal:
        if refusal.code is not Code.CONFLICT or "state" not in refusal.facts:
            raise
        return await _shown(ctx, action.ref, toast=refusal.message, done=False)
    return Answer(dispute_card(view), view.message, follows=True)


async def show(ctx: Context, action: Action) -> Answer:
    """Show one dispute as it is now."""
    return await _shown(ctx, action.ref, replaces=False)


async def give_all(ctx: Context, action: Action) -> Answer:
    work = disputing.give_back(ctx.core, ctx.caller, action.ref, rev=action.rev)
    return await _decided(ctx, action, work)


async def give_part(ctx: Context, action: Action) -> Answer:
    """Ask how much; of what has been decided meanwhile, show how."""
    view = await disputing.look_up(ctx.core, ctx.caller, action.ref)
    if view.mine:
        raise Refusal(Code.PERMISSION_DENIED, "Nobody decides on their own dispute.")
    if not view.may_decide:
        return await _shown(ctx, action.ref, toast=view.message, done=False)
    if view.rev != action.rev:
        return await _shown(ctx, action.ref, toast=CHANGED, done=False)
    return Answer(part_form(view))


async def give(ctx: Context, action: Action) -> Answer:
    """Return as much as the form says."""
    try:
        amount = amount_micro(ctx.values.get("amount", ""), most_micro=MOST_MICRO)
        work = disputing.give_back(ctx.core, ctx.caller, action.ref, amount, rev=action.rev)
        return await _decided(ctx, action, work)
    except (Unclear, Refusal) as problem:
        if isinstance(problem, Refusal) and problem.code is not Code.INVALID_FIELD:
            raise
        form = await give_part(ctx, action)
        return corrected(form.card, str(problem)) if form.card and form.done else form


async def keep(ctx: Context, action: Action) -> Answer:
    """Let the charge stand."""
    work = disputing.keep(ctx.core, ctx.caller, action.ref, rev=action.rev)
    return await _decided(ctx, action, work)


async def _decided(ctx: Context, action: Action, work: Awaitable[DisputeView]) -> Answer:
    try:
        view = await work
    except Refusal as refusal:
        if refusal.code is not Code.CONFLICT:
            raise
        return await _shown(ctx, action.ref, toast=refusal.message, done=False)
    return Answer(dispute_card(view), view.message, replaces=True, follows=True)


async def _shown(
    ctx: Context, call_id: str, *, toast: str = "", done: bool = True, replaces: bool = True
) -> Answer:
    """Return a dispute's card as it stands now for the caller; its copy follows the dispute."""
    view = await disputing.look_up(ctx.core, ctx.caller, call_id)
    return Answer(dispute_card(view), toast, done=done, replaces=replaces, follows=True)
