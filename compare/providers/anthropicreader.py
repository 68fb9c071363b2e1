"""Reading Anthropic Messages answers, streamed or whole, from any server that claims to speak them.

An answer is complete at message_stop, or when a stop reason came and then the body ended. Text blocks are joined as
they come and thinking is kept apart. Events of an unknown type are passed over, as the API asks of its clients;
content that cannot be shown is named in a warning.
"""

from __future__ import annotations

from typing import Any

from compare.providers.anthropicusage import usage_of
from compare.providers.reading import AnswerReader
from compare.providers.reply import Reply
from compare.records import Finish, Usage

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


class MessagesReader(AnswerReader):
    """exchange.Reader for Anthropic Messages."""

    _END_MARKER = "message_stop"
    _MISSING = "with neither a finish reason nor message_stop"

    def __init__(self, reply: Reply, *, max_output_tokens: int | None = None) -> None:
        super().__init__(reply, max_output_tokens=max_output_tokens)
        self._begun_usage: dict[str, Any] = {}
        self._closing_usage: dict[str, Any] = {}
        self._refusal: dict[str, Any] = {}

    def _take_event(self, name: str, value: dict[str, Any]) -> None:
        """Take in any event, a whole answer, or an error."""
        kind = value.get("type") or ("message" if "content" in value else None)
        match kind:
            case "content_block_delta":  # nearly every event
                self._take_delta(value.get("delta"))
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
                if kind == "error" or value.get("error"):
                    self._take_error(value)
                return
        self._is_known = True
        if kind in ("message", "message_stop"):
            self._end_marked()

    def _take_whole(self, value: Any) -> None:
        """Take in one complete JSON answer; only a message is one, a lone event of a stream is not."""
        self._take_value("", value)
        if not self.ended:
            self._end_unmarked()

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

    def _take_message(self, message: Any) -> dict[str, Any]:
        """Take in a message, as it begins or whole; its usage."""
        if not isinstance(message, dict):
            return {}
        content = message.get("content")
        if isinstance(content, str):
            self._reply.add_text(content)
        for block in content if isinstance(content, list) else []:
            self._take_block(block)
        self._note_source(message.get("model"), message.get("id"))
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
                self._note_tool(block.get("name"))
            case kind:
                self._leave_out(kind)

    def _note_stop(self, delta: Any) -> None:
        if not isinstance(delta, dict):
            return
        if reason := delta.get("stop_reason"):
            self._note_finish(reason, _FINISH)
        if isinstance(details := delta.get("stop_details"), dict):
            self._refusal = details

    def _note_totals(self, usage: Any) -> None:
        if isinstance(usage, dict):
            self._closing_usage |= {name: value for name, value in usage.items() if value is not None}

    def _explain_finish(self) -> bool:
        said = _SAID_BY_REASON.get(self._reply.finish_raw or "")
        if self._reply.finish_raw == "refusal":
            said = self._refusal_in_words()
        if said:
            self._reply.warn(said)
        return said is not None

    def _refusal_in_words(self) -> str:
        category = self._shown(self._refusal.get("category"))
        why = self._shown(self._refusal.get("explanation"), 500)
        return f"The model refused to answer{f' (category {category})' if category else ''}{f': {why}' if why else '.'}"

    def _read_usage(self) -> tuple[Usage, list[str]] | None:
        if not (self._begun_usage or self._closing_usage):
            return None
        return usage_of(self._begun_usage, self._closing_usage, has_text=self._reply.has_any)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


__all__ = ["MessagesReader"]
