"""Telegram as one of the platforms: what it needs, and that it is built only where that is given.

The bot's token alone is enough: then it polls. With the webhook's secret Telegram calls us, for
which it needs an address.
"""

from starlette.routing import Router

from bots.bodies import on_loopback
from bots.platforms import Platform
from bots.transport import Transport
from core.service.start import Core
from core.settings import Settings, variable

PREFIX = "/telegram"
NEEDS = (("telegram_token",),)


def platform(routers: list[Router]) -> Platform:
    """Return the platform; the routes of what is built of it are added to `routers`."""

    def build(core: Core) -> Transport:
        from bots.telegram.app import Telegram  # noqa: PLC0415 - its library is dear to import

        telegram = Telegram(core)
        if telegram.router is not None:
            routers.append(telegram.router)
        return telegram.transport

    return Platform("telegram", NEEDS, build, wrong)


def wrong(settings: Settings) -> str:
    """Return what is wrong with the settings, without a value of any; nothing if all is right."""
    secret, token = variable("telegram_webhook_secret"), variable("telegram_token")
    if settings.telegram_webhook_secret is None:
        return ""
    if settings.telegram_token is None:
        return f"{token} must be set as well: without it, {secret} means nothing."
    if not _reachable(settings):
        return (
            f"{variable('public_url')} must be an https address that Telegram reaches, such as"
            f" https://tokenpool.example.com; or leave {secret} out, and TokenPool asks Telegram"
            " for what is new (long polling)."
        )
    return ""


def _reachable(settings: Settings) -> bool:
    """Return whether Telegram can call us; a Telegram on this machine can without https."""
    ours, theirs = settings.public_url, settings.telegram_api_url
    return ours.startswith("https://") or (on_loopback(ours) and on_loopback(theirs))
