"""How large a call can get: the upper bound of its tokens, and the exact count when it matters."""

import asyncio

import msgspec

from core.domain.balancer import Bound
from core.domain.errors import Code, Refusal
from core.domain.pricing import ceiling
from gateway import tokens
from gateway.model import Model
from gateway.translation.fields import AS_THEY_ARE, check, fits
from gateway.wire import ChatBody

MOST_OUTPUT_TOKENS = 32_768
"""Reserved for a call that sets no limit, if its model could say more."""
MESSAGE_TOKENS = 8
"""Upper bound of what a chat template adds around one message."""
TOKEN_BYTES = 1_024
"""The longest tokens have some hundred bytes, and in a tool call an envelope each."""
SLACK_BYTES = 64 * 1024
PLAIN_FIELDS = ("tools", "functions", "response_format", "tool_choice", "function_call")


def prompt_tokens(body: ChatBody, model: Model) -> int:
    """Return the most tokens the prompt can be: a byte-level tokenizer makes no more than bytes.

    Raises a Refusal for images if the model takes none.
    """
    if body.images and not model.most_image_tokens:
        raise Refusal(
            Code.INVALID_FIELD, f"The model {model.name} takes no images.", param="messages"
        )
    images = body.images * model.most_image_tokens
    return body.prompt_bytes + _around(body, model) + images + _grown(body, model)


def chain(body: ChatBody, model: Model) -> tuple[Model, ...]:
    """Return whom to ask: the model, and those of its fallbacks that can take this call."""
    if not body.images and all(one.dialect in AS_THEY_ARE for one in model.fallbacks):
        return model.chain
    return (model, *(one for one in model.fallbacks if fits(body, one)))


def output_tokens(body: ChatBody, model: Model) -> int:
    """Return the output limit that is sent and paid for, per choice."""
    asked = body.output_limit or MOST_OUTPUT_TOKENS
    return min(asked, model.max_output_tokens)


def most_said_bytes(body: ChatBody, output_tokens: int) -> int:
    """Return the most bytes of text and tool calls in which so many tokens can come."""
    return body.n * output_tokens * TOKEN_BYTES + SLACK_BYTES


def bound(body: ChatBody, model: Model, prompt: int) -> Bound:
    """Return the call's price as a line in its output limit, for the dearest of the chain."""
    return ceiling(
        model.prices,
        prompt,
        output_tokens(body, model),
        n=body.n,
        may_lower=not (body.has_tools or body.has_response_format),
    )


async def exact_bound(body: ChatBody, model: Model) -> Bound | None:
    """Return a tighter bound by counting the prompt's tokens in a worker thread.

    None where nobody can count: an unknown tokenizer in the chain, images.
    """
    encodings = {one.encoding for one in model.chain}
    encoding = encodings.pop() if len(encodings) == 1 else None
    if encoding is None or body.images:
        return None
    counted = await asyncio.to_thread(lambda: tokens.count(encoding, _texts(body)))
    if counted is None:
        return None
    return bound(body, model, counted + _around(body, model))


def _grown(body: ChatBody, model: Model) -> int:
    """Return by how much translation lengthens the prompt; Refusal if it cannot be translated."""
    if all(one.dialect in AS_THEY_ARE for one in model.chain):
        return 0
    return max(check(body, one) for one in chain(body, model))


def _around(body: ChatBody, model: Model) -> int:
    return MESSAGE_TOKENS * body.messages_count + model.most_hidden_tokens


def _texts(body: ChatBody) -> list[str]:
    """Return every text that becomes prompt; keys of messages are counted by MESSAGE_TOKENS."""
    texts: list[str] = []
    _collect(msgspec.json.decode(body.fields["messages"]), texts)
    texts += [bytes(body.fields[name]).decode() for name in PLAIN_FIELDS if name in body.fields]
    return texts


def _collect(value: object, texts: list[str]) -> None:
    if isinstance(value, str):
        texts.append(value)
    elif isinstance(value, list):
        for entry in value:
            _collect(entry, texts)
    elif isinstance(value, dict):
        for entry in value.values():
            _collect(entry, texts)
