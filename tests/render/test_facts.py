"""Facts of a text: found where they stand, and known again in another form."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.render.facts import Said, facts

FOUND = [
    ("Your code is LD-2026-7731.", "code", "LD-2026-7731"),
    ("order #4417, please", "code", "#4417"),
    ("version v1.2.3 is out", "code", "v1.2.3"),
    ("It costs $1,299.00 now", "amount", "$1,299.00"),
    ("das sind 1.299,00 EUR", "amount", "1.299,00 EUR"),
    ("a discount of 13.5%", "amount", "13.5%"),
    ("within 5 business days", "amount", "5 business days"),
    ("within a 14-day window", "amount", "14-day"),
    ("on 12 May 2026 at noon", "date", "12 May 2026"),
    ("It ends on 12 May.", "date", "12 May"),
    ("by Jan. 13", "date", "Jan. 13"),
    ("am 3. M\u00e4rz", "date", "3. M\u00e4rz"),
    ("el 4 de mayo de 2026", "date", "4 de mayo de 2026"),
    ("since 2026-05-12", "date", "2026-05-12"),
    ("at 14:30 sharp", "time", "14:30"),
    ("write to ops+eu@north.example.", "email", "ops+eu@north.example"),
    ("see https://x.example/a?b=1.", "url", "https://x.example/a?b=1"),
    ("about 1200 of them", "number", "1200"),
    ("as Anna Schmidt said", "name", "Anna Schmidt"),
]


@pytest.mark.parametrize(("text", "kind", "found"), FOUND)
def test_a_fact_is_found_where_it_stands(text: str, kind: str, found: str) -> None:
    assert [(f.kind, text[f.start : f.end]) for f in facts(text)] == [(kind, found)]


@pytest.mark.parametrize(
    "text",
    ["1. first\n2. second\n10. tenth\n  11) more", "The answer is yes. Then no.", "I am sure, but I'm late",
     "one of 7", "and/or e.g. i.e.", "- **Start** of a line\n| Asked | Answer |", ""],
)  # fmt: skip
def test_list_numbers_first_words_and_small_numbers_are_no_facts(text: str) -> None:
    assert facts(text) == []


def test_in_german_a_noun_is_no_name_but_two_in_a_row_are() -> None:
    text = ("die Maschine wird am Montag von der Firma Nordwind geliefert, der Techniker sieht die Pumpe und den "
            "Schlauch an und die Rechnung folgt mit der Post")  # fmt: skip
    assert [text[f.start : f.end] for f in facts(text)] == ["Firma Nordwind"]


SAME = [
    ("for $1,299.00", "it is 1299 USD"), ("1.299,50 EUR", "\u20ac1299.5"), ("12 May 2026", "2026-05-12"),
    ("12 May 2026", "on May 12th"), ("on May 12", "12 May 2026"), ("about 1,200 of them", "1200 items"),
    ("30 days", "30-day"), ("within 3 nights", "3 noches"), ("#4417", "number 4417"),
    ("said Anna Schmidt", "Schmidt, Anna"), ("for Ren\u00e9", "RENE"), ("at 9:30 am", "9:30am"),
]  # fmt: skip
OTHER = [
    ("for 30 days", "for 30 weeks"), ("12 May 2026", "12 May 2025"), ("at $12", "\u20ac12"), ("1,299", "1299.5"),
    ("LD-7731", "LD-7732"), ("said Anna Schmidt", "said Anna"), ("at 9:30", "at 9:31"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "other"), SAME)
def test_a_fact_is_known_again_in_another_form(text: str, other: str) -> None:
    (fact,) = facts("so " + text)
    assert Said(other).has(fact)


@pytest.mark.parametrize(("text", "other"), OTHER)
def test_another_fact_is_another_fact(text: str, other: str) -> None:
    (fact,) = facts("so " + text)
    assert not Said(other).has(fact)


BITS = st.sampled_from(["1", "1,", "1.1", "#", "a1-", "a@", "x.", "May ", "12 May", "Anna ", "$", "12:", "\n", " ", "%",
                        "www.", "https://", "2026-", "(", "EUR"])  # fmt: skip


@given(st.lists(BITS, max_size=60).map("".join) | st.text(max_size=80))
def test_facts_stand_in_order_and_never_overlap(text: str) -> None:
    at = 0
    for fact in facts(text):
        assert at <= fact.start < fact.end <= len(text)
        at = fact.end
        assert fact.asks
        assert Said(text).has(fact)


@pytest.mark.parametrize("bit", ["1,", "1.1", "a1-", "a@", "x.", "May ", "12:", "1\n", "+.", "www.", "#", "1 000 "])
def test_cost_is_linear_in_a_hostile_text(bit: str) -> None:
    began = time.process_time()
    facts(bit * (60_000 // len(bit)))
    assert time.process_time() - began < 3.0  # about 0.3 s
