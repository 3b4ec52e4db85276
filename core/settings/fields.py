"""The settings themselves: names, kinds, defaults, and what each is for."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from core.domain.periods import Length
from core.settings.chat_fields import ChatSettings
from core.settings.kinds import (
    DatabaseUrl,
    Domains,
    Host,
    PublicUrl,
    RateLimitsUrl,
    Secret,
    ShortName,
    TracesUrl,
    UnknownOutcome,
)

PREFIX = "TOKENPOOL_"
ENV_FILE = Path(".env")


class Settings(ChatSettings):
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

    host: Host = Field(
        "127.0.0.1",
        description="Address to listen on; 0.0.0.0 is all of this machine's.",
    )
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        8000, description="Port; 0 takes a free one."
    )
    data_dir: Path = Field(
        Path("data"), description="Folder for the SQLite file and the secret key."
    )
    database_url: DatabaseUrl = Field(
        "", description="The database; empty: SQLite in the data folder."
    )
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
    public_url: PublicUrl = Field(
        "", description="Where people reach this server, for links in chat and refusals."
    )
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
    connect_seconds: Annotated[float, Field(ge=0.1, le=60)] = Field(
        5, description="How long a connection to a provider may take."
    )
    silence_seconds: Annotated[float, Field(ge=1, le=3600)] = Field(
        300,
        description="The longest a provider may be silent, before its answer begins or within it.",
    )
    cooldown_seconds: Annotated[float, Field(ge=0, le=3600)] = Field(
        30,
        description="How long a model whose provider keeps failing is passed over, where it has"
        " fallbacks.",
    )
    max_open_calls: Annotated[int, Field(ge=1, le=100_000)] = Field(
        5000, description="Calls that one process has open at most; more get 503."
    )
    replay_seconds: Annotated[float, Field(ge=0, le=3600)] = Field(
        60,
        description="How long the answer of a call with an Idempotency-Key is kept in memory, for"
        " those who ask again. Those of strict calls never are.",
    )
    replay_mib: Annotated[int, Field(ge=1, le=4096)] = Field(
        64, description="Memory for those answers, in MiB."
    )
    rate_limits_url: RateLimitsUrl = Field(
        "",
        description="Where requests and tokens a minute are counted: redis://… for several"
        " processes; empty: in the database if that is PostgreSQL, else in memory.",
    )
    max_body_mib: Annotated[int, Field(ge=1, le=512)] = Field(
        20, description="Largest request body, in MiB."
    )
    signup_domains: Domains = Field(
        "",
        description="Who writes in chat with a verified address of one of these domains, and is"
        " nobody yet, becomes a member by themself; empty: nobody does.",
    )
    signup_quota: Annotated[int, Field(ge=0, le=1_000_000_000)] = Field(
        0, description="Credits per period of whoever became a member by themself."
    )
    signup_team: ShortName = Field(
        "", description="Team of whoever became a member by themself; empty: none."
    )
    log_messages: bool = Field(
        default=False, description="Keep prompts and answers (never those of strict calls)."
    )
    log_messages_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        30, description="Days after which kept messages are deleted."
    )
    metrics: bool | None = Field(
        None,
        description="Serve Prometheus metrics at /metrics; empty: on loopback, and wherever there"
        " is a TOKENPOOL_METRICS_TOKEN.",
    )
    metrics_token: Secret = Field(
        None, description="Bearer token that /metrics asks for; empty: none."
    )
    traces_url: TracesUrl = Field(
        "",
        description="Where OpenTelemetry traces go, such as http://127.0.0.1:4318/v1/traces; needs"
        " the extra `otel`. Empty: nowhere.",
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

    @property
    def reached_at(self) -> str:
        """Address by which people reach this server, as far as the settings tell."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - only read
        local = f"http://{f'[{host}]' if ':' in host else host}:{self.port}"
        return self.public_url or local

    @property
    def signup_open_to(self) -> frozenset[str]:
        """Domains whose people become members by themselves."""
        return frozenset(filter(None, self.signup_domains.split(",")))
