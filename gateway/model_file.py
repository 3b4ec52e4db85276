"""tokenpool.toml: the models that an organization offers. Every wrong value stops the start.

A message names the file, the model, the key and what is allowed. It never repeats a value, since
somebody may have put the API key itself where its variable's name belongs.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from core.settings import SettingsError
from gateway.prices import MOST_TOKENS

DEMO = "demo"
MOST_NAME_LENGTH = 200
MOST_USD_PER_MILLION = 1_000_000
MOST_FALLBACKS = 10
PRICE_ALLOWED = (
    "{ input = 0.15, output = 0.6 } in US$ per million tokens, each above 0 and at most"
    f" {MOST_USD_PER_MILLION}, with cache_read and cache_write if they differ from input,"
    " reasoning if it differs from output"
)
PRICED = {"input", "output", "cache_read", "cache_write", "reasoning"}
API_BASE_ALLOWED = "an http or https address without user, query or fragment"

_NO_DOLLARS: Mapping[str, Decimal] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One [[models]] table as written; 0, empty or absent means: take what is published."""

    name: str
    upstream: str
    api_base: str = ""
    api_key_env: str = ""
    fallbacks: tuple[str, ...] = ()
    price: Mapping[str, Decimal] = field(default_factory=lambda: _NO_DOLLARS)
    """US$ per million tokens: see PRICED."""
    max_output_tokens: int = 0
    max_input_tokens: int = 0
    image_tokens: int | None = None


def is_name(name: str) -> bool:
    """Return whether a model may be called this."""
    return 0 < len(name) <= MOST_NAME_LENGTH and name.isprintable() and ".." not in name


def read(path: Path) -> tuple[ModelSpec, ...]:
    """Read the file; SettingsError says what to change."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, ValueError) as error:  # both of tomllib's and of UTF-8
        raise SettingsError(f"{path}: {error}") from None
    tables = document.pop("models", [])
    if document:
        raise SettingsError(f"{path}: unknown key {_listed(document)}; allowed: [[models]].")
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise SettingsError(f"{path}: models must be written as [[models]] tables.")
    specs = tuple(_spec(f"{path}: model {_called(no, t)}", t) for no, t in enumerate(tables, 1))
    names = [spec.name for spec in specs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SettingsError(f"{path}: model {twice[0]} is there twice; a name must be unique.")
    for spec in specs:
        _check_fallbacks(path, spec, {spec.name: spec for spec in specs})
    return specs


def _called(number: int, table: Mapping[str, object]) -> str:
    name = table.get("name")
    return f'"{name}"' if isinstance(name, str) and is_name(name) else f"no. {number}"


def _spec(where: str, table: Mapping[str, object]) -> ModelSpec:
    if unknown := table.keys() - _ALLOWED.keys():
        raise SettingsError(
            f"{where}: unknown key {_listed(unknown)}; allowed: {', '.join(_ALLOWED)}."
        )
    for key in ("name", "upstream"):
        if key not in table:
            raise SettingsError(f"{where}: {key} is missing: {_ALLOWED[key][1]}.")
    values: dict[str, object] = {}
    for key, value in table.items():
        check, allowed = _ALLOWED[key]
        values[key] = check(value)
        if values[key] is None:
            raise SettingsError(f"{where}: {key} must be {allowed}.")
    return ModelSpec(**values)  # type: ignore[arg-type]  # each check returns its field's type


def _check_fallbacks(path: Path, spec: ModelSpec, specs: Mapping[str, ModelSpec]) -> None:
    """Walk all fallbacks, those of fallbacks included."""
    where = f'{path}: model "{spec.name}": fallbacks'
    rest, seen = list(spec.fallbacks), set[str]()
    while rest:
        name = rest.pop()
        if name == spec.name:
            raise SettingsError(f"{where} lead back to the model itself.")
        if name != DEMO and name not in specs:
            raise SettingsError(f'{where} name "{name}", which is no model of this file.')
        if name != DEMO and name not in seen:
            seen.add(name)
            rest.extend(specs[name].fallbacks)


def _listed(names: Mapping[str, object] | set[str]) -> str:
    return ", ".join(sorted(names))


def _name(value: object) -> str | None:
    free = isinstance(value, str) and is_name(value) and value != DEMO
    return value if free and isinstance(value, str) else None


def _upstream(value: object) -> str | None:
    if not isinstance(value, str) or not is_name(value):
        return None
    provider, _, model = value.partition("/")
    return value if re.fullmatch(r"[a-z0-9_]+", provider) and model else None


def api_base(value: object) -> str | None:
    """Return an upstream's address without its last slash; None if it is none."""
    try:
        parts = urlsplit(value) if isinstance(value, str) and value.isprintable() else None
        port_is_right = parts is not None and parts.port != 0
    except ValueError:  # a port or an address that is none
        return None
    if parts is None or not port_is_right or not isinstance(value, str):
        return None
    plain = parts.scheme in {"http", "https"} and parts.hostname and " " not in value
    return (
        value.rstrip("/")
        if plain and not (parts.query or parts.fragment or "@" in value)
        else None
    )


def _variable(value: object) -> str | None:
    named = isinstance(value, str) and re.fullmatch(r"[A-Z_][A-Z0-9_]{0,99}", value)
    return named[0] if named else None


def _names(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list) or len(value) > MOST_FALLBACKS:
        return None
    names = tuple(name for name in value if isinstance(name, str))
    return names if len(set(names)) == len(value) else None


def _tokens(value: object) -> int | None:
    fine = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST_TOKENS
    return value if fine and isinstance(value, int) else None


def _image_tokens(value: object) -> int | None:
    return 0 if value == 0 and type(value) is int else _tokens(value)  # False == 0


def _price(value: object) -> Mapping[str, Decimal] | None:
    if not isinstance(value, dict) or not {"input", "output"} <= value.keys():
        return None
    if value.keys() - PRICED:
        return None
    for dollars in value.values():
        if isinstance(dollars, bool) or not isinstance(dollars, int | Decimal):
            return None
        if not Decimal(dollars).is_finite() or not 0 < dollars <= MOST_USD_PER_MILLION:
            return None
    return {key: Decimal(dollars) for key, dollars in value.items()}


_ALLOWED: Mapping[str, tuple[Callable[[object], object], str]] = {
    "name": (_name, f"1 to {MOST_NAME_LENGTH} printable characters, neither .. in it nor {DEMO}"),
    "upstream": (_upstream, 'text such as "openai/gpt-4o-mini": the provider, a slash, its model'),
    "api_base": (api_base, API_BASE_ALLOWED),
    "api_key_env": (_variable, "the name of an environment variable, such as OPENAI_API_KEY"),
    "fallbacks": (_names, f"a list of at most {MOST_FALLBACKS} different model names"),
    "price": (_price, PRICE_ALLOWED),
    "max_output_tokens": (_tokens, f"a whole number from 1 to {MOST_TOKENS}"),
    "max_input_tokens": (_tokens, f"a whole number from 1 to {MOST_TOKENS}"),
    "image_tokens": (
        _image_tokens,
        f"the most tokens of one image, a whole number from 0 (no images) to {MOST_TOKENS}",
    ),
}
