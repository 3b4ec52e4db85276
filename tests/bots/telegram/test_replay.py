"""Telegram delivers again what it believes lost; whatever comes fifty times has one effect."""

import json
from random import Random

import pytest
from world.telegram_office import TelegramOffice
from world.telegram_people import TelegramPerson, until
from world.telegram_replay import TIMES, Recorder, settled
from world.telegram_vendor import GROUP

COUNTS = """
SELECT (SELECT count(*) FROM approval), (SELECT count(*) FROM api_key),
       (SELECT count(*) FROM transfer WHERE kind = 'MOVE' AND posted > 0),
       (SELECT count(*) FROM vacation), (SELECT count(*) FROM pending_input)
"""
SECRET = "x-telegram-bot-api-secret-token"


@pytest.fixture
def recorder(called: TelegramOffice) -> Recorder:
    made = Recorder(called)
    made.listen()
    return made


async def counts(office: TelegramOffice) -> list[int]:
    return [int(n) for n in (await office.served.rows(COUNTS))[0]]


async def test_every_kind_of_update_counts_once(
    called: TelegramOffice, recorder: Recorder
) -> None:
    """A line, a tap, an answer to a question, a group's line and tap, a block and its end."""
    ann, mia = await called.person("ann"), await called.person("mia")
    await called.team("Research", 5000, "mia", "ann")
    recorder.updates.clear()
    await through_every_kind(called, ann, mia)
    await settled(called)
    await called.served.quiet()
    seen, before = len(called.vendor.messages), await counts(called)

    await recorder.again(*recorder.updates)

    await called.served.quiet()
    assert await counts(called) == before == [1, 3, 1, 0, 0]
    assert len(called.vendor.messages) == seen
    assert all(len(given) == 1 for given in called.vendor.answers.values())
    assert {next(iter(u.keys() - {"update_id"})) for u in recorder.updates} == {
        "message", "callback_query", "my_chat_member",
    }  # fmt: skip
    assert len(recorder.updates) * TIMES > 400
    await called.served.assert_clean()


async def through_every_kind(
    office: TelegramOffice, ann: TelegramPerson, mia: TelegramPerson
) -> None:
    await ann.asks("request 500 tests")
    await until(lambda: any("Approve" in one.buttons for one in mia.chat))
    await mia.clicks("Approve", next(one for one in mia.chat if "Approve" in one.buttons))
    await office.served.quiet()
    question = await ann.asks("key new")
    await ann.writes("laptop", reply_to=question)
    await until(lambda: any("tp_" in one.shown for one in ann.chat))
    await ann.writes("/help@TokenPoolTestBot", group=GROUP)
    await until(lambda: [one for one in office.vendor.in_chat(GROUP) if "request" in one.shown])
    shared = office.vendor.in_chat(GROUP)[-1]
    await ann.taps_data("vac.on||0", shared)
    await ann.blocks()
    await ann.unblocks()


async def test_what_comes_in_a_wrong_order_does_no_harm(
    called: TelegramOffice, recorder: Recorder
) -> None:
    """The same updates with new numbers, shuffled, and those of long ago among them."""
    ann, mia = await called.person("ann"), await called.person("mia")
    await called.team("Research", 5000, "mia", "ann")
    recorder.updates.clear()
    await through_every_kind(called, ann, mia)
    await settled(called)
    shuffled = [dict(update) for update in recorder.updates * 3]
    for number, update in enumerate(shuffled):
        update["update_id"] = 600_000_000 + number * 7 % len(shuffled)
    Random(6).shuffle(shuffled)

    await recorder.again(*shuffled, times=1)

    await called.served.quiet()
    states = await called.served.rows("SELECT state, count(*) FROM approval GROUP BY state")
    moved = (await counts(called))[2]
    assert {str(state): int(n) for state, n in states}["approved"] == moved == 1
    assert await called.served.rows("SELECT key FROM inbox WHERE state = 'failed'") == []
    await called.served.assert_clean()


async def test_an_edited_message_is_not_said_again(
    called: TelegramOffice, recorder: Recorder
) -> None:
    ann = await called.person("ann")
    await ann.asks("quota")
    said = recorder.updates[-1]["message"] | {"text": "request 500 edited", "edit_date": 1}
    rows, seen = await called.served.rows("SELECT key FROM inbox"), len(called.vendor.messages)

    for kind in ("edited_message", "edited_channel_post", "channel_post", "business_message"):
        await called.vendor.happens(kind, said)

    assert called.vendor.delivered[-4:] == [200] * 4
    assert await called.served.rows("SELECT key FROM inbox") == rows
    assert len(called.vendor.messages) == seen


async def test_forged_buttons_are_refused_once_each(called: TelegramOffice) -> None:
    """Those of others' requests, of what is not theirs to do, and of nothing at all."""
    ann, mia = await called.person("ann"), await called.person("mia")
    eve = await called.person("eve")
    await called.team("Research", 5000, "mia", "ann", "eve")
    await ann.asks("request 500 tests")
    await until(lambda: any("Approve" in one.buttons for one in mia.chat))
    token = next(one for one in mia.chat if "Approve" in one.buttons).buttons["Approve"]
    approve, card = token["callback_data"], await eve.asks("quota")
    forged = (
        approve, approve.replace("appr.ok", "appr.give"), approve.replace("|0", "|9"), "", "|", "?",
        "appr.ok", "appr.ok|apr_none|0", "appr?ok|apr_none|0", "ask:skip", "ask:stop", "x" * 64,
        "key.revoke|key_none|0", "team.stop|usr_none|0", "\u202e", "'; DROP TABLE approval; --",
    )  # fmt: skip
    before = await counts(called)

    for data in forged:
        assert await eve.told(await eve.taps_data(data, card)), data

    await settled(called)
    assert await counts(called) == before
    states = await called.served.rows("SELECT state FROM approval")
    assert [str(row[0]) for row in states] == ["pending"]
    assert all(len(given) == 1 for given in called.vendor.answers.values())


async def test_replays_without_the_secret_are_refused_each_time(
    called: TelegramOffice, recorder: Recorder
) -> None:
    ann = await called.person("ann")
    await ann.asks("quota")
    body, seen = json.dumps(recorder.updates[-1] | {"update_id": 5}).encode(), len(ann.chat)

    for number in range(TIMES):
        headers = {SECRET: called.vendor.secret[: number % len(called.vendor.secret)]}
        assert await called.vendor.call_back(body, {**headers, "x": "1"}) in {200, 403}
        given = (await called.served.http.post("/telegram/webhook", content=body)).status_code
        assert given == 403

    await settled(called)
    assert len(ann.chat) == seen
