"""Which message of the thread an answer repeats, span by span.

quotes(texts, messages) -> list[list[Quote]]

Pure and deterministic. It finds what is repeated, not whether it is right: a fact without a source may still be true.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from compare.render.facts import Fact, Said
from compare.render.words import Word, is_content, stem

RUN_WORDS = 5
"""So many words in the same order are a quotation."""

_MIN_CONTENT_WORDS = 2
_CONTEXT_WORDS = 12
_COMMON_FROM, _COMMON_SHARE = 4, 1 / 3

_Key = TypeVar("_Key", bound=Hashable)
_Shingle = tuple[str, ...]


class Quote(NamedTuple):
    """text[start:end] repeats something of message `n` (counted from 1)."""

    start: int
    end: int
    n: int


def quotes(texts: Sequence[str], messages: Sequence[tuple[str, str]]) -> list[list[Quote]]:
    """The spans of each answer that repeat something specific of a message.

    Specific are facts (see facts.py; of plain numbers those of at least three digits that are no year) and runs of at
    least five words; not what more than a third of the messages say (from four messages on), nor what the newest
    question of the user says: whoever repeats the question need not have read further. Where several messages say it,
    the source is the one that shares most words with what stands around the span in the answer; among equals it is the
    earliest.

    Args:
        texts: the stored texts of the answers.
        messages: (role, text) of the thread, oldest first.

    Returns:
        For each text its quotes in order, none overlapping another.
    """
    thread = _Thread(messages)
    return [list(thread.quoted_by(text)) for text in texts]


class _Thread:
    """The messages, ready for looking up what they say."""

    def __init__(self, messages: Sequence[tuple[str, str]]) -> None:
        self._said = [Said(text) for _, text in messages]
        self._question = max((i for i, (role, _) in enumerate(messages) if role == "user"), default=-1)
        self._runs = _index(_shingles(one.words) for one in self._said)
        self._keys = _index(one.keys for one in self._said)
        self._words = _index(one.vocabulary for one in self._said)
        self._stems_of: dict[int, set[str]] = {}

    def quoted_by(self, text: str) -> Iterator[Quote]:
        said = Said(text)
        found = [(said.words[a].start, said.words[b].end, sources) for a, b, sources in self._found_runs(said.words)]
        inside = _Cover([(start, end) for start, end, _ in found])
        specific = [f for f in said.facts if _is_specific(f, text) and not inside.overlaps(f.start, f.end)]
        found += [(fact.start, fact.end, self._who_says(fact)) for fact in specific]
        found.sort(key=lambda span: span[0])
        context = _Context(said.words)
        for start, end, sources in found:
            if sources:
                yield Quote(start, end, self._likeliest(sources, context.around(start, end)) + 1)

    def _found_runs(self, words: Sequence[Word]) -> Iterator[tuple[int, int, frozenset[int]]]:
        """(first word, last word, messages) of each longest run that at least one message has."""
        start, sources = 0, frozenset[int]()
        for k, shingle in enumerate(_shingles(words)):
            here = self._runs.get(shingle, set())
            if sources and not sources & here:
                yield from self._told(words, start, k + RUN_WORDS - 2, sources)
                # The words of the run before belong to it; what follows begins after them.
                start, sources = k + RUN_WORDS - 1, frozenset()
                continue
            if k < start:
                continue
            if not sources:
                start = k
            sources = frozenset(sources & here if sources else here)
        if sources:
            yield from self._told(words, start, len(words) - 1, sources)

    def _told(
        self, words: Sequence[Word], first: int, last: int, sources: frozenset[int]
    ) -> Iterator[tuple[int, int, frozenset[int]]]:
        n_content = sum(is_content(word.folded) for word in words[first : last + 1])
        if n_content >= _MIN_CONTENT_WORDS and self._is_quotable(sources):
            yield first, last, sources

    def _who_says(self, fact: Fact) -> frozenset[int]:
        if fact.kind == "name":
            found = frozenset.intersection(*(frozenset(self._words.get(word, ())) for word in fact.asks))
        else:
            # "12 %" is no quote of a bare "12".
            keys = fact.asks[:1] if fact.kind == "amount" else fact.asks
            found = frozenset().union(*(self._keys.get(key, ()) for key in keys))
        return found if self._is_quotable(found) else frozenset()

    def _is_quotable(self, sources: frozenset[int]) -> bool:
        n = len(sources)
        is_common = n >= _COMMON_FROM and n > _COMMON_SHARE * len(self._said)
        return not is_common and self._question not in sources

    def _likeliest(self, sources: frozenset[int], around: set[str]) -> int:
        if len(sources) == 1:
            return min(sources)

        return min(sources, key=lambda i: (-len(around & self._stems(i)), i))

    def _stems(self, i: int) -> set[str]:
        if i not in self._stems_of:
            self._stems_of[i] = {stem(word) for word in self._said[i].vocabulary if is_content(word)}
        return self._stems_of[i]


class _Cover:
    """Spans in order, asked in order whether something overlaps one of them."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._spans, self._at = spans, 0

    def overlaps(self, start: int, end: int) -> bool:
        while self._at < len(self._spans) and self._spans[self._at][1] <= start:
            self._at += 1
        return self._at < len(self._spans) and self._spans[self._at][0] < end


class _Context:
    """The words around a span; spans are asked for in order."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words, self._at = words, 0

    def around(self, start: int, end: int) -> set[str]:
        while self._at < len(self._words) and self._words[self._at].end <= start:
            self._at += 1
        last = self._at
        while last < len(self._words) and self._words[last].start < end:
            last += 1
        near = self._words[max(0, self._at - _CONTEXT_WORDS) : last + _CONTEXT_WORDS]
        return {stem(word.folded) for word in near if is_content(word.folded)}


def _index(of_messages: Iterable[Iterable[_Key]]) -> dict[_Key, set[int]]:
    """The messages (by place) in which each thing occurs."""
    found: dict[_Key, set[int]] = {}
    for i, things in enumerate(of_messages):
        for thing in things:
            found.setdefault(thing, set()).add(i)
    return found


def _shingles(words: Sequence[Word]) -> Iterator[_Shingle]:
    folded = [word.folded for word in words]
    return zip(*(folded[k:] for k in range(RUN_WORDS)), strict=False)


def _is_specific(fact: Fact, text: str) -> bool:
    if fact.kind != "number":
        return True
    digits = text[fact.start : fact.end]
    return sum(c.isdigit() for c in digits) >= 3 and not (len(digits) == 4 and digits[:2] in ("19", "20"))
