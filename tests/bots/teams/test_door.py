"""What may come in through /api/messages, and what whoever sends it hears: F-103, by HTTP.

Each bad token is refused with 401 or 403, none is answered with a fault of ours.
"""

from collections.abc import AsyncIterator

import msgspec
import pytest
from structlog.testing import capture_logs
from world.bad_tokens import TOKENS, URL, WEBCHAT
from world.microsoft_keys import bearer
from world.microsoft_things import TENANT
from world.teams_door import CANARY, HERE, SAID, Json, Serving, checked, serving

from bots.teams.route import MOST_BYTES, PATH
from bots.teams.sdk import Reply
from bots.teams.token import OFF_TIME, Anonymous
from core.domain.errors import Code, Refusal


@pytest.fixture
async def served() -> AsyncIterator[Serving]:
    async with serving(checked) as opened:
        opened.host.show(WEBCHAT, endorsements=("webchat", "directline"))
        yield opened


def refused(kind: str, status: int) -> Json:
    return {"event": "teams_refused", "kind": kind, "status": status, "log_level": "info"}


async def test_f103_a_bad_token_is_refused(served: Serving) -> None:
    for name, (make, kind) in TOKENS.items():
        token = make()
        with capture_logs() as said:
            assert await served.post(token) == 401, name
        assert said == [refused(kind, 401)], name
    assert served.came == []
    assert served.skews == sum(kind in OFF_TIME for _, kind in TOKENS.values()) > 1


GOOD = f"Bearer {bearer(URL)}"
HEADERS: dict[str, list[str]] = {
    "no bearer": [],
    "empty": [""],
    "only a word": ["Bearer"],
    "another scheme": [GOOD.replace("Bearer", "Basic")],
    "no scheme": [GOOD.removeprefix("Bearer ")],
    "two headers": [GOOD, GOOD],
    "a good one behind a bad one": ["Bearer x", GOOD],
    "two tokens": [f"{GOOD}, {GOOD}"],
    "two spaces": [GOOD.replace(" ", "  ")],
    "letters of elsewhere": ["Bearer ünï.cö.dé"],
}


async def test_f103_no_single_bearer_is_refused(served: Serving) -> None:
    for name, values in HEADERS.items():
        raw = [(b"authorization", value.encode("latin-1")) for value in values]
        raw.append((b"cookie", GOOD.encode()))
        answer = await served.http.post(f"{PATH}?token={GOOD[7:]}", json=SAID, headers=raw)
        assert (answer.status_code, answer.content) == (401, b""), name
    assert served.came == []


SERVICES = [
    "https://evil.example/", "http://smba.trafficmanager.net/emea/", HERE, "", "x",
    "https://smba.trafficmanager.net@evil.example/", "https://botframework.com.evil.example/",
]  # fmt: skip


async def test_f103_a_token_for_an_untrusted_host_is_refused(served: Serving) -> None:
    for url in SERVICES:
        with capture_logs() as said:
            assert await served.post(bearer(url), serviceUrl=url) == 401, url
        assert said == [refused("host", 401)]
    assert served.came == []


MEANT: list[tuple[Json, str, int]] = [
    ({"serviceUrl": None}, "service", 401),
    ({"serviceUrl": 5}, "service", 401),
    ({"serviceUrl": [URL]}, "service", 401),
    ({"serviceUrl": URL.rstrip("/")}, "service", 401),
    ({"channelId": None}, "channel", 401),
    ({"channelId": "emulator"}, "channel", 401),
    ({"channelId": ["msteams"]}, "channel", 401),
    ({"channelData": {"tenant": {"id": "0" * 36}}}, "tenant", 403),
    ({"channelData": None, "conversation": {"tenantId": "0" * 36}}, "tenant", 403),
    ({"channelData": None, "conversation": None}, "tenant", 403),
    ({"channelData": {"tenant": {"id": [TENANT]}}, "conversation": 5}, "tenant", 403),
    ({"channelData": {"tenant": TENANT}, "conversation": {"tenantId": ""}}, "tenant", 403),
]


async def test_f103_a_good_token_for_something_else_is_refused(served: Serving) -> None:
    for changes, kind, status in MEANT:
        with capture_logs() as said:
            assert await served.post(bearer(URL), **changes) == status, changes
        assert said == [refused(kind, status)], changes
    assert served.came == []


async def test_f103_a_good_token_is_admitted(served: Serving) -> None:
    with capture_logs() as said:
        assert await served.post(bearer(URL)) == 200
        assert await served.post(bearer(URL), channelData={"team": {"id": "19:x"}}) == 200
        headers = {
            "authorization": GOOD.replace("Bearer", "bearer"),
            "content-type": "Application/JSON; charset=utf-8",
        }
        answer = await served.http.post(PATH, content=msgspec.json.encode(SAID), headers=headers)

    assert (answer.status_code, answer.json()) == (200, {"statusCode": 200})
    assert answer.headers["content-type"] == "application/json"
    assert served.came[0] == served.came[2] == SAID
    assert (said, served.host.fetches) == ([], 1)


BODIES = [
    b"", b"{", b"null", b"[]", b'"x"', b"[" * 100_000, b'{"a":' * 50_000, b'{"a": NaN}',
    b'{"a": 1e999}', b'{"text": "\xff"}', b"serviceUrl=x", f'{{"text": "{CANARY}'.encode(),
]  # fmt: skip


async def test_what_cannot_be_read_is_not_looked_at(
    served: Serving, capfd: pytest.CaptureFixture[str]
) -> None:
    headers = {"authorization": GOOD, "content-type": "application/json"}
    for body in BODIES:
        answer = await served.http.post(PATH, content=body, headers=headers)
        assert answer.status_code == 400, body[:60]
    for kind in ("text/plain", "", "application/jsonp", "application/x-www-form-urlencoded"):
        headers["content-type"] = kind
        answer = await served.http.post(PATH, content=b"{}", headers=headers)
        assert answer.status_code == 415

    assert served.came == []
    assert CANARY not in "".join(capfd.readouterr())


async def test_more_than_teams_ever_sends_is_refused(served: Serving) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(MOST_BYTES // 1024 + 1):
            yield b" " * 1024

    headers = {"authorization": GOOD, "content-type": "application/json"}
    for content in (b" " * (MOST_BYTES + 1), pieces()):
        answer = await served.http.post(PATH, content=content, headers=headers)
        assert answer.status_code == 413


async def test_whoever_looks_whether_we_are_there_is_no_attack(served: Serving) -> None:
    with capture_logs() as said:
        answers = [await served.http.request(how, PATH) for how in ("HEAD", "GET", "PUT")]
        assert (await served.http.post("/api/other")).status_code == 404
    assert [one.status_code for one in answers] == [200, 405, 405]
    assert said == []


async def test_teams_is_answered_what_the_reply_says(served: Serving) -> None:
    served.answer = Reply(201)
    answer = await served.http.post(PATH, json=SAID, headers={"authorization": GOOD})
    assert (answer.status_code, answer.content) == (201, b"")

    served.fault = Refusal(Code.LEDGER_BUSY, "The database is away.")
    assert await served.post(bearer(URL)) == 503

    served.up, count = False, len(served.came)
    assert await served.post(bearer(URL)) == 503
    assert await served.post(bearer(URL, aud="other")) == 401  # a stranger hears nothing of it
    assert len(served.came) == count


async def test_without_a_token_only_this_machine_may_come_in() -> None:
    async with serving(lambda _keys: Anonymous()) as served:
        assert await served.post(None, serviceUrl=HERE, channelData=None) == 200
        assert await served.post(None) == 403
        for header in ({"x-forwarded-for": "127.0.0.1"}, {"host": "evil.example"}):
            said = SAID | {"serviceUrl": HERE}
            answer = await served.http.post(PATH, json=said, headers=header)
            assert answer.status_code == 403, header
    assert len(served.came) == 1
