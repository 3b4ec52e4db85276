"""The quota view: the figures the next call meets, and nothing is opened by looking."""

from itertools import count

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from world.clock import ManualClock
from world.people import Town, capped
from world.reports import Made, hold, make

from core.domain.errors import Code, Refusal
from core.domain.periods import Length
from core.service.quota import quota, status
from core.service.start import Core, open_core
from core.settings import Settings
from core.views import PurseView, ShareView, TeamQuotaView


@pytest.fixture
def town(core: Core, clock: ManualClock) -> Town:
    return Town(core.database, core.database.journal.rules, clock)


async def rows_of(town: Town) -> tuple[int, ...]:
    tables = ("balance", "limit_row", "transfer")
    return tuple([(await town.query(f"SELECT COUNT(*) FROM {t}"))[0][0] for t in tables])


async def only_team(core: Core, member: str) -> TeamQuotaView:
    (team,) = (await quota(core, member)).teams
    return team


async def test_whoever_has_not_called_yet_has_the_full_grant(core: Core, town: Town) -> None:
    await town.team("blue", pool=5_000)
    await town.member("ada", 1_000, team="blue")

    view = await quota(core, "ada")

    assert view.own == PurseView(1_000, 0, 0, 1_000)
    assert view.teams[0].pool == PurseView(5_000, 0, 0, 5_000)
    assert view.teams[0].vacation.cap_micro == view.teams[0].critical.cap_micro == 500
    assert (view.debt_micro, view.period.name) == (0, "2026-11")


async def test_looking_opens_no_row(core: Core, town: Town) -> None:
    await town.team("blue")
    await town.member("ada", team="blue", cap=100)

    await quota(core, "ada")
    await status(core, "ada", "ada")

    assert await rows_of(town) == (0, 0, 0)


async def test_held_and_spent_are_told_apart(core: Core, town: Town) -> None:
    await town.member("ada", 1_000)
    await make(town, Made("ada", cost=30, held=90))
    await hold(town, Made("ada", held=200))

    assert (await quota(core, "ada")).own == PurseView(1_000, 200, 30, 770)


async def test_a_member_without_a_team_has_no_pool(core: Core, town: Town) -> None:
    await town.member("ada")

    assert (await quota(core, "ada")).teams == ()


async def test_who_does_not_exist_is_missing(core: Core) -> None:
    with pytest.raises(Refusal) as refused:
        await quota(core, "nobody")

    assert refused.value.code is Code.NOT_FOUND


async def test_the_vacation_share_opens_while_a_colleague_is_away(core: Core, town: Town) -> None:
    await town.team("blue", pool=1_000)
    for name in ("ada", "bob"):
        await town.member(name, 50, team="blue")
    shut = (await only_team(core, "ada")).vacation

    await town.leave("bob")
    of_ada, of_bob = await only_team(core, "ada"), await only_team(core, "bob")

    nobody = "Nobody else in the team is on vacation."
    assert shut == ShareView(100, 0, 0, 100, open=False, because=nobody)
    assert (of_ada.away, of_ada.vacation.open) == (1, True)
    assert of_ada.vacation.because.startswith("1 colleague is on vacation")
    assert (of_bob.away, of_bob.vacation.open) == (0, False)


async def test_the_share_says_what_was_lent_and_when_it_is_used_up(core: Core, town: Town) -> None:
    await town.team("blue", pool=1_000)
    for name in ("ada", "bob", "cyd"):
        await town.member(name, 0, team="blue")
    await town.leave("bob")
    await town.leave("cyd")
    await make(town, Made("ada", cost=60))
    await hold(town, Made("ada", held=40))

    team = await only_team(core, "ada")

    used_up = "The share of this period is used up."
    assert team.vacation == ShareView(100, 40, 60, 0, open=False, because=used_up)
    assert team.pool == PurseView(1_000, 40, 60, 900)
    assert team.away == 2


async def test_a_share_is_never_more_than_the_pool_has(core: Core, town: Town) -> None:
    await town.team("blue", pool=100)
    await town.query("UPDATE team SET critical_percent = 100, vacation_percent = 50 RETURNING id")
    await town.member("ada", 0, team="blue")
    await town.member("bob", 0, team="blue")
    await make(town, Made("ada", cost=70, critical=True))
    half_left = await only_team(core, "bob")
    await make(town, Made("bob", cost=30, critical=True))
    await town.leave("ada")

    empty = await only_team(core, "bob")

    assert (half_left.critical.cap_micro, half_left.critical.available_micro) == (100, 30)
    assert (empty.vacation.open, empty.vacation.because) == (False, "The team pool is used up.")


@pytest.mark.parametrize(
    ("policy", "right", "because"),
    [
        ("everyone", "default", ""),
        ("listed", "listed", ""),
        ("listed", "default", "Only listed members of this team may make critical calls."),
        ("nobody", "listed", "This team allows no critical calls."),
        ("everyone", "stopped", "A manager has stopped critical calls for you."),
    ],
)
async def test_the_critical_share_says_whether_this_member_may(
    core: Core, town: Town, policy: str, right: str, because: str
) -> None:
    await town.team("blue")
    await town.member("ada", team="blue")
    await town.query(f"UPDATE team SET critical_policy = '{policy}' RETURNING id")
    await town.query(f"UPDATE membership SET critical = '{right}' RETURNING team_id")

    share = (await only_team(core, "ada")).critical

    assert share.open == (not because)
    assert share.because == because or not because


async def test_a_frozen_team_and_one_that_lends_nothing_are_shut(core: Core, town: Town) -> None:
    await town.team("blue", pool=5)
    await town.team("red")
    for name in ("ada", "bob"):
        await town.member(name, team="blue")
    await town.query("INSERT INTO membership SELECT 'red', id, 'member', 'default', 1 FROM member"
                     " RETURNING team_id")  # fmt: skip
    await town.query("UPDATE team SET status = 'frozen' WHERE id = 'red' RETURNING id")
    await town.leave("bob")

    blue, red = (await quota(core, "ada")).teams

    assert blue.vacation.because == blue.critical.because == "The team lends nothing."
    assert red.vacation.because == red.critical.because == "This team is frozen."
    assert not any(share.open for share in (blue.vacation, blue.critical, red.vacation))


async def test_the_forecast_goes_by_the_pace_of_the_period(
    core: Core, town: Town, clock: ManualClock
) -> None:
    await town.member("ada", 1_000)
    idle = (await quota(core, "ada")).forecast
    await make(town, Made("ada", cost=900))
    hurried = (await quota(core, "ada")).forecast
    await make(town, Made("ada", cost=100))
    empty = (await quota(core, "ada")).forecast
    clock.advance(days=7)
    fresh = (await quota(core, "ada")).forecast

    assert idle == "At this pace your credits last to the end of the period, 1 Dec 00:00 UTC."
    assert hurried == "At this pace your credits last until 27 Nov 02:40 UTC."
    assert empty == "Nothing is left. New credits come on 1 Dec 00:00 UTC."
    assert fresh == ""


async def test_a_debt_is_told_and_taken_from_the_grant_that_was_not_opened_yet(
    core: Core, town: Town, clock: ManualClock
) -> None:
    await town.member("ada", 1_000)
    await make(town, Made("ada", cost=130, held=100))
    now = await quota(core, "ada")
    clock.advance(days=8)
    after = await quota(core, "ada")

    assert (now.debt_micro, now.own.available_micro) == (30, 900)
    assert (after.debt_micro, after.own.granted_micro) == (0, 970)


@pytest.mark.parametrize(("quota_", "left"), [(1_000, 700), (0, 0)])
async def test_the_flat_status_of_own_quota(
    core: Core, town: Town, quota_: int, left: int
) -> None:
    await town.member("ada", quota_)
    if quota_:
        await make(town, Made("ada", cost=100))
        await hold(town, Made("ada", held=200))

    view = await status(core, "ada", "ada")

    assert (view.limit_micro, view.remaining_micro) == (quota_, left)
    assert (view.used_micro, view.percent) == ((300, 30) if quota_ else (0, 100))
    assert (view.key_label, view.key_limit_micro, view.key_remaining_micro) == ("ada", None, None)


async def test_the_flat_status_tells_the_keys_own_cap(core: Core, town: Town) -> None:
    await town.member("ada", 1_000, cap=250)
    fresh = await status(core, "ada", "ada")
    await make(town, Made("ada", cost=100))
    await hold(town, Made("ada", held=120))
    used = await status(core, "ada", "ada")
    await town.query(f"UPDATE api_key SET caps = '{capped('ada', 50)}' RETURNING id")
    lowered = await status(core, "ada", "ada")

    caps = [(v.key_limit_micro, v.key_used_micro, v.key_remaining_micro) for v in (fresh, used)]
    assert caps == [(250, 0, 250), (250, 220, 30)]
    assert lowered.key_remaining_micro == 0


@pytest.mark.parametrize("length", [Length.DAY, Length.WEEK])
async def test_a_new_length_of_periods_gives_nothing_for_days_of_the_old_one(
    settings: Settings, length: Length
) -> None:
    """The day before lies in the month that was spent, so it had no grant that could roll over."""
    rolling, clock = settings.model_copy(update={"rollover_percent": 100}), ManualClock()
    async with open_core(rolling, clock) as core:
        town = Town(core.database, core.database.journal.rules, clock)
        await town.member("ada", 100)
        await town.query("UPDATE member SET created_ms = 0 RETURNING id")
        assert (await quota(core, "ada")).own.available_micro == 200
        await make(town, Made("ada", held=200, cost=200))
    lefts = []
    for days in (0, 14):
        clock.advance(days=days)
        async with open_core(rolling.model_copy(update={"period": length}), clock) as core:
            lefts.append((await quota(core, "ada")).own.available_micro)

    assert lefts == [100, 200]


names = count(1)
calls = count(1)


@given(
    spends=st.lists(st.tuples(st.integers(1, 250), st.integers(1, 600)), max_size=4),
    percent=st.sampled_from([0, 10, 50, 100]),
    quota_=st.integers(0, 500),
)
@hypothesis_settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
async def test_what_is_shown_before_a_row_is_opened_is_what_opening_makes_of_it(
    settings: Settings, spends: list[tuple[int, int]], percent: int, quota_: int
) -> None:
    clock, name = ManualClock(), f"m{next(names)}"
    async with open_core(settings.model_copy(update={"rollover_percent": percent}), clock) as core:
        town = Town(core.database, core.database.journal.rules, clock, _calls=calls)
        await town.team(name, pool=1_000)
        await town.member(name, 1_000, team=name)
        for held, cost in spends:
            await make(town, Made(name, cost=cost, held=held))
        await town.query(
            f"UPDATE member SET personal_quota = {quota_} WHERE id = '{name}' RETURNING id"
        )
        clock.advance(days=20)
        before = await quota(core, name)
        openings = [town.opening(f"user:{name}", quota_), town.opening(f"team:{name}", 1_000)]
        await town.book(openings, lambda _: None)

        after = await quota(core, name)

    assert after == before
    assert after.own.granted_micro <= quota_ + quota_ * percent // 100
