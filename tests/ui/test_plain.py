"""Words of others in Markdown stay words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from compare.ui.plain import plain


@pytest.mark.parametrize(
    "text",
    [
        "![](http://127.0.0.1:9/x.png)", "[a](http://x)", "<img src=x>", "**bold** `code`", "# heading", "- item",
        "| a | b |", "http://example.com", ":material/home: :red[red]", "$x$", "1. one", "~~gone~~", "\\![](x)",
    ],
)  # fmt: skip
def test_nothing_is_made_of_it(text: str) -> None:
    [paragraph] = [t for t in MarkdownIt("gfm-like", {"linkify": False}).parse(plain(text)) if t.type == "inline"]
    assert {child.type for child in paragraph.children or []} <= {"text", "text_special"}
    assert "".join(child.content for child in paragraph.children or []) == text


@given(st.text())
def test_it_is_one_line(text: str) -> None:
    assert len(plain(text).splitlines()) <= 1 or not set("\r\n\u2028\u2029") & set(plain(text))
