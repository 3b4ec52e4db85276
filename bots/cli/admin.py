"""`tokenpool admin`."""

from typing import Annotated

import typer

from bots.cli.key import show_new_key
from bots.cli.opening import with_core
from bots.cli.options import Json, credits_micro
from bots.cli.screen import print_json
from core.domain.members import Role
from core.service import membership
from core.service.membership import OPERATOR, NewUser
from core.service.start import Core
from core.views import CreatedUserView

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Make administrators.",
)

CREATE = """
[bold]Examples[/bold]

tokenpool admin create --email you@example.com

tokenpool admin create --email you@example.com --quota 5k --json
"""


@app.callback()
def admin() -> None:
    """Make administrators."""


@app.command(epilog=CREATE)
def create(
    *,
    email: Annotated[str, typer.Option(help="The administrator's e-mail address.")],
    name: Annotated[str, typer.Option(help="How to call them; else the address.")] = "",
    quota: Annotated[
        int,
        typer.Option(
            metavar="CREDITS", parser=credits_micro, help="Credits of their own in each period."
        ),
    ] = 0,
    as_json: Json = False,
) -> None:
    """Add an administrator; prints their API key, once. A lost key needs nothing else."""

    async def work(core: Core) -> CreatedUserView:
        user = NewUser(email, name or email, quota, Role.ADMIN)
        return await membership.create_user(core, OPERATOR, user)

    made = with_core(work, may_create=True)
    if as_json:
        print_json(made)
    else:
        show_new_key(made.api_key, f"{email} is an administrator.")
