"""The channel or group chat of Teams' approvers."""

from functools import partial

from bots.board import Board
from bots.teams.references import TEAMS
from bots.teams.transport import TeamsTransport
from cards.card import Card
from core.domain.addresses import Address
from core.service.start import Core

GAP_SECONDS = 1.0


def board(core: Core, transport: TeamsTransport, conversation: str) -> Board:
    to = Address(TEAMS, "", conversation)
    return Board(core, to, partial(_post, transport, to), GAP_SECONDS)


async def _post(transport: TeamsTransport, to: Address, _place: str, card: Card) -> str:
    return await transport.post(to, card, card.ref)
