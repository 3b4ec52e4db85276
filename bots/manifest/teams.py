"""The app package of Microsoft Teams: a zip of manifest.json and two icons.

The limits are those of schema 1.19 to 1.25, whichever is lower. Nobody signs in and no page of
ours is shown within Teams, dialogs being cards: so it has neither `webApplicationInfo` nor tabs.
learn.microsoft.com/microsoftteams/platform/resources/schema/manifest-schema
"""

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import msgspec

from bots.commands.command import Command
from bots.manifest import icons
from bots.manifest.menus import ACCENT, LONG, NAME, SHORT, example, host_of, menu, open_menu
from core.views import VERSION

Json = dict[str, object]
SCHEMA = "1.25"
CHANNELS = "tier1"
"""Without it, Teams takes no app of schema 1.25 that has the scope `team`; with it, the app may be
in private and shared channels: learn.microsoft.com/microsoftteams/platform/
build-apps-for-shared-private-channels."""
MOST_COMMANDS = 10
MOST_DESCRIPTION = 128
FULL_NAME = "TokenPool: one AI budget, shared fairly"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first moment of zip: the same manifest is the same file, whenever it is made."""
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


class NoAppId(ValueError):
    """The text says what an app id is; it is for whoever runs the command."""


def manifest(url: str, app_id: str) -> Json:
    """Return manifest.json for the bot registered as `app_id`, which also names the app."""
    guid = app_id.strip().lower()
    if not _GUID.fullmatch(guid):
        raise NoAppId(
            "--app-id: the bot's Microsoft App ID, such as"
            " 00000000-0000-0000-0000-000000000000 (or set TOKENPOOL_TEAMS_APP_ID)."
        )
    page = f"{url}/chat"
    return {
        "$schema": "https://developer.microsoft.com/json-schemas/teams/"
        f"v{SCHEMA}/MicrosoftTeams.schema.json",
        "manifestVersion": SCHEMA,
        "version": VERSION,
        "id": guid,
        "developer": {
            "name": NAME,
            "websiteUrl": page,
            "privacyUrl": page,
            "termsOfUseUrl": page,
        },
        "name": {"short": NAME, "full": FULL_NAME},
        "description": {"short": SHORT, "full": LONG},
        "icons": {"color": icons.COLOR, "outline": icons.OUTLINE},
        "accentColor": ACCENT,
        "bots": [
            {
                "botId": guid,
                "scopes": ["personal", "team", "groupChat"],
                "isNotificationOnly": False,
                "supportsFiles": False,
                "commandLists": [
                    _commands(["personal"], menu(MOST_COMMANDS)),
                    _commands(["team", "groupChat"], open_menu(MOST_COMMANDS)),
                ],
            }
        ],
        "supportsChannelFeatures": CHANNELS,
        "validDomains": [host_of(url)],
    }


def package(url: str, app_id: str) -> bytes:
    """Return the zip that an administrator uploads."""
    text = msgspec.json.format(msgspec.json.encode(manifest(url, app_id)), indent=2)
    files = {
        "manifest.json": text + b"\n",
        icons.COLOR: icons.color(ACCENT),
        icons.OUTLINE: icons.outline(),
    }
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = ZipInfo(name, EPOCH)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return out.getvalue()


def _commands(scopes: list[str], commands: list[Command]) -> Json:
    return {
        "scopes": scopes,
        "commands": [{"title": one.name, "description": _description(one)} for one in commands],
    }


def _description(command: Command) -> str:
    told = f"{command.summary}, such as: {example(command)}" if command.hint else command.summary
    return told if len(told) <= MOST_DESCRIPTION else command.summary
