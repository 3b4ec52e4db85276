"""What Telegram has no room for: a question before a button does something.

A button that asks first carries its token with a question mark in place of the first dot, and the
No beside the Yes an exclamation mark: as long as the token itself, and no token of ours. The
keyboard is changed in place, so nothing has to be remembered between two taps.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from bots.telegram.updates import Key
from cards.actions import decode
from cards.card import Actions, Button, Card, Code, Form
from cards.render import telegram
from cards.render.limits import shorten

Json = dict[str, Any]
ASKS, TAKES_BACK = "?", "!"
YES, NO, COPY = "Yes: ", "No", "📋 "
MOST_COPIED = 256
MOST_LABEL = 64
SURE = "Are you sure?"


def message(card: Card) -> Json:
    """Return a card's message; buttons with a question carry the mark of it."""
    drawn = telegram.message(card)
    asking = {button.token for button in buttons(card) if button.confirm}
    for row in drawn.get("reply_markup", {}).get("inline_keyboard", []):
        for key in row:
            if key["callback_data"] in asking:
                key["callback_data"] = marked(key["callback_data"], ASKS)
    return drawn


def secret_message(card: Card) -> Json:
    """Return a card's message that cannot be forwarded: buttons copy what is shown once.

    Telegram lets nobody copy from such a message otherwise.
    """
    drawn = message(card)
    secrets = [node for node in card.body if isinstance(node, Code) and node.secret]
    copying = [
        [{"text": shorten(f"{COPY}{one.label}", MOST_LABEL), "copy_text": {"text": one.text}}]
        for one in secrets
        if 1 <= len(one.text) <= MOST_COPIED
    ]
    rows = [*copying, *drawn.get("reply_markup", {}).get("inline_keyboard", [])]
    return drawn | ({"reply_markup": {"inline_keyboard": rows}} if rows else {})


def marked(token: str, mark: str) -> str:
    return token.replace(".", mark, 1)


def unmarked(data: str, mark: str) -> str:
    """Return the token of a button that bears this mark; nothing if it does not."""
    verb, found, rest = data.partition(mark)
    token = f"{verb}.{rest}"
    return token if found and "." not in verb and decode(token) is not None else ""


def asked(rows: Sequence[Sequence[Key]], token: str) -> list[list[Json]]:
    """Return a keyboard in which Yes and No stand where the button of this token was."""
    found: list[list[Json]] = []
    for row in rows:
        at = next((i for i, key in enumerate(row) if key.callback_data == _asks(token)), -1)
        if at < 0:
            found.append(_drawn(row))
            continue
        found += [drawn for drawn in (_drawn(row[:at]), _choice(row[at].text, token)) if drawn]
        found += [_drawn(row[at + 1 :])] if row[at + 1 :] else []
    return found if any(_is_choice(row, token) for row in found) else [_choice("", token)]


def settled(rows: Sequence[Sequence[Key]], token: str) -> list[list[Json]]:
    """Return a keyboard in which the button of this token stands where Yes and No were."""
    return [
        [_again(row[0].text, token)] if _is_choice(_drawn(row), token) else _drawn(row)
        for row in rows
    ]


def is_asked(rows: Sequence[Sequence[Key]], token: str) -> bool:
    """Return whether Yes and No stand there for this token."""
    return any(_is_choice(_drawn(row), token) for row in rows)


def question_of(card: Card, token: str) -> str:
    """Return what a button of a card asks before it does something."""
    found = (button.confirm for button in buttons(card) if button.token == token)
    return next((question for question in found if question), SURE)


def buttons(card: Card) -> Iterator[Button]:
    for node in card.body:
        if isinstance(node, Actions):
            yield from node.buttons
        elif isinstance(node, Form):
            yield node.submit


def _choice(label: str, token: str) -> list[Json]:
    yes = shorten(f"{YES}{label}" if label else YES.rstrip(": "), MOST_LABEL)
    return [
        {"text": yes, "callback_data": token, "style": "danger"},
        {"text": NO, "callback_data": marked(token, TAKES_BACK)},
    ]


def _is_choice(row: Sequence[Json], token: str) -> bool:
    carried = [key.get("callback_data") for key in row]
    return carried == [token, marked(token, TAKES_BACK)]


def _again(label: str, token: str) -> Json:
    text = label.removeprefix(YES) or NO
    return {"text": text, "callback_data": _asks(token)}


def _asks(token: str) -> str:
    return marked(token, ASKS)


def _drawn(row: Sequence[Key]) -> list[Json]:
    """Return a row as the API takes it."""
    names = ("text", "callback_data", "url", "style")
    return [
        {name: getattr(key, name) for name in names if getattr(key, name) is not None}
        for key in row
    ]
