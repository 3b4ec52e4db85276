"""Decisions, dates and wishes, by questions where Telegram has no inputs."""

import asyncio

import pytest
from world.telegram_office import TelegramOffice
from world.telegram_people import TelegramPerson, until
from world.telegram_things import Message


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind is enough: tests/bots/telegram/test_talk.py uses both."""
    return sqlite_url


async def asked(office: TelegramOffice) -> tuple[TelegramPerson, TelegramPerson, Message]:
    """Return Ann, who asks for 70, Mia, who manages her, and the card that Mia got."""
    ann, mia = await office.person("ann"), await office.person("mia")
    await office.team("red", 10_000, "mia", "ann")
    await ann.asks("request 70 for the release")
    await until(lambda: any("Approve" in one.buttons for one in mia.chat))
    (card,) = [one for one in mia.chat if "Approve" in one.buttons]
    return ann, mia, card


async def after(person: TelegramPerson, message: Message) -> Message:
    """Return the message that comes after another one."""
    await until(lambda: person.last is not message)
    return person.last


async def states(office: TelegramOffice) -> list[tuple[str, int]]:
    rows = await office.served.rows("SELECT state, amount FROM approval")
    return [(str(state), int(amount)) for state, amount in rows]


async def test_a_no_has_a_reason_and_is_not_given_without_being_asked(
    called: TelegramOffice,
) -> None:
    ann, mia, card = await asked(called)
    label = next(one for one in card.buttons if one.startswith("Reject"))
    await mia.clicks(label, card)
    await until(lambda: "Cancel" in mia.last.buttons or mia.last.asks)
    assert (await states(called))[0][0] == "pending"

    await mia.writes("next week again")
    await until(lambda: "Approve" not in card.buttons)

    assert (await states(called))[0][0] == "rejected"
    await until(lambda: any("next week again" in one.shown for one in ann.chat))


async def test_the_button_of_a_form_asks_first_too(called: TelegramOffice) -> None:
    """Whatever a client makes of the token: nothing is rejected by the button alone."""
    _, mia, card = await asked(called)
    label = next(one for one in card.buttons if one.startswith("Reject"))
    token = str(card.buttons[label]["callback_data"]).replace("appr.no", "appr.deny")

    await mia.told(await mia.taps_data(token, card))
    await until(lambda: "Cancel" in mia.last.buttons or mia.last.asks)

    assert (await states(called))[0][0] == "pending"


async def test_less_is_approved_by_a_number(called: TelegramOffice) -> None:
    _, mia, card = await asked(called)
    label = next(one for one in card.buttons if "less" in one.lower() or "other" in one.lower())
    await mia.clicks(label, card)
    await until(lambda: "Cancel" in mia.last.buttons or mia.last.asks)

    await mia.writes("40")
    await until(lambda: "Approve" not in card.buttons)

    assert (await states(called))[0][0] == "approved"
    given = await called.served.rows("SELECT decided_amount FROM approval")
    assert given[0][0] == 40_000_000


async def test_a_day_that_cannot_be_read_is_asked_for_again(called: TelegramOffice) -> None:
    ann, _, _ = await asked(called)
    card = await ann.asks("/vacation")
    told = await ann.clicks("Until a date", card)
    assert "show_alert" not in told or str(told["show_alert"]).lower() == "false"
    await until(lambda: ann.last.asks)
    question = ann.last

    await ann.writes("someday", reply_to=question)
    again = await after(ann, question)
    assert "⚠️" in again.shown
    assert again.asks
    await ann.writes("2w", reply_to=again)

    await until(lambda: "vacation until" in ann.last.shown or "away" in ann.last.shown.lower())


async def test_a_stranger_types_a_code_or_taps_for_the_question(called: TelegramOffice) -> None:
    bob = called.stranger("bob")
    await bob.starts()
    await until(lambda: bob.chat)
    card = bob.last
    await bob.clicks("Link", card)
    question = await after(bob, card)
    assert question.asks

    await bob.writes("4F7K-2MQX", reply_to=question)
    answer = await after(bob, question)

    assert "not known here" in answer.shown


async def test_a_tap_elsewhere_ends_a_form(called: TelegramOffice) -> None:
    ann, _, _ = await asked(called)
    await ann.asks("key new")
    await until(lambda: ann.last.asks)
    shown = await ann.asks("/help")
    await ann.asks("key new")
    await until(lambda: ann.last.asks)

    await ann.clicks(next(iter(shown.buttons)), shown)
    await until(lambda: not ann.last.asks)

    assert tuple((await called.served.rows("SELECT count(*) FROM pending_input"))[0]) == (0,)


async def test_a_link_opens_a_request(called: TelegramOffice) -> None:
    _, mia, card = await asked(called)
    ref = str(card.buttons["Approve"]["callback_data"]).split("|")[1]
    before = len(mia.chat)

    await mia.starts(ref)
    await until(lambda: len(mia.chat) > before)

    assert "Approve" in mia.last.buttons
    await mia.starts("apr_none")
    await until(lambda: "Approve" not in mia.last.buttons)


async def test_yes_to_a_successor_shows_it_once_and_gives_the_button_back(
    called: TelegramOffice,
) -> None:
    ann, _, _ = await asked(called)
    card = await ann.asks("key")
    label = next(one for one in card.buttons if one.startswith("Rotate"))
    await ann.clicks(label, card)
    await until(lambda: "No" in card.buttons)

    await ann.clicks(f"Yes: {label}", card)

    await until(lambda: ann.last.protected and label in card.buttons)
    assert "Your new API key" in ann.last.shown
    assert "No" not in card.buttons


async def test_a_click_that_comes_too_late_says_so_and_shows_how_it_is(
    called: TelegramOffice,
) -> None:
    _, mia, card = await asked(called)
    ref = str(card.buttons["Approve"]["callback_data"]).split("|")[1]
    path = f"/v1/approvals/{ref}/reject"
    await called.served.post(path, {"reason": "no"}, called.members["mia"])
    await until(lambda: "Approve" not in card.buttons)

    told = await mia.told(await mia.taps_data(f"appr.ok|{ref}|0", card))

    assert str(told["show_alert"]).lower() == "true"
    assert (await states(called))[0][0] == "rejected"
    assert "reject" in card.shown.lower()


async def test_two_taps_at_once_have_one_effect(called: TelegramOffice) -> None:
    _, mia, card = await asked(called)
    token = str(card.buttons["Approve"]["callback_data"])

    queries = await asyncio.gather(*(mia.taps_data(token, card) for _ in range(10)))
    words = [await mia.told(query) for query in queries]

    alerts = [str(one["show_alert"]).lower() for one in words]
    assert alerts.count("false") == 1
    await called.served.assert_clean()
    assert all(len(given) == 1 for given in called.vendor.answers.values())
