"""What a setting can be where its type does not say it, each with the words that say so."""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

LEAST_SECRET = 32
LEAST_DIFFERENT = 8
"""Random text of 32 hexadecimal digits has about 14 different ones."""
PLACEHOLDER = re.compile(r"change.?me|replace.?me|secret|password|example", re.IGNORECASE)
DOMAIN = re.compile(r"(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+")


class UnknownOutcome(StrEnum):
    """What a hold with an unknown outcome is charged: all of it, what was seen, or nothing."""

    FULL = "full"
    OBSERVED = "observed"
    RELEASE = "release"


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


def _rate_limits_url(value: str) -> str:
    parts = urlsplit(value)
    if value and not (parts.scheme in {"redis", "rediss"} and parts.hostname and parts.port != 0):
        raise ValueError
    return value


def _traces_url(value: str) -> str:
    if "@" in value or "?" in value:
        raise ValueError
    return _public_url(value)


def _cron(value: str) -> str:
    from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 - costs a start 30 ms

    CronTrigger.from_crontab(value, timezone="UTC")
    return value


def _strong(value: SecretStr | None) -> SecretStr | None:
    secret = "" if value is None else value.get_secret_value()
    varied = len(secret) >= LEAST_SECRET and len(set(secret)) >= LEAST_DIFFERENT
    if value is not None and (not varied or PLACEHOLDER.search(secret)):
        raise ValueError
    return value


def _domains(value: str) -> str:
    """Return domains in small letters, one comma between two."""
    found = [part.strip().lower() for part in value.split(",") if part.strip()]
    if not all(DOMAIN.fullmatch(domain) for domain in found):
        raise ValueError
    return ",".join(found)


def _short_name(value: str) -> str:
    if value and not re.fullmatch(r"[a-z0-9-]+", value):
        raise ValueError
    return value


Host = Annotated[
    str, AfterValidator(_host), Allowed("an IP address or a host name, without a port")
]
DatabaseUrl = Annotated[
    str,
    AfterValidator(_database_url),
    Allowed(
        "sqlite:///path/to/file.db or postgresql://user:password@host/name, with"
        " / : @ ? # in the password as %2F %3A %40 %3F %23"
    ),
]
PublicUrl = Annotated[
    str,
    AfterValidator(_public_url),
    Allowed("an http or https address such as https://tokenpool.example.com"),
]
RateLimitsUrl = Annotated[
    str, AfterValidator(_rate_limits_url), Allowed("redis://… or rediss://…, or empty")
]
TracesUrl = Annotated[
    str,
    AfterValidator(_traces_url),
    Allowed("an http or https address such as http://127.0.0.1:4318/v1/traces"),
]
Cron = Annotated[str, AfterValidator(_cron), Allowed("a time as in cron, such as 0 9 * * mon")]
Domains = Annotated[
    str, AfterValidator(_domains), Allowed("domains such as example.com, with commas between them")
]
ShortName = Annotated[
    str, AfterValidator(_short_name), Allowed("a team's short name such as research")
]
Secret = Annotated[
    SecretStr | None,
    AfterValidator(_strong),
    Allowed(
        f"at least {LEAST_SECRET} random characters, not a placeholder;"
        " `openssl rand -hex 32` makes one"
    ),
]
