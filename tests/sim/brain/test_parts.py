"""The parts of the brain one by one: words, values, sentences, clauses, moves."""

from __future__ import annotations

import re

import pytest

from compare.sim.brain.clauses import questions
from compare.sim.brain.digest import digest, sentences
from compare.sim.brain.moves import say
from compare.sim.brain.phrases_de import DE
from compare.sim.brain.phrases_en import EN
from compare.sim.brain.values import values
from compare.sim.brain.words import language, likeness, stem, words


@pytest.mark.parametrize(
    "forms",
    [
        ("change", "changes", "changed", "changing"),
        ("cancel", "cancelled", "cancels"),
        ("deliver", "delivery", "delivered", "delivering"),
        ("allergy", "allergies", "allergic"),
        ("Termin", "Termine", "Terminen", "Termins"),
        ("Nummer", "Nummern"),
    ],
)
def test_forms_of_one_word_share_a_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(f.lower()) for f in forms}) == 1


def test_single_characters_count_only_where_they_tell_things_apart() -> None:
    assert [w.term for w in words("A code for locker A and route 7, as I said")] == [
        "cod",
        "lock",
        "a",
        "rout",
        "7",
        "said",
    ]


@pytest.mark.parametrize(
    ("asked", "found", "like"),
    [
        ("price", "cost", True),
        ("flugnummer", "flug", True),
        ("photography", "phtography", True),
        ("north", "south", False),
        ("nordlager", "südlager", False),
    ],
)
def test_likeness(asked: str, found: str, like: bool) -> None:
    assert (likeness(stem(asked), stem(found)) > 0.5) is like


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("What is the gate code?", "en"),
        ("Wie lautet der Zugangscode?", "de"),
        ("¿Cuál es el código de la puerta?", "other"),
        ("門のコードは何ですか", "other"),
        ("7731", None),
    ],
)
def test_language(text: str, spoken: str | None) -> None:
    assert language(text) == spoken


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It costs $1,200.50 or 1.200,50 €.", [("money", "$1,200.50"), ("money", "1.200,50 €")]),
        ("On 12 May 2027 at 14:30.", [("date", "12 May 2027"), ("time", "14:30")]),
        ("am 3. September um 7:15 Uhr", [("date", "3. September"), ("time", "7:15 Uhr")]),
        ("code KX-4471-Q or mia_li_3668", [("code", "KX-4471-Q"), ("code", "mia_li_3668")]),
        ("27.6 kg in three weeks", [("measure", "27.6 kg"), ("duration", "three weeks")]),
        (
            "write to a.b@c.example or see https://x.example/a",
            [("email", "a.b@c.example"), ("url", "https://x.example/a")],
        ),
        ("call 020 7946 0112", [("phone", "020 7946 0112")]),
        ("ask Petra Lindqvist", [("name", "Petra Lindqvist")]),
        ("Ingrid is away", [("name", "Ingrid")]),
        ("in 17 Alder Lane", [("address", "17 Alder Lane")]),
        ("the 2nd of them", []),
    ],
)
def test_values(text: str, found: list[tuple[str, str]]) -> None:
    assert [(v.kind, v.text) for v in values(text)] == found


def test_german_nouns_are_no_names() -> None:
    assert [v.text for v in values("Frau Berger bringt das Zelt zum Verein", german=True)] == ["Frau Berger"]


def test_sentences_end_where_they_end() -> None:
    assert sentences("Dr. Feld comes at 9. He stays. Am 12. Mai geht er, z.B. mit U.S. soldiers.") == [
        "Dr. Feld comes at 9.",
        "He stays.",
        "Am 12. Mai geht er, z.B. mit U.S. soldiers.",
    ]


def test_a_record_is_read_key_by_key() -> None:
    record = digest('{"id": "M05", "paid": true, "flights": [{"from": "ATL", "price": 62}], "tags": ["a", "b"]}')
    assert record.is_record
    assert [u.text for u in record.units] == ["id: M05, paid: yes", "from: ATL, price: 62", "tags: a, b"]


def test_a_long_run_without_an_end_is_read_in_pieces_and_whole() -> None:
    text = "word " * 1_000 + "x" * 2_000
    units = digest(text).units
    assert all(len(u.text) <= 800 for u in units)
    assert "".join(u.text for u in units).replace(" ", "") == text.replace(" ", "")


def test_a_deep_record_is_read_to_its_bottom() -> None:
    deep = '{"a":' * 60 + '"KX-4471-Q"' + "}" * 60
    assert any("KX-4471-Q" in u.text for u in digest(deep).units)


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        ("What is the code?", ["What is the code?"]),
        ("Two things, please: which code is it, and when is it due?", ["which code is it", "when is it due?"]),
        (
            "What is the budget, who is coming, and which bus is it?",
            ["What is the budget", "who is coming", "which bus is it?"],
        ),
        ("What are the code, the date and the price?", ["the code", "the date", "the price"]),
        ("By the way, when was it built?", ["when was it built?"]),
        ("What about rain, the heavy kind?", ["What about rain, the heavy kind?"]),
        ("Can you remind me of the code for the gate?", ["the code for the gate?"]),
        ("Kannst du mir bitte den Code nennen?", ["den Code"]),
    ],
)
def test_a_sentence_is_cut_into_its_questions(sentence: str, parts: list[str]) -> None:
    assert questions(sentence, "de" if "Kannst" in sentence else "en") == parts


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ("What is the gate code?", "ask"),
        ("Regional differences", "ask"),
        ("Tell me the code again.", "ask"),
        ("I want to cancel reservation ZFA04Y", "request"),
        ("Could you cancel it?", "request"),
        ("Great, thanks! I'd also like to remove my bag.", "request"),
        ("Yes, please proceed. Thank you!", "go_ahead"),
        ("Sure, my user ID is mia_li_3668.", "statement"),
        ("The monastery has single rooms.", "statement"),
        ("Thank you so much!", "thanks"),
        ("Hello!", "greeting"),
        ("Fasse bitte alles zusammen.", "recap"),
    ],
)
def test_what_kind_of_say_a_message_is(text: str, move: str) -> None:
    assert say(text).move == move


def test_in_reply_to_a_question_a_gap_of_memory_is_an_answer() -> None:
    text = "I don't remember the reservation ID."
    assert say(text).move == "ask"
    assert say(text, replying=True).move == "statement"


def test_both_languages_have_the_same_phrases_and_none_brings_a_number() -> None:
    assert set(EN) == set(DE)
    assert not [t for phrases in (EN, DE) for texts in phrases.values() for t in texts if re.search(r"\d", t)]
