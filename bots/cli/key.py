"""`tokenpool key`."""

from typing import Annotated

import typer

from bots.cli import finding
from bots.cli.opening import with_core
from bots.cli.options import Json, Who, credits_micro, span_ms
from bots.cli.screen import hint, print_json, table
from core.domain import keys as written
from core.domain.allowance import Allowance
from core.domain.credits import spoken
from core.domain.members import Priority, Privacy
from core.domain.spans import moment
from core.service import keys
from core.service.keys import AllowanceChange, KeyTerms
from core.service.membership import OPERATOR
from core.service.start import Core
from core.views import KeyView, NewKeyView

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Make, list, limit, rotate and revoke API keys.",
)

NEW = """
[bold]Examples[/bold]

tokenpool key new ada@example.com laptop

tokenpool key new ada@example.com ci --team research --cap 200 --expires 30d

tokenpool key new ada@example.com pager --critical --strict

tokenpool key new ada@example.com agent --model gpt-5-mini --rpm 60 --concurrency 4
"""
LIMIT = """
[bold]Examples[/bold]

tokenpool key limit tp_Ab3dEf6hIj9k --rpm 60 --tpm 90000

tokenpool key limit tp_Ab3dEf6hIj9k --concurrency 0 (as many at once as it likes)

tokenpool key limit tp_Ab3dEf6hIj9k --model gpt-5 --model gpt-5-mini
"""
ROTATE = """
[bold]Examples[/bold]

tokenpool key rotate tp_Ab3dEf6hIj9k

tokenpool key rotate tp_Ab3dEf6hIj9k --overlap 0 (the old key ends now)
"""

Models = Annotated[
    list[str] | None,
    typer.Option("--model", metavar="NAME", help="The only one; may be repeated."),
]
Rpm = Annotated[int | None, typer.Option(metavar="NUMBER", help="Requests a minute.")]
Tpm = Annotated[int | None, typer.Option(metavar="NUMBER", help="Tokens a minute.")]
AtOnce = Annotated[int | None, typer.Option(metavar="NUMBER", help="Calls at the same time.")]
Key = Annotated[
    str, typer.Argument(metavar="KEY", help="A key's beginning, as `key list` shows it.")
]


@app.command(epilog=NEW)
def new(  # noqa: PLR0913 - one parameter an option
    who: Who,
    label: Annotated[str, typer.Argument(metavar="LABEL", help="What it is for.")],
    *,
    team: Annotated[str, typer.Option(help="The team its calls belong to.")] = "",
    cap: Annotated[
        int | None,
        typer.Option(metavar="CREDITS", parser=credits_micro, help="The most per period."),
    ] = None,
    expires: Annotated[
        int | None, typer.Option(metavar="SPAN", parser=span_ms, help="Ends after, such as 30d.")
    ] = None,
    critical: Annotated[
        bool, typer.Option("--critical", help="Its calls may draw on the team's pool.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="No word of its calls is ever kept.")
    ] = False,
    model: Models = None,
    rpm: Rpm = None,
    tpm: Tpm = None,
    concurrency: AtOnce = None,
    as_json: Json = False,
) -> None:
    """Make an API key for somebody; prints it, once."""

    async def work(core: Core) -> NewKeyView:
        terms = KeyTerms(
            label,
            (await finding.team(core, team)).id if team else None,
            Priority.CRITICAL if critical else Priority.STANDARD,
            Privacy.STRICT if strict else Privacy.STANDARD,
            cap,
            None if expires is None else core.clock.now_ms() + expires,
            Allowance(tuple(model or ()), rpm, tpm, concurrency),
        )
        return await keys.new_key(core, OPERATOR, await finding.member_id(core, who), terms)

    _show(with_core(work), f"A key for {who}.", as_json=as_json)


@app.command("list", epilog="Example: tokenpool key list ada@example.com")
def list_(who: Who, *, as_json: Json = False) -> None:
    """List somebody's keys; the secrets are kept nowhere."""

    async def work(core: Core) -> tuple[KeyView, ...]:
        return await keys.list_keys(core, OPERATOR, await finding.member_id(core, who))

    found = with_core(work)
    if as_json:
        print_json(found)
        return
    titles = ("key", "label", "state", "ends", "last used", ">cap", "for")
    table(titles, [_line(key) for key in found])


@app.command(epilog=LIMIT)
def limit(  # noqa: PLR0913 - one parameter an option
    key: Key,
    *,
    model: Models = None,
    all_models: Annotated[bool, typer.Option("--all-models", help="Any model again.")] = False,
    rpm: Rpm = None,
    tpm: Tpm = None,
    concurrency: AtOnce = None,
    as_json: Json = False,
) -> None:
    """Change what a key may do at most; 0 takes a limit off."""
    models = () if all_models else tuple(model) if model else None
    change = AllowanceChange(models, rpm, tpm, concurrency)
    changed = with_core(lambda core: keys.change_key(core, OPERATOR, _id(key), change))
    if as_json:
        print_json(changed)
    else:
        typer.echo(f"{changed.prefix} ({changed.label}) may do at most: {_most(changed)}.")


@app.command(epilog=ROTATE)
def rotate(
    key: Key,
    *,
    overlap: Annotated[
        int,
        typer.Option(metavar="SPAN", parser=span_ms, help="How long the old key still works."),
    ] = keys.OVERLAP_MS,
    as_json: Json = False,
) -> None:
    """Make a successor for a key; the old one works on for a day."""

    async def work(core: Core) -> NewKeyView:
        return await keys.rotate_key(core, OPERATOR, _id(key), overlap)

    ends = f"goes on for {overlap / 3_600_000:g} hours" if overlap else "has ended"
    _show(with_core(work), f"The old key {ends}.", as_json=as_json)


@app.command(epilog="Example: tokenpool key revoke tp_Ab3dEf6hIj9k")
def revoke(key: Key, *, as_json: Json = False) -> None:
    """Revoke a key for good; it counts for the very next call, on every server."""
    revoked = with_core(lambda core: keys.revoke_key(core, OPERATOR, _id(key)))
    if as_json:
        print_json(revoked)
    else:
        typer.echo(f"{revoked.prefix} ({revoked.label}) is revoked.")


def show_new_key(api_key: str, about: str) -> None:
    """Print a fresh key, and how to use it."""
    typer.echo(f"{about} The API key, shown this once:\n")
    typer.secho(f"  {api_key}\n", bold=True)
    hint("For most tools: OPENAI_API_KEY is this key, OPENAI_BASE_URL this server's URL with /v1.")


def _show(made: NewKeyView, about: str, *, as_json: bool) -> None:
    if as_json:
        print_json(made)
    else:
        show_new_key(made.api_key, about)


def _id(key: str) -> str:
    """Return a key's public id from `tp_<id>`, the id alone, or the whole key."""
    whole = written.parse(key)
    return whole.id if whole else key.removeprefix("tp_")


def _line(key: KeyView) -> tuple[str, ...]:
    terms = (key.priority, key.privacy)
    return (
        key.prefix,
        key.label,
        key.state,
        "" if key.expires_ms is None else moment(key.expires_ms),
        "never" if key.last_used_ms is None else moment(key.last_used_ms),
        "" if key.cap_micro is None else spoken(key.cap_micro),
        ", ".join(word for word in (*terms, *_limits(key)) if word != "standard"),
    )


def _limits(key: KeyView) -> tuple[str, ...]:
    """Return what a key may do at most, as few words as can be."""
    numbers = (("rpm", key.rpm), ("tpm", key.tpm), ("at once", key.concurrency))
    told = tuple(f"{number:,} {name}" for name, number in numbers if number is not None)
    return (*key.models, *told)


def _most(key: KeyView) -> str:
    return ", ".join(_limits(key)) or "anything"
