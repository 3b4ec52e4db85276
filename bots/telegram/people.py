"""Who speaks: the identity is (telegram, no tenant, the user's id), which never changes.

Telegram vouches for no address, so an account is linked by a code alone.
"""

from bots.telegram.updates import Clicked, Event, Wrote
from core.domain.accounts import Account
from core.domain.addresses import Address

TELEGRAM = "telegram"


def account_of(event: Event) -> Account:
    """Return who did something; their private chat is known only from what happens in it."""
    in_group = isinstance(event, Wrote | Clicked) and not event.private
    return Account(TELEGRAM, "", event.user, event.name, "" if in_group else event.user)


def place(chat: str) -> Address:
    return Address(TELEGRAM, "", chat)
