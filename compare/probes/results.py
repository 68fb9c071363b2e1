"""What came of every probe: the answer's verdict, and whether the fact was sent at all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from compare.probes.own import ProbeHistory
from compare.probes.probe import Probe
from compare.probes.score import Verdict, score
from compare.probes.tokens import occurs, tokens
from compare.records import Answer, Candidate, Message

Reach = Literal["sent", "summarised", "cut"]
"""sent: the fact went out as it was; summarised: left out, but what was sent in its place holds the value; cut: it was
not sent, so whoever forgot it is us."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """How a conversation was handed over before the question."""

    before: str
    """What pages and files call the candidate that spoke first."""
    before_id: str
    after: str
    """The same of the one that took over, as it is called where it speaks all the way."""
    after_id: str
    turn: int
    """The first turn of the user that it answered, from 1."""
    place: int
    """Of the first message that it answered, from 0."""


@dataclass(frozen=True, slots=True)
class Result:
    """One answer to one probe."""

    probe: Probe
    candidate_id: str
    model_id: str
    name: str
    """What pages and files call the candidate."""
    repeat: int
    answer_id: str
    answer: str
    verdict: Verdict
    why: str
    reach: Reach = "sent"
    cost_usd: float | None = None
    history: ProbeHistory = "fixed"
    """Whose replies stand in the thread: as given, or the candidate's own."""
    taken_over: TakenOver | None = None

    @property
    def passed(self) -> bool | None:
        """Whether the answer is right; None where there is none."""
        return None if self.verdict == "unanswered" else self.verdict == "passed"

    @property
    def cut_by_us(self) -> bool:
        """Whether what the answer rests on was not sent: "cut by us" is not "forgotten"."""
        return self.reach == "cut"

    def to_json(self) -> dict[str, Any]:
        """As `probe --json` prints it."""
        probe, over = self.probe, self.taken_over
        return {
            "model_id": self.model_id, "candidate": self.name, "candidate_id": self.candidate_id,
            "thread_id": probe.thread_id, "type": probe.type, "of": probe.of, "length": probe.length,
            "distance_messages": probe.distance_messages, "distance_tokens": probe.distance_tokens,
            "depth": probe.depth, "domain": probe.domain, "repeat": self.repeat, "passed": self.passed,
            "cut_by_us": self.cut_by_us, "reach": self.reach, "verdict": self.verdict, "why": self.why,
            "question": probe.question, "expected": probe.wanted,
            "rivals": [value.text for value in probe.expected.rivals], "answer": self.answer,
            "planted_messages": [place + 1 for place in probe.planted],
            "superseded_messages": [place + 1 for place in probe.superseded], "asked_message": probe.asked + 1,
            "n_messages": probe.asked + 1, "answer_id": self.answer_id, "cost_usd": self.cost_usd,
            "history": self.history,
            "handed_over_from": over.before if over else None, "handed_over_to": over.after if over else None,
            "handed_over_at_message": over.place + 1 if over else None,
        }  # fmt: skip


def result_of(probe: Probe, answer: Answer, candidate: Candidate, name: str, replies: Sequence[Message] = ()) -> Result:
    """Score one answer.

    Args:
        probe: what was asked.
        answer: what was answered.
        candidate: by whom.
        name: what it is called.
        replies: under own history, the thread as it went, up to the question.
    """
    if answer.status == "done":
        verdict, why = score(probe, answer.text)
    else:
        verdict, why = "unanswered", f"The call failed: {answer.error or 'no reason was kept'}"
    reach = reach_of(probe, answer, candidate, replies)
    if reach != "sent" and verdict not in ("passed", "unanswered"):
        where = _places(probe)
        why += (
            f" {where} was not sent: our context policy ({candidate.context_policy}) left it out."
            if reach == "cut"
            else f" {where} went out as part of a summary that holds it."
        )
    cost = None if answer.cost_usd is None else float(answer.cost_usd)
    return Result(
        probe, candidate.id, candidate.model_id, name, answer.repeat, answer.id, answer.text, verdict, why, reach, cost
    )


def reach_of(probe: Probe, answer: Answer, candidate: Candidate, replies: Sequence[Message] = ()) -> Reach:
    """Whether the fact reached the model, from what is stored of the request; arguments as for `result_of`."""
    if not probe.planted or answer.cut_json == "[]":
        return "sent"
    cut = {one["number"] for one in json.loads(answer.cut_json)}
    # Numbers of cuts count what would be sent whole: a system prompt of the candidate's own may stand before it.
    ahead = _ahead(answer, candidate)
    lost = [place for place in probe.planted if place + 1 + ahead in cut]
    if not lost:
        return "sent"
    told = json.loads(answer.sent_json).get("summary")
    if told and _holds(probe, str(told.get("text", ""))):
        return "summarised"
    # Under own history a reply that was sent may have said the fact again.
    said = [one.text for n, one in enumerate(replies, 1) if one.role == "assistant" and n + ahead not in cut]
    return "sent" if said and _holds(probe, "\n".join(said)) else "cut"


def _ahead(answer: Answer, candidate: Candidate) -> int:
    """By how many messages the prompt was longer before the thread's first: 1 where a system prompt was put in."""
    if candidate.settings.system_prompt is None:
        return 0
    left_out = json.loads(answer.sent_json).get("left_out", {})
    return 0 if left_out.get("system prompt of the thread") else 1


def _holds(probe: Probe, text: str) -> bool:
    """Whether a summary still has what the answer needs."""
    said = tokens(text)
    told = probe.expected
    if told.rule is not None:
        wanted = [token.text for token in tokens(told.rule.text)]
        return any([t.text for t in said[at : at + len(wanted)]] == wanted for at in range(len(said)))
    return all(occurs(value, said) for value in told.values)


def _places(probe: Probe) -> str:
    numbers = [str(place + 1) for place in probe.planted]
    return f"Message {numbers[0]}" if len(numbers) == 1 else f"What stands in messages {' and '.join(numbers)}"


def chosen(results: Sequence[Result], candidate_id: str) -> Iterator[Result]:
    """The results of one candidate that can be judged."""
    return (one for one in results if one.candidate_id == candidate_id and one.passed is not None)


__all__ = ["Reach", "Result", "TakenOver", "chosen", "reach_of", "result_of"]
