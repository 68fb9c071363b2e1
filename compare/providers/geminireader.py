"""Reading Gemini answers: a stream of events, a JSON array of the same chunks, or one JSON object.

There is no end marker. An answer is complete when a finish reason came and then the end of the body; a prompt that was
blocked is answered by its reason alone. Usage stands in every chunk and the last one counts, never the sum.
"""

from __future__ import annotations

from typing import Any

from compare.providers.errorbody import as_text, complaint_of, parse_json
from compare.providers.failures import MAX_ID_CHARS
from compare.providers.geminiusage import usage_of
from compare.providers.reply import Reply
from compare.providers.sse import ServerEvent, SSEDecoder
from compare.records import Finish, ProviderFailure

_FINISH: dict[str, Finish] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "LANGUAGE": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "MODEL_ARMOR": "content_filter",
    "ESCALATION": "content_filter",
    "PUP_LIMITED_DISABLED": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
    "IMAGE_OTHER": "content_filter",
    "MALFORMED_FUNCTION_CALL": "tool",
    "UNEXPECTED_TOOL_CALL": "tool",
    "TOO_MANY_TOOL_CALLS": "tool",
}
"""Finish reasons by meaning; every other one, known or not, is no good end."""
_NO_REASON = "FINISH_REASON_UNSPECIFIED"
_BESIDE_A_PART = frozenset({"thought", "thoughtSignature", "partMetadata", "videoMetadata", "mediaResolution"})
"""Fields of a part that say something about it and are not its content."""
_HEAD_CHARS = 2000
_WORD_CHARS = 100
_SENTENCE_CHARS = 500


class GeminiReader:
    """exchange.Reader for Gemini."""

    def __init__(self, reply: Reply, max_output_tokens: int | None = None) -> None:
        """Read into `reply`; `max_output_tokens` is what was asked for, to be named where it was used up."""
        self.ended = False
        self.started = False
        self._reply = reply
        self._limit = max_output_tokens
        self._sse = SSEDecoder()
        self._usage: dict[str, Any] | None = None
        self._tools: list[str] = []
        self._is_gemini = False
        """True once anything came that only this format has."""
        self._said = ""
        """What the server says about its finish reason."""
        self._head = ""
        """How the first event begins, to be shown where this is no model's answer."""

    # --- what comes in -----------------------------------------------------------------------------------------------

    def feed(self, chunk: bytes) -> None:
        """Take in bytes of the stream."""
        self._take(self._sse.feed(chunk))

    def close(self) -> None:
        """The stream ended; nothing is decided where nothing of this format came."""
        self._take(self._sse.flush())
        if self.started and not self.ended:
            self._end(None)

    def cut(self, failure: ProviderFailure) -> None:
        """The connection broke, the time ran out, or a body was beyond reading."""
        if not self.ended:
            self._end(failure)

    def whole(self, value: Any) -> None:
        """Take in one complete JSON answer, or the array of chunks that comes where no event stream is asked for."""
        self.started = True
        self._head = as_text(value)[:_HEAD_CHARS]
        self._take_value(value)
        if self.ended:
            return
        reply = self._reply
        if isinstance(value, dict) and reply.finish is None and reply.has_text:
            # Older models answer so. One object that is whole JSON is whole; an array may still have been cut short.
            reply.finish = "stop"
            reply.warn("The server gave no finish reason, so a cut at a length limit would not be noticed.")
        self._end(None)

    def _take(self, events: list[ServerEvent]) -> None:
        for name, data in events:
            try:
                value = parse_json(data)
            except ValueError:
                value = data.strip()
                if not value or value == "[DONE]":  # which gateways add that speak for other formats as well
                    continue
            self.started = True
            self._head = self._head or data[:_HEAD_CHARS]
            if name == "error" and not (isinstance(value, dict) and value.get("error")):
                value = {"error": value or "no reason given"}
            self._take_value(value)
            if self.ended:
                return

    def _take_value(self, value: Any) -> None:
        """Take in a chunk, an error, or a list of such."""
        if isinstance(value, dict):
            self._take_chunk(value)
            return
        for one in value if isinstance(value, list) and value else [value]:
            if isinstance(one, dict):
                self._take_chunk(one)
            else:
                message = f"The server at {self._host} sent an event that is not a JSON object; the answer ends there."
                self._fail(self._reply.call.failure("protocol", message))
            if self.ended:
                return

    def _take_chunk(self, value: dict[str, Any]) -> None:
        candidates = value.get("candidates")
        if candidates:
            self._take_candidate(candidates)
        usage = value.get("usageMetadata")
        # Some chunks name only the kind of traffic; they do not overwrite figures.
        if isinstance(usage, dict) and (self._usage is None or "promptTokenCount" in usage):
            self._is_gemini = True
            self._usage = usage
        if not self._reply.model_served:
            self._note_source(value)
        if "promptFeedback" in value and not candidates:
            self._note_block(value["promptFeedback"])
        if value.get("error"):
            complaint = complaint_of(value) or complaint_of({"error": {"error": value["error"]}})
            assert complaint is not None, "an object is always a complaint"
            self._fail(self._reply.call.complained(complaint, request_id=self._reply.request_id))

    def _take_candidate(self, candidates: Any) -> None:
        candidate = candidates[0] if isinstance(candidates, list) else None
        if not isinstance(candidate, dict):
            return
        self._is_gemini = True
        content = candidate.get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        if isinstance(parts, list):
            for part in parts:
                self._take_part(part)
        if reason := candidate.get("finishReason"):
            self._note_finish(reason, candidate.get("finishMessage"))

    def _take_part(self, part: Any) -> None:
        if not isinstance(part, dict):
            return
        text = part.get("text")
        if isinstance(text, str):
            if part.get("thought"):
                self._reply.add_reasoning(text)
            else:
                self._reply.add_text(text)
        elif isinstance(call := part.get("functionCall"), dict):
            self._tools.append(self._words(call.get("name")) or "(unnamed)")
        elif kind := next((key for key in part if key not in _BESIDE_A_PART), ""):
            self._reply.warn(
                f"The answer held a part of type {self._words(kind)}, which cannot be shown; it was left out."
            )

    def _note_finish(self, reason: Any, said: Any) -> None:
        reply = self._reply
        word = self._words(reason) or "(no word)"
        if word == _NO_REASON and reply.finish is not None:
            return
        reply.finish_raw = word
        reply.finish = _FINISH.get(word, "error")
        self._said = self._words(said, _SENTENCE_CHARS)

    def _note_block(self, feedback: Any) -> None:
        """A prompt that was blocked has no candidates, only this."""
        reason = feedback.get("blockReason") if isinstance(feedback, dict) else None
        if not reason:
            return
        reply = self._reply
        self._is_gemini = True
        reply.finish, reply.finish_raw = "content_filter", self._words(reason) or "(no word)"
        said = self._words(feedback.get("blockReasonMessage"), _SENTENCE_CHARS)
        reply.warn(f"The server did not let the prompt through ({reply.finish_raw}). {said}".strip())

    def _note_source(self, value: dict[str, Any]) -> None:
        reply = self._reply
        model, reply_id = value.get("modelVersion"), value.get("responseId")
        if isinstance(model, str) and model:
            reply.model_served = model
        if not reply.request_id and isinstance(reply_id, str) and 0 < len(reply_id) <= MAX_ID_CHARS:
            reply.request_id = reply.call.redact(reply_id)

    # --- the end -----------------------------------------------------------------------------------------------------

    def _end(self, failure: ProviderFailure | None) -> None:
        """The body ended or broke off: complete if a finish reason had come."""
        reply = self._reply
        if reply.finish is not None:
            if failure is not None:
                reply.warn(f"{failure.message} The finish reason had come before, so the answer counts as complete.")
            self._complete()
        elif failure is not None:
            self._fail(failure)
        elif not self._is_gemini:
            self._fail(reply.call.not_a_model_server(200, self._head))
        else:
            message = (
                f"The server at {self._host} ended the stream after {reply.n_chars} characters of text, "
                "without a finish reason: the answer is cut off."
            )
            self._fail(reply.call.failure("truncated", message, retryable=True, request_id=reply.request_id))

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
                f"which is no good end or is not known here; the text may be incomplete. {self._said}"
            )
            reply.failure = reply.call.failure("server", message.strip(), request_id=reply.request_id)
            return
        if self._said and reply.finish != "stop":
            reply.warn(f"The server says of its reason {reply.finish_raw}: {self._said}")
        if self._tools:
            reply.warn(f"The model asked for a tool that is not run here: {', '.join(self._tools)}.")
            reply.finish = "tool" if reply.finish == "stop" else reply.finish
        if not reply.has_text and reply.finish == "length":
            reply.warn(self._used_up())
        elif not reply.has_text and reply.finish == "stop":
            reply.warn("The model ended its answer without any text.")

    def _used_up(self) -> str:
        of_limit = f" of the {self._limit:,} that were asked for" if self._limit is not None else ""
        if reasoning := self._reply.usage.reasoning:
            used = f"The answer is empty because reasoning used {reasoning:,} output tokens{of_limit}"
        else:
            used = f"The output tokens{of_limit} were used up before any text came"
        return f"{used}; allow more output tokens or less reasoning."

    def _close_texts(self) -> None:
        self.ended = True
        reply = self._reply
        reply.end_text()
        if self._usage is not None:
            reply.usage, doubts = usage_of(self._usage, has_text=reply.has_text)
            for doubt in doubts:
                reply.warn(doubt)

    @property
    def _host(self) -> str:
        return self._reply.call.host

    def _words(self, said: Any, limit: int = _WORD_CHARS) -> str:
        """A text of the server's in short; keys go first, since a cut through one would hide it from redaction."""
        return self._reply.call.redact(said)[:limit] if isinstance(said, str) else ""


__all__ = ["GeminiReader"]
