"""`tokenpool user`."""

from typing import Annotated

import typer

from bots.cli import finding
from bots.cli.bars import purse
from bots.cli.key import show_new_key
from bots.cli.opening import with_core
from bots.cli.options import Amount, Json, Who, credits_micro
from bots.cli.screen import hint, print_json, table
from core.domain.credits import spoken
from core.domain.members import Role, Status
from core.service import membership
from core.service import quota as quotas
from core.service.membership import OPERATOR, MemberChange, NewUser
from core.service.start import Core
from core.views import CreatedUserView, MemberView, QuotaView

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Make, show and change people.",
)

CREATE = """
[bold]Examples[/bold]

tokenpool user create ada@example.com --quota 5k

tokenpool user create bob@example.com --name Bob --quota 500 --team research --json
"""


@app.command(epilog=CREATE)
def create(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The person's e-mail address.")],
    *,
    name: Annotated[str, typer.Option(help="How to call them; else the address.")] = "",
    quota: Annotated[
        int,
        typer.Option(metavar="CREDITS", parser=credits_micro, help="Credits in each period."),
    ] = 0,
    team: Annotated[str, typer.Option(help="A team to put them into.")] = "",
    as_json: Json = False,
) -> None:
    """Add a person; prints their API key, once."""

    async def work(core: Core) -> CreatedUserView:
        team_id = (await finding.team(core, team)).id if team else None
        user = NewUser(email, name or email, quota, Role.MEMBER, team_id)
        return await membership.create_user(core, OPERATOR, user)

    made = with_core(work)
    if as_json:
        print_json(made)
    else:
        show_new_key(made.api_key, f"{email} has {spoken(quota)} credits in each period.")


@app.command("list", epilog="Example: tokenpool user list --json")
def list_(*, as_json: Json = False) -> None:
    """List everybody."""

    async def work(core: Core) -> list[MemberView]:
        return [member async for member in finding.members(core)]

    found = with_core(work)
    if as_json:
        print_json(found)
        return
    titles = ("e-mail", "name", "role", "status", ">quota", "teams", "id")
    table(titles, [_line(member) for member in found])


@app.command(epilog="Example: tokenpool user show ada@example.com")
def show(who: Who, *, as_json: Json = False) -> None:
    """Show one person and what they have left."""

    async def work(core: Core) -> tuple[MemberView, QuotaView]:
        member_id = await finding.member_id(core, who)
        member = await membership.get_user(core, OPERATOR, member_id)
        return member, await quotas.quota(core, member_id)

    member, has = with_core(work)
    if as_json:
        print_json({"user": member, "quota": has})
        return
    seats = ", ".join(f"{seat.name} ({seat.role})" for seat in member.teams) or "none"
    for name, value in (
        ("name", member.name),
        ("e-mail", member.email),
        ("id", member.id),
        ("role", member.role),
        ("status", member.status),
        ("privacy", member.privacy),
        ("teams", seats),
        ("quota", purse(has.own)),
    ):
        typer.echo(f"{name:<8} {value}")


@app.command(
    "quota", epilog="Example: tokenpool user quota ada@example.com 7500 (counts from now on)"
)
def quota_(who: Who, amount: Amount, *, as_json: Json = False) -> None:
    """Set a person's credits per period; this period's change at once."""
    changed = _change(who, MemberChange(personal_quota_micro=amount))
    _tell(changed, f"has {spoken(amount)} credits in each period", as_json=as_json)


@app.command(epilog="Example: tokenpool user disable ada@example.com")
def disable(who: Who, *, as_json: Json = False) -> None:
    """Switch a person off: their keys, chat accounts and open request end, for good."""
    changed = _change(who, MemberChange(status=Status.DISABLED))
    _tell(changed, "is disabled; their keys and chat accounts have ended", as_json=as_json)


@app.command(epilog="Example: tokenpool user enable ada@example.com")
def enable(who: Who, *, as_json: Json = False) -> None:
    """Switch a person on again; the keys and accounts they had stay ended."""
    changed = _change(who, MemberChange(status=Status.ACTIVE))
    _tell(changed, "is active", as_json=as_json)
    if not as_json:
        hint(f"The keys they had are gone: tokenpool key new {changed.email} LABEL")


def _change(who: str, change: MemberChange) -> MemberView:
    async def work(core: Core) -> MemberView:
        member_id = await finding.member_id(core, who)
        return await membership.update_user(core, OPERATOR, member_id, change)

    return with_core(work)


def _tell(member: MemberView, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(member)
    else:
        typer.echo(f"{member.email} {what}.")


def _line(member: MemberView) -> tuple[str, ...]:
    return (
        member.email,
        member.name,
        member.role,
        member.status,
        spoken(member.personal_quota_micro),
        ", ".join(seat.name for seat in member.teams),
        member.id,
    )
