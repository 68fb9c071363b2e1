"""One streamed answer in OpenAI's form, read as its bytes come in."""

from __future__ import annotations

from typing import Any

import orjson

from compare.providers.sse import SSEDecoder
from compare.routing.verify.asks import Reply, Streamed
from compare.routing.verify.fakes import name_in

_DONE = "[DONE]"


class Reading:
    """What has come of one answer.

    An answer is whole only with its reason to stop and the end mark: a gateway that cuts a stream off leaves both out.
    """

    def __init__(self) -> None:
        self._decoder = SSEDecoder()
        self._parts: list[str] = []
        self._times_s: list[float] = []
        self._stopped = False
        self._done = False

    def feed(self, chunk: bytes, at_s: float) -> None:
        """Take the next bytes.

        Raises:
            ValueError: an event holds no JSON.
        """
        for _, data in self._decoder.feed(chunk):
            if data == _DONE:
                self._done = True
            elif data:
                self._take(orjson.loads(data), at_s)

    def result(self) -> Streamed:
        """Who answered, in how many pieces, over what time; an error where the end is missing."""
        if not (self._stopped and self._done):
            missing = "its end mark" if self._stopped else "the reason to stop"
            return Streamed(Reply(error=f"the stream ended without {missing}, after {len(self._parts)} pieces"))
        spread_s = self._times_s[-1] - self._times_s[0] if self._times_s else 0.0
        return Streamed(Reply(served=name_in("".join(self._parts))), len(self._parts), spread_s)

    def _take(self, event: Any, at_s: float) -> None:
        for choice in event.get("choices") or ():
            if text := (choice.get("delta") or {}).get("content"):
                self._parts.append(text)
                self._times_s.append(at_s)
            self._stopped |= choice.get("finish_reason") == "stop"


__all__ = ["Reading"]
