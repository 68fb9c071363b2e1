"""What only one of several answers says.

only_here(texts) -> list[list[Span]]

Pure and deterministic: the same texts always give the same spans, and each can be explained by the rule below.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from compare.render.facts import Said
from compare.render.words import is_content, stem

MIN_NEW_WORDS = 3
"""So many words in a row that nobody else has are a thing of one's own; fewer are only another way to say it."""

_SENTENCE_END = re.compile(r"\n|[.!?:;|](?=\s|$)")


class Span(NamedTuple):
    """A piece of a stored text: text[start:end]."""

    start: int
    end: int


def only_here(texts: Sequence[str]) -> list[list[Span]]:
    """The spans of each answer that no other answer says.

    Two things are marked. A fact (number, amount, date, time, code, address or name; see facts.py) that stands in no
    other answer, however it is written there. And, inside one sentence, a run of at least three words that carry
    meaning, none of which occurs in any other answer; words are compared by their first five letters, and stop words
    between them do not count. So another wording of the same thing stays unmarked until it is quite another wording.

    Args:
        texts: the stored texts of all answers. Empty ones say nothing; where fewer than two say something there is
            nothing to compare and nothing is marked.

    Returns:
        For each text its spans in order, none touching another.
    """
    if sum(bool(text.strip()) for text in texts) < 2:
        return [[] for _ in texts]
    said = [Said(text) for text in texts]
    stems = [{stem(word) for word in one.vocabulary} for one in said]
    n_answers_with = Counter(s for found in stems for s in found)
    return [_merged([*_own_facts(i, said), *_own_runs(text, said[i], n_answers_with)]) for i, text in enumerate(texts)]


def _own_facts(i: int, said: Sequence[Said]) -> Iterator[Span]:
    others = [one for k, one in enumerate(said) if k != i]
    for fact in said[i].facts:
        if not any(other.has(fact) for other in others):
            yield Span(fact.start, fact.end)


def _own_runs(text: str, said: Said, n_answers_with: Counter[str]) -> Iterator[Span]:
    """Runs of words that one answer alone has, from the first to the last of them."""
    start = end = n = at = 0
    for word in said.words:
        is_new = n_answers_with[stem(word.folded)] == 1
        ends = bool(_SENTENCE_END.search(text, at, word.start + 1)) if n else False
        at = word.end
        if n and (ends or (not is_new and is_content(word.folded))):
            if n >= MIN_NEW_WORDS:
                yield Span(start, end)
            n = 0
        if is_new and is_content(word.folded):
            start = start if n else word.start
            end, n = word.end, n + 1
    if n >= MIN_NEW_WORDS:
        yield Span(start, end)


def _merged(spans: Sequence[Span]) -> list[Span]:
    """In order, overlapping and touching ones joined."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged
