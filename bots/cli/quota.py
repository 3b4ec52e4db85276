"""`tokenpool quota`."""

import asyncio
from typing import Annotated

import typer

from bots.cli import bars, finding
from bots.cli.opening import with_core
from bots.cli.options import Json
from bots.cli.screen import print_json, table
from core.domain.credits import spoken
from core.domain.spans import moment
from core.service import quota as quotas
from core.service.start import Core
from core.views import QuotaView, TeamQuotaView

app = typer.Typer(add_completion=False, rich_markup_mode="rich")

EXAMPLES = """
[bold]Examples[/bold]

tokenpool quota

tokenpool quota ada@example.com

tokenpool quota ada@example.com --json
"""


@app.command(epilog=EXAMPLES)
def quota(
    who: Annotated[
        str, typer.Argument(metavar="WHO", help="E-mail address or id; nobody: everybody.")
    ] = "",
    *,
    as_json: Json = False,
) -> None:
    """Show what people and their teams have left."""
    if who:
        has = with_core(lambda core: _of(core, who))
        _print_one(has) if not as_json else print_json(has)
        return
    everybody = with_core(_of_all)
    if as_json:
        print_json(everybody)
    else:
        _print_all(everybody)


async def _of(core: Core, who: str) -> QuotaView:
    return await quotas.quota(core, await finding.member_id(core, who))


async def _of_all(core: Core) -> list[QuotaView]:
    ids = [member.id async for member in finding.members(core)]
    return list(await asyncio.gather(*(quotas.quota(core, member_id) for member_id in ids)))


def _print_one(has: QuotaView) -> None:
    typer.echo(f"{has.name}, {has.period.name} (until {moment(has.period.ends_ms)})")
    lines = [("own", bars.purse(has.own))]
    for team in has.teams:
        lines += _team_lines(team)
    width = max(len(name) for name, _ in lines)
    for name, text in lines:
        typer.echo(f"{name:<{width}}  {text}")
    if has.debt_micro:
        typer.echo(f"Debt, taken from the next credits: {spoken(has.debt_micro)}.")
    if has.forecast:
        typer.echo(has.forecast)


def _team_lines(team: TeamQuotaView) -> list[tuple[str, str]]:
    return [
        (f"{team.name}: pool", bars.purse(team.pool)),
        ("  critical", bars.share(team.critical)),
        ("  vacation", bars.share(team.vacation)),
    ]


def _print_all(everybody: list[QuotaView]) -> None:
    rows = [(has.name, bars.purse(has.own)) for has in everybody]
    pools = {team.team_id: team for has in everybody for team in has.teams}
    rows += [(f"{team.name} (pool)", bars.purse(team.pool)) for team in pools.values()]
    table(("who", "has left"), rows)
