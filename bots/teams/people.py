"""Who speaks: the identity is (teams, the tenant, the id in its directory), which never changes.

The directory is asked for the address of somebody we do not know yet, so that members are linked
without a code. It is believed for full members of an allow-listed tenant, and for an address
whose domain is the tenant's own: that of their sign-in name. If it does not answer, a code links.
"""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Generic, NamedTuple, TypeVar

from bots.teams.activities import Person
from bots.teams.references import TEAMS, At
from bots.teams.sdk import Api, Json
from bots.transport import Fault, Rejected, Unreachable
from core.domain import wording
from core.domain.accounts import Account, domain_of
from core.service import linking
from core.service.start import Core

KEPT_SECONDS = 300.0
T = TypeVar("T")
MOST_KEPT = 5_000
MEMBER = "user"
"""What the directory calls a full member; others are `guest` and `anonymous`."""


class Known(NamedTuple):
    """What Teams tells of somebody in a conversation."""

    name: str
    email: str
    """A vouched one, or nothing."""


@dataclass(slots=True)
class Remembered(Generic[T]):
    """Answers by name, each for some minutes."""

    kept: dict[str, tuple[float, T]] = field(default_factory=dict)

    def get(self, name: str) -> T | None:
        until, found = self.kept.get(name, (0.0, None))
        return found if asyncio.get_running_loop().time() < until else None

    def put(self, name: str, found: T) -> T:
        if len(self.kept) >= MOST_KEPT:
            del self.kept[next(iter(self.kept))]
        self.kept.pop(name, None)
        self.kept[name] = (asyncio.get_running_loop().time() + KEPT_SECONDS, found)
        return found


@dataclass(frozen=True, slots=True)
class People:
    core: Core
    api: Api
    known: Remembered[Known] = field(default_factory=Remembered)
    chats: Remembered[str] = field(default_factory=Remembered)

    async def account(self, who: Person, at: At) -> Account:
        """Return the account of whoever did something, with where they can be written to."""
        account = Account(TEAMS, at.tenant, who.id, who.name)
        known = at.place if at.personal else await linking.address_of(self.core, account)
        chat = known or await self._direct(who, at)
        account = replace(account, address=chat)
        if await linking.caller_of(self.core, account) is not None:
            return account
        told = await self._told(who.mri, at)
        return Account(TEAMS, at.tenant, who.id, who.name or told.name, chat, told.email)

    async def email(self, mri: str, at: At) -> str:
        """Return the vouched address of somebody in a conversation; nothing if there is none."""
        return (await self._told(mri, at)).email

    async def _told(self, mri: str, at: At) -> Known:
        """Ask who somebody is; what could not be asked is not remembered."""
        name = f"{at.tenant}|{mri}"
        known = self.known.get(name)
        if known is not None:
            return known
        found = await self._member(mri, at)
        if not found:
            return Known("", "")
        called = wording.line(str(found.get("name") or ""), wording.MOST_NAME)
        return self.known.put(name, Known(called, _vouched(found, at.tenant)))

    async def _member(self, mri: str, at: At) -> Json:
        """Return what Teams tells of somebody: a channel may know less of them than its team."""
        for place in filter(None, (at.place, at.team)):
            try:
                return await self.api.member(at.service_url, place, mri)
            except Unreachable:
                continue
            except (Fault, Rejected):
                break
        return {}

    async def _direct(self, who: Person, at: At) -> str:
        """Return the personal chat with somebody; nothing if they have not added us."""
        name = f"{at.tenant}|{who.id}"
        known = self.chats.get(name)
        if known is not None:
            return known
        try:
            found = await self.api.open_direct(at.service_url, at.tenant, who.mri)
        except (Fault, Rejected):
            return ""
        return self.chats.put(name, found)


def _vouched(member: Json, tenant: str) -> str:
    """Return the address that a tenant vouches for: of its own domain, and of no guest."""
    signs_in, email = member.get("userPrincipalName"), member.get("email")
    if member.get("userRole") != MEMBER or str(member.get("tenantId", "")).lower() != tenant:
        return ""
    if not isinstance(signs_in, str):
        return ""
    same = isinstance(email, str) and domain_of(email).lower() == domain_of(signs_in).lower()
    return str(email) if same else signs_in
