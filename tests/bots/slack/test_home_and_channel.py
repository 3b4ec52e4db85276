"""App Home and the approvals channel follow what happens, whoever does it and wherever."""

import asyncio

from world.slack_office import SlackOffice
from world.slack_people import Screen, SlackPerson, until
from world.slack_things import Message
from world.slack_vendor import CHANNEL, slack_vending

from bots.slack.board import board
from bots.slack.sdk import Api
from core.service import boards

SECONDS = 20


async def asked(office: SlackOffice, name: str, amount: int) -> str:
    body = {"amount": amount, "reason": "by REST"}
    made = await office.served.post("/v1/approvals", body, office.members[name])
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def in_channel(office: SlackOffice) -> list[Message]:
    return [m for m in office.vendor.messages if m.channel == CHANNEL and not m.only]


async def hired(office: SlackOffice) -> tuple[SlackPerson, SlackPerson]:
    ann, mia = await office.person("ann"), await office.person("mia")
    await office.team("Research", 5000, "mia", "ann")
    return ann, mia


async def test_an_open_home_follows_what_happens_elsewhere(office: SlackOffice) -> None:
    ann, mia = await hired(office)
    await mia.opens_home()
    await ann.opens_home()
    approval_id = await asked(office, "ann", 70)
    await until(lambda: "1 request waits for you" in mia.home.text, SECONDS)
    await until(lambda: "You ask for 70" in ann.home.text, SECONDS)

    path = f"/v1/approvals/{approval_id}/approve"
    await office.served.post(path, {}, office.members["mia"])

    await until(lambda: "No request waits for you" in mia.home.text, SECONDS)
    await until(lambda: "You ask for 70" not in ann.home.text, SECONDS)


async def test_a_home_that_would_look_the_same_is_left_alone(office: SlackOffice) -> None:
    ann, _ = await hired(office)
    await ann.opens_home()
    for _ in range(3):
        await ann.asks("quota")

    await asyncio.sleep(3)
    assert len(office.vendor.homes[ann.id]) == 1


async def test_a_home_that_slack_does_not_take_is_shown_later(office: SlackOffice) -> None:
    ann, mia = await hired(office)
    await mia.opens_home()
    office.vendor.faults["views.publish"].extend(["429:1", "500"])
    await asked(office, "ann", 70)

    await until(lambda: "1 request waits for you" in mia.home.text, 40)
    assert ann.id not in office.vendor.homes


async def test_everything_can_be_decided_from_home(office: SlackOffice) -> None:
    _, mia = await hired(office)
    await mia.opens_home()
    await asked(office, "ann", 70)
    await until(lambda: "Approve" in mia.home.buttons, SECONDS)

    await mia.clicks_home("Approve")

    await until(lambda: "mia has approved the request" in mia.home.text, SECONDS)
    assert "No request waits for you" in mia.home.text


async def test_preferences_are_set_from_home(office: SlackOffice) -> None:
    ann, _ = await hired(office)
    await ann.opens_home()

    await ann.clicks_home("Save", thresholds="50, 90", quiet="")
    await until(lambda: "at 50 % and 90 % used" in ann.home.text, SECONDS)
    await ann.clicks_home("Save", thresholds="many", quiet="")
    await until(lambda: ann.modal is not None)
    assert ann.modal is not None
    assert "Write per cents" in Screen(ann.modal.shows["blocks"]).text


async def test_each_request_is_posted_once_and_follows_whoever_decides(
    office: SlackOffice,
) -> None:
    await hired(office)
    approval_id = await asked(office, "ann", 70)
    await until(lambda: in_channel(office), SECONDS)
    (shared,) = in_channel(office)
    assert "ann asks for 70" in Screen(shared.blocks).text
    assert "Approve" in Screen(shared.blocks).buttons

    path = f"/v1/approvals/{approval_id}/reject"
    await office.served.post(path, {"reason": "no"}, office.members["mia"])

    await until(lambda: "mia has rejected" in Screen(shared.blocks).text, SECONDS)
    assert len(in_channel(office)) == 1


async def test_a_channel_that_is_not_there_is_waited_for(office: SlackOffice) -> None:
    await hired(office)
    core = office.served.core
    async with slack_vending() as vendor:
        api = Api("xoxb-0001-secret", vendor.api)
        await api.open()
        shared = board(core, api, "T0001", "C0404")
        await asked(office, "ann", 70)

        assert await shared.post_lacking() == 60.0
        vendor.faults["chat.postMessage"].append("429:7")
        assert await shared.post_lacking() == 7.0
        assert await boards.lacking(core, shared.place)
        await api.close()


async def test_secrets_are_in_no_message(office: SlackOffice) -> None:
    ann, _ = await hired(office)
    await ann.writes("key new laptop")
    await until(lambda: [m for m in ann.whispers if "tp_" in Screen(m.blocks).text])
    await ann.asks("web")
    await ann.asks("link")

    kept = [m for m in office.vendor.messages if not m.only]
    assert all("tp_" not in str(m.blocks) or "…" in str(m.blocks) for m in kept)
    assert all("/chat/in/" not in str(m.blocks) for m in kept)


async def test_personal_answers_are_not_for_the_channel(office: SlackOffice) -> None:
    ann, _ = await hired(office)
    await ann.writes("<@UBOT> quota", CHANNEL)
    await until(lambda: ann.whispers)

    assert "for your eyes only" in Screen(ann.whispers[-1].blocks).text
    await ann.writes("<@UBOT> help", CHANNEL)
    await until(lambda: in_channel(office))
    assert in_channel(office)[0].thread
