"""Modals: opened at once, filled in later, and told about even if that takes long."""

import asyncio
from datetime import UTC, datetime

import pytest
from world.slack_office import SlackOffice
from world.slack_people import Screen, until
from world.slack_things import Message
from world.slack_vendor import CHANNEL

from core.service.clock import SystemClock


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: what is judged here happens before and behind the database."""
    return sqlite_url


async def test_a_modal_opens_before_anything_is_looked_up(office: SlackOffice) -> None:
    """The trigger is good for three seconds; who clicked is found out after it was used."""
    ann = await office.person("ann")
    await ann.opens_home()
    await ann.clicks_home("Ask for more")
    await until(lambda: ann.modal and "submit" in ann.modal.shows)

    order = [name for name, _ in office.vendor.calls if name.startswith("views.")]
    assert order[-2:] == ["views.open", "views.update"]
    first = office.vendor.asked("views.open")[-1]["view"]
    assert "One moment" in str(first)


async def test_buttons_of_a_modal_change_it(office: SlackOffice) -> None:
    ann = await office.person("ann")
    await ann.form(lambda: ann.command("request"))
    await ann.clicks_modal("Ask for 500")

    await until(lambda: ann.modal and "Your request is sent" in _text(ann.modal.shows))
    assert len(office.vendor.views) == 1
    await until(lambda: [m for m in ann.direct if "You ask for" in m.text])


async def test_a_form_that_takes_long_is_acknowledged_and_told_afterwards(
    office: SlackOffice,
) -> None:
    ann = await office.person("ann")
    await ann.form(lambda: ann.command("key new"))
    slow = await office.user("slow")
    office.vendor.slow["users.info"] = 3.0
    modal = ann.modal
    assert modal is not None
    modal.user = slow.id  # somebody who has to be looked up first
    slow.user.email = "ann@x.example"

    loop = asyncio.get_running_loop()
    began = loop.time()
    acked = await slow.submits(label="laptop")

    assert loop.time() - began < 2.9
    assert acked.said["response_action"] == "update"
    assert "One moment" in _text(acked.said["view"])
    await until(lambda: "tp_" in _text(modal.shows))


async def test_a_wrong_field_keeps_what_was_typed(office: SlackOffice) -> None:
    ann = await office.person("ann")
    await ann.opens_home()
    await ann.form(lambda: ann.clicks_home("Until a date"))

    wrong = await ann.submits(until="2020-01-01")

    assert wrong.said["response_action"] == "errors"
    assert list(wrong.said["errors"]) == ["until"]
    assert "submit" in (ann.modal.shows if ann.modal else {})
    soon = datetime.fromtimestamp(SystemClock().now_ms() / 1000 + 5 * 86_400, UTC)
    right = await ann.submits(until=soon.date().isoformat())
    assert "errors" not in right.said


async def test_of_several_fields_the_wrong_one_is_named(office: SlackOffice) -> None:
    ann = await office.person("ann")
    await ann.form(lambda: ann.command("notify"))

    assert set((await ann.submits(quiet="at night")).said["errors"]) == {"quiet"}
    assert set((await ann.submits(thresholds="a lot")).said["errors"]) == {"thresholds"}
    assert "errors" not in (await ann.submits(quiet="22:00-07:00 +01:00")).said


async def test_rejecting_with_a_word_in_the_channel(office: SlackOffice) -> None:
    """Everybody's copy shows the outcome; the words reach the one who asked."""
    ann, mia = await office.person("ann"), await office.person("mia")
    await office.team("Research", 5000, "mia", "ann")
    await office.linked("ann", "mia")
    await ann.asks("request 500 tests")
    await until(lambda: in_channel(office))
    shared = in_channel(office)[0]

    await mia.form(lambda: mia.clicks("Reject", shared))
    await mia.submits(reason="next month, please")

    await until(lambda: "mia has rejected" in Screen(shared.blocks).text, 20)
    await until(lambda: [m for m in ann.direct if "rejected" in m.text], 20)
    told = [Screen(m.blocks).text for m in ann.direct]
    assert any("next month, please" in text for text in told)


async def test_who_may_not_decide_gets_no_form_to_decide_by(office: SlackOffice) -> None:
    ann, ben = await office.person("ann"), await office.person("ben")
    await ann.asks("request 500 tests")
    await until(lambda: in_channel(office))

    await ben.clicks("Reject", in_channel(office)[0])

    await until(lambda: ben.modal and "not yours" in _text(ben.modal.shows))
    assert ben.modal is not None
    assert "submit" not in ben.modal.shows


async def test_every_shortcut_of_the_manifest_does_something(office: SlackOffice) -> None:
    ann = await office.person("ann")
    form = await ann.form(lambda: ann.calls("request"))
    assert [block["block_id"] for block in form.inputs] == ["amount", "reason"]

    await ann.calls("quota")
    await until(lambda: ann.modal and "credits left" in _text(ann.modal.shows))


def in_channel(office: SlackOffice) -> list[Message]:
    return [m for m in office.vendor.messages if m.channel == CHANNEL and not m.only]


def _text(view: dict[str, object]) -> str:
    blocks = view["blocks"]
    assert isinstance(blocks, list)
    title = view["title"]
    assert isinstance(title, dict)
    return f"{title['text']}\n{Screen(blocks).text}"
