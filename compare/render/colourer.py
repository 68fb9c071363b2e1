"""The process behind code.py: reads [source, language], writes HTML, until its input ends.

Each message is four bytes of length (big-endian) and that many bytes. A timer on the processor time used ends the
process from outside the interpreter, which a lexer caught in its regular expression cannot put off.
"""

from __future__ import annotations

import signal
import struct
import sys
from typing import BinaryIO

import orjson

from compare.render.colours import coloured

_LENGTH = struct.Struct(">I")


def main(cpu_s: float, jobs: BinaryIO, done: BinaryIO) -> None:
    """Work until `jobs` ends; `cpu_s` bounds the processor seconds of one job."""
    while head := jobs.read(_LENGTH.size):
        source, language = orjson.loads(jobs.read(_LENGTH.unpack(head)[0]))
        _timer(cpu_s)
        html = coloured(source, language).encode()
        _timer(0)
        done.write(_LENGTH.pack(len(html)) + html)
        done.flush()


def _timer(cpu_s: float) -> None:
    # Its signal ends a process that does not handle it. Where there is no such timer, nothing is coloured (below).
    signal.setitimer(signal.ITIMER_VIRTUAL, cpu_s)


if __name__ == "__main__" and hasattr(signal, "setitimer"):
    main(float(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
