"""Threads pasted as a transcript ("User: ... Assistant: ..."), in several languages; no names: one question.

A time may stand before a name ("[10:32] Anna:") or after it. Two speakers with names of their own, as in an exported
chat, are taken as user and assistant: the one who speaks first asks, unless the other's name is a model's or support's.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import NamedTuple

from compare.errors import ImportFormatError
from compare.records import Message, Role, Thread
from compare.threads.importers.openai_messages import tool_result

_NAMES: dict[Role, str] = {
    "user": "user customer client human kunde kundin nutzer nutzerin benutzer ich me you caller visitor "
    "usuario usuário cliente utilisateur utente utilizador klient użytkownik gebruiker klant kullanıcı användare kund "
    "käyttäjä uživatel zákazník χρήστης пользователь клиент користувач 用户 用戶 ユーザー 사용자 고객 "
    "المستخدم משתמש उपयोगकर्ता",
    "assistant": "assistant agent ai bot model gpt chatgpt claude gemini support assistent assistentin berater "
    "copilot llama mistral asistente agente assistente conseiller asystent konsultant medewerker asistan avustaja "
    "βοηθός ассистент помощник асистент 助手 客服 アシスタント 어시스턴트 상담원 المساعد עוזר सहायक",
    "system": "system instructions systemprompt système sistema система 系统",
    "tool": "tool function werkzeug",
}
_TIME = (
    r"(?:[\[(]?\d{1,4}[-./]\d{1,2}[-./]\d{1,4},?[ \t]+)?[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[ \t]?[APap]\.?[Mm]\.?)?[\])]?"
)
"""A time of day, perhaps after a date, perhaps in brackets."""
# Possessive repeats: a rule of ten thousand stars must not be tried in ten thousand ways.
_LEAD = rf"^[ \t>*_#-]*+(?:\[?{_TIME}\]?[ \t]*+[-\u2013|,]?[ \t]*+)?[*_]*+"
_TAIL = r"\**(?:[ \t]*\([^)\n]*\))?(?:[ \t]*[\[(]?\d{1,2}:\d{2}(?::\d{2})?[\])]?)?[ \t]*[:\uff1a]\**"
_SPEAKER = re.compile(
    _LEAD
    + "(?:"
    + "|".join(f"(?P<{role}>{'|'.join(names.split())})" for role, names in _NAMES.items())
    + r")\b"
    + _TAIL,
    re.IGNORECASE | re.MULTILINE,
)
_NAMED = re.compile(
    rf"^[ \t>*_#-]*+\[?{_TIME}\]?[ \t]*+[-\u2013|,]?[ \t]*+"
    r"(?P<name>[^\W\d_][\w .'\u2019-]{0,40}?)[ \t]*[:\uff1a][ \t]",
    re.MULTILINE,
)
"""A line of an exported chat: a time, then anybody's name."""
_ROLE_OF: dict[str, Role] = {name.casefold(): role for role, names in _NAMES.items() for name in names.split()}
_HELPS = re.compile(r"\b(?:bot|assistant|support|service|agent|ai|gpt|helpdesk|team)\b", re.IGNORECASE)


def role_named(name: str) -> Role | None:
    """The role that a word for a speaker means, in any of the languages; None for any other word."""
    if name.strip().casefold() in ("developer", "operator", "staff"):
        return "system" if name.strip().casefold() == "developer" else "assistant"
    return _ROLE_OF.get(name.strip().casefold())


class _Line(NamedTuple):
    """Where somebody begins to speak."""

    start: int
    end: int
    role: Role


def read(text: str, *, source: str) -> Thread:
    """One thread from a pasted text.

    Raises:
        ImportFormatError: somebody speaks, but no user does.
    """
    found = _lines(text)
    if not found:
        return Thread((Message("user", text.strip()),), source=source)
    messages: list[Message] = []
    opening = text[: found[0].start].strip()
    if opening:
        messages.append(Message("system", opening))
    for here, after in zip(found, [*found[1:], None], strict=True):
        said = text[here.end : after.start if after else len(text)].strip()
        if said:
            messages.append(_message(here.role, said))
    if not any(m.role == "user" for m in messages):
        raise ImportFormatError(
            f"{source} has {len(messages)} messages but none of a user. Start a user's lines with 'User:'."
        )
    return Thread(tuple(messages), source=source)


def _lines(text: str) -> list[_Line]:
    known = [_Line(m.start(), m.end(), next(r for r in _NAMES if m[r])) for m in _SPEAKER.finditer(text)]
    named = list(_NAMED.finditer(text))
    names = Counter(m["name"].strip() for m in named)
    roles = _roles(names)
    if not roles or len({line.role for line in known} & {"user", "assistant"}) == 2:
        return known
    lines = [_Line(m.start(), m.end(), roles[m["name"].strip()]) for m in named]
    return sorted({line.start: line for line in [*known, *lines]}.values())


def _roles(names: Counter[str]) -> dict[str, Role]:
    """Who of the named speakers is whom; nobody where they are not two or more who speak."""
    if len(names) < 2:
        return {}
    roles = {name: role_named(name) for name in names}
    order = list(names)
    helps = next((n for n in order if roles[n] == "assistant"), None) or next(
        (n for n in order if roles[n] is None and _HELPS.search(n)), None
    )
    if helps is None:
        asks = next((n for n in order if roles[n] == "user"), order[0])
        helps = next(n for n in order if n != asks)
    return {name: role or ("assistant" if name == helps else "user") for name, role in roles.items()}


def _message(role: Role, said: str) -> Message:
    if role != "tool":
        return Message(role, said)
    return Message(role, tool_result(said), parts_json=json.dumps({"role": role, "content": said}, ensure_ascii=False))
