"""`.env.example` is what the settings say."""

import re
from pathlib import Path

import pytest
from world.console import Console

from bots.cli.env_example import env_example
from core.settings import ENV_FILE, Settings, load, variable
from gateway.providers import PROVIDERS

KEPT = Path(__file__).parents[2] / ".env.example"


def test_the_kept_file_is_what_the_command_prints(tmp_path: Path) -> None:
    printed = Console(tmp_path).run("settings", "--env-example").out

    assert KEPT.read_text() == printed == env_example(), (
        "tokenpool settings --env-example > .env.example"
    )


def test_it_has_every_setting_with_its_default_and_what_is_allowed() -> None:
    blocks = {
        found[2]: found[1]
        for found in re.finditer(
            r"((?:^# .*\n)+?)^# (TOKENPOOL_\w+)=", env_example(), re.MULTILINE
        )
    }

    assert set(blocks) == {variable(name) for name in Settings.model_fields}
    assert all("# Allowed: " in block for block in blocks.values())


def test_it_has_a_line_for_every_provider_with_a_key() -> None:
    names = {name for provider in PROVIDERS.values() for name in provider.key_names[:1]}

    assert names <= set(re.findall(r"^# (\w+)=$", env_example(), re.MULTILINE))


def test_with_every_line_switched_on_it_means_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)
    plain = load().model_dump()
    on = re.sub(r"^# (TOKENPOOL_\w+=)", r"\1", env_example(), flags=re.MULTILINE)
    (tmp_path / ENV_FILE).write_text(on)

    assert load().model_dump() == plain
