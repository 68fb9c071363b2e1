"""The leak filter: answers that name their model or its maker, and how those words are hidden while a rating is blind.

A hidden word becomes the same sign whatever its length, which would tell as well. Places in the shown text can be
turned back into places of the stored one, so that marks on a hidden text stay true.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from compare.errors import ConfigError
from compare.records import Candidate, ModelSpec
from compare.review.folded import fold
from compare.review.spelled import joined
from compare.settings import data_dir, shipped

HIDDEN = "[hidden]"
FILE_NAME = "identity_words.toml"
_LISTS = ("words", "exact", "versions")
_SHORTEST = 3
"""Names of a study's models with fewer letters would hide everyday words."""


@dataclass(frozen=True, slots=True)
class IdentityWords:
    """What tells who wrote an answer."""

    words: tuple[str, ...] = ()
    """In any case."""
    exact: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    """Hidden where they follow one of the others."""

    def naming(self, candidates: Iterable[Candidate], specs: Iterable[ModelSpec] = ()) -> IdentityWords:
        """The list with the names of these candidates and of their catalogue entries."""
        names = [name for candidate in candidates for name in (candidate.model_id, candidate.label)]
        names += [name for spec in specs for name in (spec.id, spec.model, spec.label, spec.maker)]
        added = {name.strip() for name in names if len(name.strip()) >= _SHORTEST and name != "production"}
        return IdentityWords((*self.words, *sorted(added)), self.exact, self.versions)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with what tells hidden."""

    text: str
    cuts: tuple[tuple[int, int], ...]
    """Start and end of what is hidden, in the stored text, ascending."""

    @property
    def leaks(self) -> bool:
        """True where something had to be hidden."""
        return bool(self.cuts)

    def to_stored(self, start: int, end: int) -> tuple[int, int]:
        """The span of the stored text that a span of the shown one means; a hidden word is never halved."""
        return self._place(start, at_end=False), self._place(end, at_end=True)

    def to_shown(self, start: int, end: int) -> tuple[int, int]:
        """The other way round: where a span of the stored text stands in the shown one, hidden words whole."""
        return self._shown_place(start, at_end=False), self._shown_place(end, at_end=True)

    def _shown_place(self, stored: int, *, at_end: bool) -> int:
        shorter = 0  # by how much the shown text is shorter, up to here
        for start, end in self.cuts:
            if stored <= start:
                break
            if stored < end:
                return start - shorter + (len(HIDDEN) if at_end else 0)
            shorter += (end - start) - len(HIDDEN)
        return stored - shorter

    def _place(self, shown: int, *, at_end: bool) -> int:
        longer = 0  # by how much the stored text is longer, up to here
        for start, end in self.cuts:
            first = start - longer
            if shown <= first:
                break
            if shown < first + len(HIDDEN):
                return end if at_end else start
            longer += (end - start) - len(HIDDEN)
        return shown + longer


def load_identity_words() -> IdentityWords:
    """The list as the files say now: the user's own where there is one, else the shipped one.

    Raises:
        ConfigError: the file cannot be read, or a list in it is no list of words.
    """
    own = data_dir() / FILE_NAME
    path = own if own.is_file() else shipped(FILE_NAME)
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise ConfigError(f"{path} cannot be read: {exc}. Mend it, or remove it to use the shipped list.") from exc
    return IdentityWords(*(_words(entries, name, path) for name in _LISTS))


def mask(text: str, words: IdentityWords) -> Masked:
    """The text with every word hidden that tells who wrote it."""
    cuts = _cuts(text, words)
    shown, place = [], 0
    for start, end in cuts:
        shown += [text[place:start], HIDDEN]
        place = end
    return Masked("".join([*shown, text[place:]]), cuts)


def _cuts(text: str, words: IdentityWords) -> tuple[tuple[int, int], ...]:
    """What is to be hidden: names as they are written, as they read (folded.py), and letter by letter (spelled.py)."""
    pattern = _pattern(words)
    if pattern is None:
        return ()
    found = [match.span() for match in pattern.finditer(text)]
    folded = fold(text)
    if folded is not None:
        found += [folded.original(*match.span()) for match in pattern.finditer(folded.text)]
    spelled = joined(text if folded is None else folded.text, words.words, words.exact)
    if spelled is not None:
        spans = [spelled.original(*match.span()) for match in pattern.finditer(spelled.text)]
        found += spans if folded is None else [folded.original(*span) for span in spans]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return tuple(merged)


def _words(entries: dict[str, object], name: str, path: Path) -> tuple[str, ...]:
    found = entries.get(name, [])
    if not isinstance(found, list) or not all(isinstance(word, str) and word.strip() for word in found):
        raise ConfigError(f"{path}: {name} must be a list of words in quotes.")
    return tuple(word.strip() for word in found)


@lru_cache(maxsize=64)
def _pattern(words: IdentityWords) -> re.Pattern[str] | None:
    names = [f"(?i:{_spaced(word)})" for word in words.words] + [_spaced(word) for word in words.exact]
    if not names:
        return None
    names.sort(key=len, reverse=True)  # of two names that begin alike, the longer one
    versions = "|".join(re.escape(word) for word in words.versions)
    version = rf"(?:v?\d[{_IN}.]*[{_IN}]|v?\d{'|' + versions if versions else ''})"
    # A version may be joined ("GPT4", "gpt-4o-mini") or stand apart ("Claude 3.5 Sonnet"). Scripts without spaces put
    # their words right beside a name, so that only letters of its own kind make it a part of another word.
    return re.compile(
        rf"(?<![{_LETTER}])(?:{'|'.join(names)})(?:s|AI|\d(?:[{_IN}.]*[{_IN}])?)?"
        rf"(?:[-_ ](?i:{version})(?![{_IN}]))*(?:-[{_IN}]+)*(?![{_LETTER}])"
    )


_LETTER = "0-9A-Za-z\u00c0-\u024f"
_IN = _LETTER + "_"


def _spaced(word: str) -> str:
    """A pattern for a name however its parts are joined: "command-r" is "Command R" as well."""
    return r"[-_\s]?".join(re.escape(part) for part in re.split(r"[-_\s]+", word) if part)
