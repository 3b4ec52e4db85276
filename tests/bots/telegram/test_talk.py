"""In the private chat: linking, commands, buttons, forms by question and answer, and secrets."""

import asyncio

from world.telegram_office import TelegramOffice
from world.telegram_people import TelegramPerson, until
from world.vanishing import vanishes

NO_ANSWERS = "SELECT count(*) FROM pending_input"


async def hired(office: TelegramOffice) -> tuple[TelegramPerson, TelegramPerson]:
    """Return Ann, and Mia who manages her team."""
    ann, mia = await office.person("ann"), await office.person("mia")
    await office.team("red", 10_000, "mia", "ann")
    return ann, mia


async def test_start_says_how_to_link_and_a_link_with_a_code_does(office: TelegramOffice) -> None:
    ann = office.stranger("ann")
    await ann.starts()
    await until(lambda: ann.chat)
    assert "I do not know yet who you are here" in ann.last.shown
    assert "do it again" not in ann.last.shown
    member = await office.served.member("ann", 5000)

    await office.link(ann, member.id)

    assert "credits left" in (await ann.asks("/start")).shown
    assert "credits left" in (await ann.asks("/quota@TokenPoolTestBot")).shown
    assert "is yours already" in (await ann.asks("/start 4F7K-2MQX")).shown


async def test_a_card_is_changed_in_place_and_a_click_is_answered_once(
    called: TelegramOffice,
) -> None:
    ann, _ = await hired(called)
    await ann.asks("vacation")
    card = ann.last

    told = await ann.clicks("Until further notice", card)

    await until(lambda: "I am back" in card.buttons)
    assert "on vacation" in told["text"]
    before = len(ann.chat)
    await ann.clicks("I am back", card)
    await until(lambda: len(ann.chat) > before or "I am back" not in card.buttons)
    assert all(len(answers) == 1 for answers in called.vendor.answers.values())


async def test_a_request_by_preset_and_its_approval_change_every_copy(
    called: TelegramOffice,
) -> None:
    ann, mia = await hired(called)
    form = await ann.asks("/request")
    preset = next(label for label in form.buttons if label[0].isdigit() or "500" in label)

    told = await ann.clicks(preset, form)
    await until(lambda: any("Approve" in m.buttons for m in mia.chat))
    (asked,) = [m for m in mia.chat if "Approve" in m.buttons]
    await mia.clicks("Approve", asked)

    assert "Your request is sent" in told["text"]
    await until(lambda: "approved" in asked.shown.lower() and "Approve" not in asked.buttons)
    await until(lambda: "approved" in form.shown.lower())
    rows = await called.served.rows("SELECT state FROM approval")
    assert [row[0] for row in rows] == ["approved"]


async def test_a_number_typed_in_reply_asks_for_as_much(office: TelegramOffice) -> None:
    ann, _ = await hired(office)
    await ann.asks("/request")
    card = ann.last
    await ann.clicks("Send request", card)
    await until(lambda: ann.last is not card)
    assert "Keep" in "".join(ann.last.buttons)

    await ann.writes("many")
    question = ann.last
    await until(lambda: ann.last is not question)
    reason = ann.last
    await ann.clicks("Skip", reason)
    await until(lambda: ann.last is not reason)
    assert "⚠️" in ann.last.shown  # the amount could not be read, and is asked for again
    again = ann.last
    await ann.writes("70", reply_to=again)
    await until(lambda: ann.last is not again)

    assert "70" in ann.last.shown
    rows = await office.served.rows("SELECT amount FROM approval")
    assert [tuple(row) for row in rows] == [(70_000_000,)]
    assert tuple((await office.served.rows(NO_ANSWERS))[0]) == (0,)


async def test_cancel_a_slash_and_another_command_end_a_form(office: TelegramOffice) -> None:
    ann = await office.person("ann")
    for word, answer in (("cancel", "Stopped"), ("/quota", "credits left"), ("quota", "credits")):
        await ann.asks("key new")
        await until(lambda: ann.last.asks)
        assert answer in (await ann.asks(word)).shown
        assert tuple((await office.served.rows(NO_ANSWERS))[0]) == (0,)
    assert "tp_" not in "".join(m.shown for m in ann.chat)


async def test_a_key_is_shown_once_protected_and_vanishes(called: TelegramOffice) -> None:
    ann = await called.person("ann")
    await ann.asks("key new")
    await until(lambda: ann.last.asks)
    question = ann.last

    await ann.writes("team laptop", reply_to=question)
    await until(lambda: "tp_" in ann.last.shown)
    shown = ann.last

    assert shown.protected
    copied = shown.buttons["📋 API key"]["copy_text"]["text"]
    assert copied.startswith("tp_")
    await ann.clicks("My keys", shown)
    kept = await called.served.rows("SELECT payload FROM inbox")
    assert all(copied not in str(row[0]) for row in kept)
    assert "deleted in two minutes" in shown.shown
    await vanishes(called.served, shown)
    async with asyncio.timeout(5):
        while await called.served.rows("SELECT place FROM vanishing"):
            await asyncio.sleep(0.01)


async def test_no_confirms_nothing_and_yes_revokes(office: TelegramOffice) -> None:
    ann = await office.person("ann")
    await ann.asks("key")
    card = ann.last
    label = next(label for label in card.buttons if label.startswith("Revoke"))
    before = card.keyboard

    told = await ann.clicks(label, card)
    await until(lambda: "No" in card.buttons)
    assert "stops working at once" in told["text"]
    assert label not in card.buttons
    await ann.clicks("No", card)
    await until(lambda: label in card.buttons)
    assert {b["callback_data"] for r in card.keyboard for b in r} == {
        b["callback_data"] for r in before for b in r
    }
    await ann.clicks(label, card)
    await until(lambda: f"Yes: {label}" in card.buttons)
    await ann.clicks(f"Yes: {label}", card)

    await until(lambda: "You have no API key" in card.shown)


async def test_who_blocks_is_unreachable_until_they_come_back(office: TelegramOffice) -> None:
    ann = await office.person("ann")
    sql = "SELECT reachable FROM identity_link WHERE platform = 'telegram'"

    async def reachable(wanted: bool) -> None:  # noqa: FBT001 - a test's own word
        async with asyncio.timeout(10):
            while bool((await office.served.rows(sql))[0][0]) is not wanted:
                await asyncio.sleep(0.01)

    await ann.blocks()
    await reachable(wanted=False)
    await ann.unblocks()
    await reachable(wanted=True)
