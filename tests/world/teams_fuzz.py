"""Activities that Teams would never send: bent, cut, doubled, and with a good token."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import count
from random import Random

from world.microsoft_keys import EVIL, bearer, by_key, claims_of, compact
from world.microsoft_things import APP_ID, BOT, TENANT, Json
from world.teams_office import TeamsOffice
from world.teams_people import TeamsPerson
from world.teams_ways import NAME, PATH, mention

from cards.actions import Verb

DEEP: object = "x"
for _ in range(200):
    DEEP = {"data": DEEP, "action": [DEEP] if isinstance(DEEP, str) else None}
ODD: tuple[object, ...] = (
    None, True, -1, 0, 2**53 + 1, 10**30, 1.5, "", "x", "\x00", "\ud7ff", "\u202e", "<b>", "&lt;",
    "<at>TokenPool</at>", "<at>" * 99, "a" * 9_000, "ä" * 900, "request 5", "personal", "channel",
    "groupChat", "invoke", "message", "conversationUpdate", "installationUpdate", "add", "remove",
    "refresh", "task/fetch", "task/submit", "adaptiveCard/action", "19:x@thread.tacv2", "../..",
    "28:x", BOT, TENANT, [], {}, [[]], [None], [{}], {"id": None}, {"id": {}}, {"t": {}},
    {"t": "vac.on||0"}, {"data": {"t": "help.show||0"}}, {"action": 5}, DEEP,
    [mention(f"29:{n}", f"<at>{n}</at>") for n in range(300)], [mention(BOT, "")] * 300,
)  # fmt: skip
LINES = (
    "quota", "request", "request 5 tests", "key new laptop", "key", "vacation", "vacation on",
    "why", "help", "leaderboard", "link", "cancel", "<at>X</at> help", "approvals",
)  # fmt: skip
TOKENS = [
    f"{verb.value}{literal}|{ref}|0"
    for verb in Verb
    for ref in ("", "apr_x", "usr_x", "{approval}")
    for literal in ("", ".7d", ".x")
]
"""What every button could carry."""
OURS = ("serviceUrl", "channelId", "channelData", "conversation")
"""Without these an activity is not let in: they are bent less often."""


def seeds(office: TeamsOffice, person: TeamsPerson) -> tuple[Json, ...]:
    """Return activities as Teams sends them, of one person."""
    teams, user = office.teams, person.user
    direct, shared = office.vendor.direct(user), office.channel
    data = {"t": "help.show||0", "amount": "5", "reason": "tests"}
    task = {"data": {**data, "msteams": {"type": "task/fetch"}}, "context": {"theme": "default"}}
    action = {"type": "Action.Execute", "verb": "help.show", "data": data}
    clicks = [
        teams.of(user, chat, "invoke", name=name, value=value, replyToId="1")
        for chat in (direct, shared)
        for name, value in (
            ("adaptiveCard/action", {"action": action, "trigger": "manual"}),
            ("adaptiveCard/action", {"action": action | {"verb": "refresh"}}),
            ("task/fetch", task),
            ("task/submit", task),
        )
    ]
    text = f"<at>{NAME}</at> help"
    return (
        *clicks,
        teams.message(user, direct, "quota", []),
        teams.message(user, shared, text, [mention(BOT, NAME), mention(user.mri, "Ann")]),
        teams.of(user, direct, "message", value=data, replyToId="1"),
        teams.of(user, shared, "message", value=data, replyToId="1"),
        teams.of(user, shared, "conversationUpdate", membersAdded=[{"id": BOT}]),
        teams.of(user, shared, "installationUpdate", action="add"),
        teams.of(user, direct, "installationUpdate", action="remove"),
        teams.of(user, direct, "typing"),
        teams.of(user, shared, "messageReaction", reactionsAdded=[{"type": "like"}]),
    )


@dataclass(slots=True)
class Fuzz:
    """Makes bent activities, the same ones for the same seed."""

    draw: Random
    seeds: Sequence[Json]
    approval: str
    numbers: "count[int]"

    def bodies(self, many: int) -> Iterator[bytes]:
        for _ in range(many):
            yield self._body()

    def _body(self) -> bytes:
        draw = self.draw
        if draw.random() < 0.03:
            return draw.randbytes(draw.randrange(200))
        real = draw.choice(self.seeds)
        said: Json = json.loads(json.dumps(real))
        said["id"] = f"fuzz:{next(self.numbers)}"
        self._vary(said)
        for _ in range(draw.choice([0, 0, 1, 1, 1, 2, 3])):
            self._bend(said)
        if draw.random() < 0.8:
            said |= {name: real[name] for name in OURS}
        if draw.random() < 0.02:
            said["channelData"] = {"tenant": {"id": draw.choice(["x", APP_ID, TENANT[:-1]])}}
        text = json.dumps(said, ensure_ascii=draw.random() < 0.5).encode("utf-8", "replace")
        if draw.random() < 0.05:
            at = draw.randrange(len(text))
            text = text[:at] + draw.randbytes(draw.randrange(4)) + text[at + draw.randrange(9) :]
        return text

    def _vary(self, said: Json) -> None:
        """Let somebody say or click something else, as anybody could."""
        draw = self.draw
        if "text" in said and draw.random() < 0.6:
            said["text"] = said["text"].replace("help", "").replace("quota", draw.choice(LINES))
        value = said.get("value", {})
        data = value.get("data") or value.get("action", {}).get("data") or value
        if "t" in data and draw.random() < 0.8:
            data["t"] = draw.choice(TOKENS).format(approval=self.approval)

    def _bend(self, said: Json) -> None:
        """Put something odd in place of a value anywhere in it, or leave the value out."""
        part = said
        while part:
            name = self.draw.choice(list(part))
            inner = part[name]
            if isinstance(inner, dict) and inner and self.draw.random() < 0.8:
                part = inner
                continue
            if self.draw.random() < 0.2:
                del part[name]
            else:
                part[name] = deepcopy(self.draw.choice(self._odd(inner)))
            return

    def _odd(self, inner: object) -> list[object]:
        """Return what to put in a place: most often of the kind that is there."""
        alike = [odd for odd in ODD if type(odd) is type(inner)]
        return alike if alike and self.draw.random() < 0.6 else list(ODD)


def bad_tokens(url: str) -> tuple[str, ...]:
    """Return what does not let anybody in."""
    forged = compact({"alg": "RS256", "kid": EVIL}, claims_of(url), by_key(EVIL))
    return (
        "", "Bearer", "Bearer x", f"Basic {bearer(url)}", f"Bearer {forged}",
        f"Bearer {bearer(url, exp=1)}", f"Bearer {bearer(url, aud='x')}",
        f"Bearer {bearer('https://smba.trafficmanager.net/')}", f"Bearer {bearer(url)[:-9]}",
    )  # fmt: skip


async def throw(office: TeamsOffice, fuzz: Fuzz, many: int, at_once: int = 8) -> list[int]:
    """Send so many bent activities with a good token, and let them be worked on."""
    token = f"Bearer {bearer(office.vendor.service_url)}"
    found: list[int] = []
    bodies = fuzz.bodies(many)

    async def some() -> None:
        found.extend([await knock(office, body, token) for body in bodies])

    await asyncio.gather(*(some() for _ in range(at_once)))
    async with asyncio.timeout(120):
        while await office.served.rows("SELECT key FROM inbox WHERE state = 'received'"):
            await asyncio.sleep(0.05)
    return found


async def knock(office: TeamsOffice, body: bytes, token: str) -> int:
    headers = {"content-type": "application/json", "authorization": token}
    return (await office.served.http.post(PATH, content=body, headers=headers)).status_code


async def fuzz_of(office: TeamsOffice, seed: int) -> Fuzz:
    """Let there be a manager, a member with a request, a guest, and activities of each."""
    ann, mia = await office.person("ann"), await office.person("mia")
    await office.team("Research", 5000, "mia", "ann")
    eve = office.user("eve", role="guest")
    await ann.asks("request 70 tests", "You ask for 70")
    (row,) = await office.served.rows("SELECT id FROM approval")
    real = [one for person in (ann, mia, eve) for one in seeds(office, person)]
    return Fuzz(Random(seed), real, str(row[0]), count(1))
