"""What the settings of chat platforms can be, each with the words that say so."""

import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr

from core.settings.kinds import Allowed

SLACK_API_URL = "https://slack.com/api/"
TELEGRAM_API_URL = "https://api.telegram.org/"
TEAMS_LOGIN_URL = "https://login.microsoftonline.com/"
TEAMS_METADATA_URL = "https://login.botframework.com/v1/.well-known/openidconfiguration"
_GUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"


def _secret(pattern: str) -> AfterValidator:
    """Return a check that a secret is given and looks like one; what it says goes unseen."""
    shape = re.compile(pattern, re.ASCII)

    def check(value: SecretStr | None) -> SecretStr | None:
        if value is not None and not shape.fullmatch(value.get_secret_value()):
            raise ValueError
        return value

    return AfterValidator(check)


def _ids(pattern: str) -> AfterValidator:
    """Return a check of ids with commas between them; they come back without spaces."""
    shape = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        found = [part.strip() for part in value.split(",") if part.strip()]
        if not all(map(shape.fullmatch, found)):
            raise ValueError
        return ",".join(found)

    return AfterValidator(check)


def _one_id(pattern: str) -> AfterValidator:
    shape = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if value and not shape.fullmatch(value):
            raise ValueError
        return value

    return AfterValidator(check)


def _api_url(value: str) -> str:
    """Return where a platform's API is, with a slash at its end; the bot's token goes there."""
    return _trusted_url(value).rstrip("/") + "/"


def _trusted_url(value: str) -> str:
    """Return an https address, or an http one on this machine."""
    parts = urlsplit(value)
    plain = value.isprintable() and not set(" @?#") & set(value) and parts.port != 0
    trusted = parts.scheme == "https" or (parts.scheme == "http" and _on_loopback(parts.hostname))
    if not (plain and parts.hostname and trusted):
        raise ValueError
    return value


def _small(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _on_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


BotToken = Annotated[
    SecretStr | None,
    _secret(r"xox[a-z]-[\w-]{4,}|xoxe\.xox[a-z]-[\w-]{4,}"),
    Allowed("the bot user's OAuth token, which begins with xoxb-"),
]
AppToken = Annotated[
    SecretStr | None,
    _secret(r"xapp-[\w-]{4,}"),
    Allowed("an app-level token with connections:write, which begins with xapp-"),
]
SigningSecret = Annotated[
    SecretStr | None,
    _secret(r"[!-~]{16,}"),
    Allowed("the signing secret from the app's Basic Information: 32 letters and digits"),
]
ApiUrl = Annotated[
    str,
    AfterValidator(_api_url),
    Allowed("an https address; an http one on this machine only"),
]
Workspaces = Annotated[
    str, _ids(r"[TE][A-Z0-9]{2,}"), Allowed("ids such as T0123456789, with commas between them")
]
ChannelId = Annotated[
    str, _one_id(r"[CG][A-Z0-9]{2,}"), Allowed("the id of one channel, such as C0123456789")
]
TelegramToken = Annotated[
    SecretStr | None,
    _secret(r"\d{3,20}:[\w-]{20,100}"),
    Allowed("the token that @BotFather gave, such as 123456789:AA… with 35 letters and digits"),
]
WebhookSecret = Annotated[
    SecretStr | None,
    _secret(r"[\w-]{16,256}"),
    Allowed("16 to 256 letters, digits, _ and -; `openssl rand -hex 32` makes one"),
]
ChatId = Annotated[
    str, _one_id(r"-\d{5,20}"), Allowed("the id of one group, a number such as -1001234567890")
]
Guid = Annotated[
    str,
    BeforeValidator(_small),
    _one_id(_GUID),
    Allowed("an id such as 00000000-0000-0000-0000-000000000000"),
]
Guids = Annotated[
    str,
    BeforeValidator(_small),
    _ids(_GUID),
    Allowed("ids such as 00000000-0000-0000-0000-000000000000, with commas between them"),
]
ClientSecret = Annotated[
    SecretStr | None,
    _secret(r"[!-~]{16,}"),
    Allowed("the value of a client secret of the app's registration, 16 characters or more"),
]
ConversationId = Annotated[
    str,
    _one_id(r"19:[\w.-]{8,200}@(?:thread\.(?:tacv2|skype|v2)|unq\.gbl\.spaces)"),
    Allowed("the id of one channel or group chat, such as 19:abc…@thread.tacv2"),
]
MetadataUrl = Annotated[
    str,
    AfterValidator(_trusted_url),
    Allowed("an https address; an http one on this machine only"),
]
