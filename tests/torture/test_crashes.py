"""A crash at every single statement of everything that books, on both databases."""

import pytest
from world.crashing import Ground, Operation
from world.operations import OPERATIONS

from core.settings import Settings

pytestmark = pytest.mark.torture


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_whoever_dies_at_any_statement_leaves_all_or_nothing(
    operation: Operation, settings: Settings
) -> None:
    deaths = operation.die_everywhere(Ground(settings))

    assert deaths >= 4, "BEGIN, a read, a write, COMMIT"
