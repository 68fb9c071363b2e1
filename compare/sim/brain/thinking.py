"""What a model thinks before it answers: what it is looking for, in which messages it looked, and what came of it.

Told from the same plan that the answer is worded from, so the thoughts never claim a step that was not taken. The
numbers in them are places of messages, how many there are, or values that stand in a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from compare.sim.brain.asks import Ask
from compare.sim.brain.findings import Finding, Found
from compare.sim.brain.memory import Memory, Turn
from compare.sim.brain.plan import Plan
from compare.sim.brain.thinking_phrases import KINDS, THINKING_PHRASES
from compare.sim.brain.wording import clipped, without_greeting
from compare.sim.brain.words import words

QUOTE_WORDS = 24
MOST_WORDS_SOUGHT = 4
"""How many words of a question are named as what is looked for."""
MOST_KINDS = 2


def think(plan: Plan, turns: Sequence[Turn], memory_messages: int | None, *, brief: bool) -> str:
    """The thoughts that lead to a plan.

    Args:
        plan: what the answer will say.
        turns: (role, text) of every message of the request.
        memory_messages: how many of the last messages are remembered; None: all.
        brief: leave out what exactly is looked for and what else bears on it.
    """
    thinker = _Thinker(plan)
    steps = [thinker.wanted()]
    if plan.say.move != "greeting":
        steps.append(thinker.looked(Memory(turns, memory_messages), len(turns)))
    for i, found in enumerate(plan.found, 1):
        steps += [f"({i})" if len(plan.found) > 1 else "", "" if brief else thinker.sought(found.ask)]
        steps.append(thinker.came_of(found))
    if not brief or not plan.found:
        steps += [thinker.bears(), thinker.aim()]
    return " ".join(step for step in steps if step)


class _Thinker:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._phrases = THINKING_PHRASES[plan.language]
        self._kinds: Mapping[str, str] = KINDS[plan.language]

    def wanted(self) -> str:
        """What the last message is taken to want."""
        questions = [_quoted(f.ask.text) for f in self._plan.found]
        if len(questions) == 1:
            return self._phrases["question"].format(what=questions[0])
        if questions:
            numbered = [f"({i}) {q}" for i, q in enumerate(questions, 1)]
            return self._phrases["questions"].format(n=len(questions), what=self._listed(numbered))
        return self._phrases[self._plan.say.move].format(what=_quoted(self._plan.say.main))

    def looked(self, memory: Memory, n_turns: int) -> str:
        """Which messages were looked through, and how many are forgotten."""
        numbers = [m.number for m in memory.messages]
        if not numbers:
            return self._phrases["nothing_before" if n_turns == 1 else "all_forgotten"].format(n=n_turns - 1)
        lost = n_turns - 1 - len(numbers)
        kept = self._phrases["looked_in"].format(where=self._messages(numbers))
        return kept + (" " + self._phrases["forgotten"].format(n=lost) if lost else "")

    def sought(self, ask: Ask) -> str:
        """The kinds of value and the words that an answer to one question must have."""
        named = {t.term for t in ask.terms if t.weight == 1.0}
        sought = list(dict.fromkeys(w.raw for w in words(ask.text) if w.term in named))[:MOST_WORDS_SOUGHT]
        kinds = [self._kinds[k] for k in ask.wants[:MOST_KINDS]]
        if not sought:
            return self._phrases["sought_kind"].format(kinds=self._either(kinds)) if kinds else ""
        quoted = self._listed([f'"{w}"' for w in sought])
        if not kinds:
            return self._phrases["sought_words"].format(words=quoted)
        return self._phrases["sought"].format(kinds=self._either(kinds), words=quoted)

    def came_of(self, found: Found) -> str:
        """What the search for one question gave."""
        where = self._messages(sorted({f.number for f in found.findings}))
        if found.status != "found" or not found.findings:
            empty = "judgement" if found.status == "advice" else "missing"
            return self._phrases[found.status if found.findings else empty].format(where=where)
        values = [f.value for f in found.findings if f.value is not None]
        key = "found_value" if values else "found_passage"
        told = self._phrases[key].format(where=where, what=self._listed(list(dict.fromkeys(values))))
        return told + (" " + self._phrases["corrected"] if any(f.corrected for f in found.findings) else "")

    def bears(self) -> str:
        """Which other messages bear on it."""
        told = {f.number for found in self._plan.found for f in found.findings}
        numbers = sorted({f.number for f in self._plan.facts} - told)
        return self._phrases["bears"].format(where=self._messages(numbers)) if numbers else ""

    def aim(self) -> str:
        """Where the user said what is to be achieved."""
        goal: Finding | None = self._plan.goal
        return self._phrases["aim"].format(where=self._messages([goal.number])) if goal else ""

    def _messages(self, numbers: Sequence[int]) -> str:
        """As in "message 3" and "messages 2, 3 and 5 to 9"."""
        key = "message" if len(numbers) == 1 else "messages"
        return self._phrases[key].format(numbers=self._listed([self._span(s) for s in _spans(numbers)]))

    def _span(self, span: tuple[int, int]) -> str:
        first, last = span
        if first == last:
            return str(first)
        return self._phrases["span"].format(first=first, last=last)

    def _listed(self, items: Sequence[str]) -> str:
        return _joined(items, self._phrases["and"])

    def _either(self, items: Sequence[str]) -> str:
        return _joined(items, self._phrases["or"])


def _quoted(text: str) -> str:
    inner = clipped(without_greeting(text.strip()).rstrip(".!:; "), QUOTE_WORDS).strip('"“”„ ').replace('"', "'")
    return f'"{inner}"'


def _joined(items: Sequence[str], last: str) -> str:
    return f"{', '.join(items[:-1])} {last} {items[-1]}" if len(items) > 1 else "".join(items)


def _spans(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Runs of numbers that follow each other, as (first, last); a run of two stays two."""
    spans: list[tuple[int, int]] = []
    for n in numbers:
        if spans and spans[-1][1] == n - 1:
            spans[-1] = (spans[-1][0], n)
        else:
            spans.append((n, n))
    return [
        s for first, last in spans for s in ([(first, first), (last, last)] if last == first + 1 else [(first, last)])
    ]


__all__ = ["think"]
