"""Slack as one of the platforms: what it needs, and that it is built only where that is given."""

from starlette.routing import Router

from bots.platforms import Platform
from bots.transport import Transport
from core.service.start import Core

PREFIX = "/slack"
NEEDS = (("slack_bot_token",), ("slack_signing_secret", "slack_app_token"))
"""The bot's token, and one of the two ways in: HTTP or Socket Mode."""


def platform(routers: list[Router]) -> Platform:
    """Return the platform; the routes of what is built of it are added to `routers`."""

    def build(core: Core) -> Transport:
        from bots.slack.app import Slack  # noqa: PLC0415 - Slack's libraries are dear to import

        slack = Slack(core)
        if slack.router is not None:
            routers.append(slack.router)
        return slack.transport

    return Platform("slack", NEEDS, build)
