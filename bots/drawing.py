"""Draws a chart as PNG: bars below one another, or columns side by side if there are many.

No pyplot and no state: a figure and its canvas live as long as one picture. Every text is plain
(no markup, no formulas) and cut to its room. Colours as in bots/web/static/frame.css.
"""

import io
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.patches import FancyBboxPatch

from cards.card import Bar, Chart

WIDTH, HEIGHT, SCALE = 800, 400, 2
SURFACE, TEXT, MUTED, RAIL, ACCENT = "#ffffff", "#171c26", "#565f6e", "#e3e7ee", "#2f5bea"
MOST_BARS = 12
"""More than these stand side by side."""
MOST_LABELS = 8
LEFT, RIGHT, HEAD, BOTTOM = 32, WIDTH - 32, 72, 32
MOST_STEP = 40.0
LABEL, CAPTION, GAP = 190, 160, 14
LARGE, SMALL = 17.0, 14.0
MOST_LETTERS = 60
UNKNOWN = "\u25af"


def png(chart: Chart) -> bytes:
    """Draw a chart with at least one bar; the same chart is the same bytes."""
    count = len(chart.bars)
    if count > MOST_BARS:
        page = Page(HEIGHT)
        _columns(page, chart.bars)
    else:
        page = Page(min(HEIGHT, round(HEAD + BOTTOM + MOST_STEP * count)))
        _rows(page, chart.bars)
    title = RIGHT - LEFT - (CAPTION if count > MOST_BARS else 0)
    page.write(LEFT, page.height - 40, chart.title, title, Ink(TEXT, LARGE, bold=True))
    return page.png()


@dataclass(frozen=True, slots=True)
class Ink:
    """How a text looks; `align` is left, center or right of where it stands."""

    colour: str = MUTED
    pixels: float = SMALL
    bold: bool = False
    align: str = "left"


class Page:
    """A white page, measured in pixels from its lower left corner."""

    def __init__(self, height: int) -> None:
        self.height, dots = height, 100
        self._figure = Figure((WIDTH / dots, height / dots), dots * SCALE, facecolor=SURFACE)
        self._canvas: Any = FigureCanvasAgg(self._figure)  # its methods have no types
        self._axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._axes.set_xlim(0, WIDTH)
        self._axes.set_ylim(0, height)

    def write(self, x: float, y: float, text: str, most: float, ink: Ink) -> None:
        """Write a text at the height of its middle, cut to a width."""
        font = FontProperties(fname=_font(bold=ink.bold), size=ink.pixels * 0.72)
        self._axes.text(
            x, y, self._cut(shown(text), most, font), color=ink.colour, fontproperties=font,
            horizontalalignment=ink.align, verticalalignment="center_baseline",
            parse_math=False, usetex=False,
        )  # fmt: skip

    def bar(self, x: float, y: float, size: tuple[float, float], colour: str) -> None:
        """Draw a bar with round corners from its lower left corner on."""
        width, height = size
        corner = min(4.0, width / 2, height / 2)
        style = f"round,pad=0,rounding_size={corner:.3f}"
        self._axes.add_patch(
            FancyBboxPatch((x, y), width, height, boxstyle=style, facecolor=colour, linewidth=0)
        )

    def png(self) -> bytes:
        kept = io.BytesIO()
        self._canvas.print_png(kept, metadata={"Software": None})
        return kept.getvalue()

    def _cut(self, text: str, most: float, font: FontProperties) -> str:
        """Return as much of a text as there is room for."""
        whole = text
        while text and self._wide(text if text == whole else f"{text}…", font) > most:
            text = text[:-1].rstrip()
        return text if text == whole else f"{text}…"

    def _wide(self, text: str, font: FontProperties) -> float:
        renderer = self._canvas.get_renderer()
        width, _, _ = renderer.get_text_width_height_descent(text, font, ismath=False)
        return float(width) / SCALE


def shown(text: str) -> str:
    """Return what can be written of a text: one line, no marks that steer, a box for the rest."""
    letters = " ".join(text.split())[: MOST_LETTERS + 1]
    kept = "".join(c for c in letters if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    cut = kept if len(letters) <= MOST_LETTERS else f"{kept[:MOST_LETTERS].rstrip()}…"
    return "".join(c if ord(c) in _letters() else UNKNOWN for c in cut)


def _rows(page: Page, bars: tuple[Bar, ...]) -> None:
    """Draw a line for each bar: its label, the bar on a rail, its caption."""
    most = max(1, *(bar.value for bar in bars))
    top = page.height - HEAD
    step = (top - BOTTOM) / len(bars)
    thick = min(16.0, step * 0.6)
    start, room = LEFT + LABEL + GAP, RIGHT - LEFT - LABEL - CAPTION - 2 * GAP
    for number, bar in enumerate(bars):
        middle = top - step * (number + 0.5)
        page.write(LEFT, middle, bar.label, LABEL, Ink(TEXT))
        page.bar(start, middle - thick / 2, (room, thick), RAIL)
        if bar.value > 0:
            page.bar(start, middle - thick / 2, (max(2, room * bar.value / most), thick), ACCENT)
        page.write(RIGHT, middle, bar.caption, CAPTION, Ink(align="right"))


def _columns(page: Page, bars: tuple[Bar, ...]) -> None:
    """Draw a column for each bar; a few are labelled, and the highest says how much it is."""
    most = max(1, *(bar.value for bar in bars))
    step = (RIGHT - LEFT) / len(bars)
    foot, room = BOTTOM + 26, page.height - HEAD - BOTTOM - 26
    every = -(-len(bars) // MOST_LABELS)
    page.bar(LEFT, foot - 1, (RIGHT - LEFT, 1), RAIL)
    for number, bar in enumerate(bars):
        left = LEFT + step * number
        if bar.value > 0:
            page.bar(
                left + step * 0.15, foot, (step * 0.7, max(2, room * bar.value / most)), ACCENT
            )
        if number % every == 0:
            page.write(left, BOTTOM, bar.label, step * every - 8, Ink())
    highest = max(bars, key=lambda bar: bar.value)
    page.write(RIGHT, page.height - 40, f"at most {highest.caption}", CAPTION, Ink(align="right"))


@cache
def _font(*, bold: bool) -> str:
    """Return the file of matplotlib's own font, which is the same everywhere."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return str(Path(mpl.get_data_path()) / "fonts" / "ttf" / name)


@cache
def _letters() -> frozenset[int]:
    return frozenset(FT2Font(_font(bold=False)).get_charmap())
