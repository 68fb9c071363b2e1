"""Code with colours, made in a process of its own that may use a quarter of a second for each piece.

A fence in a model's answer chooses the language and the text, and a few dozen characters are enough to keep some of
Pygments' regular expressions busy for ever, with the interpreter's lock held: in this process that would be the end of
every stream. The colourer is ended by its own timer instead, and what it could not colour stays plain.
"""

from __future__ import annotations

import atexit
import os
import struct
import subprocess
import sys
import threading
from collections import Counter
from functools import lru_cache

import orjson

from compare.render.characters import escape
from compare.settings import PACKAGE

CLASSES = frozenset({"hk", "hf", "hs", "hm", "hc", "hi", "hd"})
"""Keyword, function or class name, string, number, comment, inserted line, deleted line."""

MAX_HIGHLIGHTED_CHARS = 8_000
"""Longer code stays plain."""
CPU_S = 0.25
"""What one piece may use of a processor; eight thousand characters of honest code take a tenth of it."""
_MAX_STRIKES = 3
"""A language whose lexer was ended so often stays plain until the next start."""
_LENGTH = struct.Struct(">I")


class _Colourer:
    """The other process, started when it is needed and again after it was ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._strikes: Counter[str] = Counter()

    def coloured(self, source: str, language: str) -> str | None:
        """The HTML, or None where it could not be made in time."""
        if self._strikes[language] >= _MAX_STRIKES:
            return None
        with self._lock:
            try:
                return self._ask(orjson.dumps([source, language])).decode()
            except (OSError, EOFError, orjson.JSONEncodeError):
                self._strikes[language] += 1
                self._end()
                return None

    def close(self) -> None:
        """End the process; the next piece starts another."""
        with self._lock:
            self._end()

    def _ask(self, job: bytes) -> bytes:
        if self._process is None:
            self._process = _start()
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(_LENGTH.pack(len(job)) + job)
        stdin.flush()
        head = stdout.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            raise EOFError
        return stdout.read(_LENGTH.unpack(head)[0])

    def _end(self) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        # Closes the pipes as well, and leaves no zombie behind.
        process.communicate()


def _start() -> subprocess.Popen[bytes]:
    path = os.pathsep.join(filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, "-m", "compare.render.colourer", str(CPU_S)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
        # A Ctrl+C at the terminal is for the app, which then ends this process itself.
        start_new_session=True,
    )


_colourer = _Colourer()
atexit.register(_colourer.close)


def warm_up() -> None:
    """Start the colourer and have it load the lexers that most answers need; the first fence would wait for it."""
    for language in ("python", "json", "javascript", "html", "sql", "bash", "yaml", "diff"):
        highlight("x = 1", language)


@lru_cache(maxsize=512)
def highlight(source: str, language: str) -> str:
    """HTML of source code; plain where the language is unknown, or the code too long or too hard to colour."""
    found = None
    if language and len(source) <= MAX_HIGHLIGHTED_CHARS:
        found = _colourer.coloured(source, language.lower())
    return escape(source) if found is None else found
