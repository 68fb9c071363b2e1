"""Thoughts: they name what is looked for and where it was looked, and claim nothing that was not done."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.records import Role
from compare.settings import shipped
from compare.sim.brain import answer, think
from compare.sim.brain.thinking_phrases import KINDS, THINKING_PHRASES

WAREHOUSE = (
    ("system", "You help the staff of a warehouse."),
    ("user", "The gate code for the north warehouse is KX-4471-Q."),
    ("assistant", "Noted."),
    ("user", "The boss is away until 23 October."),
    ("assistant", "Understood."),
    ("user", "What is the gate code for the north warehouse?"),
)
THREADS: dict[str, list[tuple[Role, str]]] = {
    path.stem: [(m["role"], m["content"]) for m in json.loads(path.read_text("utf-8"))["messages"]]
    for path in sorted(shipped("threads").glob("*.jsonl"))
}


class TestSearch:
    def test_the_question_where_it_looked_what_for_and_what_it_found(self) -> None:
        assert think(WAREHOUSE, None, brief=False) == (
            'The question is "What is the gate code for the north warehouse?". I look through messages 1 to 5. '
            'I need a code or a number that goes with "gate", "north" and "warehouse". '
            "It stands in message 2: KX-4471-Q."
        )

    def test_what_is_forgotten_is_said_and_not_looked_through(self) -> None:
        thoughts = think(WAREHOUSE, 3, brief=False)
        assert "I look through messages 1, 4 and 5. Of those before it, 2 are no longer in my memory." in thoughts
        assert "KX-4471-Q" not in thoughts
        assert "It is not said anywhere there, so I must say so and not guess." in thoughts

    def test_nothing_at_all_may_be_left(self) -> None:
        turns = (("user", "My code is A-17."), ("user", "What is my code?"))
        assert "Messages before it: 1; none of them is in my memory any more." in think(turns, 1, brief=False)

    def test_several_questions_are_numbered(self) -> None:
        turns = (*WAREHOUSE[:-1], ("user", "What is the gate code, and until when is the boss away?"))
        thoughts = think(turns, None, brief=False)
        assert thoughts.startswith("There are 2 questions to answer: (1)")
        assert re.search(
            r"\(1\) I need a code .*message 2: KX-4471-Q\. \(2\) I need a date .*message 4: 23 Octo", thoughts
        )

    def test_brief_thoughts_leave_out_what_exactly_is_looked_for(self) -> None:
        brief = think(WAREHOUSE, None, brief=True)
        assert "I need" not in brief
        assert "message 2: KX-4471-Q" in brief

    def test_german_is_thought_about_in_german(self) -> None:
        turns = (("user", "Der Code für das Lager ist KX-4471-Q."), ("user", "Wie lautet der Code für das Lager?"))
        assert think(turns, None, brief=False) == (
            'Die Frage lautet "Wie lautet der Code für das Lager?". Durchsucht: Nachricht 1. '
            'Gesucht: ein Code oder eine Zahl, passend zu "Lager". Gefunden in Nachricht 1: KX-4471-Q.'
        )


class TestOtherMoves:
    @pytest.mark.parametrize(
        ("last", "thought"),
        [
            ("Hello!", "That is a greeting, so there is nothing to find out."),
            ("", "That is a greeting, so there is nothing to find out."),
            ("Thank you so much!", "That is a thank-you; a closing word is enough."),
            ("Please summarise what we have.", "A summary of what was said so far is wanted."),
            ("Yes, go ahead.", "That agrees to what was put forward before."),
            ("What was my first message?", "It is about how this conversation began."),
            ("Please write to the boss.", 'Something is to be done: "Write to the boss".'),
            ("I painted the gate.", 'Something is told rather than asked: "I painted the gate".'),
        ],
    )
    def test_what_the_message_is_taken_for(self, last: str, thought: str) -> None:
        assert think((*WAREHOUSE[:-1], ("user", last)), None, brief=False).startswith(thought)

    def test_a_recap_names_the_messages_that_it_will_tell(self) -> None:
        thoughts = think((*WAREHOUSE[:-1], ("user", "Please summarise what we have.")), None, brief=False)
        assert thoughts.endswith("What is in messages 2 and 4 should be kept in mind.")


@pytest.mark.parametrize("memory", [1, 2, 6, 16, None])
@pytest.mark.parametrize("name", THREADS)
class TestHonesty:
    def test_it_looks_through_exactly_what_is_remembered(self, name: str, memory: int | None) -> None:
        for turns in _prompts(name):
            looked = re.search(r"(?:I look through|Durchsucht:) (?:\w+) ([^.]+)\.", think(turns, memory, brief=False))
            if looked is None:  # nothing is left to look through, or nothing has to be found out
                assert not _remembered(turns, memory) or "greeting" in think(turns, memory, brief=False)
            else:
                assert _places(looked[1]) == _remembered(turns, memory)

    def test_every_value_it_finds_stands_where_it_says_and_in_the_answer(self, name: str, memory: int | None) -> None:
        for turns in _prompts(name):
            thoughts = think(turns, memory, brief=False)
            for place, value in re.findall(r"(?:stands in message|in Nachricht) (\d+): ([^,]+?)\.(?: |$)", thoughts):
                assert int(place) in _remembered(turns, memory)
                assert value in turns[int(place) - 1][1].replace("**", "")
                assert value in answer(turns, "large", memory, 0)


def _prompts(name: str) -> list[list[tuple[Role, str]]]:
    turns = THREADS[name]
    return [turns[: i + 1] for i, (role, _) in enumerate(turns) if role == "user"]


def _remembered(turns: list[tuple[Role, str]], memory: int | None) -> set[int]:
    """Numbers of the messages before the last that are within reach."""
    others = [i for i, (role, _) in enumerate(turns, 1) if role != "system"]
    kept = others if memory is None else others[max(0, len(others) - memory) :]
    return {i for i, (role, _) in enumerate(turns, 1) if role == "system" or i in kept} - {len(turns)}


def _places(listed: str) -> set[int]:
    """The numbers in "1, 4 and 6 to 9"."""
    spans = re.findall(r"(\d+)(?: (?:to|bis) (\d+))?", listed)
    return {n for first, last in spans for n in range(int(first), int(last or first) + 1)}


TEXT = st.text(alphabet="abc XYZ 0123.,:;?!\"'`*-()\\n\u00df\u4e2d", max_size=80)
TURNS = st.lists(st.tuples(st.sampled_from(["system", "user", "assistant", "tool"]), TEXT), min_size=1, max_size=8)


@settings(max_examples=100, deadline=None)
@given(turns=TURNS, memory=st.sampled_from([1, 6, None]), brief=st.booleans())
def test_any_messages_are_thought_about(turns: list[tuple[Role, str]], memory: int | None, brief: bool) -> None:
    thoughts = think(turns, memory, brief=brief)
    assert thoughts.endswith((".", "?", '"'))
    assert "{" not in thoughts
    assert think(turns, memory, brief=brief) == thoughts


def test_both_languages_have_every_phrase() -> None:
    assert THINKING_PHRASES["en"].keys() == THINKING_PHRASES["de"].keys()
    assert KINDS["en"].keys() == KINDS["de"].keys()
    for key, phrase in THINKING_PHRASES["en"].items():
        names = set(re.findall(r"\{\w+\}", phrase))
        assert set(re.findall(r"\{\w+\}", THINKING_PHRASES["de"][key])) == names, key
