"""In groups: nothing of a person, nothing decided; everything else in the private chat."""

import pytest
from world.telegram_office import TelegramOffice
from world.telegram_people import TelegramPerson, until
from world.telegram_things import Message
from world.telegram_vendor import GROUP

from bots.telegram.groups import IN_PRIVATE, PRIVATELY, START_FIRST, TO_DECIDE


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is judged here happens before and behind the database."""
    return sqlite_url


def in_group(office: TelegramOffice) -> list[Message]:
    return [one for one in office.vendor.in_chat(GROUP) if one.ours]


async def told(office: TelegramOffice, person: TelegramPerson, text: str) -> Message:
    before = len(in_group(office))
    await person.writes(text, group=GROUP)
    await until(lambda: len(in_group(office)) > before)
    return in_group(office)[-1]


async def test_help_is_answered_there_and_figures_in_private(called: TelegramOffice) -> None:
    ann = await called.person("ann")

    shared = await told(called, ann, "/help@TokenPoolTestBot")
    assert "request" in shared.shown
    said = await told(called, ann, "/quota@TokenPoolTestBot")

    assert said.shown == IN_PRIVATE
    assert "credits left" in ann.last.shown
    assert "credits" not in said.shown
    assert said.buttons["Open our private chat"]["url"].startswith("https://t.me/")


async def test_what_would_change_something_is_not_done_from_a_group(
    called: TelegramOffice,
) -> None:
    ann = await called.person("ann")
    before = len(ann.chat)

    for line in ("request 500 for fun", "vacation on", "key new laptop", "vacation off"):
        said = await told(called, ann, f"/{line.replace(' ', '@TokenPoolTestBot ', 1)}")
        assert said.shown == PRIVATELY

    assert len(ann.chat) == before
    counts = "SELECT (SELECT count(*) FROM approval), (SELECT count(*) FROM api_key)"
    assert tuple((await called.served.rows(counts))[0]) == (0, 2)
    assert "tp_" not in "".join(one.shown for one in in_group(called))


async def test_who_never_started_is_told_how(called: TelegramOffice) -> None:
    bob = called.stranger("bob")

    said = await told(called, bob, "/quota@tokenpooltestbot")

    assert said.shown == START_FIRST


async def test_nobody_is_linked_in_a_group(called: TelegramOffice) -> None:
    bob = called.stranger("bob")
    bob.user.started = True

    assert (await told(called, bob, "/link@TokenPoolTestBot 4F7K-2MQX")).shown == PRIVATELY
    assert (await told(called, bob, "/start@TokenPoolTestBot")).shown == IN_PRIVATE
    assert "I do not know yet who you are" in bob.last.shown
    tries = await called.served.rows("SELECT count(*) FROM link_try")
    assert tries[0][0] == 0


async def test_what_is_not_for_us_is_left_alone(called: TelegramOffice) -> None:
    ann = await called.person("ann")
    inbox = "SELECT count(*) FROM inbox WHERE state = 'done'"
    for text in ("quota", "/quota", "/quota@AnotherBot", "hello all"):
        await ann.writes(text, group=GROUP)
    shared = await told(called, ann, "/help@TokenPoolTestBot")

    assert in_group(called) == [shared]
    await ann.writes("thanks a lot", group=GROUP, reply_to=shared)
    await ann.writes("help", group=GROUP, reply_to=shared)
    await until(lambda: len(in_group(called)) == 2)
    assert (await called.served.rows(inbox))[0][0] >= 5


async def test_channels_bots_and_anonymous_admins_do_nothing(called: TelegramOffice) -> None:
    ann = await called.person("ann")
    rows = await called.served.rows("SELECT key FROM inbox")
    line = "/help@TokenPoolTestBot"
    bot = {"id": 99, "is_bot": True, "first_name": "Bot"}
    await ann.writes(line, group=GROUP, more={"sender_chat": {"id": GROUP, "type": "supergroup"}})
    await ann.writes(line, group=GROUP, more={"from": bot})
    await ann.writes(line, group=GROUP, more={"chat": {"id": -1009, "type": "channel"}})
    await called.vendor.happens("edited_message", {"text": "quota"})
    await called.vendor.happens("channel_post", {"text": "quota"})

    assert called.vendor.delivered[-5:] == [200] * 5
    assert await called.served.rows("SELECT key FROM inbox") == rows
    assert in_group(called) == []


async def test_a_request_stands_in_the_group_and_is_decided_in_private(
    called: TelegramOffice,
) -> None:
    ann, mia = await called.person("ann"), await called.person("mia")
    bob = called.stranger("bob")
    await called.team("red", 10_000, "mia", "ann")
    await ann.asks("request 70")
    await until(lambda: in_group(called))
    (shared,) = in_group(called)
    assert "Approve" in shared.buttons

    answer = await bob.clicks("Approve", shared)
    assert str(answer["show_alert"]).lower() == "true"
    refused = await ann.clicks("Reject", shared)
    assert "Approve" not in ann.last.buttons
    before = len(mia.chat)
    answer = await mia.clicks("Approve", shared)
    await until(lambda: len(mia.chat) > before)

    assert answer["text"] == refused["text"] == TO_DECIDE
    assert "Approve" in shared.buttons  # nothing is decided here
    await mia.clicks("Approve", mia.last)
    await until(lambda: "Approve" not in shared.buttons)
    assert "approved" in shared.shown
    assert all(len(given) == 1 for given in called.vendor.answers.values())


async def test_a_forged_or_old_button_in_a_group_is_refused(called: TelegramOffice) -> None:
    ann = await called.person("ann")
    shared = await told(called, ann, "/help@TokenPoolTestBot")
    for data in ("nonsense", "key.make||0", "vac.on||0", "?", "ask:skip", "appr.ok|apr_none|0"):
        answer = await ann.told(await ann.taps_data(data, shared))
        assert str(answer["show_alert"]).lower() == "true", data
    assert shared.edits == 0
