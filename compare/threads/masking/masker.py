"""Masks over a whole thread: messages, what was imported of them, titles, references, recorded answers, branches.

Kinds are looked for one after the other, each only in what the ones before left; so no mask touches a placeholder.
Pictures are not looked into.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from compare.errors import ImportFormatError
from compare.records import Branch, Message, Recorded, Thread
from compare.threads.masking.finders import Finder, Found, accounts, cards, emails, phones
from compare.threads.masking.own import OwnPattern

KINDS: dict[str, Finder] = {"email": emails, "iban": accounts, "card": cards, "phone": phones}
"""Names by which masks are asked for, in the order in which they are applied."""
_WORDS = {"email": "e-mail address", "iban": "bank account", "card": "payment card", "phone": "telephone number"}


class Masked(NamedTuple):
    """A thread without its personal data."""

    thread: Thread
    counts: Counter[str]
    """How many places were masked, by kind."""


@dataclass(frozen=True, slots=True)
class Masking:
    """Which masks are applied."""

    kinds: tuple[str, ...] = ()
    own: tuple[OwnPattern, ...] = ()

    def __post_init__(self) -> None:
        unknown = [kind for kind in self.kinds if kind not in KINDS]
        if unknown:
            raise ImportFormatError(f"There is no mask for {unknown[0]!r}; there are {', '.join(KINDS)}.")
        names = [one.name for one in self.own]
        twice = next((n for n in names if names.count(n) > 1 or n in KINDS), None)
        if twice is not None:
            raise ImportFormatError(f"Two masks are called {twice!r}. Give each a name of its own.")

    def mask(self, thread: Thread) -> Masked:
        """The thread with every value masked, and a note on it that holds counts only.

        Raises:
            ImportFormatError: a pattern of the user's took too long; nothing of the thread may be kept.
        """
        finders = [(kind, finder) for kind, finder in KINDS.items() if kind in self.kinds]
        run = _Run([*finders, *((one.name, one.find) for one in self.own)])
        masked = replace(
            thread,
            messages=run.messages(thread.messages),
            title=run.text(thread.title),
            source=run.text(thread.source),
            source_ref=run.text(thread.source_ref),
            workload=run.text(thread.workload),
            recorded=run.recorded(thread.recorded),
            branches=tuple(Branch(run.messages(b.messages), run.recorded(b.recorded)) for b in thread.branches),
        )
        if run.counts:
            masked = replace(masked, note=" ".join(filter(None, [thread.note, sentence(run.counts)])))
        return Masked(masked, run.counts)


def sentence(counts: Counter[str]) -> str:
    """What was masked, in words, with numbers and nothing else."""
    told = [f"{n:,} x {_WORDS.get(kind, kind)}" for kind, n in counts.items()]
    return f"Masked at import: {', '.join(told)}."


class _Run:
    """Masking of one thread: remembers which value has which placeholder."""

    def __init__(self, finders: Sequence[tuple[str, Callable[[str], Iterator[Found]]]]) -> None:
        self._finders = finders
        self._numbers: dict[tuple[str, str], int] = {}
        self._given: Counter[str] = Counter()
        self._done: dict[str, str] = {}
        """Texts that were masked already: a reply stands in the thread and among the recorded answers."""
        self._counting = True
        self.counts: Counter[str] = Counter()

    def messages(self, messages: Sequence[Message]) -> tuple[Message, ...]:
        return tuple(replace(m, text=self.text(m.text), parts_json=self._parts(m.parts_json)) for m in messages)

    def recorded(self, recorded: Sequence[Recorded]) -> tuple[Recorded, ...]:
        return tuple(
            replace(
                one,
                name=self.text(one.name),
                text=self.text(one.text),
                reasoning=self.text(one.reasoning),
                model_served=self.text(one.model_served) if one.model_served else one.model_served,
                request_id=self.text(one.request_id) if one.request_id else one.request_id,
            )
            for one in recorded
        )

    def text(self, text: str) -> str:
        if text not in self._done:
            pieces = [(text, False)]
            for kind, finder in self._finders:
                pieces = [part for piece in pieces for part in self._cut(piece, kind, finder)]
            self._done[text] = "".join(part for part, _ in pieces)
        return self._done[text]

    def _cut(
        self, piece: tuple[str, bool], kind: str, finder: Callable[[str], Iterator[Found]]
    ) -> Iterator[tuple[str, bool]]:
        text, is_placeholder = piece
        if is_placeholder or not text:
            yield piece
            return
        end = 0
        for found in finder(text):
            if found.start < end:
                continue
            yield text[end : found.start], False
            yield self._placeholder(kind, found.value), True
            end = found.end
        yield text[end:], False

    def _placeholder(self, kind: str, value: str) -> str:
        if (kind, value) not in self._numbers:
            self._given[kind] += 1
            self._numbers[kind, value] = self._given[kind]
        if self._counting:
            self.counts[kind] += 1
        return f"[{kind} {self._numbers[kind, value]}]"

    def _parts(self, parts_json: str) -> str:
        """The message as it was imported, with the same masks; what the text has as well counts once."""
        if not parts_json:
            return ""
        self._counting = False
        try:
            masked = self._inside(json.loads(parts_json))
        finally:
            self._counting = True
        return json.dumps(masked, ensure_ascii=False)

    def _inside(self, value: Any) -> Any:
        if isinstance(value, str):
            return value if value.startswith("data:image/") else self._nested(value)
        if isinstance(value, list):
            return [self._inside(one) for one in value]
        if isinstance(value, dict):
            return {self.text(key): self._inside(one) for key, one in value.items()}
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self._number(value)
        return value

    def _number(self, value: int | float) -> Any:
        """A number that is a card's or a telephone's, as tool results have them, becomes its placeholder."""
        written = str(value)
        masked = self.text(written)
        return value if masked == written else masked

    def _nested(self, value: str) -> str:
        """A text that is JSON itself, as arguments of tools are, is looked into: escapes may hide a value."""
        if value.lstrip()[:1] in ("{", "[") and "\\" in value:
            try:
                inner = json.loads(value)
            except (ValueError, RecursionError):
                return self.text(value)
            masked = self._inside(inner)
            if masked != inner:
                return json.dumps(masked, ensure_ascii=False)
        return self.text(value)
