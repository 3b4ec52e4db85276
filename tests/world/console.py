"""The real console script, in a folder of its own."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOKENPOOL = Path(sys.executable).with_name("tokenpool")
KEY = re.compile(r"tp_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}")
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Console:
    """A shell in a folder, with only these settings."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        kept = ("PATH", "HOME", "LANG", "COVERAGE")
        own = {name: value for name, value in os.environ.items() if name.startswith(kept)}
        return own | {"NO_COLOR": "1", "COLUMNS": "100"} | self.settings

    def run(self, *words: str, **settings: str) -> Ended:
        """Run one command to its end."""
        done = subprocess.run(
            [TOKENPOOL, *words],
            cwd=self.folder,
            env=self.environment | settings,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def made(self, *words: str) -> Any:
        """Run a command that must succeed, and return its JSON."""
        ended = self.run(*words, "--json")
        assert ended.code == 0, ended.err
        return ended.json

    @contextmanager
    def serving(self, *words: str, errors: str = "", **settings: str) -> Iterator["Serving"]:
        """Run `serve` until the block ends; it listens once the block begins.

        `errors` is a file for its stderr.
        """
        stderr = os.open(errors, os.O_WRONLY) if errors else subprocess.PIPE
        process = subprocess.Popen(
            [TOKENPOOL, "serve", *words],
            cwd=self.folder,
            env=self.environment | {"TOKENPOOL_PORT": "0"} | settings,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        if errors:
            os.close(stderr)
        serving = Serving(process)
        try:
            serving.read_until("listens on")
            yield serving
        finally:
            serving.end()


class Serving:
    """A server that listens, and what it has printed so far."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.said = ""
        self.complained = ""

    def read_until(self, words: str) -> str:
        """Return what it prints up to the line with these words."""
        assert self.process.stdout is not None
        while words not in self.said:
            line = self.process.stdout.readline()
            assert line, f"it ended: {self.said}{self._rest()} {self.complained}"
            self.said += line
        return self.said

    @property
    def url(self) -> str:
        found = re.search(r"http://[\w.:\[\]]+", self.said)
        assert found is not None, self.said
        return found[0]

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        """End the server as Ctrl-C does; return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self._rest()

    def _rest(self) -> int:
        """Read to the end what it still prints; `communicate` would lose what readline kept."""
        out, err = self.process.stdout, self.process.stderr
        if out is not None and not out.closed:
            self.said += out.read()
            out.close()
        if err is not None and not err.closed:
            self.complained += err.read()
            err.close()
        return self.process.wait(SECONDS)
