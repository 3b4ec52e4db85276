"""Accounts: for whom one speaks, and how it comes to."""

from core.calls import Caller
from core.domain import accounts
from core.domain.accounts import Account
from core.service.clock import new_id
from core.service.start import Core
from core.store import identity_links, linking
from core.store.database import Conflict
from core.store.linking import Introduction


async def resolve(core: Core, account: Account) -> Caller | None:
    """Return the member an account speaks for, with rights as they are now; None for a stranger.

    An account with an address that its workspace vouches for is linked here, the first time.
    """
    spoken = await core.database.read(identity_links.find(account))
    if spoken is None:
        return await _introduced(core, account)
    now = core.clock.now_ms()
    if spoken.caller is not None and spoken.link.stale(account, now):
        await core.database.run(lambda: identity_links.see(spoken.link, account, now))
    return spoken.caller


async def _introduced(core: Core, account: Account) -> Caller | None:
    """Link an account by its verified address, if that is somebody's."""
    email = accounts.vouched_email(account)
    if not email or not await core.database.read(linking.may_link(email)):
        return None
    intro = Introduction(account, email, new_id("lnk"), new_id("evt"), core.clock.now_ms())
    try:
        await core.database.run(lambda: linking.introduce(intro))
    except Conflict:  # somebody with this address was first: now there is one to link to
        await core.database.run(lambda: linking.introduce(intro))
    spoken = await core.database.read(identity_links.find(account))
    return spoken.caller if spoken else None
