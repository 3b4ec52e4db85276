"""The program that ends what a member has: keys, accounts, codes, sessions, an open request.

None of it comes back when they are enabled again: nobody knows who holds it by then.
"""

from core.store import approval_log, identity_links, keyring, link_codes, web_sessions
from core.store.acts import Act
from core.store.statements import Announce, Program


def offboard(act: Act, member_id: str) -> Program[None]:
    """End everything through which a member acts; what they spent and lent stays."""
    yield from approval_log.withdraw_of(act, member_id)
    for key_id in (yield from keyring.revoke_all(act, member_id)):
        yield act.note("key.revoke", key_id, member=member_id)
    for link_id in (yield from identity_links.end_all(member_id)):
        yield act.note("link.end", link_id, member=member_id)
    yield from link_codes.end_all(member_id)
    yield from web_sessions.end_all(member_id)
    yield Announce(f"member:{member_id}")
