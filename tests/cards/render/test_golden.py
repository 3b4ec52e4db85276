"""No card changes on any platform unless somebody has looked at the change."""

import pytest
from world import golden

RENDERED = golden.rendered()


@pytest.mark.parametrize("name", RENDERED)
def test_a_family_is_rendered_as_it_was(name: str) -> None:
    assert golden.kept().get(name) == RENDERED[name], "if it is meant: tests/world/golden.py"


def test_no_file_is_left_of_a_family_that_is_gone() -> None:
    assert set(golden.kept()) == set(RENDERED)
