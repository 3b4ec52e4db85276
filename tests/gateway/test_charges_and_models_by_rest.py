"""Disputes and rules of models by REST: bodies, amounts, and what is refused how."""

from collections.abc import AsyncIterator

import pytest
from world.clock import ManualClock
from world.whole import Whole, whole

from core.service.start import Core

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
RULE = "/v1/admin/models/{}/rule"


@pytest.fixture
async def opened(core: Core, clock: ManualClock) -> AsyncIterator[Whole]:
    async with whole(core, clock) as made:
        yield made


async def test_a_part_is_returned_and_told(opened: Whole) -> None:
    path, mona = f"/v1/disputes/{opened.ids['call_id']}/return", opened.keys["mona"]

    too_much = await opened.send("POST", path, mona, {"amount": 1})
    nothing = await opened.send("POST", path, mona, {"amount": 0})
    unseen = await opened.send("POST", path, mona, {"rev": 7})
    done = await opened.send("POST", path, mona, {"amount": "0.00002", "rev": 0})
    again = await opened.send("POST", path, mona)
    listed = await opened.send("GET", "/v1/disputes", opened.keys["ana"])

    assert [one.status_code for one in (too_much, nothing, unseen, done, again)] == [
        400, 400, 409, 200, 409,
    ]  # fmt: skip
    assert (done.json()["state"], done.json()["returned"], done.json()["cost"]) == (
        "returned", 0.00002, 0.00003,
    )  # fmt: skip
    assert [one["state"] for one in listed.json()["data"]] == ["returned"]
    why = await opened.send("GET", f"/v1/usage/{opened.ids['call_id']}", opened.keys["ana"])
    assert (why.json()["dispute"], why.json()["returned"]) == ("returned", 0.00002)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "give one of price, map_to and block"),
        ({"block": True, "map_to": "demo"}, "give one of price, map_to and block"),
        ({"price": {"input": "1"}}, "output"),
        ({"price": {"input": "free", "output": "1"}}, "input"),
        ({"price": {"input": "1", "output": "1"}}, "upstream"),
        ({"map_to": "nobody"}, "to"),
        ({"else": 1}, "a field that is not allowed"),
    ],
)
async def test_a_rule_is_one_of_three(opened: Whole, body: dict[str, object], said: str) -> None:
    answer = await opened.send("PUT", RULE.format("gpt-99"), opened.keys["admin"], body)

    assert answer.status_code == 400, answer.text
    assert said in answer.text


async def test_a_name_with_slashes_is_mapped_and_listed(opened: Whole) -> None:
    admin, name = opened.keys["admin"], "house/best/latest"

    done = await opened.send("PUT", RULE.format(name), admin, {"map_to": "demo"})
    waiting = await opened.send("GET", "/v1/admin/models/asked", admin)
    decided = await opened.send("GET", "/v1/admin/models/asked?decided=true", admin)
    one = await opened.send("GET", f"/v1/models/{name}", opened.keys["ana"])
    body = {"model": name, "max_tokens": 8, "messages": [{"role": "user", "content": "Hi"}]}
    answered = await opened.send("POST", "/v1/chat/completions", opened.keys["ana"], body)

    assert (done.status_code, done.json()["mapped_to"]) == (200, "demo")
    assert waiting.json()["data"] == []
    assert [rule["name"] for rule in decided.json()["data"]] == [name]
    assert (one.status_code, answered.status_code) == (200, 200)
    assert (await opened.send("GET", "/v1/models/none", admin)).status_code == 404


async def test_an_odd_price_is_refused_until_it_is_confirmed(
    opened: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = opened.office.core.offers.book
    assert offered is not None
    monkeypatch.setitem(
        offered._catalog.workshop.environ,  # type: ignore[attr-defined]  # the gateway's own
        "OPENAI_API_KEY",
        "sk-none",
    )
    price = {"input": "900", "output": "1200", "cached": "90"}
    body = {"price": price, "upstream": "openai/gpt-4o-mini"}

    odd = await opened.send("PUT", RULE.format("mini"), opened.keys["admin"], body)
    sure = await opened.send(
        "PUT", RULE.format("mini"), opened.keys["admin"], body | {"confirm": True}
    )

    assert (odd.status_code, odd.json()["error"]["param"]) == (409, "confirm")
    assert "100 times that of openai/gpt-4o-mini" in odd.json()["error"]["message"]
    assert (sure.status_code, sure.json()["cached"]) == (200, "90")
