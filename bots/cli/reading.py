"""Reading the settings, and ending with a sentence; imported by every command, so it is light."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from bots.cli.screen import complain, warn
from core import settings as core_settings
from core.domain.errors import Refusal
from core.settings import Settings, SettingsError

REFUSED = 1
MISUSED = 2


@contextmanager
def plainly() -> Iterator[None]:
    """Tell an expected no in sentences: exit 1 for a refusal, 2 for a setting to mend."""
    try:
        yield
    except Refusal as refusal:
        complain(refusal.message)
        raise typer.Exit(REFUSED) from None
    except SettingsError as error:
        complain(str(error))
        raise typer.Exit(MISUSED) from None


def read_settings(**overrides: object) -> Settings:
    """Read the settings; what looks like one and is none is told on stderr."""
    given = {name: value for name, value in overrides.items() if value is not None}
    settings = core_settings.load(**given)
    for sentence in core_settings.unknown([*os.environ, *core_settings.read_env_file()]):
        warn(sentence)
    return settings
