"""Chat accounts of an office's people, and how they come to speak for them."""

from dataclasses import replace

from world.office import Office, Somebody

from core.domain.accounts import Account
from core.service import linking
from core.views.chat import LinkRequestView

PHONE = Account("telegram", "", "4711", "Ana on the phone", "chat-4711")
OTHER = replace(PHONE, external_id="4712", address="chat-4712")


async def link(office: Office, who: Somebody, account: Account = PHONE) -> LinkRequestView:
    """Link an account to somebody, as people do: by a code that they confirm."""
    code = (await linking.new_code(office.core, who.caller)).code
    claimed = await linking.claim(office.core, account, code)
    return await linking.decide(office.core, who.caller, claimed.id, confirm=True)


async def speaker(office: Office, account: Account = PHONE) -> str | None:
    """Return the id of the member an account speaks for."""
    caller = await linking.resolve(office.core, account)
    return caller.id if caller else None


async def told(office: Office, who: Somebody) -> list[str]:
    """Return the kinds of what somebody was told, in order."""
    sql = "SELECT kind FROM outbox WHERE member_id = :1 ORDER BY no"
    return [row[0] for row in await office.rows(sql, who.id)]
