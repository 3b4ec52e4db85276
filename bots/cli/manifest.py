"""`tokenpool manifest`."""

import os
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from bots.cli.reading import MISUSED, plainly, read_settings
from bots.cli.screen import complain, hint
from bots.manifest import slack as slack_app
from bots.manifest import teams as teams_app
from bots.manifest import telegram as telegram_app
from bots.manifest.menus import NoAddress, address
from bots.manifest.teams import NoAppId
from core.settings import read_env_file

APP_ID = "TOKENPOOL_TEAMS_APP_ID"

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Write what Slack, Teams and Telegram want to know of this server.",
)

SLACK = """
[bold]Examples[/bold]

tokenpool manifest slack --url https://tokenpool.example.com --out slack.json

tokenpool manifest slack --socket

Then: api.slack.com/apps, Create New App, From a manifest.
"""
TEAMS = """
[bold]Examples[/bold]

tokenpool manifest teams --url https://tokenpool.example.com --app-id 0000… --out tokenpool.zip

Then: Teams admin center, Manage apps, Upload.
"""
TELEGRAM = """
[bold]Examples[/bold]

tokenpool manifest telegram --url https://tokenpool.example.com

TokenPool sends these itself when it starts; this is to look at them.
"""

Url = Annotated[
    str,
    typer.Option(
        metavar="URL", help="Where the platform reaches this server; else TOKENPOOL_PUBLIC_URL."
    ),
]
Out = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write it there, and not to the screen.")
]


@app.command(epilog=SLACK)
def slack(
    *,
    url: Url = "",
    socket: Annotated[bool, typer.Option(help="For Socket Mode: Slack calls nothing.")] = False,
    out: Out = None,
) -> None:
    """Write Slack's app manifest."""
    where = "" if socket else _address(url)
    _write(_text(slack_app.manifest(where, socket=socket)), out)


@app.command(epilog=TEAMS)
def teams(
    *,
    url: Url = "",
    app_id: Annotated[
        str, typer.Option(metavar="ID", help=f"The bot's Microsoft App ID; else {APP_ID}.")
    ] = "",
    out: Out = None,
) -> None:
    """Write the app package of Teams (a zip with --out), or show its manifest."""
    where = _address(url)
    guid = app_id or os.environ.get(APP_ID) or read_env_file().get(APP_ID) or ""
    try:
        made = teams_app.package(where, guid) if out else _text(teams_app.manifest(where, guid))
    except NoAppId as error:
        complain(str(error))
        raise typer.Exit(MISUSED) from None
    _write(made, out)


@app.command(epilog=TELEGRAM)
def telegram(*, url: Url = "", out: Out = None) -> None:
    """Write Telegram's command menus, and its webhook if there is an address."""
    where = _address(url) if url or _settings_url() else ""
    _write(_text(telegram_app.manifest(where)), out)


def _address(url: str) -> str:
    try:
        return address(url or _settings_url())
    except NoAddress as error:
        complain(str(error))
        raise typer.Exit(MISUSED) from None


def _settings_url() -> str:
    with plainly():
        return read_settings().public_url


def _text(manifest: dict[str, object]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def _write(content: bytes, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(content.decode())
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        complain(f"--out: {error.strerror}: {out}.")
        raise typer.Exit(MISUSED) from None
    hint(f"Written to {out}.")
