"""A call's bound is never below what a tokenizer counts, and an exact count only tightens it."""

from dataclasses import replace

import pytest

from core.domain.errors import Code, Refusal
from core.settings import Settings, load
from gateway import bounds, catalog
from gateway.model import Model
from gateway.wire import parse_chat

BODY = b"""{"model":"demo","max_tokens":5000,"messages":[
{"role":"system","content":"Be brief."},
{"role":"user","content":[{"type":"text","text":"Name three rivers of Europe, please."}]}]}"""
IMAGE = b"""{"model":"demo","messages":[{"role":"user","content":[
{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}]}"""


@pytest.fixture
def model() -> Model:
    quiet: Settings = load(_env_file=None)
    return replace(catalog.load(quiet, {}).models["demo"], encoding="o200k_base")


async def test_an_exact_count_is_tighter_than_bytes_and_leaves_the_output_alone(
    model: Model,
) -> None:
    body = parse_chat(BODY)
    by_bytes = bounds.bound(body, model, bounds.prompt_tokens(body, model))

    exact = await bounds.exact_bound(body, model)

    assert exact is not None
    assert 0 < exact.prompt_pico < by_bytes.prompt_pico
    assert (exact.output_pico, exact.output_tokens) == (by_bytes.output_pico, 5000)
    assert exact.may_lower


async def test_nobody_counts_with_an_unknown_or_a_mixed_tokenizer(model: Model) -> None:
    other = replace(model, encoding="cl100k_base")

    assert await bounds.exact_bound(parse_chat(BODY), replace(model, encoding=None)) is None
    assert await bounds.exact_bound(parse_chat(BODY), replace(model, fallbacks=(other,))) is None


async def test_a_prompt_too_large_to_count_keeps_its_bound_of_bytes(model: Model) -> None:
    huge = BODY.replace(b"Be brief.", b"word " * 500_000)

    assert await bounds.exact_bound(parse_chat(huge), model) is None


def test_an_image_for_a_model_without_eyes_is_refused(model: Model) -> None:
    blind = replace(model, price=replace(model.price, per_image_tokens=0))

    with pytest.raises(Refusal) as caught:
        bounds.prompt_tokens(parse_chat(IMAGE), blind)

    assert (caught.value.code, caught.value.param) == (Code.INVALID_FIELD, "messages")


async def test_an_image_counts_as_its_most_and_is_never_counted_exactly(model: Model) -> None:
    seeing = replace(model, price=replace(model.price, per_image_tokens=9_000))
    body = parse_chat(IMAGE)

    assert bounds.prompt_tokens(body, seeing) > 9_000
    assert await bounds.exact_bound(body, seeing) is None


def test_no_limit_means_the_models_own_or_32768(model: Model) -> None:
    body = parse_chat(BODY.replace(b'"max_tokens":5000,', b""))

    large = bounds.output_tokens(body, replace(model, max_output_tokens=100_000))
    small = bounds.output_tokens(body, replace(model, max_output_tokens=100))

    assert (large, small) == (32_768, 100)


@pytest.mark.parametrize("n", [2, 8])
async def test_each_of_several_answers_is_held_in_full(model: Model, n: int) -> None:
    one = parse_chat(BODY)
    many = parse_chat(BODY.replace(b'"max_tokens"', b'"n":%d,"max_tokens"' % n))
    prompt = bounds.prompt_tokens(one, model)

    held, alone = bounds.bound(many, model, prompt), bounds.bound(one, model, prompt)
    exact = await bounds.exact_bound(many, model)

    assert (held.output_pico, held.output_tokens) == (n * alone.output_pico, alone.output_tokens)
    assert exact is not None
    assert exact.output_pico == held.output_pico
