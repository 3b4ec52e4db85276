"""What is left, as a bar."""

import sys

import typer

from core.domain.credits import spoken
from core.views import PurseView, ShareView

WIDTH = 24
LITTLE_PERCENT = 10
SOME_PERCENT = 25


def purse(has: PurseView) -> str:
    """Return a purse as a bar of what is left and its figures."""
    left = f"{spoken(has.available_micro)} of {spoken(has.granted_micro)} left"
    running = f", {spoken(has.held_micro)} held by calls that run" if has.held_micro else ""
    return f"{bar(has.available_micro, has.granted_micro)} {left}{running}"


def share(has: ShareView) -> str:
    """Return a share of a pool as a bar, and why it is open or not."""
    left = f"{spoken(has.available_micro)} of {spoken(has.cap_micro)} left"
    return f"{bar(has.available_micro, has.cap_micro)} {left}; {has.because}"


def bar(left_micro: int, whole_micro: int) -> str:
    """Return how much is left of a whole: full blocks, green as long as there is enough."""
    percent = left_micro * 100 // whole_micro if whole_micro else 0
    full = -(-percent * WIDTH // 100)
    if not _draws():
        return f"[{'#' * full}{'.' * (WIDTH - full)}] {percent:>3}%"
    colour = "green" if percent > SOME_PERCENT else "yellow" if percent > LITTLE_PERCENT else "red"
    drawn = typer.style("█" * full, fg=colour) + typer.style("░" * (WIDTH - full), dim=True)
    return f"{drawn} {percent:>3}%"


def _draws() -> bool:
    """Return whether the terminal knows block characters."""
    return sys.stdout.isatty() and "utf" in (sys.stdout.encoding or "").lower()
