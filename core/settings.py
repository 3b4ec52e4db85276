"""Settings, read once at start from the environment and `.env`; every name begins with TOKENPOOL_.

A wrong value stops the start with the variable's name and what is allowed, and never repeats the
value: somebody may have put a password there.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, get_args
from urllib.parse import urlsplit

from annotated_types import Ge, Le
from dotenv import dotenv_values
from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.domain.periods import Length

PREFIX = "TOKENPOOL_"
ENV_FILE = Path(".env")
LEAST_SECRET = 32
LEAST_DIFFERENT = 8
"""Random text of 32 hexadecimal digits has about 14 different ones."""
PLACEHOLDER = re.compile(r"change.?me|replace.?me|secret|password|example", re.IGNORECASE)
COMPOSE_NAMES = frozenset({"TOKENPOOL_PUBLISH_PORT"})
"""docker/compose.yaml reads these from the same `.env`."""


class UnknownOutcome(StrEnum):
    """What a hold with an unknown outcome is charged: all of it, what was seen, or nothing."""

    FULL = "full"
    OBSERVED = "observed"
    RELEASE = "release"


class SettingsError(Exception):
    """Sentences for the person who starts TokenPool, one a variable."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a variable may be where its type does not say it: ends `TOKENPOOL_X must be …`."""

    text: str


def _host(value: str) -> str:
    named = re.fullmatch(r"(?!-)[\w-]+(\.[\w-]+)*", value, re.ASCII) and re.search("[a-z_]", value)
    return value if named else str(ip_address(value.strip("[]")))


def _database_url(value: str) -> str:
    parts = urlsplit(value)
    if not value:
        return value
    if parts.scheme == "sqlite":
        fits = re.match(r"sqlite:///[^:?#]", value) and not value.endswith("/")
    else:
        # A slash in the password would end the host early, and leave no valid port.
        several = "," in parts.netloc
        fits = parts.scheme in {"postgresql", "postgres"} and (several or parts.port != 0)
        fits = fits and not parts.fragment
    if not fits:
        raise ValueError
    return value


def _public_url(value: str) -> str:
    parts = urlsplit(value)
    plain = value.isprintable() and not set(" @?#") & set(value) and parts.port != 0
    if value and not (plain and parts.scheme in {"http", "https"} and parts.hostname):
        raise ValueError
    return value.rstrip("/")


def _strong(value: SecretStr | None) -> SecretStr | None:
    secret = "" if value is None else value.get_secret_value()
    varied = len(secret) >= LEAST_SECRET and len(set(secret)) >= LEAST_DIFFERENT
    if value is not None and (not varied or PLACEHOLDER.search(secret)):
        raise ValueError
    return value


Secret = Annotated[
    SecretStr | None,
    AfterValidator(_strong),
    Allowed(
        f"at least {LEAST_SECRET} random characters, not a placeholder;"
        " `openssl rand -hex 32` makes one"
    ),
]


class Settings(BaseSettings):
    """See `.env.example`, which is made from these descriptions."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        env_ignore_empty=True,
    )

    host: Annotated[
        str, AfterValidator(_host), Allowed("an IP address or a host name, without a port")
    ] = Field(
        "127.0.0.1",
        description="Address to listen on; 0.0.0.0 is all of this machine's.",
    )
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        8000, description="Port; 0 takes a free one."
    )
    data_dir: Path = Field(
        Path("data"), description="Folder for the SQLite file and the secret key."
    )
    database_url: Annotated[
        str,
        AfterValidator(_database_url),
        Allowed(
            "sqlite:///path/to/file.db or postgresql://user:password@host/name, with"
            " / : @ ? # in the password as %2F %3A %40 %3F %23"
        ),
    ] = Field("", description="The database; empty: SQLite in the data folder.")
    config: Path = Field(Path("tokenpool.toml"), description="File with your [[models]].")
    secret_key: Secret = Field(
        None,
        description="Pepper for API keys and journal; empty: one is made and kept in the data"
        " folder, on loopback only. Without it no API key works any more: keep it.",
    )
    bootstrap_token: Secret = Field(
        None,
        description="Lets POST /v1/admin/bootstrap make the first admin, for 15 minutes.",
    )
    public_url: Annotated[
        str,
        AfterValidator(_public_url),
        Allowed("an http or https address such as https://tokenpool.example.com"),
    ] = Field("", description="Where people reach this server, for links in chat and refusals.")
    docs: bool | None = Field(
        None, description="Serve the API's documentation at /docs; empty: on loopback only."
    )
    credits_per_usd: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        1000, description="Credits in one US dollar of provider price."
    )
    period: Length = Field(Length.MONTH, description="When quotas start anew (UTC).")
    rollover_percent: Annotated[int, Field(ge=0, le=100)] = Field(
        0,
        description="Left-over credit carried into the next period, up to this much of the quota.",
    )
    quota_status: Literal["403", "429", "auto"] = Field(
        "403",
        description="HTTP status of an exhausted quota; auto: 429 for clients that retry a 403.",
    )
    unknown_outcome: UnknownOutcome = Field(
        UnknownOutcome.FULL,
        description="What a call costs whose outcome is unknown (a crash, a cut line): its full"
        " bound, what was seen of it, or nothing.",
    )
    disconnect_grace_seconds: Annotated[float, Field(ge=0, le=300)] = Field(
        10, description="How long a call goes on after its client hung up."
    )
    call_seconds: Annotated[float, Field(ge=1, le=3600)] = Field(
        600, description="The longest a call may take."
    )
    lease_seconds: Annotated[float, Field(ge=1, le=600)] = Field(
        30, description="After this long without a heartbeat a process counts as dead."
    )
    max_body_mib: Annotated[int, Field(ge=1, le=512)] = Field(
        20, description="Largest request body, in MiB."
    )
    log_messages: bool = Field(
        default=False, description="Keep prompts and answers (never those of strict calls)."
    )
    log_messages_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        30, description="Days after which kept messages are deleted."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level logged."
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="One line a log event, as text or JSON."
    )

    @field_validator("*", mode="before")
    @classmethod
    def _as_people_write(cls, value: object) -> object:
        return value.strip() if isinstance(value, str) else value

    @field_validator(
        "period", "quota_status", "unknown_outcome", "log_level", "log_format", mode="before"
    )
    @classmethod
    def _in_any_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("data_dir", "config", mode="after")
    @classmethod
    def _at_home(cls, value: Path) -> Path:
        try:
            return value.expanduser()
        except RuntimeError:  # ~somebody who has no home here
            raise ValueError from None

    @property
    def on_loopback(self) -> bool:
        return self.host in {"127.0.0.1", "::1", "localhost"}


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
        "database_url"
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
