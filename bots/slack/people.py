"""Who speaks: Slack is asked, since what comes with a click says neither guest nor stranger.

The identity is (slack, the user's own workspace, the user's id); with Enterprise Grid and Slack
Connect that workspace can be another one than the event came from. Directory errors fail closed.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bots.slack.envelope import Json
from bots.slack.faults import Rejected
from bots.slack.sdk import Api, Bot
from bots.transport import Fault, Unreachable
from core.domain.accounts import Account

SLACK = "slack"
KEPT_SECONDS = 300.0
STRANGERS_SECONDS = 30.0
"""Somebody who was refused may have become a full member meanwhile."""
MOST_KEPT = 5_000
UNSURE = "unknown"
UNKNOWN = "Slack could not be asked who you are. Please try again in a minute."
OUTSIDE = "I serve another workspace: people of yours have no account here."
GUEST = "Guests have no account here. Ask a full member of this workspace."
GONE = "This Slack account is deactivated."
BOT = "I talk to people only."


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody who is not served, with the sentence that says why."""

    kind: str
    words: str


Known = Account | Refused


class People:
    """Looks people up, and remembers them for a few minutes."""

    def __init__(self, api: Api, us: Callable[[], Bot], workspaces: str) -> None:
        self._api, self._us = api, us
        self._allowed = frozenset(filter(None, workspaces.split(",")))
        self._known: dict[str, tuple[float, Known]] = {}

    async def who(self, user_id: str) -> Known:
        """Return the account of somebody, or why they are refused."""
        now = asyncio.get_running_loop().time()
        until, known = self._known.get(user_id, (0.0, None))
        if known is not None and now < until:
            return known
        try:
            found: Known = await self._judged(await self._api.user(user_id))
        except Unreachable:  # nobody this workspace knows
            found = Refused("stranger", OUTSIDE)
        except (Fault, Rejected):
            return Refused(UNSURE, UNKNOWN)
        kept = STRANGERS_SECONDS if isinstance(found, Refused) else KEPT_SECONDS
        self._keep(user_id, now + kept, found)
        return found

    async def email(self, user_id: str) -> str:
        """Return the address of somebody who was mentioned; nothing if they are not served."""
        known = await self.who(user_id)
        return known.email if isinstance(known, Account) else ""

    async def _judged(self, user: Json) -> Known:
        refused = self._refusal(user)
        if refused is not None:
            return refused
        user_id, profile = str(user["id"]), _mapping(user.get("profile"))
        vouched = user.get("is_email_confirmed") is True
        return Account(
            SLACK,
            str(user["team_id"]),
            user_id,
            name=_name(user, profile),
            address=await self._direct(user_id),
            email=str(profile.get("email") or "") if vouched else "",
        )

    def _refusal(self, user: Json) -> Refused | None:
        if user.get("is_bot") or user.get("id") == "USLACKBOT":
            return Refused("bot", BOT)
        if user.get("deleted"):
            return Refused("deactivated", GONE)
        if user.get("is_restricted") or user.get("is_ultra_restricted"):
            return Refused("guest", GUEST)
        if user.get("is_stranger") or not self._serves(user):
            return Refused("stranger", OUTSIDE)
        return None

    def _serves(self, user: Json) -> bool:
        theirs = {user.get("team_id"), _mapping(user.get("enterprise_user")).get("enterprise_id")}
        return bool(user.get("team_id")) and bool(theirs & (self._allowed or {self._us().team_id}))

    async def _direct(self, user_id: str) -> str:
        """Return the direct chat with somebody; nothing if it cannot be opened now."""
        try:
            return await self._api.direct(user_id)
        except (Fault, Rejected):
            return ""

    def _keep(self, user_id: str, until: float, found: Known) -> None:
        if len(self._known) >= MOST_KEPT:
            del self._known[next(iter(self._known))]
        self._known.pop(user_id, None)
        self._known[user_id] = (until, found)


def _name(user: Json, profile: Mapping[str, object]) -> str:
    found = (profile.get("real_name"), user.get("real_name"), user.get("name"))
    return next((str(name) for name in found if name), "")


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
