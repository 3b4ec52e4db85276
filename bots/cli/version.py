"""`tokenpool version`."""

import typer

from bots.cli.options import Json
from bots.cli.screen import print_json
from core.views import VERSION

app = typer.Typer(add_completion=False)


@app.command(epilog="tokenpool version --json")
def version(*, as_json: Json = False) -> None:
    """Print the version."""
    if as_json:
        print_json({"version": VERSION})
    else:
        typer.echo(f"TokenPool {VERSION}")
