"""What to paste where, so that an editor, a library or a shell pays with a key."""

import json
from shlex import quote

from cards.card import Code

KEY = "YOUR_KEY"
"""Stands for the key, which is shown in one place only."""
NO_ADDRESS = "https://YOUR-TOKENPOOL"
PUBLIC_HINT = "Cursor (its servers call TokenPool, so the address must be public)"


def snippets(base_url: str, model: str) -> tuple[Code, ...]:
    """Return one snippet a tool, for the address people reach this server by."""
    url = f"{base_url.rstrip('/') or NO_ADDRESS}/v1"
    return (
        Code("VS Code or JetBrains with Continue (config.yaml)", _continue(url, model)),
        Code(PUBLIC_HINT, _cursor(url, model)),
        Code("Cline", _cline(url, model)),
        Code("JetBrains AI Assistant", _jetbrains(url, model)),
        Code("aider", _aider(url, model)),
        Code("Python with openai", _python(url, model)),
        Code("curl", _curl(url, model)),
    )


def _continue(url: str, model: str) -> str:
    return "\n".join(
        (
            "name: TokenPool",
            "version: 1.0.0",
            "schema: v1",
            "models:",
            "  - name: TokenPool",
            "    provider: openai",
            f"    model: {_quoted(model)}",
            f"    apiBase: {_quoted(url)}",
            f"    apiKey: {KEY}",
        )
    )


def _cursor(url: str, model: str) -> str:
    return "\n".join(
        (
            "Settings > Models > API Keys",
            f"OpenAI API Key: {KEY}",
            f"Override OpenAI Base URL: {url}",
            f"Add model: {model}",
        )
    )


def _cline(url: str, model: str) -> str:
    return "\n".join(
        (
            "API Provider: OpenAI Compatible",
            f"Base URL: {url}",
            f"API Key: {KEY}",
            f"Model ID: {model}",
        )
    )


def _jetbrains(url: str, model: str) -> str:
    return "\n".join(
        (
            "Settings > Tools > AI Assistant > Providers & API keys",
            "Provider: OpenAI-compatible",
            f"URL: {url}",
            f"API key: {KEY}",
            f"Model: {model}",
        )
    )


def _aider(url: str, model: str) -> str:
    return "\n".join(
        (
            f"export OPENAI_API_BASE={quote(url)}",
            f"export OPENAI_API_KEY={KEY}",
            f"aider --model {quote(f'openai/{model}')}",
        )
    )


def _python(url: str, model: str) -> str:
    return "\n".join(
        (
            "from openai import OpenAI",
            "",
            f'client = OpenAI(base_url={_quoted(url)}, api_key="{KEY}")',
            "answer = client.chat.completions.create(",
            f"    model={_quoted(model)},",
            '    messages=[{"role": "user", "content": "Hello"}],',
            ")",
            "print(answer.choices[0].message.content)",
        )
    )


def _curl(url: str, model: str) -> str:
    messages = [{"role": "user", "content": "Hello"}]
    body = json.dumps({"model": model, "messages": messages}, ensure_ascii=False)
    return " ".join(
        (
            f"curl {quote(url + '/chat/completions')}",
            f'-H "Authorization: Bearer {KEY}"',
            '-H "Content-Type: application/json"',
            f"-d {quote(body)}",
        )
    )


def _quoted(text: str) -> str:
    """Return a text in quotes as YAML and Python both read it: letters stay letters."""
    return json.dumps(text, ensure_ascii=False)
