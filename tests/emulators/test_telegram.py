"""The walk through Telegram, beside a Bot API that nobody here wrote."""

import pytest
from emulators.telegram_emulate import EmulatedTelegram, emulated_telegram
from flow.upstreams import upstream
from world.both_chats import both_at
from world.telegram_walk import walk_through

from core.settings import Settings

pytestmark = pytest.mark.emulators


@pytest.mark.parametrize("webhook", [True, False], ids=["webhook", "polling"])
async def test_the_walk_leaves_the_chats_as_they_should_be(
    settings: Settings,
    webhook: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    async with (
        upstream() as provider,
        emulated_telegram() as vendor,
        both_at(vendor, settings, provider.base, webhook=webhook) as both,
    ):
        await walk_through(both)

        await assert_same(vendor)


async def assert_same(vendor: EmulatedTelegram) -> None:
    """Its messages are those that people have seen; a deleted one is gone there too.

    It knows no pictures: those are the front's.
    """
    kept = await vendor.history()
    ours = [one for one in vendor.messages if one.ours and not one.picture]
    shown = [one for one in ours if not one.deleted]
    assert [one for one in ours if one.deleted and one.id in kept] == []
    assert len(shown) > 20
    assert {one.id: one.text for one in shown} == {n: kept[n]["text"] for n in kept}
    assert all(one.edits or _keys(kept[one.id]) == one.keyboard for one in shown)


def _keys(said: dict[str, object]) -> object:
    below = said.get("reply_markup")
    return below.get("inline_keyboard", []) if isinstance(below, dict) else []
