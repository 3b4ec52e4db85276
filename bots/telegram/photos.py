"""The picture that goes with a card: below its text, which has said it all already."""

import asyncio

import structlog

from bots.pictures import picture_of
from bots.telegram.sdk import Api
from bots.transport import Fault, Rejected
from cards.card import Card

MOST_SECONDS = 20.0

log = structlog.get_logger("tokenpool.telegram")


async def send(api: Api, chat: str, card: Card) -> None:
    """Send a card's chart to where it was posted; one that does not get there is no fault."""
    try:
        async with asyncio.timeout(MOST_SECONDS):
            picture = await picture_of(card)
            if picture is not None:
                await api.photo(chat, picture)
    except (Fault, Rejected, TimeoutError) as fault:
        log.warning("telegram_answer_missed", part="picture", error=str(fault))
    except Exception as error:  # noqa: BLE001 - the library that draws may fail in any way
        log.error("picture_failed", part="picture", error=type(error).__name__)  # noqa: TRY400 - no text
