"""What may be logged: known fields. Not a word of what a library says, whatever way it takes."""

import json
import os
import subprocess
import sys
from pathlib import Path

from world.console import Console
from world.loose_talk import CANARY, LOGGERS

from bots.logs import only_known_fields

ROOT = Path(__file__).parents[2]


def said(log_format: str) -> subprocess.CompletedProcess[str]:
    """Run the process that lets everybody say the canary."""
    path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    return subprocess.run(
        [sys.executable, "-m", "world.loose_talk", log_format],
        env={
            **os.environ,
            "PYTHONPATH": path,
            "LITELLM_LOG": "DEBUG",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_no_library_gets_a_word_out_by_any_way() -> None:
    ended = said("json")

    assert CANARY not in ended.stdout + ended.stderr
    assert CANARY[::-1] not in ended.stdout + ended.stderr
    assert ended.returncode == 1
    events = [json.loads(line) for line in ended.stderr.splitlines() if line.startswith("{")]
    told = {event.get("logger") for event in events if event["event"] == "library"}
    assert set(LOGGERS) | {"py.warnings"} <= told
    uncaught = {e["part"]: (e["error"], e["at"]) for e in events if e["event"] == "uncaught"}
    assert set(uncaught) == {"process", "thread", "unraisable"}
    assert {kind for kind, _ in uncaught.values()} == {"ValueError"}
    assert all(at.split(":")[0] in {"world.loose_talk", "__main__"} for _, at in uncaught.values())


def test_an_event_keeps_only_fields_that_are_known() -> None:
    event = {"event": "call", "member": "usr_1", "prompt": CANARY, "error": f"a\n{'b' * 999}"}

    kept = only_known_fields(None, "info", event)
    assert set(kept) == {"event", "member", "error"}
    assert kept["error"] == "a " + "b" * 198


def test_a_log_that_cannot_be_written_fails_no_request(shell: Console) -> None:
    """F-60: /dev/full has no room for a single byte."""
    with shell.serving(errors="/dev/full", TOKENPOOL_LOG_LEVEL="debug") as server:
        greeting = server.read_until("Then:")
        curl = next(line for line in greeting.splitlines() if line.startswith("curl"))
        done = subprocess.run(
            curl, shell=True, cwd=shell.folder, capture_output=True, text=True, timeout=30,
            check=True,
        )  # fmt: skip

    assert json.loads(done.stdout)["choices"][0]["message"]["content"]
