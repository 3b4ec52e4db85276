"""The limits are those of Slack's published schema 1.0.0 (slackapi/manifest-schema)."""

from typing import Any

import jsonschema_rs
import pytest

from bots.commands.registry import COMMANDS
from bots.manifest import slack

URL = "https://tp.example.com"


def text(least: int, most: int, pattern: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"type": "string", "minLength": least, "maxLength": most}
    return {**found, "pattern": pattern} if pattern else found


def closed(required: list[str], **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


def several(items: dict[str, Any], most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": 1, "maxItems": most}


FLAG = {"type": "boolean"}
CALLED = text(1, 3_000, "^https?:")
NAMES = {**several(text(1, 50), 100), "uniqueItems": True}
SCHEMA = closed(
    ["display_information", "features", "oauth_config", "settings"],
    _metadata={"const": {"major_version": 1, "minor_version": 1}},
    display_information=closed(
        ["name"],
        name=text(1, 35),
        description=text(1, 140),
        background_color=text(7, 7, "^#[0-9a-f]{6}$"),
        long_description=text(175, 4_000),
    ),
    features=closed(
        ["app_home", "bot_user", "shortcuts", "slash_commands"],
        app_home=closed(
            [],
            home_tab_enabled=FLAG,
            messages_tab_enabled=FLAG,
            messages_tab_read_only_enabled=FLAG,
        ),
        bot_user=closed(["display_name"], display_name=text(1, 80), always_online=FLAG),
        shortcuts=several(
            closed(
                ["name", "type", "callback_id", "description"],
                name=text(1, 24),
                type={"enum": ["message", "global"]},
                callback_id=text(1, 255),
                description=text(1, 150),
            ),
            10,
        ),
        slash_commands=several(
            closed(
                ["command", "description"],
                command=text(2, 32, "^/"),
                url=CALLED,
                description=text(1, 2_000),
                usage_hint=text(1, 1_000),
                should_escape=FLAG,
            ),
            50,
        ),
    ),
    oauth_config=closed(["scopes"], scopes=closed(["bot"], bot=NAMES)),
    settings=closed(
        ["event_subscriptions", "interactivity"],
        event_subscriptions=closed(["bot_events"], request_url=CALLED, bot_events=NAMES),
        interactivity=closed(["is_enabled"], is_enabled=FLAG, request_url=CALLED),
        org_deploy_enabled=FLAG,
        socket_mode_enabled=FLAG,
        token_rotation_enabled=FLAG,
    ),
)


@pytest.mark.parametrize("socket", [False, True])
def test_the_manifest_is_within_slacks_schema(*, socket: bool) -> None:
    jsonschema_rs.validate(SCHEMA, slack.manifest(URL, socket=socket))


def test_slack_calls_one_address_and_in_socket_mode_none() -> None:
    shown = str(slack.manifest(URL))

    assert shown.count("https://tp.example.com/slack/events") == 3
    assert "https:" not in str(slack.manifest("", socket=True))


def test_the_app_may_do_no_more_than_it_needs() -> None:
    manifest: Any = slack.manifest(URL)

    assert manifest["oauth_config"]["scopes"]["bot"] == [
        "app_mentions:read", "chat:write", "commands", "im:history", "im:write", "users:read",
        "users:read.email",
    ]  # fmt: skip
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == [
        "app_home_opened", "app_mention", "message.im",
    ]  # fmt: skip


def test_hint_and_shortcuts_are_commands_that_exist() -> None:
    manifest: Any = slack.manifest(URL)
    names = {one.name for one in COMMANDS}
    (command,) = manifest["features"]["slash_commands"]
    hinted = [each.split()[0] for each in command["usage_hint"].split(" | ")]

    assert hinted == ["quota", "request", "approvals", "vacation", "key", "why", "help"]
    assert {*hinted, *(one["callback_id"] for one in manifest["features"]["shortcuts"])} <= names
