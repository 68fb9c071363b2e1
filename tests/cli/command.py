"""How the tests speak to the command line: within this process, or as a process of its own where that matters."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner

from compare.cli.commands import cli
from tests.app_server import ROOT


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it must be."""
        assert self.status == 0, self.err
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def complaint(self) -> str:
        """The one sentence of a command that failed, which is all that it said."""
        assert self.out == ""
        assert self.err.count("\n") == 1, self.err
        return self.last_words

    @property
    def last_words(self) -> str:
        """The sentence that a command ended with, after whatever it had done before."""
        assert self.status == 1, self.err
        assert "Traceback" not in self.err
        last = self.err.splitlines()[-1]
        assert last.startswith("weighbridge: ")
        return last.removeprefix("weighbridge: ")


def weighbridge(*arguments: object) -> Outcome:
    """Run a command in this process; a defect (anything but an exit) is raised here."""
    result = CliRunner(catch_exceptions=False).invoke(cli, list(map(str, arguments)), prog_name="weighbridge")
    return Outcome(result.exit_code, result.stdout, result.stderr)


def start(*arguments: object, **options: Any) -> subprocess.Popen[str]:
    """Start `python -m compare ARGUMENTS` in a process group of its own; warnings are errors there as well."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    # Buffered, as a user has it, whatever the shell of the tests says: what is lost at the end is lost in buffers.
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    # Where the tests run in the background, SIGINT is ignored, and children inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "compare", *map(str, arguments)],
            env={**variables, "PYTHONPATH": str(ROOT)}, text=True, start_new_session=True, **options,
        )  # fmt: skip
    finally:
        signal.signal(signal.SIGINT, before)


def process(*arguments: object, **options: Any) -> Outcome:
    """Run `python -m compare ARGUMENTS` to its end."""
    running = start(*arguments, **options)
    try:
        out, err = running.communicate(timeout=60)
    finally:
        running.kill()
    return Outcome(running.returncode, out or "", err)
