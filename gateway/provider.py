"""What TokenPool has to know of a provider, whatever dialect it speaks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

OPENAI = "openai"
"""OpenAI's dialect at `…/chat/completions` with a bearer key: bytes go through as they come."""
ELSEWHERE = "elsewhere"
"""OpenAI's dialect at another address, or with another kind of key."""
ANTHROPIC, GEMINI, COHERE, OLLAMA, BEDROCK = "anthropic", "gemini", "cohere", "ollama", "bedrock"
REST = "rest"
"""Known to litellm alone, which then calls it too."""


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
    dialect: str = OPENAI
    dialects: tuple[tuple[str, str], ...] = ()
    """Patterns of models that speak another one."""
    base_names: tuple[str, ...] = ()
    """Environment variables that can hold its address."""
    needs: tuple[tuple[str, ...], ...] = ()
    """Which variables must be set beside the key; of each group one."""
    addressed: bool = True
    """Whether it has to have an address; else that comes from a region or from litellm."""
    bare: bool = False
    """Whether the price file has models of its without its name before them."""
    prefixed: bool = True
    """Whether it has models of its with its name before them."""
    owners: str = ""
    """Pattern of its names in the price file, if not only its own."""

    def key_name(self, environ: Mapping[str, str]) -> str:
        """Return the variable that is set, else the first, so that a message can name it."""
        filled = (name for name in self.key_names if environ.get(name))
        return next(filled, self.key_names[0] if self.key_names else "")

    def ready(self, environ: Mapping[str, str]) -> bool:
        """Return whether the environment has all that a call needs."""
        groups = (*((self.key_names,) if self.key_names else ()), *self.needs)
        return bool(groups) and all(any(environ.get(n) for n in names) for names in groups)

    def dialect_of(self, model: str) -> str:
        return next(
            (dialect for pattern, dialect in self.dialects if re.search(pattern, model)),
            self.dialect,
        )

    @property
    def variables(self) -> tuple[str, ...]:
        """One variable of each kind, for people to fill in."""
        return (*self.key_names[:1], *(names[0] for names in self.needs))
