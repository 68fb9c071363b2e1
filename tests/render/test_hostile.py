"""Text that attacks, every payload in five places; nothing but the allow-list may come out."""

from __future__ import annotations

import pytest

from compare.render.blocks import BlockStream
from compare.render.markdown import ALLOWED_CLASSES, TAGS, to_html
from tests.render.reading import Reading
from tests.render.strings import HOST, PAYLOADS

PLACES = ["{}", "a {} b", "> {}", "- item\n\n  {}", "{}{}"]


def assert_inert(html: str) -> None:
    reading = Reading(html)
    assert reading.other == []
    for tag, attrs in reading.tags:
        assert tag in TAGS
        for name, value in attrs.items():
            assert (tag, name) in {
                ("a", "role"),
                ("a", "tabindex"),
                ("a", "data-u"),
                ("ol", "start"),
                ("li", "value"),
                ("ul", "dir"),
                ("ol", "dir"),
                ("blockquote", "dir"),
            } or (name == "class" and set((value or "").split()) <= ALLOWED_CLASSES.get(tag, set())), (tag, name, value)


def test_no_payload_stands_twice() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 80


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_comes_out_inert_wherever_it_stands(payload: str) -> None:
    payload = payload.replace("HOST", HOST)
    for place in PLACES:
        assert_inert(to_html(place.replace("{}", payload)))


def test_all_payloads_streamed_together_come_out_inert() -> None:
    stream = BlockStream()
    text = "\n\n".join(PAYLOADS) + "\n" + " ".join(PAYLOADS)
    for k in range(0, len(text), 6):
        stream.feed(text[k : k + 6])
    stream.finish()
    assert len(stream.blocks) > 40
    for _, html in stream.blocks:
        assert_inert(html)


def test_no_target_with_a_running_scheme_becomes_a_link() -> None:
    for payload in PAYLOADS:
        for _, attrs in Reading(to_html(payload)).tags:
            target = (attrs.get("data-u") or "").lower()
            assert not target.startswith(("javascript", "vbscript", "file", "data:text"))


@pytest.mark.parametrize(
    "text",
    ["[" * 20_000, "![" * 10_000, "*a**" * 5_000, "\\(" * 10_000, "$a_" * 10_000, "`a" * 10_000, "<" * 20_000,
     "[a](<" * 5_000, "> " * 30 + "x\n" * 500, "~~a" * 5_000, "&a" * 20_000, "[a]: b\n" * 2_000],
    ids=lambda text: text[:6],
)  # fmt: skip
def test_repeated_marks_neither_break_nor_stall_the_renderer(text: str) -> None:
    html = to_html(text)
    assert_inert(html)
    assert len(html) < 20 * len(text) + 1_000
