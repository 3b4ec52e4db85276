"""Updates as Telegram delivers them again: the same one fifty times, and in a wrong order."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field

from world.telegram_office import TelegramOffice
from world.telegram_people import TelegramPerson, until
from world.telegram_things import Json
from world.telegram_vendor import GROUP

TIMES = 50
AT_ONCE = 10
PATH = "/telegram/webhook"
SECRET = "x-telegram-bot-api-secret-token"

COUNTS = """
SELECT (SELECT count(*) FROM approval), (SELECT count(*) FROM api_key),
       (SELECT count(*) FROM transfer WHERE kind = 'MOVE' AND posted > 0),
       (SELECT count(*) FROM audit_event WHERE verb LIKE 'vacation%'),
       (SELECT count(*) FROM pending_input)
"""


@dataclass(slots=True)
class Recorder:
    """Keeps what is delivered, and delivers it again."""

    office: TelegramOffice
    updates: list[Json] = field(default_factory=list)

    def listen(self) -> None:
        deliver = self.office.vendor.deliver

        async def kept(update: Json) -> None:
            self.updates.append(update)
            await deliver(update)

        self.office.vendor.deliver = kept  # type: ignore[method-assign]  # it goes on to the old one

    async def again(self, *updates: Json, times: int = TIMES) -> None:
        """Deliver each of these so often, some at once; none is refused."""
        office, turns = self.office, asyncio.Semaphore(AT_ONCE)
        secret = {SECRET: office.vendor.secret}

        async def one(body: bytes) -> int:
            async with turns:
                answer = await office.served.http.post(PATH, content=body, headers=secret)
                return answer.status_code

        bodies = [json.dumps(update).encode() for update in updates for _ in range(times)]
        statuses = Counter(await asyncio.gather(*map(one, bodies)))
        assert set(statuses) == {200}, statuses
        await settled(office)


async def settled(office: TelegramOffice) -> None:
    """Wait until everything that came in is done."""
    async with asyncio.timeout(10):
        while await office.served.rows("SELECT key FROM inbox WHERE state <> 'done'"):
            await asyncio.sleep(0.02)


def recorder_of(office: TelegramOffice) -> Recorder:
    made = Recorder(office)
    made.listen()
    return made


async def counts(office: TelegramOffice) -> list[int]:
    return [int(n) for n in (await office.served.rows(COUNTS))[0]]


async def through_every_kind(
    office: TelegramOffice, ann: TelegramPerson, mia: TelegramPerson
) -> None:
    """Let a line, a tap, an answer, a group's line and tap, a block and its end happen."""
    await ann.asks("request 500 tests")
    await until(lambda: any("Approve" in one.buttons for one in mia.chat))
    await mia.clicks("Approve", next(one for one in mia.chat if "Approve" in one.buttons))
    await office.served.quiet()
    question = await ann.asks("key new")
    await ann.writes("laptop", reply_to=question)
    await until(lambda: any("tp_" in one.shown for one in ann.chat))
    await ann.writes("/help@TokenPoolTestBot", group=GROUP)
    await until(lambda: [one for one in office.vendor.in_chat(GROUP) if "request" in one.shown])
    shared = office.vendor.in_chat(GROUP)[-1]
    await ann.taps_data("vac.on||0", shared)
    await ann.blocks()
    await ann.unblocks()
