"""The smallest thing that a database can be asked."""

from core.store.statements import Program, Read


def pulse() -> Program[None]:
    yield Read("SELECT 1")
