from world.clock import ManualClock
from world.office import Somebody, open_office

from core.domain.members import Person, Role, Status
from core.service.membership import MemberChange, update_user
from core.service.people import find_people
from core.service.start import Core


async def names(core: Core, asker: Somebody, text: str) -> list[str]:
    return [one.name for one in await find_people(core, asker.person, text)]


async def test_everybody_finds_only_whom_they_may_look_at(core: Core, clock: ManualClock) -> None:
    office = await open_office(core, clock)
    red, blue = await office.team("Red"), await office.team("Blue")
    chief = await office.member("chief", team=red, manages=True)
    ann = await office.member("ann-red", team=red)
    other = await office.member("ann-blue", team=blue)

    assert await names(core, office.admin, "ann") == ["ann-blue", "ann-red"]
    assert await names(core, chief, "ann") == ["ann-red"]
    assert await names(core, chief, "ann-blue@x.example") == []
    assert await names(core, ann, "ann") == ["ann-red"]
    assert await names(core, other, "chief") == []


async def test_whoever_was_disabled_is_not_found(core: Core, clock: ManualClock) -> None:
    office = await open_office(core, clock)
    ann = await office.member("ann")
    change = MemberChange(status=Status.DISABLED)
    await update_user(core, office.admin.person, ann.id, change)

    assert await names(core, office.admin, "ann") == []


async def test_rights_are_read_and_not_believed(core: Core, clock: ManualClock) -> None:
    office = await open_office(core, clock)
    ann = await office.member("ann")
    await office.member("bob")
    forged = Person(ann.id, Role.ADMIN)

    assert [one.name for one in await find_people(core, forged, "bob")] == []
