"""What a summariser is asked, and how its summary is sent on. A model does the rest; nothing here asks one.

The words are part of every candidate that names this policy: they never change. Other words would be another policy.
"""

from __future__ import annotations

from dataclasses import dataclass

from compare.records import ChatMessage

INSTRUCTION = (
    "Summarise the conversation below for an assistant that will continue it and cannot see it. Keep every fact, name, "
    "number, date, decision, promise, wish and open question, and any instruction that still holds, in the order in "
    "which they came up; where something was corrected, give only what holds now. Say who said what where it matters. "
    "Do not answer, comment or add anything. Write in the language of the conversation, in at most 400 words."
)
_SPEAKERS = {"user": "User", "assistant": "Assistant"}


@dataclass(frozen=True, slots=True)
class SummaryRequest:
    """A summary that a policy needs before it can be applied."""

    model_id: str
    messages: tuple[ChatMessage, ...]
    """What is to be summarised, oldest first."""
    instruction: str

    @property
    def prompt(self) -> tuple[ChatMessage, ...]:
        """What the summariser is sent: the instruction, and the conversation as one text that it cannot mistake."""
        told = "\n\n".join(f"{_SPEAKERS.get(m.role, m.role)}: {m.content}" for m in self.messages)
        return (
            ChatMessage("system", self.instruction),
            ChatMessage("user", f"<conversation>\n{told}\n</conversation>"),
        )


def summary_message(summary: str, n_messages: int) -> ChatMessage:
    """The summary as it is sent in place of `n_messages` messages.

    It is a user message: in the system prompt, words of a user would gain the authority of the operator.
    """
    return ChatMessage("user", f"[summary of {n_messages} earlier messages]\n{summary.strip()}")
