"""App Home: where somebody stands, what waits for them, vacation, keys and preferences.

It is made of the cards that commands answer with. Level-triggered: whoever has it open gets it
anew when it would look different, after their own actions at once, else within seconds.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog

from bots import dispatch
from bots.slack import shown
from bots.slack.envelope import Json
from bots.slack.faults import Rejected
from bots.slack.sdk import Api
from bots.transport import Fault
from cards.actions import Verb
from cards.card import Card, Text, Tone
from core.domain.accounts import Account
from core.domain.errors import Refusal
from core.service import delivery, linking, web_chat
from core.service.start import Core

PARTS = ("home", "approvals", "vacation", "key", "notify")
MOST_BLOCKS = 100
MOST_OPEN = 200
"""Homes that are kept current; of more, those opened longest ago are not."""
MOST_AT_ONCE = 20
OPEN_SECONDS = 1800.0
"""So long after it was opened; Slack does not tell when it is closed."""
NOTE_SECONDS = 60.0
GAP_SECONDS = 2.0
LOOK_SECONDS = 30.0
DIVIDER: Json = {"type": "divider"}

log = structlog.get_logger("tokenpool.slack")


@dataclass(slots=True)
class Home:
    """An open home, and what it shows."""

    account: Account
    until: float
    looked: float = 0.0
    topic: str = ""
    """What announces that something of this member has changed."""
    shows: Json = field(default_factory=dict)
    note: str = ""
    """What they have done here last, said for a minute."""
    note_until: float = 0.0


class Homes:
    """The homes that people have open."""

    def __init__(self, core: Core, api: Api) -> None:
        self._core, self._api = core, api
        self._open: dict[str, Home] = {}

    async def open(self, account: Account) -> None:
        """Show somebody their home, and keep it current from now on."""
        self._open.pop(account.external_id, None)
        while len(self._open) >= MOST_OPEN:
            del self._open[next(iter(self._open))]
        home = Home(account, _now() + OPEN_SECONDS)
        self._open[account.external_id] = home
        await self._show(home)

    async def tell(self, account: Account, note: str) -> None:
        """Show somebody their home with a word on what they have just done there."""
        home = self._open.get(account.external_id) or Home(account, 0.0)
        home.note, home.note_until = note, _now() + NOTE_SECONDS
        await self._show(home)

    async def acted(self, account: Account) -> None:
        """Bring somebody's home up to date if they have it open: they have done something."""
        home = self._open.get(account.external_id)
        if home is not None:
            await self._renew(home)

    async def refuse(self, user_id: str, words: str) -> None:
        """Show somebody who is not served why."""
        await self._publish(user_id, view([Card("TokenPool", (Text(words, Tone.WARN),))]))

    async def work(self) -> None:
        """Keep open homes current, as long as this runs."""
        while True:
            topics = [home.topic for home in self._open.values() if home.topic]
            with self._core.database.waking.waiter(delivery.OUTBOX, *topics) as news:
                all_shown = await self._look()
                await delivery.wait_for(news, LOOK_SECONDS if all_shown else GAP_SECONDS)
            await asyncio.sleep(GAP_SECONDS)

    async def _look(self) -> bool:
        """Renew what was looked at longest ago; False if Slack did not take all of it."""
        now = _now()
        for user_id in [user for user, home in self._open.items() if home.until < now]:
            del self._open[user_id]
        oldest = sorted(self._open.values(), key=lambda home: home.looked)
        return all([await self._renew(home) for home in oldest[:MOST_AT_ONCE]])

    async def _show(self, home: Home) -> None:
        home.shows = await self._made(home)
        await self._publish(home.account.external_id, home.shows)

    async def _renew(self, home: Home) -> bool:
        """Show a home anew if it would look different; False if Slack does not take it."""
        made = await self._made(home)
        if made == home.shows:
            return True
        if not await self._publish(home.account.external_id, made):
            return False
        home.shows = made
        return True

    async def _made(self, home: Home) -> Json:
        home.looked = _now()
        try:
            caller = await linking.resolve(self._core, home.account)
            home.topic = web_chat.topic(caller.id) if caller is not None else ""
        except Refusal:  # the database is away: so say the cards, and it looks again
            home.topic = ""
        cards = []
        for line in PARTS if home.topic else PARTS[:1]:
            answer = await dispatch.say(self._core, home.account, line)
            cards.append(shown.card_of(answer))
        return view(cards, home.note if home.looked < home.note_until else "")

    async def _publish(self, user_id: str, made: Json) -> bool:
        try:
            await self._api.publish(user_id, made)
        except (Fault, Rejected) as fault:
            log.warning("slack_answer_missed", part="home", error=str(fault))
            return False
        return True


def view(cards: Iterable[Card], note: str = "") -> Json:
    """Return a home tab of these cards, one below the other."""
    blocks: list[Json] = []
    if note:
        blocks += shown.note(note)
    for card in cards:
        blocks += [DIVIDER] if blocks and blocks[-1] != DIVIDER else []
        blocks += shown.message(shown.without(Verb.HOME, card))["blocks"]
    return {"type": "home", "callback_id": "tp:home", "blocks": blocks[:MOST_BLOCKS]}


def _now() -> float:
    return asyncio.get_running_loop().time()
