"""Every sample card as every platform gets it, kept in tests/data/cards to be read and compared.

After a change that is meant: `PYTHONPATH=tests python tests/world/golden.py` writes them anew.
"""

import json
from collections.abc import Callable
from pathlib import Path

from world.cards_shown import CARDS

from cards.card import Card, Form
from cards.render import html, plain, slack, teams, telegram

DATA = Path(__file__).parents[1] / "data" / "cards"
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


def _modals(family: Family) -> str:
    forms = {
        name: card
        for name, card in family.items()
        if any(isinstance(node, Form) for node in card.body)
    }
    return _json(slack.view)(forms) if forms else ""


PLATFORMS: dict[str, Callable[[Family], str]] = {
    "slack.json": _json(slack.message),
    "modal.json": _modals,
    "teams.json": _json(teams.card),
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
