"""The token count of a text that grows: what is new is counted, not the whole again each time."""

from __future__ import annotations

from compare.tokens.count import count_live

_KEEP_OPEN_CHARS = 2_000


class RunningCount:
    """Remembers how many tokens stand before a word's beginning, and counts from there on."""

    def __init__(self) -> None:
        self._settled_chars = 0
        self._settled_tokens = 0
        self._seen_chars = 0
        self._seen_tokens: int | None = 0

    def of(self, text: str) -> int | None:
        """Tokens of the text, which begins with the one of the call before; None while the ranks are not loaded."""
        if len(text) == self._seen_chars and self._seen_tokens is not None:
            return self._seen_tokens
        if len(text) - self._settled_chars > _KEEP_OPEN_CHARS:
            self._settle(text)
        rest = count_live(text[self._settled_chars :])
        self._seen_chars, self._seen_tokens = len(text), None if rest is None else self._settled_tokens + rest
        return self._seen_tokens

    def _settle(self, text: str) -> None:
        # A word's token takes the space before it along, so nothing is cut where a space begins one.
        at = text.rfind(" ", self._settled_chars + 1)
        n = count_live(text[self._settled_chars : at]) if at > 0 else None
        if n is not None:
            self._settled_chars, self._settled_tokens = at, self._settled_tokens + n
