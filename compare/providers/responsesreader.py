"""Reading Responses answers, streamed or whole, from OpenAI and from the servers that speak its newer format.

An answer is complete when its terminal event says so (response.completed and its kin, each with the whole response in
it), and never by the end of the body alone. What an event is stands in its data's "type", or in its SSE name where
that is missing; kinds that are not known here are passed over.
"""

from __future__ import annotations

from typing import Any

from compare.providers.errorbody import complaint_of
from compare.providers.reading import AnswerReader
from compare.providers.reply import Reply
from compare.providers.responsesusage import usage_of
from compare.records import Finish, ProviderFailure, Usage

_TEXT = "response.output_text.delta"
_REFUSAL = "response.refusal.delta"
_REASONING = frozenset({"response.reasoning_summary_text.delta", "response.reasoning_text.delta"})
_UNDER_WAY = frozenset({"response.created", "response.in_progress", "response.queued"})
_ITEMS = frozenset({"response.output_item.added", "response.output_item.done"})
_TERMINAL: dict[str, str] = {
    "response.completed": "completed",
    "response.incomplete": "incomplete",
    "response.failed": "failed",
    "response.cancelled": "cancelled",
}
"""Terminal events and the status that each stands for."""
_FINISH: dict[str, Finish] = {"completed": "stop", "incomplete": "length"}
"""Finishes by status; of an incomplete answer only where it gives no reason."""
_INCOMPLETE: dict[str, Finish] = {
    "max_output_tokens": "length",
    "max_messages": "length",
    "content_filter": "content_filter",
}
"""Finishes by incomplete_details.reason."""
_TOOL_CALLS = ("function_call", "custom_tool_call")
"""Types of items; no set, since a hostile type may be of a kind that sets cannot look up."""


class ResponsesReader(AnswerReader):
    """exchange.Reader for the Responses format."""

    _MISSING = "without a terminal event such as response.completed"

    def __init__(self, reply: Reply, *, max_output_tokens: int | None = None) -> None:
        super().__init__(reply, max_output_tokens=max_output_tokens)
        self._thought: tuple[object, ...] | None = None
        """Which part of the thinking the last piece belonged to."""

    # --- what comes in -----------------------------------------------------------------------------------------------

    def _take_event(self, name: str, value: dict[str, Any]) -> None:
        """Take in any event."""
        kind = value.get("type") or name
        if kind == _TEXT:  # nearly every event of nearly every answer
            self._is_known = True
            self._reply.add_text(_word(value.get("delta")))
            return
        kind = kind if isinstance(kind, str) else ""
        is_ours = kind.startswith("response.")
        self._is_known = self._is_known or is_ours
        if kind in _REASONING:
            self._take_reasoning(kind, value)
        elif kind == _REFUSAL:
            self._refused = True
            self._reply.add_text(_word(value.get("delta")))
        elif kind in _ITEMS:
            self._take_tool(value.get("item"))
        elif kind in _UNDER_WAY:
            self._take_source(value.get("response"))
        elif kind in _TERMINAL:
            self._end(value.get("response"), _TERMINAL[kind])
        elif kind == "error" or (value.get("error") and not is_ours):
            self._take_error(value)

    def _take_done(self) -> None:
        self._end_unmarked()

    def _take_whole(self, value: Any) -> None:
        """Take in one complete JSON answer, or an error."""
        if isinstance(value, dict) and (value.get("object") == "response" or "output" in value):
            self._end(value, None)
        elif complaint := complaint_of(value):
            self._fail(self._call.complained(complaint, request_id=self._reply.request_id))
        else:
            self._fail(self._nothing())

    def _take_reasoning(self, kind: str, value: dict[str, Any]) -> None:
        """A piece of the thinking; a blank line stands between its parts."""
        delta = _word(value.get("delta"))
        if not delta:
            return
        # Some servers number the items, some only name them, some do neither for the parts of a summary.
        item = _place(value, "output_index", "item_id")
        part = (kind, item, _place(value, "summary_index", "content_index"))
        if self._thought not in (None, part):
            delta = "\n\n" + delta
        self._thought = part
        self._reply.add_reasoning(delta)

    def _take_source(self, response: Any) -> None:
        if isinstance(response, dict):
            self._note_source(response.get("model"), response.get("id"))

    def _take_tool(self, item: Any) -> None:
        if isinstance(item, dict) and item.get("type") in _TOOL_CALLS:
            # The item's own id may change between its events; call_id is the one that results are sent under.
            self._note_tool(item.get("name"), _word(item.get("call_id")) or _word(item.get("id")))

    # --- the end -----------------------------------------------------------------------------------------------------

    def _end(self, response: Any, event_status: str | None) -> None:
        """A terminal event or a JSON answer came: take what only it holds, and say how the answer ended."""
        response = response if isinstance(response, dict) else {}
        self._take_source(response)
        self._reply.end_text()
        self._take_output(response.get("output"))
        usage, status = response.get("usage"), response.get("status")
        self._usage = usage if isinstance(usage, dict) else None
        if event_status and status not in ("incomplete", "failed", "cancelled"):
            status = event_status  # a copy of the response as it began; the event itself is newer
        self._note_finish(status, _FINISH)
        if status == "incomplete":
            self._take_reason(response.get("incomplete_details"))
        if failure := self._failure_of(status, response.get("error")):
            self._reply.finish_raw = failure.code or self._reply.finish_raw
            self._fail(failure)
        else:
            self._complete()

    def _take_reason(self, details: Any) -> None:
        """Why the answer is incomplete."""
        if reason := _word(details.get("reason")) if isinstance(details, dict) else "":
            self._note_finish(reason, _INCOMPLETE)
        else:
            self._reply.warn(
                "The server calls the answer incomplete without a reason; it is taken as cut by a length limit."
            )

    def _failure_of(self, status: Any, error: Any) -> ProviderFailure | None:
        """How the answer failed or was cancelled; None where it did neither, or ended in a way that is not known."""
        reply, call = self._reply, self._call
        if reply.finish != "error":
            return None
        if complaint := complaint_of({"error": error}):
            return call.complained(complaint, request_id=reply.request_id)
        if status == "cancelled":
            message = f"The answer was cancelled at {call.host} after {reply.n_chars} characters of text."
            return call.failure("cancelled", message, request_id=reply.request_id)
        if status == "failed":
            message = (
                f"The server at {call.host} says that the answer ended as 'failed', and gives no reason; "
                "the text may be incomplete."
            )
            return call.failure("server", message, request_id=reply.request_id)
        return None

    def _explain_finish(self) -> bool:
        if self._reply.finish == "stop" and self._limit is not None and self._reply.usage.output == self._limit:
            self._reply.warn(
                f"The server calls the answer complete, but it used all {self._limit} output tokens that were allowed: "
                "it may be cut off there."
            )
        return False

    def _read_usage(self) -> tuple[Usage, list[str]] | None:
        return None if self._usage is None else usage_of(self._usage, has_text=self._reply.has_any)

    # --- the whole response ------------------------------------------------------------------------------------------

    def _take_output(self, output: Any) -> None:
        """The finished items: what no delta brought is taken from here."""
        items = [item for item in output if isinstance(item, dict)] if isinstance(output, list) else []
        texts: list[str] = []
        thoughts: list[str] = []
        for item in items:
            kind = item.get("type", "message")
            if kind == "message":
                texts += self._texts_of(item.get("content"))
            elif kind == "reasoning":
                thoughts += _thoughts_of(item)
            elif kind in _TOOL_CALLS:
                self._take_tool(item)
            else:
                self._leave_out(kind, "an item")
        reply, text = self._reply, "".join(texts)
        if thoughts and not reply.has_reasoning:
            reply.add_reasoning("\n\n".join(thoughts))
        if not reply.has_text:
            reply.add_text(text)
        elif text and len(text) != reply.n_chars:
            reply.warn(
                f"The server's last event holds a text of {len(text)} characters, its stream brought {reply.n_chars}; "
                "the streamed text is kept."
            )

    def _texts_of(self, content: Any) -> list[str]:
        texts = []
        for part in content if isinstance(content, list) else [content]:
            kind = part.get("type", "output_text") if isinstance(part, dict) else "output_text"
            if kind == "refusal":
                self._refused = True
                texts.append(_word(part.get("refusal")))
            elif kind in ("output_text", "text"):
                texts.append(_word(part.get("text") if isinstance(part, dict) else part))
            else:
                self._leave_out(kind)
        return texts


def _thoughts_of(item: dict[str, Any]) -> list[str]:
    """The parts of one reasoning item: its summary, or the thinking itself where there is none."""
    for parts in (item.get("summary"), item.get("content")):
        if isinstance(parts, list):
            texts = [_word(part.get("text")) for part in parts if isinstance(part, dict)]
            if found := [text for text in texts if text]:
                return found
    return []


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _place(value: dict[str, Any], *names: str) -> int | str | None:
    """The first of these fields that holds a number or a name."""
    for name in names:
        found = value.get(name)
        if isinstance(found, int | str):
            return found
    return None


__all__ = ["ResponsesReader"]
