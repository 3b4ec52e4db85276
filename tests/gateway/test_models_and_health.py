"""What can be called, at what price; and whether this process lives and can work."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from world.clock import ManualClock
from world.rest import TOML, Rest, resting

from core.service.start import Core
from core.settings import Settings
from core.store.database import Database, Unavailable
from core.views import VERSION, PartView
from gateway import catalog
from gateway.app import create_app
from gateway.gate import Gate
from gateway.sources import HttpSource


@pytest.fixture
async def rest(core: Core, settings: Settings, clock: ManualClock) -> AsyncIterator[Rest]:
    async with resting(core, settings, clock) as opened:
        yield opened


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
    assert all(part["required"] for part in answer.json()["parts"])


async def test_a_chat_platform_that_is_down_shows_but_the_gateway_is_ready(
    core: Core, settings: Settings
) -> None:
    settings.config.write_text(TOML)
    down = PartView("slack", ok=False, ms=0, detail="is being started", required=False)
    gate = Gate(core, catalog.load(settings, {}), HttpSource({}), connectors=lambda: (down,))
    transport = httpx.ASGITransport(app=create_app(gate))

    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        answer = await http.get("/health/ready")

    assert (answer.status_code, answer.json()["status"]) == (200, "healthy")
    assert answer.json()["parts"][-1] == {
        "name": "slack", "ok": False, "ms": 0, "detail": "is being started", "required": False,
    }  # fmt: skip


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
