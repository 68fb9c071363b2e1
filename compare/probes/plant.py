"""Planting: facts into carriers at chosen depths, and the question at the end. The same plan gives the same threads."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from compare.errors import ConfigError
from compare.probes.carrier import FILLERS, Carrier, Real, openings
from compare.probes.facts import Draw
from compare.probes.own import NOT_OWN, ProbeHistory, in_turns
from compare.probes.probe import TYPES, Expected, FormRule, Probe, ProbeType, ValueKind
from compare.records import Message, Thread
from compare.tokens.count import count_messages

LENGTHS = (4, 8, 16, 30, 50)
DEPTHS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.35, 0.4, 0.45, 0.5, 0.65, 0.85, 0.9, 0.95)
"""Where the fact of a recall probe lies: 0 at the beginning, 1 just before the question. Other types use the first.

Denser at the beginning: only there does a fact lie far back. With `LENGTHS` every range of distances up to 33+ gets
five threads or more.
"""
OWN_DEPTHS = (0.0, 0.2, 0.4, 0.6, 0.95)
"""The same where every turn of a thread is asked, which costs many times more."""
_CONTROL_EVERY = 2
"""Every second depth has a control, too: one share needs fewer threads than a curve over six ranges."""
SHORTEST, LONGEST = 4, 2000
SOURCE = "probes"
"""What the planted threads name as their source."""


@dataclass(frozen=True, slots=True)
class PlantPlan:
    """Which probes are wanted."""

    lengths: tuple[int, ...] = LENGTHS
    types: tuple[ProbeType, ...] = TYPES
    depths: tuple[float, ...] | None = None
    """Of recall probes; None: `DEPTHS`, or `OWN_DEPTHS` under own history."""
    sets: int = 1
    """So many times all of it, each time with other values in other threads."""
    seed: int = 1
    controls: bool = True
    history: ProbeHistory = "fixed"

    @property
    def asked_types(self) -> tuple[ProbeType, ...]:
        """The types that can be asked under the plan's history."""
        return tuple(one for one in self.types if not (self.history == "own" and one in NOT_OWN))

    @property
    def asked_depths(self) -> tuple[float, ...]:
        """The depths as named, or those that fit the plan's history."""
        return self.depths or (OWN_DEPTHS if self.history == "own" else DEPTHS)

    def to_dict(self) -> dict[str, Any]:
        """As it is stored with its job."""
        return {
            "lengths": list(self.lengths), "types": list(self.asked_types), "depths": list(self.asked_depths),
            "sets": self.sets, "seed": self.seed, "controls": self.controls,
            # Left out where it is as ever, so that jobs of before it was there are the same and go on.
            **({"history": self.history} if self.history != "fixed" else {}),
        }  # fmt: skip

    def checked(self) -> PlantPlan:
        """The same with lengths sorted and each once.

        Raises:
            ConfigError: a length, a type or a number is not possible.
        """
        wrong = [n for n in self.lengths if not SHORTEST <= n <= LONGEST]
        if wrong or not self.lengths:
            raise ConfigError(
                f"A probe's thread has {SHORTEST} to {LONGEST:,} messages; {', '.join(map(str, wrong)) or 'no length'} "
                "was asked for. Write lengths such as 4,8,16,30,50."
            )
        unknown = [name for name in self.types if name not in TYPES]
        if unknown or not self.types:
            raise ConfigError(
                f"{', '.join(map(repr, unknown)) or 'No type'} is no type of probe. Types are {', '.join(TYPES)}."
            )
        return replace(self, lengths=tuple(sorted(set(self.lengths))), types=tuple(t for t in TYPES if t in self.types))


class Planted(NamedTuple):
    """A probe with its thread, before it is stored."""

    probe: Probe
    thread: Thread


class Planting(NamedTuple):
    """What came of a plan."""

    planted: tuple[Planted, ...]
    left_out: tuple[str, ...]
    """What could not be made, each a sentence."""


class _Insert(NamedTuple):
    depth: float
    messages: tuple[Message, Message]
    planted: int | None
    """Which of the two is needed for the answer; None where it is not: a value that was replaced, a bait."""
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class _Idea:
    """A probe before it has a thread."""

    type: ProbeType
    inserts: tuple[_Insert, ...]
    question: str
    expected: Expected
    reminder: str
    """Said again by the assistant just before the question, in the control; empty where it is not."""
    repetition: str = ""
    """The same as the user says it, where the assistant cannot: its replies are the candidate's own, or what is said
    again is an instruction, which binds nobody when an assistant repeats it."""


def plant(plan: PlantPlan, carriers: Sequence[Carrier] = FILLERS) -> Planting:
    """Make the threads of a plan.

    Raises:
        ConfigError: the plan asks for something impossible, or there is no carrier.
    """
    plan = plan.checked()
    if not carriers:
        raise ConfigError("There is no thread to plant facts in. Choose carriers, or use generated ones.")
    own = plan.history == "own"
    if own:
        carriers = [_with_places_for_replies(carrier) for carrier in carriers]
    found: list[Planted] = []
    left_out = dict.fromkeys(_not_asked(plan))
    number = 0
    for repeat in range(plan.sets):
        for length in plan.lengths:
            for probe_type in plan.asked_types:
                used: set[int] = set()
                for nth, depth in enumerate(plan.asked_depths if probe_type == "recall" else plan.asked_depths[:1]):
                    number += 1
                    key = f"{plan.seed} {repeat} {length} {probe_type} {depth}"
                    rng = random.Random(key)
                    idea = _IDEAS[probe_type](Draw(rng), number, depth)
                    body, carrier, why = _body(rng, carriers, number, length, len(idea.inserts))
                    if body is None:
                        left_out[why] = None
                        continue
                    made = _made(idea, body, length, carrier)
                    if made.probe.planted and made.probe.planted[0] in used:
                        continue  # a short thread has fewer places than there are depths
                    used.update(made.probe.planted[:1])
                    found.append(made)
                    if nth % _CONTROL_EVERY:
                        continue
                    control = _control(made, idea, own=own)
                    has_one = bool(idea.reminder or idea.repetition)
                    if plan.controls and has_one and control.probe.planted != made.probe.planted:
                        found.append(control)
    return Planting(tuple(found), tuple(left_out))


def _not_asked(plan: PlantPlan) -> list[str]:
    """What of a plan is not asked under its history, each a sentence."""
    if plan.asked_types == plan.types:
        return []
    why = (
        "What the assistant said itself (coherence) is left out where replies are the candidate's own: a number that a "
        "model chose itself it may choose again without remembering it."
    )
    return [why]


def _with_places_for_replies(carrier: Carrier) -> Carrier:
    if not isinstance(carrier, Real):
        return carrier
    return Real(replace(carrier.thread, messages=in_turns(carrier.thread.messages)))


def _body(
    rng: random.Random, carriers: Sequence[Carrier], number: int, length: int, n_inserts: int
) -> tuple[tuple[Message, ...] | None, str, str]:
    """A beginning of the right length from the carrier whose turn it is, or from the next that is long enough."""
    room = length - 1 - 2 * n_inserts
    if room < 0:
        return None, "", f"Threads of {length} messages are too short for two facts; those probes are left out."
    for turn in range(len(carriers)):
        carrier = carriers[(number + turn) % len(carriers)]
        body = carrier.body(rng, room)
        if body is not None:
            return body, carrier.name, ""
    return None, "", f"No carrier is long enough for a thread of {length} messages; those probes are left out."


def _made(idea: _Idea, body: tuple[Message, ...], length: int, carrier: str) -> Planted:
    places = openings(body)
    at = [round(insert.depth * (len(places) - 1)) for insert in idea.inserts]
    messages: list[Message] = []
    planted, superseded = [], []
    for place in range(len(body) + 1):
        for insert, chosen in zip(idea.inserts, at, strict=True):
            if places[chosen] != place:
                continue
            if insert.planted is not None:
                planted.append(len(messages) + insert.planted)
            if insert.superseded:
                superseded.append(len(messages))
            messages.extend(insert.messages)
        if place < len(body):
            messages.append(body[place])
    asked = len(messages)
    messages.append(Message("user", idea.question))
    oldest = min(planted) if planted else None
    between = [message.text for message in messages[oldest + 1 : asked]] if oldest is not None else []
    probe = Probe(
        thread_id="",
        type=idea.type,
        of=idea.type,
        question=idea.question,
        planted=tuple(sorted(planted)),
        asked=asked,
        distance_messages=None if oldest is None else asked - oldest,
        distance_tokens=None if oldest is None else count_messages(tuple(between)),
        length=length,
        expected=idea.expected,
        domain=carrier,
        superseded=tuple(superseded),
    )
    return Planted(probe, _thread(probe, tuple(messages)))


def _control(made: Planted, idea: _Idea, *, own: bool) -> Planted:
    """The same with everything that is needed said again by the message just before the question.

    Where only the user can say it again, by the user's last message before the question.
    """
    messages = list(made.thread.messages)
    by_user = own or not idea.reminder
    at = made.probe.asked - 1
    while by_user and messages[at].role != "user":
        at -= 1
    messages[at] = replace(messages[at], text=f"{messages[at].text} {idea.repetition if by_user else idea.reminder}")
    probe = replace(
        made.probe,
        type="control",
        planted=(at,),
        distance_messages=made.probe.asked - at,
        distance_tokens=count_messages(tuple(message.text for message in messages[at + 1 : made.probe.asked])),
    )
    return Planted(probe, _thread(probe, tuple(messages)))


def _thread(probe: Probe, messages: tuple[Message, ...]) -> Thread:
    what = f"Control of {probe.of}" if probe.type == "control" else probe.type.capitalize()
    back = "" if probe.distance_messages is None else f", {probe.distance_messages} back"
    return Thread(messages, title=f"{what}, {len(messages)} messages{back}", source=SOURCE, workload=SOURCE)


# --- what is planted, by type ----------------------------------------------------------------------------------------

_NOTED = Message("assistant", "Thank you, noted.")
_BRIEFLY = " Answer in one sentence."
"""Behind every question: cheaper and quicker to ask, and no different to score."""


def _said(text: str) -> tuple[Message, Message]:
    return Message("user", text), _NOTED


def _recall(draw: Draw, number: int, depth: float) -> _Idea:
    fact = draw.fact(number)
    insert = _Insert(depth, _said(f"For the record: {_small(fact.statement)}"), 0)
    return _Idea("recall", (insert,), fact.question + _BRIEFLY, Expected((fact.value,)), *_again(fact.statement))


def _update(draw: Draw, number: int, depth: float) -> _Idea:
    old = draw.fact(number, ("code", "number"))
    unit = old.value.text.partition(" ")[2] if old.value.kind == "number" else ""
    new = old.changed_to(draw.value(old.value.kind, unit))
    inserts = (
        _Insert(depth, _said(f"For the record: {_small(old.statement)}"), None, superseded=True),
        _Insert(_halfway(depth), _said(new.correction), 0),
    )
    expected = Expected((new.value,), (old.value,))
    return _Idea("update", inserts, new.question + _BRIEFLY, expected, *_again(new.statement))


def _multi(draw: Draw, number: int, depth: float) -> _Idea:
    first, second = draw.pair(number)
    inserts = (
        _Insert(depth, _said(f"For the record: {_small(first.statement)}"), 0),
        _Insert(_halfway(depth), _said(f"One more thing: {_small(second.statement)}"), 0),
    )
    question = f"I need two things together. {first.question} And {_small(second.question)}{_BRIEFLY}"
    expected = Expected((first.value, second.value))
    return _Idea("multi", inserts, question, expected, *_again(f"{first.statement} {second.statement}"))


def _instruction(draw: Draw, number: int, depth: float) -> _Idea:
    word, place = draw.word(), draw.place()
    how, rule = (
        (f'end your answer with the word "{word}"', FormRule("end", word)),
        (f'begin your answer with the word "{word}"', FormRule("begin", word)),
    )[number % 2]
    # A condition, so that no reply on the way either follows the instruction or breaks it.
    told = f"Whenever I ask about {place}, {how}."
    inserts = (_Insert(depth, _said(f"An instruction for later. {told}"), 0),)
    question = f"What should I look at first in {place}?{_BRIEFLY}"
    return _Idea("instruction", inserts, question, Expected(rule=rule), "", f"Once more: {_small(told)}")


def _abstention(draw: Draw, number: int, depth: float) -> _Idea:
    bait, asked = draw.twin(number)
    inserts = (_Insert(depth, _said(f"For the record: {_small(bait.statement)}"), None),)
    kind: ValueKind = asked.value.kind
    return _Idea("abstention", inserts, asked.question + _BRIEFLY, Expected(rivals=(bait.value,), absent=kind), "")


def _coherence(draw: Draw, number: int, depth: float) -> _Idea:
    place, value = draw.place(), draw.value("number", ("kg", "euros")[number % 2])
    what = ("the weight of the load", "the price of the repair")[number % 2]
    said = f"My estimate for {what} in {place} is {value.text}."
    insert = _Insert(depth, (Message("user", f"What is your estimate for {what} in {place}?"),
                             Message("assistant", said)), 1)  # fmt: skip
    question = f"What was your estimate for {what} in {place}?{_BRIEFLY}"
    return _Idea("coherence", (insert,), question, Expected((value,)), f"To repeat: {_small(said)}")


def _again(statement: str) -> tuple[str, str]:
    """A statement said again: by the assistant, and by the user."""
    return f"To confirm: {_small(statement)}", f"Once more: {_small(statement)}"


def _halfway(depth: float) -> float:
    return depth + (1.0 - depth) / 2


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


_IDEAS: Mapping[ProbeType, Callable[[Draw, int, float], _Idea]] = {
    "recall": _recall,
    "update": _update,
    "multi": _multi,
    "instruction": _instruction,
    "abstention": _abstention,
    "coherence": _coherence,
}

__all__ = ["DEPTHS", "LENGTHS", "OWN_DEPTHS", "SOURCE", "PlantPlan", "Planted", "Planting", "plant"]
