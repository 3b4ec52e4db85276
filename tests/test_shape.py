"""Small files, small functions, and names that say something."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("bots", "cards", "core", "gateway", "tests")
MOST_LINES_IN_A_FILE = 300
MOST_LINES_IN_A_FUNCTION = 40
SAYS_NOTHING = {"base", "common", "helpers", "manager", "misc", "utils"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources() -> list[str]:
    found = (
        path.relative_to(ROOT) for folder in FOLDERS for path in ROOT.glob(f"{folder}/**/*.py")
    )
    return sorted(path.as_posix() for path in found if "migrations" not in path.parts)


def too_long(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MOST_LINES_IN_A_FUNCTION:
                yield f"{node.name}, line {node.lineno}: {lines} lines"


@pytest.mark.parametrize("source", sources())
def test_a_file_and_its_functions_stay_small(source: str) -> None:
    text = (ROOT / source).read_text(encoding="utf-8")

    assert len(text.splitlines()) <= MOST_LINES_IN_A_FILE
    assert list(too_long(ast.parse(text))) == []


def test_the_measure_counts_the_body_and_not_the_decorators() -> None:
    statement = "    pass\n"
    fits = "@decorated\nasync def fits():\n" + statement * (MOST_LINES_IN_A_FUNCTION - 1)
    overflows = "def overflows():\n" + statement * MOST_LINES_IN_A_FUNCTION

    assert list(too_long(ast.parse(fits))) == []
    assert list(too_long(ast.parse(overflows))) == ["overflows, line 1: 41 lines"]


def test_no_module_or_package_has_an_empty_name() -> None:
    names = {name for source in sources() for name in Path(source).with_suffix("").parts}

    assert names & SAYS_NOTHING == set()


def test_the_tests_are_no_package_and_docker_holds_no_module() -> None:
    assert list((ROOT / "tests").glob("**/__init__.py")) == []
    assert list((ROOT / "docker").glob("**/*.py")) == []
