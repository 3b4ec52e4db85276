"""Settings, read once at start from the environment and `.env`; every name begins with TOKENPOOL_.

A wrong value stops the start with the variable's name and what is allowed.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.domain.periods import Length

PREFIX = "TOKENPOOL_"


class UnknownOutcome(StrEnum):
    """What a hold with an unknown outcome is charged: all of it, what was seen, or nothing."""

    FULL = "full"
    OBSERVED = "observed"
    RELEASE = "release"


class SettingsError(Exception):
    """Sentences for the person who starts TokenPool, one a variable."""


class Settings(BaseSettings):
    """See `.env.example`, which is made from these descriptions."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        env_ignore_empty=True,
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        8000, description="Port; 0 takes a free one."
    )
    data_dir: Path = Field(
        Path("data"), description="Folder for the SQLite file and the secret key."
    )
    database_url: str = Field(
        "",
        description="sqlite:///path or postgresql://user:password@host/name; empty: SQLite in the data folder.",
    )
    config: Path = Field(Path("tokenpool.toml"), description="File with your [[models]].")
    secret_key: SecretStr | None = Field(
        None, description="Pepper for keys and journal, at least 32 characters; made on loopback."
    )
    bootstrap_token: SecretStr | None = Field(
        None, description="Lets POST /v1/admin/bootstrap make the first admin, for 15 minutes."
    )
    public_url: str = Field(
        "", description="Where people reach this server, such as https://tp.example."
    )
    docs: bool | None = Field(None, description="Serve /docs; empty: on loopback only.")
    credits_per_usd: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        1000, description="Credits in one US dollar of provider price."
    )
    period: Length = Field(
        Length.MONTH, description="month, week or day: when quotas start anew (UTC)."
    )
    rollover_percent: Annotated[int, Field(ge=0, le=100)] = Field(
        0,
        description="Left-over credit carried into the next period, up to this percentage of the quota.",
    )
    quota_status: Literal["403", "429", "auto"] = Field(
        "403",
        description="HTTP status of an exhausted quota; auto: 429 for clients that retry a 403.",
    )
    unknown_outcome: UnknownOutcome = Field(
        UnknownOutcome.FULL, description="Charge for a call whose outcome is unknown."
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
        20, description="Largest request body, MiB."
    )
    log_messages: bool = Field(
        False, description="Keep prompts and answers (never those of strict calls)."
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

    @property
    def on_loopback(self) -> bool:
        return self.host in {"127.0.0.1", "::1", "localhost"}


def load(**overrides: object) -> Settings:
    """Read the settings; SettingsError names each variable that is wrong and what is allowed."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # the names are checked by pydantic
    except ValidationError as error:
        lines = [
            f"{PREFIX}{str(part['loc'][0]).upper()}: {part['msg']}." for part in error.errors()
        ]
        raise SettingsError("\n".join(lines)) from None
