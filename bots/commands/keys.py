"""`key`: API keys. What is shown once is shown only where nobody else reads along."""

import re

from bots.commands.command import address, corrected, problem_of
from bots.context import Answer, Context
from bots.parsing.unclear import Unclear
from bots.parsing.words import Words
from cards.actions import Action
from cards.keys import LIVE, key_form, keys_card, new_key_card, revoked_card
from core.domain.errors import Refusal
from core.domain.people import Named, called
from core.service import keys, last_calls
from core.service.keys import KeyTerms
from core.views import KeyView, NewKeyView

DEMO = "demo"
"""The model that is there before any other."""
MOST_NAMED = 5
_WHOLE_KEY = re.compile(r"\btp_[0-9A-Za-z]{12}_[0-9A-Za-z]{8,}")


async def show(ctx: Context, _said: Words | Action) -> Answer:
    """List the caller's keys, by what lists may show of them."""
    return Answer(keys_card(await _mine(ctx)))


async def new(ctx: Context, words: Words) -> Answer:
    """Make a key with this label; without one, ask for it."""
    if not words:
        return Answer(key_form())
    return await _made(ctx, words.rest())


async def open_form(_ctx: Context, _action: Action) -> Answer:
    return Answer(key_form())


async def send(ctx: Context, _action: Action) -> Answer:
    """Make the key that the form asks for."""
    try:
        return await _made(ctx, ctx.values.get("label", ""), replaces=True)
    except (Unclear, Refusal) as error:
        return corrected(key_form(), problem_of(error))


async def rotate(ctx: Context, words: Words) -> Answer:
    """Make a successor of the key that is meant; the old one works for another day."""
    key = await _meant(ctx, words.rest(), "rotate")
    return await _shown_once(ctx, await keys.rotate_key(ctx.core, ctx.caller.person, key.id))


async def turn(ctx: Context, action: Action) -> Answer:
    made = await keys.rotate_key(ctx.core, ctx.caller.person, action.ref)
    return await _shown_once(ctx, made)


async def revoke(ctx: Context, words: Words) -> Answer:
    """End the key that is meant, at once; without a name, let the caller choose."""
    if not words:
        return await show(ctx, words)
    key = await _meant(ctx, words.rest(), "revoke")
    view = await keys.revoke_key(ctx.core, ctx.caller.person, key.id)
    return Answer(revoked_card(view), f"{view.prefix} is revoked.")


async def end(ctx: Context, action: Action) -> Answer:
    """End a key, and show those that are left in its place."""
    view = await keys.revoke_key(ctx.core, ctx.caller.person, action.ref)
    return Answer(keys_card(await _mine(ctx)), f"{view.prefix} is revoked.", replaces=True)


async def _made(ctx: Context, label: str, *, replaces: bool = False) -> Answer:
    if _WHOLE_KEY.search(label):
        raise Unclear("That is a key, not what it is for. Never send keys in a chat: revoke it.")
    made = await keys.new_key(ctx.core, ctx.caller.person, ctx.caller.id, KeyTerms(label))
    return await _shown_once(ctx, made, replaces=replaces)


async def _shown_once(ctx: Context, made: NewKeyView, *, replaces: bool = False) -> Answer:
    latest = await last_calls.last_calls(ctx.core, ctx.caller.id, 1)
    model = latest[0].model if latest else DEMO
    card = new_key_card(made, address(ctx), model=model)
    return Answer(card, "Copy the key now: it is shown once.", replaces=replaces)


async def _mine(ctx: Context) -> tuple[KeyView, ...]:
    return await keys.list_keys(ctx.core, ctx.caller.person, ctx.caller.id)


async def _meant(ctx: Context, text: str, verb: str) -> KeyView:
    """Return the caller's live key that is called this: its label, or how it begins."""
    live = [key for key in await _mine(ctx) if key.state in LIVE]
    if not live:
        raise Unclear("You have no key. Make one with key new and what it is for.")
    names = ", ".join(f"{key.label} ({key.prefix})" for key in live[:MOST_NAMED])
    if not text:
        if len(live) == 1:
            return live[0]
        raise Unclear(f"Which key? Write its label or how it begins: {names}.")
    prefix = next((key for key in live if text.startswith(key.prefix) or text == key.id), None)
    if prefix is not None:
        return prefix
    ids = {one.id for one in called([Named(key.id, key.label, "") for key in live], text)}
    found = [key for key in live if key.id in ids]
    if len(found) != 1:
        which = "No key of yours is" if not found else "Several of your keys are"
        raise Unclear(f"{which} called that. Name the one to {verb}: {names}.")
    return found[0]
