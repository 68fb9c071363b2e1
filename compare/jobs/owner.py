"""Who holds a lease: a name that tells, on the same machine, whether its process still lives.

A dead process's cells come back when its lease is over. Where it can be seen that it is dead, nobody waits for that.
"""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path

_PROC = Path("/proc")


def new_owner() -> str:
    """A name for one worker of this process."""
    pid = os.getpid()
    return f"{_place()}|{pid}|{_started(pid) or 0}|{secrets.token_hex(4)}"


def is_gone(owner: str) -> bool:
    """True where it can be seen that the owner's process has ended; False also where that cannot be seen."""
    place, pid_text, started_text, *_ = [*owner.split("|"), "", "", ""]
    if not pid_text.isdigit() or not started_text.isdigit() or started_text == "0" or place != _place():
        return False
    # A number is given to another process in time, so the moment of its start is compared too.
    return _started(int(pid_text)) != int(started_text)


def shown(owner: str) -> str:
    """The owner for people: host and process."""
    place, pid, *_ = [*owner.split("|"), ""]
    return f"process {pid} on {place.split('/')[0]}"


def _place() -> str:
    """Where numbers of processes mean the same: this boot of this machine, in this container."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()[:8]
        return f"{socket.gethostname()}/{boot}/{os.readlink(_PROC / 'self/ns/pid')}"
    except OSError:
        return socket.gethostname()


def _started(pid: int) -> int | None:
    """When a process began, in ticks since the boot; None where there is none, or it has ended and waits to be buried,
    or the system does not tell.
    """
    try:
        # The name in parentheses may hold anything; what follows it is state, parent ..., start as the 20th.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])
