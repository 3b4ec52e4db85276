"""Telegram fails, people block, messages are gone: what somebody gets all the same."""

import asyncio
from functools import partial

import pytest
from world.telegram_office import TelegramOffice
from world.telegram_people import until
from world.telegram_things import Message
from world.telegram_vendor import GROUP, HANG, TelegramVendor

from bots.telegram.board import board
from bots.telegram.people import place
from bots.telegram.sdk import Api
from bots.telegram.transport import TelegramTransport
from bots.transport import Unreachable
from bots.turns import Turns
from bots.vanish import Vanish
from cards.card import Card
from core.service import boards, vanishing
from core.service.start import Core
from core.store import vanishing as rows


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is judged here happens before and behind the database."""
    return sqlite_url


async def test_an_answer_that_came_too_fast_comes_a_little_later(called: TelegramOffice) -> None:
    ann = await called.person("ann")
    called.vendor.faults["sendMessage"].append("429:1")
    before = len(ann.chat)

    await ann.writes("quota")
    await until(lambda: len(ann.chat) > before)

    assert "credits left" in ann.last.shown


async def test_what_was_done_stays_done_if_it_cannot_be_shown(called: TelegramOffice) -> None:
    ann = await called.person("ann")
    await called.person("mia")
    await called.team("red", 10_000, "mia", "ann")
    called.vendor.faults["sendMessage"].extend(["500", "502"])
    await ann.writes("request 70")
    sql = "SELECT state FROM inbox WHERE state = 'done'"
    done = len(await called.served.rows(sql))
    while len(await called.served.rows(sql)) == done:
        await asyncio.sleep(0.02)

    assert len(await called.served.rows("SELECT id FROM approval")) == 1
    assert await called.served.rows("SELECT key FROM inbox WHERE state = 'failed'") == []


async def test_a_fault_that_passes_is_tried_once_more(called: TelegramOffice) -> None:
    ann = await called.person("ann")
    called.vendor.faults["sendMessage"].append("500")
    assert "credits left" in (await ann.asks("quota")).shown


async def test_a_secret_comes_into_a_place_that_will_be_deleted(called: TelegramOffice) -> None:
    """Whether Telegram takes it or not, and whoever dies between: the place is noted first."""
    ann = await called.person("ann")
    called.vendor.faults["editMessageText"].append("500")
    await ann.writes("key new laptop")
    await ann.writes("quota")
    await until(lambda: ann.chat and "credits left" in ann.last.shown)

    (place,) = [one for one in ann.chat if one.protected]
    assert "tp_" not in place.shown
    noted = await called.served.rows("SELECT message_id FROM vanishing")
    assert noted == [(str(place.id),)]


async def test_a_message_that_is_gone_is_answered_by_another(called: TelegramOffice) -> None:
    ann = await called.person("ann")
    card = await ann.asks("privacy")
    card.deleted = True
    before = len(ann.chat)

    await ann.clicks("Switch to strict", card)

    await until(lambda: len(ann.chat) > before)
    assert "strict" in ann.last.shown


async def test_an_old_question_cannot_be_skipped(called: TelegramOffice) -> None:
    ann = await called.person("ann")
    card = await ann.asks("/request")
    await ann.clicks("Send request", card)
    await until(lambda: "Cancel" in ann.last.buttons)
    question = ann.last

    await ann.clicks("Cancel", question)
    await until(lambda: "Stopped" in ann.last.shown)
    keep = {"text": "Keep", "callback_data": "ask:skip"}
    stale = Message(ann.id, question.id, question.text, [[keep]])
    told = await ann.clicks("Keep", stale)

    assert told["text"] == "This question is over."
    assert question.keyboard == []
    assert await called.served.rows("SELECT id FROM approval") == []


async def test_who_blocks_the_bot_hears_by_another_way(called: TelegramOffice) -> None:
    """A notice finds no way to Telegram: the account counts as unreachable, by a fault."""
    ann, mia = await called.person("ann"), await called.person("mia")
    await called.team("red", 10_000, "mia", "ann")
    mia.user.blocks = True  # without a word to us

    await ann.asks("request 70")

    sql = "SELECT reachable FROM identity_link WHERE external_id = :1"
    async with asyncio.timeout(10):
        while (await called.served.rows(sql, str(mia.id)))[0][0]:
            await asyncio.sleep(0.02)
    await mia.starts()
    async with asyncio.timeout(10):
        while not (await called.served.rows(sql, str(mia.id)))[0][0]:
            await asyncio.sleep(0.02)


async def test_a_code_comes_with_a_link_that_types_it(called: TelegramOffice) -> None:
    ann = await called.person("ann")

    shown = await ann.asks("link")

    assert "https://t.me/TokenPoolTestBot?start=" in shown.text
    assert shown.protected


async def test_what_cannot_be_deleted_now_is_deleted_later(
    core: Core, vendor: TelegramVendor, api: Api
) -> None:
    ann = vendor.hire("ann", started=True)
    sent = await api.send(str(ann.id), {"text": "tp_secret"})
    for message in (sent, "4242"):
        await core.database.run(partial(rows.add, "telegram", str(ann.id), message, 1))
    vendor.faults["deleteMessage"].append("500")
    vanish = Vanish(core, "telegram", api.delete)

    async with asyncio.timeout(5):
        while await vanishing.due(core, "telegram"):
            await vanish.delete_due()

    assert not vendor.faults["deleteMessage"]
    assert vendor.in_chat(ann.id) == []


async def test_a_group_that_is_not_there_is_waited_for(
    called: TelegramOffice, vendor: TelegramVendor, api: Api
) -> None:
    ann = await called.person("ann")
    await called.person("mia")
    await called.team("red", 10_000, "mia", "ann")
    shared = board(called.served.core, api, "-100404")
    await ann.asks("request 70")

    assert await shared.post_lacking() == 60.0
    vendor.faults["sendMessage"].append("429:7")
    assert await shared.post_lacking() == 7.0
    assert await boards.lacking(called.served.core, shared.place)


async def test_the_courier_posts_and_edits(vendor: TelegramVendor, api: Api) -> None:
    ann = vendor.hire("ann", started=True)
    transport = TelegramTransport(api, api.open, api.close)
    to = place(str(ann.id))

    sent = await transport.post(to, Card("A card"), "key")
    await transport.edit(to, sent, Card("Another"))
    await transport.edit(to, sent, Card("Another"))

    (message,) = vendor.in_chat(ann.id)
    assert (message.shown, message.edits) == ("Another", 1)
    with pytest.raises(Unreachable):
        await transport.post(place("77"), Card("A card"), "key")
    vendor.faults["sendMessage"].append(HANG)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await transport.post(place(str(GROUP)), Card("A card"), "key")


async def test_each_person_has_one_turn_after_another() -> None:
    turns, seen = Turns(), list[str]()

    async def work(name: str, number: int) -> None:
        async with turns.of(name):
            await asyncio.sleep(0.01 / number)
            seen.append(f"{name}{number}")

    await asyncio.gather(*(work(name, n) for n in (1, 2, 3) for name in "ab"))

    assert [one for one in seen if one[0] == "a"] == ["a1", "a2", "a3"]
    assert turns._locks == {}
