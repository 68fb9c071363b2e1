"""A context policy as a whole: a rule, pinned messages, and what holds whatever the rule says.

Always sent: system messages, pinned messages (with the rest of their exchange), the last user message and the last
message. Never sent: an answer whose question was cut, unless a summary stands before it. Nothing is reordered, and
every message is either sent as it is or named in the cut.
"""

from __future__ import annotations

from dataclasses import dataclass

from compare.errors import CompareError
from compare.records import ChatMessage
from compare.threads.policies.cut import Applied, cuts
from compare.threads.policies.exchanges import ORPHAN, before_answer, last_user, orphans, whole_exchanges
from compare.threads.policies.rules import Full, Rule, Summary
from compare.threads.policies.summary import INSTRUCTION, SummaryRequest, summary_message


@dataclass(frozen=True, slots=True)
class Policy:
    """What of a prompt is sent. `str(policy)` is its canonical text; grammar.parse reads it back."""

    rule: Rule = Full()  # noqa: RUF009 - a frozen value
    pinned: tuple[int, ...] = ()
    """Numbers of messages, 1-based, rising; a system message counts. Numbers past the end mean nothing there."""

    def __str__(self) -> str:
        pins = f"pinned:{','.join(map(str, self.pinned))}+" if self.pinned else ""
        return f"{pins}{self.rule}"

    @property
    def summary_model_id(self) -> str | None:
        """The model that summarises, for policies that need one."""
        return self.rule.model_id if isinstance(self.rule, Summary) else None

    def needs_summary(self, messages: tuple[ChatMessage, ...]) -> SummaryRequest | None:
        """What has to be summarised before `apply`, or None where these messages need no summary."""
        reasons = self._reasons(messages)
        if not isinstance(self.rule, Summary) or not reasons:
            return None
        return SummaryRequest(self.rule.model_id, tuple(messages[i] for i in sorted(reasons)), INSTRUCTION)

    def apply(self, messages: tuple[ChatMessage, ...], summary: str | None = None) -> Applied:
        """What is sent of a prompt, and what is cut.

        Args:
            messages: what would be sent whole, the candidate's own system prompt included.
            summary: the text that came of `needs_summary`, where that was not None.

        Raises:
            CompareError: a summary is needed and none was given, or an empty one.
        """
        reasons = self._reasons(messages)
        sent = [message for i, message in enumerate(messages) if i not in reasons]
        if not isinstance(self.rule, Summary) or not reasons:
            return Applied(tuple(sent), cuts(messages, reasons))
        if not (summary or "").strip():
            given = "none was given" if summary is None else f"the one by {self.rule.model_id} is empty"
            raise CompareError(
                f"The context policy {str(self)!r} sends a summary in place of {len(reasons)} messages, but {given}. "
                "Ask again, or choose another model for the summary."
            )
        at = sum(1 for i in range(max(reasons)) if i not in reasons)
        sent.insert(at, summary_message(str(summary), len(reasons)))
        return Applied(tuple(sent), cuts(messages, reasons), summary_at=at)

    def _reasons(self, messages: tuple[ChatMessage, ...]) -> dict[int, str]:
        """Why each message that is cut is cut, by index."""
        head, tail = self.rule.keep(messages)
        always = {i for i, message in enumerate(messages) if message.role == "system"}
        always |= {i for i in (last_user(messages), len(messages) - 1) if i is not None and i >= 0}
        always |= whole_exchanges(messages, [*head, *(n - 1 for n in self.pinned if n <= len(messages))])
        kept = always | set(tail)
        reasons = {i: self.rule.reason for i in range(len(messages)) if i not in kept}
        if not reasons:
            return {}
        if isinstance(self.rule, Summary):
            return reasons | {i: self.rule.reason for i in before_answer(messages, tail, always)}
        return reasons | {i: ORPHAN for i in orphans(messages, kept, tail) if i not in always}
