"""The leaderboard on real calls: whose count, who is seen by whom, and in which period."""

import pytest
from world.clock import ManualClock
from world.people import Town
from world.reports import Made, make, person

from core.domain.efficiency import LEAST_CALLS
from core.domain.errors import Code, Refusal
from core.domain.ledger import Kind
from core.domain.members import Person
from core.service.analytics import find_span
from core.service.leaderboard import hide, leaderboard
from core.service.start import Core
from core.views import LeaderboardView, RankView


@pytest.fixture
async def town(core: Core, clock: ManualClock) -> Town:
    town = Town(core.database, core.database.journal.rules, clock)
    for team in ("blue", "red"):
        await town.team(team, pool=10**9)
    for name, team in {"ada": "blue", "bob": "blue", "cyd": "blue", "dan": "red"}.items():
        await town.member(name, 10**9, team=team)
    return town


async def write(town: Town, name: str, completion: int, *, calls: int = LEAST_CALLS) -> None:
    """Make calls of 1,000 prompt tokens each, at 3 microcredits a completion token."""
    for _ in range(calls):
        made = Made(name, cost=3 * completion, prompt=1_000, completion=completion)
        await make(town, made)


async def see(core: Core, asker: Person, period: str = "", team: str = "") -> LeaderboardView:
    return await leaderboard(core, asker, find_span(core, period), team=team or None)


def places(view: LeaderboardView) -> list[tuple[int, str]]:
    return [(rank.rank, rank.name) for rank in view.ranks]


async def test_the_most_output_per_prompt_token_comes_first_with_its_cost_beside_it(
    core: Core, town: Town
) -> None:
    for name, completion in (("ada", 500), ("bob", 2_500), ("dan", 500)):
        await write(town, name, completion)

    view = await see(core, person("ada", "blue"))

    assert view.ranks[0] == RankView(1, "bob", "bob", 10, 10_000, 25_000, 2.5, 3_000)
    assert places(view) == [(1, "bob"), (2, "ada"), (2, "dan")]
    assert view.mine == view.ranks[1]
    assert (view.hidden, view.message) == (False, "")


async def test_only_settled_calls_count(core: Core, town: Town) -> None:
    await write(town, "ada", 500, calls=LEAST_CALLS - 1)
    await make(town, Made("ada", kind=Kind.VOID, held=9))
    await make(town, Made("ada", kind=Kind.CAPTURE, held=9))

    view = await see(core, person("ada"))

    assert view.mine is None
    assert "You are ranked from 10 calls and 1,000 tokens" in view.message


async def test_who_hides_is_gone_at_once_for_everybody_else(core: Core, town: Town) -> None:
    """F-82: the opt-out is honoured."""
    for name, completion in (("ada", 400), ("bob", 300), ("cyd", 200), ("dan", 100)):
        await write(town, name, completion)
    await hide(core, "ada", hidden=True)

    of_bob = await see(core, person("bob"))
    of_admin = await see(core, person("root", admin=True))
    of_ada = await see(core, person("ada"))
    await hide(core, "ada", hidden=False)
    back = await see(core, person("bob"))

    assert places(of_bob) == places(of_admin) == [(1, "bob"), (2, "cyd"), (3, "dan")]
    assert of_ada.ranks == of_bob.ranks
    assert of_ada.mine is not None
    assert (of_ada.mine.rank, of_ada.hidden) == (1, True)
    assert of_ada.message == "Only you see your place."
    assert places(back)[0] == (1, "ada")


async def test_in_a_small_group_a_member_sees_no_names_and_a_manager_does(
    core: Core, town: Town
) -> None:
    await write(town, "ada", 500)
    await write(town, "bob", 600)

    of_ada = await see(core, person("ada", "blue"), team="blue")
    of_manager = await see(core, person("mia", manages=("blue",)), team="blue")
    of_other = await see(core, person("mia", manages=("red",)))

    assert of_ada.ranks == of_other.ranks == ()
    assert of_ada.mine is not None
    assert "Fewer than 3 members are ranked" in of_ada.message
    assert places(of_manager) == [(1, "bob"), (2, "ada")]


async def test_a_team_ranks_its_own_calls_of_those_who_belong_to_it_now(
    core: Core, town: Town
) -> None:
    for name in ("ada", "bob", "cyd", "dan"):
        await write(town, name, 500)
    await town.query("DELETE FROM membership WHERE member_id = 'cyd' RETURNING team_id")
    await town.query("UPDATE member SET status = 'disabled' WHERE id = 'bob' RETURNING id")

    view = await see(core, person("root", admin=True), team="blue")

    assert places(view) == [(1, "ada")]


async def test_a_board_covers_the_period_it_names(
    core: Core, town: Town, clock: ManualClock
) -> None:
    await write(town, "ada", 500)
    clock.advance(days=7)

    december, november = await see(core, person("ada")), await see(core, person("ada"), "previous")
    seven_days = await see(core, person("ada"), "8d")

    assert december.mine is None
    assert november.mine == seven_days.mine is not None
    assert (december.period.name, november.period.name) == ("2026-12", "2026-11")


async def test_a_foreign_team_has_no_board(core: Core, town: Town) -> None:
    assert await town.query("SELECT 1")
    for team in ("red", "green"):
        with pytest.raises(Refusal) as refused:
            await see(core, person("ada", "blue"), team=team)

        assert refused.value.code is Code.NOT_FOUND
