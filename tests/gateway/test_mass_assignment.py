"""No field beside those of a route's own body gets in (faults.md F-88)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from world.clock import ManualClock
from world.route_table import ROUTES, Route
from world.whole import Whole, whole

from core.service.start import Core
from gateway.auth import Policy

SNEAKED: dict[str, Any] = {
    "role": "admin", "posted": 10**9, "held": 0, "team_id": "team_x", "scopes": ["*"],
    "member_id": "usr_x", "is_admin": True, "status": "active", "id": "usr_x", "mac": "",
    "balance": 1, "created_ms": 0, "__proto__": {},
}  # fmt: skip
OWN = {
    "POST /v1/admin/users": {"role", "team_id"},
    "PATCH /v1/admin/users/{user_id}": {"role", "status"},
    "PATCH /v1/admin/teams/{team_id}": {"status"},
    "POST /v1/admin/teams/{team_id}/members/{user_id}": {"role"},
    "PUT /v1/users/me/status": {"status"},
    "POST /v1/keys": {"team_id"},
    "POST /v1/admin/users/{user_id}/keys": {"team_id"},
}
"""What is a field of the route itself, and open to whoever may call it."""
WITH_BODY = [route for route in ROUTES if route.body is not None]


@pytest.fixture
async def opened(core: Core, clock: ManualClock) -> AsyncIterator[Whole]:
    async with whole(core, clock) as everything:
        yield everything


def caller_of(route: Route) -> str:
    """Return who may call it: ana where she may, the administrator else."""
    return "ana" if route.answer_to("ana") in range(200, 300) else "admin"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_field_that_is_none_of_the_routes_is_refused(opened: Whole) -> None:
    assert len(WITH_BODY) > 15
    for route in WITH_BODY:
        if route.policy is Policy.BOOTSTRAP:
            continue
        for name, value in SNEAKED.items():
            if name in OWN.get(route.name, set()):
                continue
            path = route.path.format(**opened.ids)
            body = {**(route.body or {}), name: value}
            key = opened.keys[caller_of(route)]
            answer = await opened.send(route.method, path, key, body)
            assert answer.status_code == 400, (route.name, name, answer.text)
            assert answer.json()["error"]["code"] == "invalid_field"
