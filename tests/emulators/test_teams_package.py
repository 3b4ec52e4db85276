"""The app package of Teams, judged by the schemas that Microsoft publishes."""

import json
import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from jsonschema_rs import validator_for

from bots.manifest import teams

pytestmark = pytest.mark.emulators

PACKAGE = "@microsoft/app-manifest@1.1.2"
WORK = Path(__file__).parents[2] / ".tokenpool" / "app-manifest"
SCHEMAS = (
    WORK / "node_modules" / "@microsoft" / "app-manifest" / "build" / "json-schemas" / "teams"
)
APP_ID = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"


@pytest.fixture(scope="module", autouse=True)
def _schemas() -> None:
    """Bring the schemas, once."""
    if SCHEMAS.is_dir():
        return
    WORK.mkdir(parents=True, exist_ok=True)
    (WORK / "package.json").write_text('{"private": true}', encoding="utf-8")
    npm = shutil.which("npm")
    assert npm is not None, "npm is missing"
    command = (npm, "install", "--no-fund", "--no-audit", "--ignore-scripts", PACKAGE)
    subprocess.run(command, cwd=WORK, check=True, capture_output=True)


def faults(manifest: Any, version: str) -> list[str]:
    path = SCHEMAS / f"v{version}" / "MicrosoftTeams.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    checker = validator_for(schema, validate_formats=True)
    return [error.message for error in checker.iter_errors(manifest)]


def test_the_package_validates() -> None:
    with ZipFile(BytesIO(teams.package("https://tp.example.com:8443", APP_ID))) as archive:
        manifest = json.loads(archive.read("manifest.json"))

    assert faults(manifest, manifest["manifestVersion"]) == []
    assert faults(manifest | {"manifestVersion": "1.29"}, "1.29") == []


def test_within_the_limits_of_older_versions_too() -> None:
    """They know no channel features, and have shorter texts and lists."""
    manifest = teams.manifest("https://tp.example.com", APP_ID)
    del manifest["supportsChannelFeatures"]

    for version in ("1.19", "1.20", "1.21", "1.24"):
        assert faults(manifest | {"manifestVersion": version}, version) == []


def test_the_schemas_refuse_what_is_wrong() -> None:
    manifest = teams.manifest("https://tp.example.com", APP_ID)
    too_long = manifest | {"name": {"short": "T" * 31, "full": "TokenPool"}}

    assert faults(too_long, "1.25")
    assert faults(manifest | {"supportsChannelFeatures": "tier9"}, "1.25")
