"""`tokenpool settings`."""

from typing import Annotated

import typer

from bots.cli.env_example import env_example, shown
from bots.cli.options import Json
from bots.cli.reading import plainly, read_settings
from bots.cli.screen import print_json, table
from core.settings import Settings, hidden, variable

app = typer.Typer(add_completion=False, rich_markup_mode="rich")

EXAMPLES = """
[bold]Examples[/bold]

tokenpool settings

tokenpool settings --env-example > .env
"""


@app.command(epilog=EXAMPLES)
def settings(
    *,
    example: Annotated[
        bool, typer.Option("--env-example", help="Print a commented .env file instead.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show the settings in use, or print a commented .env file."""
    if example:
        typer.echo(env_example(), nl=False)
        return
    with plainly():
        used = read_settings()
    values = {name: _value(used, name) for name in Settings.model_fields}
    if as_json:
        print_json({variable(name): value for name, value in values.items()})
        return
    rows = [
        (variable(name), value, "set" if name in used.model_fields_set else "default")
        for name, value in values.items()
    ]
    table(("variable", "value", "from"), rows)


def _value(used: Settings, name: str) -> str:
    value = getattr(used, name)
    return "(set)" if value and name in hidden() else shown(value)
