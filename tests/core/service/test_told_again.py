"""What came to nothing when it was to be sent is told once it happens again; on both databases."""

import pytest
from world.office import Office, Somebody, ask

from cards.approval import approval_card
from core.domain.addresses import Address, Channel
from core.domain.members import TeamRole
from core.domain.notifying import Kind
from core.service import absence, approving, delivery, membership, teaming, warning
from core.service.acting import by_clock
from core.service.membership import MemberChange
from core.store import card_refs, notices
from core.store.notices import Notice
from core.views.delivery import Parcel

HOUR_MS = 3_600_000


@pytest.fixture
async def ana(office: Office) -> Somebody:
    return await office.member("ana", 100)


async def due(office: Office) -> list[Parcel]:
    return list(await delivery.claim(office.core, 16))


async def test_a_warning_that_was_moot_by_the_end_of_quiet_hours_is_given_later(
    office: Office, ana: Somebody
) -> None:
    await office.spend(ana.caller, 85)
    assert await warning.warn_untold(office.core) == 1
    (warned,) = await due(office)
    await delivery.hold_back(office.core, warned, office.clock.ms + HOUR_MS)
    more = MemberChange(personal_quota_micro=200)
    await membership.update_user(office.core, office.admin.person, ana.id, more)
    office.clock.advance(hours=1)
    (held,) = await due(office)
    await delivery.moot(office.core, held)
    assert await warning.warn_untold(office.core) == 0

    await office.spend(ana.caller, 80)

    assert await warning.warn_untold(office.core) == 1
    assert await warning.warn_untold(office.core) == 0
    (again,) = await due(office)
    assert (again.id, again.payload["threshold"], again.attempts) == (warned.id, 80, 1)
    await delivery.sent(office.core, again, "slack")
    await office.spend(ana.caller, 10)
    assert await warning.warn_untold(office.core) == 0


async def test_a_warning_without_a_place_to_tell_it_is_not_tried_for_ever(
    office: Office, ana: Somebody
) -> None:
    await office.spend(ana.caller, 85)
    assert await warning.warn_untold(office.core) == 1
    for parcel in await due(office):
        await delivery.moot(office.core, parcel, delivery.NO_ACCOUNT)

    assert await warning.warn_untold(office.core) == 0
    assert await due(office) == []


async def test_managers_hear_of_a_vacation_after_one_that_was_over_too_soon_to_tell(
    office: Office,
) -> None:
    blue = await office.team("Blue")
    ana = await office.member("bea", 100, blue)
    await office.member("mona", 100, blue, manages=True)
    await absence.set_status(office.core, ana.caller, on_vacation=True)
    (first,) = await due(office)
    await absence.set_status(office.core, ana.caller, on_vacation=False)
    await delivery.moot(office.core, first)

    await absence.set_status(office.core, ana.caller, on_vacation=True)

    (again,) = await due(office)
    assert (again.id, again.kind) == (first.id, "away")
    await delivery.sent(office.core, again, "slack")
    await absence.set_status(office.core, ana.caller, on_vacation=False)
    await absence.set_status(office.core, ana.caller, on_vacation=True)
    assert await due(office) == []


async def test_what_is_told_again_says_what_is_true_now(office: Office) -> None:
    blue, red = await office.team("Blue"), await office.team("Red")
    ana = await office.member("bea", 100, blue)
    mona = await office.member("mona", 100, blue, manages=True)
    for who, role in ((ana, TeamRole.MEMBER), (mona, TeamRole.MANAGER)):
        await teaming.add_member(office.core, office.admin.person, red, who.id, role)
    await absence.set_status(office.core, ana.caller, on_vacation=True)
    (first,) = await due(office)
    await absence.set_status(office.core, ana.caller, on_vacation=False)
    await delivery.moot(office.core, first)
    left = str(first.payload["team"])
    await teaming.remove_member(office.core, office.admin.person, left, ana.id)

    await absence.set_status(office.core, ana.caller, on_vacation=True)

    (again,) = await due(office)
    assert {again.payload["team"], left} == {blue, red}


async def test_what_was_told_to_each_account_is_not_told_again(
    office: Office, ana: Somebody
) -> None:
    notice = Notice(Kind.UNLINKED, "unlinked:x", "lnk_x", {"everywhere": True})
    tell = lambda: notices.tell(by_clock(office.core), notice, [ana.id])  # noqa: E731
    await office.core.database.run(tell)
    (whole,) = await due(office)
    accounts = [Channel(f"lnk_{n}", Address("slack", "T1", f"D{n}"), True, n) for n in (1, 2)]  # noqa: FBT003 - a column
    await delivery.split(office.core, whole, accounts)
    apart = await due(office)
    for one in apart:
        await delivery.sent(office.core, one, "slack")

    await office.core.database.run(tell)

    assert len(apart) == len(accounts)
    assert await due(office) == []


async def test_a_copy_that_is_doubted_while_it_is_edited_is_edited_again(
    office: Office, ana: Somebody
) -> None:
    request = await ask(office, ana)
    view = await approving.request_view(office.core, ana.caller, request.id)
    slack = Address("slack", "T1", "D1")

    await delivery.remember(office.core, slack, "m1", ana.id, approval_card(view))
    edited = await ask(office, ana, 70)
    (copy,) = await delivery.claim_copies(office.core, 16)

    await office.core.database.run(lambda: card_refs.doubt_viewer(request.id, ana.id))
    await delivery.shown(office.core, copy, edited.rev, final=False)

    office.clock.advance(hours=1)
    assert [one.id for one in await delivery.claim_copies(office.core, 16)] == [copy.id]
