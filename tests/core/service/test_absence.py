"""Vacation, set by the member; on both databases."""

import asyncio

import pytest
from world.office import Office

from core.calls import Denied, Ticket
from core.domain.errors import Code, Refusal
from core.domain.ledger import Payer
from core.service import absence, membership

DAY_MS = 86_400_000


async def toggle(office: Office, times: int) -> None:
    for number in range(times):
        await absence.set_status(office.core, office.admin.caller, on_vacation=number % 2 == 0)


async def test_vacation_needs_no_team(office: Office) -> None:
    ana = await office.member("ana")

    away = await absence.set_status(office.core, ana.caller, on_vacation=True)
    assert (away.status, away.away_until_ms, away.teams) == ("on_vacation", None, ())

    back = await absence.set_status(office.core, ana.caller, on_vacation=False)
    assert (back.status, back.away_until_ms) == ("active", None)
    assert await office.verbs(ana.id) == ["member.add", "vacation.off", "vacation.on"]


async def test_a_vacation_ends_by_itself(office: Office) -> None:
    ana = await office.member("ana")
    until = office.clock.ms + DAY_MS
    view = await absence.set_status(office.core, ana.caller, on_vacation=True, until_ms=until)
    assert view.away_until_ms == until

    office.clock.advance(days=1)

    view = await membership.me(office.core, ana.caller)
    assert (view.status, view.away_until_ms) == ("active", None)


async def test_a_colleague_draws_on_the_share_only_while_somebody_is_away(office: Office) -> None:
    """F-79: what is held settles, nothing new is lent; F-78: not to whoever is away."""
    blue = await office.team("Blue", 1_000)
    ana = await office.member("ana", 0, blue)
    bob = await office.member("bob", 0, blue)
    assert isinstance(await office.ask_for(bob.caller, 60), Denied)

    await absence.set_status(office.core, ana.caller, on_vacation=True)

    drawn = await office.ask_for(bob.caller, 60)
    assert isinstance(drawn, Ticket)
    assert drawn.payer is Payer.VACATION
    assert isinstance(await office.ask_for(bob.caller, 60), Denied)
    assert isinstance(await office.ask_for(ana.caller, 40), Denied)
    await absence.set_status(office.core, ana.caller, on_vacation=False)
    assert isinstance(await office.ask_for(bob.caller, 40), Denied)
    await office.settle(drawn, 50)
    await office.assert_clean()


async def test_a_new_end_keeps_the_beginning(office: Office) -> None:
    began = office.clock.ms
    await absence.set_status(office.core, office.admin.caller, on_vacation=True)
    office.clock.advance(hours=1)
    until = office.clock.ms + DAY_MS

    await absence.set_status(office.core, office.admin.caller, on_vacation=True, until_ms=until)

    (row,) = await office.rows("SELECT away_since, away_until FROM member")
    assert tuple(row) == (began, until)


@pytest.mark.parametrize(
    ("on_vacation", "until_ms"), [(True, 0), (True, -1), (True, 2**62), (False, 2**50)]
)
async def test_an_end_must_be_ahead_and_belong_to_a_vacation(
    office: Office, until_ms: int, *, on_vacation: bool
) -> None:
    with pytest.raises(Refusal) as refused:
        await absence.set_status(
            office.core, office.admin.caller, on_vacation=on_vacation, until_ms=until_ms
        )

    assert (refused.value.code, refused.value.param) == (Code.INVALID_FIELD, "until")


async def test_the_eleventh_change_within_a_day_is_refused(office: Office) -> None:
    """F-77: ten changes a day."""
    await toggle(office, 10)

    with pytest.raises(Refusal) as refused:
        await absence.set_status(office.core, office.admin.caller, on_vacation=True)

    assert refused.value.code is Code.RATE_LIMIT_EXCEEDED
    assert refused.value.facts == {"retry_after_ms": DAY_MS}
    office.clock.advance(days=1)
    view = await absence.set_status(office.core, office.admin.caller, on_vacation=True)
    assert view.status == "on_vacation"


async def test_the_same_again_is_no_change(office: Office) -> None:
    for _ in range(30):
        await absence.set_status(office.core, office.admin.caller, on_vacation=True)

    assert (await office.verbs(office.admin.id)).count("vacation.on") == 1


async def test_changes_at_the_same_time_are_counted_one_by_one(office: Office) -> None:
    ends = [office.clock.ms + DAY_MS + second for second in range(20)]

    results = await asyncio.gather(
        *(
            absence.set_status(office.core, office.admin.caller, on_vacation=True, until_ms=end)
            for end in ends
        ),
        return_exceptions=True,
    )

    assert sum(isinstance(result, Refusal) for result in results) == 10
