"""Quota, usage, why and the leaderboard over REST: shapes, rights, and 404s that tell nothing."""

from collections.abc import AsyncIterator

import pytest
from world.clock import ManualClock
from world.reports import Made, make, refuse
from world.rest import CREDIT, Rest, resting

from core.service.start import Core
from core.settings import Settings


@pytest.fixture
async def rest(core: Core, settings: Settings, clock: ManualClock) -> AsyncIterator[Rest]:
    async with resting(core, settings, clock) as opened:
        yield opened


async def test_quota_in_full_speaks_of_credits_and_iso_times(rest: Rest) -> None:
    await make(rest.town, Made(rest.ada, cost=1_500_000))

    view = (await rest.get("/v1/users/me/quota", rest.ada)).json()

    assert view["own"] == {"granted": 100, "held": 0, "spent": 1.5, "available": 98.5}
    assert view["period"] == {
        "name": "2026-11",
        "starts": "2026-11-01T00:00:00Z",
        "ends": "2026-12-01T00:00:00Z",
    }
    assert view["teams"][0]["vacation"]["cap"] == 100
    assert view["lasts_until"] == "2026-12-01T00:00:00Z"


@pytest.mark.parametrize("path", ["/v1/quota", "/quota", "/v1/key"])
async def test_the_status_is_flat_and_answers_with_nothing_left(rest: Rest, path: str) -> None:
    await make(rest.town, Made(rest.ada, cost=100 * CREDIT))

    answer = await rest.get(path, rest.ada)

    view = answer.json()
    assert answer.status_code == 200
    assert (view["limit"], view["used"], view["remaining"], view["percent"]) == (100, 100, 0, 100)
    assert view["reset"] == "2026-12-01T00:00:00Z"
    assert view["key_id"] == rest.keys[rest.ada].split("_")[1]


@pytest.mark.parametrize("path", ["/key/info", "/v1/key/info"])
async def test_litellms_shape_speaks_of_dollars(rest: Rest, path: str) -> None:
    await make(rest.town, Made(rest.ada, cost=25 * CREDIT))

    view = (await rest.get(path, rest.ada)).json()

    assert (view["info"]["spend"], view["info"]["max_budget"]) == (0.025, 0.1)
    assert (view["info"]["user_id"], view["quota"]["used"]) == (rest.ada, 25)


async def test_my_usage_is_mine_alone_and_analytics_reach_as_far_as_my_rights(rest: Rest) -> None:
    root = await rest.add("root", admin=True)
    await make(rest.town, Made(rest.ada, cost=CREDIT, model="gpt"))
    await make(rest.town, Made(rest.bob, cost=2 * CREDIT))

    mine = (await rest.get("/v1/usage?by=model", rest.ada)).json()
    every = (await rest.get("/v1/analytics/usage?group=member", root)).json()
    of_root = (await rest.get("/v1/usage", root)).json()

    assert [(line["group"], line["cost"]) for line in mine["lines"]] == [("gpt", 1)]
    assert [(line["name"], line["cost"]) for line in every["lines"]] == [("bob", 2), ("ada", 1)]
    assert (of_root["calls"], of_root["cost"]) == (0, 0)


async def test_usage_between_two_times(rest: Rest) -> None:
    await make(rest.town, Made(rest.ada))

    today = (await rest.get("/v1/usage?from=2026-11-24&to=2026-11-25", rest.ada)).json()
    before = (await rest.get("/v1/usage?from=2026-11-20&to=2026-11-24", rest.ada)).json()

    assert (today["calls"], before["calls"]) == (1, 0)
    assert (today["starts"], today["ends"]) == ("2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z")


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("by=mood", "by"),
        ("period=soon", "period"),
        ("from=noon", "from"),
        ("from=2026-11-24&to=2026-11-23", "from"),
        ("to=%00", "to"),
    ],
)
async def test_a_query_that_makes_no_sense_is_refused_by_name(
    rest: Rest, query: str, param: str
) -> None:
    answer = await rest.get(f"/v1/usage?{query}", rest.ada)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_field")
    assert answer.json()["error"]["param"] == param


async def test_why_a_call_was_charged_or_refused(rest: Rest) -> None:
    ticket = await make(rest.town, Made(rest.ada, cost=CREDIT))
    refused = await refuse(rest.town, Made(rest.ada, cost=500 * CREDIT))

    charge = (await rest.get(f"/v1/usage/{ticket.call_id}", rest.ada)).json()
    refusal = (await rest.get(f"/v1/usage/{refused}", rest.ada)).json()
    last = (await rest.get("/v1/usage/last", rest.ada)).json()

    assert (charge["kind"], charge["cost"], charge["paid_by"]) == ("charged", 1, "own")
    assert refusal == last
    assert refusal["looks"] == [{"payer": "own", "reason": "personal_exhausted", "available": 99}]


async def test_somebody_elses_call_looks_like_one_that_does_not_exist(rest: Rest) -> None:
    ticket = await make(rest.town, Made(rest.ada))

    foreign = await rest.get(f"/v1/usage/{ticket.call_id}", rest.bob)
    missing = await rest.get("/v1/usage/nothing", rest.bob)

    assert foreign.status_code == missing.status_code == 404
    assert foreign.text.replace(ticket.call_id, "nothing") == missing.text


async def test_a_foreign_team_looks_like_one_that_does_not_exist(rest: Rest) -> None:
    for path in ("/v1/leaderboard", "/v1/usage", "/v1/analytics/usage"):
        foreign = await rest.get(f"{path}?team=blue", rest.bob)
        missing = await rest.get(f"{path}?team=gone", rest.bob)

        assert foreign.status_code == missing.status_code == 404
        assert foreign.text.replace("blue", "gone") == missing.text


async def test_the_leaderboard_and_staying_out_of_it(rest: Rest) -> None:
    for _ in range(10):
        await make(rest.town, Made(rest.ada, prompt=200, completion=100, cost=CREDIT))
    headers = {"authorization": f"Bearer {rest.keys[rest.ada]}"}

    hidden = await rest.http.put(
        "/v1/users/me/leaderboard", json={"hidden": True}, headers=headers
    )
    board = (await rest.get("/v1/leaderboard?period=2026-11", rest.ada)).json()

    assert (hidden.status_code, hidden.json()) == (200, {"hidden": True})
    assert (board["mine"]["efficiency"], board["mine"]["cost_per_1k_completion"]) == (0.5, 10)
    assert (board["hidden"], board["ranks"]) == (True, [])


@pytest.mark.parametrize("body", [{"hidden": "yes"}, {}, {"hidden": True, "rank": 1}, [], None])
async def test_only_a_plain_yes_or_no_hides(rest: Rest, body: object) -> None:
    headers = {"authorization": f"Bearer {rest.keys[rest.ada]}"}

    answer = await rest.http.put("/v1/users/me/leaderboard", json=body, headers=headers)

    assert answer.status_code == 400


async def test_every_report_wants_a_key(rest: Rest) -> None:
    for path in (
        "/v1/users/me/quota", "/v1/quota", "/v1/key", "/key/info", "/v1/usage", "/v1/usage/last",
        "/v1/analytics/usage", "/v1/leaderboard", "/v1/models", "/v1/models/gpt", "/v1/model/info",
    ):  # fmt: skip
        assert (await rest.get(path)).status_code == 401, path
