"""Requests where many people read them: each is posted once, and shows what anybody may see."""

from world.office import Office, ask

from cards.approval import approval_card
from core.domain.addresses import Address
from core.service import approving, boards, delivery
from core.service.start import Core

PLACE = Address("slack", "T1", "C1")


async def posted(core: Core, approval_id: str, place: Address = PLACE) -> None:
    view = await boards.request_view(core, approval_id)
    assert view is not None
    await delivery.remember(core, place, "1.1", boards.NOBODY, approval_card(view))


async def test_a_place_lacks_what_waits_until_it_was_posted_there(office: Office) -> None:
    ann, bob = await office.member("ann"), await office.member("bob")
    first = await ask(office, ann)
    office.clock.advance(seconds=1)
    second = await ask(office, bob)

    assert await boards.lacking(office.core, PLACE) == (first.id, second.id)

    await posted(office.core, first.id)
    await posted(office.core, second.id, Address("slack", "T1", "C2"))

    assert await boards.lacking(office.core, PLACE) == (second.id,)
    assert await boards.stands(office.core, first.id, PLACE)
    assert not await boards.stands(office.core, second.id, PLACE)


async def test_what_was_decided_or_has_expired_is_not_posted_any_more(office: Office) -> None:
    ann, bob = await office.member("ann"), await office.member("bob")
    decided, expired = await ask(office, ann), await ask(office, bob)
    await approving.approve(office.core, office.admin.caller, decided.id)

    assert await boards.lacking(office.core, PLACE) == (expired.id,)

    office.clock.advance(days=2)

    assert await boards.lacking(office.core, PLACE) == ()


async def test_a_shared_card_is_that_of_a_manager_and_nobodys_own(office: Office) -> None:
    team = await office.team("research", 500)
    ann = await office.member("ann", team=team)
    request = await ask(office, ann, 50)

    view = await boards.request_view(office.core, request.id)

    assert view is not None
    assert (view.mine, view.may_decide, view.grants) == (False, True, False)
    assert view.pool_available_micro == 500


async def test_without_a_team_a_shared_card_is_for_administrators(office: Office) -> None:
    request = await ask(office, await office.member("ann"))

    view = await boards.request_view(office.core, request.id)

    assert view is not None
    assert (view.may_decide, view.grants) == (True, True)
    assert await boards.request_view(office.core, "apr_none") is None
