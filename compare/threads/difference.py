"""Before and after a preparation, for people: which messages changed, with what cannot be seen made visible."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from compare.records import ChatMessage
from compare.threads.shaping import Shaped

_SEEN_AS_THEY_ARE = frozenset("\n ")


@dataclass(frozen=True, slots=True)
class Changed:
    """One message that is sent in other words or characters than it has."""

    number: int
    """1-based, among the messages that the context policy kept."""
    role: str
    before: str
    """With hidden characters written out."""
    after: str
    why: tuple[str, ...]
    """Each change in words, with its step."""


def changed(shaped: Shaped) -> list[Changed]:
    """The messages that the preparation changed, by number; where it joined messages, the one they were joined into."""
    kept, sent = shaped.kept, shaped.sent.messages
    if len(kept) != len(sent):
        return [_joined(kept, sent, shaped)]
    return [
        Changed(i + 1, before.role, visible(before.content), visible(after.content), _why(shaped, i))
        for i, (before, after) in enumerate(zip(kept, sent, strict=True))
        if before != after
    ]


def visible(text: str) -> str:
    """The text with characters that cannot be seen written as their code point, such as <U+200B>."""
    return "".join(c if c in _SEEN_AS_THEY_ARE or _can_be_seen(c) else f"<U+{ord(c):04X}>" for c in text)


def _can_be_seen(c: str) -> bool:
    return unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp")


def _why(shaped: Shaped, index: int) -> tuple[str, ...]:
    return tuple(
        f"{change.step}: {change.what}, {change.n} characters" for change in shaped.changes if change.index == index
    )


def _joined(kept: Sequence[ChatMessage], sent: Sequence[ChatMessage], shaped: Shaped) -> Changed:
    before = "\n\n".join(f"{m.role}: {m.content}" for m in kept)
    after = "\n\n".join(f"{m.role}: {m.content}" for m in sent)
    steps = dict.fromkeys(f"{change.step}: {change.what}" for change in shaped.changes)
    said = (f"{len(kept)} messages became {len(sent)}", *steps)
    return Changed(1, "all", visible(before), visible(after), said)
