"""Prompt templates: own words around the question or the whole conversation, and a prefix to the system prompt.

A candidate's preparation is one string, so a template of the user's own stands in it whole, escaped where it must be:
`template_step(text)` and `system_step(text)` make such a step. Equal steps are equal texts; there is nothing beside
them that could change.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import unquote

from compare.errors import ConfigError
from compare.records import ChatMessage
from compare.threads.preparation.change import Change, Prepared

TEMPLATE, SYSTEM = "template:", "system:"
TRANSCRIPT_1 = (
    "This is the conversation so far.\n\n{messages}\n\n"
    "Continue it as the assistant: answer the user's next message.\n\n{question}"
)
"""transcript@1. Released: it never changes."""

_PLACEHOLDER = re.compile(r"\{(messages|question)\}")
_SPEAKERS = {"user": "User", "assistant": "Assistant"}
_NO_MESSAGES = "(no earlier messages)"
# What would be read as part of the grammar, or be lost at the ends.
_TO_ESCAPE = re.compile(r"[%+\x00-\x1f\x7f]|^\s|\s$")


def template_step(text: str) -> str:
    """The preparation step that puts the last message into `text` in place of {question}.

    With {messages} in it as well, all earlier messages but the system's go there, as a transcript, and one single user
    message is sent. Without it they are sent as they are.

    Raises:
        ConfigError: the text has no {question}.
    """
    return TEMPLATE + _escaped(_checked(text))


def system_step(text: str) -> str:
    """The preparation step that puts `text` before the system message, or sends it as one where there is none.

    Raises:
        ConfigError: the text is blank.
    """
    if not text.strip():
        raise ConfigError("A prefix for the system prompt needs some text; it was blank.")
    return SYSTEM + _escaped(text)


def step_text(step: str) -> str:
    """The text inside a step that `template_step` or `system_step` made.

    Raises:
        ConfigError: its escapes are no UTF-8, or the text is unusable.
    """
    kind, _, escaped = step.partition(":")
    try:
        text = unquote(escaped, errors="strict")
    except UnicodeDecodeError as exc:
        raise ConfigError(
            f"The preparation step {step!r} has an escape that is no UTF-8 ({exc.reason}). Write a percent sign as %25."
        ) from exc
    (system_step if kind + ":" == SYSTEM else template_step)(text)
    return text


def fill(text: str, messages: tuple[ChatMessage, ...]) -> Prepared:
    """The messages put into a template; see template_step."""
    if not messages:
        return Prepared(())
    *earlier, question = messages
    told = [m for m in earlier if m.role != "system"]
    values = {"messages": transcript(told) or _NO_MESSAGES, "question": question.content}
    content = _PLACEHOLDER.sub(lambda name: values[name[1]], text)
    added = Change(len(earlier), "template added", len(_PLACEHOLDER.sub("", text)))
    filled = replace(question, content=content)
    if "{messages}" not in text:
        return Prepared((*earlier, filled), (added,))
    filled = replace(filled, images=tuple(image for m in messages for image in m.images))
    moved = [Change(i, "moved into the template", len(m.content)) for i, m in enumerate(earlier) if m.role != "system"]
    return Prepared((*(m for m in earlier if m.role == "system"), filled), (*moved, added))


def prefix_system(text: str, messages: tuple[ChatMessage, ...]) -> Prepared:
    """The messages with a prefix to their system message; doing it twice is doing it once."""
    if not messages or messages[0].role != "system":
        return Prepared((ChatMessage("system", text), *messages), (Change(0, "system message added", len(text)),))
    now = messages[0].content
    if now == text or now.startswith(text + "\n\n"):
        return Prepared(messages)
    longer = ChatMessage("system", f"{text}\n\n{now}")
    return Prepared((longer, *messages[1:]), (Change(0, "system prefix added", len(text) + 2),))


def transcript(messages: Sequence[ChatMessage]) -> str:
    """The messages as one text, each under the name of who spoke."""
    return "\n\n".join(f"{_SPEAKERS.get(m.role, 'System')}: {m.content}" for m in messages)


def _checked(text: str) -> str:
    if "{question}" not in text:
        raise ConfigError(
            f"The prompt template {_short(text)!r} has no {{question}}, so the user's message would not be sent. Put "
            "{question} where it belongs, and {messages} where the earlier messages should go."
        )
    return text


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def _escaped(text: str) -> str:
    return _TO_ESCAPE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)
