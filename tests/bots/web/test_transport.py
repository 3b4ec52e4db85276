"""The web chat as a place that the courier delivers to."""

from dataclasses import replace

import pytest
from world.clock import ManualClock
from world.office import Office, Somebody, open_office

from bots.transport import Address, Gone, Transient, Unreachable
from bots.web.keeping import decode
from bots.web.transport import WebTransport
from cards.card import Card
from core.service import web_chat
from core.service.start import Core
from core.store.jobs import Unavailable

ONE, TWO = Card("one"), Card("two")


@pytest.fixture
async def ann(core: Core, clock: ManualClock) -> Somebody:
    office: Office = await open_office(core, clock)
    return await office.member("ann")


def to(member_id: str) -> Address:
    return Address("web", "", member_id)


async def cards(core: Core, who: Somebody) -> list[Card]:
    return [decode(message.card) for message in await web_chat.changed(core, who.id)]


async def test_the_same_key_twice_is_one_message(core: Core, ann: Somebody) -> None:
    web = WebTransport(core)
    await web.start()
    first = await web.post(to(ann.id), ONE, "out_1")
    again = await web.post(to(ann.id), ONE, "out_1")
    other = await web.post(to(ann.id), TWO, "out_2")
    await web.stop()

    assert first == again != other
    assert await cards(core, ann) == [ONE, TWO]


async def test_a_message_is_edited_where_it_is(core: Core, ann: Somebody) -> None:
    web = WebTransport(core)
    message = await web.post(to(ann.id), ONE, "out_1")
    await web.edit(to(ann.id), message, TWO)
    await web.edit(to(ann.id), message, TWO)

    assert await cards(core, ann) == [TWO]


async def test_what_is_not_there_is_told_in_the_couriers_words(core: Core, ann: Somebody) -> None:
    web = WebTransport(core)

    with pytest.raises(Unreachable):
        await web.post(to("usr_nobody"), ONE, "out_1")
    with pytest.raises(Gone):
        await web.edit(to(ann.id), "n_none", ONE)


class Away:
    """A database that cannot be reached."""

    async def run(self, _program: object) -> None:
        raise Unavailable


async def test_a_database_that_is_away_is_worth_another_try(core: Core, ann: Somebody) -> None:
    web = WebTransport(replace(core, database=Away()))  # type: ignore[arg-type]  # all it is asked

    with pytest.raises(Transient):
        await web.post(to(ann.id), ONE, "out_1")
    with pytest.raises(Transient):
        await web.edit(to(ann.id), "n_out_1", ONE)
