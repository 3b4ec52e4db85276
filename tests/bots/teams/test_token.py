"""What a check is built of, which clocks it forgives, and what it takes without a token."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request
from world.microsoft_keys import KID, Sign, bearer, by_key, claims_of, compact, key_hosting
from world.microsoft_things import APP_ID, TENANT

from bots.teams.hosts import Hosts
from bots.teams.keys import Keys
from bots.teams.token import MOST_TOKEN, Anonymous, Refused, TokenCheck, tenant_of

URL = "https://smba.trafficmanager.net/emea/"
HERE = "http://localhost:56150/_connector"
SAID = {
    "type": "message", "serviceUrl": URL, "channelId": "msteams",
    "channelData": {"tenant": {"id": TENANT}},
}  # fmt: skip


@pytest.fixture
async def check() -> AsyncIterator[TokenCheck]:
    async with key_hosting() as host:
        keys = Keys(host.metadata_url)
        yield TokenCheck(keys, APP_ID, frozenset({TENANT}), Hosts(local=False))
        await keys.close()


async def refusal(check: TokenCheck, token: str) -> str:
    """Return why a token is refused, or nothing if it is good."""
    try:
        await check(f"Bearer {token}", SAID)
    except Refused as refused:
        return refused.kind if refused.status == 401 else f"{refused.status}"
    return ""


@pytest.mark.parametrize(
    ("app_id", "tenants"),
    [("", {TENANT}), (" ", {TENANT}), (APP_ID, set()), (APP_ID, {""}), (APP_ID, {" "})],
)
def test_f103_a_check_without_app_or_tenants_is_not_built(app_id: str, tenants: set[str]) -> None:
    with pytest.raises(ValueError, match="Teams needs"):
        TokenCheck(Keys("http://127.0.0.1:9"), app_id, frozenset(tenants), Hosts(local=False))


@pytest.mark.parametrize(
    ("claim", "seconds", "kind"),
    [
        ("exp", -290, ""), ("exp", -310, "expired"), ("nbf", 290, ""), ("nbf", 310, "early"),
        ("iat", 290, ""), ("iat", 310, "early"),
    ],
)  # fmt: skip
async def test_clocks_may_differ_by_five_minutes(
    check: TokenCheck, claim: str, seconds: int, kind: str
) -> None:
    now = int(time.time())  # noqa: TID251 - a token is judged by the real time
    assert await refusal(check, bearer(URL, **{claim: now + seconds})) == kind


async def test_the_longest_token_that_is_read(check: TokenCheck) -> None:
    def padded(count: int, sign: Sign) -> str:
        return compact({"alg": "RS256", "kid": KID}, claims_of(URL, more="x" * count), sign)

    def too_long(count: int) -> bool:
        return len(padded(count, lambda _: bytes(256))) > MOST_TOKEN

    signed = by_key(KID)
    count = next(n for n in range(5_000, 7_000) if too_long(n + 1))

    assert await refusal(check, padded(count, signed)) == ""
    assert await refusal(check, padded(count + 1, signed)) == "size"


async def test_what_is_wrong_is_never_in_the_words_of_the_sender(check: TokenCheck) -> None:
    token = bearer(URL, iss="canary-7f3a")
    with pytest.raises(Refused) as caught:
        await check(f"Bearer {token}", SAID)
    assert (caught.value.args, caught.value.__suppress_context__) == (("issuer",), True)


@pytest.mark.parametrize(
    ("said", "tenant"),
    [
        ({"channelData": {"tenant": {"id": "a"}}, "conversation": {"tenantId": "b"}}, "a"),
        ({"channelData": {"tenant": {"id": ""}}, "conversation": {"tenantId": "b"}}, "b"),
        ({"channelData": {}, "conversation": {"tenantId": "b"}}, "b"),
        ({"channelData": None, "conversation": {"tenantId": "b"}}, "b"),
        ({"channelData": {"tenant": "a"}, "conversation": {}}, ""),
        ({"channelData": {"tenant": {"id": 5}}, "conversation": []}, ""),
        ({"channelData": [], "conversation": {"tenantId": ["b"]}}, ""),
        ({}, ""),
    ],
)
def test_the_tenant_is_in_one_of_two_places(said: dict[str, Any], tenant: str) -> None:
    assert tenant_of(said) == tenant


def asked(peer: str | None, host: str, **headers: str) -> Request:
    raw = [(b"host", host.encode("latin-1"))]
    raw += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    client = None if peer is None else (peer, 5000)
    return Request({"type": "http", "method": "POST", "headers": raw, "client": client})


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
async def test_without_a_token_this_machine_may_come_in(peer: str, host: str) -> None:
    await Anonymous().admit(asked(peer, host), {"serviceUrl": HERE})


@pytest.mark.parametrize(
    ("request_", "url"),
    [
        (asked("10.0.0.5", "localhost"), HERE),
        (asked("::ffff:10.0.0.5", "localhost"), HERE),
        (asked("testclient", "localhost"), HERE),
        (asked(None, "localhost"), HERE),
        (asked("127.0.0.1", "tokenpool.example.com"), HERE),
        (asked("127.0.0.1", "localhost.evil.example"), HERE),
        (asked("127.0.0.1", ""), HERE),
        (asked("127.0.0.1", "[::1"), HERE),
        (asked("127.0.0.1", "localhost", x_forwarded_for="127.0.0.1"), HERE),
        (asked("127.0.0.1", "localhost", forwarded="for=127.0.0.1"), HERE),
        (asked("127.0.0.1", "localhost", via="1.1 proxy"), HERE),
        (asked("127.0.0.1", "localhost", x_real_ip="127.0.0.1"), HERE),
        (asked("127.0.0.1", "localhost"), URL),
        (asked("127.0.0.1", "localhost"), "http://localhost@evil.example/"),
        (asked("127.0.0.1", "localhost"), None),
        (asked("127.0.0.1", "localhost"), ["http://localhost/"]),
    ],
)
async def test_without_a_token_nobody_else_may(request_: Request, url: object) -> None:
    with pytest.raises(Refused) as caught:
        await Anonymous().admit(request_, {"serviceUrl": url})
    assert caught.value.status == 403
