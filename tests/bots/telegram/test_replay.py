"""Telegram delivers again what it believes lost; whatever comes fifty times has one effect.

F-102.
"""

from world.telegram_office import TelegramOffice
from world.telegram_replay import TIMES, counts, recorder_of, settled, through_every_kind


async def test_every_kind_of_update_counts_once(
    called: TelegramOffice,
) -> None:
    """A line, a tap, an answer to a question, a group's line and tap, a block and its end."""
    ann, mia = await called.person("ann"), await called.person("mia")
    await called.team("Research", 5000, "mia", "ann")
    recorder = recorder_of(called)
    await through_every_kind(called, ann, mia)
    await settled(called)
    await called.served.quiet()
    seen, before = len(called.vendor.messages), await counts(called)

    await recorder.again(*recorder.updates)

    await called.served.quiet()
    assert await counts(called) == before == [1, 4, 1, 0, 0]
    assert len(called.vendor.messages) == seen
    assert all(len(given) == 1 for given in called.vendor.answers.values())
    assert {next(iter(u.keys() - {"update_id"})) for u in recorder.updates} == {
        "message", "callback_query", "my_chat_member",
    }  # fmt: skip
    assert len(recorder.updates) * TIMES == 400
    await called.served.assert_clean()
