"""The machine has teeth: every bug that is planted into a copy of the core is found by it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from torture.planted import BUGS, Bug

ROOT = Path(__file__).parents[2]
TESTS = ("-m", "pytest", "tests/core/test_machine.py", "-k", "sqlite", "-x", "-q", "--tb=line")
FAILED = 1
"""What pytest ends with if tests ran and failed; every other fault has another number."""

pytestmark = pytest.mark.torture


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what the machine needs; its own folder comes first on the path."""
    for folder in ("core", "tests"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def machine_in(copy: Path) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"HYPOTHESIS_PROFILE": "planted", "PYTHONPATH": str(copy)}
    return subprocess.run(
        [sys.executable, *TESTS, "-p", "no:cacheprovider"],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_the_machine_finds(bug: Bug, copy: Path) -> None:
    source = (copy / bug.file).read_text()
    assert source.count(bug.old) == 1, "the planted bug no longer fits the source"
    (copy / bug.file).write_text(source.replace(bug.old, bug.new))

    ended = machine_in(copy)

    assert ended.returncode == FAILED, ended.stdout[-2_000:]
    assert "test_the_ledger_equals_plain_dicts" in ended.stdout


def test_the_copy_without_a_bug_passes(copy: Path) -> None:
    ended = machine_in(copy)

    assert ended.returncode == 0, ended.stdout[-2_000:]
