"""What only one answer says: facts and runs of words, by exact place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from compare.render.onlyhere import only_here


def marked(*texts: str) -> list[list[str]]:
    return [[text[a:b] for a, b in spans] for text, spans in zip(texts, only_here(texts), strict=True)]


def test_a_number_that_no_other_answer_says_is_marked() -> None:
    assert marked("You get 240 EUR back.", "You get 180 EUR back.", "You get 180.00 euros back.") == [
        ["240 EUR"], [], [],
    ]  # fmt: skip


def test_a_date_written_in_another_form_is_the_same_date() -> None:
    assert marked("It ships on 12 May 2026.", "It ships on 2026-05-12.") == [[], []]


def test_codes_and_names_are_marked() -> None:
    a = "The case LD-7731 is handled by Rivera from now on."
    b = "The case LD-7799 is handled by Okafor from now on."
    assert marked(a, b) == [["LD-7731", "Rivera"], ["LD-7799", "Okafor"]]


def test_a_run_of_three_words_of_ones_own_is_marked_inside_its_sentence() -> None:
    a = "Your order has shipped. Customs paperwork still needs signing. Thank you."
    b = "Your order has shipped. Thank you."
    assert marked(a, b) == [["Customs paperwork still needs signing"], []]


def test_fewer_words_are_only_another_way_to_say_it() -> None:
    assert marked("The parcel is delayed badly.", "The parcel is late.") == [[], []]


def test_the_same_word_with_another_ending_is_the_same_word() -> None:
    assert marked("Refunds, invoices and payments stand.", "One refund, an invoice and a payment stand.") == [[], []]


def test_a_run_does_not_go_on_over_the_end_of_a_sentence() -> None:
    assert marked("Bring sandals. Sunscreen matters.", "Nothing.") == [[], []]


def test_one_answer_alone_and_empty_ones_give_nothing() -> None:
    assert only_here([]) == []
    assert only_here(["LD-7731 costs 30 EUR"]) == [[]]
    assert only_here(["LD-7731 costs 30 EUR", "", "  \n"]) == [[], [], []]


WORDS = st.sampled_from(["refund", "Rivera", "30 days", "LD-7731", "the", "customs", "paperwork", ".", "\n", "| ",
                         "12 May", "sandals", "\U0001f680", "**"])  # fmt: skip
ANSWERS = st.lists(st.lists(WORDS, max_size=20).map(" ".join), min_size=2, max_size=4)


@given(ANSWERS)
def test_spans_are_in_order_apart_and_the_same_every_time(texts: list[str]) -> None:
    found = only_here(texts)
    assert found == only_here(texts)
    for text, spans in zip(texts, found, strict=True):
        at = -1
        for start, end in spans:
            assert at < start < end <= len(text)
            assert "\n" not in text[start:end]
            at = end


@given(st.lists(WORDS, max_size=20).map(" ".join))
def test_answers_that_say_the_same_have_nothing_of_their_own(text: str) -> None:
    assert only_here([text, text]) == [[], []]
