"""Who or what is meant by an address, a name or an id."""

from collections.abc import AsyncIterator

from core.domain.errors import missing
from core.service import membership, teaming
from core.service.membership import OPERATOR
from core.service.start import Core
from core.views import MemberView, TeamView

PAGE = 1_000


async def member_id(core: Core, who: str) -> str:
    """Return the id of the member with this address or id; Refusal if there is none."""
    if "@" not in who:
        return who
    found = await membership.find_user(core, who)
    if found is None:
        raise missing("member", who)
    return found


async def team(core: Core, which: str) -> TeamView:
    """Return the team of this id, short name or name; Refusal if there is none."""
    for one in await teaming.list_teams(core, OPERATOR):
        if which in {one.id, one.slug} or which.casefold() == one.name.casefold():
            return one
    raise missing("team", which)


async def members(core: Core) -> AsyncIterator[MemberView]:
    """Yield everybody, page by page."""
    after = ""
    while page := await membership.list_users(core, OPERATOR, after, PAGE):
        for member in page:
            yield member
        after = page[-1].id
