"""`tokenpool backup`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bots.cli.options import Json
from bots.cli.reading import plainly, read_settings
from bots.cli.screen import hint, print_json, progress
from core.service import backup as backups

app = typer.Typer(add_completion=False, rich_markup_mode="rich")

EXAMPLES = """
[bold]Examples[/bold]

tokenpool backup backups/tokenpool-$(date +%F)

tokenpool backup /mnt/backups/monday --json

The secret key is not in it, and without that key a backup is of no use: keep a copy of
TOKENPOOL_SECRET_KEY, or of the file secret_key in the data folder, in another place.
"""
MIB = 1024 * 1024


@app.command(epilog=EXAMPLES)
def backup(
    file: Annotated[Path, typer.Argument(help="New file to write; it must not exist.")],
    *,
    as_json: Json = False,
) -> None:
    """Copy the whole database into one file, also while TokenPool runs."""
    with plainly():
        settings = read_settings()
        with progress("Copying") as tell:
            made = asyncio.run(backups.backup(settings, file, tell))
    if as_json:
        print_json(made)
        return
    typer.echo(f"{made.file}: {made.bytes / MIB:,.1f} MiB, whole and on the disk.")
    kept = "TOKENPOOL_SECRET_KEY" if settings.secret_key else settings.data_dir / "secret_key"
    hint(f"The secret key is not in it. Keep a copy of {kept} in another place.")
