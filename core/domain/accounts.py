"""Chat accounts: how a platform names whoever speaks."""

from dataclasses import dataclass


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
