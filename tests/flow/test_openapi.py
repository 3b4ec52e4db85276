"""The OpenAPI document is true: schemathesis finds nothing in answers to what it makes up."""

from pathlib import Path

import pytest
from flow.serving import Served
from world.conforming import found_by_schemathesis

ANSWERED = {"200", "201", "204"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_schemathesis_finds_nothing(served: Served, tmp_path: Path) -> None:
    options = ("--phases", "fuzzing", "--max-examples", "2", "--seed", "1", "--workers", "2")

    said = await found_by_schemathesis(served.url, served.admin.key, tmp_path, *options)

    assert said == ""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_route_is_described_with_answers_and_errors(served: Served) -> None:
    document = (await served.http.get("/openapi.json")).json()

    said = [
        (f"{method.upper()} {path}", one)
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    ]
    assert "POST /v1/chat/completions" in dict(said)
    for name, one in said:
        answers = one["responses"]
        assert "422" not in answers, name
        assert set(answers) >= {"400", "413", "503"}, name
        good = ANSWERED & set(answers)
        assert good, name
        for status in good - {"204"}:
            schemas = [kind["schema"] for kind in answers[status]["content"].values()]
            assert all(schemas), f"{name} does not say what {status} looks like"
        if one.get("security"):
            assert set(answers) >= {"401", "403", "429"}, name


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/keys", "GET, POST"),
        ("/v1/keys/abc", "DELETE, PATCH"),
        ("/v1/teams/my-teams", "GET"),
        ("/v1/chat/completions", "POST"),
    ],
)
async def test_a_wrong_method_is_told_all_right_ones(
    served: Served, path: str, methods: str
) -> None:
    answer = await served.http.request("PUT", path, headers=served.admin.headers)

    assert (answer.status_code, answer.headers["allow"]) == (405, methods)
