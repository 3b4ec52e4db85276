"""Slack's approvals channel."""

from bots.board import Board
from bots.slack import shown
from bots.slack.people import SLACK
from bots.slack.sdk import Api
from cards.card import Card
from core.domain.addresses import Address
from core.service.start import Core

GAP_SECONDS = 1.1
"""Slack takes about one message a second in a channel."""


def board(core: Core, api: Api, team_id: str, channel: str) -> Board:
    async def post(place: str, card: Card) -> str:
        return await api.post(place, shown.message(card))

    return Board(core, Address(SLACK, team_id, channel), post, GAP_SECONDS)
