"""`tokenpool audit`."""

import typer

from bots.cli.opening import with_core
from bots.cli.options import Json
from bots.cli.screen import complain, print_json, table
from core.domain.credits import wire
from core.service.auditing import AuditReport
from core.service.auditing import audit as audit_ledger

app = typer.Typer(add_completion=False, rich_markup_mode="rich")

EXAMPLES = """
Exit code 0: everything agrees. 1: something does not, and the findings say what.

[bold]Examples[/bold]

tokenpool audit

tokenpool audit --json
"""
LAWS = (
    "every transfer's signature and its place in the chain of its balance",
    "every balance, hold and limit against the transfers that made it",
    "every call against its hold and its cost",
    "the credit of every period: issued = available + held + spent",
    "every daily seal",
)
TITLES = ("period", ">issued", ">moved", ">held", ">spent", ">available")


@app.command(epilog=EXAMPLES)
def audit(*, as_json: Json = False) -> None:
    """Recompute the ledger from its journal and compare."""
    report = with_core(audit_ledger)
    if as_json:
        print_json(report)
    else:
        _print(report)
    if not report.clean:
        raise typer.Exit(1)


def _print(report: AuditReport) -> None:
    typer.echo("Checked:")
    for law in LAWS:
        typer.echo(f"  {law}")
    typer.echo(
        f"{report.rows:,} balances, {report.transfers:,} transfers, {report.holds:,} holds,"
        f" {report.calls:,} calls, {report.limits:,} limits, {report.seals:,} seals"
    )
    if report.periods:
        table(TITLES, _sums(report))
    if report.clean:
        typer.secho("Everything agrees.", fg="green")
        return
    complain("\n".join(report.findings))
    complain(f"{report.count:,} findings. Keep a copy of the database before anything else.")


def _sums(report: AuditReport) -> list[tuple[str, ...]]:
    return [
        (
            one.period,
            wire(one.issued_micro),
            wire(one.moved_micro),
            wire(one.held_micro),
            wire(one.spent_micro),
            wire(one.available_micro),
        )
        for one in report.periods
    ]
