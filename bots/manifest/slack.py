"""Slack's app manifest (docs.slack.dev/reference/app-manifest), made of the registry.

One slash command with verbs: Slack gives no menu of arguments, so the hint names the commonest.
Slack calls one address for everything; in Socket Mode it calls none.
"""

from bots.manifest.menus import ACCENT, LONG, NAME, SHORT, example, menu

Json = dict[str, object]
COMMAND = "/tokenpool"
PATH = "/slack/events"
SCOPES = (
    "app_mentions:read", "chat:write", "commands", "im:history", "im:write", "users:read",
    "users:read.email",
)  # fmt: skip
"""`im:history`: what is written to the bot itself; it reads no channel."""
EVENTS = ("app_home_opened", "app_mention", "message.im")
SHORTCUTS = (
    ("Request quota", "request", "Ask your manager for more credits"),
    ("My quota", "quota", "See what is left, and how long it lasts"),
)
"""Name, the command it runs, and what it does."""
MOST_HINT = 1_000
HINTED = ("quota", "request", "approvals", "vacation", "key", "why", "help")


def manifest(url: str, *, socket: bool = False) -> Json:
    """Return the manifest; `url` is where Slack reaches this server, unused in Socket Mode."""
    called = {} if socket else {"request_url": url + PATH}
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": NAME,
            "description": SHORT,
            "background_color": ACCENT,
            "long_description": LONG,
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": NAME, "always_online": True},
            "shortcuts": [_shortcut(*one) for one in SHORTCUTS],
            "slash_commands": [_slash_command(url, socket=socket)],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**called, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **called},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
    }


def _shortcut(name: str, command: str, summary: str) -> Json:
    return {"name": name, "type": "global", "callback_id": command, "description": summary}


def _slash_command(url: str, *, socket: bool) -> Json:
    hints = [example(one) for one in menu(MOST_HINT) if one.name in HINTED]
    return {
        "command": COMMAND,
        **({} if socket else {"url": url + PATH}),
        "description": SHORT,
        "usage_hint": " | ".join(hints),
        "should_escape": True,  # people come as <@U…>, which is an identity, not as a name
    }
