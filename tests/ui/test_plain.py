"""Words of others in Markdown stay words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from compare.ui.plain import plain

BREAK = ":small[]"
REWRITTEN = re.compile(r"(?:^|\s)(?:<->|->|<-|--|>=|<=|~=)(?:\s|$)|:[\w+-]+:|https?://|www\.|\w@\w", re.IGNORECASE)


@pytest.mark.parametrize(
    "text",
    [
        "![](http://127.0.0.1:9/x.png)", "[a](http://x)", "<img src=x>", "**bold** `code`", "# heading", "- item",
        "| a | b |", "http://example.com", ":material/home: :red[red]", "$x$", "1. one", "~~gone~~", "\\![](x)",
        "a -> b <-> c -- d", ":rocket: :streamlit: 12:30:45", "www.example.com me@example.com", "x >= 1 ~= 2",
    ],
)  # fmt: skip
def test_nothing_is_made_of_it(text: str) -> None:
    [paragraph] = [t for t in MarkdownIt("gfm-like", {"linkify": False}).parse(plain(text)) if t.type == "inline"]
    assert {child.type for child in paragraph.children or []} <= {"text", "text_special"}
    assert "".join(child.content for child in paragraph.children or []).replace(BREAK, "") == text


@pytest.mark.parametrize(
    "text",
    ["a -> b", "a <- b", "a <-> b", "a -- b", ">= 1", "~= 1", ":rocket:", ":streamlit:", ":material_home:",
     "https://x.example", "WWW.x.example", "me@x.example"],
)  # fmt: skip
def test_what_streamlit_would_rewrite_afterwards_stands_in_two_pieces(text: str) -> None:
    pieces = re.sub(r"\\([^a-zA-Z0-9\s])", r"\1", plain(text)).split(BREAK)
    assert len(pieces) > 1
    assert "".join(pieces) == text
    assert not any(REWRITTEN.search(piece) for piece in pieces)


def test_what_nobody_would_see_is_named() -> None:
    assert re.sub(r"\\(\W)", r"\1", plain("a\u202eb\u200b")) == "a[U+202E]b[U+200B]"


@given(st.text())
def test_it_is_one_line(text: str) -> None:
    assert len(plain(text).splitlines()) <= 1 or not set("\r\n\u2028\u2029") & set(plain(text))
