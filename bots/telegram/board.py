"""Telegram's approvals group."""

from bots.board import Board
from bots.telegram import marks
from bots.telegram.people import place
from bots.telegram.sdk import Api
from cards.card import Card
from core.service.start import Core

GAP_SECONDS = 3.2
"""Telegram takes twenty messages a minute in a group."""


def board(core: Core, api: Api, chat: str) -> Board:
    async def post(where: str, card: Card) -> str:
        return await api.send(where, marks.message(card))

    return Board(core, place(chat), post, GAP_SECONDS)
