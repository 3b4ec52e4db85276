"""What comes in goes through the SDK's adapter, and leaves nothing behind, however much it is."""

import gc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from botbuilder.schema import Activity  # type: ignore[import-untyped]  # Microsoft's
from world.microsoft import MicrosoftVendor
from world.microsoft_api import writing
from world.microsoft_things import Json, User

from bots.teams.sdk import Api, Inlet, Reply

TURNS = 1_000
TOOK: Json = {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": {}}


class Desk:
    """Takes everything, and writes something to the conversation now and then."""

    def __init__(self, vendor: MicrosoftVendor, api: Api, *, every: int = 0) -> None:
        self.vendor, self.api, self.every = vendor, api, every
        self.taken: list[Json] = []
        self.count = 0
        self.answer = Reply(200, TOOK)

    async def take(self, raw: Json) -> Reply:
        self.count += 1
        if self.every and self.count % self.every == 0:
            said = {"type": "message", "text": "written"}
            await self.api.send(raw["serviceUrl"], raw["conversation"]["id"], said)
        if not self.every:
            self.taken.append(raw)
        return self.answer


@pytest.fixture
async def both() -> AsyncIterator[tuple[MicrosoftVendor, Api]]:
    async with writing() as opened:
        yield opened


@pytest.fixture
def desk(both: tuple[MicrosoftVendor, Api]) -> Desk:
    return Desk(*both)


@pytest.fixture
def ann(desk: Desk) -> User:
    user = desk.vendor.hire("ann")
    desk.vendor.direct(user)
    return user


def activity(vendor: MicrosoftVendor, user: User, **more: object) -> Json:
    """Return a message as Teams sends it."""
    return {
        "type": "message", "id": "1485983408511", "text": "<at>TokenPool</at> /quota",
        "timestamp": "2026-11-26T10:00:00.1234567Z", "channelId": "msteams",
        "localTimestamp": "2026-11-26T11:00:00.1234567+01:00", "serviceUrl": vendor.service_url,
        "from": {"id": user.mri, "name": user.name, "aadObjectId": user.aad},
        "conversation": {
            "conversationType": "personal", "tenantId": vendor.tenant, "id": user.direct
        },
        "recipient": {"id": vendor.bot, "name": "TokenPool"},
        "entities": [{"locale": "en-US", "platform": "Web", "type": "clientInfo"}],
        "channelData": {"tenant": {"id": vendor.tenant}, "legacy": {"replyToId": "1:x"}},
        "locale": "en-US", "unknownToTheSdk": {"odd": [1, None]}, **more,
    }  # fmt: skip


def click(vendor: MicrosoftVendor, user: User) -> Json:
    value = {"action": {"type": "Action.Execute", "verb": "appr.ok", "data": {"t": "appr.ok|1|2"}}}
    return activity(vendor, user, type="invoke", name="adaptiveCard/action", value=value)


@pytest.mark.parametrize("kind", ["message", "invoke", "conversationUpdate", "never heard of"])
@pytest.mark.parametrize("mode", [None, "expectReplies", "notification", "ephemeral"])
@pytest.mark.parametrize("said", [Reply(200), Reply(200, TOOK), Reply(503), Reply(501, {"a": []})])
async def test_the_answer_is_what_the_desk_says(
    desk: Desk, ann: User, kind: str, mode: str | None, said: Reply
) -> None:
    desk.answer = said
    raw = activity(desk.vendor, ann, type=kind, deliveryMode=mode)
    before = repr(raw)

    assert await Inlet(desk.api, desk.take).reply(raw) == said

    assert desk.taken == [raw]
    assert repr(raw) == before


ODD = [
    {"type": None}, {"type": ""}, {"serviceUrl": None}, {"serviceUrl": ""},
    {"from": 5}, {"from": []}, {"conversation": []}, {"entities": 5}, {"entities": [5]},
    {"attachments": ["x"]}, {"timestamp": "never"}, {"timestamp": 5}, {"expiration": "9e9"},
    {"membersAdded": {"a": 1}}, {"suggestedActions": 1}, {"recipient": "x"}, {"relatesTo": [[]]},
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=repr)
async def test_what_the_sdk_cannot_read_is_refused(desk: Desk, ann: User, odd: Json) -> None:
    answer = await Inlet(desk.api, desk.take).reply({**activity(desk.vendor, ann), **odd})

    assert answer == Reply(400)
    assert desk.taken == []


async def test_depth_is_no_matter(desk: Desk, ann: User) -> None:
    deep: list[object] = []
    for _ in range(50_000):
        deep = [deep]

    answer = await Inlet(desk.api, desk.take).reply(activity(desk.vendor, ann, value=deep))

    assert answer == Reply(400)
    while deep:  # taken apart by hand: to free it all at once goes as deep
        deep = deep[0]  # type: ignore[assignment]  # lists all the way down


async def test_unknown_fields_are_not_worth_a_line(
    desk: Desk, ann: User, caplog: pytest.LogCaptureFixture
) -> None:
    await Inlet(desk.api, desk.take).reply(activity(desk.vendor, ann))

    assert caplog.records == []


async def test_what_the_desk_raises_comes_through(desk: Desk, ann: User) -> None:
    async def fail(_raw: Json) -> Reply:
        raise LookupError("a bug")

    for raw in (activity(desk.vendor, ann), click(desk.vendor, ann)):
        with pytest.raises(LookupError):
            await Inlet(desk.api, fail).reply(raw)


async def test_the_sdk_is_never_asked_who_calls(desk: Desk, ann: User) -> None:
    inlet = Inlet(desk.api, desk.take)
    read = Activity.deserialize(activity(desk.vendor, ann))

    with pytest.raises(RuntimeError):
        await inlet._adapter.process_activity("Bearer of-a-stranger", read, desk.take)

    assert desk.taken == []


BY_TURN = {"ConfidentialClientApplication", "UserTokenClientImpl", "TokenApiClient"}
"""What the SDK's own authentication makes anew for each turn."""


def opened() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def resident() -> int:
    """Return the bytes this process holds in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


async def turn_by_turn(inlet: Inlet, desk: Desk, user: User, turns: int) -> None:
    for number in range(turns):
        made = click if number % 2 else activity
        assert (await inlet.reply(made(desk.vendor, user))).status == 200


async def test_a_thousand_turns_leave_nothing_behind(
    both: tuple[MicrosoftVendor, Api], ann: User
) -> None:
    desk = Desk(*both, every=20)
    inlet = Inlet(desk.api, desk.take)
    await turn_by_turn(inlet, desk, ann, 100)
    gc.collect()
    files, things, bytes_ = opened(), len(gc.get_objects()), resident()
    gc.disable()  # nothing may wait for it to be closed
    try:
        await turn_by_turn(inlet, desk, ann, TURNS)
        assert opened() <= files
        assert [one for one in gc.get_objects() if type(one).__name__ in BY_TURN] == []
    finally:
        gc.enable()

    gc.collect()
    kept = 60 * 50  # what the double keeps of fifty messages
    assert len(gc.get_objects()) - things < kept
    assert resident() - bytes_ < 8 * 2**20
