"""Patterns of the user's own: a name and a regular expression, which must be harmless to run over any text.

The `regex` package runs them, because it can be told to stop: a pattern that needs more than a moment for a text, as
nested repeats can, is refused when it is given, by texts that bring such patterns out, and stopped when it is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from compare.errors import ImportFormatError
from compare.threads.masking.finders import Found

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 _-]{0,30}")
_TRIAL_S = 0.25
_TEXT_S = 2.0
_TRIALS = tuple(
    made
    for piece in ("a", "0", " ", "-", "ab", "a0", "a.", "A", "aA0-", "x=", ",")
    for made in (piece * 3_000 + "!", piece * 3_000 + "\n")
)


@dataclass(frozen=True, slots=True)
class OwnPattern:
    """A pattern that passed its trial."""

    name: str
    pattern: str
    compiled: Any

    def find(self, text: str) -> Iterator[Found]:
        """Every value in a text.

        Raises:
            ImportFormatError: the search took too long and was stopped.
        """
        try:
            for match in self.compiled.finditer(text, timeout=_TEXT_S):
                if match.end() > match.start():
                    yield Found(match.start(), match.end(), match[0])
        except TimeoutError as exc:
            raise ImportFormatError(
                f"the mask {self.name!r} took more than {_TEXT_S:g} s for a text of {len(text):,} characters, so the "
                "thread was not kept. Write its pattern without repeats inside repeats."
            ) from exc


def own_pattern(name: str, pattern: str) -> OwnPattern:
    """A pattern of the user's.

    Raises:
        ImportFormatError: the name is unusable, or the pattern is invalid, too slow, or fits on nothing at all.
    """
    import regex

    if not _NAME.fullmatch(name):
        raise ImportFormatError(f"A mask cannot be called {name!r}: up to 31 letters, digits, spaces or dashes can be.")
    try:
        compiled = regex.compile(pattern)
    except (regex.error, RecursionError, OverflowError) as exc:
        raise ImportFormatError(f"The mask {name!r} has a pattern that is not a regular expression: {exc}.") from exc
    if compiled.fullmatch(""):
        raise ImportFormatError(f"The mask {name!r} has a pattern that fits on nothing at all, so everywhere.")
    for trial in _TRIALS:
        try:
            for _ in compiled.finditer(trial, timeout=_TRIAL_S):
                pass
        except TimeoutError as exc:
            raise ImportFormatError(
                f"The mask {name!r} has a pattern that takes too long: more than {_TRIAL_S:g} s for {len(trial):,} "
                "characters. Write it without repeats inside repeats, such as (a+)+."
            ) from exc
    return OwnPattern(name, pattern, compiled)
