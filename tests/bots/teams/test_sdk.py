"""The Bot Connector through Microsoft's SDK: what we say arrives as we said it."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator

import pytest
from world.microsoft import MicrosoftVendor
from world.microsoft_api import writing
from world.microsoft_things import CARD, Chat, Json, User

from bots.teams.sdk import MOST_CLIENTS, Api
from bots.transport import Gone, Transient, Unreachable

SHOWN: Json = {
    "type": "AdaptiveCard", "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
    "version": "1.5", "nothing": None, "half": 0.5, "large": 2**53 - 1, "yes": True, "none": [],
    "date": "2026-11-26T10:00:00Z", "dotted.key": {"odata.type": {}}, "id": "7", "type_": 1,
    "body": [{"type": "RichTextBlock", "inlines": [{"text": "Ünï 😀 \ud800 <b>"}, [1, [2]]]}],
    "refresh": {"action": {"type": "Action.Execute", "verb": "refresh", "data": {"t": "a|b|1"}}},
    "msteams": {"width": "Full", "entities": [{"type": "mention", "text": "<at>A</at>"}]},
}  # fmt: skip
MESSAGE: Json = {
    "type": "message", "summary": "A request, in a line", "textFormat": "plain",
    "attachments": [{"contentType": CARD, "content": SHOWN}], "importance": "high",
    "channelData": {"notification": {"alert": True}, "tenant": {"id": "t"}, "nothing": None},
    "entities": [{"type": "mention", "text": "<at>A</at>", "mentioned": {"id": "29:a"}}],
    "conversation": {"id": "a:1", "tenantId": "t"}, "from": {"id": "28:app"},
}  # fmt: skip


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
def ann(vendor: MicrosoftVendor) -> User:
    return vendor.hire("ann")


@pytest.fixture
def chat(vendor: MicrosoftVendor, ann: User) -> Chat:
    return vendor.direct(ann)


async def test_a_message_is_sent_changed_and_deleted(
    vendor: MicrosoftVendor, api: Api, chat: Chat
) -> None:
    sent = await api.send(vendor.service_url, chat.id, MESSAGE)
    (message,) = vendor.in_chat(chat.id)
    assert message.activity == MESSAGE
    assert json.dumps(message.card) == json.dumps(SHOWN)  # in the same order, byte for byte

    other = {**MESSAGE, "summary": "Another"}
    await api.edit(vendor.service_url, chat.id, sent, other)

    assert (message.activity, message.edits) == ({**other, "id": sent}, 1)
    await api.delete(vendor.service_url, chat.id, sent)
    assert vendor.in_chat(chat.id) == []
    for gone in (
        api.delete(vendor.service_url, chat.id, sent),
        api.edit(vendor.service_url, chat.id, sent, MESSAGE),
    ):
        with pytest.raises(Gone):
            await gone


async def test_ids_arrive_as_they_are(vendor: MicrosoftVendor, api: Api, ann: User) -> None:
    thread = f"{vendor.channel(ann).id};messageid=1479863266079"

    sent = await api.send(vendor.service_url, thread, MESSAGE)
    await api.edit(vendor.service_url, thread, sent, MESSAGE)
    for odd in ("19:a%2Fb/../c@thread.v2", "a?b#c", "ä ö"):
        with pytest.raises(Unreachable):
            await api.send(vendor.service_url, odd, MESSAGE)

    called = [call.path.split("/")[-2] for call in vendor.calls if call.operation == "post"]
    assert vendor.in_chat(thread)[0].edits == 1
    assert called[1:] == ["c@thread.v2", "a?b#c", "ä ö"]


async def test_a_direct_chat_is_opened_by_either_id(
    vendor: MicrosoftVendor, api: Api, ann: User
) -> None:
    with pytest.raises(Unreachable, match="ForbiddenOperationException"):
        await api.open_direct(vendor.service_url, vendor.tenant, ann.aad)
    ann.installed = True

    opened = {
        await api.open_direct(vendor.service_url, vendor.tenant, who)
        for who in (ann.aad, ann.mri, ann.aad)
    }

    assert opened == {ann.direct}
    said = vendor.asked("create")[-1]
    assert said["channelData"] == {"tenant": {"id": vendor.tenant}}
    assert (said["tenantId"], said["members"]) == (vendor.tenant, [{"id": ann.aad}])
    with pytest.raises(Unreachable, match="BadArgument"):
        await api.open_direct(vendor.service_url, vendor.tenant, "29:of-another-bot")


async def test_a_member_is_described_in_full(
    vendor: MicrosoftVendor, api: Api, ann: User, chat: Chat
) -> None:
    ann.role = "guest"

    found = await api.member(vendor.service_url, chat.id, ann.mri)

    assert found == ann.info()
    assert (found["aadObjectId"], found["userRole"]) == (ann.aad, "guest")
    with pytest.raises(Unreachable):
        await api.member(vendor.service_url, chat.id, vendor.hire("mo").mri)


async def test_the_directory_has_two_names_for_its_id(
    vendor: MicrosoftVendor, api: Api, ann: User, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ann.info()
    del told["aadObjectId"]
    monkeypatch.setattr(User, "info", lambda _: told)

    found = await api.member(vendor.service_url, chat.id, ann.mri)

    assert found["aadObjectId"] == ann.aad


async def test_a_bearer_that_ended_is_replaced_once(
    vendor: MicrosoftVendor, api: Api, chat: Chat
) -> None:
    await api.check()
    vendor.forget()

    await asyncio.gather(*(api.send(vendor.service_url, chat.id, MESSAGE) for _ in range(10)))

    assert len(vendor.in_chat(chat.id)) == 10
    assert len(vendor.logins) == 2
    vendor.forget()
    with pytest.raises(Transient, match="401"):
        await api.send(vendor.service_url, chat.id, MESSAGE)
    assert len(vendor.logins) == 2  # the last one was a moment ago


async def test_without_a_way_to_sign_in_nothing_is_proven(
    vendor: MicrosoftVendor, chat: Chat
) -> None:
    vendor.anonymous = True
    api = Api("", None)
    await api.open()

    await api.check()
    await api.send(vendor.service_url, chat.id, MESSAGE)

    await api.close()
    assert "authorization" not in vendor.calls[0].headers
    assert vendor.logins == []


async def test_a_check_says_that_the_login_is_away(vendor: MicrosoftVendor, api: Api) -> None:
    vendor.down = True

    with pytest.raises(Transient, match="login: status 503"):
        await api.check()


async def test_what_is_not_open_is_transient(vendor: MicrosoftVendor, api: Api) -> None:
    await api.close()

    with pytest.raises(Transient):
        await api.send(vendor.service_url, "a:1", MESSAGE)
    with pytest.raises(Transient):
        await api.check()


async def test_no_proxy_and_no_thread(
    vendor: MicrosoftVendor, api: Api, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    before = threading.active_count()

    await asyncio.gather(*(api.send(vendor.service_url, chat.id, MESSAGE) for _ in range(60)))

    assert threading.active_count() == before
    assert len(vendor.in_chat(chat.id)) == 60


async def test_one_client_an_address_and_not_too_many(vendor: MicrosoftVendor, api: Api) -> None:
    kept = api.client(vendor.service_url)
    for number in range(MOST_CLIENTS - 1):
        api.client(f"https://smba.trafficmanager.net/{number}/")
    assert api.client(vendor.service_url) is kept  # and is the latest again

    api.client("https://smba.trafficmanager.net/one-more/")

    assert api.client(vendor.service_url) is kept
    assert len(api._clients) == MOST_CLIENTS
    assert "https://smba.trafficmanager.net/0/" not in api._clients
