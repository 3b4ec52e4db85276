"""`approvals`: what waits, and the decisions about it.

Every decision names the revision of the card it was made on: what was changed meanwhile is shown
again instead of being decided unseen. Whoever comes late is told who was first, and the copy of
the card they clicked is brought up to date.
"""

from collections.abc import Awaitable

from bots.commands.command import corrected
from bots.context import Answer, Context
from bots.parsing.amounts import amount_micro
from bots.parsing.unclear import Unclear
from bots.parsing.words import Words
from cards.actions import Action
from cards.approval import approval_card, approvals_card, less_form, reject_form
from cards.decision import is_pending
from core.domain.errors import Code, Refusal
from core.service import approving
from core.service.approving import MOST_MICRO
from core.views import ApprovalView

CHANGED = "The request was changed meanwhile. Look at it again."
STALE = {Code.CONFLICT, Code.POOL_SHORT}
"""The request is not what the card shows any more, or its pool is not."""


async def say(ctx: Context, _said: Words | Action) -> Answer:
    """List what waits: one's own request, and those that are one's to decide."""
    return Answer(approvals_card(await approving.waiting(ctx.core, ctx.caller)))


async def show(ctx: Context, action: Action) -> Answer:
    """Show one request as it is now."""
    return await shown(ctx, action.ref, replaces=False)


async def approve(ctx: Context, action: Action) -> Answer:
    work = approving.approve(ctx.core, ctx.caller, action.ref, rev=action.rev)
    return await _decided(ctx, action, work)


async def approve_less(ctx: Context, action: Action) -> Answer:
    """Ask how much; of what has been decided meanwhile, show how."""
    return await _form(ctx, action, less=True)


async def approve_give(ctx: Context, action: Action) -> Answer:
    """Approve as much as the form says."""
    try:
        amount = amount_micro(ctx.values.get("amount", ""), most_micro=MOST_MICRO)
    except Unclear as problem:
        form = await _form(ctx, action, less=True)
        return corrected(form.card, str(problem)) if form.card and form.done else form
    work = approving.approve(ctx.core, ctx.caller, action.ref, amount, rev=action.rev)
    return await _decided(ctx, action, work)


async def reject(ctx: Context, action: Action) -> Answer:
    """Ask for a word to whoever is turned down."""
    return await _form(ctx, action, less=False)


async def reject_send(ctx: Context, action: Action) -> Answer:
    reason = ctx.values.get("reason", "")
    work = approving.reject(ctx.core, ctx.caller, action.ref, reason, rev=action.rev)
    return await _decided(ctx, action, work)


async def pass_on(ctx: Context, action: Action) -> Answer:
    """Pass a request on to the administrators."""
    work = approving.pass_on(ctx.core, ctx.caller, action.ref, rev=action.rev)
    return await _decided(ctx, action, work)


async def withdraw(ctx: Context, action: Action) -> Answer:
    """Take back one's own request."""
    return await _decided(ctx, action, approving.withdraw(ctx.core, ctx.caller, action.ref))


async def shown(
    ctx: Context, approval_id: str, *, toast: str = "", done: bool = True, replaces: bool = True
) -> Answer:
    """Return a request's card as it stands now for the caller; its copy follows the request."""
    view = await approving.request_view(ctx.core, ctx.caller, approval_id)
    return Answer(approval_card(view), toast, done=done, replaces=replaces, follows=True)


async def _decided(ctx: Context, action: Action, work: Awaitable[ApprovalView]) -> Answer:
    try:
        view = await work
    except Refusal as refusal:
        if refusal.code not in STALE:
            raise
        return await shown(ctx, action.ref, toast=refusal.message, done=False)
    return await shown(ctx, view.id, toast=view.message)


async def _form(ctx: Context, action: Action, *, less: bool) -> Answer:
    """Return a form of a decision, if there is still something that the caller may decide."""
    view = await approving.request_view(ctx.core, ctx.caller, action.ref)
    if not is_pending(view.approval):
        return await shown(ctx, action.ref, toast=view.approval.message, done=False)
    if not view.may_decide:
        raise Refusal(Code.PERMISSION_DENIED, "Nobody decides on their own request.")
    if view.approval.rev != action.rev:
        return await shown(ctx, action.ref, toast=CHANGED, done=False)
    return Answer(less_form(view) if less else reject_form(view))
