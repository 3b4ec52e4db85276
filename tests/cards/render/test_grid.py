"""Tables and bars out of characters: aligned, and never wider than the screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world.any_cards import few, tables

from cards.card import Column, Table
from cards.render import grid
from cards.render.rooms import Room
from cards.render.words import width

BOARD = Table(
    (
        Column("Place", numeric=True),
        Column("Name"),
        Column("Credits per 1,000 tokens", numeric=True),
    ),
    (("1", "Mia", "1.40"), ("12", "漢字", "12.05")),
)


def test_a_table_is_aligned_figures_to_the_right() -> None:
    assert grid.table(BOARD, 60, 10) == [
        "Place  Name  Credits per 1,000 tokens",
        "─" * 37,
        "    1  Mia                       1.40",
        "   12  漢字                     12.05",
    ]


def test_titles_are_broken_before_cells_are_cut() -> None:
    assert grid.table(BOARD, 20, 10) == [
        "             Credits",
        "                 per",
        "               1,000",
        "Place  Name   tokens",
        "─" * 20,
        "    1  Mia      1.40",
        "   12  漢字    12.05",
    ]


def test_the_widest_cells_give_way_when_titles_are_not_enough() -> None:
    table = Table((Column("Who"), Column("What")), (("Mia", "a very long story"),))

    assert grid.table(table, 16, 10)[2] == "Mia  a very…"


def test_titles_are_broken_no_more_than_they_must_be() -> None:
    assert grid.table(BOARD, 30, 10)[:3] == [
        "             Credits per 1,000",
        "Place  Name             tokens",
        "─" * 30,
    ]


def test_a_listing_has_the_titles_and_a_line_a_row() -> None:
    room = Room(nodes=1, text=30, short=20, rows=2, buttons=0)
    table = Table(BOARD.columns, (*BOARD.rows, ("", "", "")))

    assert grid.listing(table, room) == (
        "Place · Name · Credits per…",
        ["• 1 · Mia · 1.40", "and 2 more"],
    )
    assert grid.listing(Table(BOARD.columns, (("", "", ""),)), room)[1] == ["• \u2013"]


def test_rows_that_are_too_many_are_counted() -> None:
    table = Table((Column("n"),), tuple((str(n),) for n in range(9)))

    assert grid.table(table, 16, 4)[2:] == ["0", "1", "2", "and 6 more"]


@pytest.mark.parametrize(("columns", "fits"), [(20, True), (19, False), (60, True)])
def test_a_table_fits_if_nothing_of_it_has_to_be_cut(columns: int, fits: bool) -> None:  # noqa: FBT001 - a parameter
    assert grid.fits(BOARD, columns) is fits


@few
@given(tables(), st.integers(10, 80), st.integers(1, 30))
def test_no_line_of_any_table_is_too_wide(table: Table, columns: int, rows: int) -> None:
    lines = grid.table(table, columns, rows)

    assert all(width(line) <= columns for line in lines[:-1])
    assert all("\n" not in line for line in lines)
