"""Every sample card as every platform gets it, kept in tests/data/cards to be read and compared.

After a change that is meant: `PYTHONPATH=tests python tests/world/golden.py` writes them anew.
"""

import json
from collections.abc import Callable
from pathlib import Path

from world.cards_shown import CARDS

from cards.actions import Verb, encode
from cards.card import Card, Form
from cards.render import html, plain, slack, teams, telegram

DATA = Path(__file__).parents[1] / "data" / "cards"
VIEWERS = ("29:1ann", "29:1mia")
Family = dict[str, Card]


def _json(draw: Callable[[Card], object]) -> Callable[[Family], str]:
    def drawn(family: Family) -> str:
        shown = {name: draw(card) for name, card in family.items()}
        return json.dumps(shown, ensure_ascii=False, indent=1) + "\n"

    return drawn


def _text(draw: Callable[[Card], str], mark: str) -> Callable[[Family], str]:
    def drawn(family: Family) -> str:
        return "\n".join(f"{mark.format(name)}\n{draw(card)}" for name, card in family.items())

    return drawn


def _picked(
    draw: Callable[[Card], object], picked: Callable[[Card], bool]
) -> Callable[[Family], str]:
    """Draw those cards of a family that come to stand in such a place."""

    def drawn(family: Family) -> str:
        some = {name: card for name, card in family.items() if picked(card)}
        return _json(draw)(some) if some else ""

    return drawn


def _is_form(card: Card) -> bool:
    return any(isinstance(node, Form) for node in card.body)


def _is_request(card: Card) -> bool:
    """Whether a card shows a request, as those do that stand in channels."""
    return card.ref.startswith("apr_")


def _stands_in_dialog(card: Card) -> bool:
    return _is_form(card) or card.secret or _is_request(card)


def _shared(card: Card) -> object:
    return teams.shared(card, VIEWERS, encode(Verb.APPROVAL, ref=card.ref))


def _viewed(card: Card) -> object:
    return teams.viewed(card, VIEWERS, encode(Verb.APPROVAL, ref=card.ref))


PLATFORMS: dict[str, Callable[[Family], str]] = {
    "slack.json": _json(slack.message),
    "modal.json": _picked(slack.view, _is_form),
    "teams.json": _json(teams.card),
    "dialog.json": _picked(teams.dialog, _stands_in_dialog),
    "shared.json": _picked(_shared, _is_request),
    "viewed.json": _picked(_viewed, _is_request),
    "telegram.json": _json(telegram.message),
    "html": _text(lambda card: html.card(card) + "\n", "<!-- {} -->"),
    "txt": _text(plain.text, "######## {}\n"),
}


def families() -> dict[str, Family]:
    """Return the samples by the first word of their names."""
    found: dict[str, Family] = {}
    for name, card in CARDS.items():
        found.setdefault(name.partition("-")[0], {})[name] = card
    return found


def rendered() -> dict[str, str]:
    """Return each file's name and content: one a family and platform."""
    files = {
        f"{name}.{kind}": draw(family)
        for name, family in families().items()
        for kind, draw in PLATFORMS.items()
    }
    return {name: text for name, text in files.items() if text}


def kept() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in DATA.iterdir()}


def write() -> None:
    DATA.mkdir(parents=True, exist_ok=True)
    files = rendered()
    for path in DATA.iterdir():
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (DATA / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
