"""Answers of a given kind and length, in which every dozen tokens or so is a stamp: the time at which it was sent.

    pieces("prose", 800)      what a model sends, delta by delta; PLACE stands where a stamp goes
    stamp_ms(now_s)           seven digits, milliseconds of a clock that starts again every 2.8 hours
    sent_at_ms(text)          the stamps of a text that has arrived, as numbers

Length is in o200k tokens of the text (compare.tokens.count), a delta is a word or a mark: about one token.
"""

from __future__ import annotations

import re
from functools import lru_cache

from compare.tokens.count import count

PLACE = "0000000"
WRAP_MS = 10_000_000

_PROSE = (
    "At 0000000 the order was moved to the second store, because the customer had written again. ",
    "We keep the **earlier** limit of 200 dollars, and at 0000000 nothing in the thread speaks against it. ",
    "The refund was promised in message 4; it left at 0000000 and the bank needs three working days for it.\n\n",
)
_CODE = (
    "def settle_{n}(order: Order) -> Money:\n    # agreed in message 4, at 0000000\n",
    '    total = sum(item.price * item.count for item in order.items if item.state == "open")\n',
    "    return min(total, LIMIT) - order.paid.get(0000000, 0)\n\n",
)
_TABLE = ("| {n} | reopen the ticket | support, at 0000000 | $24.90 |\n", "| {n} | ask the bank | Ann | none |\n")
_LIST = (
    "- step {n}: keep the **earlier** constraint (budget below $200)\n",
    "- step {n}: write to the customer, at 0000000\n",
)
_KINDS = {
    "prose": ("", _PROSE, ""),
    "fence": ("```python\n", _CODE, "```\n"),
    "table": ("| no | step | owner | cost |\n|---|---|---|--:|\n", _TABLE, ""),
    "list": ("", _LIST, ""),
}
KINDS = tuple(_KINDS)
_PIECE = re.compile(r"\n+| ?[A-Za-z]{1,9}| ?\d{1,7}| *[^\sA-Za-z0-9]{1,3}| +")
_STAMP = re.compile(r"(?<!\d)\d{7}(?!\d)")


@lru_cache(maxsize=64)
def text(kind: str, n_tokens: int) -> str:
    """The first whole sentences, lines or rows that reach a number of tokens."""
    start, parts, end = _KINDS[kind]
    so_far, n, step = start, 0, 0
    tokens = count(start)
    while tokens < n_tokens:
        part = parts[step % len(parts)].format(n=n)
        so_far, tokens, step = so_far + part, tokens + count(part), step + 1
        n += step % len(parts) == 0
    return so_far + end


@lru_cache(maxsize=64)
def pieces(kind: str, n_tokens: int) -> tuple[str, ...]:
    """The deltas of a text; a delta that holds a stamp ends with PLACE."""
    whole = text(kind, n_tokens)
    found = tuple(_PIECE.findall(whole))
    assert "".join(found) == whole
    return found


def stamp_ms(now_s: float) -> str:
    """A moment, as it stands in a text."""
    return f"{int(now_s * 1000) % WRAP_MS:07d}"


def sent_at_ms(whole: str) -> list[int]:
    """The moments at which the stamped tokens of a text were sent, in their order."""
    return [int(found) for found in _STAMP.findall(whole)]
