"""A planted value comes back exactly while its message is inside the model's memory, and never otherwise.

Asked over real HTTP, over many distances, with rival values of the same kind about other things in other messages.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest

from compare.sim.models import SIM_MODELS


class Probe(NamedTuple):
    fact: str
    question: str
    value: str
    rivals: tuple[tuple[str, str], ...]


PROBES = {
    "code": Probe(
        "By the way, the access code for the roof terrace is KX-4471-Q.",
        "What is the access code for the roof terrace?",
        "KX-4471-Q",
        (
            ("The access code for the boat house is ZP-1180-B.", "ZP-1180-B"),
            ("Please note the access code for the server room: 88213.", "88213"),
        ),
    ),
    "name": Probe(
        "We agreed that Petra Lindqvist will look after the print shop.",
        "Who did we agree will look after the print shop?",
        "Petra Lindqvist",
        (
            ("We agreed that Malik Oduya will look after the tool shed.", "Malik Oduya"),
            ("Hamish will look after the garden.", "Hamish"),
        ),
    ),
    "number with unit": Probe(
        "I put the copper kettle on the scale: the copper kettle weighs 27.6 kg.",
        "How heavy is the copper kettle?",
        "27.6 kg",
        (
            ("The oak table weighs 114.5 kg.", "114.5 kg"),
            ("The steel cabinet weighs 63.2 kg.", "63.2 kg"),
        ),
    ),
    "amount": Probe(
        "The deposit for the flat in Gdansk is 1,340 EUR, payable in May.",
        "Can you remind me how much the deposit for the flat in Gdansk is?",
        "1,340 EUR",
        (
            ("The deposit for the flat in Turin is 2,150 EUR.", "2,150 EUR"),
            ("The deposit for the flat in Leeds is 980 EUR.", "980 EUR"),
        ),
    ),
    "date": Probe(
        "The inspection of the east wing is on 23 October.",
        "When is the inspection of the east wing?",
        "23 October",
        (
            ("The inspection of the north wing is on 11 March.", "11 March"),
            ("On 6 June there is an inspection of the cellar.", "6 June"),
        ),
    ),
    "address of a person": Probe(
        "You can reach Rosalind at desk71@brook.example.",
        "What is Rosalind's email address?",
        "desk71@brook.example",
        (
            ("You can reach Tomas at ops28@quarry.example.", "ops28@quarry.example"),
            ("Ingrid reads kara14@fennel.example.", "kara14@fennel.example"),
        ),
    ),
    "German": Probe(
        "Übrigens: Die Miete für das Gartenhaus beträgt 1.480 Euro im Monat.",
        "Wie hoch ist die Miete für das Gartenhaus?",
        "1.480 Euro",
        (
            ("Die Miete für das Bootshaus beträgt 2.960 Euro im Monat.", "2.960 Euro"),
            ("Die Miete für das Archiv beträgt 755 Euro im Monat.", "755 Euro"),
        ),
    ),
}
SMALL_TALK = (
    "I walked along the canal this morning, and the light was lovely.",
    "That sounds like a good start of a day. Did you take the long way round?",
    "No, the short one, since it began to rain.",
    "Then a cup of tea was surely welcome.",
    "It was. Now back to work, there is much to sort out.",
    "Take it one thing after the other.",
)
DISTANCES = (1, 2, 3, 5, 6, 8, 12, 15, 16, 17, 20, 25, 29)


def thread(probe: Probe, distance: int, length: int = 32) -> list[tuple[str, str]]:
    """`length` messages, the question last, the fact `distance` messages before it, rivals close to both ends."""
    texts = [SMALL_TALK[i % len(SMALL_TALK)] for i in range(length)]
    texts[-1] = probe.question
    fact_at = length - 1 - distance
    texts[fact_at] = f"{SMALL_TALK[fact_at % 6]} {probe.fact}"
    free = [i for i in range(length - 1) if i != fact_at]
    for (rival, _), at in zip(probe.rivals, (free[-1], free[len(free) // 2]), strict=True):
        texts[at] = f"{texts[at]} {rival}"
    return [("user" if (length - 1 - i) % 2 == 0 else "assistant", t) for i, t in enumerate(texts)]


def holds(value: str, answer: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", answer) is not None


@pytest.mark.parametrize("model_id", ["sim-lite", "sim-flash", "sim-large"])
@pytest.mark.parametrize("kind", PROBES)
def test_recall_is_exact_inside_the_window_and_absent_outside(sim: Any, model_id: str, kind: str) -> None:
    probe, memory = PROBES[kind], SIM_MODELS[model_id].memory_messages
    for distance in DISTANCES:
        answer = sim.answer(model_id, *thread(probe, distance))
        # The question itself is one of the remembered messages.
        remembered = memory is None or distance <= memory - 1
        assert holds(probe.value, answer) is remembered, (distance, answer)
        assert not any(holds(value, answer) for _, value in probe.rivals), (distance, answer)
        if not remembered:
            assert re.search(r"not mentioned|don't see|can't find|nicht erwähnt", answer), answer


@pytest.mark.parametrize("model_id", ["sim-lite", "sim-flash", "sim-large"])
@pytest.mark.parametrize("kind", PROBES)
def test_a_value_that_was_never_given_is_not_made_up(sim: Any, model_id: str, kind: str) -> None:
    probe = PROBES[kind]
    never = [(role, text.replace(probe.fact, "").strip()) for role, text in thread(probe, 3)]
    answer = sim.answer(model_id, *never)
    assert not any(holds(value, answer) for value in (probe.value, *(v for _, v in probe.rivals)))
    assert re.search(r"not mentioned|don't see|can't find|nicht erwähnt", answer), answer


def test_system_messages_are_always_remembered_and_not_counted(sim: Any) -> None:
    talk = [("user" if i % 2 else "assistant", SMALL_TALK[i % 6]) for i in range(31)]
    system = ("system", "You help the staff of a museum. The museum closes at 18:45.")
    answer = sim.answer("sim-lite", system, *talk[1:], ("user", "When does the museum close?"))
    assert holds("18:45", answer)
    probe = PROBES["code"]
    inside = thread(probe, 5)
    assert holds(probe.value, sim.answer("sim-lite", system, *inside))
    assert not holds(probe.value, sim.answer("sim-lite", system, *thread(probe, 6)))


def test_what_the_assistant_and_tools_said_counts_as_well(sim: Any) -> None:
    messages = (
        ("user", "Please look up my booking."),
        ("tool", '{"reservation_id": "M05KNL", "cabin": "business", "gate": null}'),
        ("assistant", "Your seat is 14C, next to the window."),
        ("user", "What is the reservation ID, and which seat do I have?"),
    )
    answer = sim.answer("sim-large", *messages)
    assert holds("M05KNL", answer)
    assert holds("14C", answer)
