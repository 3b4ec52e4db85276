"""`tokenpool serve`."""

from typing import Annotated

import typer

from bots import environ
from bots.cli.reading import plainly, read_settings
from bots.cli.screen import warn
from bots.greeting import Started, greeting

app = typer.Typer(add_completion=False, rich_markup_mode="rich")

EXAMPLES = """
[bold]Examples[/bold]

tokenpool serve

tokenpool serve --port 9000

tokenpool serve --demo

TOKENPOOL_DATABASE_URL=postgresql://tokenpool:…@localhost/tokenpool tokenpool serve

.env.example lists all settings; docs/INSTALL.md shows Docker, systemd and a reverse proxy.
"""


@app.command(epilog=EXAMPLES)
def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; else TOKENPOOL_HOST.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port, 0 for a free one; else TOKENPOOL_PORT.")
    ] = None,
    *,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help="Make a team to play with, if the database is new, and link to its chats.",
        ),
    ] = False,
) -> None:
    """Start TokenPool: the gateway and everything around it."""
    with plainly():
        settings = read_settings(host=host, port=port)
        if environ.is_a_clients():
            warn(environ.PASSED_OVER)
        from bots import app as server  # noqa: PLC0415 - a wrong setting is told before that second

        server.run(settings, _announce, as_demo=demo)


def _announce(started: Started) -> None:
    typer.echo(greeting(started, lambda text: typer.style(text, bold=True)))
