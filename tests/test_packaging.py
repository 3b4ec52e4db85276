"""Our four plain package names are safe only while nobody else brings them along."""

import re
import tomllib
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PACKAGES = ["bots", "cards", "core", "gateway"]


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def requirements(lock: str) -> list[str]:
    """Return the lock's entries, each with its hashes."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("name", [*PACKAGES, "tests"])
def test_no_other_distribution_brings_one_of_our_names(name: str) -> None:
    assert set(packages_distributions().get(name, [])) <= {"tokenpool"}


def test_there_is_one_console_script() -> None:
    scripts = [(entry.group, entry.name) for entry in distribution("tokenpool").entry_points]

    assert scripts == [("console_scripts", "tokenpool")]


def test_the_wheel_holds_the_four_packages() -> None:
    wheel = pyproject()["tool"]["hatch"]["build"]["targets"]["wheel"]

    assert wheel["packages"] == PACKAGES


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_and_hashes_everything(lock: str) -> None:
    entry = re.compile(r"[a-z0-9.-]+==\S+( ;[^\\]+?)?( +--hash=sha256:[0-9a-f]{64})+")

    assert [line for line in requirements(lock) if not entry.fullmatch(line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address_and_no_path(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")

    assert not re.search(r"://|--\w*index|--find-links|--trusted-host| /", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_litellm_is_exactly_the_version_that_was_vetted(lock: str) -> None:
    assert "litellm==1.106.2" in pyproject()["project"]["dependencies"]
    assert [line for line in requirements(lock) if line.startswith("litellm==1.106.2 ")]


def test_development_runs_on_the_versions_that_are_shipped() -> None:
    shipped, developed = (set(requirements(lock)) for lock in LOCKS)

    assert shipped <= developed


def test_the_build_backend_is_in_the_lock() -> None:
    assert [line for line in requirements(LOCKS[0]) if line.startswith("hatchling==")]


def test_changelog_and_installed_version_agree_with_pyproject() -> None:
    version = pyproject()["project"]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[(\d\S*)\]", changelog, re.MULTILINE)

    assert newest is not None
    assert newest.group(1) == version == distribution("tokenpool").version
