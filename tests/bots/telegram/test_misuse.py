"""A wrong order, edited messages, forged buttons and a missing secret: refused, or no harm.

F-102.
"""

import json
from random import Random

import pytest
from world.telegram_office import TelegramOffice
from world.telegram_people import until
from world.telegram_replay import (
    PATH,
    SECRET,
    TIMES,
    counts,
    recorder_of,
    settled,
    through_every_kind,
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: tests/bots/telegram/test_replay.py uses both."""
    return sqlite_url


async def test_what_comes_in_a_wrong_order_does_no_harm(
    called: TelegramOffice,
) -> None:
    """The same updates with new numbers, shuffled, and those of long ago among them."""
    ann, mia = await called.person("ann"), await called.person("mia")
    await called.team("Research", 5000, "mia", "ann")
    recorder = recorder_of(called)
    await through_every_kind(called, ann, mia)
    await settled(called)
    shuffled = [dict(update) for update in recorder.updates * 2]
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
    called: TelegramOffice,
) -> None:
    ann = await called.person("ann")
    recorder = recorder_of(called)
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
        approve, approve.replace("appr.ok", "appr.give"), approve.replace("|0", "|9"), "appr.ok",
        "", "|", "?", "appr.ok|apr_none|0", "appr?ok|apr_none|0", "ask:skip", "ask:stop", "x" * 64,
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
    called: TelegramOffice,
) -> None:
    ann = await called.person("ann")
    recorder = recorder_of(called)
    await ann.asks("quota")
    body, seen = json.dumps(recorder.updates[-1] | {"update_id": 5}).encode(), len(ann.chat)

    for number in range(TIMES):
        secret = called.vendor.secret[: number % len(called.vendor.secret)]
        given = {SECRET: secret} if number else {}
        answer = await called.served.http.post(PATH, content=body, headers=given)
        assert answer.status_code == 403

    await settled(called)
    assert len(ann.chat) == seen
