"""What `serve` prints: the address, and at the first start a key and three commands to try."""

from collections.abc import Callable
from dataclasses import dataclass

from bots.demo import Demo
from core.views import VERSION

CHAT = '{"model": "demo", "max_tokens": 200, "messages": [{"role": "user", "content": "Hello"}]}'
STREAMED = '{"model": "demo", "stream": true, "messages": [{"role": "user", "content": "Hello"}]}'

Strong = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Started:
    """What there is to tell the person who started the server."""

    url: str
    admin_key: str | None
    """Printed once: only a new database on loopback makes one."""
    has_admin: bool
    demo: Demo | None = None
    """What opens the demo, if this database is one."""


def greeting(started: Started, strong: Strong = str) -> str:
    """Return the text; `strong` lays weight on what must not be overlooked."""
    lines = [f"TokenPool {VERSION} listens on {strong(started.url)} (Ctrl-C ends it)."]
    if started.demo is not None:
        lines += _demo(started.url, started.demo, strong)
    if started.demo is not None and started.admin_key is not None:
        lines += [
            "",
            "Your admin key, shown this once; keep it:",
            f"  {strong(started.admin_key)}",
        ]
    elif started.admin_key is not None:
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


def _demo(url: str, demo: Demo, strong: Strong) -> list[str]:
    lines = [
        "",
        "Open this in your browser: Dana, a developer, and Max, her manager, side by side.",
    ]
    lines += ["", f"  {strong(url + demo.path)}", ""]
    lines.append("It works once, for a day; the next start prints another.")
    if demo.key:
        lines += ["", "Dana's API key, shown this once, and a call with it for another terminal:"]
        lines += ["", f"  {strong(demo.key)}", "", commands(url, demo.key)[0][1]]
    return lines


def _first_steps(url: str, key: str, strong: Strong) -> list[str]:
    lines = ["", "Your admin key, shown this once; keep it:", "", f"  {strong(key)}", ""]
    lines.append("Three commands to try in another terminal:")
    for why, command in commands(url, key):
        lines += ["", why, command]
    return [*lines, "", "Then: tokenpool --help"]
