"""The routes that only read: quota, usage, why, leaderboard, models, health."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
from world.clock import ManualClock
from world.people import Town
from world.reports import Made, make, refuse

from core.domain.members import Role
from core.service import membership
from core.service.membership import NewUser
from core.service.start import Core
from core.settings import Settings
from core.store.database import Database, Unavailable
from core.store.tables import ApiKeyRow, MembershipRow
from core.views import VERSION
from gateway import catalog
from gateway.app import create_app
from gateway.gate import Gate
from gateway.sources import HttpSource

CREDIT = 1_000_000

TOML = """
[[models]]
name = "gpt"
upstream = "openai/gpt-4o-mini"
api_base = "http://127.0.0.1:9/v1"
"""


@dataclass(slots=True)
class Rest:
    """The gateway without a socket, and people with keys: ada in team blue, bob without one."""

    http: httpx.AsyncClient
    town: Town
    core: Core
    ada: str = ""
    bob: str = ""
    keys: dict[str, str] = field(default_factory=dict)

    async def add(self, name: str, *, admin: bool = False) -> str:
        role = Role.ADMIN if admin else Role.MEMBER
        new = NewUser(f"{name}@x.example", name, 100 * CREDIT, role)
        made = await membership.create_user(self.core, membership.OPERATOR, new)
        self.keys[made.id] = made.api_key
        await self.town.add(
            ApiKeyRow(id=made.id, member_id=made.id, label="town", mac=b"", created_ms=0)
        )
        return made.id

    async def get(self, path: str, who: str | None = None, **headers: str) -> httpx.Response:
        if who is not None:
            headers["authorization"] = f"Bearer {self.keys[who]}"
        return await self.http.get(path, headers=headers)


@pytest.fixture
async def rest(core: Core, settings: Settings, clock: ManualClock) -> AsyncIterator[Rest]:
    settings.config.write_text(TOML)
    gate = Gate(core, catalog.load(settings, {}), HttpSource({}))
    transport = httpx.ASGITransport(app=create_app(gate))
    town = Town(core.database, core.database.journal.rules, clock)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        rest = Rest(http, town, core)
        await town.team("blue", pool=1_000 * CREDIT)
        rest.ada, rest.bob = await rest.add("ada"), await rest.add("bob")
        await town.add(MembershipRow(team_id="blue", member_id=rest.ada, joined_ms=0))
        yield rest


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


async def test_models_are_listed_in_openais_shape_and_in_anthropics(rest: Rest) -> None:
    plain = (await rest.get("/v1/models", rest.ada)).json()
    claude = (await rest.get("/v1/models", rest.ada, **{"anthropic-version": "2023-06-01"})).json()

    names = [model["id"] for model in plain["data"]]
    assert plain["object"] == "list"
    assert {"gpt", "demo"} <= set(names)
    assert plain["data"][0]["object"] == "model"
    assert [model["id"] for model in claude["data"]] == names
    assert (claude["first_id"], claude["last_id"]) == (names[0], names[-1])
    assert (claude["has_more"], claude["data"][0]["type"]) == (False, "model")


async def test_one_model_with_its_price_suffixes_and_all(rest: Rest) -> None:
    plain = (await rest.get("/v1/models/gpt", rest.ada)).json()
    suffixed = (await rest.get("/v1/models/gpt@critical", rest.ada)).json()
    claude = (await rest.get("/v1/models/gpt", rest.ada, **{"anthropic-version": "1"})).json()

    assert plain == suffixed
    assert (plain["pricing"]["input"], plain["pricing"]["output"]) == ("150", "600")
    assert claude["display_name"] == "gpt"


@pytest.mark.parametrize("name", ["gpt-99", "a/b/c", "x" * 999, "gpt@nothing"])
async def test_a_model_that_is_not_there_is_not_found(rest: Rest, name: str) -> None:
    answer = await rest.get(f"/v1/models/{name}", rest.ada)

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "model_not_found"


async def test_model_info_speaks_of_dollars_a_token(rest: Rest) -> None:
    answer = await rest.get("/v1/model/info", rest.ada)

    (gpt,) = [one for one in answer.json()["data"] if one["model_name"] == "gpt"]
    assert gpt["model_info"]["input_cost_per_token"] == 0.00000015
    assert gpt["litellm_params"] == {"model": "openai/gpt-4o-mini"}
    assert "127.0.0.1" not in answer.text


async def test_every_report_wants_a_key(rest: Rest) -> None:
    for path in (
        "/v1/users/me/quota", "/v1/quota", "/v1/key", "/key/info", "/v1/usage", "/v1/usage/last",
        "/v1/analytics/usage", "/v1/leaderboard", "/v1/models", "/v1/models/gpt", "/v1/model/info",
    ):  # fmt: skip
        assert (await rest.get(path)).status_code == 401, path


@pytest.mark.parametrize("path", ["/health", "/health/live"])
async def test_health_is_public(rest: Rest, path: str) -> None:
    answer = await rest.get(path)

    assert (answer.status_code, answer.json()) == (200, {"status": "healthy", "version": VERSION})


async def test_readiness_names_its_parts(rest: Rest) -> None:
    answer = await rest.get("/health/ready")

    assert answer.status_code == 200
    assert [(part["name"], part["ok"]) for part in answer.json()["parts"]] == [
        ("database", True),
        ("ledger", True),
        ("models", True),
    ]


async def test_without_a_database_the_process_lives_but_is_not_ready(
    rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: object) -> None:
        raise Unavailable

    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Database, "read", gone)
    monkeypatch.setattr(Database, "run", hang)

    ready, live = await rest.get("/health/ready"), await rest.get("/health/live")

    assert (ready.status_code, live.status_code) == (503, 200)
    assert ready.json()["status"] == "unhealthy"
    parts = {part["name"]: part for part in ready.json()["parts"]}
    assert not parts["database"]["ok"]
    assert not parts["ledger"]["ok"]
    assert parts["ledger"]["ms"] >= 1_000


async def test_many_who_ask_at_once_cost_one_question(
    rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    plain = Database.read

    async def counted(self: object, program: object) -> object:
        asked.append(program)
        return await plain(self, program)  # type: ignore[arg-type]  # passed on as it is

    monkeypatch.setattr(Database, "read", counted)

    answers = await asyncio.gather(*(rest.get("/health/ready") for _ in range(50)))

    assert {answer.status_code for answer in answers} == {200}
    assert len(asked) == 1
