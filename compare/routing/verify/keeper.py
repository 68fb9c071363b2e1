"""Runs one command and ends it with its own standard input: `python keeper.py COMMAND ...`.

Whoever started this holds the other end of the pipe. When that process is gone, however it went (kill -9 too), the pipe
closes, and the command ends with it. Standard library alone: it starts in a few hundredths of a second.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

STOP_S = 8.0
"""How long the command may take to end before it is killed."""


def main(command: list[str]) -> int:
    """Run it and give its status; standard output and error are the command's own."""
    try:
        # A group of its own: whatever the command starts ends with it, and this process is not hit.
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError as exc:
        print(f"{command[0]} cannot be started: {exc.strerror or exc}.", file=sys.stderr)
        return 127
    threading.Thread(target=_end_with_input, args=(process,), daemon=True).start()
    status = process.wait()
    _signal(process.pid, signal.SIGKILL)
    return status if status >= 0 else 128 - status


def _end_with_input(process: subprocess.Popen[bytes]) -> None:
    while os.read(0, 4096):
        pass
    _signal(process.pid, signal.SIGTERM)
    time.sleep(STOP_S)
    _signal(process.pid, signal.SIGKILL)


def _signal(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(main(sys.argv[1:]))
