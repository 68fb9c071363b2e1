"""One probe: a thread in which something was planted, a question about it, and what a right answer holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

ProbeType = Literal["recall", "update", "instruction", "multi", "abstention", "coherence", "control"]
"""recall: one fact; update: a fact that changed later; instruction: a standing one; multi: two facts needed together;
abstention: something that was never said; coherence: what the assistant said itself; control: any of these with the
fact restated one message before the question."""
TYPES: tuple[ProbeType, ...] = ("recall", "update", "instruction", "multi", "abstention", "coherence")
"""Those that can be chosen; controls come with them."""
ValueKind = Literal["code", "name", "number"]
RuleKind = Literal["end", "begin", "never", "max_words"]


@dataclass(frozen=True, slots=True)
class Value:
    """A planted value."""

    kind: ValueKind
    text: str
    """As it stands in the thread, such as "KR-7305", "Torvella" or "2,846 euros"."""


@dataclass(frozen=True, slots=True)
class FormRule:
    """What a standing instruction asks of the form of an answer."""

    kind: RuleKind
    text: str = ""
    """The words to end with, to begin with, or never to use."""
    n: int = 0
    """Of max_words."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What passes."""

    values: tuple[Value, ...] = ()
    """All must occur."""
    rivals: tuple[Value, ...] = ()
    """None may occur: of an update the old value, else other planted values."""
    rule: FormRule | None = None
    """Of an instruction."""
    absent: ValueKind | None = None
    """Of an abstention: the kind of value that was asked for and must not be made up."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What was planted where, and asked where. Places count the messages of the thread from 0, all roles."""

    thread_id: str
    type: ProbeType
    of: ProbeType
    """The type itself; of a control, the type that it is the control of."""
    question: str
    planted: tuple[int, ...]
    """Places of what the answer rests on, rising; of an update the place of the new value only."""
    asked: int
    distance_messages: int | None
    """Place of the question minus place of the (oldest) fact that is needed; 1 for a control, None for an
    abstention."""
    distance_tokens: int | None
    """Tokens of the messages between the two, by the local count."""
    length: int
    """The thread length that was asked for; the thread has asked + 1 messages."""
    expected: Expected
    domain: str = ""
    """What the thread around it is about: a domain of generated filler, or the carrier's title."""
    superseded: tuple[int, ...] = ()
    """Of an update, the place of the old value."""

    @property
    def depth(self) -> float | None:
        """How deep the fact lies: 0 at the beginning of the thread, 1 just before the question."""
        if self.distance_messages is None or self.type == "control":
            return None
        return (self.asked - self.distance_messages) / self.asked

    @property
    def wanted(self) -> str:
        """What a right answer holds, in words."""
        told = self.expected
        if told.rule is not None:
            return describe(told.rule)
        if told.absent is not None:
            return "to say that this was never given"
        return " and ".join(value.text for value in told.values)

    def to_dict(self) -> dict[str, Any]:
        """As it is stored with its job."""
        return asdict(self)


def describe(rule: FormRule) -> str:
    """A rule in words."""
    return {
        "end": f'to end with "{rule.text}"',
        "begin": f'to begin with "{rule.text}"',
        "never": f'never to say "{rule.text}"',
        "max_words": f"at most {rule.n} words",
    }[rule.kind]


def probe_from(body: Mapping[str, Any]) -> Probe:
    """A stored probe; inverse of `to_dict`."""
    told = body["expected"]
    rule = told["rule"]
    expected = Expected(
        tuple(Value(**one) for one in told["values"]),
        tuple(Value(**one) for one in told["rivals"]),
        FormRule(**rule) if rule else None,
        told["absent"],
    )
    rest = {**body, "expected": expected}
    for name in ("planted", "superseded"):
        rest[name] = tuple(body[name])
    return Probe(**rest)


__all__ = ["TYPES", "Expected", "FormRule", "Probe", "ProbeType", "Value", "ValueKind", "describe", "probe_from"]
