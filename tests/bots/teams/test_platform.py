"""Which settings Teams takes, for whom it works with them, and what it leaves alone.

Its beginning and its end are seen in tests/bots/teams/test_life.py.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from flow.serving import serving
from pydantic import SecretStr
from world.microsoft_things import BOT, PASSWORD, TENANT, Json
from world.teams_office import Microsoft, TeamsOffice, office_at, office_of, up, with_teams
from world.teams_people import until
from world.teams_screen import Screen
from world.teams_ways import PATH
from world.vanishing import vanishes

from bots.teams import activities
from bots.teams.activities import Came, Person, Wrote
from bots.teams.platform import wrong
from bots.teams.references import TEAMS, At
from core.service import inbox
from core.service.start import Core, open_core
from core.settings import Settings
from core.store.statements import Program, Read

PASS = SecretStr(PASSWORD)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is judged here happens before and behind the database."""
    return sqlite_url


@pytest.fixture
def configured(settings: Settings) -> Settings:
    settings.config.touch()
    return settings


@pytest.fixture
async def anonymous(configured: Settings, microsoft: Microsoft) -> AsyncIterator[TeamsOffice]:
    """Without any proof, as with Microsoft's Agents Playground."""
    microsoft.vendor.anonymous = True
    more: Json = {"teams_anonymous": True, "teams_app_password": None, "teams_app_tenant": ""}
    given = with_teams(configured, microsoft).model_copy(update=more)
    async with serving(given) as served:
        await up(served)
        yield office_of(served, microsoft)


def test_what_is_right_is_not_wrong(configured: Settings) -> None:
    for given in ({}, {"teams_app_password": PASS}, {"teams_anonymous": True}):
        assert wrong(configured.model_copy(update=given)) == ""


@pytest.mark.parametrize(
    ("tenants", "asked"), [({}, TENANT), ({"teams_app_tenant": ""}, "botframework.com")]
)
async def test_where_an_app_signs_in(
    configured: Settings, microsoft: Microsoft, tenants: Json, asked: str
) -> None:
    """A single-tenant app at its tenant, a multi-tenant one where all of them do."""
    given = with_teams(configured, microsoft).model_copy(
        update={"teams_tenants": TENANT, **tenants}
    )
    async with serving(given) as served:
        await up(served)
        ann = await office_of(served, microsoft).person("ann")
        assert "ann" in Screen(ann.last.card).text
    assert {str(one["tenant"]) for one in microsoft.vendor.logins} == {asked}


async def test_without_proof_this_machine_alone_is_served(anonymous: TeamsOffice) -> None:
    ann = anonymous.user("ann")
    said = anonymous.teams.message(ann.user, anonymous.vendor.direct(ann.user), "help", [])
    http, rows = anonymous.served.http, "SELECT count(*) FROM inbox"
    for changed, headers in (
        ({"serviceUrl": "https://smba.trafficmanager.net/"}, {}),
        ({"serviceUrl": "http://evil.example/"}, {}),
        ({}, {"x-forwarded-for": "10.0.0.1"}),
    ):
        answer = await http.post(PATH, json=said | changed, headers=headers)
        assert answer.status_code == 403
    assert (await anonymous.served.rows(rows))[0][0] == 0

    assert (await http.post(PATH, json=said)).status_code == 202

    await until(lambda: ann.chat)
    assert anonymous.vendor.logins == []
    assert all("authorization" not in call.headers for call in anonymous.vendor.calls)


async def test_of_what_a_dead_process_left_not_all_is_done(
    configured: Settings, microsoft: Microsoft
) -> None:
    """Nothing that cannot be read, or that came from where we do not write."""
    user = microsoft.vendor.hire("eve")
    at = At(microsoft.vendor.service_url, microsoft.vendor.direct(user).id, "personal", TENANT)
    evil = At("https://evil.example/", at.conversation, at.scope, TENANT)
    who = Person(user.aad, user.mri, user.name)
    left = {
        "1": activities.encode(Wrote("1", who, at, "help")),
        "2": activities.encode(Came("2", who, evil)),
        "3": '{"type":"of another version"}',
    }
    hasty = configured.model_copy(update={"lease_seconds": 1.0})
    async with open_core(hasty) as core:
        await leave(core, left)
    async with office_at(microsoft, hasty) as office:
        await until(lambda: microsoft.vendor.in_chat(at.conversation))
        found: dict[str, str] = {}
        async with asyncio.timeout(10):
            while found != {"1": "done", "2": "failed", "3": "failed"}:
                rows = await office.served.rows("SELECT key, state FROM inbox")
                found = {str(key): str(state) for key, state in rows}
                await asyncio.sleep(0.02)
    assert len(microsoft.vendor.in_chat(at.conversation)) == 1


async def leave(core: Core, left: dict[str, str]) -> None:
    """Take events up as a process does that dies over them."""
    await inbox.exchange(core, TEAMS, left)

    def lapse() -> Program[None]:
        yield Read("UPDATE inbox SET lease_until = 1 RETURNING key")

    await core.database.run(lapse)


async def test_a_secret_vanishes_whoever_posted_it(office: TeamsOffice) -> None:
    ann = await office.person("ann")
    shown = await ann.asks("key new laptop", "tp_")

    await vanishes(office.served, shown)

    async with asyncio.timeout(5):
        while await office.served.rows("SELECT place FROM vanishing"):
            await asyncio.sleep(0.01)


async def test_who_removes_the_app_is_not_written_to_until_they_come_back(
    office: TeamsOffice,
) -> None:
    ann = await office.person("ann")
    sql = "SELECT reachable FROM identity_link WHERE platform = 'teams'"

    async def reachable(wanted: bool) -> None:  # noqa: FBT001 - a test's own word
        async with asyncio.timeout(10):
            while bool((await office.served.rows(sql))[0][0]) is not wanted:
                await asyncio.sleep(0.01)

    await ann.removes()
    await reachable(wanted=False)
    place = "SELECT place FROM conversation_ref WHERE place = :1"
    async with asyncio.timeout(10):
        while await office.served.rows(place, ann.user.direct):
            await asyncio.sleep(0.01)
    await ann.installs()
    await reachable(wanted=True)
    added = office.teams.of(ann.user, ann.direct, "conversationUpdate", membersAdded=[{"id": BOT}])
    assert (await office.teams.happens(added)).status == 202
