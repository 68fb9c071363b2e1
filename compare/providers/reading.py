"""What the readers of all wire formats share: how a body comes in, and how an answer ends.

A format says what its events mean; here stands what follows from them. Text that came is kept however an answer ends,
what is odd about the end is said in a warning or a failure, and server's words are redacted before they are cut.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import orjson

from compare.providers.errorbody import as_text, complaint_of, parse_json
from compare.providers.failures import MAX_ID_CHARS
from compare.providers.reply import Reply
from compare.providers.sse import ServerEvent, SSEDecoder
from compare.records import Finish, ProviderFailure, Usage

_HEAD_CHARS = 2000
_HEAD_READ_CHARS = 20_000
_WORD_CHARS = 100


class AnswerReader(ABC):
    """An exchange.Reader but for what the events of its format mean; a format's reader is made from it."""

    _END_MARKER: ClassVar[str] = ""
    """What ends a stream after its finish reason; empty where nothing does."""
    _MISSING: ClassVar[str] = "without a finish reason"
    """What a stream lacks that ends too early."""

    def __init__(self, reply: Reply, *, max_output_tokens: int | None = None) -> None:
        """Read into a reply.

        Args:
            reply: where the outcome is gathered.
            max_output_tokens: the limit that was asked for, to be named where it was used up.
        """
        self.ended = False
        self.started = False
        self._reply = reply
        self._call = reply.call
        self._limit = max_output_tokens
        self._sse = SSEDecoder()
        self._body_over = False
        """True once the body has ended: what comes now may be half an event."""
        self._is_known = False
        """True once anything came that only this format has."""
        self._tools: dict[str, str] = {}
        """Names of the tools asked for, by what tells one request for a tool from another."""
        self._refused = False
        """True once words of refusal came as the answer's text."""
        self._said = ""
        """What the server says about its finish reason in words."""
        self._usage: dict[str, Any] | None = None
        """The usage object that counts."""
        self._head = ""
        """How the first event begins, to be shown where this is no model's answer."""

    # --- what a format says ------------------------------------------------------------------------------------------

    @abstractmethod
    def _take_event(self, name: str, value: dict[str, Any]) -> None:
        """Take in one event, whose name is empty where it has none, or a whole JSON answer."""

    @abstractmethod
    def _read_usage(self) -> tuple[Usage, list[str]] | None:
        """The usage that was reported and doubts about it, in sentences; None where nothing was reported."""

    def _take_done(self) -> None:  # noqa: B027 - passing over it is what most formats do
        """Take in [DONE], which gateways add also to formats that do not know it."""

    def _take_whole(self, value: Any) -> None:
        """Take in one complete JSON answer, which is complete by being JSON."""
        self._take_value("", value)
        if not self.ended:
            self._end_marked()

    def _explain_finish(self) -> bool:
        """Add what only this format knows of its finish; whether that tells why there is no text."""
        return False

    # --- what comes in -----------------------------------------------------------------------------------------------

    def feed(self, chunk: bytes) -> None:
        """Take in bytes of the stream."""
        self._take(self._sse.feed(chunk))

    def close(self) -> None:
        """The stream ended, perhaps without its end marker; nothing is decided where nothing of this format came."""
        self._body_over = True
        self._take(self._sse.flush())
        if self.started and not self.ended:
            self._end_unmarked()

    def cut(self, failure: ProviderFailure) -> None:
        """The connection broke, the time ran out, or a body was beyond reading."""
        if not self.ended:
            self._end_unmarked(failure)

    def whole(self, value: Any) -> None:
        """Take in one complete JSON answer."""
        self.started = True
        self._head = self._head_of(as_text(value))
        self._take_whole(value)

    def _take(self, events: list[ServerEvent]) -> None:
        for name, data in events:
            try:
                value = orjson.loads(data)
            except orjson.JSONDecodeError:
                value = _leniently(data)
                if value == "":
                    continue
            if not self.started:
                self.started = True
                self._head = self._head_of(data)
            if isinstance(value, dict):
                self._take_event(name, value)
                if name == "error" and not self.ended:
                    self._take_error(value)
            elif name == "error":
                self._take_error({"error": data})
            elif value == "[DONE]":
                self._take_done()
            elif self._body_over and isinstance(value, str) and value[:1] in ("{", "["):
                self._take_half(data)
            else:
                self._take_value(name, value)
            if self.ended:
                return

    def _take_value(self, name: str, value: Any) -> None:
        """Take in an object, or each of a list of them."""
        for one in value if isinstance(value, list) and value else [value]:
            if isinstance(one, dict):
                self._take_event(name, one)
            else:
                host = self._call.host
                message = f"The server at {host} sent an event that is not a JSON object; the answer was cut there."
                self._fail(self._call.failure("protocol", message))
            if self.ended:
                return

    def _head_of(self, text: str) -> str:
        # Redacted before it is cut to what is kept: a cut through a key would leave a part that nothing recognises.
        return self._call.redact(text[:_HEAD_READ_CHARS])[:_HEAD_CHARS]

    def _take_half(self, data: str) -> None:
        """The body ended inside an event."""
        # Where nothing came before, it is taken for an answer's beginning, not for another server's words.
        self._is_known = self._is_known or self._head == self._head_of(data)
        self._end_unmarked(how="The server ended the stream inside an event.")

    def _take_error(self, value: dict[str, Any]) -> None:
        """The server reports an error in place of the rest of its answer."""
        self._note_id(value.get("request_id"))
        complaint = complaint_of(value) or complaint_of({"error": value or "no reason given"})
        assert complaint is not None, "an object is always a complaint"
        self._fail(self._call.complained(complaint, request_id=self._reply.request_id))

    # --- what is noted on the way ------------------------------------------------------------------------------------

    def _note_source(self, model: Any, reply_id: Any) -> None:
        if isinstance(model, str) and model:
            self._reply.model_served = self._call.redact(model)
        self._note_id(reply_id)

    def _note_id(self, found: Any) -> None:
        """An id in the body, where no header named the request."""
        if not self._reply.request_id and isinstance(found, str) and 0 < len(found) <= MAX_ID_CHARS:
            self._reply.request_id = self._call.redact(found)

    def _note_finish(self, reason: Any, finishes: Mapping[str, Finish]) -> None:
        """A finish reason; one that is not among `finishes` is no good end."""
        self._reply.finish_raw = self._shown(reason) or "(no word)"
        self._reply.finish = finishes.get(self._reply.finish_raw, "error")

    def _note_tool(self, name: Any, key: str | None = None) -> None:
        """A tool that is asked for; several events may speak of one request by its key, and the first name counts."""
        key = f"tool {len(self._tools)}" if key is None else key
        self._tools[key] = self._tools.get(key) or self._shown(name)

    def _leave_out(self, kind: Any, what: str = "a part") -> None:
        name = self._shown(kind) or "unnamed"
        self._reply.warn(f"The answer held {what} of type {name}, which cannot be shown; it was left out.")

    def _shown(self, word: Any, n_chars: int = _WORD_CHARS) -> str:
        """A server's word in short; keys go before the cut, since nothing recognises a part of one."""
        return self._call.redact(word)[:n_chars] if isinstance(word, str) else ""

    # --- the end -----------------------------------------------------------------------------------------------------

    def _end_marked(self) -> None:
        """The format's end marker came, or a whole JSON answer."""
        reply = self._reply
        if reply.finish is None:
            if not (reply.has_any or self._tools):
                self._fail(self._nothing())
                return
            reply.finish, reply.finish_raw = "stop", None
            reply.warn("The server gave no finish reason, so a cut at a length limit would not be noticed.")
        self._complete()

    def _end_unmarked(self, failure: ProviderFailure | None = None, how: str = "") -> None:
        """The body ended or broke off without an end marker: complete if the finish reason had come."""
        reply = self._reply
        if reply.finish is not None:
            if failure is not None:
                how = failure.message
            elif not how and self._END_MARKER:
                how = f"The server ended the stream without its end marker {self._END_MARKER}."
            if how:
                reply.warn(f"{how} The finish reason had come before, so the answer counts as complete.")
            self._complete()
        elif failure is not None:
            self._fail(failure)
        elif not self._is_known:
            self._fail(self._nothing())
        else:
            message = (
                f"The server at {self._call.host} ended the stream after {reply.n_chars} characters of text, "
                f"{self._MISSING}: the answer is cut off."
            )
            self._fail(self._call.failure("truncated", message, retryable=True, request_id=reply.request_id))

    def _nothing(self) -> ProviderFailure:
        if not self._is_known:
            return self._call.not_a_model_server(200, self._head)
        message = f"The server at {self._call.host} ended its answer without text and without a finish reason."
        return self._call.failure("protocol", message, request_id=self._reply.request_id)

    def _fail(self, failure: ProviderFailure) -> None:
        self._close_texts()
        self._reply.failure = failure

    def _complete(self) -> None:
        """The answer has ended by its server's own account; say how."""
        self._close_texts()
        reply = self._reply
        if reply.finish == "error":
            message = (
                f"The server at {self._call.host} ended the answer with the reason {reply.finish_raw!r}, "
                f"which is no good end or is not known here; the text may be incomplete. {self._said}"
            )
            reply.failure = self._call.failure("server", message.strip(), request_id=reply.request_id)
            return
        if self._said and reply.finish != "stop":
            reply.warn(f"The server says of its reason {reply.finish_raw}: {self._said}")
        if self._tools:
            names = ", ".join(name or "(unnamed)" for name in self._tools.values())
            reply.warn(f"The model asked for a tool that is not run here: {names}.")
            reply.finish = "tool" if reply.finish == "stop" else reply.finish
        if self._refused:
            reply.warn("The model refused to answer; its words of refusal are shown.")
            reply.finish = "content_filter"
        explained = self._explain_finish()
        if not reply.has_text and not explained:
            if reply.finish == "length":
                reply.warn(self._budget_used())
            elif reply.finish == "stop":
                reply.warn("The model ended its answer without any text.")

    def _budget_used(self) -> str:
        """Why a length limit left no text, with the figures that are known."""
        reasoning = self._reply.usage.reasoning
        known = [f"{tokens:,}" for tokens in (reasoning, self._limit) if tokens]
        figures = f" ({' of '.join(known)} tokens)" if known else ""
        if reasoning or self._reply.has_reasoning:
            return f"Reasoning used the whole output budget{figures}, so no text came; allow more output tokens."
        return f"The output budget{figures} was used up before any text came; allow more output tokens."

    def _close_texts(self) -> None:
        self.ended = True
        reply = self._reply
        reply.end_text()
        if found := self._read_usage():
            reply.usage, doubts = found
            for doubt in doubts:
                reply.warn(doubt)


def _leniently(data: str) -> Any:
    """The value of an event's data that a strict parser refuses; text that is no JSON stays text."""
    text = data.strip()
    if text in ("", "[DONE]"):
        return text
    try:
        return parse_json(text)
    except ValueError:
        return text


__all__ = ["AnswerReader"]
