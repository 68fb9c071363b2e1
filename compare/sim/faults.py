"""The ways an attempt fails, and the plan by which sim-flaky does: a pure function of seed, conversation and attempt.

So a run that is repeated meets the same faults, and a retry gets through: whatever went wrong at an odd attempt goes
right at the next one. Faults that are asked for by the model's name are in demands.py.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "none",
    "stall",
    "cut",
    "rate_limit",
    "server_error",
    "overloaded",
    "html_error",
    "error_in_200",
    "slow_first",
    "crlf",
    "split_utf8",
    "no_usage",
    "cached",
    "bad_key",
]

STALL_S = 4.0
"""Length of a stall in the middle of an answer, at real pace."""
SLOW_FIRST_S = 6.0
"""By how much a first token that is late comes late, at real pace."""
RETRY_AFTER_S = 1.0
"""What a 429 asks the client to wait, at real pace."""

_SHARES: tuple[tuple[FaultKind, float], ...] = (
    ("rate_limit", 0.16),
    ("server_error", 0.10),
    ("cut", 0.12),
    ("stall", 0.16),
)
"""Share of conversations that meet each fault at the first attempt; the others are answered at once."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one attempt."""

    kind: FaultKind = "none"
    at: float = 0.0
    """Where a stall, cut or error comes, as a share of the pieces of the answer's text, strictly between 0 and 1."""


NO_FAULT = Fault()


def plan(seed: int, conversation_sha256: str, attempt: int) -> Fault:
    """The fault of one attempt.

    Args:
        seed: of the request; another seed draws other faults.
        conversation_sha256: identity of the messages sent.
        attempt: 1 for the first try.
    """
    if attempt % 2 == 0:
        return NO_FAULT
    digest = hashlib.sha256(f"fault {seed} {conversation_sha256} {attempt}".encode()).digest()
    draw = int.from_bytes(digest[:4], "big") / 2**32
    at = 0.2 + 0.6 * (digest[4] / 255)
    for kind, share in _SHARES:
        if draw < share:
            return Fault(kind, at)
        draw -= share
    return NO_FAULT


class Attempts:
    """Counts attempts at each conversation. An episode ends with a whole answer; asking again then starts at 1."""

    def __init__(self, keep: int = 10_000) -> None:
        self._open: OrderedDict[tuple[int | str, ...], int] = OrderedDict()
        self._keep = keep

    def next_fault(self, seed: int, conversation_sha256: str) -> Fault:
        """The planned fault of the next attempt at this conversation."""
        key = (seed, conversation_sha256)
        attempt = self._open.pop(key, 0) + 1
        fault = plan(seed, conversation_sha256, attempt)
        if fault.kind not in ("none", "stall"):
            self._fails(key, attempt)
        return fault

    def is_odd(self, *what: str) -> bool:
        """Whether the next attempt at something is the first, third, ... one; where odd ones fail, even ones pass."""
        if self._open.pop(what, 0):
            return False
        self._fails(what, 1)
        return True

    def _fails(self, key: tuple[int | str, ...], attempt: int) -> None:
        self._open[key] = attempt
        while len(self._open) > self._keep:
            self._open.popitem(last=False)


__all__ = ["NO_FAULT", "RETRY_AFTER_S", "SLOW_FIRST_S", "STALL_S", "Attempts", "Fault", "FaultKind", "plan"]
