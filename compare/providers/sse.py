"""Server-sent events from bytes: lines end in CR, LF or CRLF and nothing else, however the bytes were cut.

The decoder keeps every character of a JSON string (U+2028 and its kin are not line ends), replaces broken UTF-8 only
after a line is whole, and gives an event that was never closed by a blank line when the body ends. Whether the answer
is complete is decided elsewhere, by the protocol's own end marker.
"""

from __future__ import annotations

from compare.errors import ProviderError
from compare.records import ProviderFailure

MAX_EVENT_BYTES = 8 * 1024 * 1024

ServerEvent = tuple[str, str]
"""The name of one event, empty where the server gave none, and its data. A bare tuple: nothing is made more often."""


class SSEDecoder:
    """Turns the chunks of one body into events. One decoder per body."""

    __slots__ = ("_at_start", "_data", "_limit", "_name", "_pending", "_pending_bytes", "_size", "_skip_lf")

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._limit = max_event_bytes
        self._pending: list[bytes] = []
        """Pieces of a line whose end has not come; joined once, so that a long line costs no more than its length."""
        self._pending_bytes = 0
        self._name = ""
        self._data: list[str] = []
        self._size = 0
        """Bytes of the data lines of the open event."""
        self._skip_lf = False
        self._at_start = True

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """The events that this chunk completes.

        Raises:
            ProviderError: one event is larger than the limit (kind "protocol").
        """
        if self._skip_lf and chunk:
            # The last chunk ended in CR, which ended its line at once; an LF now belongs to it.
            self._skip_lf = False
            chunk = chunk.removeprefix(b"\n")
        if b"\r" in chunk:
            self._skip_lf = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if b"\n" not in chunk:
            self._keep(chunk)
            return []
        return self._lines(self._with_pending(chunk))

    def flush(self) -> list[ServerEvent]:
        """The event that the end of the body completes, if one is open."""
        return self._lines(self._with_pending(b"\n\n"))

    def _keep(self, rest: bytes) -> None:
        if rest:
            self._pending.append(rest)
            self._pending_bytes += len(rest)
            if self._pending_bytes + self._size > self._limit:
                raise self._too_large()

    def _with_pending(self, chunk: bytes) -> bytes:
        if self._pending:
            self._pending.append(chunk)
            chunk = b"".join(self._pending)
            self._pending.clear()
            self._pending_bytes = 0
        if self._at_start:
            self._at_start = False
            chunk = chunk.removeprefix(b"\xef\xbb\xbf")
        return chunk

    def _lines(self, text: bytes) -> list[ServerEvent]:
        """Take in whole lines; what follows the last line end stays pending."""
        events: list[ServerEvent] = []
        *lines, rest = text.split(b"\n")
        for line in lines:
            if line[:6] == b"data: ":  # nearly every line that is not blank
                self._add_data(line[6:])
            elif not line:
                if self._data:
                    events.append((self._name, "\n".join(self._data)))
                    self._data.clear()
                    self._size = 0
                self._name = ""
            elif not line.startswith(b":"):  # which would make it a comment
                name, _, value = line.partition(b":")
                self._field(name, value.removeprefix(b" "))
        self._keep(rest)
        return events

    def _field(self, name: bytes, value: bytes) -> None:
        if name == b"event":
            self._name = value.decode("utf-8", "replace")
        elif name == b"data":
            self._add_data(value)
        elif name == b"error":
            # Not in the standard: older llama.cpp servers report a failure in a field of this name.
            self._name = "error"
            self._add_data(value)

    def _add_data(self, value: bytes) -> None:
        self._size += len(value)
        if self._size > self._limit:
            raise self._too_large()
        self._data.append(value.decode("utf-8", "replace"))

    def _too_large(self) -> ProviderError:
        message = f"The server sent one event of more than {self._limit:,} bytes; the answer was cut there."
        return ProviderError(ProviderFailure("protocol", message))


__all__ = ["MAX_EVENT_BYTES", "SSEDecoder", "ServerEvent"]
