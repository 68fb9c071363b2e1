"""Threads pasted as a transcript ("User: ... Assistant: ..."), in several languages; no names: one question."""

from __future__ import annotations

import json
import re

from compare.errors import ImportFormatError
from compare.records import Message, Role, Thread
from compare.threads.importers.openai_messages import tool_result

_NAMES: dict[Role, str] = {
    "user": "user customer client human kunde kundin nutzer nutzerin benutzer ich me you caller visitor "
    "usuario usuário cliente utilisateur utente utilizador пользователь 用户 ユーザー 사용자",
    "assistant": "assistant agent ai bot model gpt chatgpt claude gemini support assistent assistentin berater "
    "asistente agente assistente conseiller ассистент 助手 アシスタント 어시스턴트",
    "system": "system instructions systemprompt",
    "tool": "tool function werkzeug",
}
_SPEAKER = re.compile(
    r"^[ \t>*_#-]*(?:"
    + "|".join(f"(?P<{role}>{'|'.join(names.split())})" for role, names in _NAMES.items())
    + r")\b\**(?:[ \t]*\([^)\n]*\))?[ \t]*[:\uff1a]\**",
    re.IGNORECASE | re.MULTILINE,
)


def read(text: str, *, source: str) -> Thread:
    """One thread from a pasted text.

    Raises:
        ImportFormatError: somebody speaks, but no user does.
    """
    found = list(_SPEAKER.finditer(text))
    if not found:
        return Thread((Message("user", text.strip()),), source=source)
    messages = []
    opening = text[: found[0].start()].strip()
    if opening:
        messages.append(Message("system", opening))
    for here, after in zip(found, [*found[1:], None], strict=True):
        said = text[here.end() : after.start() if after else len(text)].strip()
        role = next(role for role in _NAMES if here[role])
        if said:
            messages.append(_message(role, said))
    if not any(m.role == "user" for m in messages):
        raise ImportFormatError(
            f"{source} has {len(messages)} messages but none of a user. Start a user's lines with 'User:'."
        )
    return Thread(tuple(messages), source=source)


def _message(role: Role, said: str) -> Message:
    if role != "tool":
        return Message(role, said)
    return Message(role, tool_result(said), parts_json=json.dumps({"role": role, "content": said}, ensure_ascii=False))
