"""Activities as Teams delivers them again: the same one fifty times, and fifty times at once."""

import asyncio
from collections import Counter

from world.microsoft_keys import bearer
from world.microsoft_things import Json
from world.teams_office import TeamsOffice
from world.teams_people import TeamsPerson, button, until
from world.teams_ways import PATH

TIMES = 50
AT_ONCE = 10

COUNTS = """
SELECT (SELECT count(*) FROM approval), (SELECT count(*) FROM api_key),
       (SELECT count(*) FROM transfer WHERE kind = 'MOVE' AND posted > 0),
       (SELECT count(*) FROM audit_event WHERE verb LIKE 'vacation%'),
       (SELECT count(*) FROM vanishing),
       (SELECT count(*) FROM identity_link WHERE NOT reachable)
"""
OPEN = """
SELECT key FROM inbox WHERE state <> 'done'
UNION ALL SELECT id FROM outbox WHERE state = 'pending'
"""


async def through_every_kind(office: TeamsOffice, *people: TeamsPerson) -> dict[str, Json]:
    """Let every kind of activity happen; return the last of each, all of them with an effect."""
    ann, mia, ben = people
    await office.teams.adds(mia.user, office.channel)
    await click_with_an_old_client(ann)
    await ask_and_approve(office, ann, mia)
    keys = await ann.asks("key", "New key")
    await ann.clicks("New key", keys)
    await ann.submits("Make key", label="laptop")
    await ann.asks("key new CI", "tp_")
    thread = await mia.mentions("help", office.channel)
    await until(lambda: office.vendor.in_chat(thread))
    await ben.removes()
    return {kind_of(said): said for said in office.teams.sent}


async def click_with_an_old_client(ann: TeamsPerson) -> None:
    vacation = await ann.asks("vacation", "Until further notice")
    ann.old = True
    await ann.clicks("Until further notice", vacation)
    await until(lambda: "Enjoy it" in ann.sees(vacation).text)
    ann.old = False


async def ask_and_approve(office: TeamsOffice, ann: TeamsPerson, mia: TeamsPerson) -> None:
    """Mia approves in the channel, and Teams delivers her click fifty times at once."""
    chats, channel = office.vendor, office.channel.id
    await ann.asks("request 500 tests", "You ask for 500")
    await until(lambda: any("asks for" in str(one) for one in chats.cards(channel)))
    shared = chats.in_chat(channel)[-1]
    approve, _ = button(await mia.looks(shared), "Approve")
    await rush(office, mia.execution(approve, dict(approve["data"]), shared))


async def rush(office: TeamsOffice, said: Json) -> None:
    """Deliver something new fifty times at once; all wait for the one answer."""
    first = await office.teams.happens(said)
    told = await asyncio.gather(*(office.teams.knock(said) for _ in range(TIMES)))
    assert {one.status for one in told} == {200}
    assert all(one.body == first.body for one in told)


async def again(office: TeamsOffice, *sent: Json, times: int = TIMES) -> None:
    """Deliver each of these so often, some at once; whoever waits gets the answer they had."""
    teams, turns = office.teams, asyncio.Semaphore(AT_ONCE)
    headers = {"authorization": f"Bearer {bearer(office.vendor.service_url)}"}

    async def one(said: Json) -> int:
        async with turns:
            answer = await teams.http.post(PATH, json=said, headers=headers)
        had = teams.told[said["id"]]
        if said["type"] == "invoke" and not is_refresh(said):
            assert answer.json() == had.body, said
        return answer.status_code

    statuses = Counter(await asyncio.gather(*(one(said) for said in sent for _ in range(times))))
    assert set(statuses) <= {200, 202}, statuses
    await settled(office)


async def settled(office: TeamsOffice) -> None:
    """Wait until everything that came in is done, and everybody was told of it."""
    async with asyncio.timeout(10):
        while await office.served.rows(OPEN):
            await asyncio.sleep(0.02)


async def counts(office: TeamsOffice) -> list[int]:
    return [int(n) for n in (await office.served.rows(COUNTS))[0]]


def is_refresh(said: Json) -> bool:
    """Return whether Teams looks at something, which may have changed since."""
    return bool(said.get("value", {}).get("trigger") == "automatic")


def kind_of(said: Json) -> str:
    """Return what an activity is, to us."""
    if is_refresh(said):
        return "refresh"
    if said["type"] == "message":
        where = said["conversation"]["conversationType"]
        return f"click by an old client, {where}" if "value" in said else f"line, {where}"
    return str(said.get("name") or said.get("action") or said["type"])
