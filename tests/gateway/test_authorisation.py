"""Every route, called by everybody: who may, who may not, who may not even know (faults.md G9)."""

import re
from collections.abc import AsyncIterator, Mapping

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import Route as Plain
from world.clock import ManualClock
from world.route_table import BESIDE, DEAD, ROUTES, WHO, Route
from world.whole import FOREIGN, Whole, door_of, whole

from core.service.start import Core
from gateway.auth import OF_FASTAPI, SAID, Policy, policy_of
from gateway.door import Door

GOOD = range(200, 300)
ASKED = [(route, who) for route in ROUTES for who in (*WHO, *DEAD)]
CHANGES = [
    (route, who)
    for route in ROUTES
    for who in WHO
    if route.method != "GET" and route.answer_to(who) in GOOD
]
WIDER = {"POST /v1/keys", "POST /v1/keys/{key_id}/rotate"}
"""Routes by which a key could make one that may do more than itself."""
TABLES = (
    "approval", "balance", "call", "dispute", "hold", "limit_row", "member", "membership",
    "outbox", "team", "transfer",
)  # fmt: skip


@pytest.fixture
async def all_of_it(core: Core, clock: ManualClock) -> AsyncIterator[Whole]:
    async with whole(core, clock) as opened:
        yield opened


def test_the_table_has_every_route_with_its_policy(core: Core) -> None:
    """F-87: whoever adds a route says in the table who may call it; the boot demands it too."""
    door = door_of(core)
    table = {route.name: route.policy for route in ROUTES}
    hot = {f"{method} {path}" for path, methods in door._hot.items() for method in methods}

    assert policies_of(door) | {name: table[name] for name in hot & set(table)} == table
    assert hot <= set(table), "each of these needs a line in tests/world/route_table.py"
    assert policies_beside(door) == BESIDE


def policies_of(door: Door) -> dict[str, Policy | None]:
    return {
        f"{method} {(route.path or '').replace(':path', '')}": policy_of(route.dependant)
        for route in iter_route_contexts(door._app.routes)  # type: ignore[attr-defined]
        if route.name not in OF_FASTAPI
        for method in route.methods or ()
    }


def policies_beside(door: Door) -> dict[str, Policy]:
    apps = {id(app): app for app in door._beside.values()}.values()
    routes = [route for app in apps for route in app.routes]  # type: ignore[attr-defined]
    assert all(isinstance(route, Plain) for route in routes)
    return {
        f"{method} {route.path}": Policy(getattr(route.endpoint, SAID))
        for route in routes
        for method in route.methods - {"HEAD"}
    }


async def test_whoever_may_not_is_told_so_and_changes_nothing(all_of_it: Whole) -> None:
    """G9: all routes, all callers that may not, one database; F-83: dead keys look like none."""
    before = await contents(all_of_it)
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for route, who in ASKED:
        wanted = route.answer_to(who)
        if wanted in GOOD:
            continue
        answer = await all_of_it.call(route, who)
        if answer.status_code != wanted:
            found[route.name, who] = (answer.status_code, wanted)
        if who in DEAD and wanted == 401:
            nobodys = await all_of_it.call(route, "nobody")
            assert (answer.status_code, answer.text) == (401, nobodys.text)

    assert found == {}
    assert await contents(all_of_it) == before


async def test_whoever_may_read_is_answered(all_of_it: Whole) -> None:
    found = {
        (route.name, who): (await all_of_it.call(route, who)).status_code
        for route, who in ASKED
        if route.method == "GET" and route.answer_to(who) in GOOD
    }

    assert set(found.values()) == {200}, found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("route", "who"), CHANGES, ids=lambda case: getattr(case, "name", case))
async def test_whoever_may_change_something_can(all_of_it: Whole, route: Route, who: str) -> None:
    answer = await all_of_it.call(route, who)

    assert answer.status_code == route.answer_to(who), answer.text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_narrow_key_does_no_more_than_its_owner_and_makes_no_wider_one(
    all_of_it: Whole,
) -> None:
    """F-89: a key of ana's for one model, with a cap."""
    found = {}
    for route in ROUTES:
        wanted = route.answer_to("ana")
        if route.name in WIDER:
            wanted = 403
        elif route.method != "GET" and wanted in GOOD:
            continue  # it does what ana may do, and what it does would be in the way of the rest
        answer = await all_of_it.call(route, "narrow")
        if answer.status_code != wanted:
            found[route.name] = (answer.status_code, wanted)

    assert found == {}


async def test_what_is_anothers_answers_as_what_never_was(all_of_it: Whole) -> None:
    """F-86: every route that takes an id, asked by everybody who may not know of it."""
    asked = 0
    for route, who in ASKED:
        if who in DEAD or route.answer_to(who) != 404 or "{" not in route.path:
            continue
        theirs = await all_of_it.call(route, who)
        nobodys = await all_of_it.call(route, who, FOREIGN)

        assert (theirs.status_code, nobodys.status_code) == (404, 404), (route.name, who)
        assert masked(theirs, all_of_it.ids) == masked(nobodys, FOREIGN)
        asked += 1
    assert asked > 20


def masked(answer: httpx.Response, ids: Mapping[str, str]) -> str:
    return re.sub("|".join(ids.values()), "…", answer.text)


async def test_no_key_opens_what_takes_a_session(all_of_it: Whole) -> None:
    for name, policy in BESIDE.items():
        method, path = name.split()
        if policy is not Policy.SESSION:
            continue
        for who in ("nobody", "ana", "admin"):
            answer = await all_of_it.send(method, path, all_of_it.keys[who])
            assert answer.status_code in {401, 403}, (name, who, answer.status_code)


async def contents(opened: Whole) -> dict[str, list[str]]:
    """Return what could be changed. Whom it turned away is noted, on purpose, and elsewhere."""
    return {
        table: sorted(str(row) for row in await opened.office.rows(f"SELECT * FROM {table}"))
        for table in TABLES
    }
