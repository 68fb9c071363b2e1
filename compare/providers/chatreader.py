"""Reading Chat Completions answers, streamed or whole, from any server that claims to speak them.

An answer is complete when the protocol says so: [DONE], or a finish reason and then the end of the body. Usage is read
wherever it stands and the last one counts; a missing finish reason never overwrites one that came; an error that comes
after status 200 is an error.
"""

from __future__ import annotations

from typing import Any

from compare.providers.chatusage import usage_of
from compare.providers.reading import AnswerReader
from compare.records import Finish, Usage

_FINISH: dict[str, Finish] = {
    "stop": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "end_turn": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "sensitive": "content_filter",
    "tool_calls": "tool",
    "function_call": "tool",
}
"""Finish reasons by meaning: OpenAI's, and those of text-generation-inference, Mistral and z.ai."""
_DEEPEST_PART = 6


class ChatReader(AnswerReader):
    """exchange.Reader for Chat Completions."""

    _END_MARKER = "[DONE]"
    _MISSING = "with neither a finish reason nor [DONE]"

    def _take_event(self, name: str, value: dict[str, Any]) -> None:
        """Take in a chunk, a whole answer, or an error."""
        if choices := value.get("choices"):
            self._take_choice(choices)
        if usage := value.get("usage"):
            self._note_usage(usage)
        elif "x_groq" in value and isinstance(value["x_groq"], dict):
            self._note_usage(value["x_groq"].get("usage"))
        if not self._reply.model_served:
            self._note_source(value.get("model"), value.get("id"))
        if value.get("error") or value.get("object") == "error":
            self._take_error(value)

    def _take_done(self) -> None:
        self._end_marked()

    def _take_choice(self, choices: Any) -> None:
        choice = choices[0] if isinstance(choices, list) else None
        if not isinstance(choice, dict):
            return
        self._is_known = True
        delta = choice.get("delta")
        if delta is None and not self._reply.has_text:
            delta = choice.get("message")
        if isinstance(delta, dict):
            content = delta.get("content")
            if len(delta) == 1 and isinstance(content, str):  # nearly every chunk of nearly every server
                self._reply.add_text(content)
            else:
                self._take_delta(delta, content)
        if reason := choice.get("finish_reason"):
            self._note_finish(reason, _FINISH)
        if usage := choice.get("usage"):
            self._note_usage(usage)

    def _take_delta(self, delta: dict[str, Any], content: Any) -> None:
        reply = self._reply
        # The same thinking may stand in several fields; one of them is enough.
        if thought := delta.get("reasoning_content") or delta.get("reasoning") or delta.get("reasoning_details"):
            reply.add_reasoning(_words(thought))
        if content:
            if isinstance(content, str):
                reply.add_text(content)
            else:
                self._take_parts(content)
        if refusal := delta.get("refusal"):
            self._refused = True
            reply.add_text(_words(refusal))
        if tools := delta.get("tool_calls") or delta.get("function_call"):
            self._take_tools(tools)

    def _take_parts(self, content: Any) -> None:
        """Content as a list of parts: Mistral sends its thinking so."""
        for part in content if isinstance(content, list) else [content]:
            kind = part.get("type", "text") if isinstance(part, dict) else "text"
            if kind in ("thinking", "reasoning"):
                self._reply.add_reasoning(_words(part))
            elif kind in ("text", "output_text"):
                self._reply.add_text(_words(part))
            else:
                self._leave_out(kind)

    def _note_usage(self, usage: Any) -> None:
        if isinstance(usage, dict):
            self._usage = usage

    def _take_tools(self, calls: Any) -> None:
        for call in calls if isinstance(calls, list) else [calls]:
            if isinstance(call, dict):
                function = call.get("function", call)
                name = function.get("name") if isinstance(function, dict) else None
                place = call.get("index", call.get("id"))
                self._note_tool(name, str(place) if isinstance(place, int | str) else "")

    def _read_usage(self) -> tuple[Usage, list[str]] | None:
        return None if self._usage is None else usage_of(self._usage, has_text=self._reply.has_any)


def _words(value: Any, depth: int = 0) -> str:
    """The text in a string, in a part, or in a list of parts."""
    if isinstance(value, str):
        return value
    if depth > _DEEPEST_PART:
        return ""
    if isinstance(value, list):
        return "".join(_words(part, depth + 1) for part in value)
    if isinstance(value, dict):
        named = (value[k] for k in ("text", "thinking", "summary", "content") if value.get(k))
        return _words(next(named, ""), depth + 1)
    return ""


__all__ = ["ChatReader"]
