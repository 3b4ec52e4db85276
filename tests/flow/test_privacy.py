"""Not a word of a strict call reaches a log line, a table, a file, a trace or an error."""

from pathlib import Path

import pytest
from flow.birdcage import Cage, tell_all
from flow.serving import Served
from flow.upstreams import Upstream
from world.canaries import self_test

from core.settings import Settings

CANARY = "xK7quailZebra93"
STRICT = {"X-Privacy-Mode": "strict"}
TOLD = {"echoed", "echoed in a stream", "repeated", "field", "id"}
"""Ways whose answer, to whoever asked, has the word in it: an echo, or the name at fault."""


async def test_no_word_of_a_strict_call_is_kept_anywhere(
    database_url: str, provider: Upstream, tmp_path: Path
) -> None:
    """F-111, short form: every way once, then a crash with calls on their way."""
    cage = Cage(tmp_path)
    self_test(cage.canaries)

    await tell_all(cage, database_url, provider.base, repeats=1)

    assert provider.calls > 15
    assert cage.traced
    assert await cage.found(database_url) == {}
    assert cage.most_core_bytes == (0, 0), "a core file would hold every prompt that is in memory"
    told = {way for way, said in cage.said.items() if cage.canaries.found_in(said.encode())}
    assert told == TOLD, "an error repeats what was sent"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"log_messages": True})


@pytest.mark.parametrize("strict_by", ["header", "member", "key", "team", "suffix"])
async def test_whoever_says_strict_is_obeyed(strict_by: str, served: Served) -> None:
    member = await served.member("ann")
    team = await served.team(
        "Research", 10, member, **({"privacy": "strict"} if strict_by == "team" else {})
    )
    assert team
    model, headers, key = "mock", {}, member
    if strict_by == "header":
        headers = STRICT
    elif strict_by == "suffix":
        model = "mock@strict"
    elif strict_by == "member":
        body = {"mode": "strict"}
        put = await served.http.put("/v1/users/me/privacy", json=body, headers=member.headers)
        assert put.status_code == 200, put.text
    elif strict_by == "key":
        made = await served.post("/v1/keys", {"label": "ide", "privacy": "strict"}, member)
        assert made.status_code == 201, made.text
        key = type(member)(member.id, made.json()["api_key"])

    plain = await served.chat(key, f"{CANARY} tokens=2", headers, model=model)
    stream = await served.chat(key, f"{CANARY} tokens=2", headers, model=model, stream=True)

    assert (plain.status_code, stream.status_code) == (200, 200)
    assert plain.headers["x-tokenpool-privacy"] == "strict"
    assert await served.rows("SELECT * FROM message") == []
    assert {row[0] for row in await served.rows("SELECT privacy FROM hold")} == {"strict"}


async def test_messages_of_standard_calls_are_kept_when_that_is_switched_on(
    served: Served,
) -> None:
    member = await served.member("ann")

    await served.chat(member, "remember tokens=2")

    request, answer = (await served.rows("SELECT request, answer FROM message"))[0]
    assert b"remember" in bytes(request)
    assert b"word word" in bytes(answer)
