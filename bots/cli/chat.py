"""`tokenpool chat`."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bots.cli import finding
from bots.cli.opening import with_core
from bots.cli.options import Json, Who
from bots.cli.screen import hint, print_json, table
from core.domain.spans import moment
from core.service import linking, sessions
from core.service.membership import OPERATOR
from core.service.start import Core
from core.settings import SettingsError
from core.views.chat import AccountView, IdentityView

LINK = "link"
MEMBER = "usr_"
HELP_OPTIONS = {"-h", "--help"}


class ByAddress(TyperGroup):
    """Takes `chat ada@example.com` for `chat link ada@example.com`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the sub-command in where only an address or an id was given."""
        somebody = any("@" in word or word.startswith(MEMBER) for word in args)
        named = not args or args[0] in {*self.commands, *HELP_OPTIONS}
        return super().parse_args(ctx, [LINK, *args] if somebody and not named else args)


app = typer.Typer(
    cls=ByAddress,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Sign people in to the web chat, and show or unlink their chat accounts.",
)

LINKS = """
[bold]Examples[/bold]

tokenpool chat ada@example.com

tokenpool chat ada@example.com --url https://tokenpool.example.com --json
"""
PARTS = """
[bold]Examples[/bold]

tokenpool chat accounts ada@example.com (shows the ids)

tokenpool chat unlink ada@example.com lnk_4fJ2…
"""


@dataclass(frozen=True, slots=True)
class SignInLink:
    """A link that was just made; it is kept nowhere."""

    url: str
    expires_ms: int


@app.command(LINK, epilog=LINKS)
def link(
    who: Who,
    *,
    url: Annotated[
        str,
        typer.Option(
            metavar="URL", help="Where they reach this server; else TOKENPOOL_PUBLIC_URL."
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Print a link that signs somebody in to the web chat, once; `chat WHO` does the same."""

    async def work(core: Core) -> SignInLink:
        base = _base(core, url)
        member_id = await finding.member_id(core, who)
        token = await sessions.new_link(core, member_id, actor=OPERATOR)
        return SignInLink(f"{base}/chat/in/{token}", core.clock.now_ms() + sessions.LINK_MS)

    made = with_core(work)
    if as_json:
        print_json(made)
        return
    typer.echo(made.url)
    hint(f"Whoever opens it within ten minutes is signed in as {who}, once.")


@app.command(epilog="Example: tokenpool chat accounts ada@example.com")
def accounts(who: Who, *, as_json: Json = False) -> None:
    """List the chat accounts that speak for somebody."""

    async def work(core: Core) -> IdentityView:
        member_id = await finding.member_id(core, who)
        return await linking.identity_of(core, OPERATOR, member_id)

    _show(with_core(work), as_json=as_json)


@app.command(epilog=PARTS)
def unlink(
    who: Who,
    account: Annotated[
        str, typer.Argument(metavar="ACCOUNT", help="An id, as `chat accounts` shows it.")
    ],
    *,
    as_json: Json = False,
) -> None:
    """Part an account from somebody: only a code links it again."""

    async def work(core: Core) -> IdentityView:
        member_id = await finding.member_id(core, who)
        return await linking.unlink_of(core, OPERATOR, member_id, account)

    left = with_core(work)
    if as_json:
        print_json(left)
        return
    count = len(left.accounts)
    typer.echo(f"{account} is unlinked; {left.email} has {count or 'no'} other accounts.")


def _base(core: Core, url: str) -> str:
    """Return the address to put before a link; SettingsError if nobody can know it."""
    settings = core.settings
    if not url and not settings.public_url and settings.port == 0:
        raise SettingsError(
            "TOKENPOOL_PORT is 0, so the server's address is not known here: give --url."
        )
    return (url or settings.reached_at).rstrip("/")


def _show(identity: IdentityView, *, as_json: bool) -> None:
    if as_json:
        print_json(identity)
    elif identity.accounts:
        titles = ("platform", "workspace", "name", "linked", "reachable", "id")
        table(titles, [_line(account) for account in identity.accounts])
    else:
        typer.echo(f"No chat account speaks for {identity.email} yet.")
        hint(f"A first one: tokenpool chat {identity.email}")


def _line(account: AccountView) -> tuple[str, ...]:
    return (
        account.platform,
        account.tenant,
        account.name,
        moment(account.linked_ms),
        "yes" if account.reachable else "no",
        account.id,
    )
