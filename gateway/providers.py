"""Providers that speak OpenAI's dialect: where they answer, whose key they take, what they hide.

A new provider of this kind is one line. Every other one is in `translated`.
"""

import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from gateway.provider import ANTHROPIC, GEMINI, OPENAI, REST, Provider
from gateway.translated import CLAUDE_IMAGE_TOKENS, GEMINI_IMAGE_TOKENS, TRANSLATED

__all__ = ["DIRECT", "PROVIDERS", "Provider", "encoding", "image_tokens", "output_field"]


DIRECT: Mapping[str, Provider] = {
    provider.name: provider
    for provider in (
        Provider(
            "openai",
            "https://api.openai.com/v1",
            ("OPENAI_API_KEY",),
            256,
            base_names=("OPENAI_BASE_URL",),
            bare=True,
            prefixed=False,
        ),
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
        Provider("aihubmix", "https://aihubmix.com/v1", ("AIHUBMIX_API_KEY",)),
        Provider("amazon_nova", "https://api.nova.amazon.com/v1", ("AMAZON_NOVA_API_KEY",)),
        Provider("baseten", "https://inference.baseten.co/v1", ("BASETEN_API_KEY",)),
        Provider(
            "crusoe", "https://managed-inference-api-proxy.crusoecloud.com/v1", ("CRUSOE_API_KEY",)
        ),
        Provider(
            "dashscope",
            "https://dashscope.aliyuncs.com/compatible-mode/v1",
            ("DASHSCOPE_API_KEY",),
        ),
        Provider("featherless_ai", "https://api.featherless.ai/v1", ("FEATHERLESS_AI_API_KEY",)),
        Provider("friendliai", "https://api.friendli.ai/serverless/v1", ("FRIENDLIAI_API_KEY",)),
        Provider("gmi", "https://api.gmi-serving.com/v1", ("GMI_API_KEY",)),
        Provider("gradient_ai", "https://inference.do-ai.run/v1", ("GRADIENT_AI_API_KEY",)),
        Provider("inception", "https://api.inceptionlabs.ai/v1", ("INCEPTION_API_KEY",)),
        Provider("lambda_ai", "https://api.lambda.ai/v1", ("LAMBDA_API_KEY",)),
        Provider("libertai", "https://api.libertai.io/v1", ("LIBERTAI_API_KEY",)),
        Provider("llamagate", "https://api.llamagate.dev/v1", ("LLAMAGATE_API_KEY",)),
        Provider("meta_llama", "https://api.llama.com/compat/v1", ("LLAMA_API_KEY",)),
        Provider("minimax", "https://api.minimax.io/v1", ("MINIMAX_API_KEY",)),
        Provider("morph", "https://api.morphllm.com/v1", ("MORPH_API_KEY",)),
        Provider("nscale", "https://inference.api.nscale.com/v1", ("NSCALE_API_KEY",)),
        Provider("nvidia_nim", "https://integrate.api.nvidia.com/v1", ("NVIDIA_NIM_API_KEY",)),
        Provider(
            "ovhcloud", "https://oai.endpoints.kepler.ai.cloud.ovh.net/v1", ("OVHCLOUD_API_KEY",)
        ),
        Provider("perplexity", "https://api.perplexity.ai", ("PERPLEXITY_API_KEY",)),
        Provider("publicai", "https://api.publicai.co/v1", ("PUBLICAI_API_KEY",)),
        Provider("scaleway", "https://api.scaleway.ai/v1", ("SCW_SECRET_KEY",)),
        Provider(
            "tensormesh", "https://serverless.tensormesh.ai/v1", ("TENSORMESH_INFERENCE_API_KEY",)
        ),
        Provider("v0", "https://api.v0.dev/v1", ("V0_API_KEY",)),
        Provider(
            "vercel_ai_gateway", "https://ai-gateway.vercel.sh/v1", ("VERCEL_AI_GATEWAY_API_KEY",)
        ),
        Provider(
            "volcengine", "https://ark.cn-beijing.volces.com/api/v3", ("VOLCENGINE_API_KEY",)
        ),
        Provider("wandb", "https://api.inference.wandb.ai/v1", ("WANDB_API_KEY",)),
        Provider("xiaomi_mimo", "https://api.xiaomimimo.com/v1", ("XIAOMI_MIMO_API_KEY",)),
        Provider(
            "databricks",
            key_names=("DATABRICKS_API_KEY", "DATABRICKS_TOKEN"),
            base_names=("DATABRICKS_API_BASE",),
            needs=(("DATABRICKS_API_BASE",),),
        ),
        Provider("hosted_vllm"),
        Provider("lm_studio"),
        Provider("openai_compatible"),
        Provider("vllm"),
    )
}

PROVIDERS: Mapping[str, Provider] = {**DIRECT, **TRANSLATED}

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
    """Return a provider; one that nobody knows speaks OpenAI's dialect at the address given."""
    if name in PROVIDERS:
        return PROVIDERS[name]
    if api_base:
        return Provider(name)
    keys = (f"{name.upper()}_API_KEY",)
    return Provider(name, "", keys, dialect=REST, addressed=False) if _in_litellm(name) else None


def _in_litellm(name: str) -> bool:
    """Return whether litellm has a module for a provider, without importing it."""
    found = find_spec("litellm")
    if found is None or found.origin is None or not re.fullmatch(r"[a-z0-9_]+", name):
        return False
    return (Path(found.origin).parent / "llms" / name).is_dir()


def image_tokens(provider: str, model: str) -> int:
    """Return the most prompt tokens that one image can count as."""
    known = PROVIDERS.get(provider, Provider(provider))
    match known.dialect_of(model):
        case dialect if dialect == ANTHROPIC or (known.name == "bedrock" and "claude" in model):
            return CLAUDE_IMAGE_TOKENS
        case dialect if dialect == GEMINI:
            return GEMINI_IMAGE_TOKENS
    if provider not in {OPENAI, "azure"}:
        return DEAREST_IMAGE_TOKENS
    family = model.removeprefix(_FINE_TUNED)
    return next(most for pattern, most in OPENAI_IMAGE_TOKENS if re.match(pattern, family))


def output_field(provider: str, model: str) -> str:
    """Return the field that limits the output, thinking included.

    OpenAI's reasoning models refuse `max_tokens`; many other servers do not know the new name.
    """
    newer = provider in {OPENAI, "azure", "azure_ai"} and _REASONING.match(
        model.removeprefix(_FINE_TUNED)
    )
    return "max_completion_tokens" if newer else "max_tokens"


def encoding(provider: str, model: str, api_base: str) -> str | None:
    """Return the encoding that OpenAI itself counts with; another server may serve anything."""
    host = urlsplit(api_base).hostname or ""
    if provider != "openai" or not host.endswith("openai.com"):
        return None
    family = model.removeprefix(_FINE_TUNED)
    return next((name for pattern, name in _ENCODINGS if re.match(pattern, family)), None)
