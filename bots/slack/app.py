"""Slack's parts, joined, and their life."""

import structlog
from pydantic import SecretStr
from starlette.routing import Router

from bots.arrivals import Arrivals
from bots.chores import Chores
from bots.slack.answers import Answers
from bots.slack.board import board
from bots.slack.desk import Desk
from bots.slack.home import Homes
from bots.slack.people import SLACK, People
from bots.slack.places import Places
from bots.slack.route import Door
from bots.slack.sdk import Api, Bot, Inlet
from bots.slack.socket import Socket
from bots.slack.transport import SlackTransport
from core.service.start import Core

SCOPES = frozenset({"chat:write", "commands", "im:write", "users:read", "users:read.email"})
"""Without these something does not work; Slack does not tell before it is tried."""
DRAIN_SECONDS = 4.0

log = structlog.get_logger("tokenpool.slack")


class NotStarted(Exception):
    """Nobody has asked Slack who we are."""


class Slack:
    """The parts of one app in Slack."""

    def __init__(self, core: Core) -> None:
        settings = core.settings
        self._core = core
        self._bot: Bot | None = None
        self._up = False
        self._api = Api(_secret(settings.slack_bot_token), settings.slack_api_url)
        self._homes = Homes(core, self._api)
        self._chores = Chores(SLACK)
        people = People(self._api, self._us, settings.slack_workspaces)
        answers = Answers(Places(core, self._api), self._homes)
        self._desk = Desk(core, people, answers, self._chores, self._us, Arrivals(core, SLACK))
        self._inlet = Inlet(self._api, self._us, self._desk.take)
        self.transport = SlackTransport(self._api, self._start, self._stop)

    @property
    def router(self) -> Router | None:
        """The route to mount; there is none in Socket Mode alone."""
        secret = _secret(self._core.settings.slack_signing_secret)
        if not secret:
            return None
        return Door(self._core, secret, self._inlet.reply, self._is_up).router()

    async def _start(self) -> None:
        """Ask Slack who we are, then begin; a Fault if it does not answer, or knows us not."""
        await self._api.open()
        bot = await self._api.whoami()
        token = _secret(self._core.settings.slack_app_token)
        if token:
            await self._api.check_socket(token)
        if bot.scopes and SCOPES - bot.scopes:
            log.warning("slack_scopes_missing", error=" ".join(sorted(SCOPES - bot.scopes)))
        self._bot, self._up = bot, True
        self._begin(bot, token)

    def _begin(self, bot: Bot, token: str) -> None:
        channel = self._core.settings.slack_approvals_channel
        self._chores.keep(self._desk.catch_up, "catch up")
        self._chores.keep(self._homes.work, "homes")
        if channel:
            shared = board(self._core, self._api, bot.team_id, channel)
            self._chores.keep(shared.work, "channel")
        if token:
            self._chores.keep(Socket(self._core, self._api, self._inlet, token).work, "socket")

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
