"""The command line in this process: as the console script, but without a start each time."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from world.console import Ended

from bots.cli import main


@dataclass(frozen=True, slots=True)
class Desk:
    """Runs commands in a folder of its own, with only these settings."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    folder: Path

    def run(self, *words: str, **settings: str) -> Ended:
        """Run one command to its end."""
        with self.monkeypatch.context() as patch:
            patch.chdir(self.folder)
            patch.setattr(sys, "argv", ["tokenpool", *words])
            for name, value in settings.items():
                patch.setenv(name, value)
            self.capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                main()
        said = self.capsys.readouterr()
        code = ended.value.code
        assert code is None or isinstance(code, int), code
        return Ended(code or 0, said.out, said.err)

    def made(self, *words: str) -> Any:
        """Run a command that must succeed, and return its JSON."""
        ended = self.run(*words, "--json")
        assert ended.code == 0, ended.err
        return ended.json
