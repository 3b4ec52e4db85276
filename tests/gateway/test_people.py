"""Bodies and answers of the routes about people, as clients see them."""

from collections.abc import AsyncIterator
from dataclasses import fields, is_dataclass
from typing import Any

import httpx
import pytest
from world.clock import ManualClock
from world.office import Office, Somebody, open_office
from world.people_routes import bearer, client_of

from core import views
from core.service.start import Core

STATUS = "/v1/users/me/status"


@pytest.fixture
async def office(core: Core, clock: ManualClock) -> Office:
    return await open_office(core, clock)


@pytest.fixture
async def http(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(office.core) as client:
        client.headers.update(bearer(office.admin))
        yield client


async def sent(answer: httpx.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_the_walk_from_a_new_member_to_an_approval(
    http: httpx.AsyncClient, office: Office
) -> None:
    team = await sent(
        await http.post("/v1/admin/teams", json={"name": "Blue", "pool_quota": "99.5"}), 201
    )
    assert (team["pool_quota"], team["slug"], team["critical_policy"]) == (
        99.5,
        "blue",
        "everyone",
    )
    body = {
        "email": "Ana@X.example", "name": "Ana", "personal_quota": 0.000001, "team_id": team["id"],
    }  # fmt: skip
    made = await sent(await http.post("/v1/admin/users", json=body), 201)
    assert set(made) == {"id", "api_key", "message"}
    ana = {"authorization": f"Bearer {made['api_key']}"}

    me = await sent(await http.get("/v1/users/me", headers=ana), 200)
    assert (me["email"], me["personal_quota"]) == ("ana@x.example", 0.000001)
    assert me["teams"] == [{"team_id": team["id"], "name": "Blue", "role": "member"}]
    asked = await sent(
        await http.post("/v1/approvals", json={"amount": 12.5, "reason": "x"}, headers=ana), 201
    )
    assert (asked["status"], asked["amount"], asked["created"][:10]) == (
        "pending", 12.5, "2026-11-24",
    )  # fmt: skip
    waiting = await sent(await http.get("/v1/approvals/pending"), 200)
    assert [one["id"] for one in waiting["data"]] == [asked["id"]]
    path = f"/v1/approvals/{asked['id']}"
    given = await sent(await http.post(path + "/approve", json={"amount": 20}), 200)
    assert (given["status"], given["decided_by"]) == ("approved", office.admin.id)
    assert (given["granted"], given["decided"]) == (20, asked["created"])
    late = await sent(await http.post(path + "/reject"), 409)
    assert late["error"]["code"] == "conflict"
    assert late["error"]["message"] == "Admin has approved the request: 20 credits."
    await office.assert_clean()


async def test_a_manager_passes_a_request_on_and_everybody_reads_so(
    http: httpx.AsyncClient, office: Office
) -> None:
    blue = await office.team("Blue")
    ana = bearer(await office.member("ana", team=blue))
    mona = bearer(await office.member("mona", team=blue, manages=True))
    asked = await sent(await http.post("/v1/approvals", json={"amount": 1}, headers=ana), 201)
    path = f"/v1/approvals/{asked['id']}"

    stale = await sent(await http.post(path + "/pass", json={"rev": 7}, headers=mona), 409)
    passed = await sent(await http.post(path + "/pass", headers=mona), 200)
    again = await sent(await http.post(path + "/pass", json={}, headers=mona), 409)

    assert stale["error"]["code"] == again["error"]["code"] == "conflict"
    assert (passed["status"], passed["rev"]) == ("pending", asked["rev"] + 1)
    seen = await sent(await http.get(path, headers=ana), 200)
    assert seen["message"] == "mona has passed the request to the administrators."
    waiting = (await http.get("/v1/approvals/pending")).json()["data"]
    assert waiting == [passed]


@pytest.mark.parametrize(
    ("query", "body", "status", "until"),
    [
        ("?status=on_vacation", None, "on_vacation", None),
        ("?status=active", None, "active", None),
        ("?status=on_vacation&until=2026-12-01T00:00:00Z", None, "on_vacation", "2026-12-01"),
        ("", {"status": "on_vacation"}, "on_vacation", None),
        ("", {"status": "on_vacation", "until": "2026-12-01T02:00:00+02:00"}, "on_vacation",
         "2026-12-01"),
    ],
)  # fmt: skip
async def test_a_status_comes_by_query_or_by_body(
    http: httpx.AsyncClient,
    query: str,
    body: object,
    status: str,
    until: str | None,
) -> None:
    view = await sent(await http.put(STATUS + query, json=body), 200)

    assert view["status"] == status
    assert view["away_until"] == (until and f"{until}T00:00:00Z")


@pytest.mark.parametrize(
    ("query", "body", "param"),
    [
        ("", None, "status"),
        ("?status=active", {"status": "active"}, "status"),
        ("?until=2026-12-01T00:00:00Z", {"status": "on_vacation"}, "status"),
        ("?status=away", None, "status"),
        ("", {"status": "on_vacation", "until": "2026-12-01T00:00:00"}, "until"),
        ("", {"status": "on_vacation", "until": "2020-12-01T00:00:00Z"}, "until"),
        ("", {"status": "active", "until": "2026-12-01T00:00:00Z"}, "until"),
    ],
)
async def test_a_status_that_says_too_little_or_too_much_is_refused(
    http: httpx.AsyncClient, query: str, body: object, param: str
) -> None:
    refused = await sent(await http.put(STATUS + query, json=body), 400)

    assert (refused["error"]["code"], refused["error"]["param"]) == ("invalid_field", param)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/admin/users", {"email": "a@x", "name": "A"}),
        ("/v1/admin/users", {"email": "a@x", "name": "A", "personal_quota": -1}),
        ("/v1/admin/users", {"email": "a@x", "name": "A", "personal_quota": 1, "posted": 9}),
        ("/v1/admin/users", {"email": "a@x", "name": "A", "personal_quota": 1, "role": "root"}),
        ("/v1/admin/users", {"email": "a@x", "name": 7, "personal_quota": 1}),
        ("/v1/admin/users", {"email": "ax", "name": "A", "personal_quota": 1}),
        ("/v1/admin/users", {"email": "a@x", "name": "A", "personal_quota": 1, "team_id": "\x00"}),
        ("/v1/admin/teams", {"name": "x", "pool_quota": 1, "critical_percent": 101}),
        ("/v1/admin/teams", {"name": "x", "pool_quota": 1, "critical_percent": True}),
        ("/v1/admin/teams", {"name": "x", "pool_quota": "1e3"}),
        ("/v1/keys", {"label": "x", "cap": 0}),
        ("/v1/keys", {"label": "x", "expires": "tomorrow"}),
        ("/v1/keys", {"label": "x", "expires": 1_900_000_000}),
        ("/v1/keys", {"label": "x", "expires": "1900000000"}),
        ("/v1/keys", {"label": "x" * 101}),
        ("/v1/approvals", {"amount": 0}),
        ("/v1/approvals", {"amount": 1_000_000_001, "reason": ""}),
        ("/v1/approvals", {"amount": 1, "reason": "x" * 501}),
        ("/v1/approvals", {"amount": 1, "member_id": "usr_other"}),
        ("/v1/approvals", [1]),
    ],
)
async def test_a_body_is_closed_and_typed(
    http: httpx.AsyncClient, path: str, body: object
) -> None:
    refused = await sent(await http.post(path, json=body), 400)

    assert refused["error"]["code"] == "invalid_field"


@pytest.mark.parametrize("odd", ["%00", "a%20b", "%F0%9F%92%A9", "x" * 65, "a.b"])
async def test_an_id_that_cannot_be_one_never_reaches_the_database(
    http: httpx.AsyncClient, odd: str
) -> None:
    for path in (f"/v1/approvals/{odd}", f"/v1/admin/users/{odd}", f"/v1/teams/{odd}"):
        assert (await http.get(path)).status_code == 400


async def test_a_key_is_made_with_its_terms_rotated_and_revoked(http: httpx.AsyncClient) -> None:
    terms = {
        "label": "ci", "priority": "critical", "privacy": "strict", "cap": 2.5,
        "expires": "2026-12-24T00:00:00Z",
    }  # fmt: skip
    made = await sent(await http.post("/v1/keys", json=terms), 201)
    assert set(made) == {"id", "api_key", "label", "message"}
    path = f"/v1/keys/{made['id']}"

    new = await sent(await http.post(path + "/rotate", json={"overlap_hours": 0}), 201)
    gone = await sent(await http.delete(f"/v1/keys/{new['id']}"), 200)

    listed = {key["id"]: key for key in (await http.get("/v1/keys")).json()["data"]}
    assert listed[made["id"]]["state"] == "expired"
    assert listed[new["id"]] == gone
    assert (gone["state"], gone["cap"], gone["priority"]) == ("revoked", 2.5, "critical")
    assert "api_key" not in str(listed)
    assert (await http.post(path + "/rotate")).status_code == 409


async def test_members_are_listed_in_pages(http: httpx.AsyncClient, office: Office) -> None:
    people: list[Somebody] = [await office.member(name) for name in ("ana", "bob")]

    first = (await http.get("/v1/admin/users?limit=1")).json()["data"]
    rest = (await http.get(f"/v1/admin/users?after={first[0]['id']}")).json()["data"]

    ids = {one["id"] for one in (*first, *rest)}
    assert ids == {office.admin.id, *(one.id for one in people)}
    for query in ("limit=0", "limit=1001", "after=%00"):
        assert (await http.get(f"/v1/admin/users?{query}")).status_code == 400


async def test_a_team_is_changed_and_left(http: httpx.AsyncClient, office: Office) -> None:
    team = await office.team("Blue")
    mona = await office.member("mona", team=team, manages=True)

    path = f"/v1/admin/teams/{team}"
    change = {"name": "Navy", "pool_quota": 7, "status": "disabled", "critical_policy": "listed"}
    view = await sent(await http.patch(path, json=change), 200)
    assert (view["name"], view["pool_quota"], view["status"]) == ("Navy", 7, "disabled")
    critical = f"/v1/teams/{team}/members/{mona.id}/critical"
    seat = await sent(
        await http.put(critical, json={"right": "listed"}, headers=bearer(mona)), 200
    )
    assert (seat["critical"], seat["role"]) == ("listed", "manager")
    assert (await http.delete(f"{path}/members/{mona.id}")).status_code == 204
    assert (await http.get("/v1/teams/my-teams", headers=bearer(mona))).json() == {"data": []}


def test_no_two_fields_of_a_view_have_one_name_on_the_wire() -> None:
    for view in vars(views).values():
        if isinstance(view, type) and is_dataclass(view):
            names = [
                field.name.removesuffix("_micro").removesuffix("_ms") for field in fields(view)
            ]

            assert len(names) == len(set(names)), view.__name__
