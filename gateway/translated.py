"""Providers that do not speak OpenAI's dialect, or not at its usual address.

Image tokens and hidden tokens bound the hold. Sources: Anthropic's vision page (an image is
scaled to 1.15 megapixels, 1,600 tokens; 4,784 since Opus 4.7) and pricing page (the tools'
system prompt is at most 804 tokens, 1,000 for computer use); Gemini's token page (258 tokens for
each of at most 16 tiles of 768 pixels, and one for the whole; 2,240 at ultra high resolution).
"""

from collections.abc import Mapping

from gateway.provider import ANTHROPIC, BEDROCK, COHERE, ELSEWHERE, GEMINI, OLLAMA, REST, Provider

CLAUDE_IMAGE_TOKENS = 4_784
GEMINI_IMAGE_TOKENS = 17 * 258
TEMPLATE_TOKENS = 2_048

TRANSLATED: Mapping[str, Provider] = {
    provider.name: provider
    for provider in (
        Provider(
            "anthropic",
            "https://api.anthropic.com",
            ("ANTHROPIC_API_KEY",),
            TEMPLATE_TOKENS,
            ANTHROPIC,
            base_names=("ANTHROPIC_BASE_URL", "ANTHROPIC_API_BASE"),
            bare=True,
        ),
        Provider(
            "gemini",
            "https://generativelanguage.googleapis.com",
            ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
            TEMPLATE_TOKENS,
            GEMINI,
            base_names=("GEMINI_API_BASE",),
        ),
        Provider(
            "cohere",
            "https://api.cohere.com",
            ("COHERE_API_KEY", "CO_API_KEY"),
            TEMPLATE_TOKENS,
            COHERE,
            base_names=("COHERE_API_BASE",),
            bare=True,
            owners="cohere_chat|cohere",
        ),
        Provider(
            "ollama",
            dialect=OLLAMA,
            base_names=("OLLAMA_API_BASE",),
            needs=(("OLLAMA_API_BASE",),),
        ),
        Provider(
            "azure",
            key_names=("AZURE_API_KEY", "AZURE_OPENAI_API_KEY"),
            hidden_tokens=256,
            dialect=ELSEWHERE,
            base_names=("AZURE_API_BASE", "AZURE_OPENAI_ENDPOINT"),
            needs=(("AZURE_API_BASE", "AZURE_OPENAI_ENDPOINT"),),
        ),
        Provider(
            "azure_ai",
            key_names=("AZURE_AI_API_KEY",),
            dialect=ELSEWHERE,
            dialects=((r"claude", ANTHROPIC),),
            base_names=("AZURE_AI_API_BASE",),
            needs=(("AZURE_AI_API_BASE",),),
        ),
        Provider(
            "bedrock",
            key_names=("AWS_SECRET_ACCESS_KEY", "AWS_BEARER_TOKEN_BEDROCK"),
            hidden_tokens=TEMPLATE_TOKENS,
            dialect=BEDROCK,
            needs=(
                ("AWS_ACCESS_KEY_ID", "AWS_BEARER_TOKEN_BEDROCK"),
                ("AWS_REGION", "AWS_REGION_NAME", "AWS_DEFAULT_REGION"),
            ),
            addressed=False,
            bare=True,
            prefixed=False,  # those have a region in their name, or a commitment
            owners="bedrock_converse",
        ),
        Provider(
            "vertex_ai",
            hidden_tokens=TEMPLATE_TOKENS,
            dialect=ELSEWHERE,
            dialects=((r"^claude", ANTHROPIC), (r"^(gemini|gemma)", GEMINI)),
            needs=(("VERTEXAI_PROJECT",), ("GOOGLE_APPLICATION_CREDENTIALS",)),
            addressed=False,
            bare=True,
            owners="vertex_ai(-language-models|-(anthropic|llama|deepseek|qwen|zai|openai)_models)?",
        ),
        *(
            Provider(name, key_names=keys, hidden_tokens=TEMPLATE_TOKENS, dialect=REST,
                     needs=needs, addressed=False)
            for name, keys, needs in (
                ("replicate", ("REPLICATE_API_KEY", "REPLICATE_API_TOKEN"), ()),
                ("watsonx", ("WATSONX_API_KEY", "WATSONX_APIKEY"),
                 (("WATSONX_URL", "WATSONX_API_BASE"), ("WATSONX_PROJECT_ID",))),
                ("snowflake", ("SNOWFLAKE_JWT",), (("SNOWFLAKE_ACCOUNT_ID",),)),
            )
        ),
    )
}  # fmt: skip
