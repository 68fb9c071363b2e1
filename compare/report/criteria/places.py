"""On which line of a criteria file each field stands; Python's own TOML reader does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_HEADER = re.compile(r"""\s*\[\[\s*["']?criterion["']?\s*\]\]""")
_OTHER_HEADER = re.compile(r"\s*\[")
_KEY = re.compile(r"""\s*(["']?)([\w-]+)\1\s*=""")
_LONG_TEXTS = ('"""', "'''")


class Places:
    """Lines of a file, 1-based."""

    def __init__(self, text: str) -> None:
        self.top: dict[str, int] = {}
        """Of the fields outside every criterion."""
        self._entries: list[dict[str, int]] = []
        here = self.top
        for number, line in _outside_of_long_texts(text):
            if _HEADER.match(line):
                here = {"": number}
                self._entries.append(here)
            elif _OTHER_HEADER.match(line) and not _KEY.match(line):
                here = {}
            elif found := _KEY.match(line):
                here.setdefault(found[2], number)

    def of(self, n_entries: int) -> list[Mapping[str, int]]:
        """The lines of each of so many criteria by field, its own under ""; empty where they are written otherwise."""
        if len(self._entries) == n_entries:
            return list(self._entries)
        line = self.top.get("criterion")
        return [{"": line} if line else {} for _ in range(n_entries)]


def _outside_of_long_texts(text: str) -> Iterator[tuple[int, str]]:
    inside = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if inside:
            inside = "" if inside in line else inside
            continue
        yield number, line
        inside = next((mark for mark in _LONG_TEXTS if line.count(mark) % 2), "")
