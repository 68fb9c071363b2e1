"""What counts as asked again, and what only looks like it."""

from __future__ import annotations

import pytest

from compare.report.findings.asked_again import MAX_MESSAGES, asked_again
from compare.store.findings import Said


def thread(*texts: str) -> list[Said]:
    """Messages of the user and the assistant by turns."""
    return [Said(("user", "assistant")[n % 2], text) for n, text in enumerate(texts)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("Could you please make sure we have an aisle and a middle seat together?",
         "Okay. Just make sure we have an aisle and a middle seat together."),
        ("I need the total number of suitcases in numeric form, please.",
         "I really need the total number of suitcases in numeric form."),
        ("Hi! I\u2019d like to book a flight from San Francisco to New York for three passengers.",
         "Could we switch back to booking the flight from San Francisco to New York for three passengers now?"),
        ("Bitte schicken Sie mir die Rechnung f\u00fcr die Waschmaschine.",
         "Ich warte noch, bitte schicken Sie die Rechnung f\u00fcr die Waschmaschine."),
        ("Please send the invoice for order 4417.", "Can you send the invoice for order 4417 now?"),
    ],
)  # fmt: skip
def test_a_request_in_nearly_the_same_words_is_asked_again(first: str, again: str) -> None:
    (hit,) = asked_again(thread(first, "Noted.", again))
    assert (hit.kind, hit.first, hit.again) == ("user", 1, 3)
    assert hit.likeness >= 0.6
    assert len(hit.shared) >= 3
    assert hit.first_text in " ".join(first.split())


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("Please cancel the reservation FDZ0T5 today.", "Please cancel the reservation HSR97W today."),
        ("Could you upgrade Noah to business class?", "Could you upgrade Chen to business class?"),
        ("I'd like to cancel my flight tomorrow.", "Yes, please proceed with cancelling my flight tomorrow."),
        ("Where is my parcel?", "When does the shop open on Sunday?"),
        ("The weather in Lisbon was lovely yesterday.", "The weather in Lisbon was lovely yesterday."),
        ("Can you help?", "Can you help?"),
    ],
    ids=["other number", "other name", "confirmation", "other words", "no request", "says too little"],
)
def test_what_only_looks_alike_is_left_out(first: str, again: str) -> None:
    assert asked_again(thread(first, "Noted.", again)) == []


def test_two_messages_before_any_answer_are_one_request() -> None:
    said = "Please send the invoice for my order."
    assert asked_again([Said("user", said), Said("user", said), Said("assistant", "Here.")]) == []


@pytest.mark.parametrize(
    "complaint",
    ["I already told you: QX-77.", "My user ID is already provided, ann_1.", "As I mentioned, it is blue.",
     "Das habe ich schon gesagt.", "Ya te dije que no."],
)  # fmt: skip
def test_a_user_who_says_that_it_was_said_before_is_believed(complaint: str) -> None:
    (hit,) = asked_again(thread("My code is QX-77.", "Which code?", complaint))
    assert (hit.kind, hit.again) == ("said before", 3)
    assert asked_again(thread(complaint)) == []


def test_an_assistant_that_asks_the_same_again_is_shown_with_the_reply_between() -> None:
    question = "Please specify the reason for the cancellation of your booking."
    (hit,) = asked_again(thread("Hello.", question, "Illness, sadly.", f"Thanks. {question}"))
    assert (hit.kind, hit.first, hit.given, hit.again) == ("assistant", 2, 3, 4)
    assert hit.given_text == "Illness, sadly."


@pytest.mark.parametrize(
    "offer",
    ["Is there anything else I can help with today, dear customer?",
     "Would you like me to proceed with this booking of yours?",
     "Please confirm if you would like to proceed with the change today."],
)  # fmt: skip
def test_offers_and_requests_to_confirm_are_left_out(offer: str) -> None:
    assert asked_again(thread("Hello.", offer, "Not yet.", offer)) == []


def test_a_very_long_thread_is_looked_at_from_its_end() -> None:
    texts = ["Please send the invoice for my order.", "Noted."] * MAX_MESSAGES
    hits = asked_again(thread(*texts))
    assert min(hit.first for hit in hits) > MAX_MESSAGES
    assert len(hits) == MAX_MESSAGES // 2 - 1
