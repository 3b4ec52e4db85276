"""What people see in Teams: a card as text, buttons and inputs, and what a click is answered."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from world.microsoft_things import CARD, Json

NOTE = "application/vnd.microsoft.activity.message"
HIDDEN = frozenset({"card", "data", "fallback", "msteams", "refresh"})
"""Where a card holds what is not seen before a click, or never."""


@dataclass(frozen=True, slots=True)
class Screen:
    """An Adaptive Card as somebody reads it."""

    card: Json

    @property
    def text(self) -> str:
        return "\n".join(_texts(self.card.get("body", [])))

    @property
    def title(self) -> str:
        return next(_texts(self.card.get("body", [])), "")

    @property
    def buttons(self) -> dict[str, Json]:
        found = [one for one in _seen(self.card) if one["type"].startswith("Action.")]
        return {one["title"]: one for one in found}

    @property
    def inputs(self) -> dict[str, Json]:
        return {one["id"]: one for one in _seen(self.card) if one["type"].startswith("Input.")}

    def says(self, *words: str) -> bool:
        """Return whether all of this stands there, be it on buttons."""
        text = f"{self.text} {list(self.buttons)}"
        return all(word in text for word in words)

    @property
    def refresh(self) -> Json:
        """What has the card renewed for some of its viewers; empty if nothing does."""
        found: Json = self.card.get("refresh", {})
        return found

    def filled(self, action: Json, values: dict[str, str]) -> Json:
        """Return what a click sends: the button's data, and the inputs unless it takes none."""
        data: Json = dict(action["data"])
        if action.get("associatedInputs") == "none":
            assert not values, f"the button sends no inputs: {values}"
            return data
        sent = {name: values.pop(name, one.get("value")) for name, one in self.inputs.items()}
        assert not values, f"no such inputs: {values}"
        lacking = [n for n, one in self.inputs.items() if one.get("isRequired") and not sent[n]]
        assert not lacking, f"Teams does not send the form without {lacking}"
        return {name: value for name, value in sent.items() if value} | data


@dataclass(frozen=True, slots=True)
class Told:
    """What Teams is answered to an activity."""

    status: int
    body: Any

    def checked(self, name: str) -> "Told":
        """Fail unless Teams could show it as the answer to an invoke of this name."""
        assert self.status == 200, self
        if name == "adaptiveCard/action":
            assert self.body["statusCode"] == 200, self.body
            assert self.body["type"] in {CARD, NOTE}, self.body
        else:
            assert self.body["task"]["type"] in {"continue", "message"}, self.body
            kinds = {one["type"] for one in _seen(self.dialog)}
            assert "Action.Execute" not in kinds, "dialogs know no such buttons"
        return self

    @property
    def card(self) -> Json:
        """The card that takes the place of the clicked one; empty if none does."""
        return self.body["value"] if self.body["type"] == CARD else {}

    @property
    def note(self) -> str:
        """The sentence that a click is answered with; empty if there is none."""
        return str(self.body["value"]) if self.body["type"] == NOTE else ""

    @property
    def dialog(self) -> Json:
        """The card that a dialog shows; empty if it shows a sentence."""
        task = self.body["task"]
        return task["value"]["card"]["content"] if task["type"] == "continue" else {}


def _seen(part: object) -> Iterator[Json]:
    """Yield every element and action that can be seen."""
    match part:
        case dict():
            if "type" in part:
                yield part
            shown = (value for name, value in part.items() if name not in HIDDEN)
            yield from (one for value in shown for one in _seen(value))
        case list():
            yield from (one for each in part for one in _seen(each))
        case _:
            return


def _texts(part: object) -> Iterator[str]:
    for one in _seen(part):
        if one["type"] == "TextRun":
            yield one["text"]
        elif one["type"].startswith("Input."):
            yield from (one[name] for name in ("label", "value") if name in one)
