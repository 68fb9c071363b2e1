"""Whole answers: requests, go-aheads, recaps, advice, languages, rules of form; and that nothing is made up."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.sim.brain import answer
from compare.sim.models import Voice

VOICES: tuple[Voice, ...] = ("lite", "flash", "large")
MEMORY = {"lite": 6, "flash": 16, "large": None}

SUPPORT = (
    ("system", "You help travellers. Business tickets can always be cancelled."),
    ("user", "Hi! I want to cancel my flights to Seattle."),
    ("assistant", "I can help. Could you please give me your user ID and the reservation ID?"),
    ("user", "My user ID is mia_li_3668 and the reservation ID is ZFA04Y."),
    ("assistant", "Reservation ZFA04Y is in business, so the refund is $1,240. Shall I cancel it?"),
)


@pytest.mark.parametrize("voice", VOICES)
class TestMoves:
    def test_a_request_is_repeated_with_what_is_known_and_a_next_step(self, voice: Voice) -> None:
        text = answer((*SUPPORT, ("user", "I want to cancel reservation ZFA04Y.")), voice, None, 0)
        assert "cancel reservation ZFA04Y" in text
        assert re.search(r"confirm|check|go ahead", text)

    def test_a_go_ahead_names_what_it_covers(self, voice: Voice) -> None:
        text = answer((*SUPPORT, ("user", "Yes, please go ahead.")), voice, None, 0)
        assert "$1,240" in text

    def test_a_go_ahead_without_anything_to_agree_to_is_questioned(self, voice: Voice) -> None:
        assert "don't see" in answer((("user", "Yes, please go ahead."),), voice, None, 0)

    def test_particulars_are_acknowledged(self, voice: Voice) -> None:
        assert "ZFA04Y" in answer(SUPPORT[:4], voice, None, 0)

    def test_thanks_get_a_friendly_end(self, voice: Voice) -> None:
        text = answer((*SUPPORT, ("user", "Thank you so much!")), voice, None, 0)
        assert re.match(r"You're welcome|Glad|Happy", text)

    def test_a_recap_lists_the_points(self, voice: Voice) -> None:
        text = answer((*SUPPORT, ("user", "Can you summarise what we have so far?")), voice, None, 0)
        assert "ZFA04Y" in text

    def test_a_question_for_advice_is_weighed_by_what_was_said(self, voice: Voice) -> None:
        turns = (("user", "We are 23 people, and the total budget is $9,600. What should we decide first?"),)
        text = answer(turns, voice, None, 0)
        assert "$9,600" in text
        assert "not mentioned" not in text

    def test_with_nothing_before_it_a_question_is_turned_back_honestly(self, voice: Voice) -> None:
        text = answer((("user", "Who takes photos of planes in the air?"),), voice, None, 0)
        assert re.search(r"nothing in this conversation|does not mention", text)

    def test_a_greeting_is_returned(self, voice: Voice) -> None:
        assert answer((("user", "Hi there!"),), voice, None, 0).startswith("Hello!")

    def test_german_is_answered_in_german_and_other_languages_in_english_with_quotes(self, voice: Voice) -> None:
        german = answer((("user", "Das Budget beträgt 680 €."), ("user", "Wie hoch ist das Budget?")), voice, None, 0)
        assert "680 €" in german
        assert not re.search(r"\b(?:the|you|your)\b", german)
        spanish = answer((("user", "La fianza es de 900 euros."), ("user", "¿De cuánto es la fianza?")), voice, None, 0)
        assert "900 euros" in spanish
        assert re.search(r"\b(?:the|it|that)\b", spanish, re.I)


def test_the_first_message_is_the_first_that_is_remembered() -> None:
    talk = tuple(("user", f"Note {'abcdefghij'[i]}: the parcel number {i} has arrived.") for i in range(10))
    ask = ("user", "What was my first message?")
    assert "parcel number 0" in answer((*talk, ask), "large", None, 0)
    assert "parcel number 5" in answer((*talk, ask), "lite", 6, 0)


class TestRules:
    ASK = ("user", "What is the reservation number of the cottage?")
    FACT = ("user", "The reservation number of the cottage is PX-9174.")

    def test_a_limit_of_sentences_is_kept_while_it_is_remembered(self) -> None:
        rule = ("user", "From now on answer in one sentence.")
        talk = (("assistant", "Understood."),) * 8
        kept = answer((rule, *talk, self.FACT, self.ASK), "large", None, 0)
        assert "PX-9174" in kept
        assert len(re.findall(r"[.!?](?:\s|$)", kept)) == 1
        forgotten = answer((rule, *talk, self.FACT, self.ASK), "lite", 6, 0)
        assert len(re.findall(r"[.!?](?:\s|$)", forgotten)) > 1

    def test_a_limit_of_words_is_kept(self) -> None:
        rule = ("system", "Keep your answers under 12 words.")
        text = answer((rule, self.FACT, self.ASK), "large", None, 0)
        assert "PX-9174" in text
        assert len(text.split()) <= 12

    def test_an_ending_and_a_forbidden_word_are_respected(self) -> None:
        rule = ("system", 'End every answer with "Yours, Ada". Never mention "cottage".')
        text = answer((rule, self.FACT, self.ASK), "flash", 16, 0)
        assert text.endswith("Yours, Ada")
        assert "cottage" not in text.lower()
        assert "PX-9174" in text

    def test_a_later_rule_replaces_an_earlier_one(self) -> None:
        rules = (("user", "Answer in one sentence."), ("user", "Please reply in at most three sentences now."))
        text = answer((*rules, self.FACT, self.ASK), "large", None, 0)
        assert len(re.findall(r"[.!?](?:\s|$)", text)) <= 3

    def test_the_language_can_be_ordered(self) -> None:
        rule = ("system", "Always answer in German.")
        assert "Nachricht" in answer((rule, self.FACT, self.ASK), "large", None, 0)


@pytest.mark.parametrize(
    "piece", ["a", "1", "a@", "a_", "a.b1.", "1,234.", "A b ", '{"a":', "and what ", "日", "*", "\n#"]
)
def test_no_pasted_monster_takes_long(piece: str) -> None:
    """A blob of 30,000 characters in a thread must not hold up the other streams."""
    blob = piece * (30_000 // len(piece))
    began = time.thread_time()
    answer((("user", blob), ("user", "What is the gate code?")), "large", None, 0)
    answer((("user", "The gate code is 7731."), ("user", blob)), "large", None, 0)
    assert time.thread_time() - began < 3.0


TEXT = st.text(alphabet="abc XYZ 0123456789.,:;?!\"'|`#*-_{}[]()\n\tßé中日\u2028\U0001f600", max_size=120)
TURNS = st.lists(st.tuples(st.sampled_from(["system", "user", "assistant", "tool"]), TEXT), min_size=1, max_size=8)


@settings(max_examples=150, deadline=None)
@given(turns=TURNS, voice=st.sampled_from(VOICES), seed=st.integers(0, 2**40))
def test_any_messages_get_an_answer_whose_digits_all_stand_in_them(
    turns: list[tuple[str, str]], voice: Voice, seed: int
) -> None:
    text = answer(turns, voice, MEMORY[voice], seed)  # type: ignore[arg-type]
    assert text.strip()
    said = " ".join(t for _, t in turns)
    said += said.replace("`", "").replace("*", "")  # passages are quoted without their emphasis marks
    own = re.sub(r"(?m)^\d+\. |[Mm]essages? \d+(?: to \d+)?|Nachricht \d+", " ", text)
    assert all(number in said for number in re.findall(r"\d+", own))
    assert answer(turns, voice, MEMORY[voice], seed) == text  # type: ignore[arg-type]
