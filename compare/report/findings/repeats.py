"""Findings about what was asked again, from the scans of threads. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compare.report.findings.asked_again import Repeat
from compare.report.findings.found import Finding, Kind, Quote
from compare.store.findings import Repeated

_MAX_WORDS_NAMED = 8
_ALL_OF_IT = 1000.0
"""A user who says that it was said before comes first, whatever the distance."""


def repeats(threads: Sequence[Repeated]) -> Iterator[Finding]:
    """A finding for every repeat, with the messages that show it."""
    for thread in threads:
        for row in thread.asked_again:
            repeat = Repeat(**{**row, "shared": tuple(row["shared"])})
            match repeat.kind:
                case "said before":
                    yield _said_before(thread, repeat)
                case "assistant":
                    yield _by_assistant(thread, repeat)
                case _:
                    yield _by_user(thread, repeat)


def _by_user(thread: Repeated, repeat: Repeat) -> Finding:
    told = f"The user asked in message {repeat.again} what message {repeat.first} had asked: {_alike(repeat)}."
    return _finding("asked again", thread, repeat, told, _both(repeat, "user"))


def _said_before(thread: Repeated, repeat: Repeat) -> Finding:
    told = f'The user says in message {repeat.again} that it was said before ("{repeat.shared[0]}").'
    return Finding(
        "asked again", thread.thread_id, thread.title, repeat.again, told, _ALL_OF_IT,
        evidence=(Quote(repeat.again, "user", repeat.again_text),),
    )  # fmt: skip


def _by_assistant(thread: Repeated, repeat: Repeat) -> Finding:
    told = (
        f"The assistant asked in message {repeat.again} what it had asked in message {repeat.first}: {_alike(repeat)}."
    )
    first, again = _both(repeat, "assistant")
    evidence = (first, Quote(repeat.given, "user", repeat.given_text), again)
    return _finding("assistant asked again", thread, repeat, told, evidence)


def _both(repeat: Repeat, role: str) -> tuple[Quote, Quote]:
    return Quote(repeat.first, role, repeat.first_text), Quote(repeat.again, role, repeat.again_text)


def _finding(kind: Kind, thread: Repeated, repeat: Repeat, told: str, evidence: tuple[Quote, ...]) -> Finding:
    # How far apart makes it worse: what was lost over twenty messages weighs more than over two.
    distance = repeat.again - repeat.first
    return Finding(kind, thread.thread_id, thread.title, repeat.again, told, distance, evidence=evidence)


def _alike(repeat: Repeat) -> str:
    named = ", ".join(repeat.shared[:_MAX_WORDS_NAMED])
    more = len(repeat.shared) - _MAX_WORDS_NAMED
    return f"{repeat.likeness:.0%} of their words are the same ({named}{f' and {more} more' if more > 0 else ''})"
