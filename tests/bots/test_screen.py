"""Tables and bars: drawn on a terminal, plain in a pipe."""

import io
from contextlib import redirect_stdout

import pytest

from bots.cli import bars, screen
from core.views import PurseView

ROWS = [("Ada", "5,000"), ("Bob with a long name", "7")]


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_columns_with_numbers_to_the_right(
    capsys: pytest.CaptureFixture[str],
) -> None:
    screen.table(("name", ">credits"), ROWS)

    assert capsys.readouterr().out.splitlines() == [
        "name                  credits",
        "Ada                     5,000",
        "Bob with a long name        7",
    ]


def test_a_terminal_gets_a_drawn_table() -> None:
    with redirect_stdout(Terminal()) as terminal:
        screen.table(("name", ">credits"), ROWS)

    assert "─" in terminal.getvalue()
    assert "Bob with a long name" in terminal.getvalue()


def test_a_narrow_terminal_cuts_no_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    row = ("ada@example.com", "usr_0123456789abcdef")
    with redirect_stdout(Terminal()) as terminal:
        screen.table(("e-mail", "id"), [row])

    assert all(cell in terminal.getvalue() for cell in row)


@pytest.mark.parametrize(("left", "colour"), [(90, "32"), (20, "33"), (5, "31"), (0, "31")])
def test_a_bar_turns_from_green_to_red(left: int, colour: str) -> None:
    with redirect_stdout(Terminal()):
        assert f"\x1b[{colour}m" in bars.bar(left, 100)


@pytest.mark.parametrize(
    ("left", "whole", "full", "percent"),
    [(100, 100, 24, "100"), (1, 100, 1, "1"), (50, 100, 12, "50"), (0, 0, 0, "0")],
)
def test_a_bar_in_a_pipe_is_plain(left: int, whole: int, full: int, percent: str) -> None:
    assert bars.bar(left, whole) == f"[{'#' * full}{'.' * (24 - full)}] {percent:>3}%"


def test_what_running_calls_hold_is_told() -> None:
    text = bars.purse(PurseView(10_000_000, 1_000_000, 2_000_000, 7_000_000))

    assert text.endswith("7 of 10 left, 1 held by calls that run")
