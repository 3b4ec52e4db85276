"""Alarms about providers: once a window and trouble, whichever process sees it first."""

from dataclasses import replace

from world.office import Office

from core.domain.notifying import Trouble
from core.service.alarms import WINDOW_MS, ring

TOLD = "SELECT member_id, ref, payload FROM outbox WHERE kind = 'provider' ORDER BY id"


async def told(office: Office) -> list[tuple[str, str, str]]:
    return [(row[0], row[1], row[2]) for row in await office.rows(TOLD)]


async def test_each_trouble_of_each_provider_is_told_once_a_window(office: Office) -> None:
    core, admin = office.core, office.admin.id

    for _ in range(3):
        await ring(core, "openai", Trouble.KEY)
        await ring(core, "openai", Trouble.CREDIT)
        await ring(core, "groq", Trouble.KEY)

    assert sorted(await told(office)) == [
        (admin, "groq", '{"trouble":"key"}'),
        (admin, "openai", '{"trouble":"credit"}'),
        (admin, "openai", '{"trouble":"key"}'),
    ]


async def test_it_is_told_again_after_the_window_if_it_goes_on(office: Office) -> None:
    await ring(office.core, "openai", Trouble.KEY)
    office.clock.ms += WINDOW_MS

    await ring(office.core, "openai", Trouble.KEY)

    assert len(await told(office)) == 2


async def test_several_processes_tell_once(office: Office) -> None:
    other = replace(office.core, rung={})

    await ring(office.core, "openai", Trouble.KEY)
    await ring(other, "openai", Trouble.KEY)

    assert len(await told(office)) == 1


async def test_members_who_are_no_administrators_hear_nothing(office: Office) -> None:
    await office.member("ann")

    await ring(office.core, "openai", Trouble.KEY)

    assert {member for member, _, _ in await told(office)} == {office.admin.id}
