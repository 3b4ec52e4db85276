"""A TokenPool whose models are those of the vendors on loopback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from flow.dialects.more_formats import EVERY
from flow.dialects.vendors import Vendors, vendors
from flow.serving import Member, Served, serving

from core.settings import Settings

KEY = "sk-canary-0123456789"
TOML = """
[[models]]
name = "claude"
upstream = "anthropic/claude-sonnet-4-5"
api_base = "{base}"

[[models]]
name = "gemini"
upstream = "gemini/gemini-2.5-flash"
api_base = "{base}"

[[models]]
name = "command"
upstream = "cohere/command-a-03-2025"
api_base = "{base}"

[[models]]
name = "llama"
upstream = "ollama/llama3.1"
api_base = "{base}"
price = {{ input = 0.1, output = 0.4 }}
image_tokens = 2000

[[models]]
name = "bedrock"
upstream = "bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0"
api_base = "{base}"

[[models]]
name = "picky"
upstream = "anthropic/claude-opus-4-7"
api_base = "{base}"

[[models]]
name = "first-nowhere"
upstream = "openai/gpt-4o-mini"
api_base = "http://127.0.0.1:9/v1"
fallbacks = ["claude", "gemini"]

[[models]]
name = "blind-fallback"
upstream = "anthropic/claude-sonnet-4-5"
api_base = "http://127.0.0.1:9"
fallbacks = ["command"]

[[models]]
name = "picky-between"
upstream = "openai/gpt-4o-mini"
api_base = "http://127.0.0.1:9/v1"
fallbacks = ["picky", "gemini"]

[[models]]
name = "picky-last"
upstream = "openai/gpt-4o-mini"
api_base = "http://127.0.0.1:9/v1"
fallbacks = ["picky"]

[[models]]
name = "claude-then-gemini"
upstream = "anthropic/claude-sonnet-4-5"
api_base = "http://127.0.0.1:9"
fallbacks = ["gemini"]
"""
Place = tuple[Served, Vendors, Member]
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MODELS = ("claude", "gemini", "command", "llama", "bedrock")
ENVIRONMENT = {
    "ANTHROPIC_API_KEY": KEY, "GEMINI_API_KEY": KEY, "COHERE_API_KEY": KEY,
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": KEY, "AWS_REGION": "us-east-1",
}  # fmt: skip


@asynccontextmanager
async def translating(
    settings: Settings, patch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Served, Vendors]]:
    for name, value in ENVIRONMENT.items():
        patch.setenv(name, value)
    async with vendors(EVERY) as state:
        settings.config.write_text(TOML.format(base=state.base))
        async with serving(settings) as served:
            yield served, state


async def booked(served: Served, answer: httpx.Response) -> tuple[str, int, int, bool]:
    """Return how a call was booked: outcome, cost, hold, whether it was estimated."""
    ((outcome, cost, amount, estimated),) = await served.rows(
        "SELECT c.outcome, c.cost, h.amount, c.estimated FROM call c JOIN hold h ON h.id = c.id"
        " WHERE c.id = :1",
        answer.headers["x-request-id"],
    )
    return str(outcome), int(cost), int(amount), bool(estimated)
