"""Processes that work on jobs for the app: `jobs resume` as on the command line, ended with the app.

A process of its own does not disturb the times of answers that stream in the app. It stops when its standard input
ends, which it does whenever the app is gone; then the job stands paused and can be resumed from anywhere.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import compare

_making = threading.Lock()


@dataclass(slots=True)
class _Worker:
    process: subprocess.Popen[bytes]
    said: IO[bytes]

    def stop(self) -> None:
        """End its standard input, and so the process."""
        if self.process.stdin is not None:
            self.process.stdin.close()

    def close(self) -> None:
        """Wait until it has ended, and leave nothing open."""
        self.stop()
        self.process.wait(timeout=20)
        self.said.close()


def start_worker(job_id: str) -> None:
    """Have a process work on a job, unless one of ours does already."""
    with _making:
        found = _workers().get(job_id)
        if found is not None and found.process.poll() is None:
            return
        if found is not None:
            found.close()
        root = str(Path(compare.__file__).resolve().parent.parent)
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        said = tempfile.TemporaryFile()  # noqa: SIM115 - the process writes into it
        process = subprocess.Popen(
            [sys.executable, "-m", "compare", "jobs", "resume", job_id, "--attached"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
        _workers()[job_id] = _Worker(process, said)


def is_at_work(job_id: str) -> bool:
    """Whether a process of ours works on a job, or is about to."""
    found = _workers().get(job_id)
    return found is not None and found.process.poll() is None


def last_words(job_id: str) -> str:
    """What our process ended with where it failed; empty where it did not, or still works."""
    found = _workers().get(job_id)
    if found is None or not found.process.poll():
        return ""
    found.said.seek(0)
    lines = found.said.read().decode("utf-8", "replace").splitlines()
    told = [line for line in lines if line.startswith("weighbridge: ")]
    return told[-1].removeprefix("weighbridge: ") if told else ""


def end_workers() -> None:
    """End every process of ours, and wait until it has kept what had arrived."""
    for found in _workers().values():
        found.stop()
    for found in _workers().values():
        found.close()
    _workers().clear()


def _workers() -> dict[str, _Worker]:
    """Kept on the interpreter, because Streamlit re-imports modules on save."""
    found: dict[str, _Worker] | None = getattr(sys, "_weighbridge_job_workers", None)
    if found is None:
        found = sys._weighbridge_job_workers = {}  # type: ignore[attr-defined]
    return found
