"""Where we can write without being spoken to: kept, renewed, forgotten, and never elsewhere."""

from dataclasses import replace

import pytest

from bots.teams.hosts import Hosts
from bots.teams.references import PUBLIC, TEAMS, At, References
from core.domain.addresses import Address
from core.service import conversations
from core.service.start import Core
from core.settings import Settings

HERE, MOVED = "http://127.0.0.1:5/emea/", "http://127.0.0.1:5/amer/"
EVIL = "https://evil.example/"
ANN = At(HERE, "a:ann", "personal", "t1")
THREAD = At(HERE, "19:c@thread.tacv2;messageid=7", "channel", "t1")


@pytest.fixture
def references(core: Core) -> References:
    return References(core, Hosts(local=True))


def to(place: str, tenant: str = "t1") -> Address:
    return Address(TEAMS, tenant, place)


async def test_a_place_is_new_once(references: References) -> None:
    assert await references.note(ANN, "29:ann")
    assert not await references.note(ANN, "29:ann")
    assert await references.find(to("a:ann")) == ANN
    assert await references.mris([to("a:ann")]) == ["29:ann"]


async def test_a_channel_is_one_place_with_all_its_threads(references: References) -> None:
    assert await references.note(THREAD, "29:ann")
    again = At(HERE, "19:c@thread.tacv2;messageid=8", "channel", "t1")
    assert not await references.note(again, "29:bob")

    assert await references.find(THREAD.address) == At(HERE, THREAD.place, "channel", "t1")
    assert await references.find(to(again.conversation)) == again
    assert await references.mris([THREAD.address]) == []


async def test_where_teams_moved_somebody_is_where_they_are_written_to(
    references: References,
) -> None:
    await references.note(ANN, "29:ann")
    moved = At(MOVED, "a:ann", "personal", "t1")

    assert not await references.note(moved, "29:ann")

    assert await references.find(to("a:ann")) == moved


async def test_the_same_conversation_of_another_tenant_is_another(references: References) -> None:
    await references.note(ANN, "29:ann")
    assert await references.note(At(MOVED, "a:ann", "personal", "t2"), "29:other")

    assert await references.find(to("a:ann")) == ANN
    assert await references.mris([to("a:ann", "t2"), to("a:x"), to("a:ann")]) == [
        "29:other",
        "29:ann",
    ]


async def test_what_is_forgotten_is_new_again(references: References) -> None:
    await references.note(ANN, "29:ann")
    await references.drop(ANN)
    await references.drop(ANN)

    assert await references.mris([to("a:ann")]) == []
    assert await references.note(ANN, "29:ann")


async def test_a_place_that_was_never_heard_of_is_reached_by_the_way_of_the_last_one(
    references: References,
) -> None:
    """A channel from the settings: nobody has spoken there."""
    assert await references.find(to("19:x@thread.tacv2")) == At(
        PUBLIC, "19:x@thread.tacv2", "channel", "t1"
    )
    await references.note(ANN, "29:ann")

    assert await references.find(to("19:x@thread.tacv2")) == At(
        HERE, "19:x@thread.tacv2", "channel", "t1"
    )
    assert await references.find(to("a:bob")) == At(HERE, "a:bob", "personal", "t1")
    assert (await references.find(to("a:bob", "t9"))).service_url == PUBLIC


@pytest.mark.parametrize("tenants", ["", "t0,t1"])
async def test_a_place_from_the_settings_is_of_one_of_the_tenants_that_are_served(
    core: Core, settings: Settings, tenants: str
) -> None:
    core = replace(core, settings=settings.model_copy(update={"teams_tenants": tenants}))
    references = References(core, Hosts(local=True))
    assert await references.find(to("19:c", "")) == At(PUBLIC, "19:c", "channel", tenants[:2])
    await references.note(At(HERE, "19:c", "groupChat", "t1"), "29:ann")

    found = await references.find(to("19:c", ""))

    assert found == At(HERE, "19:c", "groupChat" if tenants else "channel", tenants[-2:])


async def test_nothing_is_written_to_an_address_that_is_not_trusted(core: Core) -> None:
    """One that was kept by a run with other settings."""
    ref = {"service_url": EVIL, "scope": "personal", "mri": "29:ann"}
    await conversations.seen(core, TEAMS, "t1", "a:ann", ref)
    for local in (True, False):
        references = References(core, Hosts(local=local))
        for place in ("a:ann", "a:bob"):
            assert (await references.find(to(place))).service_url == PUBLIC
    await conversations.seen(core, TEAMS, "t1", "a:ann", ref | {"service_url": HERE})
    assert (await References(core, Hosts(local=False)).find(to("a:ann"))).service_url == PUBLIC
