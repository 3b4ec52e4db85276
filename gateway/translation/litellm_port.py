"""The one module that knows litellm: it turns our closed body into a provider's request.

Nothing else of litellm is used where that can be helped: not its clients, retries, callbacks,
prices or its reading of answers. `load` takes seconds and blocks, so it runs in a thread.
"""

import gc
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import Any

from gateway.translation import json_tool
from gateway.translation.camel import camel
from gateway.translation.json_tool import JSON_TOOL
from gateway.translation.messages import Untranslatable, tidy

Json = dict[str, Any]
QUIET = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_LOCAL_BLOG_POSTS": "True",
    "LITELLM_MODE": "PRODUCTION",  # else it reads .env into the environment
    "LITELLM_LOG": "CRITICAL",
}
"""Has to be in the environment before the import: nothing is fetched, nothing is printed."""


@dataclass(frozen=True, slots=True)
class Translated:
    """A request in the provider's dialect, and what its answer has to be read with."""

    body: Json
    headers: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """Tools' names as sent → as the client calls them, where they differ."""
    json_tool: str = ""


def loaded() -> bool:
    return bool(_litellm.cache_info().currsize)


def load() -> ModuleType:
    """Import litellm and silence it. Its 300,000 objects are kept from the garbage collector."""
    import_silently()
    return _litellm()


@cache
def _litellm() -> ModuleType:
    """Import it without collecting garbage: that would stop the event loop for up to a second."""
    gc.disable()
    try:
        import litellm  # noqa: PLC0415 - seconds, and 110 MiB that not everybody needs
    finally:
        gc.freeze()
        gc.enable()
    for name, value in (
        ("callbacks", []), ("success_callback", []), ("failure_callback", []),
        ("input_callback", []), ("service_callback", []),
        ("suppress_debug_info", True), ("telemetry", False), ("turn_off_message_logging", True),
        ("num_retries", 0), ("max_fallbacks", 0), ("drop_params", False), ("modify_params", False),
        ("set_verbose", False), ("disable_streaming_logging", True), ("cache", None),
    ):  # fmt: skip
        setattr(litellm, name, value)
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.setLevel(logging.CRITICAL)
        logger.disabled = True
    return litellm


def import_silently() -> None:
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)


def translate(dialect: str, provider: str, model: str, said: Json) -> Translated:
    """Return the request for one model; Untranslatable names the field that it cannot take.

    `said` is our own body: closed fields, checked shapes, the output limit that was paid for in
    `max_tokens`. What litellm raises holds words of the prompt, so none of it goes on.
    """
    litellm = load()
    tidy(said)
    messages = said["messages"]
    params = {name: value for name, value in said.items() if name in PARAMS and value is not None}
    try:
        return _BUILDERS[dialect](litellm, provider, model, messages, params)
    except Exception:  # noqa: BLE001 - whatever litellm raises
        culprit = _culprit(litellm, dialect, provider, model, params)
    raise Untranslatable(culprit)


PARAMS = frozenset(
    {"max_tokens", "temperature", "top_p", "stop", "tools", "tool_choice", "parallel_tool_calls"}
    | {"response_format", "reasoning_effort", "n", "presence_penalty", "frequency_penalty"}
    | {"seed", "user", "stream"}
)
"""The closed list of arguments."""


def _culprit(
    litellm: ModuleType, dialect: str, provider: str, model: str, params: Json
) -> str | None:
    """Return the one field that fails even alone; None if it is none of them."""
    config = _config(litellm, dialect, provider, model)
    for name, value in params.items():
        try:
            config.map_openai_params({name: value}, {}, model, drop_params=False)
        except Exception:  # noqa: BLE001 - whatever litellm raises
            return name
    return "messages"


def _config(litellm: ModuleType, dialect: str, provider: str, model: str) -> Any:
    match dialect, provider:
        case "anthropic", "vertex_ai":
            return litellm.VertexAIAnthropicConfig()
        case "anthropic", _:
            return litellm.AnthropicConfig()
        case "gemini", "vertex_ai":
            return litellm.VertexGeminiConfig()
        case "gemini", _:
            return litellm.GoogleAIStudioGeminiConfig()
        case "bedrock", _:
            return litellm.AmazonConverseConfig()
        case _:
            from litellm.types.utils import LlmProviders  # noqa: PLC0415 - after `load`
            from litellm.utils import ProviderConfigManager  # noqa: PLC0415

            name = {"cohere": "cohere_chat", "ollama": "ollama_chat"}[dialect]
            return ProviderConfigManager.get_provider_chat_config(model, LlmProviders(name))


def _mapped(config: Any, model: str, params: Json) -> Json:
    mapped: Json = config.map_openai_params(dict(params), {}, model, drop_params=False)
    return mapped


def _anthropic(
    litellm: ModuleType, provider: str, model: str, messages: list[Json], params: Json
) -> Translated:
    config = _config(litellm, "anthropic", provider, model)
    mapped = _mapped(config, model, params)
    json_mode = mapped.pop("json_mode", False)
    headers: dict[str, str] = {}
    inner: Json = {}
    body = config.transform_request(model, messages, mapped, inner, headers)
    names = inner.get("_anthropic_tool_name_map") or {}
    kept = {name.lower(): value for name, value in headers.items()}
    beta = {"anthropic-beta": kept["anthropic-beta"]} if "anthropic-beta" in kept else {}
    body["max_tokens"] = params["max_tokens"]
    thinking = body.get("thinking") or {}
    if thinking.get("budget_tokens", 0) >= params["max_tokens"]:
        thinking["budget_tokens"] = _budget(params["max_tokens"])
    json_tool.free_anthropic(body, params)
    return Translated(body, beta, names, JSON_TOOL if json_mode else "")


def _gemini(
    litellm: ModuleType, provider: str, model: str, messages: list[Json], params: Json
) -> Translated:
    from litellm.llms.vertex_ai.gemini.transformation import (  # noqa: PLC0415 - after `load`
        transform_request_body,
    )

    mapped = _mapped(_config(litellm, "gemini", provider, model), model, params)
    mapped.pop("stream", None)
    inner: Json = {}
    body: Json = dict(
        transform_request_body(messages, model, mapped, provider, inner, cached_content=None)  # type: ignore[arg-type]
    )
    config = body.setdefault("generationConfig", {})
    config["max_output_tokens"] = params["max_tokens"]
    thinking = config.get("thinkingConfig") or {}
    if thinking.get("thinkingBudget", 0) > params["max_tokens"]:
        thinking["thinkingBudget"] = params["max_tokens"]
    return Translated(camel(body))


def _cohere(
    litellm: ModuleType, provider: str, model: str, messages: list[Json], params: Json
) -> Translated:
    config = _config(litellm, "cohere", provider, model)
    choice = params.pop("tool_choice", None)
    mapped = _mapped(config, model, params)
    body = config.transform_request(model, messages, mapped, {}, {})
    if choice in {"required", "none"}:
        body["tool_choice"] = choice.upper()
    body["max_tokens"] = params["max_tokens"]
    return Translated(body)


def _ollama(
    litellm: ModuleType, provider: str, model: str, messages: list[Json], params: Json
) -> Translated:
    config = _config(litellm, "ollama", provider, model)
    if params.get("reasoning_effort") == "xhigh":  # litellm would switch thinking off
        params["reasoning_effort"] = "high"
    mapped = _mapped(config, model, {name: v for name, v in params.items() if name != "user"})
    body = config.transform_request(model, messages, mapped, {}, {})
    body["options"]["num_predict"] = params["max_tokens"]
    body["stream"] = bool(params.get("stream"))
    return Translated(body)


def _bedrock(
    litellm: ModuleType, provider: str, model: str, messages: list[Json], params: Json
) -> Translated:
    config = _config(litellm, "bedrock", provider, model)
    wanted = {name: value for name, value in params.items() if name not in {"stream", "user"}}
    mapped = _mapped(config, model, wanted)
    json_mode = mapped.pop("json_mode", False)
    body = config.transform_request(model, messages, mapped, {}, {})
    body.setdefault("inferenceConfig", {})["maxTokens"] = params["max_tokens"]
    thinking = (body.get("additionalModelRequestFields") or {}).get("thinking") or {}
    if thinking.get("budget_tokens", 0) >= params["max_tokens"]:
        thinking["budget_tokens"] = _budget(params["max_tokens"])
    sent = [tool["toolSpec"]["name"] for tool in (body.get("toolConfig") or {}).get("tools", [])]
    own = [tool["function"]["name"] for tool in params.get("tools", [])]
    named = JSON_TOOL if json_mode else ""
    json_tool.free_bedrock(body, params)
    return Translated(body, names=json_tool.names(sent, own, named), json_tool=named)


LEAST_BUDGET = 1_024


def _budget(limit: int) -> int:
    """Return what of the paid limit may be thought; Anthropic takes no budget below 1,024."""
    if limit <= LEAST_BUDGET:
        raise ValueError
    return max(LEAST_BUDGET, limit // 2)


Builder = Callable[[ModuleType, str, str, list[Json], Json], Translated]
_BUILDERS: Mapping[str, Builder] = {
    "anthropic": _anthropic,
    "gemini": _gemini,
    "cohere": _cohere,
    "ollama": _ollama,
    "bedrock": _bedrock,
}


class Failed(Exception):
    """A call by litellm's own client failed; `status` 0: nobody knows how far it got."""

    def __init__(self, status: int, retry_after: str = "") -> None:
        super().__init__(status)
        self.status = status
        self.retry_after = retry_after


async def complete(upstream: str, said: Json, key: str, base: str, seconds: float) -> Json:
    """Have litellm call a provider that it alone knows; for an event loop of its own.

    Always whole, never streamed: litellm ends a cut stream as if it were complete.
    """
    litellm = load()
    params = {name: value for name, value in said.items() if name in PARAMS and value is not None}
    params.pop("stream", None)
    try:
        answer = await litellm.acompletion(
            model=upstream,
            messages=said["messages"],
            api_key=key or None,
            api_base=base or None,
            timeout=seconds,
            num_retries=0,
            max_retries=0,
            drop_params=False,
            caching=False,
            **params,
        )
        found: Json = answer.model_dump(exclude_none=True)
    except Exception as error:  # noqa: BLE001 - whatever litellm raises
        raise _failed(error) from None
    return found


def _failed(error: Exception) -> Failed:
    """Return what a failure proves: a client error was told, a 5xx litellm may have made up."""
    status = getattr(error, "status_code", 0)
    timed_out = type(error).__name__ == "Timeout"
    if not isinstance(status, int) or not 400 <= status < 500 or timed_out:  # noqa: PLR2004
        return Failed(0)
    headers = getattr(error, "litellm_response_headers", None) or {}
    return Failed(status, str(headers.get("retry-after", "")))
