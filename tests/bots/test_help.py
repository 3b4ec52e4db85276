"""Help comes at once, teaches, and tells what there is."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer
from world.desk import Desk

import bots.cli
from bots.cli import COMMANDS
from core.views import VERSION


def loaded_by(words: str, tmp_path: Path) -> set[str]:
    """Return the top packages and own modules that a command had imported in the end."""
    script = (
        "import sys, atexit\n"
        "atexit.register(lambda: print(*sorted(sys.modules), sep='\\n', file=sys.stderr))\n"
        f"sys.argv = ['tokenpool', *{words.split()!r}]\n"
        "from bots.cli import main\nmain()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    return set(done.stderr.splitlines())


def test_help_shows_every_command_and_the_first_five_minutes(bare: Desk) -> None:
    for words in ([], ["--help"], ["-h"]):
        said = bare.run(*words)
        text = said.out + said.err
        assert all(f" {name} " in text and line in text for name, line in COMMANDS.items())
        assert "The first five minutes" in text
        assert "tokenpool user create ada@example.com --quota 5k" in text


def test_every_command_is_a_module_and_has_an_example() -> None:
    for name, line in COMMANDS.items():
        command = typer.main.get_command(import_module(f"bots.cli.{name}").app)
        assert (command.help or "").splitlines()[0] == line, name
        for one in getattr(command, "commands", {"": command}).values():
            assert f"tokenpool {name}" in (one.epilog or ""), (name, one.name)


def test_the_table_has_every_module_with_an_app() -> None:
    folder = Path(bots.cli.__file__).parent
    having = {path.stem for path in folder.glob("*.py") if "\napp = typer" in path.read_text()}

    assert having == set(COMMANDS)


def test_help_imports_nothing_of_the_server(tmp_path: Path) -> None:
    loaded = loaded_by("--help", tmp_path)

    assert "bots.cli" in loaded
    assert not {"core.settings", "sqlalchemy", "pydantic_settings", "uvicorn"} & loaded


def test_the_server_starts_without_what_it_does_not_need(tmp_path: Path) -> None:
    loaded = loaded_by("serve --host no-such-host.invalid --port 0", tmp_path)

    assert "bots.app" in loaded
    assert not {"litellm", "tiktoken", "alembic.command", "matplotlib"} & loaded


@pytest.mark.parametrize("words", ["version", "--version"])
def test_the_version_is_printed(bare: Desk, words: str) -> None:
    assert bare.run(words).out == f"TokenPool {VERSION}\n"
    assert bare.made("version") == {"version": VERSION}


def test_an_unknown_command_is_told_with_what_to_do(bare: Desk) -> None:
    said = bare.run("sreve")

    assert said.code == 2
    assert "No such command 'sreve'. Did you mean 'serve'?" in " ".join(
        said.err.replace("│", " ").split()
    )
