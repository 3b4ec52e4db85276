"""Slack delivers again what it believes lost; whatever comes fifty times has one effect."""

import asyncio

from world.slack_office import SlackOffice
from world.slack_people import until
from world.slack_vendor import CHANNEL

TIMES = 50
EDITS = "SELECT rev FROM approval"


async def again(office: SlackOffice) -> None:
    """Send the last request anew, as often as Slack never would, most of it at once."""
    retried = {"x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout"}
    answers = await asyncio.gather(*(office.http.again(retried) for _ in range(TIMES - 1)))
    assert {answer.status for answer in answers} == {200}
    assert all(not answer.said for answer in answers)


async def settled(office: SlackOffice) -> None:
    """Wait until everything that came in is done."""
    async with asyncio.timeout(10):
        while await office.served.rows("SELECT key FROM inbox WHERE state <> 'done'"):
            await asyncio.sleep(0.02)


async def test_a_command_counts_once(office: SlackOffice) -> None:
    ann = await office.person("ann")
    await ann.asks("request 500 tests")
    await again(office)
    await settled(office)

    assert [tuple(row) for row in await office.served.rows(EDITS)] == [(0,)]
    assert len(ann.whispers) == 1


async def test_a_click_counts_once(office: SlackOffice) -> None:
    ann, mia = await office.person("ann"), await office.person("mia")
    await office.team("Research", 5000, "mia", "ann")
    await office.linked("mia")
    await ann.asks("request 500 tests")
    await until(lambda: [m for m in mia.direct if "asks for" in m.text])
    told = next(m for m in mia.direct if "asks for" in m.text)
    await mia.clicks("Approve", told)
    await again(office)
    await settled(office)

    moved = await office.served.rows(
        "SELECT posted FROM transfer WHERE kind = 'MOVE' AND posted > 0"
    )
    assert [tuple(row) for row in moved] == [(500_000_000,)]


async def test_a_form_counts_once(office: SlackOffice) -> None:
    ann = await office.person("ann")
    await ann.form(lambda: ann.command("key new"))
    await ann.submits(label="laptop")
    await again(office)
    await settled(office)

    keys = await office.served.rows("SELECT id FROM api_key WHERE label = 'laptop'")
    assert len(keys) == 1


async def test_a_shortcut_opens_one_modal(office: SlackOffice) -> None:
    ann = await office.person("ann")
    await ann.form(lambda: ann.calls("request"))
    await again(office)
    await settled(office)

    assert len(office.vendor.asked("views.open")) == 1


async def test_an_opened_home_is_shown_once(office: SlackOffice) -> None:
    ann = await office.person("ann")
    await ann.opens_home()
    await again(office)
    await settled(office)

    assert len(office.vendor.homes[ann.id]) == 1


async def test_a_line_is_answered_once(office: SlackOffice) -> None:
    ann = await office.person("ann")
    await ann.writes("quota")
    await again(office)
    await ann.writes("<@UBOT> help", CHANNEL)
    await again(office)
    await settled(office)

    public = [m for m in office.vendor.messages if m.channel == CHANNEL and not m.only]
    assert len([m for m in ann.direct if "credits left" in m.text]) == 1
    assert len(public) == 1
