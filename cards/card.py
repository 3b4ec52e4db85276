"""What chat shows, without a platform: frozen values that renderers turn into what each one takes.

Every text here is plain text: a renderer escapes all of it, so that no name, reason or model can
become markup, a link or a mention. What a platform takes less of is shortened by its renderer.
"""

from enum import StrEnum

from msgspec import Struct

from cards.actions import Verb, encode


class Tone(StrEnum):
    """How a text is meant; platforms without colour leave it plain."""

    PLAIN = "plain"
    STRONG = "strong"
    MUTED = "muted"
    QUOTE = "quote"
    """Words of a person, such as a reason."""
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Level(StrEnum):
    """How full a meter's purse still is."""

    GOOD = "good"
    LOW = "low"
    OUT = "out"


class Style(StrEnum):
    DEFAULT = "default"
    PRIMARY = "primary"
    DANGER = "danger"


class Kind(StrEnum):
    """What a field of a form takes."""

    LINE = "line"
    TEXT = "text"
    """Several lines."""
    AMOUNT = "amount"
    """Credits as people write them: `500`, `5k`, `1.5`."""
    DATE = "date"


class Text(Struct, frozen=True, tag="text"):
    text: str
    tone: Tone = Tone.PLAIN


class Fact(Struct, frozen=True):
    label: str
    value: str


class Facts(Struct, frozen=True, tag="facts"):
    """Names with values, one a line."""

    items: tuple[Fact, ...]


class Meter(Struct, frozen=True, tag="meter"):
    """A bar: how much of something is left, in whole per cent, 0 to 100."""

    label: str
    percent: int
    caption: str
    level: Level = Level.GOOD


class Column(Struct, frozen=True):
    title: str
    numeric: bool = False


class Table(Struct, frozen=True, tag="table"):
    """Rows of texts, each as long as `columns`."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


class Bar(Struct, frozen=True):
    """One bar of a chart; `value` sets its length, `caption` is what people read."""

    label: str
    value: int
    caption: str


class Chart(Struct, frozen=True, tag="chart"):
    """Bars to compare; the longest fills the width. `title` says what they count."""

    title: str
    bars: tuple[Bar, ...]


class Code(Struct, frozen=True, tag="code"):
    """Something to copy, letter by letter."""

    label: str
    text: str
    secret: bool = False
    """Shown once: whatever keeps or forwards cards must leave this card out."""


class Link(Struct, frozen=True, tag="link"):
    """An address of this TokenPool; never one that somebody gave us."""

    label: str
    url: str


class Divider(Struct, frozen=True, tag="divider"):
    """A line between parts."""


class Button(Struct, frozen=True):
    """What can be done now. Whether the clicker may do it is computed when they click."""

    label: str
    verb: Verb
    literal: str = ""
    ref: str = ""
    rev: int = 0
    style: Style = Style.DEFAULT
    confirm: str = ""
    """A question to ask before, where something is taken away."""

    @property
    def token(self) -> str:
        """What the button carries: at most 64 bytes, nothing of it trusted."""
        return encode(self.verb, self.literal, self.ref, self.rev)


class Actions(Struct, frozen=True, tag="actions"):
    buttons: tuple[Button, ...]


class Field(Struct, frozen=True):
    """One input of a form; `name` is its key among the values that come back."""

    name: str
    label: str
    kind: Kind = Kind.LINE
    value: str = ""
    hint: str = ""
    required: bool = True
    most: int = 100
    """Characters."""


class Form(Struct, frozen=True, tag="form"):
    """Inputs and the button that sends them; one a card."""

    fields: tuple[Field, ...]
    submit: Button


Node = Text | Facts | Meter | Table | Chart | Code | Link | Divider | Actions | Form


class Card(Struct, frozen=True):
    """One message. `summary` is what a notification or a screen reader says of it."""

    title: str
    body: tuple[Node, ...] = ()
    summary: str = ""
    ref: str = ""
    """The row this card shows, if it follows one; `rev` is the row's revision."""
    rev: int = 0

    @property
    def secret(self) -> bool:
        """Whether something in it is shown only once."""
        return any(isinstance(node, Code) and node.secret for node in self.body)

    @property
    def said(self) -> str:
        """The card in one line."""
        return self.summary or self.title
