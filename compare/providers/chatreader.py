"""Reading Chat Completions answers, streamed or whole, from any server that claims to speak them.

An answer is complete when the protocol says so: [DONE], or a finish reason and then the end of the body. Usage is read
wherever it stands and the last one counts; a missing finish reason never overwrites one that came; an error that comes
after status 200 is an error.
"""

from __future__ import annotations

from typing import Any

from compare.providers.chatusage import usage_of
from compare.providers.errorbody import as_text, complaint_of, parse_json
from compare.providers.failures import MAX_ID_CHARS
from compare.providers.reply import Reply
from compare.providers.sse import ServerEvent, SSEDecoder
from compare.records import Finish, ProviderFailure

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
_HEAD_CHARS = 2000
_DEEPEST_PART = 6


class ChatReader:
    """exchange.Reader for Chat Completions."""

    def __init__(self, reply: Reply) -> None:
        self.ended = False
        self.started = False
        self._reply = reply
        self._host = reply.call.host
        self._sse = SSEDecoder()
        self._usage: dict[str, Any] | None = None
        self._tools: dict[str, str] = {}
        self._refused = False
        self._saw_choices = False
        self._head = ""
        """How the first event begins, to be shown where this is no model's answer."""

    # --- what comes in -----------------------------------------------------------------------------------------------

    def feed(self, chunk: bytes) -> None:
        """Take in bytes of the stream."""
        self._take(self._sse.feed(chunk))

    def close(self) -> None:
        """The stream ended, perhaps without [DONE]; nothing is decided where nothing of this format came."""
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
        self._take_value(value)
        if not self.ended:
            self._end_marked()

    def _take(self, events: list[ServerEvent]) -> None:
        for name, data in events:
            try:
                value = parse_json(data)
            except ValueError:
                value = data.strip()
                if not value:
                    continue
            self.started = True
            if value == "[DONE]":
                self._end_marked()
            else:
                self._head = self._head or data[:_HEAD_CHARS]
                if name == "error" and not isinstance(value, dict):
                    value = {"error": data}
                self._take_value(value, is_error=name == "error")
            if self.ended:
                return

    def _take_value(self, value: Any, *, is_error: bool = False) -> None:
        """Take in one JSON value: a chunk, a whole answer, or an error."""
        if isinstance(value, list) and value:
            value = value[0]
        if not isinstance(value, dict):
            message = f"The server at {self._host} sent an event that is not a JSON object; the answer was cut there."
            self._fail(self._reply.call.failure("protocol", message))
            return
        if choices := value.get("choices"):
            self._take_choice(choices)
        if usage := value.get("usage"):
            self._note_usage(usage)
        elif "x_groq" in value and isinstance(value["x_groq"], dict):
            self._note_usage(value["x_groq"].get("usage"))
        if not self._reply.model_served:
            self._note_source(value)
        if is_error or value.get("error") or value.get("object") == "error":
            complaint = complaint_of(value) or complaint_of({"error": value})
            assert complaint is not None, "an object is always a complaint"
            self._fail(self._reply.call.complained(complaint, request_id=self._reply.request_id))

    def _take_choice(self, choices: Any) -> None:
        choice = choices[0] if isinstance(choices, list) else None
        if not isinstance(choice, dict):
            return
        self._saw_choices = True
        delta = choice.get("delta")
        if delta is None and not self._reply.has_text:
            delta = choice.get("message")
        if isinstance(delta, dict):
            self._take_delta(delta)
        if reason := choice.get("finish_reason"):
            self._reply.finish_raw = self._reply.call.redact(reason)[:100] if isinstance(reason, str) else "(no word)"
            self._reply.finish = _FINISH.get(self._reply.finish_raw, "error")
        if usage := choice.get("usage"):
            self._note_usage(usage)

    def _take_delta(self, delta: dict[str, Any]) -> None:
        reply = self._reply
        content = delta.get("content")
        if len(delta) == 1 and isinstance(content, str):  # nearly every chunk of nearly every server
            reply.add_text(content)
            return
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
            self._note_tools(tools)

    def _take_parts(self, content: Any) -> None:
        """Content as a list of parts: Mistral sends its thinking so."""
        for part in content if isinstance(content, list) else [content]:
            kind = part.get("type", "text") if isinstance(part, dict) else "text"
            if kind in ("thinking", "reasoning"):
                self._reply.add_reasoning(_words(part))
            elif kind in ("text", "output_text"):
                self._reply.add_text(_words(part))
            else:
                name = kind[:40] if isinstance(kind, str) else "unnamed"
                self._reply.warn(f"The answer held a part of type {name}, which cannot be shown; it was left out.")

    def _note_usage(self, usage: Any) -> None:
        if isinstance(usage, dict):
            self._usage = usage

    def _note_source(self, value: dict[str, Any]) -> None:
        model, reply_id = value.get("model"), value.get("id")
        if isinstance(model, str) and model:
            self._reply.model_served = model
        if not self._reply.request_id and isinstance(reply_id, str) and 0 < len(reply_id) <= MAX_ID_CHARS:
            self._reply.request_id = self._reply.call.redact(reply_id)

    def _note_tools(self, calls: Any) -> None:
        for call in calls if isinstance(calls, list) else [calls]:
            if isinstance(call, dict):
                function = call.get("function", call)
                name = function.get("name") if isinstance(function, dict) else None
                place = call.get("index", call.get("id"))
                key = str(place) if isinstance(place, int | str) else ""
                self._tools[key] = self._tools.get(key) or (name if isinstance(name, str) else "")

    # --- the end -----------------------------------------------------------------------------------------------------

    def _end_marked(self) -> None:
        """[DONE] came, or a JSON answer, which is complete by being JSON."""
        reply = self._reply
        if reply.finish is None and not (reply.has_any or self._tools):
            self._fail(self._nothing())
            return
        if reply.finish is None:
            reply.finish, reply.finish_raw = "stop", None
            reply.warn("The server gave no finish reason, so a cut at a length limit would not be noticed.")
        self._complete()

    def _end_unmarked(self, failure: ProviderFailure | None) -> None:
        """The body ended or broke off without [DONE]: complete if the finish reason had come."""
        reply = self._reply
        if reply.finish is not None:
            how = failure.message if failure else "The server ended the stream without its end marker [DONE]."
            reply.warn(f"{how} The finish reason had come before, so the answer counts as complete.")
            self._complete()
        elif failure is not None:
            self._fail(failure)
        elif not self._saw_choices:
            self._fail(self._nothing())
        else:
            message = (
                f"The server at {self._host} ended the stream after {reply.n_chars} characters of text, "
                "with neither a finish reason nor [DONE]: the answer is cut off."
            )
            self._fail(reply.call.failure("truncated", message, retryable=True, request_id=reply.request_id))

    def _nothing(self) -> ProviderFailure:
        call = self._reply.call
        if not self._saw_choices:
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
        if self._tools:
            names = ", ".join(name or "(unnamed)" for name in self._tools.values())
            reply.warn(f"The model asked for a tool that is not run here: {names}.")
            reply.finish = "tool" if reply.finish == "stop" else reply.finish
        if self._refused:
            reply.warn("The model refused to answer; its words of refusal are shown.")
            reply.finish = "content_filter"
        if not reply.has_text and reply.finish == "length":
            reply.warn("The length limit was used up before any text came; allow more output tokens.")
        elif not reply.has_text and reply.finish == "stop":
            reply.warn("The model ended its answer without any text.")

    def _close_texts(self) -> None:
        self.ended = True
        self._reply.end_text()
        if self._usage is not None:
            self._reply.usage, doubts = usage_of(self._usage, has_text=self._reply.has_any)
            for doubt in doubts:
                self._reply.warn(doubt)


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
