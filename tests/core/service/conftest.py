"""An organization for each test, made by the use cases themselves."""

import pytest
from world.clock import ManualClock
from world.office import Office, Somebody, open_office

from core.service.start import Core


@pytest.fixture
async def office(core: Core, clock: ManualClock) -> Office:
    return await open_office(core, clock)


@pytest.fixture
async def ana(office: Office) -> Somebody:
    return await office.member("ana", 1_000)
