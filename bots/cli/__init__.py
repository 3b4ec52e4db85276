"""The command line: `tokenpool`, one module a command.

Only the module of the command that was typed is imported, so that help comes at once and a server
starts without what other commands need.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

import typer
from typer.core import TyperGroup

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "serve": "Start TokenPool: the gateway and everything around it.",
        "doctor": "Check settings, database, models and port, and say what to do.",
        "admin": "Make administrators.",
        "user": "Make, show and change people.",
        "team": "Make and change teams: a shared pool, and who draws on it.",
        "key": "Make, list, limit, rotate and revoke API keys.",
        "chat": "Sign people in to the web chat, and show or unlink their chat accounts.",
        "quota": "Show what people and their teams have left.",
        "audit": "Recompute the ledger from its journal and compare.",
        "backup": "Copy the whole database into one file, also while TokenPool runs.",
        "restore": "Put a backup into an empty place, and audit it.",
        "models": "List the models, their prices, and whether they can be called.",
        "manifest": "Write what Slack, Teams and Telegram want to know of this server.",
        "settings": "Show the settings in use, or print a commented .env file.",
        "version": "Print the version.",
    }
)
"""Each is a module of this package with an `app`; the text is the first line of its help."""

HELP = "TokenPool shares one AI budget: quotas, approvals in chat, an OpenAI-compatible gateway."
FIRST_MINUTES = """
[bold]The first five minutes[/bold]

1. [cyan]tokenpool serve[/cyan] starts it; at first it prints an admin key and commands to try

2. [cyan]tokenpool doctor[/cyan] says what is missing, such as a provider's key

3. [cyan]tokenpool user create ada@example.com --quota 5k[/cyan] prints Ada's API key, once

4. [cyan]tokenpool team create Research --pool 50k[/cyan], then \
[cyan]tokenpool team add research ada@example.com[/cyan]

5. [cyan]tokenpool quota[/cyan] shows what everybody has left

Every command has examples: [cyan]tokenpool user create --help[/cyan]
"""
INTERRUPTED = 130


def main() -> None:
    """Run one command; the console script."""
    words = ["version" if word == "--version" else word for word in sys.argv[1:]]
    try:
        group(words[0] if words else "").main(words, prog_name="tokenpool")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def group(wanted: str) -> TyperGroup:
    """Return all commands: the wanted one whole, the others as a line of help."""
    app = typer.Typer(
        help=HELP,
        epilog=FIRST_MINUTES,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name, text in COMMANDS.items():
        app.command(name, help=text)(_another)
    made = typer.main.get_command(app)
    assert isinstance(made, TyperGroup)
    if wanted in COMMANDS:
        own = typer.main.get_command(import_module(f"bots.cli.{wanted}").app)
        own.name = wanted
        made.commands[wanted] = own
    return made


def _another() -> None:
    raise AssertionError("only the command that was typed is run")
