"""Reading the settings, and saying what is wrong with them."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from enum import StrEnum
from typing import get_args

from annotated_types import Ge, Le
from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from core.settings.fields import ENV_FILE, PREFIX, Settings
from core.settings.kinds import Allowed

COMPOSE_NAMES = frozenset({"TOKENPOOL_PUBLISH_PORT"})
"""docker/compose.yaml reads these from the same `.env`."""


class SettingsError(Exception):
    """Sentences for the person who starts TokenPool, one a variable."""


def load(**overrides: object) -> Settings:
    """Read the settings; SettingsError names each variable that is wrong and what is allowed."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # the names are checked by pydantic
    except ValidationError as error:
        wrong = dict.fromkeys(str(part["loc"][0]) for part in error.errors())
        lines = [f"{variable(name)} must be {allowed(name)}." for name in wrong]
        raise SettingsError("\n".join(lines)) from None
    except (OSError, UnicodeDecodeError):
        raise _unreadable() from None


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return PREFIX + name.upper()


def allowed(name: str) -> str:
    """Return what a setting may be, as the end of a sentence."""
    field = Settings.model_fields[name]
    kind, *others = get_args(field.annotation) or (field.annotation,)
    for one in field.metadata:
        if isinstance(one, Allowed):
            return one.text
    match kind:
        case str():  # one of a Literal
            return _either([kind, *others])
        case type() if issubclass(kind, StrEnum):
            return _either(list(kind))
        case type() if kind is bool:
            return "true or false"
        case type() if kind in {int, float}:
            return f"a {'whole ' * (kind is int)}number from {_bounds(field)}"
        case _:
            return "a path"


def hidden() -> frozenset[str]:
    """Return the settings that are never shown: secrets, and what can hold a password."""
    fields = Settings.model_fields.items()
    return frozenset(n for n, f in fields if SecretStr in get_args(f.annotation)) | {
        "database_url",
        "rate_limits_url",
    }


def read_env_file() -> Mapping[str, str]:
    """Return what `.env` sets; provider keys may stand there as well."""
    try:
        found = dotenv_values(ENV_FILE, encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise _unreadable() from None
    return {name: value for name, value in found.items() if value}


def unknown(names: Iterable[str]) -> list[str]:
    """Return a sentence for each name that looks like a setting and is none."""
    known = {variable(name) for name in Settings.model_fields} | COMPOSE_NAMES
    strange = {name.upper() for name in names if name.upper().startswith(PREFIX)} - known
    return [_strange(name, known) for name in sorted(strange)]


def _strange(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name.removeprefix(PREFIX), [k.removeprefix(PREFIX) for k in known], 1)
    hint = f" Did you mean {PREFIX}{near[0]}?" if near else ""
    return f"{name} is not a setting of this TokenPool and has no effect.{hint}"


def _either(choices: Sequence[str]) -> str:
    return f"{', '.join(choices[:-1])} or {choices[-1]}"


def _bounds(field: FieldInfo) -> str:
    least = next(one.ge for one in field.metadata if isinstance(one, Ge))
    most = next(one.le for one in field.metadata if isinstance(one, Le))
    return f"{least} to {most}"


def _unreadable() -> SettingsError:
    return SettingsError(f"The file {ENV_FILE.absolute()} cannot be read: it must be UTF-8 text.")
