"""To whom a shared card of a request is more than to others: whoever asked, and who may decide."""

from dataclasses import dataclass

import pytest
from world.accounts import link
from world.clock import ManualClock
from world.office import Office, Somebody, ask, open_office

from core.domain.accounts import Account
from core.domain.addresses import Address
from core.domain.members import Role, Status, may_decide
from core.service import approving, boards, linking, teaming
from core.service.membership import MemberChange, update_user
from core.service.start import Core
from core.store import presence
from core.views import ApprovalView

PLATFORM = "teams"
TENANT = "tenant-1"


@dataclass(slots=True)
class Hall:
    """A team with its people, one request, and somebody of every kind with an account."""

    office: Office
    research: str
    people: dict[str, Somebody]
    request: ApprovalView

    async def viewers(self) -> list[str]:
        """Return the names of those who see more, in the order in which they are taken."""
        found = await boards.viewers(self.office.core, PLATFORM, self.request.id)
        assert {(each.platform, each.tenant) for each in found} <= {(PLATFORM, TENANT)}
        return [each.place for each in found]

    async def entitled(self) -> list[str]:
        """Return the names of those who, asked one by one, asked for it or may decide it."""
        core, names = self.office.core, []
        asker = self.people["asker"].id
        seats = await self.office.rows(
            "SELECT team_id FROM membership WHERE member_id = :1 AND team_id = :2",
            asker, self.research,
        )  # fmt: skip
        for name, somebody in self.people.items():
            caller = await core.database.read(presence.present(somebody.id))
            team = self.research if seats else None
            if caller and (caller.id == asker or may_decide(caller.person, asker, team)):
                names.append(name)
        return sorted(names)

    async def change(self, name: str, change: MemberChange) -> None:
        admin = self.office.admin.person
        await update_user(self.office.core, admin, self.people[name].id, change)


def account(name: str, tenant: str = TENANT) -> Account:
    return Account(PLATFORM, tenant, f"id-{name}", name, name)


@pytest.fixture
async def hall(core: Core, clock: ManualClock) -> Hall:
    office = await open_office(core, clock)
    research, sales = await office.team("research"), await office.team("sales")
    people = {
        "asker": await office.member("asker", team=research),
        "manager": await office.member("manager", team=research, manages=True),
        "deputy": await office.member("deputy", team=research, manages=True),
        "colleague": await office.member("colleague", team=research),
        "seller": await office.member("seller", team=sales, manages=True),
        "nobody": await office.member("nobody"),
        "admin": office.admin,
    }
    clock.advance(seconds=1)
    await teaming.add_member(core, office.admin.person, sales, people["asker"].id)
    for name, somebody in people.items():
        await link(office, somebody, account(name))
    request = await ask(office, await office.again(people["asker"]))
    return Hall(office, research, people, request)


async def test_they_are_who_asked_the_managers_of_the_team_and_the_administrators(
    hall: Hall,
) -> None:
    viewers = await hall.viewers()

    assert viewers[0] == "asker"
    assert set(viewers[1:3]) == {"deputy", "manager"}
    assert viewers[3:] == ["admin"]
    assert sorted(viewers) == await hall.entitled()


async def test_who_manages_another_team_or_none_is_not_among_them(hall: Hall) -> None:
    admin = hall.office.admin.person
    await teaming.remove_member(hall.office.core, admin, hall.research, hall.people["deputy"].id)

    viewers = await hall.viewers()

    assert sorted(viewers) == ["admin", "asker", "manager"] == await hall.entitled()


async def test_once_whoever_asked_has_left_the_team_its_managers_have_no_say(hall: Hall) -> None:
    admin = hall.office.admin.person
    await teaming.remove_member(hall.office.core, admin, hall.research, hall.people["asker"].id)

    assert await hall.viewers() == ["asker", "admin"]
    assert await hall.entitled() == ["admin", "asker"]


async def test_a_disabled_member_is_not_among_them(hall: Hall) -> None:
    await hall.change("manager", MemberChange(status=Status.DISABLED))

    assert await hall.entitled() == sorted(await hall.viewers()) == ["admin", "asker", "deputy"]


async def test_who_becomes_an_administrator_is_among_them_and_nobody_twice(hall: Hall) -> None:
    for name in ("nobody", "manager", "asker"):
        await hall.change(name, MemberChange(role=Role.ADMIN))

    viewers = await hall.viewers()

    assert sorted(viewers) == ["admin", "asker", "deputy", "manager", "nobody"]
    assert sorted(viewers) == await hall.entitled()
    assert viewers[0] == "asker"


async def test_a_request_that_was_passed_on_is_still_the_managers_as_well(hall: Hall) -> None:
    manager = await hall.office.again(hall.people["manager"])
    await approving.pass_on(hall.office.core, manager.caller, hall.request.id)

    assert sorted(await hall.viewers()) == await hall.entitled()
    assert "manager" in await hall.viewers()


async def test_an_account_that_was_unlinked_is_nobodys(hall: Hall) -> None:
    core, deputy = hall.office.core, hall.people["deputy"].caller
    identity = await linking.identity(core, deputy)
    (linked,) = [one for one in identity.accounts if one.platform == PLATFORM]
    await linking.unlink(core, deputy, linked.id)

    assert sorted(await hall.viewers()) == ["admin", "asker", "manager"]


async def test_who_cannot_be_written_to_still_sees_what_stands_in_a_channel(hall: Hall) -> None:
    await linking.lost(hall.office.core, account("manager"))

    assert "manager" in await hall.viewers()


async def test_accounts_of_one_person_are_all_named_and_those_elsewhere_are_not(
    hall: Hall,
) -> None:
    manager = hall.people["manager"]
    hall.office.clock.advance(seconds=1)
    await link(hall.office, manager, account("second"))
    await link(hall.office, manager, Account("telegram", "", "4711", "m", "chat-4711"))

    viewers = await hall.viewers()

    assert viewers.index("second") == viewers.index("manager") + 1
    assert "chat-4711" not in viewers
    found = await boards.viewers(hall.office.core, "telegram", hall.request.id)
    assert found == (Address("telegram", "", "chat-4711"),)


async def test_of_too_many_the_one_who_asked_and_the_managers_come_first(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boards, "MOST_VIEWERS", 3)

    assert set(await hall.viewers()) == {"asker", "deputy", "manager"}


async def test_without_a_team_they_are_the_administrators(core: Core, clock: ManualClock) -> None:
    office = await open_office(core, clock)
    ann = await office.member("ann")
    for name, somebody in {"ann": ann, "admin": office.admin}.items():
        await link(office, somebody, account(name))
    request = await ask(office, ann)

    found = await boards.viewers(core, PLATFORM, request.id)

    assert [each.place for each in found] == ["ann", "admin"]
    assert await boards.viewers(core, PLATFORM, "apr_none") == ()
