"""tokenpool.toml: what may stand in it, and messages that say what to change."""

from decimal import Decimal
from pathlib import Path

import pytest

from core.settings import SettingsError
from gateway.model_file import ModelSpec, read

PLAIN = '[[models]]\nname = "fast"\nupstream = "openai/gpt-4o-mini"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tokenpool.toml"


def refused(file: Path, text: str) -> str:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read(file)
    message = str(caught.value)
    assert message.startswith(f"{file}: ")
    return message.removeprefix(f"{file}: ")


def test_a_full_table_is_read_as_written(file: Path) -> None:
    file.write_text(
        PLAIN
        + 'api_base = "http://127.0.0.1:8001/v1/"\napi_key_env = "MY_KEY"\n'
        + 'fallbacks = ["demo"]\nprice = { input = 0.1, output = 2, cache_read = 0.05 }\n'
        + "max_output_tokens = 100\nmax_input_tokens = 1_000\nimage_tokens = 0\n",
        encoding="utf-8",
    )

    assert read(file) == (
        ModelSpec(
            name="fast",
            upstream="openai/gpt-4o-mini",
            api_base="http://127.0.0.1:8001/v1",
            api_key_env="MY_KEY",
            fallbacks=("demo",),
            price={"input": Decimal("0.1"), "output": Decimal(2), "cache_read": Decimal("0.05")},
            max_output_tokens=100,
            max_input_tokens=1_000,
            image_tokens=0,
        ),
    )


def test_a_file_without_models_offers_only_the_demo(file: Path) -> None:
    file.write_text("# nothing yet\n", encoding="utf-8")

    assert read(file) == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('upstrem = "x"', 'model "fast": unknown key upstrem; allowed: name, upstream, api_base'),
        ('api_base = "ftp://host"', "api_base must be an http or https address"),
        ('api_base = "http://user:secret@host"', "api_base must be"),
        ('api_base = "http://host?key=1"', "api_base must be"),
        ('api_base = "http://host:99999"', "api_base must be"),
        ('api_base = "http://host:0"', "api_base must be"),
        ('api_base = "http://"', "api_base must be"),
        ("api_base = 7", "api_base must be"),
        ('api_key_env = "sk-proj-secret"', "api_key_env must be the name of an environment"),
        ('fallbacks = "demo"', "fallbacks must be a list"),
        ('fallbacks = ["demo", "demo"]', "fallbacks must be a list of at most 10 different"),
        ("fallbacks = [1]", "fallbacks must be a list"),
        ('fallbacks = ["slow"]', 'fallbacks name "slow", which is no model of this file'),
        ('fallbacks = ["fast"]', "fallbacks lead back to the model itself"),
        ("price = { input = 1 }", "price must be { input = 0.15, output = 0.6 } in US$"),
        ("price = 1", "price must be"),
        ("price = { input = 1, output = 0 }", "each above 0"),
        ("price = { input = 1, output = -1 }", "price must be"),
        ("price = { input = nan, output = 1 }", "price must be"),
        ("price = { input = inf, output = 1 }", "price must be"),
        ("price = { input = 1, output = 1000001 }", "at most 1000000"),
        ("price = { input = true, output = 1 }", "price must be"),
        ('price = { input = "1", output = 1 }', "price must be"),
        ("price = { input = 1, output = 1, request = 1 }", "price must be"),
        ("max_output_tokens = 0", "max_output_tokens must be a whole number from 1"),
        ("max_output_tokens = true", "max_output_tokens must be"),
        ("max_input_tokens = 1.5", "max_input_tokens must be"),
        ("image_tokens = -1", "image_tokens must be the most tokens of one image"),
        ("image_tokens = false", "image_tokens must be"),
    ],
)
def test_a_wrong_line_names_the_model_and_what_is_allowed(
    file: Path, line: str, said: str
) -> None:
    message = refused(file, PLAIN + line + "\n")

    assert message.startswith('model "fast"')
    assert said in message
    assert "secret" not in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[models", "at end of document"),
        ("port = 1", "unknown key port; allowed: [[models]]"),
        ("models = 1", "must be written as [[models]]"),
        ("models = [1]", "must be written as [[models]]"),
        ('[[models]]\nname = "a"', 'model "a": upstream is missing'),
        ('[[models]]\nupstream = "openai/a"', "model no. 1: name is missing"),
        ('[[models]]\nname = "a..b"\nupstream = "openai/a"', "model no. 1: name must be"),
        ('[[models]]\nname = "demo"\nupstream = "openai/a"', 'model "demo": name must be'),
        ('[[models]]\nname = 1\nupstream = "openai/a"', "model no. 1: name must be"),
        ('[[models]]\nname = "a"\nupstream = "gpt"', "upstream must be text such as"),
        ('[[models]]\nname = "a"\nupstream = "openai/"', "upstream must be"),
        ('[[models]]\nname = "a"\nupstream = "http://evil/x"', "upstream must be"),
        ('[[models]]\nname = "a"\nupstream = 1', "upstream must be"),
        (PLAIN + PLAIN, "model fast is there twice"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(file: Path, text: str, said: str) -> None:
    assert said in refused(file, text)


def test_a_circle_of_fallbacks_is_found_however_long(file: Path) -> None:
    circle = "".join(
        f'[[models]]\nname = "{name}"\nupstream = "openai/x"\nfallbacks = ["{following}"]\n'
        for name, following in ("ab", "bc", "cd", "db")
    )

    assert 'model "b": fallbacks lead back to the model itself' in refused(file, circle)


def test_a_file_that_is_no_text_is_refused(file: Path) -> None:
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="utf-8"):
        read(file)


def test_a_file_that_cannot_be_opened_is_refused(file: Path) -> None:
    file.mkdir()
    with pytest.raises(SettingsError):
        read(file)
