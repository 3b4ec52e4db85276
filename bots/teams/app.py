"""Teams' parts, joined, and their life."""

from pydantic import SecretStr
from starlette.routing import Router

from bots.arrivals import Arrivals
from bots.bodies import on_loopback
from bots.chores import Chores
from bots.teams.answers import Answers
from bots.teams.board import board
from bots.teams.desk import Desk
from bots.teams.groups import Groups
from bots.teams.hosts import Hosts
from bots.teams.keys import Keys
from bots.teams.login import SignIn
from bots.teams.people import People
from bots.teams.places import Places
from bots.teams.references import TEAMS, References
from bots.teams.route import Door
from bots.teams.sdk import Api, Inlet
from bots.teams.token import Anonymous, TokenCheck
from bots.teams.transport import TeamsTransport
from bots.turns import Turns
from bots.vanish import Vanish
from core.domain.addresses import Address
from core.service.start import Core

DRAIN_SECONDS = 4.0
MULTI_TENANT = "botframework.com"
"""Where a multi-tenant bot signs in:
learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication."""


class Teams:
    """The parts of one bot in Teams."""

    def __init__(self, core: Core) -> None:
        settings = core.settings
        self._core = core
        self._up = False
        self._hosts = Hosts(
            local=settings.teams_anonymous or on_loopback(settings.teams_metadata_url)
        )
        self._keys = Keys(settings.teams_metadata_url)
        self._api = Api(settings.teams_app_id, self._sign_in())
        self._chores = Chores(TEAMS)
        references = References(core, self._hosts)
        places = Places(core, self._api, references)
        self._desk = Desk(
            core,
            People(core, self._api),
            references,
            Answers(places),
            Groups(core, places),
            self._chores,
            Arrivals(core, TEAMS),
            Turns(),
        )
        self._inlet = Inlet(self._api, self._desk.take)
        self.transport = TeamsTransport(places, self._start, self._stop)

    @property
    def router(self) -> Router:
        settings = self._core.settings
        check = (
            Anonymous()
            if settings.teams_anonymous
            else TokenCheck(self._keys, settings.teams_app_id, settings.teams_served, self._hosts)
        )
        return Door(check, self._inlet.reply, self._is_up, self._skewed).router()

    async def _start(self) -> None:
        """Sign in, then begin; a Fault if the login does not answer, or knows us not."""
        await self._api.open()
        await self._api.check()
        self._up = True
        self._begin()

    def _begin(self) -> None:
        conversation = self._core.settings.teams_approvals_conversation
        self._chores.keep(self._desk.catch_up, "catch up")
        self._chores.keep(Vanish(self._core, TEAMS, self._delete).work, "vanishing")
        if conversation:
            shared = board(self._core, self.transport, conversation)
            self._chores.keep(shared.work, "conversation")

    async def _stop(self) -> None:
        """Take nothing up any more, and finish what was."""
        self._up = False
        await self._chores.end(DRAIN_SECONDS)
        await self._keys.close()
        await self._api.close()

    async def _delete(self, place: str, message_id: str) -> None:
        tenant, _, conversation = place.partition("|")
        await self.transport.delete(Address(TEAMS, tenant, conversation), message_id)

    def _sign_in(self) -> SignIn | None:
        settings = self._core.settings
        if settings.teams_anonymous:
            return None
        return SignIn(
            settings.teams_login_url,
            settings.teams_app_tenant or MULTI_TENANT,
            settings.teams_app_id,
            _secret(settings.teams_app_password),
        )

    def _skewed(self) -> None:
        self._core.tally.clock_skew += 1

    def _is_up(self) -> bool:
        return self._up


def _secret(value: SecretStr | None) -> str:
    return "" if value is None else value.get_secret_value()
