"""litellm: imported in a thread without stopping the loop, silent, and told closed arguments."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.translation.litellm_port import translate
from gateway.translation.messages import Untranslatable

PROBE = """
import asyncio, gc, json, logging, os, socket, time
from gateway.translation import source

asked = []
socket.getaddrinfo = lambda *a, **k: asked.append(str(a[0])) or []

async def main():
    worst, last = 0.0, time.process_time()
    task = asyncio.create_task(source.ready())
    while not task.done():
        await asyncio.sleep(0.002)
        now = time.process_time()
        worst, last = max(worst, now - last), now
    task.result()
    loud = [n for n in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy")
            if logging.getLogger(n).isEnabledFor(logging.ERROR)]
    print(json.dumps({
        "worst": worst, "frozen": gc.get_freeze_count(), "collects": gc.isenabled(),
        "loud": loud, "read": "CANARY_OF_ENV_FILE" in os.environ, "asked": asked,
    }))

asyncio.run(main())
"""
MOST_STALL = 0.6
"""In seconds of the process's own work; more than one if garbage is collected meanwhile."""
HI: list[dict[str, Any]] = [{"role": "user", "content": "hi"}]
DIALECTS = [
    ("anthropic", "anthropic", "claude-sonnet-4-5"), ("gemini", "gemini", "gemini-2.5-flash"),
    ("cohere", "cohere", "command-a-03-2025"), ("ollama", "ollama", "llama3.1"),
    ("bedrock", "bedrock", "amazon.nova-pro-v1:0"),
]  # fmt: skip


def test_its_import_stops_no_loop_asks_no_network_and_reads_no_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CANARY_OF_ENV_FILE=1\n")

    run = subprocess.run(
        (sys.executable, "-c", PROBE), check=True, capture_output=True, cwd=tmp_path
    )

    told = json.loads(run.stdout)
    assert told["worst"] < MOST_STALL
    assert told["frozen"] > 100_000
    assert told["collects"]
    assert (told["loud"], told["read"], told["asked"], run.stderr) == ([], False, [], b"")


@pytest.mark.parametrize(("dialect", "provider", "model"), DIALECTS)
def test_an_argument_that_is_not_on_the_list_goes_nowhere(
    dialect: str, provider: str, model: str
) -> None:
    strange = {
        "api_base": "http://evil.example", "extra_body": {"x": "evil"}, "mock_response": "evil",
        "input_cost_per_token": 0, "metadata": {"y": "evil"}, "custom_llm_provider": "evil",
    }  # fmt: skip

    sent = translate(dialect, provider, model, {"messages": HI, "max_tokens": 9, **strange})

    assert "evil" not in json.dumps(sent.body)
    assert "9" in json.dumps(sent.body)


def test_what_litellm_raises_stays_here() -> None:
    """Its texts hold the words of the prompt."""
    words = "a-secret-in-a-prompt"
    messages = [{"role": words, "content": words}]

    with pytest.raises(Untranslatable) as caught:
        translate("gemini", "gemini", "gemini-2.5-flash", {"messages": messages, "max_tokens": 9})

    assert caught.value.param == "messages"
    assert words not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_more_thought_than_was_paid_for_cannot_be_said() -> None:
    said = {"messages": HI, "max_tokens": 1_024, "reasoning_effort": "high"}

    with pytest.raises(Untranslatable):
        translate("anthropic", "anthropic", "claude-sonnet-4-5", said)
