"""Threads with facts in them: where they stand, that they are the same again, and that nothing gives them away."""

from __future__ import annotations

import json

import pytest

from compare.errors import ConfigError
from compare.probes.carrier import Real
from compare.probes.curves import curve_of
from compare.probes.plant import PlantPlan, plant
from compare.probes.probe import TYPES, probe_from
from compare.probes.score import score_text
from compare.probes.tokens import occurs, tokens
from compare.records import Message, Thread
from tests.probes.memories import ask, everything

PLANTING = plant(PlantPlan())


def test_a_recall_thread_carries_one_planted_value_once() -> None:
    for probe, thread in PLANTING.planted:
        if probe.type != "recall":
            continue
        (value,) = probe.expected.values
        holding = [i for i, message in enumerate(thread.messages) if occurs(value, tokens(message.text))]
        assert holding == list(probe.planted) == [probe.asked - (probe.distance_messages or 0)]


def test_threads_are_as_long_as_asked_for_and_end_with_the_question() -> None:
    for probe, thread in PLANTING.planted:
        assert len(thread.messages) == probe.length == probe.asked + 1
        assert thread.messages[-1] == Message("user", probe.question)
        assert not any(occurs(value, tokens(probe.question)) for value in probe.expected.values)
        roles = [message.role for message in thread.messages if message.role != "system"]
        assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]


def test_every_range_of_distances_has_five_threads_or_more() -> None:
    recall = [probe for probe, _ in PLANTING.planted if probe.type == "recall"]
    bins = curve_of(ask(PLANTING, everything)).messages.bins
    assert [(one.label, one.recall.n_clusters) for one in bins] == [
        ("1-4", (7,)), ("5-8", (6,)), ("9-16", (5,)), ("17-24", (5,)), ("25-32", (5,)), ("33+", (5,)),
    ]  # fmt: skip
    assert max(probe.distance_messages or 0 for probe in recall) == 48
    # Four candidates answer 356 times in all, which simulated models do in under a minute.
    assert len(PLANTING.planted) == 89


def test_a_control_says_the_fact_again_one_message_before_the_question() -> None:
    by_question = {(probe.question, probe.type): (probe, thread) for probe, thread in PLANTING.planted}
    controls = [probe for probe, _ in PLANTING.planted if probe.type == "control"]
    assert {probe.of for probe in controls} == set(TYPES) - {"abstention"}
    for control in controls:
        thread = by_question[control.question, "control"][1]
        original = by_question[control.question, control.of][1]
        if control.of == "instruction":
            continue
        assert control.distance_messages == 1
        assert thread.messages[:-2] == original.messages[:-2]
        said = tokens(thread.messages[-2].text)
        assert all(occurs(value, said) for value in control.expected.values)


def test_the_control_of_an_instruction_is_said_by_the_user_whom_it_binds() -> None:
    controls = [one for one in PLANTING.planted if one.probe.type == "control" and one.probe.of == "instruction"]
    assert controls
    for probe, thread in controls:
        (place,) = probe.planted
        assert thread.messages[place].role == "user"
        assert "Once more: whenever I ask about" in thread.messages[place].text
        assert (probe.distance_messages, probe.asked - place) == (2, 2)


def test_an_instruction_that_stands_last_already_has_no_control_of_its_own() -> None:
    planting = plant(PlantPlan(lengths=(4,), types=("instruction",)))
    assert [probe.type for probe, _ in planting.planted] == ["instruction"]


def test_an_update_stands_behind_the_old_value_and_is_what_the_distance_counts_from() -> None:
    updates = [(probe, thread) for probe, thread in PLANTING.planted if probe.type == "update"]
    assert updates
    for probe, thread in updates:
        (new,), (old,) = probe.expected.values, probe.expected.rivals
        assert probe.superseded[0] < probe.planted[0]
        assert occurs(old, tokens(thread.messages[probe.superseded[0]].text))
        assert occurs(new, tokens(thread.messages[probe.planted[0]].text))
        assert probe.distance_messages == probe.asked - probe.planted[0]


def test_two_facts_count_from_the_older_one() -> None:
    for probe, _ in PLANTING.planted:
        if probe.type == "multi":
            assert len(probe.planted) == 2
            assert probe.distance_messages == probe.asked - probe.planted[0]


def test_what_an_abstention_asks_for_is_never_said() -> None:
    for probe, thread in PLANTING.planted:
        if probe.type == "abstention":
            assert probe.distance_messages is None
            subject = probe.question.split()[-5]
            assert not any(subject in message.text for message in thread.messages[:-1] if "depot" in message.text)
            assert any(occurs(probe.expected.rivals[0], tokens(m.text)) for m in thread.messages)


def test_no_reply_on_the_way_keeps_or_breaks_a_standing_instruction() -> None:
    for probe, thread in PLANTING.planted:
        if probe.type == "instruction":
            assert probe.expected.rule is not None
            rest = [m for i, m in enumerate(thread.messages[:-1]) if i not in probe.planted]
            assert not any(probe.expected.rule.text in message.text for message in rest)


def test_filler_holds_nothing_that_could_be_taken_for_a_value() -> None:
    for probe, thread in PLANTING.planted:
        planted = {*probe.planted, *probe.superseded}
        if probe.type == "recall":
            rest = " ".join(m.text for i, m in enumerate(thread.messages[:-1]) if i not in planted)
            assert not any(char.isdigit() for char in rest)


def test_the_same_seed_plants_the_same_and_another_seed_other_values() -> None:
    assert plant(PlantPlan()) == PLANTING
    other = plant(PlantPlan(seed=2))
    mine = {value.text for probe, _ in PLANTING.planted for value in probe.expected.values}
    theirs = {value.text for probe, _ in other.planted for value in probe.expected.values}
    assert len(mine & theirs) < 0.1 * len(mine)


def test_sets_are_other_threads_with_other_values() -> None:
    twice = plant(PlantPlan(lengths=(8,), sets=2))
    assert len({thread.content_sha256 for _, thread in twice.planted}) == len(twice.planted)
    assert len(twice.planted) == 2 * len(plant(PlantPlan(lengths=(8,))).planted)


def test_what_is_too_short_for_two_facts_is_named() -> None:
    planting = plant(PlantPlan(lengths=(4,)))
    assert planting.left_out == ("Threads of 4 messages are too short for two facts; those probes are left out.",)
    assert {probe.type for probe, _ in planting.planted} == {"recall", "control", "instruction", "abstention",
                                                             "coherence"}  # fmt: skip


def test_real_threads_carry_probes_where_a_user_was_about_to_speak() -> None:
    said = [Message("system", "Help.")]
    for n in range(12):
        said += [Message("user", f"question {n}"), Message("assistant", f"reply {n}"), Message("assistant", "more")]
    carrier = Real(Thread(tuple(said), title="Talk"))
    planting = plant(PlantPlan(lengths=(12, 60), types=("recall",)), [carrier])
    assert planting.left_out == ("No carrier is long enough for a thread of 60 messages; those probes are left out.",)
    for probe, thread in planting.planted:
        assert 10 <= len(thread.messages) <= 12
        assert probe.domain == "Talk"
        real = [m.text for m in thread.messages if "question" in m.text or "reply" in m.text]
        assert [text.split()[0] for text in real] == (["question", "reply"] * len(real))[: len(real)]


@pytest.mark.parametrize("lengths", [(), (3,), (8, 5000)])
def test_impossible_lengths_are_refused(lengths: tuple[int, ...]) -> None:
    with pytest.raises(ConfigError, match="4 to 2,000 messages"):
        plant(PlantPlan(lengths=lengths))


def test_a_probe_is_stored_and_read_back_as_it_is() -> None:
    for probe, _ in PLANTING.planted:
        assert probe_from(json.loads(json.dumps(probe.to_dict()))) == probe


def test_saying_what_is_wanted_passes() -> None:
    for probe, _ in PLANTING.planted:
        if probe.expected.values:
            assert score_text(probe.of, probe.expected, probe.wanted).passed
