"""The tests have teeth: every bug that is planted into a copy is found by those that must."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from torture.planted import BUGS, Bug
from torture.planted_attempts import ATTEMPT_BUGS
from torture.planted_gateway import GATEWAY_BUGS, Planted

ROOT = Path(__file__).parents[2]
FOLDERS = ("bots", "cards", "core", "gateway", "tests")
CALL_BUGS = [*GATEWAY_BUGS, *ATTEMPT_BUGS]
MACHINE = "tests/core/test_machine.py"
HOW = ("-k", "not postgres", "-x", "-q", "--tb=line", "-p", "no:cacheprovider")
FAILED = 1
"""What pytest ends with if tests ran and failed; every other fault has another number."""

pytestmark = pytest.mark.torture


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the sources; its own folder comes first on the path, also in servers it starts."""
    for folder in FOLDERS:
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(bug: Bug, copy: Path) -> None:
    source = (copy / bug.file).read_text()
    assert source.count(bug.old) == 1, "the planted bug no longer fits the source"
    (copy / bug.file).write_text(source.replace(bug.old, bug.new))


def run_in(copy: Path, tests: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"HYPOTHESIS_PROFILE": "planted", "PYTHONPATH": str(copy)}
    return subprocess.run(
        [sys.executable, "-m", "pytest", tests, *HOW],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_the_machine_finds(bug: Bug, copy: Path) -> None:
    plant(bug, copy)

    ended = run_in(copy, MACHINE)

    assert ended.returncode == FAILED, ended.stdout[-2_000:]
    assert "test_the_ledger_equals_plain_dicts" in ended.stdout


@pytest.mark.parametrize("bug", CALL_BUGS, ids=lambda bug: bug.name)
def test_the_tests_find(bug: Planted, copy: Path) -> None:
    plant(bug, copy)

    ended = run_in(copy, bug.tests)

    assert ended.returncode == FAILED, ended.stdout[-2_000:]


@pytest.mark.parametrize("tests", [MACHINE, *sorted({bug.tests for bug in CALL_BUGS})])
def test_a_copy_without_a_bug_passes(tests: str, copy: Path) -> None:
    ended = run_in(copy, tests)

    assert ended.returncode == 0, ended.stdout[-2_000:]
