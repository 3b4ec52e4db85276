"""Every route about people, called by everybody: who may, who may not, who may not even know."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from world.clock import ManualClock
from world.office import Somebody, open_office
from world.people_routes import application, bearer, blue_office, client_of

from core.service import approving
from core.service.start import Core
from gateway.auth import Policy, policy_of

WHO = ("nobody", "ana", "rosa", "mona", "admin")
"""rosa manages another team than ana's, mona manages ana's."""
EVERYBODY = (401, 200, 200, 200, 200)
EVERYBODY_MAKES = (401, 201, 201, 201, 201)
OWNER = (401, 200, 404, 404, 200)
SEES_IT = (401, 200, 404, 200, 200)
MANAGER = (401, 403, 404, 200, 200)
ADMIN = (401, 403, 403, 403, 200)
ADMIN_MAKES = (401, 403, 403, 403, 201)

KEY_BODY = {"label": "laptop"}
TEAM_BODY = {"name": "Green", "pool_quota": 5}
USER_BODY = {"email": "new@x.example", "name": "New", "personal_quota": 5}
USER, TEAM, APPROVAL = "/v1/admin/users/{user}", "/v1/teams/{team}", "/v1/approvals/{approval}"


@dataclass(frozen=True, slots=True)
class Route:
    """A route with ids of ana and her team in it, a body, and what each of WHO is answered."""

    method: str
    path: str
    answers: tuple[int, ...]
    body: Mapping[str, object] | None = None


ROUTES = [
    Route("GET", "/v1/users/me", EVERYBODY),
    Route("PUT", "/v1/users/me/status", EVERYBODY, {"status": "on_vacation"}),
    Route("PUT", "/v1/users/me/privacy", EVERYBODY, {"mode": "strict"}),
    Route("GET", "/v1/keys", EVERYBODY),
    Route("POST", "/v1/keys", EVERYBODY_MAKES, KEY_BODY),
    Route("POST", "/v1/keys/{key}/rotate", (401, 201, 404, 404, 201)),
    Route("DELETE", "/v1/keys/{key}", OWNER),
    Route("GET", "/v1/teams/my-teams", EVERYBODY),
    Route("GET", TEAM, SEES_IT),
    Route("PATCH", TEAM, MANAGER, {"vacation_percent": 5}),
    Route("GET", TEAM + "/members", MANAGER),
    Route("PUT", TEAM + "/members/{user}/critical", MANAGER, {"right": "stopped"}),
    Route("POST", "/v1/approvals", EVERYBODY_MAKES, {"amount": 0.00005, "reason": "demo"}),
    Route("GET", "/v1/approvals/pending", EVERYBODY),
    Route("GET", APPROVAL, SEES_IT),
    Route("POST", APPROVAL + "/approve", MANAGER),
    Route("POST", APPROVAL + "/reject", MANAGER, {"reason": "no"}),
    Route("POST", APPROVAL + "/pass", (401, 403, 404, 200, 403), {"rev": 0}),
    Route("POST", APPROVAL + "/withdraw", (401, 200, 404, 403, 403)),
    Route("POST", "/v1/admin/users", ADMIN_MAKES, USER_BODY),
    Route("GET", "/v1/admin/users", ADMIN),
    Route("GET", USER, ADMIN),
    Route("PATCH", USER, ADMIN, {"personal_quota": 7}),
    Route("GET", USER + "/keys", ADMIN),
    Route("POST", USER + "/keys", ADMIN_MAKES, KEY_BODY),
    Route("POST", "/v1/admin/keys/{key}/rotate", ADMIN_MAKES, {"overlap_hours": 0}),
    Route("DELETE", "/v1/admin/keys/{key}", ADMIN),
    Route("POST", "/v1/admin/teams", ADMIN_MAKES, TEAM_BODY),
    Route("GET", "/v1/admin/teams", ADMIN),
    Route("PATCH", "/v1/admin/teams/{team}", ADMIN, {"pool_quota": 7}),
    Route("POST", "/v1/admin/teams/{team}/members/{user}", ADMIN_MAKES, {"role": "manager"}),
    Route("DELETE", "/v1/admin/teams/{team}/members/{user}", (401, 403, 403, 403, 204)),
    Route("POST", "/v1/admin/bootstrap", (404, 404, 404, 404, 404), {"email": "x@x.example"}),
]
FOREIGN = {"user": "usr_none", "team": "team_none", "approval": "apr_none", "key": "0" * 12}


@dataclass(frozen=True, slots=True)
class Stage:
    http: httpx.AsyncClient
    people: dict[str, Somebody | None]
    ids: dict[str, str] = field(default_factory=dict)

    async def call(
        self, route: Route, who: str, ids: dict[str, str] | None = None
    ) -> httpx.Response:
        path = route.path.format(**(ids or self.ids))
        return await self.http.request(
            route.method, path, json=route.body, headers=bearer(self.people[who])
        )


@pytest.fixture
async def stage(core: Core, clock: ManualClock) -> AsyncIterator[Stage]:
    office = await open_office(core, clock)
    people = await blue_office(office)
    ana = people["ana"]
    assert ana is not None
    request = await approving.request_more(core, ana.caller, 50, "demo")
    key, team = ana.caller.key_id, ana.caller.seats[0].team_id
    ids = {"user": ana.id, "team": team, "approval": request.id, "key": key}
    async with client_of(core) as http:
        yield Stage(http, people, ids)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_each_route_answers_each_caller_as_the_table_says(
    stage: Stage, route: Route, who: str
) -> None:
    answer = await stage.call(route, who)

    assert answer.status_code == route.answers[WHO.index(who)], answer.text


async def test_what_is_anothers_answers_as_what_never_was(stage: Stage) -> None:
    for route in ROUTES:
        if 404 not in route.answers or "{" not in route.path:
            continue
        for who in ("ana", "rosa", "mona"):
            if route.answers[WHO.index(who)] != 404:
                continue
            theirs = await stage.call(route, who)
            nobodys = await stage.call(route, who, FOREIGN)

            assert nobodys.status_code == 404
            assert masked(theirs, stage.ids) == masked(nobodys, FOREIGN)


def masked(answer: httpx.Response, ids: dict[str, str]) -> str:
    return re.sub("|".join(ids.values()), "…", answer.text)


def test_the_table_has_every_route_and_the_policies_agree(core: Core) -> None:
    policies = {
        (method, re.sub(r"{(user|team|approval|key)_id}", r"{\1}", route.path or "")): policy_of(
            route.dependant
        )
        for route in iter_route_contexts(application(core).routes)
        if hasattr(route, "dependant")
        for method in route.methods or ()
    }

    assert set(policies) == {(route.method, route.path) for route in ROUTES}
    for route in ROUTES:
        admins = route.path.startswith("/v1/admin/")
        policy = policies[route.method, route.path]
        if route.path.endswith("/bootstrap"):
            assert policy is Policy.BOOTSTRAP
        else:
            assert (policy is Policy.ADMIN) is admins
