"""Charts as pictures: what is on them, whatever stands in the card, and that nobody waits."""

import asyncio
import io
import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from PIL import Image
from world.any_cards import anything
from world.cards_shown import CARDS

from bots.drawing import ACCENT, HEIGHT, SCALE, UNKNOWN, WIDTH, png, shown
from bots.pictures import chart_of, picture_of
from cards.card import Bar, Card, Chart
from cards.leaderboard import board_chart

ROOT = Path(__file__).parents[2]
HOSTILE = (
    r"$\frac{1}{0}$", r"$\input{/etc/passwd}$", "$", "<b>&amp;", "W" * 400, "", "\n\t\0",
    "\u202eabc", "名前 \U0001f600", "Z" + "\u0301" * 50, "\ud800", "_a_ *b* `c`",
)  # fmt: skip


BLUE = tuple(bytes.fromhex(ACCENT[1:]))
Pixels = tuple[int, ...]


def lines_of(picture: bytes) -> list[list[Pixels]]:
    """Return a PNG's lines of red, green and blue."""
    opened = Image.open(io.BytesIO(picture), formats=["PNG"]).convert("RGB")
    width, flat = opened.width, opened.tobytes()
    every = list(zip(flat[::3], flat[1::3], flat[2::3], strict=True))
    return [list(every[at : at + width]) for at in range(0, len(every), width)]


def bars_of(picture: bytes) -> list[int]:
    """Return how long the bars on a picture are, in its pixels, from the top down."""
    found, inside = list[int](), False
    for line in lines_of(picture):
        count = line.count(BLUE)
        if count and not inside:
            found.append(count)
        elif count:
            found[-1] = max(found[-1], count)
        inside = count > 0
    return found


def test_bars_are_as_long_as_what_they_count() -> None:
    chart = Chart("Credits", (Bar("a", 100, "100"), Bar("b", 50, "50"), Bar("c", 0, "0")))

    longest, half = bars_of(png(chart))

    assert longest > 600
    assert abs(longest - 2 * half) < 12


def test_a_month_of_columns_is_a_page_of_its_full_size() -> None:
    chart = Chart("Credits by day", tuple(Bar(f"{n} Nov", n, str(n)) for n in range(1, 31)))
    lines = lines_of(png(chart))

    assert (len(lines[0]), len(lines)) == (WIDTH * SCALE, HEIGHT * SCALE)
    assert len({line.count(BLUE) for line in lines}) >= 30


def test_the_same_chart_is_the_same_picture_and_another_is_another() -> None:
    chart, other = (Chart("A", (Bar(name, 3, "3"),)) for name in "ab")

    assert png(chart) == png(chart) != png(other)


def test_hostile_texts_are_drawn_as_they_stand() -> None:
    bars = tuple(Bar(text, number, text) for number, text in enumerate(HOSTILE))
    lines = lines_of(png(Chart(HOSTILE[0], bars)))
    columns = list(zip(*lines, strict=True))

    edges = [lines[0], lines[-1], columns[0], columns[-1]]
    assert {pixel for edge in edges for pixel in edge} == {(255, 255, 255)}
    assert sum(pixel != (255, 255, 255) for line in lines for pixel in line) > 10_000


@settings(max_examples=200, deadline=None)
@given(anything)
def test_any_text_becomes_one_short_line_of_letters_that_the_font_has(text: str) -> None:
    assert shown(text).isprintable()
    assert len(shown(text)) <= 61


def test_what_the_font_lacks_is_a_box_and_what_steers_is_left_out() -> None:
    assert shown("名 a\u202eb\n c") == f"{UNKNOWN} ab c"


def test_only_charts_and_leaderboards_have_something_to_draw() -> None:
    drawn = {name for name, card in CARDS.items() if chart_of(card) is not None}

    assert drawn == {
        "usage", "usage-many", "leaderboard", "leaderboard-hidden", "leaderboard-weekly",
    }  # fmt: skip
    assert chart_of(CARDS["leaderboard"]) == board_chart(CARDS["leaderboard"])


async def test_a_card_without_a_chart_has_no_picture() -> None:
    assert await picture_of(Card("A card")) is None


async def test_many_ask_at_once_and_each_gets_its_own() -> None:
    charts = [Chart("A", (Bar(str(n), n, str(n)),)) for n in range(1, 6)]

    drawn = await asyncio.gather(*(picture_of(Card("A", (one,))) for one in charts))

    assert drawn == [png(one) for one in charts]


MOST_STALL = 0.25
FIRST = """
import asyncio, sys, time
from bots.pictures import picture_of
from cards.card import Bar, Card, Chart
assert "matplotlib" not in sys.modules
chart = Chart("A", tuple(Bar(str(n), n, str(n)) for n in range(40)))
card = Card("A", (chart,))

async def main():
    task, worst = asyncio.create_task(picture_of(card)), 0.0
    while not task.done():
        began = time.process_time()
        await asyncio.sleep(0.005)
        worst = max(worst, time.process_time() - began)
    assert (await task)[:4] == b"\\x89PNG"
    print(worst)

asyncio.run(main())
"""


def test_the_first_picture_stops_nobody_while_the_library_is_imported() -> None:
    """In seconds of the process's own work: the machine may be slow, the loop may not (F-11)."""
    worker = subprocess.run(
        (sys.executable, "-c", FIRST), check=True, capture_output=True, cwd=ROOT
    )

    assert float(worker.stdout) < MOST_STALL
