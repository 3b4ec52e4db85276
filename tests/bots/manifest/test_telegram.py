"""The limits are those of core.telegram.org/bots/api#botcommand and #setmycommands."""

import re
from typing import Any

from bots.commands.registry import COMMANDS
from bots.manifest import telegram


def test_commands_are_within_telegrams_limits() -> None:
    lists: Any = telegram.command_lists()
    names = {one.name for one in COMMANDS}

    for payload in lists:
        assert 1 <= len(payload["commands"]) <= 100
        for command in payload["commands"]:
            assert re.fullmatch("[a-z0-9_]{1,32}", command["command"])
            assert command["command"] in names
            assert 1 <= len(command["description"]) <= 256


def test_each_scope_has_its_menu_and_groups_see_nothing_personal() -> None:
    lists: Any = telegram.command_lists()
    by_scope = {one["scope"]["type"]: [c["command"] for c in one["commands"]] for one in lists}

    assert list(by_scope) == ["default", "all_private_chats", "all_group_chats"]
    assert by_scope["all_group_chats"] == by_scope["default"] == ["help"]
    assert {"quota", "request", "vacation", "help"} <= set(by_scope["all_private_chats"])


def test_without_an_address_there_is_no_webhook() -> None:
    assert list(telegram.manifest()) == ["setMyCommands"]
    assert telegram.manifest("https://tp.example.com")["setWebhook"] == {
        "url": "https://tp.example.com/telegram/webhook",
        "allowed_updates": ["message", "callback_query", "my_chat_member"],
    }
