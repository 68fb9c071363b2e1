"""Gemini: contents with parts, a system instruction beside them, function calls and their responses among the parts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from compare.errors import ImportFormatError
from compare.threads.importers.building import Said, numbers, path_of, thread_of
from compare.threads.importers.items import Item, Where
from compare.threads.importers.values import first, kind, mapping, text

_ROLES = {"user": "user", "model": "assistant", "assistant": "assistant", "function": "user", "system": "system"}


def detect(record: Any) -> bool:
    """True for an object with contents, and for a list of contents."""
    if isinstance(record, list):
        return bool(record) and all(isinstance(item, dict) and "parts" in item for item in record)
    return isinstance(record, dict) and isinstance(record.get("contents"), list)


def read(record: Any, where: Where) -> Iterable[Item]:
    """One thread.

    Raises:
        ImportFormatError: a part cannot be read, or no content is a user's.
    """
    fields = {"contents": record} if isinstance(record, list) else record
    reference = text(first(fields, "id", "thread_id", "task_id"))
    yield thread_of(path_of(_said(fields)), where, title=text(fields.get("title")), source_ref=reference)


def _said(fields: dict[str, Any]) -> Iterator[Said]:
    instruction = first(fields, "systemInstruction", "system_instruction")
    if instruction is not None:
        told = instruction if isinstance(instruction, str) else _texts(mapping(instruction).get("parts"))
        if told:
            yield Said({"role": "system", "content": told})
    for place, content in enumerate(fields["contents"], start=1):
        if not isinstance(content, dict):
            raise ImportFormatError(f"content {place} is {kind(content)}; it must be an object with 'parts'.")
        role = _ROLES.get(text(content.get("role")).lower() or "user")
        if role is None:
            raise ImportFormatError(
                f"content {place} has the role {content.get('role')!r}; known are {', '.join(_ROLES)}."
            )
        yield from messages_of(role, content.get("parts"), place)


def messages_of(role: str, parts: Any, place: int) -> Iterator[Said]:
    """The messages in OpenAI's shape that Gemini's parts of one content make.

    Raises:
        ImportFormatError: the parts are no list of objects.
    """
    if isinstance(parts, dict):
        parts = [parts]
    if not isinstance(parts, list):
        raise ImportFormatError(f"the parts of content {place} are {kind(parts)}; they must be a list.")
    shown: list[dict[str, Any]] = []
    calls: list[dict[str, Any]] = []
    thinking: list[str] = []
    results: list[dict[str, Any]] = []
    for part in parts:
        if not isinstance(part, dict):
            raise ImportFormatError(f"content {place} has a part that is {kind(part)}.")
        call, response = first(part, "functionCall", "function_call"), first(
            part, "functionResponse", "function_response"
        )  # fmt: skip
        if call is not None:
            arguments = json.dumps(mapping(call).get("args") or {}, ensure_ascii=False)
            function = {"name": text(mapping(call).get("name")) or "unnamed", "arguments": arguments}
            calls.append({"id": text(mapping(call).get("id")), "type": "function", "function": function})
        elif response is not None:
            told = json.dumps(mapping(response).get("response"), ensure_ascii=False)
            results.append({"role": "tool", "name": text(mapping(response).get("name")), "content": told})
        elif part.get("thought") is True:
            thinking.append(text(part.get("text")))
        else:
            shown.append(_shown(part))
    for result in results:
        yield Said(result)
    if shown or calls or not results:
        item: dict[str, Any] = {"role": role, "content": _content(shown) if shown or not calls else None}
        if calls:
            item["tool_calls"] = calls
        known = numbers(reasoning="\n\n".join(thinking)) if thinking and role == "assistant" else None
        yield Said(item, known)


def _shown(part: dict[str, Any]) -> dict[str, Any]:
    if isinstance(part.get("text"), str):
        return {"type": "text", "text": part["text"]}
    inline = mapping(first(part, "inlineData", "inline_data"))
    media_type = text(first(inline, "mimeType", "mime_type"))
    if media_type.startswith("image/") and isinstance(inline.get("data"), str):
        return {"type": "image_url", "image_url": {"url": f"data:{media_type};base64,{inline['data']}"}}
    code = mapping(first(part, "executableCode", "executable_code"))
    if code:
        return {"type": "text", "text": f"```{text(code.get('language')).lower()}\n{text(code.get('code'))}\n```"}
    ran = mapping(first(part, "codeExecutionResult", "code_execution_result"))
    if ran:
        return {"type": "text", "text": f"```\n{text(ran.get('output'))}\n```"}
    file = mapping(first(part, "fileData", "file_data"))
    named = text(first(file, "fileUri", "file_uri")) or media_type or next(iter(part), "part")
    return {"type": "text", "text": f"[{named}]"}


def _content(shown: list[dict[str, Any]]) -> Any:
    if all(part["type"] == "text" for part in shown):
        return "\n".join(part["text"] for part in shown)
    return shown


def _texts(parts: Any) -> str:
    found = [parts] if isinstance(parts, dict) else parts if isinstance(parts, list) else []
    return "\n".join(text(mapping(part).get("text")) for part in found)
