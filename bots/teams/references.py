"""How to write somewhere without being spoken to: what Teams said of a conversation, kept.

Every activity refreshes it, since Teams moves people between its service addresses.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Struct

from bots.teams.hosts import Hosts
from core.domain.addresses import Address
from core.service import conversations
from core.service.start import Core

TEAMS = "teams"
PUBLIC = "https://smba.trafficmanager.net/teams/"
"""Where a conversation can be written to that we know nothing of: Teams' worldwide address."""


class At(Struct, frozen=True):
    """A conversation as an activity names it."""

    service_url: str
    conversation: str
    """In a channel with the thread behind it: an answer goes there."""
    scope: str
    """personal, groupChat or channel."""
    tenant: str
    team: str = ""
    """Of a channel: the conversation that has its team's members."""

    @property
    def personal(self) -> bool:
        return self.scope == "personal"

    @property
    def place(self) -> str:
        """The conversation without a thread: by this its messages can be edited."""
        return self.conversation.partition(";")[0]

    @property
    def address(self) -> Address:
        """Return it by the name under which copies are remembered."""
        return Address(TEAMS, self.tenant, self.place)


@dataclass(frozen=True, slots=True)
class References:
    """The conversations that are known, by tenant and place."""

    core: Core
    hosts: Hosts

    async def note(self, at: At, mri: str) -> bool:
        """Keep where something came from; True if nothing ever came from there before."""
        ref = {"service_url": at.service_url, "scope": at.scope}
        if at.personal:
            ref["mri"] = mri
        return await conversations.seen(self.core, TEAMS, at.tenant, at.place, ref)

    async def drop(self, at: At) -> None:
        await conversations.drop(self.core, TEAMS, at.tenant, at.place)

    async def find(self, to: Address) -> At:
        """Return where to write; of a place that was never heard of, the best guess."""
        place = to.place.partition(";")[0]
        tenants = [to.tenant] if to.tenant else sorted(self.core.settings.teams_served) or [""]
        for tenant in tenants:
            ref = await conversations.find(self.core, TEAMS, tenant, place)
            if ref is not None and self.hosts.trusts(ref["service_url"]):
                return At(ref["service_url"], to.place, ref["scope"], tenant)
        near = await conversations.any_of(self.core, TEAMS, to.tenant)
        known = near is not None and self.hosts.trusts(near["service_url"])
        url = near["service_url"] if near is not None and known else PUBLIC
        return At(url, to.place, "channel" if place.startswith("19:") else "personal", tenants[0])

    async def mris(self, chats: Sequence[Address]) -> list[str]:
        """Return what Teams calls the people whose personal chats these are, where it is known."""
        found = await conversations.find_all(self.core, chats)
        return [mri for one in chats if (mri := found.get(one, {}).get("mri", ""))]
