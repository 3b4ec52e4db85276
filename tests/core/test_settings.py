"""What a person reads who has written a wrong setting."""

import re
from pathlib import Path

import pytest

from core.settings import PREFIX, Settings, SettingsError, allowed, load, unknown, variable

JARGON = re.compile(
    r"input|pydantic|validat|valid_|parse|instance|string_|SecretStr|NoneType|Field|enum|\bint\b",
    re.IGNORECASE,
)
WRONG = [
    ("host", "127.0.0.1:8000"),
    ("host", "256.1.1.1"),
    ("host", "http://localhost"),
    ("port", "eighty"),
    ("port", "65536"),
    ("port", "-1"),
    ("port", "80.5"),
    ("data_dir", "~no.such.user/here"),
    ("database_url", "mysql://me:hunter2@db/pool"),
    ("database_url", "postgresql://me:hunt/er2@db/pool"),
    ("database_url", "postgresql://me:hunter2@db:port/pool"),
    ("database_url", "postgresql+asyncpg://me:hunter2@db/pool"),
    ("database_url", "sqlite://data/pool.db"),
    ("database_url", "sqlite:///"),
    ("database_url", "sqlite:///:memory:"),
    ("database_url", "data/pool.db"),
    ("config", "~no.such.user/here"),
    ("secret_key", "hunter2"),
    ("secret_key", "hunter22" * 3),
    ("secret_key", "change-me-0123456789abcdefghijklmnop"),
    ("secret_key", "abababababababababababababababababab"),
    ("bootstrap_token", "hunter2"),
    ("bootstrap_token", "PASSWORD0123456789abcdefghijklmnop"),
    ("public_url", "tokenpool.internal"),
    ("public_url", "ftp://tokenpool.internal"),
    ("public_url", "https://me:hunter2@tokenpool.internal"),
    ("public_url", "https://tokenpool.internal/?a=b"),
    ("public_url", "https://tokenpool.internal:port"),
    ("docs", "perhaps"),
    ("credits_per_usd", "0"),
    ("credits_per_usd", "1e3000"),
    ("period", "year"),
    ("rollover_percent", "101"),
    ("quota_status", "402"),
    ("unknown_outcome", "maybe"),
    ("disconnect_grace_seconds", "nan"),
    ("disconnect_grace_seconds", "301"),
    ("call_seconds", "0"),
    ("call_seconds", "inf"),
    ("lease_seconds", "-5"),
    ("connect_seconds", "0"),
    ("silence_seconds", "0.5"),
    ("cooldown_seconds", "-1"),
    ("max_open_calls", "0"),
    ("replay_seconds", "-1"),
    ("replay_mib", "0"),
    ("rate_limits_url", "http://me:hunter2@redis/0"),
    ("rate_limits_url", "redis://"),
    ("metrics", "perhaps"),
    ("metrics_token", "hunter2"),
    ("traces_url", "https://me:hunter2@traces.internal/v1/traces"),
    ("traces_url", "traces.internal"),
    ("max_body_mib", "0"),
    ("signup_domains", "hunter2"),
    ("signup_domains", "x.example, @y.example"),
    ("signup_domains", "x.example y.example"),
    ("signup_domains", "https://x.example"),
    ("signup_quota", "-1"),
    ("signup_team", "The Team"),
    ("slack_bot_token", "hunter2"),
    ("slack_bot_token", "xapp-1-hunter2"),
    ("slack_bot_token", "xoxb-hunter2 more"),
    ("slack_signing_secret", "hunter2"),
    ("slack_signing_secret", ""),
    ("slack_signing_secret", "hunter2 hunter2 hunter2"),
    ("slack_app_token", "xoxb-hunter2"),
    ("slack_workspaces", "hunter2"),
    ("slack_workspaces", "T0123456789 T9876543210"),
    ("slack_approvals_channel", "#hunter2"),
    ("slack_approvals_channel", "C0123456789,C9876543210"),
    ("slack_posts_channel", "#hunter2"),
    ("telegram_token", "hunter2"),
    ("telegram_webhook_secret", "hunter2"),
    ("telegram_webhook_secret", "hunter2 hunter2 hunter2"),
    ("telegram_approvals_chat", "@hunter2"),
    ("telegram_posts_chat", "12345678"),
    ("telegram_api_url", "http://telegram.internal/"),
    ("teams_app_id", "hunter2"),
    ("teams_app_id", "00000000-0000-0000-0000-00000000000g"),
    ("teams_app_password", "hunter2"),
    ("teams_app_password", "hunter2 hunter2 hunter2"),
    ("teams_app_tenant", "common"),
    ("teams_tenants", "00000000-0000-0000-0000-000000000000,hunter2"),
    ("teams_anonymous", "perhaps"),
    ("teams_approvals_conversation", "general"),
    ("teams_posts_conversation", "a:1hunter2"),
    ("teams_login_url", "http://login.internal/"),
    ("teams_metadata_url", "https://me:hunter2@login.internal/openid"),
    ("teams_metadata_url", "http://login.internal/openid"),
    ("leaderboard_at", "every monday"),
    ("leaderboard_at", "61 9 * * mon"),
    ("slack_api_url", "http://slack.internal/api/"),
    ("slack_api_url", "https://me:hunter2@slack.com/api/"),
    ("slack_api_url", "slack.com/api"),
    ("log_messages", "sometimes"),
    ("log_messages_days", "0"),
    ("log_level", "loud"),
    ("log_format", "xml"),
]


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_names_its_variable_and_what_is_allowed_but_never_itself(
    name: str, value: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(**{name: value})

    message = str(caught.value)
    assert message == f"{PREFIX}{name.upper()} must be {allowed(name)}."
    assert not JARGON.search(message)
    assert "hunt" not in message
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_every_setting_was_given_a_wrong_value() -> None:
    assert {name for name, _ in WRONG} == set(Settings.model_fields)


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("HOST", "0.0.0.0", "0.0.0.0"),
        ("HOST", "::1", "::1"),
        ("HOST", "tp.internal", "tp.internal"),
        ("PORT", " 9000 ", 9000),
        ("LOG_LEVEL", "WARNING", "warning"),
        ("DATABASE_URL", "sqlite:////var/lib/pool.db", "sqlite:////var/lib/pool.db"),
        ("DATABASE_URL", "postgres://u:p%2F@h:1/n", "postgres://u:p%2F@h:1/n"),
        ("DATABASE_URL", "postgresql://u@/n?host=/run", "postgresql://u@/n?host=/run"),
        ("DATABASE_URL", "postgresql://u@a:1,b:2/n", "postgresql://u@a:1,b:2/n"),
        ("PUBLIC_URL", "https://tp.internal/ai/", "https://tp.internal/ai"),
        ("DATA_DIR", "~/pool", Path.home() / "pool"),
        ("CALL_SECONDS", "", 600),
        ("SIGNUP_DOMAINS", " X.example,y.example , ", "x.example,y.example"),
        ("SIGNUP_TEAM", "research", "research"),
    ],
)
def test_a_right_value_is_taken_as_it_is_meant(
    name: str, value: str, meant: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PREFIX + name, value)

    assert getattr(load(), name.lower()) == meant


def test_signing_up_is_closed_unless_domains_are_named() -> None:
    assert load().signup_open_to == frozenset()
    assert load(signup_domains="x.example,y.example").signup_open_to == {"x.example", "y.example"}


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"host": "0.0.0.0", "port": 9000}, "http://127.0.0.1:9000"),
        ({"host": "::"}, "http://[::1]:8000"),
        ({"host": "::1"}, "http://[::1]:8000"),
        ({"host": "pool.internal"}, "http://pool.internal:8000"),
        ({"host": "0.0.0.0", "public_url": "https://tp.internal/ai/"}, "https://tp.internal/ai"),
    ],
)
def test_people_reach_the_server_by_its_public_address_or_where_it_listens(
    given: dict[str, object], address: str
) -> None:
    assert load(**given).reached_at == address


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKENPOOL_PORT", "x")
    monkeypatch.setenv("TOKENPOOL_LOG_LEVEL", "y")

    with pytest.raises(SettingsError) as caught:
        load()

    assert str(caught.value).splitlines() == [
        "TOKENPOOL_PORT must be a whole number from 0 to 65535.",
        "TOKENPOOL_LOG_LEVEL must be debug, info, warning or error.",
    ]


def test_an_env_file_that_is_no_text_is_named() -> None:
    Path(".env").write_bytes(b"TOKENPOOL_PORT=\xff\xfe")

    with pytest.raises(SettingsError, match=r"The file .*\.env cannot be read"):
        load()


def test_a_misspelt_setting_is_told_with_the_nearest_name() -> None:
    names = ["TOKENPOOL_DATABSE_URL", "TOKENPOOL_PORT", "TOKENPOOL_PUBLISH_PORT", "PATH"]

    (said,) = unknown(names)
    assert said.startswith("TOKENPOOL_DATABSE_URL is not a setting")
    assert said.endswith("Did you mean TOKENPOOL_DATABASE_URL?")
    (said,) = unknown(["tokenpool_zzz"])
    assert said.endswith("has no effect.")


def test_every_setting_says_what_it_is_and_what_is_allowed() -> None:
    for name, field in Settings.model_fields.items():
        assert (field.description or "").endswith("."), variable(name)
        assert allowed(name)
