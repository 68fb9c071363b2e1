"""What of a thread is sent to a candidate: turns, histories, and how each role goes over the wire.

A *turn* is a user's say: one user message, or several in a row. Turn 1 is the first. The prompt of a turn ends with its
last user message. Under the history `fixed` the earlier turns are sent as the thread has them. Under `own` every
recorded assistant message (tool calls included) is left out and the candidate's own earlier answers stand there
instead; tool results stay, since they are nobody's words.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from compare.errors import CompareError
from compare.records import Candidate, ChatMessage, History, Message
from compare.threads.attachments import images_of

EMPTY_MESSAGE = "(empty message)"
"""Sent in place of an empty one: servers refuse empty content, and dropping a turn breaks the alternation."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What one candidate is sent for one turn."""

    leaf_id: str
    """Id of the message that is answered; empty while the thread is not stored."""
    turn: int
    history: History
    messages: tuple[ChatMessage, ...]
    own_answer_ids: tuple[str, ...] = ()
    """Stored answers of this candidate that stand in the history, oldest first."""
    others_answer_ids: tuple[str, ...] = ()
    """Stored answers of others that stand there, beyond the imported thread: under every history but "own"."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """How many messages of the thread were not sent, by reason."""

    @property
    def n_messages(self) -> int:
        """Messages sent, all roles: the `thread_length` that a gateway sees."""
        return len(self.messages)

    @property
    def sha256(self) -> str:
        """Hash of exactly what is sent."""
        body = [[m.role, m.content, *([asdict(i) for i in m.images])] for m in self.messages]
        return hashlib.sha256(json.dumps(body, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """An earlier answer of the candidate itself, as its history needs it."""

    answer_id: str
    text: str


def user_turns(messages: Sequence[Message]) -> list[int]:
    """Index of the last user message of every turn, in order."""
    return [
        i
        for i, message in enumerate(messages)
        if message.role == "user" and (i + 1 == len(messages) or messages[i + 1].role != "user")
    ]


def fixed_prompt(messages: Sequence[Message], turn: int | None = None) -> Prompt:
    """The thread as given, up to and with the user's turn (default: the last).

    Raises:
        CompareError: the thread has no user message, or not so many turns.
    """
    turns, turn = _checked(messages, turn)
    sent = messages[: turns[turn - 1] + 1]
    return Prompt(sent[-1].id, turn, "fixed", tuple(map(wire_message, sent)))


def own_prompt(messages: Sequence[Message], turn: int, own: Sequence[OwnAnswer]) -> Prompt:
    """The thread up to a turn with the candidate's own answers in place of every recorded one.

    Args:
        messages: the whole thread.
        turn: which turn is to be answered.
        own: the candidate's answers to turns 1 .. turn-1, in order.

    Raises:
        CompareError: the thread has not so many turns, or `own` has not exactly one answer for each earlier turn.
    """
    turns, turn = _checked(messages, turn)
    if len(own) != turn - 1:
        raise CompareError(f"Turn {turn} under own history needs {turn - 1} earlier answers; {len(own)} were given.")
    sent: list[ChatMessage] = []
    left_out: dict[str, int] = {}
    answered = {index: answer for index, answer in zip(turns, own, strict=False)}
    for i, message in enumerate(messages[: turns[turn - 1] + 1]):
        if message.role == "assistant":
            reason = "recorded tool call" if _is_tool_call(message) else "recorded answer"
            left_out[reason] = left_out.get(reason, 0) + 1
            continue
        sent.append(wire_message(message))
        if i in answered:
            sent.append(ChatMessage("assistant", _said(answered[i].text)))
    ids = tuple(answer.answer_id for answer in own)
    return Prompt(messages[turns[turn - 1]].id, turn, "own", tuple(sent), ids, left_out=left_out)


def with_settings(prompt: Prompt, candidate: Candidate) -> Prompt:
    """The prompt with the candidate's own system prompt, if it has one, in place of the thread's."""
    system = candidate.settings.system_prompt
    if system is None:
        return prompt
    rest, left_out = prompt.messages, dict(prompt.left_out)
    if rest and rest[0].role == "system":
        rest, left_out["system prompt of the thread"] = rest[1:], 1
    return replace(prompt, messages=(ChatMessage("system", system), *rest), left_out=left_out)


def wire_message(message: Message) -> ChatMessage:
    """A message as it is sent. Tool results go as the user's side of the conversation, named as what they are."""
    role = "user" if message.role == "tool" else message.role
    return ChatMessage(role, _said(message.text), images_of(message) if role == "user" else ())


def _said(text: str) -> str:
    return text if text.strip() else EMPTY_MESSAGE


def _is_tool_call(message: Message) -> bool:
    if not message.parts_json:
        return False
    parts = json.loads(message.parts_json)
    return isinstance(parts, dict) and bool(parts.get("tool_calls") or parts.get("function_call"))


def _checked(messages: Sequence[Message], turn: int | None) -> tuple[list[int], int]:
    turns = user_turns(messages)
    if not turns:
        raise CompareError("This thread has no user message, so there is nothing to answer. Add one and try again.")
    chosen = len(turns) if turn is None else turn
    if not 1 <= chosen <= len(turns):
        raise CompareError(f"Turn {chosen} was asked for; this thread has {len(turns)}.")
    return turns, chosen
