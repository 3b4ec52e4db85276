"""`tokenpool restore`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bots.cli.options import Json
from bots.cli.reading import plainly, read_settings
from bots.cli.screen import complain, print_json, progress
from core.service import backup as backups

app = typer.Typer(add_completion=False, rich_markup_mode="rich")

EXAMPLES = """
It fills an empty place only, with TokenPool stopped: no SQLite file yet, or a PostgreSQL database
without rows. TOKENPOOL_SECRET_KEY must be the one that the backup was made with.

Exit code 0: it is back and everything agrees. 1: it is back, and the audit has findings. 2: it is
not back; the message says why.

[bold]Examples[/bold]

tokenpool restore backups/tokenpool-2026-11-26

TOKENPOOL_DATABASE_URL=sqlite:///drill/tokenpool.db tokenpool restore backups/tokenpool-2026-11-26
"""


@app.command(epilog=EXAMPLES)
def restore(
    file: Annotated[Path, typer.Argument(help="What `tokenpool backup` has written.")],
    *,
    as_json: Json = False,
) -> None:
    """Put a backup into an empty place, and audit it."""
    with plainly():
        settings = read_settings()
        with progress("Restoring") as tell:
            done = asyncio.run(backups.restore(settings, file, tell))
    if as_json:
        print_json(done)
    elif done.audit.clean:
        typer.echo(
            f"{done.file} is back: {done.audit.transfers:,} transfers agree with the balances."
        )
    if not done.audit.clean:
        complain("\n".join(done.audit.findings))
        complain(f"{done.file} is back, with {done.audit.count:,} findings.")
        raise typer.Exit(1)
