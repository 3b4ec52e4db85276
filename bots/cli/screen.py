"""What people and scripts read: coloured tables on a terminal, plain columns in a pipe, JSON."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import typer

MOST_COLUMNS = 1_000
NUMBER = ">"
"""Put before a column's title: its cells are numbers and stand to the right."""


def print_json(view: object) -> None:
    """Print views as REST shows them: credits as numbers, times in ISO 8601."""
    import msgspec  # noqa: PLC0415 - only where somebody asks for JSON

    from gateway.show import show  # noqa: PLC0415 - as above

    typer.echo(msgspec.json.format(show(view), indent=2))


def complain(sentences: str) -> None:
    """Print sentences to stderr, each on a line of its own."""
    for sentence in sentences.splitlines():
        typer.secho(sentence, err=True, fg="red")


def warn(sentence: str) -> None:
    typer.secho(sentence, err=True, fg="yellow")


def hint(sentence: str) -> None:
    """Print what to do next; on stderr, so that a pipe gets only the answer."""
    typer.secho(sentence, err=True, dim=True)


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under titles; cells are never cut in a pipe."""
    if sys.stdout.isatty():
        _drawn(titles, rows)
        return
    names = [title.removeprefix(NUMBER) for title in titles]
    lines = [names, *rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(names))]
    for line in lines:
        cells = (
            cell.rjust(width) if title.startswith(NUMBER) else cell.ljust(width)
            for cell, width, title in zip(line, widths, titles, strict=True)
        )
        typer.echo("  ".join(cells).rstrip())


def _drawn(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - only on a terminal
    from rich.console import Console  # noqa: PLC0415 - as above
    from rich.measure import Measurement  # noqa: PLC0415 - as above
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    drawn = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in titles:
        right = title.startswith(NUMBER)
        drawn.add_column(title.removeprefix(NUMBER), justify="right" if right else "left")
    for row in rows:
        drawn.add_row(*(Text.from_ansi(cell) for cell in row))
    # An id that was cut would be of no use: a long line wraps instead.
    ample = Console(width=MOST_COLUMNS)
    Console(width=Measurement.get(ample, ample.options, drawn).maximum).print(drawn)


@contextmanager
def progress(doing: str) -> Iterator[Callable[[int, int], None]]:
    """Show how many bytes are done of how many, if known; only on a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _all: None
        return
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, whole: bar.update(task, completed=done, total=whole or None)
