"""Facts of a thread of one's own: what is proposed, and what becomes of what a person accepts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compare.errors import ConfigError
from compare.probes.found import GAP, FoundFact, ask_about, find_facts
from compare.probes.score import score
from compare.records import Message, Thread

SAID = (
    "Be kind, order 9999 is another's.",
    "My order number is HX-4821, and it cost $1,284.00.",
    "Thank you.",
    "We arrive on 14 March. My name is Ada Quill. Is room 512 free?",
    "It is.",
    "We decided on the blue tent. By the way, the order is HX-4821, as I said.",
    "Good.",
    "The deposit is 300 euros.",
    "Noted.",
)
THREAD = Thread(
    (Message("system", SAID[0]), *(Message(("assistant", "user")[n % 2], text) for n, text in enumerate(SAID[1:], 1))),
    title="Trip",
)


def test_codes_amounts_dates_names_and_decisions_are_proposed_where_they_were_said_last() -> None:
    assert [(one.place, one.kind, one.value) for one in find_facts(THREAD)] == [
        (1, "amount", "$1,284.00"), (3, "date", "14 March"), (3, "name", "Ada Quill"),
        (5, "decision", "the blue tent"), (5, "code", "HX-4821"),
    ]  # fmt: skip


def test_a_question_is_the_sentence_with_a_gap_and_gives_nothing_away() -> None:
    for one in find_facts(THREAD):
        assert GAP in one.question
        assert one.value not in one.question


def test_an_accepted_fact_is_asked_at_the_end_of_its_thread() -> None:
    (fact,) = [one for one in find_facts(THREAD) if one.kind == "code"]
    probe, thread = ask_about(THREAD, [replace(fact, question="Which order was it?")], controls=False)[0]
    assert thread.messages[:-1] == THREAD.messages
    assert thread.messages[-1] == Message("user", "Which order was it?")
    assert (probe.type, probe.planted, probe.asked, probe.distance_messages) == ("recall", (5,), 9, 4)
    assert score(probe, "hx 4821").passed
    assert not score(probe, "HX-48210").passed


def test_its_control_says_the_value_again_just_before() -> None:
    fact = find_facts(THREAD)[0]
    _, (control, thread) = ask_about(THREAD, [fact])
    assert (control.type, control.of, control.distance_messages) == ("control", "recall", 1)
    assert thread.messages[-2].text == "Noted. To confirm: $1,284.00."


def test_an_amount_passes_in_any_spelling_and_a_date_as_it_stands() -> None:
    amount, date = (ask_about(THREAD, [one], controls=False)[0].probe for one in find_facts(THREAD)[:2])
    assert score(amount, "It cost 1284 dollars.").passed
    assert not score(amount, "It cost 1,284 euros.").passed
    assert score(date, "on 14 March").passed


@pytest.mark.parametrize(
    ("value", "question", "said"),
    [
        ("", "What?", "both needed"),
        ("HX-4821", " ", "both needed"),
        ("HX-4822", "Which order was it?", "does not stand in the thread"),
        ("HX-4821", "Was it order hx 4821?", "gives its own answer away"),
    ],
)
def test_what_cannot_be_asked_is_told(value: str, question: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        ask_about(THREAD, [FoundFact(1, "code", value, question)])


def test_a_thread_in_which_nobody_may_speak_has_no_facts_to_ask_for() -> None:
    assert find_facts(Thread((Message("assistant", "Order HX-4821."),))) == ()
