"""`tokenpool team`."""

from typing import Annotated

import typer

from bots.cli import finding
from bots.cli.opening import with_core
from bots.cli.options import Amount, Json, Which, Who, credits_micro
from bots.cli.screen import hint, print_json, table
from core.domain.credits import spoken
from core.domain.members import CriticalPolicy, TeamRole
from core.service import teaming
from core.service.membership import OPERATOR
from core.service.start import Core
from core.service.teaming import NewTeam, TeamChange
from core.views import TeamMemberView, TeamView

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Make and change teams: a shared pool, and who draws on it.",
)

CREATE = """
[bold]Examples[/bold]

tokenpool team create Research --pool 50k

tokenpool team create Support --pool 20k --vacation 25 --critical listed
"""
ADD = """
[bold]Examples[/bold]

tokenpool team add research ada@example.com --manager

tokenpool team add research bob@example.com
"""


@app.command(epilog=CREATE)
def create(  # noqa: PLR0913 - one parameter an option
    name: Annotated[str, typer.Argument(metavar="NAME", help="What people call the team.")],
    *,
    pool: Annotated[
        int,
        typer.Option(metavar="CREDITS", parser=credits_micro, help="Shared credits per period."),
    ] = 0,
    vacation: Annotated[
        int, typer.Option(min=0, max=100, help="Percent of the pool lent during vacations.")
    ] = 10,
    critical: Annotated[
        CriticalPolicy, typer.Option(help="Who may make critical calls.")
    ] = CriticalPolicy.EVERYONE,
    critical_share: Annotated[
        int, typer.Option(min=0, max=100, help="Percent of the pool for one's critical calls.")
    ] = 10,
    as_json: Json = False,
) -> None:
    """Add a team with a pool of credits."""
    team = NewTeam(name, pool, critical, critical_share, vacation)
    made = with_core(lambda core: teaming.create_team(core, OPERATOR, team))
    if as_json:
        print_json(made)
        return
    typer.echo(f"{made.name} ({made.slug}) has a pool of {spoken(pool)} credits in each period.")
    hint(f"Next: tokenpool team add {made.slug} ada@example.com")


@app.command("list", epilog="Example: tokenpool team list --json")
def list_(*, as_json: Json = False) -> None:
    """List the teams."""
    found = with_core(lambda core: teaming.list_teams(core, OPERATOR))
    if as_json:
        print_json(found)
        return
    titles = ("name", "short name", ">pool", ">members", ">vacation", "critical", "id")
    table(titles, [_line(team) for team in found])


@app.command(epilog="Example: tokenpool team show research")
def show(which: Which, *, as_json: Json = False) -> None:
    """Show who is in a team."""

    async def work(core: Core) -> tuple[TeamMemberView, ...]:
        team = await finding.team(core, which)
        return await teaming.team_members(core, OPERATOR, team.id)

    found = with_core(work)
    if as_json:
        print_json(found)
        return
    rows = [(one.email, one.name, one.role, one.critical, one.status) for one in found]
    table(("e-mail", "name", "role", "critical calls", "status"), rows)


@app.command(epilog=ADD)
def add(
    which: Which,
    who: Who,
    *,
    manager: Annotated[
        bool, typer.Option("--manager", help="May decide requests and say how the team lends.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Put somebody into a team, or change their role there."""
    role = TeamRole.MANAGER if manager else TeamRole.MEMBER

    async def work(core: Core) -> tuple[TeamView, TeamMemberView]:
        team, member_id = await finding.team(core, which), await finding.member_id(core, who)
        return team, await teaming.add_member(core, OPERATOR, team.id, member_id, role)

    team, seat = with_core(work)
    if as_json:
        print_json(seat)
    else:
        typer.echo(f"{seat.email} is a {seat.role} of {team.name}.")


@app.command(epilog="Example: tokenpool team remove research bob@example.com")
def remove(which: Which, who: Who, *, as_json: Json = False) -> None:
    """Take somebody out of a team."""

    async def work(core: Core) -> TeamView:
        team, member_id = await finding.team(core, which), await finding.member_id(core, who)
        await teaming.remove_member(core, OPERATOR, team.id, member_id)
        return await teaming.get_team(core, OPERATOR, team.id)

    team = with_core(work)
    if as_json:
        print_json(team)
    else:
        typer.echo(f"{who} is no longer in {team.name}.")


@app.command(epilog="Example: tokenpool team quota research 60k (counts from now on)")
def quota(which: Which, amount: Amount, *, as_json: Json = False) -> None:
    """Set a team's pool per period; this period's changes at once."""

    async def work(core: Core) -> TeamView:
        team = await finding.team(core, which)
        change = TeamChange(pool_quota_micro=amount)
        return await teaming.update_team(core, OPERATOR, team.id, change)

    team = with_core(work)
    if as_json:
        print_json(team)
    else:
        typer.echo(f"{team.name} has a pool of {spoken(amount)} credits in each period.")


def _line(team: TeamView) -> tuple[str, ...]:
    return (
        team.name,
        team.slug,
        spoken(team.pool_quota_micro),
        str(team.members),
        f"{team.vacation_percent} %",
        f"{team.critical_policy}, {team.critical_percent} %",
        team.id,
    )
