"""`.env.example`, made from the settings themselves: `tokenpool settings --env-example`."""

from enum import StrEnum

from pydantic import SecretStr

from core.settings import ChatSettings, Settings, allowed, variable
from gateway.providers import PROVIDERS

HEAD = """\
# TokenPool's settings. Copy this file to .env and take the # off the lines you change.
# The environment wins over .env. A wrong value stops the start and says what is allowed.
# Made by `tokenpool settings --env-example`; a test compares.
"""
KEYS = """\
# Providers' keys. Without a tokenpool.toml, the models of each provider whose key is here are
# offered; with one, exactly those it lists. The built-in model `demo` needs none. What else a
# provider needs stands below its key; docs/PROVIDERS.md has them all.
"""


def env_example() -> str:
    """Return the file: every setting with what it does, what is allowed and its default."""
    blocks = [_block(name) for name in sorted(Settings.model_fields, key=_is_of_chat)]
    names = dict.fromkeys(name for one in PROVIDERS.values() for name in one.variables)
    keys = "".join(f"# {name}=\n" for name in names)
    return "\n".join([HEAD, *blocks, KEYS + keys])


def _is_of_chat(name: str) -> bool:
    """Chat's settings come last; the order within both parts is that of their classes."""
    return name in ChatSettings.model_fields


def _block(name: str) -> str:
    field = Settings.model_fields[name]
    lines = [*_wrapped(field.description or ""), *_wrapped(f"Allowed: {allowed(name)}.")]
    return (
        "".join(f"# {line}\n" for line in lines) + f"# {variable(name)}={shown(field.default)}\n"
    )


def shown(value: object) -> str:
    """Return a setting's value as it is written in a file; a secret is not."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case SecretStr():
            return "(set)"
        case StrEnum():
            return value.value
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def _wrapped(text: str, width: int = 98) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
