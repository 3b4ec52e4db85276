"""What `serve` prints: the address, and at the first start a key and three commands to try."""

from collections.abc import Callable
from dataclasses import dataclass

from core.views import VERSION

CHAT = '{"model": "demo", "messages": [{"role": "user", "content": "Hello"}]}'
STREAMED = '{"model": "demo", "stream": true, "messages": [{"role": "user", "content": "Hello"}]}'

Strong = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Started:
    """What there is to tell the person who started the server."""

    url: str
    admin_key: str | None
    """Printed once: only a new database on loopback makes one."""
    has_admin: bool


def greeting(started: Started, strong: Strong = str) -> str:
    """Return the text; `strong` lays weight on what must not be overlooked."""
    lines = [f"TokenPool {VERSION} listens on {strong(started.url)} (Ctrl-C ends it)."]
    if started.admin_key is not None:
        lines += _first_steps(started.url, started.admin_key, strong)
    elif not started.has_admin:
        lines.append(
            "There is no administrator yet: tokenpool admin create --email you@example.com"
        )
    return "\n".join(lines)


def commands(url: str, key: str) -> tuple[tuple[str, str], ...]:
    """Return what to try, each with why, on one line, so that it survives being pasted."""
    as_me = f'-H "Authorization: Bearer {key}"'
    json = '-H "Content-Type: application/json"'
    chat = f"{url}/v1/chat/completions {as_me} {json}"
    return (
        ("Ask the built-in model, which needs no provider:", f"curl {chat} -d '{CHAT}'"),
        ("The same, streamed:", f"curl -N {chat} -d '{STREAMED}'"),
        ("See what that cost:", f"curl {url}/v1/users/me/quota {as_me}"),
    )


def _first_steps(url: str, key: str, strong: Strong) -> list[str]:
    lines = ["", "Your admin key, shown this once; keep it:", "", f"  {strong(key)}", ""]
    lines.append("Three commands to try in another terminal:")
    for why, command in commands(url, key):
        lines += ["", why, command]
    return [*lines, "", "Then: tokenpool --help"]
