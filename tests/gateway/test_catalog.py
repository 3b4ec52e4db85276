"""The catalog: which models there are, what a name means, and what a call can cost."""

from pathlib import Path

import pytest

from core import settings as core_settings
from core.domain.errors import Code, Refusal
from core.domain.members import Priority, Privacy
from core.settings import Settings, SettingsError
from gateway.catalog import Catalog, Resolved, load

FILE = """
[[models]]
name = "fast"
upstream = "openai/gpt-4o-mini"
fallbacks = ["groq-fast", "demo"]

[[models]]
name = "groq-fast"
upstream = "groq/openai/gpt-oss-120b"
fallbacks = ["own"]

[[models]]
name = "own"
upstream = "hosted_vllm/llama-3.3"
api_base = "http://127.0.0.1:8001/v1"
api_key_env = "VLLM_KEY"
price = { input = 0.1, output = 0.3, cache_read = 0.01, reasoning = 0.2 }
max_output_tokens = 4_000
image_tokens = 2_000

[[models]]
name = "claude"
upstream = "anthropic/claude-sonnet-4-5"

[[models]]
name = "mystery"
upstream = "openai/no-such-model"

[[models]]
name = "x@strict"
upstream = "openai/gpt-5"
"""


def settings(tmp_path: Path, text: str | None = None) -> Settings:
    if text is None:
        return core_settings.load()
    file = tmp_path / "tokenpool.toml"
    file.write_text(text, encoding="utf-8")
    return core_settings.load(config=file)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return load(settings(tmp_path, FILE), {})


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a developer's own tokenpool.toml out of the tests."""
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)


def refusal(catalog: Catalog, name: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        catalog.resolve(name)
    assert caught.value.param == "model"
    return caught.value


def test_without_a_file_and_keys_there_is_the_demo_alone(tmp_path: Path) -> None:
    catalog = load(settings(tmp_path), {"OPENAI_API_KEY": ""})

    assert list(catalog.models) == ["demo"]
    assert catalog.models["demo"].price.base.input_pico == 150_000_000
    assert catalog.models["demo"].direct


def test_the_demo_has_a_price_even_without_the_price_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_file = load(settings(tmp_path), {}).models["demo"]
    monkeypatch.setattr("gateway.prices.find_spec", lambda _: None)

    assert load(settings(tmp_path), {}).models["demo"] == with_file


def test_without_a_file_each_key_brings_its_provider_s_chat_models(tmp_path: Path) -> None:
    openai = load(settings(tmp_path), {"OPENAI_API_KEY": "x"})
    both = load(settings(tmp_path), {"OPENAI_API_KEY": "x", "GROQ_API_KEY": "x"})

    assert {"gpt-4o-mini", "gpt-5", "demo"} <= openai.models.keys()
    assert not any("/" in name or name.startswith("ft:") for name in openai.models)
    assert "groq/openai/gpt-oss-120b" in both.models
    assert both.models.keys() > openai.models.keys()


def test_a_second_name_of_a_key_is_found(tmp_path: Path) -> None:
    catalog = load(settings(tmp_path), {"TOGETHERAI_API_KEY": "x"})
    keys = {model.api_key_env for name, model in catalog.models.items() if name != "demo"}

    assert keys == {"TOGETHERAI_API_KEY"}


@pytest.mark.parametrize(
    ("name", "field", "encoding"),
    [
        ("gpt-4o-mini", "max_tokens", "o200k_base"),
        ("gpt-4-turbo", "max_tokens", "cl100k_base"),
        ("gpt-5", "max_completion_tokens", "o200k_base"),
        ("o3-mini", "max_completion_tokens", "o200k_base"),
    ],
)
def test_openai_s_models_are_sent_the_limit_they_take(
    tmp_path: Path, name: str, field: str, encoding: str
) -> None:
    model = load(settings(tmp_path), {"OPENAI_API_KEY": "x"}).models[name]

    assert (model.output_field, model.encoding) == (field, encoding)
    assert (model.api_base, model.api_key_env) == ("https://api.openai.com/v1", "OPENAI_API_KEY")


def test_openai_base_url_moves_openai_and_ends_exact_counting(tmp_path: Path) -> None:
    moved = {"OPENAI_API_KEY": "x", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1/"}
    model = load(settings(tmp_path), moved).models["gpt-4o"]

    assert (model.api_base, model.encoding) == ("http://127.0.0.1:9/v1", None)
    with pytest.raises(SettingsError, match="OPENAI_BASE_URL must be an http or https"):
        load(settings(tmp_path), moved | {"OPENAI_BASE_URL": "file:///etc/passwd"})


def test_a_region_of_openai_is_priced_higher(tmp_path: Path) -> None:
    keys = {"OPENAI_API_KEY": "x"}
    plain = load(settings(tmp_path), keys).models["gpt-5.5"].price.base
    europe = keys | {"OPENAI_BASE_URL": "https://eu.api.openai.com/v1"}

    assert load(settings(tmp_path), europe).models["gpt-5.5"].price.base.input_pico * 10 == (
        plain.input_pico * 11
    )


def test_a_model_s_own_price_and_limits_win(catalog: Catalog) -> None:
    own = catalog.models["own"]

    assert own.price.base.input_pico == 100_000_000
    assert own.price.base.cache_read_pico == 10_000_000
    assert own.price.base.cache_write_pico == 100_000_000
    assert own.price.base.reasoning_pico == 200_000_000
    assert {one.id: one.pricing for one in catalog.listed()}["own"]["reasoning"] == "200"
    assert (own.max_output_tokens, own.price.per_image_tokens) == (4_000, 2_000)
    assert (own.upstream_model, own.api_key_env) == ("llama-3.3", "VLLM_KEY")


def test_credits_per_dollar_scales_every_price() -> None:
    dear = core_settings.load(credits_per_usd=2_000)

    assert load(dear, {}).models["demo"].price.base.output_pico == 1_200_000_000


def test_fallbacks_of_fallbacks_follow_in_order(catalog: Catalog) -> None:
    fast = catalog.models["fast"]

    assert [model.name for model in fast.chain] == ["fast", "groq-fast", "own", "demo"]
    assert len(fast.prices) == 4
    assert fast.most_hidden_tokens == 1_024


def test_a_fallback_that_is_reached_twice_is_asked_once(tmp_path: Path) -> None:
    twice = (
        FILE + '[[models]]\nname = "t"\nupstream = "openai/gpt-4o"\nfallbacks = ["own", "fast"]\n'
    )
    chain = load(settings(tmp_path, twice), {}).models["t"].chain

    assert [model.name for model in chain] == ["t", "own", "fast", "groq-fast", "demo"]


def test_an_image_counts_as_the_most_of_the_chain_if_the_model_sees_at_all(
    catalog: Catalog,
) -> None:
    assert catalog.models["fast"].most_image_tokens == 2_833 + 8 * 5_667
    assert catalog.models["groq-fast"].most_image_tokens == 0


def test_a_fallback_without_a_price_stops_the_start(tmp_path: Path) -> None:
    text = FILE + '[[models]]\nname = "late"\nupstream = "openai/gpt-4o"\nfallbacks = ["?"]\n'

    with pytest.raises(SettingsError, match='model "late": its fallback "mystery" has no price'):
        load(settings(tmp_path, text.replace("?", "mystery")), {})


def test_a_chain_may_mix_dialects(tmp_path: Path) -> None:
    text = FILE + '[[models]]\nname = "late"\nupstream = "openai/gpt-4o"\nfallbacks = ["claude"]\n'
    chain = load(settings(tmp_path, text), {}).models["late"].chain

    assert [(one.name, one.dialect) for one in chain] == [
        ("late", "openai"),
        ("claude", "anthropic"),
    ]


def test_one_s_own_server_needs_an_address(tmp_path: Path) -> None:
    text = '[[models]]\nname = "a"\nupstream = "vllm/b"\nprice = {input = 1, output = 1}\n'

    with pytest.raises(SettingsError, match='model "a": api_base is missing'):
        load(settings(tmp_path, text), {})


def test_a_stranger_with_an_address_is_taken_to_speak_openai_s_dialect(tmp_path: Path) -> None:
    text = (
        '[[models]]\nname = "a"\nupstream = "mycorp/b"\napi_base = "https://llm.example/v1"\n'
        "price = {input = 1, output = 1}\n"
    )
    model = load(settings(tmp_path, text), {}).resolve("a").model

    assert (model.direct, model.api_key_env) == (True, "")


def test_a_config_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TOKENPOOL_CONFIG: there is no file"):
        load(core_settings.load(config=tmp_path / "none.toml"), {})


def test_suffixes_are_taken_off_in_any_order(catalog: Catalog) -> None:
    demo = catalog.models["demo"]

    assert catalog.resolve("demo") == Resolved(demo)
    assert catalog.resolve("demo@critical") == Resolved(demo, Priority.CRITICAL)
    assert catalog.resolve("demo@team-web_2@strict@critical") == Resolved(
        demo, Priority.CRITICAL, Privacy.STRICT, "web_2"
    )
    assert catalog.resolve("demo@team-a@team-a").team == "a"


def test_an_exact_name_wins_over_a_suffix(catalog: Catalog) -> None:
    said = catalog.resolve("x@strict@critical")

    assert (said.model.upstream, said.privacy) == ("openai/gpt-5", None)


@pytest.mark.parametrize("name", ["demo@urgent", "demo@", "@strict", "x", "demo@team-a@team-b"])
def test_an_unknown_suffix_is_part_of_an_unknown_name(catalog: Catalog, name: str) -> None:
    assert refusal(catalog, name).code is Code.MODEL_NOT_PRICED


def test_an_unknown_name_hears_of_at_most_five_near_ones(tmp_path: Path) -> None:
    catalog = load(settings(tmp_path), {"OPENAI_API_KEY": "x"})
    near = refusal(catalog, "gpt-4o-minni").message.partition("Near names: ")[2]

    assert near.startswith("gpt-4o-mini, ")
    assert near.count(",") == 4
    assert "GET /v1/models" in refusal(catalog, "☃").message


def test_a_model_without_a_price_says_why_it_is_not_called(catalog: Catalog) -> None:
    no = refusal(catalog, "mystery@strict")

    assert no.code is Code.MODEL_NOT_PRICED
    assert "openai/no-such-model is not in the price file" in no.message


def test_a_model_of_another_dialect_is_priced_and_called_like_any_other(catalog: Catalog) -> None:
    claude = catalog.resolve("claude").model

    assert (claude.dialect, claude.api_base) == ("anthropic", "https://api.anthropic.com")
    assert claude.price.base.cache_write_pico == 3_750_000_000


@pytest.mark.parametrize(
    "name", ["", "a" * 201, "../demo", "demo\r\nx: y", "demo\x00", "de\u202emo", "\ud800"]
)
def test_a_name_that_cannot_be_one_is_an_invalid_field(catalog: Catalog, name: str) -> None:
    assert refusal(catalog, name).code is Code.INVALID_FIELD


def test_the_list_has_what_can_be_called_priced_in_credits(catalog: Catalog) -> None:
    listed = {entry.id: entry for entry in catalog.listed()}

    assert listed.keys() == {"demo", "fast", "groq-fast", "own", "claude", "x@strict"}
    assert listed["fast"].owned_by == "openai"
    assert (listed["fast"].context_window, listed["fast"].max_output_tokens) == (128_000, 16_384)
    assert listed["fast"].pricing == {
        "unit": "credits per million tokens",
        "input": "150",
        "output": "600",
        "cache_read": "75",
        "cache_write": "150",
    }
