"""Masks: what is found, what is left alone, and that nothing of a value stays anywhere in a thread."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import Any

import pytest

from compare.errors import ImportFormatError
from compare.records import Branch, Message, Recorded, Thread
from compare.threads.importers import Options, read_bytes
from compare.threads.masking import KINDS, Masked, Masking, own_pattern

ALL = Masking(tuple(KINDS))


def masked(text: str, masking: Masking = ALL) -> str:
    return masking.mask(Thread((Message("user", text),))).thread.messages[0].text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Write to anna.b+x@mail.example.com.", "Write to [email 1]."),
        ("<anna@example.com>, 'ben@example.org'", "<[email 1]>, '[email 2]'"),
        ("Anna@Example.com or anna@example.com", "[email 1] or [email 1]"),
        ("jörg@müller.de", "[email 1]"),
        ("anna\uff20example.com", "[email 1]"),
        ("anna%40example.com", "[email 1]"),
        ("anna@exam\u200bple.com", "[email 1]"),
        ("Card 4111 1111 1111 1111, thanks", "Card [card 1], thanks"),
        ("4111-1111-1111-1111 is 4111111111111111", "[card 1] is [card 1]"),
        ("card 3782\u00a0822463\u00a010005", "card [card 1]"),
        ("Call +49 30 1234567 or +49301234567", "Call [phone 1] or [phone 1]"),
        ("(555) 123-4567; 555-123-4567", "[phone 1]; [phone 1]"),
        ("0171 1234567", "[phone 1]"),
        ("\u0660\u0661\u0667\u0661 \u0661\u0662\u0663\u0664\u0665\u0666\u0667", "[phone 1]"),
        ("DE89 3704 0044 0532 0130 00 is mine", "[iban 1] is mine"),
        ("GB82WEST12345698765432.", "[iban 1]."),
    ],
)
def test_what_is_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Order 4111 1111 1111 1112 has no check digit of a card.",
        "On 2024-05-06, from 10:30 to 11:45, 192.168.100.200 was down.",
        "It costs 1,250,000.00 dollars, or 3.14159265358979.",
        "Order #12345678 and ticket ABC-1234567",
        "0000000000000000",
        "me @ home, @anna, a@b",
        "DE89 3704 0044 0532 0130 01 is no account",
        "",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    assert masked(text) == text


def full(value: str) -> Thread:
    call = {"role": "assistant", "content": None, "tool_calls": [
        {"function": {"name": "find", "arguments": json.dumps({"mail": value, value: 1})}}]}  # fmt: skip
    escaped = '{"mail": "' + value.replace("@", "\\u0040") + '"}'
    tool = {"role": "tool", "name": value, "content": escaped}
    messages = (
        Message("system", f"Help {value}."),
        Message("user", f"I am {value}", json.dumps({"role": "user", "content": [{"text": value}], "user": value})),
        Message("assistant", f"[tool call] find({value})", json.dumps(call)),
        Message("tool", f"[tool result: {value}] {escaped}", json.dumps(tool)),
        Message("assistant", f"Hello {value}"),
    )
    other = (messages[0], messages[1], Message("assistant", f"No, {value}"))
    known = Recorded(value, f"Dear {value}", model_served=value, request_id=value, reasoning=f"It is {value}.")
    return Thread(messages, title=f"About {value}", source=value, source_ref=value, workload=value,
                  recorded=(known,), branches=(Branch(other, (known,)),))  # fmt: skip


def everything(done: Masked) -> str:
    return json.dumps(asdict(done.thread), default=str) + str(done.counts)


@pytest.mark.parametrize("value", ["anna.b@example.com", "4111 1111 1111 1111", "+49 30 1234567"])
def test_nothing_of_a_value_stays_anywhere(value: str) -> None:
    done = ALL.mask(full(value))
    shown = everything(done)
    for part in (value, value.replace("@", "\\u0040"), value.split("@")[0], value.replace(" ", "")):
        assert part not in shown
    assert "u0040" not in shown


def test_a_value_has_one_placeholder_throughout_a_thread_and_the_note_holds_counts_only() -> None:
    done = ALL.mask(full("anna@example.com"))
    assert "[email 2]" not in everything(done)
    assert done.thread.note.startswith("Masked at import: ")
    assert done.thread.note.endswith(" x e-mail address.")
    assert done.counts.keys() == {"email"}


def test_another_thread_begins_to_count_anew() -> None:
    assert masked("a1@example.com") == masked("b2@example.com") == "[email 1]"


def test_a_number_of_a_tool_result_is_masked_and_a_picture_is_left_whole() -> None:
    picture = "data:image/png;base64,4111111111111111anna@example.com"
    body: dict[str, Any] = {"card": 4111111111111111, "n": 5, "ok": True, "url": picture}
    thread = Thread((Message("user", "x", json.dumps(body)),))
    found = json.loads(ALL.mask(thread).thread.messages[0].parts_json)
    assert found == {"card": "[card 1]", "n": 5, "ok": True, "url": picture}


def test_only_what_was_asked_for_is_masked() -> None:
    assert masked("anna@example.com +49 30 1234567", Masking(("phone",))) == "anna@example.com [phone 1]"
    thread = Thread((Message("user", "hi"),))
    assert ALL.mask(thread).thread == thread


# --- own patterns ----------------------------------------------------------------------------------------------------


def test_own_patterns_come_after_the_others_and_touch_no_placeholder() -> None:
    masking = Masking(("email",), (own_pattern("order", r"ORD-\d+"), own_pattern("digit", r"\d|email")))
    assert masked("ORD-77 of anna@example.com, 5", masking) == "[order 1] of [email 1], [digit 1]"


@pytest.mark.parametrize(
    ("name", "pattern", "sentence"),
    [
        ("x", "(", "The mask 'x' has a pattern that is not a regular expression"),
        ("x", "a*", "fits on nothing at all"),
        ("x", "(a+)+$", "takes too long"),
        ("1", "a", "A mask cannot be called '1'"),
        ("a]b", "a", "A mask cannot be called"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused_in_a_sentence(name: str, pattern: str, sentence: str) -> None:
    began = time.process_time()
    with pytest.raises(ImportFormatError, match=sentence):
        own_pattern(name, pattern)
    assert time.process_time() - began < 5


def test_a_pattern_that_is_slow_on_a_text_refuses_the_thread_and_keeps_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("compare.threads.masking.own._TEXT_S", 0.1)
    slow = own_pattern("slow", r"(?:q|qq)+z")
    records = [{"messages": [{"role": "user", "content": text}]} for text in ("fine", "q" * 5_000, "qqz here")]
    raw = "\n".join(json.dumps(record) for record in records).encode()
    reading = read_bytes(raw, source="x.jsonl", options=Options(masking=Masking((), (slow,))))
    assert [t.messages[0].text for t in reading.threads] == ["fine", "[slow 1] here"]
    assert (reading.n_read, reading.n_kept, reading.n_refused) == (3, 2, 1)
    assert "the mask 'slow' took more than 0.1 s" in reading.refused[0].reason


def test_names_and_kinds_that_clash_or_are_unknown_are_refused() -> None:
    with pytest.raises(ImportFormatError, match="There is no mask for 'name'; there are email, iban, card, phone"):
        Masking(("name",))
    with pytest.raises(ImportFormatError, match="Two masks are called 'email'"):
        Masking((), (own_pattern("email", "x"),))


def test_masks_are_quick_on_hostile_texts() -> None:
    began = time.process_time()
    for run in ("1", "1 ", "a@", "a.", "+1", "(1", "DE89 ", "a@a.", "@", "1-", "%40", "aA0"):
        masked(run * 20_000)
    assert time.process_time() - began < 10


def test_an_import_counts_what_it_masked() -> None:
    raw = json.dumps({"messages": [{"role": "user", "content": "I am anna@example.com"}]}).encode()
    reading = read_bytes(raw, source="x.json", options=Options(masking=ALL))
    assert reading.masked == {"email": 1}
    assert reading.threads[0].messages[0].text == "I am [email 1]"
