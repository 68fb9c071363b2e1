"""Pasted and exported chats: times before names, speakers with names of their own, more languages."""

from __future__ import annotations

import time

import pytest

from compare.threads.importers import read_bytes
from tests.threads.importers.files import only, said

TALK = [("user", "Hello, is anybody there?"), ("assistant", "Yes.\nWhat is it?"), ("user", "My order.")]


@pytest.mark.parametrize(
    "shape",
    ["[10:32] {}: {}", "10:32 {}: {}", "[10:32:05] {}: {}", "[2024-05-01 10:32] {}: {}", "01/05/2024, 10:32 - {}: {}",
     "[01.05.24, 10:32:11] {}: {}", "10:32 AM - {}: {}"],
)  # fmt: skip
@pytest.mark.parametrize(("asks", "helps"), [("User", "Assistant"), ("Anna", "Support Team"), ("Anna B.", "Ben")])
def test_lines_of_an_exported_chat(shape: str, asks: str, helps: str) -> None:
    pasted = "\n".join(shape.format(who, text) for who, (_, text) in zip((asks, helps, asks), TALK, strict=True))
    assert said(only(read_bytes(pasted.encode(), source="chat.txt"))) == TALK


def test_whoever_helps_may_speak_first() -> None:
    pasted = "[9:00] Shop Bot: How can I help?\n[9:01] Anna: Where is it?\n[9:02] Shop Bot: In Lisbon."
    assert said(only(read_bytes(pasted.encode(), source="chat.txt"))) == [
        ("assistant", "How can I help?"), ("user", "Where is it?"), ("assistant", "In Lisbon."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("user", "assistant"),
    [("Klient", "Konsultant"), ("Gebruiker", "Medewerker"), ("Kullanıcı", "Asistan"), ("Клиент", "Помощник"),
     ("사용자", "어시스턴트"), ("משתמש", "עוזר"), ("المستخدم", "المساعد"), ("用戶", "客服")],
)  # fmt: skip
def test_more_languages(user: str, assistant: str) -> None:
    pasted = f"{user}: hi\n{assistant}: hello"
    assert said(only(read_bytes(pasted.encode(), source="paste"))) == [("user", "hi"), ("assistant", "hello")]


def test_a_time_and_one_name_alone_is_one_question() -> None:
    assert len(only(read_bytes(b"[10:32] Anna: the train is late", source="paste")).messages) == 1


def test_long_runs_of_anything_are_read_at_once() -> None:
    began = time.process_time()
    for run in ("*", " ", "[10:32] ", "10:32 ", "a b ", "-"):
        read_bytes((run * 40_000 + "\nUser: hi").encode(), source="paste")
    assert time.process_time() - began < 5
