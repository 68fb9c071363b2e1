"""Reading Anthropic Messages answers, streamed or whole, from any server that claims to speak them.

An answer is complete at message_stop, or when a stop reason came and then the body ended. Text blocks are joined as
they come and thinking is kept apart. Events of an unknown type are passed over, as the API asks of its clients;
content that cannot be shown is named in a warning.
"""

from __future__ import annotations

from typing import Any

from compare.providers.anthropicusage import usage_of
from compare.providers.errorbody import as_text, complaint_of, parse_json
from compare.providers.failures import MAX_ID_CHARS
from compare.providers.reply import Reply
from compare.providers.sse import ServerEvent, SSEDecoder
from compare.records import Finish, ProviderFailure

_FINISH: dict[str, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
    "content_filter": "content_filter",
    "tool_use": "tool",
    "pause_turn": "tool",
}
"""Stop reasons by meaning: Anthropic's, and one that gateways in front of other models pass on."""
_SAID_BY_REASON = {
    "model_context_window_exceeded": "The conversation and its answer filled the model's context window; "
    "the answer was cut there.",
    "pause_turn": "The model paused its turn to be asked to go on, which is not done here.",
}
_WITHOUT_WORDS = ("signature_delta", "input_json_delta")
"""Deltas that belong to a block of which everything was said when it began."""
_HEAD_CHARS = 2000


class MessagesReader:
    """exchange.Reader for Anthropic Messages."""

    def __init__(self, reply: Reply) -> None:
        self.ended = False
        self.started = False
        self._reply = reply
        self._host = reply.call.host
        self._sse = SSEDecoder()
        self._begun_usage: dict[str, Any] = {}
        self._closing_usage: dict[str, Any] = {}
        self._tools: list[str] = []
        self._refusal: dict[str, Any] = {}
        self._is_known = False
        """True once anything came that only this format has."""
        self._head = ""
        """How the first event begins, to be shown where this is no model's answer."""

    # --- what comes in -----------------------------------------------------------------------------------------------

    def feed(self, chunk: bytes) -> None:
        """Take in bytes of the stream."""
        self._take(self._sse.feed(chunk))

    def close(self) -> None:
        """The stream ended, perhaps without message_stop; nothing is decided where nothing of this format came."""
        self._take(self._sse.flush())
        if self.started and not self.ended:
            self._end_unmarked(None)

    def cut(self, failure: ProviderFailure) -> None:
        """The connection broke, the time ran out, or a body was beyond reading."""
        if not self.ended:
            self._end_unmarked(failure)

    def whole(self, value: Any) -> None:
        """Take in one complete JSON answer."""
        self.started = True
        self._head = as_text(value)[:_HEAD_CHARS]
        if isinstance(value, list) and value:
            value = value[0]
        if isinstance(value, dict) and "content" in value:
            value = {"type": "message", **value}
        self._take_value(value)
        if not self.ended:
            self._fail(self._nothing())

    def _take(self, events: list[ServerEvent]) -> None:
        for name, data in events:
            try:
                value = parse_json(data)
            except ValueError:
                value = data.strip()
                if value in ("", "[DONE]"):  # the latter is another format's, added by gateways
                    continue
            self.started = True
            if isinstance(value, dict) and value.get("type") == "content_block_delta":  # nearly every event
                self._is_known = True
                self._take_delta(value.get("delta"))
                continue
            self._head = self._head or data[:_HEAD_CHARS]
            if name == "error" and not isinstance(value, dict):
                value = {"error": data}
            self._take_value(value, is_error=name == "error")
            if self.ended:
                return

    def _take_delta(self, delta: Any) -> None:
        if not isinstance(delta, dict):
            return
        kind = delta.get("type")
        if kind == "text_delta":
            self._reply.add_text(_string(delta.get("text")))
        elif kind == "thinking_delta":
            self._reply.add_reasoning(_string(delta.get("thinking")))
        elif kind not in _WITHOUT_WORDS:
            self._leave_out(kind)

    def _take_value(self, value: Any, *, is_error: bool = False) -> None:
        """Take in one JSON value: any event but a delta, a whole answer, or an error."""
        if not isinstance(value, dict):
            message = f"The server at {self._host} sent an event that is not a JSON object; the answer was cut there."
            self._fail(self._reply.call.failure("protocol", message))
            return
        match kind := value.get("type"):
            case "message_start":
                self._begun_usage = self._take_message(value.get("message"))
            case "content_block_start":
                self._take_block(value.get("content_block"))
            case "message_delta":
                self._note_stop(value.get("delta"))
                self._note_totals(value.get("usage"))
            case "message":
                self._note_totals(self._take_message(value))
                self._note_stop(value)
            case "content_block_stop" | "message_stop" | "ping":
                pass
            case _:
                if is_error or kind == "error" or value.get("error"):
                    self._take_error(value)
                return
        self._is_known = True
        if kind in ("message", "message_stop"):
            self._end_marked()

    def _take_message(self, message: Any) -> dict[str, Any]:
        """Take in a message, as it begins or whole; its usage."""
        if not isinstance(message, dict):
            return {}
        content = message.get("content")
        if isinstance(content, str):
            self._reply.add_text(content)
        for block in content if isinstance(content, list) else []:
            self._take_block(block)
        call = self._reply.call
        if model := _string(message.get("model")):
            self._reply.model_served = call.redact(model)
        self._note_id(message.get("id"))
        usage = message.get("usage")
        return usage if isinstance(usage, dict) else {}

    def _take_block(self, block: Any) -> None:
        if not isinstance(block, dict):
            return
        match block.get("type"):
            case "text":
                self._reply.add_text(_string(block.get("text")))
            case "thinking":
                self._reply.add_reasoning(_string(block.get("thinking")))
            case "redacted_thinking":
                self._reply.warn("A part of the model's thinking came encrypted and cannot be shown; it was left out.")
            case "tool_use":
                self._tools.append(_string(block.get("name")) or "(unnamed)")
            case kind:
                self._leave_out(kind)

    def _take_error(self, value: dict[str, Any]) -> None:
        self._note_id(value.get("request_id"))
        complaint = complaint_of(value) or complaint_of({"error": value})
        assert complaint is not None, "an object is always a complaint"
        self._fail(self._reply.call.complained(complaint, request_id=self._reply.request_id))

    def _leave_out(self, kind: Any) -> None:
        name = self._shown(kind, 40) or "unnamed"
        self._reply.warn(f"The answer held a part of type {name}, which cannot be shown; it was left out.")

    def _shown(self, value: Any, length: int) -> str:
        """A server's word as it can be shown; keys go before it is cut, since nothing recognises a part of one."""
        return self._reply.call.redact(value)[:length] if isinstance(value, str) else ""

    def _note_stop(self, delta: Any) -> None:
        if not isinstance(delta, dict):
            return
        if reason := delta.get("stop_reason"):
            self._reply.finish_raw = self._shown(reason, 100) or "(no word)"
            self._reply.finish = _FINISH.get(self._reply.finish_raw, "error")
        if isinstance(details := delta.get("stop_details"), dict):
            self._refusal = details

    def _note_totals(self, usage: Any) -> None:
        if isinstance(usage, dict):
            self._closing_usage |= {name: value for name, value in usage.items() if value is not None}

    def _note_id(self, found: Any) -> None:
        if not self._reply.request_id and isinstance(found, str) and 0 < len(found) <= MAX_ID_CHARS:
            self._reply.request_id = self._reply.call.redact(found)

    # --- the end -----------------------------------------------------------------------------------------------------

    def _end_marked(self) -> None:
        """message_stop came, or a JSON answer, which is complete by being JSON."""
        reply = self._reply
        if reply.finish is None:
            if not (reply.has_any or self._tools):
                self._fail(self._nothing())
                return
            reply.finish, reply.finish_raw = "stop", None
            reply.warn("The server gave no finish reason, so a cut at a length limit would not be noticed.")
        self._complete()

    def _end_unmarked(self, failure: ProviderFailure | None) -> None:
        """The body ended or broke off without message_stop: complete if the stop reason had come."""
        reply = self._reply
        if reply.finish is not None:
            how = failure.message if failure else "The server ended the stream without its end marker message_stop."
            reply.warn(f"{how} The finish reason had come before, so the answer counts as complete.")
            self._complete()
        elif failure is not None:
            self._fail(failure)
        elif not self._is_known:
            self._fail(self._nothing())
        else:
            message = (
                f"The server at {self._host} ended the stream after {reply.n_chars} characters of text, "
                "with neither a finish reason nor message_stop: the answer is cut off."
            )
            self._fail(reply.call.failure("truncated", message, retryable=True, request_id=reply.request_id))

    def _nothing(self) -> ProviderFailure:
        call = self._reply.call
        if not self._is_known:
            return call.not_a_model_server(200, self._head)
        message = f"The server at {self._host} ended its answer without text and without a finish reason."
        return call.failure("protocol", message, request_id=self._reply.request_id)

    def _fail(self, failure: ProviderFailure) -> None:
        self._close_texts()
        self._reply.failure = failure

    def _complete(self) -> None:
        """The answer is whole; say how it ended."""
        self._close_texts()
        reply = self._reply
        if reply.finish == "error":
            message = (
                f"The server at {self._host} ended the answer with the reason {reply.finish_raw!r}, "
                "which is no good end or is not known here; the text may be incomplete."
            )
            reply.failure = reply.call.failure("server", message, request_id=reply.request_id)
            return
        if said := _SAID_BY_REASON.get(reply.finish_raw or ""):
            reply.warn(said)
        if reply.finish_raw == "refusal":
            reply.warn(self._refusal_in_words())
        if self._tools:
            reply.warn(f"The model asked for a tool that is not run here: {', '.join(self._tools)}.")
            reply.finish = "tool" if reply.finish == "stop" else reply.finish
        if not reply.has_text and reply.finish_raw == "max_tokens":
            reply.warn("The length limit was used up before any text came; allow more output tokens.")
        elif not reply.has_text and reply.finish == "stop":
            reply.warn("The model ended its answer without any text.")

    def _refusal_in_words(self) -> str:
        category = self._shown(self._refusal.get("category"), 100)
        why = self._shown(self._refusal.get("explanation"), 500)
        return f"The model refused to answer{f' (category {category})' if category else ''}{f': {why}' if why else '.'}"

    def _close_texts(self) -> None:
        self.ended = True
        self._reply.end_text()
        if self._begun_usage or self._closing_usage:
            self._reply.usage, doubts = usage_of(self._begun_usage, self._closing_usage, has_text=self._reply.has_any)
            for doubt in doubts:
                self._reply.warn(doubt)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


__all__ = ["MessagesReader"]
