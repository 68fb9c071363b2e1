"""Two answers word by word: nothing lost, nothing invented, readable, and never slow."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.render.worddiff import MAX_TOKENS, word_diff

PIECES = st.sampled_from(
    ["a", "b", "the", "refund", "30", "EUR", " ", "  ", "\n", "\r\n", "\n\n", "**", ".", ",", "$5", "\u00e9", "e\u0301",
     "\U0001f469\u200d\U0001f467", "\u65e5\u672c", "\u202e", "\x00", "_", "-", "```", "\ud83d"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=60)


def sides(pairs: list[tuple[str, str]]) -> tuple[str, str]:
    return "".join(t for op, t in pairs if op != "+"), "".join(t for op, t in pairs if op != "-")


@given(TEXTS, TEXTS)
def test_the_pieces_are_exactly_both_texts(a: str, b: str) -> None:
    pairs = word_diff(a, b)
    assert sides(pairs) == (a, b)
    assert all(text for _, text in pairs)
    assert all((first[0], then[0]) not in (("=", "="), ("-", "-"), ("+", "+"), ("+", "-"))
               for first, then in pairwise(pairs))  # fmt: skip


@given(TEXTS)
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert word_diff(text, text) == ([("=", text)] if text else [])


def test_changed_words_stand_where_they_were_changed() -> None:
    assert word_diff("You get 30 EUR within 14 days.", "You get 240 EUR within 30 days, I think.") == [
        ("=", "You get "), ("-", "30"), ("+", "240"), ("=", " EUR within "), ("-", "14"), ("+", "30"),
        ("=", " days"), ("+", ", I think"), ("=", "."),
    ]  # fmt: skip


def test_another_line_break_is_a_change_and_the_words_around_it_are_not() -> None:
    assert word_diff("one two", "one\n\ntwo") == [("=", "one"), ("-", " "), ("+", "\n\n"), ("=", "two")]


def test_one_common_word_in_a_rewritten_sentence_is_part_of_the_change() -> None:
    a, b = "We cannot pay the money back now.", "Sadly our shop keeps the full sum forever."
    assert word_diff(a, b) == [("-", a[:-1]), ("+", b[:-1]), ("=", ".")]


def test_scripts_without_spaces_are_compared_character_by_character() -> None:
    assert ("=", "\u6771\u4eac") in word_diff("\u6771\u4eac\u3067", "\u6771\u4eac\u306b")


def lonely(n: int) -> str:
    return " ".join(f"w{k * 7919 % 1000}" for k in range(n))


HARD = {
    "one word": ("a " * 4000, "a " * 3999 + "b"),
    "one word, other counts": ("a " * 4000, "b " + "a " * 3000 + "c"),
    "two words": ("a b " * 2000, "b a a " * 1333),
    "nothing in common": (lonely(4000), lonely(4000).replace("w", "v")),
    "reversed": (lonely(4000), " ".join(reversed(lonely(4000).split()))),
    "signs": ("*-" * 4000, "-*" * 4000),
}


@pytest.mark.parametrize("name", HARD)
def test_answers_of_4000_words_are_compared_at_once_whatever_they_repeat(name: str) -> None:
    a, b = HARD[name]
    began = time.process_time()
    pairs = word_diff(a, b)
    assert time.process_time() - began < 1.0  # about 0.03 s; difflib needs minutes for some of these
    assert sides(pairs) == (a, b)


def test_a_repeated_word_is_matched_and_not_given_up() -> None:
    pairs = word_diff("a " * 4000, "b " + "a " * 3000 + "c")
    assert sum(len(text) for op, text in pairs if op == "=") >= 2 * 2999


def test_texts_beyond_the_limit_differ_as_one_piece_between_what_is_common() -> None:
    a, b = "x y " * MAX_TOKENS, "y z " * MAX_TOKENS
    pairs = word_diff("same start " + a + "same end", "same start " + b + "same end")
    assert [op for op, _ in pairs] == ["=", "-", "+", "="]
    assert sides(pairs) == ("same start " + a + "same end", "same start " + b + "same end")
