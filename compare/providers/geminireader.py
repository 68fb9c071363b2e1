"""Reading Gemini answers: a stream of events, a JSON array of the same chunks, or one JSON object.

There is no end marker. An answer is complete when a finish reason came and then the end of the body; a prompt that was
blocked is answered by its reason alone. Usage stands in every chunk and the last one counts, never the sum.
"""

from __future__ import annotations

from typing import Any

from compare.providers.geminiusage import usage_of
from compare.providers.reading import AnswerReader
from compare.records import Finish, Usage

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
_SENTENCE_CHARS = 500


class GeminiReader(AnswerReader):
    """exchange.Reader for Gemini."""

    def _take_whole(self, value: Any) -> None:
        """Take in one complete JSON answer, or the array of chunks that comes where no event stream is asked for."""
        self._take_value("", value)
        if self.ended:
            return
        if isinstance(value, dict) and self._reply.has_text:
            # Older models give no reason. One object that is whole JSON is whole; an array may still have been cut.
            self._end_marked()
        else:
            self._end_unmarked()

    def _take_event(self, name: str, value: dict[str, Any]) -> None:
        """Take in a chunk or an error."""
        candidates = value.get("candidates")
        if candidates:
            self._take_candidate(candidates)
        usage = value.get("usageMetadata")
        # Some chunks name only the kind of traffic; they do not overwrite figures.
        if isinstance(usage, dict) and (self._usage is None or "promptTokenCount" in usage):
            self._is_known = True
            self._usage = usage
        if not self._reply.model_served:
            self._note_source(value.get("modelVersion"), value.get("responseId"))
        if "promptFeedback" in value and not candidates:
            self._note_block(value["promptFeedback"])
        if value.get("error"):
            self._take_error(value)

    def _take_candidate(self, candidates: Any) -> None:
        candidate = candidates[0] if isinstance(candidates, list) else None
        if not isinstance(candidate, dict):
            return
        self._is_known = True
        content = candidate.get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        if isinstance(parts, list):
            for part in parts:
                self._take_part(part)
        if reason := candidate.get("finishReason"):
            self._take_reason(reason, candidate.get("finishMessage"))

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
            self._note_tool(call.get("name"))
        elif kind := next((key for key in part if key not in _BESIDE_A_PART), ""):
            self._leave_out(kind)

    def _take_reason(self, reason: Any, said: Any) -> None:
        if reason == _NO_REASON and self._reply.finish is not None:
            return
        self._note_finish(reason, _FINISH)
        self._said = self._shown(said, _SENTENCE_CHARS)

    def _note_block(self, feedback: Any) -> None:
        """A prompt that was blocked has no candidates, only this."""
        reason = feedback.get("blockReason") if isinstance(feedback, dict) else None
        if not reason:
            return
        reply = self._reply
        self._is_known = True
        reply.finish, reply.finish_raw = "content_filter", self._shown(reason) or "(no word)"
        said = self._shown(feedback.get("blockReasonMessage"), _SENTENCE_CHARS)
        reply.warn(f"The server did not let the prompt through ({reply.finish_raw}). {said}".strip())

    def _read_usage(self) -> tuple[Usage, list[str]] | None:
        return None if self._usage is None else usage_of(self._usage, has_text=self._reply.has_text)


__all__ = ["GeminiReader"]
