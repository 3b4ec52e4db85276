"""Settings, read once at start from the environment and `.env`; every name begins with TOKENPOOL_.

A wrong value stops the start with the variable's name and what is allowed, and never repeats the
value: somebody may have put a password there.
"""

from core.settings.chat_fields import ChatSettings
from core.settings.fields import ENV_FILE, PREFIX, Settings
from core.settings.kinds import LEAST_SECRET, UnknownOutcome
from core.settings.reading import (
    SettingsError,
    allowed,
    hidden,
    load,
    read_env_file,
    unknown,
    variable,
)

__all__ = [
    "ENV_FILE",
    "LEAST_SECRET",
    "PREFIX",
    "ChatSettings",
    "Settings",
    "SettingsError",
    "UnknownOutcome",
    "allowed",
    "hidden",
    "load",
    "read_env_file",
    "unknown",
    "variable",
]
