"""Every failure of the Bot Connector means something, and no call waits for ever."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs
from world.microsoft import CUT, GARBLED, HANG, MicrosoftVendor
from world.microsoft_api import writing
from world.microsoft_things import Chat, Json

from bots.teams import faults, wire
from bots.teams.sdk import Api
from bots.transport import Gone, RateLimited, Rejected, Transient, Unreachable

MESSAGE: Json = {"type": "message", "text": "words of ours"}
FORBIDDEN = [
    "BotDisabledByAdmin", "BotNotInConversationRoster", "ConversationBlockedByUser",
    "ForbiddenOperationException", "InvalidBotApiHost", "MessageWritesBlocked",
    "NotEnoughPermissions",
]  # fmt: skip
MEANT: list[tuple[str, type[Exception]]] = [
    *((f"403:{code}", Unreachable) for code in FORBIDDEN),
    ("403", Unreachable),
    ("401:BotNotRegistered", Transient),
    ("400:BadArgument", Rejected),
    ("405", Rejected),
    ("409", Rejected),
    ("413:MessageSizeTooBig", Rejected),
    ("408", Transient),
    ("412:PreconditionFailed", Transient),
    ("302", Transient),
    ("500:ServiceError", Transient),
    ("502", Transient),
    ("503", Transient),
    ("504", Transient),
    ("429:30", RateLimited),
    (CUT, Transient),
]
Calls = dict[str, Callable[[], Coroutine[Any, Any, object]]]


@pytest.fixture
async def both() -> AsyncIterator[tuple[MicrosoftVendor, Api]]:
    async with writing() as opened:
        yield opened


@pytest.fixture
def vendor(both: tuple[MicrosoftVendor, Api]) -> MicrosoftVendor:
    return both[0]


@pytest.fixture
def api(both: tuple[MicrosoftVendor, Api]) -> Api:
    return both[1]


@pytest.fixture
def chat(vendor: MicrosoftVendor) -> Chat:
    return vendor.direct(vendor.hire("ann"))


@pytest.fixture
async def calls(vendor: MicrosoftVendor, api: Api, chat: Chat) -> Calls:
    url, (mri,) = vendor.service_url, chat.members
    sent = await api.send(url, chat.id, MESSAGE)
    return {
        "post": lambda: api.send(url, chat.id, MESSAGE),
        "edit": lambda: api.edit(url, chat.id, sent, MESSAGE),
        "delete": lambda: api.delete(url, chat.id, sent),
        "create": lambda: api.open_direct(url, vendor.tenant, mri),
        "member": lambda: api.member(url, chat.id, mri),
    }


@pytest.mark.parametrize(("fault", "raised"), MEANT)
async def test_every_failure_means_the_same_in_every_call(
    vendor: MicrosoftVendor, calls: Calls, fault: str, raised: type[Exception]
) -> None:
    for operation, call in calls.items():
        vendor.faults[operation].extend([fault] * 2)  # aiohttp tries a cut call again, where safe
        again = fault == CUT and operation == "delete"  # and then it is done already

        with pytest.raises((raised, Gone) if again else raised) as caught:
            await call()

        word = fault.partition(":")[2]
        assert word.isdigit() or word in str(caught.value)
        assert "bearer-" not in repr(caught.value)


async def test_what_is_not_there(vendor: MicrosoftVendor, calls: Calls) -> None:
    for operation, call in calls.items():
        vendor.faults[operation].append("404:ConversationNotFound")
        meant = Gone if operation in {"edit", "delete"} else Unreachable

        with pytest.raises(meant, match="ConversationNotFound"):
            await call()


async def test_a_code_that_nobody_knows_is_not_repeated(
    vendor: MicrosoftVendor, calls: Calls
) -> None:
    vendor.faults["post"].append("403:words of theirs")

    with pytest.raises(Unreachable, match=r"^status 403$"):
        await calls["post"]()


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("30", 30.0), ("0", 0.0), ("-5", 0.0), ("0.5", 0.5), ("99999", 3600.0), ("", 2.0),
        ("soon", 2.0), ("nan", 2.0), ("inf", 2.0), ("Thu, 26 Nov 2026 19:00:00 GMT", 2.0),
    ],
)  # fmt: skip
def test_how_long_to_wait(told: str, seconds: float) -> None:
    limited = faults.of("POST", 429, "Throttled", told or None)

    assert isinstance(limited, RateLimited)
    assert limited.retry_seconds == seconds


async def test_the_connector_says_how_long_to_wait(vendor: MicrosoftVendor, calls: Calls) -> None:
    vendor.faults["edit"].append("429:17")

    with pytest.raises(RateLimited) as limited:
        await calls["edit"]()

    assert limited.value.retry_seconds == 17
    assert len(vendor.asked("edit")) == 1  # nobody tried again in here


async def test_a_call_that_hangs_ends(
    vendor: MicrosoftVendor, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "CALL_SECONDS", 0.2)
    for operation in calls:
        vendor.faults[operation].append(HANG)

    async with asyncio.timeout(1):
        ended = await asyncio.gather(*(c() for c in calls.values()), return_exceptions=True)

    known = sorted(str(one) for one in ended if isinstance(one, Transient | Gone))
    assert len(known) == len(calls)
    assert known.count("TimeoutError") >= 4  # the edit may find its message deleted


async def test_a_login_that_hangs_ends_the_call(
    vendor: MicrosoftVendor, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "CALL_SECONDS", 0.2)
    vendor.faults["login"].append(HANG)

    async with asyncio.timeout(1):
        with pytest.raises(Transient, match="TimeoutError"):
            await api.send(vendor.service_url, "a:1", MESSAGE)


async def test_nobody_is_there(api: Api) -> None:
    await api.check()

    with pytest.raises(Transient):
        await api.send("http://127.0.0.1:1/", "a:1", MESSAGE)


BODIES = [
    "[]",
    '"x"',
    "5",
    "null",
    "{",
    "",
    '{"id": null}',
    '{"id": ""}',
    "<html>",
    "\ufeff[",
    "[",
]


@pytest.mark.parametrize("body", [*BODIES, "[" * 5_000, '{"x": "' + "a" * 300_000 + '"}'])
async def test_an_answer_that_cannot_be_read_is_transient(
    api: Api, calls: Calls, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    async def odd(*_: object) -> web.Response:
        return web.Response(text=body, content_type="application/json")

    await api.check()
    monkeypatch.setattr(MicrosoftVendor, "_answer", odd)

    for operation in ("post", "create"):
        with pytest.raises(Transient):
            await calls[operation]()
    for operation in ("edit", "delete", "member"):
        try:
            await calls[operation]()
        except Transient:
            continue


async def test_a_page_of_a_gateway_is_transient(vendor: MicrosoftVendor, calls: Calls) -> None:
    for operation, call in calls.items():
        vendor.faults[operation].append(GARBLED)

        with pytest.raises(Transient):
            await call()


async def test_the_log_says_once_an_hour_that_the_app_is_off(
    vendor: MicrosoftVendor, calls: Calls
) -> None:
    vendor.faults["post"].extend(["403:BotDisabledByAdmin"] * 5)

    with capture_logs() as logs:
        for _ in range(5):
            with pytest.raises(Unreachable):
                await calls["post"]()

    told = [one for one in logs if one["event"] == "teams_disabled"]
    assert told == [
        {"event": "teams_disabled", "log_level": "warning", "code": "BotDisabledByAdmin"}
    ]


def test_it_says_so_again_an_hour_later() -> None:
    telling = faults.Telling()

    with capture_logs() as logs:
        for now in (0.0, 10.0, 3599.0, 3600.0, 3601.0, 7300.0):
            telling.tell(faults.DISABLED, now)
            telling.tell("ConversationNotFound", now)

    assert len(logs) == 3
