"""Reading Responses answers, streamed or whole, from OpenAI and from the servers that speak its newer format.

An answer is complete when its terminal event says so (response.completed and its kin, each with the whole response in
it), and never by the end of the body alone. What an event is stands in its data's "type", or in its SSE name where
that is missing; kinds that are not known here are passed over.
"""

from __future__ import annotations

from typing import Any

from compare.providers.errorbody import as_text, complaint_of, parse_json
from compare.providers.failures import MAX_ID_CHARS
from compare.providers.reply import Reply
from compare.providers.responsesusage import usage_of
from compare.providers.sse import ServerEvent, SSEDecoder
from compare.records import Finish, ProviderFailure

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
_INCOMPLETE: dict[str, Finish] = {
    "max_output_tokens": "length",
    "max_messages": "length",
    "content_filter": "content_filter",
}
"""Finishes by incomplete_details.reason."""
_TOOL_CALLS = ("function_call", "custom_tool_call")
"""Types of items; no set, since a hostile type may be of a kind that sets cannot look up."""
_HEAD_CHARS = 2000


class ResponsesReader:
    """exchange.Reader for the Responses format."""

    def __init__(self, reply: Reply, *, max_output_tokens: int | None = None) -> None:
        """Read into a reply.

        Args:
            reply: where the outcome is gathered.
            max_output_tokens: the limit that was asked for; some servers call an answer complete that it has cut.
        """
        self.ended = False
        self.started = False
        self._reply = reply
        self._host = reply.call.host
        self._limit = max_output_tokens
        self._sse = SSEDecoder()
        self._tools: dict[str, str] = {}
        """Names of the tools asked for, by the id of the request for each."""
        self._refused = False
        self._closing = False
        """True once the body has ended: what comes now may be half an event."""
        self._spoken = False
        """True once an event of this format came."""
        self._thought: tuple[object, ...] | None = None
        """Which part of the thinking the last piece belonged to."""
        self._head = ""
        """How the first event begins, to be shown where this is no model's answer."""

    # --- what comes in -----------------------------------------------------------------------------------------------

    def feed(self, chunk: bytes) -> None:
        """Take in bytes of the stream."""
        self._take(self._sse.feed(chunk))

    def close(self) -> None:
        """The stream ended without a terminal event; nothing is decided where nothing of this format came."""
        self._closing = True
        self._take(self._sse.flush())
        if self.started and not self.ended:
            self._end_unmarked()

    def cut(self, failure: ProviderFailure) -> None:
        """The connection broke, the time ran out, or a body was beyond reading."""
        if not self.ended:
            self._fail(failure)

    def whole(self, value: Any) -> None:
        """Take in one complete JSON answer."""
        self.started = True
        self._head = as_text(value)[:_HEAD_CHARS]
        if isinstance(value, dict) and (value.get("object") == "response" or "output" in value):
            self._end(value, None)
        elif complaint := complaint_of(value):
            self._fail(self._reply.call.complained(complaint, request_id=self._reply.request_id))
        else:
            self._fail(self._nothing())

    def _take(self, events: list[ServerEvent]) -> None:
        for name, data in events:
            try:
                value = parse_json(data)
            except ValueError:
                self._take_words(name, data.strip())
            else:
                if isinstance(value, dict):
                    kind = value.get("type") or name
                    delta = value.get("delta")
                    if kind == _TEXT and isinstance(delta, str):  # nearly every event of nearly every answer
                        self.started = self._spoken = True
                        self._reply.add_text(delta)
                    else:
                        self._take_event("error" if name == "error" else kind, value, data)
                else:
                    self._take_words(name, data.strip())
            if self.ended:
                return

    def _take_event(self, kind: object, value: dict[str, Any], data: str) -> None:
        """Take in any event but a piece of text."""
        if not self.started:
            self.started = True
            self._head = data[:_HEAD_CHARS]
        kind = kind if isinstance(kind, str) else ""
        self._spoken = self._spoken or kind.startswith("response.")
        if kind in _REASONING:
            self._take_reasoning(kind, value)
        elif kind == _REFUSAL:
            self._refused = True
            self._reply.add_text(_word(value.get("delta")))
        elif kind in _ITEMS:
            self._note_tool(value.get("item"))
        elif kind in _UNDER_WAY:
            self._note_source(value.get("response"))
        elif kind in _TERMINAL:
            self._end(value.get("response"), _TERMINAL[kind])
        elif kind == "error" or (value.get("error") and not kind.startswith("response.")):
            complaint = complaint_of(value) or complaint_of({"error": value})
            assert complaint is not None, "an object is always a complaint"
            self._fail(self._reply.call.complained(complaint, request_id=self._reply.request_id))

    def _take_words(self, name: str, words: str) -> None:
        """Take in an event that is no JSON object."""
        if not words:
            return
        self.started = True
        self._head = self._head or words[:_HEAD_CHARS]
        call = self._reply.call
        if words == "[DONE]" or (self._closing and words.startswith("{")):
            self._end_unmarked()
        elif name == "error":
            complaint = complaint_of({"error": words})
            assert complaint is not None, "words are always a complaint"
            self._fail(call.complained(complaint, request_id=self._reply.request_id))
        else:
            message = f"The server at {self._host} sent an event that is not a JSON object; the answer was cut there."
            self._fail(call.failure("protocol", message))

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

    def _note_source(self, response: Any) -> None:
        if not isinstance(response, dict):
            return
        reply, model, reply_id = self._reply, response.get("model"), response.get("id")
        if isinstance(model, str) and model:
            reply.model_served = reply.call.redact(model)
        if not reply.request_id and isinstance(reply_id, str) and 0 < len(reply_id) <= MAX_ID_CHARS:
            reply.request_id = reply.call.redact(reply_id)

    def _note_tool(self, item: Any) -> None:
        if isinstance(item, dict) and item.get("type") in _TOOL_CALLS:
            # The item's own id may change between its events; call_id is the one that results are sent under.
            key = _word(item.get("call_id")) or _word(item.get("id"))
            self._tools[key] = _word(item.get("name")) or self._tools.get(key, "")

    # --- the end -----------------------------------------------------------------------------------------------------

    def _end(self, response: Any, event_status: str | None) -> None:
        """A terminal event or a JSON answer came: take what only it holds, and say how the answer ended."""
        response = response if isinstance(response, dict) else {}
        self._note_source(response)
        self._reply.end_text()
        self._take_output(response.get("output"))
        self._close_texts(response.get("usage"))
        status = response.get("status")
        if event_status and status not in ("incomplete", "failed", "cancelled"):
            status = event_status  # a copy of the response as it began; the event itself is newer
        reply = self._reply
        reply.finish_raw = reply.call.redact(status)[:100] if isinstance(status, str) else "(no word)"
        if status == "completed":
            reply.finish = "stop"
            self._complete()
        elif status == "incomplete":
            self._end_incomplete(response.get("incomplete_details"))
        else:
            self._end_badly(status, response.get("error"))

    def _end_incomplete(self, details: Any) -> None:
        reply = self._reply
        reason = _word(details.get("reason")) if isinstance(details, dict) else ""
        if reason:
            reply.finish_raw = reply.call.redact(reason)[:100]
            reply.finish = _INCOMPLETE.get(reason)
        else:
            reply.finish = "length"
            reply.warn("The server calls the answer incomplete without a reason; it is taken as cut by a length limit.")
        if reply.finish is None:
            self._end_badly("incomplete", None)
        else:
            self._complete()

    def _end_badly(self, status: Any, error: Any) -> None:
        """The answer failed, was cancelled, or ended in a way that is not known here."""
        reply, call = self._reply, self._reply.call
        complaint = complaint_of({"error": error})
        if complaint is not None:
            reply.failure = call.complained(complaint, request_id=reply.request_id)
            reply.finish_raw = reply.failure.code or reply.finish_raw
        elif status == "cancelled":
            message = f"The answer was cancelled at {self._host} after {reply.n_chars} characters of text."
            reply.failure = call.failure("cancelled", message, request_id=reply.request_id)
        else:
            why = "and gives no reason" if status == "failed" else "which is no good end or is not known here"
            message = (
                f"The server at {self._host} says that the answer ended as {reply.finish_raw!r}, {why}; "
                "the text may be incomplete."
            )
            reply.failure = call.failure("server", message, request_id=reply.request_id)

    def _end_unmarked(self) -> None:
        """The body ended, or [DONE] came, without a terminal event."""
        reply = self._reply
        if not (self._spoken or reply.has_any):
            self._fail(self._nothing())
            return
        message = (
            f"The server at {self._host} ended the stream after {reply.n_chars} characters of text, "
            "without a terminal event such as response.completed: the answer is cut off."
        )
        self._fail(reply.call.failure("truncated", message, retryable=True, request_id=reply.request_id))

    def _nothing(self) -> ProviderFailure:
        return self._reply.call.not_a_model_server(200, self._head)

    def _fail(self, failure: ProviderFailure) -> None:
        self._close_texts(None)
        self._reply.failure = failure

    def _close_texts(self, usage: Any) -> None:
        self.ended = True
        self._reply.end_text()
        if isinstance(usage, dict):
            self._reply.usage, doubts = usage_of(usage, has_text=self._reply.has_any)
            for doubt in doubts:
                self._reply.warn(doubt)

    def _complete(self) -> None:
        """The answer has a good end; tools, a refusal or a limit may still stand behind it."""
        reply = self._reply
        if self._tools:
            names = ", ".join(name or "(unnamed)" for name in self._tools.values())
            reply.warn(f"The model asked for a tool that is not run here: {names}.")
            reply.finish = "tool" if reply.finish == "stop" else reply.finish
        if self._refused:
            reply.warn("The model refused to answer; its words of refusal are shown.")
            reply.finish = "content_filter"
        if reply.finish == "stop" and self._limit is not None and reply.usage.output == self._limit:
            reply.warn(
                f"The server calls the answer complete, but it used all {self._limit} output tokens that were allowed: "
                "it may be cut off there."
            )
        if not reply.has_text and reply.finish == "length":
            reply.warn("The length limit was used up before any text came; allow more output tokens.")
        elif not reply.has_text and reply.finish == "stop":
            reply.warn("The model ended its answer without any text.")

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
                self._note_tool(item)
            else:
                self._warn_left_out("an item", kind)
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
                self._warn_left_out("a part", kind)
        return texts

    def _warn_left_out(self, what: str, kind: Any) -> None:
        name = kind[:40] if isinstance(kind, str) else "unnamed"
        self._reply.warn(f"The answer held {what} of type {name}, which cannot be shown; it was left out.")


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
