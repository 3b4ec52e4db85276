"""Chat accounts: how a platform names whoever speaks, and what lets it stand for a member."""

import re
from dataclasses import dataclass

from core.domain import wording
from core.domain.errors import Refusal

WEB = "web"
VOUCHING = frozenset({"slack", "teams"})
"""Platforms whose workspaces and tenants verify the addresses of their own people."""
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: without I, L, O and U, which are taken for others."""
CODE_LENGTH = 8
_TAKEN_FOR = str.maketrans("ILO", "110", " -\t\n\u2010\u2011\u2013")
_CODE = re.compile(rf"[{CODE_LETTERS}]{{{CODE_LENGTH}}}")
_GUEST = "#ext#"
"""How Entra ID names a guest within the tenant that invited them."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who speaks, as the platform knows them: (platform, tenant, immutable id) is the identity."""

    platform: str
    tenant: str
    external_id: str
    name: str = ""
    address: str = ""
    """Where they can be written to; empty if the adapter finds out later."""
    email: str = ""
    """Only what the platform has verified for a full member of an allow-listed workspace or
    tenant: never that of a guest, a bot or a stranger."""


def vouched_email(account: Account) -> str:
    """Return the address that may link this account by itself, in small letters; else nothing.

    Letters beyond ASCII are left to a code: some of them become others in small letters.
    """
    if account.platform not in VOUCHING or not account.tenant or not account.external_id:
        return ""
    try:
        email = wording.email(account.email) if account.email.isascii() else ""
    except Refusal:
        return ""
    named = "." in domain_of(email).strip(".")
    return email if named and _GUEST not in email else ""


def domain_of(email: str) -> str:
    return email.rpartition("@")[2]


def read_code(text: str) -> str | None:
    """Return the code that somebody typed, however they spaced and spelled it; None if it is none.

    I and L are read as 1, O as 0.
    """
    found = text.upper().translate(_TAKEN_FOR)
    return found if _CODE.fullmatch(found) else None


def shown_code(code: str) -> str:
    """Return a code as people read it out: two groups of four."""
    return f"{code[:4]}-{code[4:]}"
