"""What comes by the dozen shares commits; each gets its own result, or the fault of its commit."""

import asyncio
from collections.abc import Sequence

import pytest

from bots.together import MOST, Together


class Commits:
    """Notes what each commit took, and holds the first up."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.go = asyncio.Event()

    async def __call__(self, some: Sequence[int]) -> list[int]:
        self.sizes.append(len(some))
        await self.go.wait()
        if 13 in some:
            raise ZeroDivisionError
        return [2 * one for one in some]


async def test_whoever_is_alone_goes_at_once_and_the_others_together() -> None:
    commits = Commits()
    together = Together(commits)
    first = asyncio.create_task(together(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    rest = [asyncio.create_task(together(n)) for n in range(2, 9)]
    await asyncio.sleep(0)
    commits.go.set()

    assert await asyncio.gather(first, *rest) == [2 * n for n in range(1, 9)]
    assert commits.sizes == [1, 7]
    assert await together(10) == 20


async def test_a_commit_that_fails_fails_for_those_in_it_alone() -> None:
    commits = Commits()
    commits.go.set()
    together = Together(commits)
    with pytest.raises(ZeroDivisionError):
        await together(13)

    assert await together(1) == 2


async def test_no_commit_grows_without_bound() -> None:
    commits = Commits()
    commits.go.set()

    await asyncio.gather(*map(Together(commits), range(100, 350)))

    assert max(commits.sizes) == MOST


async def test_who_does_not_wait_any_more_holds_nobody_up() -> None:
    commits = Commits()
    together = Together(commits)
    gone, stays = asyncio.create_task(together(1)), asyncio.create_task(together(2))
    broken = asyncio.create_task(together(13))
    await asyncio.sleep(0)
    gone.cancel()
    broken.cancel()
    await asyncio.gather(gone, broken, return_exceptions=True)
    other = asyncio.create_task(together(3))
    commits.go.set()

    with pytest.raises(ZeroDivisionError):
        await stays  # in one commit with what was broken
    assert await other == 6
