"""What a web chat keeps, and how a page learns what it has missed."""

import asyncio

import pytest
from world.office import Office, Somebody, refused

from core.domain.errors import Code
from core.service import web_chat
from core.service.start import Core


@pytest.fixture
async def ann(office: Office) -> Somebody:
    return await office.member("ann")


async def test_lines_and_cards_come_back_in_their_order(core: Core, ann: Somebody) -> None:
    said = await web_chat.say(core, ann.id, "quota")
    card = await web_chat.post(core, ann.id, '{"title":"Quota"}')

    assert await web_chat.changed(core, ann.id) == (said, card)
    assert (said.said, said.card) == ("quota", "")
    assert (card.said, card.card) == ("", '{"title":"Quota"}')


async def test_the_same_id_twice_is_one_message(core: Core, ann: Somebody) -> None:
    first = await web_chat.post(core, ann.id, "{}", "msg_1")
    again = await web_chat.post(core, ann.id, '{"title":"other"}', "msg_1")

    assert again == first
    assert await web_chat.changed(core, ann.id) == (first,)


async def test_a_page_misses_exactly_what_is_above_its_revision(core: Core, ann: Somebody) -> None:
    one = await web_chat.post(core, ann.id, '{"title":"one"}')
    two = await web_chat.post(core, ann.id, '{"title":"two"}')

    edited = await web_chat.edit(core, ann.id, one.id, '{"title":"one, decided"}')

    assert (edited.no, edited.id) == (one.no, one.id)
    assert await web_chat.changed(core, ann.id, two.rev) == (edited,)
    assert await web_chat.changed(core, ann.id, edited.rev) == ()
    assert await web_chat.changed(core, ann.id) == (edited, two)


async def test_an_edit_that_changes_nothing_is_no_news(core: Core, ann: Somebody) -> None:
    one = await web_chat.post(core, ann.id, "{}")

    assert await web_chat.edit(core, ann.id, one.id, "{}") == one
    assert await web_chat.changed(core, ann.id, one.rev) == ()


async def test_nobody_reads_or_edits_the_messages_of_another(
    core: Core, office: Office, ann: Somebody
) -> None:
    bob = await office.member("bob")
    hers = await web_chat.post(core, ann.id, "{}")

    refusal = await refused(web_chat.edit(core, bob.id, hers.id, '{"title":"mine"}'))

    assert refusal.code is Code.NOT_FOUND
    assert await web_chat.changed(core, bob.id) == ()
    assert await web_chat.changed(core, ann.id) == (hers,)


async def test_the_last_200_are_kept(core: Core, office: Office, ann: Somebody) -> None:
    bob = await office.member("bob")
    his = await web_chat.say(core, bob.id, "his own are not counted with hers")
    for number in range(web_chat.MOST_KEPT + 3):
        await web_chat.say(core, ann.id, f"line {number}")

    kept = await web_chat.changed(core, ann.id, most=1_000)

    assert [message.said for message in kept] == [f"line {n}" for n in range(3, 203)]
    assert await web_chat.changed(core, bob.id) == (his,)


async def test_of_many_the_newest_are_shown(core: Core, ann: Somebody) -> None:
    for number in range(5):
        await web_chat.say(core, ann.id, f"line {number}")

    shown = await web_chat.changed(core, ann.id, most=2)

    assert [message.said for message in shown] == ["line 3", "line 4"]


async def test_revisions_are_in_order_however_many_write_at_once(
    core: Core, ann: Somebody
) -> None:
    made = await asyncio.gather(
        *(web_chat.post(core, ann.id, f'{{"title":"{n}"}}') for n in range(20))
    )

    assert sorted(message.rev for message in made) == list(range(1, 21))


async def test_who_waits_for_a_member_is_woken_by_their_messages_alone(
    core: Core, office: Office, ann: Somebody
) -> None:
    bob = await office.member("bob")
    hers, his = (web_chat.topic(who.id) for who in (ann, bob))
    waking = core.database.waking
    async with core.database.hearing(), asyncio.timeout(20):
        with waking.waiter(hers) as hear_hers, waking.waiter(his) as hear_his:
            while not hear_hers.is_set():  # until this process hears, and is told that it does
                await web_chat.say(core, ann.id, "quota")
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.2)
            hear_hers.clear()
            hear_his.clear()
            await web_chat.say(core, ann.id, "quota")
            await hear_hers.wait()

            assert not hear_his.is_set()


async def test_a_message_for_nobody_is_refused(core: Core) -> None:
    refusal = await refused(web_chat.post(core, "usr_nobody", "{}"))

    assert refusal.code is Code.NOT_FOUND
