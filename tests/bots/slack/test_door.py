"""What may not come in through /slack/events, and what of it is said (faults.md F-95, F-96)."""

import json
import time
from collections.abc import Mapping

import httpx
import pytest
from world.slack_office import SlackOffice
from world.slack_people import until
from world.slack_ways import FORM, PATH, signature

CANARY = "canary-7f3a"
JSON = "application/json"
COUNTS = "SELECT (SELECT count(*) FROM inbox), (SELECT count(*) FROM approval)"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is judged here happens before and behind the database."""
    return sqlite_url


def now() -> int:
    return int(time.clock_gettime(time.CLOCK_REALTIME))


async def send(
    office: SlackOffice,
    body: bytes,
    headers: Mapping[str, str] | None = None,
    content_type: str = FORM,
) -> httpx.Response:
    """Send a body signed as it is, unless the headers say otherwise."""
    given = signature(body, str(now())) | {"content-type": content_type} | dict(headers or {})
    raw = [(name.encode(), value.encode("utf-8")) for name, value in given.items()]
    return await office.served.http.post(PATH, content=body, headers=raw)


FORGED: list[Mapping[str, str]] = [
    {"x-slack-signature": "v0=" + "0" * 64},
    {"x-slack-signature": "v0=ünïcödé"},
    {"x-slack-signature": ""},
    {"x-slack-signature": "v0=" + "a" * 5000},
    {"x-slack-request-timestamp": "abc"},
    {"x-slack-request-timestamp": "9" * 5000},
    {"x-slack-request-timestamp": ""},
    {"x-slack-request-timestamp": "-1"},
    {"x-slack-request-timestamp": "1e9"},
    {"x-slack-request-timestamp": "²"},
]
SAID = f"command=%2Ftokenpool&user_id=U0001&text=request+500+{CANARY}&trigger_id=1.2".encode()
BROKEN: list[tuple[bytes, str]] = [
    (b"", JSON),
    (b"{", JSON),
    (f'{{"type": "{CANARY}"'.encode(), JSON),
    (b"[]", JSON),
    (b'"text"', JSON),
    (b"null", JSON),
    (b'{"a": NaN}', JSON),
    (b'{"a": 1e999}', JSON),
    (b'{"text": "\xff\xfe"}', JSON),
    (b'{"text": "\\ud800"}', JSON),
    (b"[" * 100_000, JSON),
    (b'{"a":' * 100_000, JSON),
    (b"payload=%7B", FORM),
    (b"payload=%5B%5D", FORM),
    (b"payload=%FF%FE", FORM),
    (b"payload=", FORM),
    (b"payload=" + b"%5B" * 100_000, FORM),
    (b"text=%FF", FORM),
    (b"text=\xff\xfe", FORM),
    (b"&".join(b"a%d=1" % n for n in range(5000)), FORM),
    (b'{"type": "block_actions", "user": 5}', JSON),
    (b'{"type": "block_actions", "actions": []}', JSON),
    (b'{"type": "block_actions", "actions": {}}', JSON),
    (b'{"type": "event_callback", "event": "x"}', JSON),
    (b'{"type": "event_callback", "event": {}}', JSON),
    (b'{"type": "view_submission", "view": []}', JSON),
    (b'{"type": "view_submission", "view": {"callback_id": "tp:form"}}', JSON),
    (b'{"type": ["shortcut"]}', JSON),
    (b'{"command": null}', JSON),
    (b'{"authorizations": [5]}', JSON),
    (SAID, "text/plain"),
    (SAID, "multipart/form-data"),
    (SAID, ""),
]


async def test_what_is_forged_is_refused_and_changes_nothing(
    office: SlackOffice, capfd: pytest.CaptureFixture[str]
) -> None:
    before = await office.served.rows(COUNTS)

    for headers in FORGED:
        answer = await send(office, SAID, headers)
        assert (answer.status_code, answer.content) == (401, b""), headers

    assert await office.served.rows(COUNTS) == before
    assert CANARY not in "".join(capfd.readouterr())


async def test_unsigned_stale_and_doubled_headers_are_refused(office: SlackOffice) -> None:
    http, form = office.served.http, {"content-type": FORM}
    stamp = str(now())
    good = signature(SAID, stamp)
    twice = [*good.items(), ("x-slack-signature", good["x-slack-signature"])]
    stamped = [*good.items(), ("x-slack-request-timestamp", stamp)]

    for headers in (form, dict(signature(SAID, str(now() - 360))), twice, stamped):
        assert (await http.post(PATH, content=SAID, headers=headers)).status_code == 401
    assert office.served.core.tally.clock_skew == 1
    assert (await http.post(PATH, content=b"ssl_check=1", headers=form)).status_code == 401
    assert (await http.get(PATH)).status_code == 405
    assert (await http.post("/slack/other", content=SAID)).status_code == 404


async def test_what_is_signed_and_still_nonsense_is_refused(
    office: SlackOffice, capfd: pytest.CaptureFixture[str]
) -> None:
    before = await office.served.rows(COUNTS)

    for body, content_type in BROKEN:
        answer = await send(office, body, content_type=content_type)
        assert (answer.status_code, answer.content) == (400, b""), (body[:60], content_type)

    assert await office.served.rows(COUNTS) == before
    assert CANARY not in "".join(capfd.readouterr())


async def test_more_than_slack_ever_sends_is_refused(office: SlackOffice) -> None:
    assert (await send(office, b"text=" + b"a" * 2**20)).status_code == 400


IGNORED = [
    {"type": "event_callback", "event": {"type": "team_join"}},
    {"type": "block_suggestion", "action_id": "x", "user": {"id": "U0001"}},
    {"type": "view_closed", "view": {"type": "modal", "callback_id": "x"}},
    {"type": "something_new"},
]


async def test_what_slack_asks_for_is_answered_and_the_rest_acknowledged(
    office: SlackOffice,
) -> None:
    asked = json.dumps({"type": "url_verification", "challenge": CANARY}).encode()

    assert (await send(office, asked, content_type=JSON)).json() == {"challenge": CANARY}
    for body in IGNORED:
        answer = await send(office, json.dumps(body).encode(), content_type=JSON)
        assert (answer.status_code, answer.content) == (200, b""), body


async def test_a_signed_check_of_the_certificate_is_answered(office: SlackOffice) -> None:
    assert (await send(office, b"ssl_check=1&token=legacy")).status_code == 200


async def test_the_word_payload_does_not_hide_a_command(office: SlackOffice) -> None:
    ann = await office.person("ann")

    assert "payload" in (await ann.asks("payload")).text


async def test_four_minutes_late_is_early_enough_and_counts_once(office: SlackOffice) -> None:
    ann = await office.person("ann")
    body = SAID.replace(b"U0001", ann.id.encode())
    late = signature(body, str(now() - 240)) | {"x-slack-retry-num": "2"}

    for _ in range(50):
        assert (await send(office, body, late)).status_code == 200

    await until(lambda: office.vendor.asked("users.info"))
    await office.served.quiet()
    asked = await office.served.rows("SELECT count(*) FROM approval")
    assert tuple(asked[0]) == (1,)
    assert len(await office.served.rows("SELECT key FROM inbox")) == 1
