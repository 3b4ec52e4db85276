"""Updates that Telegram would never send: bent, cut, doubled, and with the right secret."""

import asyncio
import json
from collections.abc import Iterator
from copy import deepcopy
from random import Random

from world.telegram_office import TelegramOffice
from world.telegram_replay import PATH, SECRET
from world.telegram_things import Json
from world.telegram_vendor import GROUP

from cards.actions import Verb

ODD: tuple[object, ...] = (
    None, True, -1, 0, 2**53 + 1, 10**30, 1.5, "", "x", "\x00", "\ud7ff", "\u202e", "<b>", "&lt;",
    "/start", "/start 4F7K-2MQX", "/start apr_x", "/" * 99, "a" * 9000, "request 5", "cancel", [],
    {}, [[]], [None], {"id": None}, {"id": {}}, {"inline_keyboard": [[{"text": "x"}]]},
    {"inline_keyboard": 5}, "appr.ok|apr_x|0", "req.open||0", "req.send||0", "key.make||0",
    "key?revoke|key_x|0", "vac.on||0", "ask:skip", "ask:stop", "private", "channel",
)  # fmt: skip
LINES = (
    "quota", "/quota", "/request", "request 5 tests", "/key new", "laptop", "/vacation", "why",
    "/help@TokenPoolTestBot", "/leaderboard", "70", "cancel",
)  # fmt: skip
TOKENS = [
    f"{verb.value}|{ref}|0".replace(".", mark, 1)
    for verb in Verb
    for ref in ("", "apr_x", "usr_x", "5")
    for mark in (".", "?", "!")
]
"""What every button could carry, with and without the marks of its question."""


def seeds(person: Json) -> tuple[Json, ...]:
    """Return updates as Telegram sends them."""
    private = {"id": person["id"], "type": "private"}
    group = {"id": GROUP, "type": "supergroup", "title": "x"}
    bot = {"id": 110201543, "is_bot": True, "first_name": "TokenPool"}
    keyboard = {"inline_keyboard": [[{"text": "Yes", "callback_data": "vac.on||0"}]]}
    shown = {"message_id": 1, "date": 1, "chat": private, "from": bot, "reply_markup": keyboard}
    line = {"message_id": 2, "date": 1, "chat": private, "from": person, "text": "quota"}
    tap = {"id": "1", "from": person, "chat_instance": "1", "message": shown, "data": "help||0"}
    stands = {"old_chat_member": {"status": "member"}, "new_chat_member": {"status": "kicked"}}
    return (
        {"message": line},
        {"message": line | {"reply_to_message": shown}},
        {"message": line | {"chat": group, "text": "/help@TokenPoolTestBot"}},
        {"callback_query": tap},
        {"callback_query": tap | {"message": shown | {"chat": group}}},
        {"my_chat_member": {"chat": private, "from": person, "date": 1, **stands}},
        {"edited_message": line},
    )


class Fuzz:
    """Makes bent updates, the same ones for the same seed."""

    def __init__(self, seed: int, people: list[Json]) -> None:
        self._random = Random(seed)
        self._seeds = [update for person in people for update in seeds(person)]

    def requests(self, many: int, secret: str) -> Iterator[tuple[bytes, str]]:
        for _ in range(many):
            right = self._random.random() > 0.05
            yield self._body(), secret if right else self._random.choice(["", "x", secret[:-1]])

    def _body(self) -> bytes:
        draw = self._random
        if draw.random() < 0.05:
            return draw.randbytes(draw.randrange(200))
        said: Json = json.loads(json.dumps(draw.choice(self._seeds)))
        said["update_id"] = draw.randrange(2**31)
        if "message" in said and draw.random() < 0.5:
            said["message"]["text"] = draw.choice(LINES)
        if "callback_query" in said and draw.random() < 0.7:
            said["callback_query"]["data"] = draw.choice(TOKENS)
        for _ in range(draw.choice([0, 0, 1, 1, 1, 2, 3])):
            self._bend(said)
        text = json.dumps(said, ensure_ascii=draw.random() < 0.5).encode("utf-8", "replace")
        if draw.random() < 0.1:
            at = draw.randrange(len(text))
            text = text[:at] + draw.randbytes(draw.randrange(4)) + text[at + draw.randrange(9) :]
        return text

    def _bend(self, said: Json) -> None:
        """Put something odd in place of a value anywhere in it, or leave the value out."""
        part = said
        while part:
            name = self._random.choice(list(part))
            inner = part[name]
            if isinstance(inner, dict) and inner and self._random.random() < 0.8:
                part = inner
                continue
            if self._random.random() < 0.2:
                del part[name]
            else:
                part[name] = deepcopy(self._random.choice(self._odd(inner)))
            return

    def _odd(self, inner: object) -> list[object]:
        """Return what to put in a place: most often of the kind that is there."""
        alike = [odd for odd in ODD if type(odd) is type(inner)]
        return alike if alike and self._random.random() < 0.6 else list(ODD)


async def throw(office: TelegramOffice, many: int, seed: int) -> list[int]:
    """Send so many bent updates, one after another, and let them be worked on."""
    found, http = [], office.served.http
    people = [person.user.said() for person in office.people.values()]
    for body, secret in Fuzz(seed, people).requests(many, office.vendor.secret):
        given = {SECRET: secret} if secret else {}
        found.append((await http.post(PATH, content=body, headers=given)).status_code)
    async with asyncio.timeout(120):
        while await office.served.rows("SELECT key FROM inbox WHERE state = 'received'"):
            await asyncio.sleep(0.05)
    return found


async def people_of(office: TelegramOffice) -> None:
    """A manager, a member of the team, and somebody whom nobody knows."""
    await office.person("ann")
    await office.person("mia")
    await office.team("Research", 5000, "mia", "ann")
    await office.stranger("eve").starts()
