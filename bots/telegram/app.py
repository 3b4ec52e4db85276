"""Telegram's parts, joined, and their life."""

from pydantic import SecretStr
from starlette.routing import Router

from bots.arrivals import Arrivals
from bots.chores import Chores
from bots.manifest.telegram import PATH
from bots.telegram import menu
from bots.telegram.answers import Answers
from bots.telegram.board import board
from bots.telegram.desk import Desk
from bots.telegram.forms import Forms
from bots.telegram.groups import Groups
from bots.telegram.people import TELEGRAM
from bots.telegram.places import Places
from bots.telegram.polling import Polling
from bots.telegram.route import Door
from bots.telegram.sdk import Api, Bot
from bots.telegram.talk import Talk
from bots.telegram.transport import TelegramTransport
from bots.turns import Turns
from bots.vanish import Vanish
from core.service import introducing
from core.service.start import Core

DRAIN_SECONDS = 4.0


class NotStarted(Exception):
    """Nobody has asked Telegram who we are."""


class Telegram:
    """The parts of one bot in Telegram."""

    def __init__(self, core: Core) -> None:
        settings = core.settings
        token = _secret(settings.telegram_token)
        self._core, self._secret = core, _secret(settings.telegram_webhook_secret)
        self._bot: Bot | None = None
        self._up = False
        self._api = Api(token, settings.telegram_api_url)
        self._chores = Chores(TELEGRAM)
        places = Places(core, self._api)
        self._desk = Desk(
            core,
            token.partition(":")[0],
            self._us,
            Talk(core, Answers(places, Forms(core, places))),
            Groups(core, places),
            self._chores,
            Arrivals(core, TELEGRAM),
            Turns(),
        )
        self.transport = TelegramTransport(self._api, self._start, self._stop)

    @property
    def router(self) -> Router | None:
        """The route to mount; there is none for long polling."""
        if not self._secret:
            return None
        return Door(self._secret, self._desk.take, self._is_up).router()

    async def _start(self) -> None:
        """Ask Telegram who we are, then begin; a Fault if it does not answer, or knows us not."""
        await self._api.open()
        self._bot = await self._api.whoami()
        await introducing.known_as(self._core, TELEGRAM, self._bot.username)
        await menu.publish(self._api)
        if self._secret:
            url = self._core.settings.public_url.rstrip("/") + PATH
            await self._api.set_webhook(url, self._secret)
        else:
            await self._api.delete_webhook()
        self._up = True
        self._begin()

    def _begin(self) -> None:
        chat = self._core.settings.telegram_approvals_chat
        self._chores.keep(self._desk.catch_up, "catch up")
        self._chores.keep(Vanish(self._core, TELEGRAM, self._api.delete).work, "vanishing")
        if chat:
            self._chores.keep(board(self._core, self._api, chat).work, "group")
        if not self._secret:
            polling = Polling(self._core, self._api, self._desk.take)
            self._chores.keep(polling.work, "polling")

    async def _stop(self) -> None:
        """Take nothing up any more, and finish what was."""
        self._up = False
        await self._chores.end(DRAIN_SECONDS)
        await self._api.close()

    def _us(self) -> Bot:
        if self._bot is None:
            raise NotStarted
        return self._bot

    def _is_up(self) -> bool:
        return self._up


def _secret(value: SecretStr | None) -> str:
    return "" if value is None else value.get_secret_value()
