"""Providers that speak OpenAI's dialect: where they answer, whose key they take, what they hide.

A new provider of this kind is one line. Every other one needs litellm's translation.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Provider:
    """`api_base` empty: the model must name its own, as with one's own server."""

    name: str
    api_base: str = ""
    key_names: tuple[str, ...] = ()
    """Environment variables that can hold the key, the provider's own name for it first."""
    hidden_tokens: int = 1_024
    """More than its chat template is known to add to a prompt; counted in the hold only.

    Grok adds about 700 tokens to every call, tool templates of open models up to 400."""

    def key_name(self, environ: Mapping[str, str]) -> str:
        """Return the variable that is set, else the first, so that a message can name it."""
        filled = (name for name in self.key_names if environ.get(name))
        return next(filled, self.key_names[0] if self.key_names else "")


DIRECT: Mapping[str, Provider] = {
    provider.name: provider
    for provider in (
        Provider("openai", "https://api.openai.com/v1", ("OPENAI_API_KEY",), 256),
        Provider("cerebras", "https://api.cerebras.ai/v1", ("CEREBRAS_API_KEY",)),
        Provider("deepinfra", "https://api.deepinfra.com/v1/openai", ("DEEPINFRA_API_KEY",)),
        Provider("deepseek", "https://api.deepseek.com/v1", ("DEEPSEEK_API_KEY",)),
        Provider(
            "fireworks_ai",
            "https://api.fireworks.ai/inference/v1",
            ("FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY"),
        ),
        Provider("groq", "https://api.groq.com/openai/v1", ("GROQ_API_KEY",)),
        Provider("hyperbolic", "https://api.hyperbolic.xyz/v1", ("HYPERBOLIC_API_KEY",)),
        Provider("mistral", "https://api.mistral.ai/v1", ("MISTRAL_API_KEY",)),
        Provider("moonshot", "https://api.moonshot.ai/v1", ("MOONSHOT_API_KEY",)),
        Provider("nebius", "https://api.studio.nebius.ai/v1", ("NEBIUS_API_KEY",)),
        Provider("novita", "https://api.novita.ai/v3/openai", ("NOVITA_API_KEY",)),
        Provider("openrouter", "https://openrouter.ai/api/v1", ("OPENROUTER_API_KEY",)),
        Provider("sambanova", "https://api.sambanova.ai/v1", ("SAMBANOVA_API_KEY",)),
        Provider(
            "together_ai",
            "https://api.together.xyz/v1",
            ("TOGETHER_API_KEY", "TOGETHERAI_API_KEY", "TOGETHER_AI_API_KEY"),
        ),
        Provider("xai", "https://api.x.ai/v1", ("XAI_API_KEY",)),
        Provider("zai", "https://api.z.ai/api/paas/v4", ("ZAI_API_KEY",)),
        Provider("hosted_vllm"),
        Provider("lm_studio"),
        Provider("openai_compatible"),
        Provider("vllm"),
    )
}

OTHER_DIALECTS = frozenset(
    {"anthropic", "azure", "azure_ai", "bedrock", "bedrock_converse", "cohere", "cohere_chat"}
    | {"databricks", "gemini", "ollama", "ollama_chat", "replicate", "sagemaker", "vertex_ai"}
    | {"watsonx"}
)
"""Known to need translation, whatever `api_base` says."""

DEAREST_IMAGE_TOKENS = 16_384
"""The most that any open model is known to count for one image (Qwen-VL's largest resolution)."""
OPENAI_IMAGE_TOKENS: tuple[tuple[str, int], ...] = (
    ("gpt-4o-mini", 2_833 + 8 * 5_667),  # eight tiles cover the largest image of 768 x 2,048
    (r"gpt-4|o\d|gpt-5(-|$)", 3_779),  # 1,536 patches at nano's factor 2.46; tiles are fewer
    ("", 24_600),  # later families see up to 10,000 patches; the same factor
)

_FINE_TUNED = "ft:"
_REASONING = re.compile(r"o\d|gpt-[5-9]|gpt-\d\d|chat-latest|(gpt-)?daybreak|gpt-rosalind")
# tiktoken's own table; what is not in it has no known encoding.
_ENCODINGS: tuple[tuple[str, str], ...] = (
    (r"gpt-4o|gpt-4\.1|gpt-4\.5|chatgpt-4o|gpt-5|o[134]", "o200k_base"),
    (r"gpt-4(-|$)|gpt-3\.5", "cl100k_base"),
)


def provider_of(name: str, api_base: str) -> Provider | None:
    """Return how to speak to a provider directly; None if it needs translation."""
    if name in DIRECT:
        return DIRECT[name]
    return Provider(name) if api_base and name not in OTHER_DIALECTS else None


def image_tokens(provider: str, model: str) -> int:
    """Return the most prompt tokens that one image can count as."""
    if provider != "openai":
        return DEAREST_IMAGE_TOKENS
    family = model.removeprefix(_FINE_TUNED)
    return next(most for pattern, most in OPENAI_IMAGE_TOKENS if re.match(pattern, family))


def output_field(provider: str, model: str) -> str:
    """Return the field that limits the output, thinking included.

    OpenAI's reasoning models refuse `max_tokens`; many other servers do not know the new name.
    """
    newer = provider == "openai" and _REASONING.match(model.removeprefix(_FINE_TUNED))
    return "max_completion_tokens" if newer else "max_tokens"


def encoding(provider: str, model: str, api_base: str) -> str | None:
    """Return the encoding that OpenAI itself counts with; another server may serve anything."""
    host = urlsplit(api_base).hostname or ""
    if provider != "openai" or not host.endswith("openai.com"):
        return None
    family = model.removeprefix(_FINE_TUNED)
    return next((name for pattern, name in _ENCODINGS if re.match(pattern, family)), None)
