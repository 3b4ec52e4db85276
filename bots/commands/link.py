"""`link`, `whoami`, `unlink`, `web`: which accounts stand for one."""

from bots.commands.command import address, refused
from bots.context import Answer, Context
from bots.parsing.letters import plain
from bots.parsing.unclear import Unclear
from bots.parsing.words import Words
from cards.actions import Action
from cards.link import (
    PLATFORMS,
    code_card,
    confirm_card,
    unlinked_card,
    web_link_card,
    whoami_card,
)
from core.domain.errors import missing
from core.service import introducing, linking, sessions
from core.views.chat import AccountView

TELEGRAM = "telegram"
LINKED = "This account is yours already. Say unlink first if it is to be somebody else's."


async def say(ctx: Context, words: Words) -> Answer:
    """Give a code for another account; whoever brings one is linked already."""
    if words:
        return refused(LINKED)
    return await _code(ctx)


async def whoami(ctx: Context, _said: Words | Action) -> Answer:
    return Answer(whoami_card(await linking.identity(ctx.core, ctx.caller)))


async def unlink(ctx: Context, words: Words) -> Answer:
    """Part an account from the member, if it is clear which; else show all of them."""
    if not words:
        return await whoami(ctx, words)
    named = plain(words.rest())
    accounts = (await linking.identity(ctx.core, ctx.caller)).accounts
    found = [account for account in accounts if named in _names(account)]
    if len(found) != 1:
        raise Unclear("Say unlink alone, and choose the account.")
    return await _parted(ctx, found[0])


async def code(ctx: Context, _action: Action) -> Answer:
    return await _code(ctx)


async def send(_ctx: Context, _action: Action) -> Answer:
    """Answer a code that comes from an account which is linked meanwhile."""
    return refused(LINKED)


async def confirm(ctx: Context, action: Action) -> Answer:
    return await _decided(ctx, action, confirm=True)


async def deny(ctx: Context, action: Action) -> Answer:
    return await _decided(ctx, action, confirm=False)


async def end(ctx: Context, action: Action) -> Answer:
    accounts = (await linking.identity(ctx.core, ctx.caller)).accounts
    found = next((account for account in accounts if account.id == action.ref), None)
    if found is None:
        raise missing("linked account", action.ref)
    return await _parted(ctx, found)


async def web(ctx: Context, _said: Words | Action) -> Answer:
    """Give a link that signs in to the web chat, once."""
    token = await sessions.new_link(ctx.core, ctx.caller.id)
    return Answer(web_link_card(f"{address(ctx)}/chat/in/{token}"))


async def _code(ctx: Context) -> Answer:
    """Give a code; for platforms that have links which carry one, with such a link."""
    view, bot = await linking.new_code(ctx.core, ctx.caller), ""
    settings = ctx.core.settings
    if settings.telegram_token is not None:
        bot = await introducing.bot_name(ctx.core, TELEGRAM)
    return Answer(code_card(view, telegram_bot=bot, teams_bot=settings.teams_app_id))


async def _decided(ctx: Context, action: Action, *, confirm: bool) -> Answer:
    view = await linking.decide(ctx.core, ctx.caller, action.ref, confirm=confirm)
    card = confirm_card(view)
    return Answer(card, card.said, replaces=True)


async def _parted(ctx: Context, account: AccountView) -> Answer:
    await linking.unlink(ctx.core, ctx.caller, account.id)
    return Answer(unlinked_card(account), "The account is unlinked.", replaces=True)


def _names(account: AccountView) -> set[str]:
    shown = PLATFORMS.get(account.platform, account.platform)
    return {account.id.lower(), account.platform, plain(shown), plain(account.name)}
