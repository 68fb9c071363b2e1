"""Which message an answer repeats."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from compare.render.quotes import quotes

THREAD = [
    ("user", "Hi, this is Marta. You billed us $1,284.00 on invoice INV-2041."),
    ("assistant", "Thank you, Marta. Which chairs were they?"),
    ("user", "Four Halden task chairs. Priya agreed to 13.5% under LD-7731 on 12 May."),
    ("assistant", "Noted. We ship from Valencia by truck, and returns take ten working days to book."),
    ("user", "Which discount did we agree on for invoice INV-2041, and who agreed?"),
]


def quoted(text: str, messages: list[tuple[str, str]] = THREAD) -> list[tuple[str, int]]:
    (found,) = quotes([text], messages)
    return [(text[q.start : q.end], q.n) for q in found]


def test_codes_amounts_dates_and_names_name_their_message() -> None:
    text = "It was **13.5%**, reference LD-7731, agreed on May 12 by Priya; the bill said $1284."
    assert quoted(text) == [("13.5%", 3), ("LD-7731", 3), ("May 12", 3), ("Priya", 3), ("$1284", 1)]


def test_what_the_newest_question_says_is_no_quote_also_where_an_older_message_says_it() -> None:
    assert quoted("You ask which discount did we agree on for it.") == []
    assert quoted("For invoice INV-2041 I cannot see one.") == []
    assert quoted("For invoice INV-2041 it was 13.5%.") == [("13.5%", 3)]


def test_five_words_in_the_same_order_are_a_quotation() -> None:
    assert quoted("As said, RETURNS take ten working\ndays to book.") == [("RETURNS take ten working\ndays to book", 4)]
    assert quoted("It takes ten working days") == []
    assert quoted("I do not know if it is") == []


def test_what_many_messages_say_is_no_quote() -> None:
    thread = [("user", f"I am Marta, and item {k}00 is broken.") for k in range(1, 7)]
    assert quoted("Dear Marta, item 300 is noted for Marta.", thread) == [("300", 3)]


def test_among_messages_that_say_it_the_one_that_shares_the_context_is_the_source() -> None:
    thread = [
        ("user", "The lamp costs 90 EUR."), ("assistant", "Fine."), ("user", "The annual service also costs 90 EUR."),
        ("user", "And now?"),
    ]  # fmt: skip
    assert quoted("The annual service is 90 EUR.", thread) == [("90 EUR", 3)]
    assert quoted("It is 90 EUR.", thread) == [("90 EUR", 1)]


def test_an_amount_is_no_quote_of_a_bare_number() -> None:
    thread = [("user", "Item 12 broke, of 12%."), ("user", "Item 13 broke."), ("user", "So?")]
    assert quoted("It is 12% or 13%.", thread) == [("12%", 1)]


def test_years_and_small_numbers_are_no_quotes() -> None:
    assert quoted("In 2026 there were 12.", [("user", "In 2026 we had 12 of 340."), ("user", "So?")]) == []


def test_every_answer_is_read_and_an_empty_thread_is_quoted_by_none() -> None:
    assert [len(found) for found in quotes(["LD-7731", "nothing", "13.5%"], THREAD)] == [1, 0, 1]
    assert quotes(["LD-7731"], []) == [[]]
    assert quotes([], THREAD) == []


WORDS = st.sampled_from(["refund", "Rivera", "30 days", "LD-7731", "the", "customs", "paperwork", ".", "\n", "12 May",
                         "a", "a", "sandals", "$5.20"])  # fmt: skip
TEXT = st.lists(WORDS, max_size=30).map(" ".join)


@given(st.lists(TEXT, max_size=3), st.lists(st.tuples(st.sampled_from(["user", "assistant"]), TEXT), max_size=6))
def test_quotes_stand_in_order_apart_and_name_a_message(texts: list[str], messages: list[tuple[str, str]]) -> None:
    found = quotes(texts, messages)
    assert found == quotes(texts, messages)
    for text, spans in zip(texts, found, strict=True):
        at = 0
        for start, end, n in spans:
            assert at <= start < end <= len(text)
            assert 1 <= n <= len(messages)
            at = end
