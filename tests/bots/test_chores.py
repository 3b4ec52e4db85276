"""Work beside the requests: it is finished, begun again, or cut short, and never lost."""

import asyncio

import pytest
from world.slack_people import until

from bots import chores
from bots.chores import Chores


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chores, "AGAIN_SECONDS", 0.01)


async def test_what_breaks_is_logged_by_name_alone(capfd: pytest.CaptureFixture[str]) -> None:
    work = Chores("slack")

    async def broken() -> None:
        raise ValueError("what somebody said")

    work.spawn(broken(), "said")
    await work.end(1)

    logged = "".join(capfd.readouterr())
    assert "ValueError" in logged
    assert "somebody" not in logged


async def test_what_has_no_end_begins_again_until_the_end() -> None:
    work, begun = Chores("slack"), []

    async def endless() -> None:
        begun.append(True)
        raise OSError

    work.keep(endless, "endless")
    await until(lambda: len(begun) > 2)
    await work.end(1)
    many = len(begun)
    await asyncio.sleep(0.05)

    assert len(begun) == many


async def test_the_end_waits_for_what_was_begun_but_not_for_ever() -> None:
    work, ended = Chores("slack"), []

    async def short() -> None:
        await asyncio.sleep(0.05)
        ended.append("short")

    async def long() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cut")

    work.spawn(short(), "short")
    work.spawn(long(), "long")
    await work.end(0.3)

    assert ended == ["short", "cut"]
