"""Our way to a Microsoft on loopback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from world.microsoft import MicrosoftVendor, microsoft_vending

from bots.teams.login import SignIn
from bots.teams.sdk import Api


def sign_in(vendor: MicrosoftVendor, *, password: str | None = None, tenant: str = "") -> SignIn:
    secret = vendor.password if password is None else password
    return SignIn(vendor.login_url, tenant or vendor.tenant, vendor.app_id, secret)


@asynccontextmanager
async def writing() -> AsyncIterator[tuple[MicrosoftVendor, Api]]:
    """Run a Microsoft and what writes to it until the block ends."""
    async with microsoft_vending() as vendor:
        api = Api(vendor.app_id, sign_in(vendor))
        await api.open()
        try:
            yield vendor, api
        finally:
            await api.close()
