"""The Bot API: what each failure means, and what is done about none of them in here."""

import asyncio
import logging

import pytest
from world.telegram_people import TelegramPerson
from world.telegram_things import User
from world.telegram_vendor import GROUP, TelegramVendor

from bots.telegram.sdk import Api
from bots.transport import Gone, RateLimited, Rejected, Transient, Unreachable
from cards.actions import Verb
from cards.card import Actions, Button, Card
from cards.render import telegram

CARD = Card("A card & <more>", (Actions((Button("Home", Verb.HOME),)),))
SHOWN = telegram.message(CARD)


@pytest.fixture
def ann(vendor: TelegramVendor) -> User:
    return vendor.hire("ann", started=True)


FAULTS = [
    ("400:Bad Request: chat not found", Unreachable),
    ("403:Forbidden: bot was blocked by the user", Unreachable),
    ("400:Bad Request: not enough rights to send text messages to the chat", Unreachable),
    ("400:Bad Request: message to edit not found", Gone),
    ("400:Bad Request: message can't be edited", Gone),
    ("429:30", RateLimited),
    ("500", Transient),
    ("502:Bad Gateway", Transient),
    ("401:Unauthorized", Transient),
    ("409:Conflict: terminated by other getUpdates request", Transient),
    ("400:Bad Request: can't parse entities", Rejected),
    ("400:Bad Request: something new", Rejected),
]


@pytest.mark.parametrize(("fault", "raised"), FAULTS)
async def test_every_error_means_something(
    vendor: TelegramVendor, api: Api, ann: User, fault: str, raised: type[Exception]
) -> None:
    vendor.faults["sendMessage"].append(fault)

    with pytest.raises(raised) as caught:
        await api.send(str(ann.id), SHOWN)

    assert vendor.token not in repr(caught.value)
    assert len(vendor.asked("sendMessage")) == 1  # nobody tried again in here


async def test_telegram_says_how_long_to_wait_and_we_do(
    vendor: TelegramVendor, api: Api, ann: User
) -> None:
    vendor.faults["sendMessage"].append("429:30")
    with pytest.raises(RateLimited) as limited:
        await api.send(str(ann.id), SHOWN)
    assert limited.value.retry_seconds == 30

    with pytest.raises(RateLimited) as still:
        await api.send(str(ann.id), SHOWN)

    assert 29 < still.value.retry_seconds <= 30
    assert len(vendor.asked("sendMessage")) == 1


async def test_a_message_is_sent_changed_and_deleted(
    vendor: TelegramVendor, api: Api, ann: User
) -> None:
    sent = await api.send(str(ann.id), SHOWN, protect=True, reply_to="7")
    (message,) = vendor.in_chat(ann.id)
    assert (message.shown, message.protected, message.reply_to) == ("A card & <more>", True, 7)
    assert message.buttons["Home"]["callback_data"] == "home.show||0"

    await api.edit(str(ann.id), sent, telegram.message(Card("Another")))
    await api.edit(str(ann.id), sent, telegram.message(Card("Another")))
    await api.edit_keyboard(str(ann.id), sent, [[{"text": "A", "callback_data": "a"}]])
    await api.edit_keyboard(str(ann.id), sent, [[{"text": "A", "callback_data": "a"}]])

    assert (message.shown, message.edits, list(message.buttons)) == ("Another", 2, ["A"])
    await api.delete(str(ann.id), sent)
    assert vendor.in_chat(ann.id) == []
    for gone in (api.delete(str(ann.id), sent), api.edit(str(ann.id), sent, SHOWN)):
        with pytest.raises(Gone):
            await gone


async def test_who_never_started_or_has_blocked_cannot_be_written_to(
    vendor: TelegramVendor, api: Api
) -> None:
    never, blocks = vendor.hire("never"), vendor.hire("blocks", started=True, blocks=True)

    for chat in (never.id, blocks.id, 42):
        with pytest.raises(Unreachable):
            await api.send(str(chat), SHOWN)


async def test_a_click_is_answered_and_a_late_answer_is_no_fault(
    vendor: TelegramVendor, api: Api
) -> None:
    query = vendor.query()

    await api.answer(query, "word " * 100, alert=True)
    await api.answer(query, "again")

    first, _ = vendor.answers[query]
    assert first["text"].endswith("…")
    assert len(first["text"]) <= 200
    assert first["show_alert"] == "true" or first["show_alert"] is True


async def test_a_group_that_has_moved_is_followed(vendor: TelegramVendor, api: Api) -> None:
    vendor.groups.add(-100777)
    vendor.moved[GROUP] = -100777

    await api.send(str(GROUP), SHOWN)
    await api.send(str(GROUP), SHOWN)

    assert len(vendor.in_chat(-100777)) == 2
    assert [said["chat_id"] for said in vendor.asked("sendMessage")] == [
        str(GROUP), "-100777", "-100777",
    ]  # fmt: skip


async def test_a_group_that_moves_on_and_on_is_not_followed_for_ever(
    vendor: TelegramVendor, api: Api
) -> None:
    vendor.moved |= {GROUP: -100777, -100777: -100778}

    with pytest.raises(Unreachable):
        await api.send(str(GROUP), SHOWN)


async def test_a_group_gets_nineteen_messages_a_minute(vendor: TelegramVendor, api: Api) -> None:
    async def send() -> None:
        await api.send(str(GROUP), SHOWN)

    done = await asyncio.gather(*(send() for _ in range(25)), return_exceptions=True)

    limited = [one for one in done if isinstance(one, RateLimited)]
    assert len(vendor.in_chat(GROUP)) == 19
    assert len(limited) == 6
    assert all(50 < one.retry_seconds <= 60 for one in limited)


async def test_a_picture_is_sent(vendor: TelegramVendor, api: Api, ann: User) -> None:
    await api.photo(str(ann.id), b"\x89PNG picture", "<b>Week 47</b>")

    (message,) = vendor.in_chat(ann.id)
    assert (message.picture, message.shown) == (b"\x89PNG picture", "Week 47")


async def test_what_is_new_comes_as_it_was_sent(vendor: TelegramVendor, api: Api) -> None:
    ann = TelegramPerson(vendor, vendor.hire("ann", started=True))
    waiting = asyncio.create_task(api.updates(0, 5))
    number = await ann.writes("quota")
    await vendor.deliver({"update_id": number + 1, "message": "poison"})

    first = (await waiting)[0]
    again = await api.updates(number + 1, 0)

    assert isinstance(first, dict)
    assert first["message"]["text"] == "quota"
    assert again == [{"update_id": number + 1, "message": "poison"}]
    assert await api.updates(number + 2, 0) == []


async def test_a_telegram_that_is_not_there_is_a_fault_that_passes() -> None:
    nowhere = Api("110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0", "http://127.0.0.1:9/")
    await nowhere.open()
    with pytest.raises(Transient) as fault:
        await nowhere.whoami()
    with pytest.raises(Transient):
        await nowhere.updates(0, 0)
    await nowhere.close()
    assert "AAH" not in repr(fault.value)


async def test_an_answer_that_is_none_of_telegrams_is_a_fault_that_passes(
    vendor: TelegramVendor, api: Api, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vendor, "_sendmessage", lambda _said: {"surprise": True})
    with pytest.raises(Transient):
        await api.send(str(ann.id), SHOWN)


async def test_the_token_is_in_no_log(
    api: Api, ann: User, vendor: TelegramVendor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        await api.send(str(ann.id), SHOWN)
        await api.updates(0, 0)
        vendor.faults["sendMessage"].append("500")
        with pytest.raises(Transient):
            await api.send(str(ann.id), SHOWN)

    assert vendor.token not in caplog.text
    assert vendor.token.partition(":")[2] not in caplog.text
