"""An office where people talk: accounts for them all, what they say and click, what it changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlmodel import SQLModel
from world.clock import ManualClock
from world.office import Office, Somebody, open_office

from bots import dispatch
from bots.context import Answer
from cards.actions import Action, Verb, decode, encode
from cards.card import Actions, Button, Card, Form
from cards.render import plain
from core.domain.accounts import Account
from core.domain.credits import MICRO
from core.service import sessions
from core.service.start import Core

STRANGER = Account("telegram", "", "4711", "Somebody new", "chat-4711")
UNSEEN = {"link_try"}
"""Wrong codes are counted, whoever understood them."""
KEPT = {"audit_event": "WHERE verb NOT IN ('approval.refused', 'dispute.refused')"}
"""Who wanted to decide what is not theirs leaves an audit row, and nothing else."""


@dataclass(slots=True)
class Lobby:
    """Two teams: chief manages red, where ann and ben sit; other manages blue, where bob sits."""

    office: Office
    admin: Somebody
    chief: Somebody
    other: Somebody
    ann: Somebody
    ben: Somebody
    bob: Somebody
    red: str
    blue: str

    @property
    def core(self) -> Core:
        return self.office.core

    async def say(self, who: Somebody | Account, text: str, *, private: bool = True) -> Answer:
        return await dispatch.say(self.core, account(who), text, private=private)

    async def act(
        self,
        who: Somebody | Account,
        what: Button | Action | str,
        values: Mapping[str, str] | None = None,
        *,
        private: bool = True,
    ) -> Answer:
        token = what if isinstance(what, str) else _token(what)
        return await dispatch.act(self.core, account(who), token, values or {}, private=private)

    async def digest(self) -> str:
        """Return a fingerprint of every table; the same means that nothing has changed."""
        found = sha256()
        for name in sorted(set(SQLModel.metadata.tables) - UNSEEN):
            rows = await self.office.rows(f'SELECT * FROM "{name}" {KEPT.get(name, "")}')
            found.update(repr((name, sorted(map(repr, map(tuple, rows))))).encode())
        return found.hexdigest()


def account(who: Somebody | Account) -> Account:
    """Return the account by which somebody speaks: in the web chat, their own."""
    return who if isinstance(who, Account) else Account("web", "", who.id, address=who.id)


def _token(what: Button | Action) -> str:
    return what.token if isinstance(what, Button) else encode(*what)


def card_of(answer: Answer) -> Card:
    assert answer.card is not None
    return answer.card


def shown(answer: Answer) -> str:
    """Return what a card says, as plain text on one line."""
    return " ".join(plain.text(card_of(answer)).replace("\u2060", "").split())


def buttons(answer: Answer) -> list[Button]:
    """Return all buttons of a card, those that send forms too."""
    found: list[Button] = []
    for node in card_of(answer).body:
        if isinstance(node, Actions):
            found += node.buttons
        elif isinstance(node, Form):
            found.append(node.submit)
    return found


def button(answer: Answer, verb: Verb, literal: str = "") -> Button:
    """Return the one button of this verb."""
    (found,) = (b for b in buttons(answer) if (b.verb, b.literal) == (verb, literal))
    return found


def verbs(answer: Answer) -> set[Verb]:
    return {each.verb for each in buttons(answer)}


def action_of(found: Button) -> Action:
    action = decode(found.token)
    assert action is not None
    return action


async def open_lobby(core: Core, clock: ManualClock) -> Lobby:
    office = await open_office(core, clock)
    red = await office.team("Red", 10_000 * MICRO)
    blue = await office.team("Blue", 10_000 * MICRO)
    lobby = Lobby(
        office,
        office.admin,
        await office.member("chief", 1_000 * MICRO, red, manages=True),
        await office.member("other", 1_000 * MICRO, blue, manages=True),
        await office.member("ann", 1_000 * MICRO, red),
        await office.member("ben", 1_000 * MICRO, red),
        await office.member("bob", 1_000 * MICRO, blue),
        red,
        blue,
    )
    for who in (lobby.admin, lobby.chief, lobby.other, lobby.ann, lobby.ben, lobby.bob):
        await sessions.sign_in(core, await sessions.new_link(core, who.id))
    return lobby
