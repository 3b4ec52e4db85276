"""Signing in to the web chat: a link that works once, then a cookie for a working day.

Of both only a fingerprint is kept, so that nobody who reads the database can be anybody.
"""

from core.domain.errors import Code, Refusal
from core.domain.members import Person
from core.service.acting import act_of
from core.service.clock import base62, new_id
from core.service.fingerprints import fingerprint
from core.service.start import Core
from core.store import web_sessions
from core.store.acts import Act
from core.store.chat_tables import LinkCodeRow
from core.store.web_sessions import Entrance
from core.views.chat import Session, SignInView

TOKEN_LENGTH = 24
"""142 bits."""
COOKIE_LENGTH = 43
"""256 bits."""
MINUTE_MS = 60_000
LINK_MS = 10 * MINUTE_MS
DEMO_LINK_MS = 24 * 60 * MINUTE_MS
SESSION_MS = 8 * 60 * MINUTE_MS
IDLE_MS = 30 * MINUTE_MS
LINK, COOKIE = "sign-in link", "session cookie"
STALE = (
    "This sign-in link was used already, or has expired. `tokenpool chat` on the server or `web`"
    " in another chat makes a new one."
)


async def new_link(
    core: Core, member_id: str, other_id: str | None = None, *, actor: Person | None = None
) -> str:
    """Return the token of a sign-in link for a member, good for one sign-in within ten minutes.

    The demo's opens two chats side by side, and is good for a day. `actor`: who made it, if it
    was not the member.
    """
    token, now = base62(TOKEN_LENGTH), core.clock.now_ms()
    act = Act(new_id("evt"), member_id, now) if actor is None else act_of(core, actor)
    row = LinkCodeRow(
        id=new_id("lnk"),
        mac=fingerprint(core, LINK, token),
        kind="web",
        member_id=member_id,
        other_id=other_id,
        created_ms=now,
        expires_ms=now + (DEMO_LINK_MS if other_id else LINK_MS),
    )
    await core.database.run(lambda: web_sessions.add_link(act, row))
    return token


async def peek(core: Core, token: str) -> SignInView | None:
    """Return whom a link signs in, if it is still good; looking does not use it up."""
    mac = fingerprint(core, LINK, token)
    return await core.database.read(web_sessions.peek(mac, core.clock.now_ms()))


async def sign_in(core: Core, token: str, *, replaces: str = "") -> str:
    """Use a link up and return the cookie of a new session; `replaces` is the browser's old one.

    Refusal if the link is not good; of two who use one link, one gets in.
    """
    cookie, now = base62(COOKIE_LENGTH), core.clock.now_ms()
    entrance = Entrance(
        link_mac=fingerprint(core, LINK, token),
        cookie_mac=fingerprint(core, COOKIE, cookie),
        replaced_mac=fingerprint(core, COOKIE, replaces),
        account_ids=(new_id("lnk"), new_id("lnk")),
        expires_ms=now + SESSION_MS,
    )
    act_id = new_id("evt")
    if not await core.database.run(lambda: web_sessions.sign_in(act_id, entrance, now)):
        raise Refusal(Code.NOT_FOUND, STALE)
    return cookie


async def find(core: Core, cookie: str) -> Session | None:
    """Return the session of a cookie, and count this as its use; None if it has ended.

    It ends after eight hours, after half an hour without use, and with its member.
    """
    mac, now = fingerprint(core, COOKIE, cookie), core.clock.now_ms()
    found = await core.database.read(web_sessions.find(mac, IDLE_MS, now))
    if found is None:
        return None
    session, due = found
    if due:
        await core.database.run(lambda: web_sessions.touch(mac, now))
    return session


async def sign_out(core: Core, cookie: str) -> None:
    mac, act_id, now = fingerprint(core, COOKIE, cookie), new_id("evt"), core.clock.now_ms()
    await core.database.run(lambda: web_sessions.sign_out(act_id, mac, now))
