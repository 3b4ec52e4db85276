"""The walk of a developer and their manager through Teams, from the first code to the last why.

Slack and Telegram are beside it: another manager decides in one, and copies of the request stand
in both.
"""

import asyncio
import json

from flow.serving import Member, Served
from sqlmodel import SQLModel
from world.slack_people import Screen as SlackScreen
from world.teams_people import button, until
from world.teams_replay import settled
from world.teams_screen import Screen
from world.teams_walkers import WAIT, Walk, card_for, hired, in_channel, in_slacks_channel
from world.telegram_vendor import GROUP
from world.telegram_walk import card_for as card_in_telegram
from world.telegram_walk import in_slack
from world.three_chats import ThreeChats
from world.vanishing import vanishes

from bots.teams.answers import IN_PRIVATE
from core.domain.efficiency import LEAST_CALLS

REASON = "release week, <b>&&lt;"


async def walk_through(three: ThreeChats) -> None:
    walk = await hired(three)
    await look_and_be_refused(walk)
    await ask_by_a_dialog(walk)
    await look_at_the_channel(walk)
    await approve_with_one_click(walk)
    await approve_less_in_a_dialog(walk)
    await decide_in_slack(walk)
    await go_on_vacation(walk)
    await make_keys(walk)
    await ask_why(walk)
    await look_at_the_leaderboard(walk)
    await mention_it_where_many_read(walk)
    await walk.served.quiet()
    await walk.served.assert_clean()


async def look_and_be_refused(walk: Walk) -> None:
    await walk.mia.asks("approvals", "No request waits for you")
    await walk.ann.asks("quota", "of 0.01 credits left", "Research")

    assert await walk.call("ann") == 403

    await walk.ann.asks("why", "refused")


async def ask_by_a_dialog(walk: Walk) -> None:
    """What cannot be read comes back in the dialog; one's own request then stands in the chat."""
    await walk.ann.clicks("Ask for more", await walk.ann.asks("home", "Ask for more"))
    again = await walk.ann.submits("Send request", amount="many", reason=REASON)
    assert again.inputs["reason"]["value"] == REASON

    sent = await walk.ann.submits("Send request", amount="500")

    assert "Your request is sent" in sent.text
    await card_for(walk.ann, "You ask for 500 credits", REASON, "Withdraw")


async def look_at_the_channel(walk: Walk) -> None:
    """Everybody sees there what is theirs: to decide, to withdraw, or nothing."""
    shared = await in_channel(walk, "ann asks for 500", REASON)

    assert {"Approve", "Approve less", "Reject"} <= (await walk.mia.looks(shared)).buttons.keys()
    own = await walk.ann.looks(shared)
    assert own.title == "You ask for 500 credits"
    assert own.buttons.keys() == {"Change it", "Withdraw"}
    assert (await walk.ben.looks(shared)).buttons == {}
    assert shared.id not in walk.ben.seen, "Teams was told to ask for Ben"

    approve, _ = button(walk.mia.sees(shared), "Approve")
    forged = await walk.ben.clicks_on(approve, dict(approve["data"]), shared)
    assert "no such request" in forged.note
    assert shared.edits == 0


async def approve_with_one_click(walk: Walk) -> None:
    """In the channel; the copies of all chats follow, and the same key works."""
    shared = await in_channel(walk, "ann asks for 500")
    told = await card_for(walk.mia, "ann asks for 500", "Approve")
    own = await card_for(walk.ann, "You ask for 500", "Withdraw")
    there = await in_slack(lambda: walk.mo.direct, "ann asks for 500", "Approve")
    board = await in_slack(lambda: in_slacks_channel(walk), "ann asks for 500")
    far = await card_in_telegram(walk.lee, "ann asks for 500", "Approve")
    (group,) = walk.three.both.telegram.vendor.in_chat(GROUP)

    await walk.mia.clicks("Approve", shared)

    assert "mia has approved" in walk.mia.sees(shared).text
    for person, one in ((walk.mia, told), (walk.ann, own), (walk.ben, shared)):
        await until(lambda p=person, m=one: "mia has approved" in p.sees(m).text, WAIT)  # type: ignore[misc]  # a lambda's defaults
        assert person.sees(one).buttons == {}
    for person in (walk.mia, walk.ann, walk.ben):
        assert (await person.looks(shared)).buttons == {}
    for slacks in (there, board):
        await until(lambda m=slacks: "mia has approved" in SlackScreen(m.blocks).text, WAIT)  # type: ignore[misc]  # as above
        assert "Approve" not in SlackScreen(slacks.blocks).buttons
    for telegrams in (far, group):
        await until(lambda m=telegrams: "mia has approved" in m.shown, WAIT)  # type: ignore[misc]  # as above
        assert "Approve" not in telegrams.buttons
    await card_for(walk.ann, "Your key works now")
    await walk.sees_on_the_web("Approved: ", "Your request is approved")
    assert await walk.call("ann") == 200


async def approve_less_in_a_dialog(walk: Walk) -> None:
    await walk.ann.writes(f"request 1k {REASON}")
    told = await card_for(walk.mia, "ann asks for 1,000", REASON, "Approve less")

    await walk.mia.clicks("Approve less", told)
    decided = await walk.mia.submits("Approve this much", amount="80")

    assert "80 of 1,000" in decided.text
    assert decided.buttons == {}
    await until(lambda: "80 of 1,000" in walk.mia.sees(told).text, WAIT)
    await card_for(walk.ann, "80 of 1,000", "Your key works now")


async def decide_in_slack(walk: Walk) -> None:
    """Asked for in place by one click; what Mo does in Slack is seen in Teams."""
    own = await walk.ann.asks("request", "Ask for 500")
    await walk.ann.clicks("Ask for 500", own)
    assert "Withdraw" in walk.ann.sees(own).buttons
    told = await card_for(walk.mia, "ann asks for 500", "Approve")
    shared = await in_channel(walk, "ann asks for 500")
    there = await in_slack(lambda: walk.mo.direct, "ann asks for 500", "Approve")

    await walk.mo.clicks("Approve", there)

    for person, one in ((walk.mia, told), (walk.ann, own), (walk.ben, shared)):
        await until(lambda p=person, m=one: "mo has approved" in p.sees(m).text, WAIT)  # type: ignore[misc]  # as above
        assert person.sees(one).buttons == {}
    rows = await walk.served.rows("SELECT state FROM approval")
    assert [row[0] for row in rows] == ["approved"] * 3


async def go_on_vacation(walk: Walk) -> None:
    assert await walk.call("ben") == 403

    card = await walk.ann.asks("vacation", "1 week")
    await walk.ann.clicks("1 week", card)
    await until(lambda: "on vacation until" in walk.ann.sees(card).text)
    assert await walk.call("ben") == 200

    await walk.ann.clicks("I am back", card)
    back = walk.ann.sees(card)
    assert "Welcome back" in back.title
    assert "colleagues used 0.01365 credits in 1 call" in back.text
    assert await walk.call("ben") == 403


async def make_keys(walk: Walk) -> None:
    """One made in a dialog is there alone; one that is typed for vanishes from the chat."""
    await walk.ann.clicks("New key", await walk.ann.asks("key", "New key"))
    key = key_in((await walk.ann.submits("Make key", label="laptop")).text)
    typed = await walk.ann.asks("key new CI", "tp_")
    other = key_in(walk.ann.sees(typed).text)

    for one in (key, other):
        made = Member(walk.key_of("ann").id, one)
        assert (await walk.served.chat(made, "tokens=5")).status_code == 200
    assert key not in str([one.activity for one in walk.three.teams.vendor.messages])
    assert key not in (kept := await everything(walk.served))
    assert other not in kept
    assert walk.key_of("ann").id in kept, "the search would not find what is there"
    await settled(walk.three.teams)
    await vanishes(walk.served, typed)


async def ask_why(walk: Walk) -> None:
    await walk.ann.asks("why", "mock")
    await walk.ann.asks("leaderbord", "Did you mean leaderboard?")


async def look_at_the_leaderboard(walk: Walk) -> None:
    """Three people have worked enough to be ranked."""
    usage = {"prompt_tokens": 110, "completion_tokens": 120, "total_tokens": 230}
    text = "word " * 120 + f"tokens=120 usage={json.dumps(usage).replace(' ', '')}"
    made = [
        walk.served.chat(walk.key_of(name), text, max_tokens=150)
        for name in ("ann", "mia", "mo")
        for _ in range(LEAST_CALLS)
    ]
    assert {answer.status_code for answer in await asyncio.gather(*made)} == {200}

    await walk.ann.asks("leaderboard", "Leaderboard of the week", "mia")


async def mention_it_where_many_read(walk: Walk) -> None:
    """What is everybody's is answered there, in a channel in the thread; one's own in private."""
    vendor, channel = walk.three.teams.vendor, walk.three.teams.channel
    group = vendor.group(walk.ben.user, walk.mia.user)
    await walk.ben.teams.adds(walk.ben.user, group)
    await until(lambda: vendor.in_chat(group.id), WAIT)

    for chat in (channel, group):
        where = await walk.ben.mentions("help", chat)
        await until(lambda at=where: titles(walk, at)[-1:] == ["What I can do"], WAIT)  # type: ignore[misc]  # as above

    thread = await walk.ben.mentions("quota", channel)
    await until(lambda: titles(walk, thread) == [IN_PRIVATE], WAIT)
    await card_for(walk.ben, "of 0.01 credits left", "Research")


def titles(walk: Walk, conversation: str) -> list[str]:
    return [Screen(one.card).title for one in walk.three.teams.vendor.in_chat(conversation)]


def key_in(text: str) -> str:
    return next(word for word in text.split() if word.startswith("tp_") and len(word) > 30)


async def everything(served: Served) -> str:
    """Return all rows of all tables."""
    tables = sorted(SQLModel.metadata.tables)
    return str([await served.rows(f"SELECT * FROM {name}") for name in tables])
