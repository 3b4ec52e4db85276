"""`tokenpool doctor`."""

import asyncio
import os

import typer

from bots.cli import chat_checks, checks, running_checks
from bots.cli.checks import Check, State
from bots.cli.options import Json
from bots.cli.screen import print_json
from bots.environ import provider_environ
from core import settings as core_settings
from core.domain.errors import Refusal
from core.service import auditing, checkup, delivery, membership, teaming
from core.service.checkup import Schema
from core.service.membership import OPERATOR
from core.service.start import Core, open_core
from core.settings import Settings, SettingsError

app = typer.Typer(add_completion=False, rich_markup_mode="rich")

EXAMPLES = """
Exit code 0: TokenPool can work, perhaps with warnings. 1: something must be mended.

[bold]Examples[/bold]

tokenpool doctor

tokenpool doctor --json
"""
COLOURS = {State.OK: "green", State.WARN: "yellow", State.FAIL: "red"}
MOST_TRANSFERS = 100_000
"""As many as are audited within a few seconds."""


@app.command(epilog=EXAMPLES)
def doctor(*, as_json: Json = False) -> None:
    """Check settings, database, models and port, and say what to do."""
    found = asyncio.run(examine())
    if as_json:
        print_json({"ok": not _failed(found), "checks": found})
    else:
        for check in found:
            _print(check)
    if _failed(found):
        raise typer.Exit(1)


async def examine() -> list[Check]:
    """Look at everything that can be looked at; what rests on something broken is left out."""
    try:
        settings = core_settings.load()
        environ = provider_environ()
    except SettingsError as error:
        advice = "Correct it in the environment or in .env; .env.example lists what is allowed."
        return [Check("settings", State.FAIL, line, advice) for line in str(error).splitlines()]
    return [
        checks.names([*os.environ, *core_settings.read_env_file()]),
        checks.folder(settings),
        *await _database(settings),
        *checks.models(settings, environ),
        checks.port(settings),
        *running_checks.metrics(settings),
        *chat_checks.platforms(settings),
    ]


async def _database(settings: Settings) -> list[Check]:
    if damaged := running_checks.file(settings):  # first: to open an empty one changes its log
        return damaged
    try:
        schema = await checkup.schema_of(settings)
    except SettingsError as error:
        advice = "Start the database, or correct TOKENPOOL_DATABASE_URL."
        return [Check("database", State.FAIL, str(error), advice)]
    tables = checks.tables(schema)
    if schema is not Schema.CURRENT:
        return [tables]
    try:
        async with open_core(settings) as core:
            pepper = Check("secret key", State.OK, "It is the one this database was made with.")
            return [tables, pepper, *await _within(core)]
    except SettingsError as error:
        advice = "Set TOKENPOOL_SECRET_KEY to the one it was made with."
        return [tables, Check("secret key", State.FAIL, str(error), advice)]
    except Refusal as refusal:
        return [Check("database", State.FAIL, refusal.message, "Look at the database's own log.")]


async def _within(core: Core) -> list[Check]:
    return [
        checks.admin(core.settings, there=await membership.has_admin(core)),
        *checks.signing_up(
            core.settings, [team.slug for team in await teaming.list_teams(core, OPERATOR)]
        ),
        checks.clock(core.clock.now_ms(), await checkup.newest_ms(core)),
        await _audit(core),
        running_checks.sealed(core.clock.now_ms(), await checkup.sealed_ms(core)),
        *await running_checks.counters(core),
        *chat_checks.delivery(await delivery.trouble(core)),
    ]


async def _audit(core: Core) -> Check:
    length = await checkup.journal_length(core)
    if length > MOST_TRANSFERS:
        found = f"{length:,} transfers are too many for a quick check."
        return Check("ledger", State.OK, found, "`tokenpool audit` checks them all.")
    report = await auditing.audit(core)
    if report.clean:
        return Check(
            "ledger", State.OK, f"{report.transfers:,} transfers agree with the balances."
        )
    found = f"{report.count:,} findings; the first: {report.findings[0]}"
    return Check("ledger", State.FAIL, found, "Run `tokenpool audit`, and keep a copy first.")


def _failed(found: list[Check]) -> bool:
    return any(check.state is State.FAIL for check in found)


def _print(check: Check) -> None:
    mark = typer.style(f"{check.state.value:<4}", fg=COLOURS[check.state], bold=True)
    typer.echo(f"{mark}  {check.name:<13}  {check.found}")
    if check.advice:
        typer.echo(f"{'':<21}{check.advice}")
