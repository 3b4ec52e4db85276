"""Whatever is sent to /api/messages, the server says no or does its work; it never breaks."""

import json
from collections import Counter

import pytest
from world.teams_fuzz import bad_tokens, fuzz_of, knock, throw
from world.teams_office import TeamsOffice

MANY = 300
STATES = "SELECT state, count(*) FROM inbox GROUP BY state"
ANSWERS = {200, 202, 400, 401, 403}


async def test_bent_activities_break_nothing(
    office: TeamsOffice, capfd: pytest.CaptureFixture[str]
) -> None:
    fuzz = await fuzz_of(office, seed=1)

    statuses = Counter(await throw(office, fuzz, MANY))

    assert set(statuses) == ANSWERS
    assert min(statuses.values()) > MANY // 100, statuses
    logged = "".join(capfd.readouterr())
    assert "failed" not in logged
    assert "Traceback" not in logged
    states = dict(map(tuple, await office.served.rows(STATES)))
    assert states.keys() == {"done"}
    assert states["done"] > MANY // 3, "too little gets through to be worked on"
    await office.people["mia"].asks("quota", "credits left")
    await office.served.assert_clean()


async def test_nothing_is_let_in_without_a_good_token(office: TeamsOffice) -> None:
    fuzz, statuses = await fuzz_of(office, seed=2), Counter[int]()
    rows = await office.served.rows("SELECT key FROM inbox")
    tokens = bad_tokens(office.vendor.service_url)
    for number, body in enumerate(fuzz.bodies(100)):
        if is_object(body):
            statuses[await knock(office, body, tokens[number % len(tokens)])] += 1

    assert set(statuses) == {401}
    assert await office.served.rows("SELECT key FROM inbox") == rows


def is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False
