"""The Markdown file: texts exactly as stored, and a document that no text can break."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from markdown_it import MarkdownIt

from compare.records import Candidate
from compare.report.comparison.gathered import Gathered
from compare.report.comparison.markdown import fenced, to_markdown
from tests.report.comparison.conftest import HOSTILE, Shelf

TEXTS = [
    "",
    "plain",
    "ends with a line end\n",
    "\n\nbegins with two",
    "```\ncode\n```",
    "````` five, and ``` three",
    "    indented\n\ttab",
    "~~~\n<!-- comment\n</details>\n[x]: https://evil.example",
    HOSTILE,
]


def parsed(text: str) -> list[tuple[str, str]]:
    """(kind, content) of a document's blocks, as any CommonMark reader with HTML sees them."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    return [(t.type, t.content) for t in tokens if t.type in ("fence", "inline", "html_block", "code_block")]


@pytest.mark.parametrize("text", TEXTS)
def test_a_fence_holds_its_text_exactly_and_nothing_of_it_leaves(text: str) -> None:
    body = fenced(text)
    assert parsed(f"before\n\n{body}\n\nafter") == [("inline", "before"), ("fence", f"{text}\n"), ("inline", "after")]
    # In the file itself: whatever the reader's idea of line ends.
    assert body.partition("\n")[2].rpartition("\n")[0] == text


def test_line_ends_and_control_characters_are_kept_in_the_file() -> None:
    text = "a\r\nb\rc\u2028d\x00e"
    assert text in fenced(text)


def test_every_text_stands_in_a_fence_of_its_own(full: Callable[[], Gathered]) -> None:
    blocks = parsed(to_markdown(full()))
    fences = [content for kind, content in blocks if kind == "fence"]
    assert fences == [
        f"{text}\n"
        for text in (
            "My order is 4417.", "Noted.", "Where is it?", HOSTILE, "Thinking ``` and <script>x</script>", "Be `kind`.",
            "Second, asked again.", "Half of", "On its way.",
        )
    ]  # fmt: skip
    assert not any(kind in ("html_block", "code_block") for kind, _ in blocks)


def test_headings_are_ours_alone(full: Callable[[], Gathered]) -> None:
    tokens = MarkdownIt("commonmark").parse(to_markdown(full()))
    headings = [tokens[i + 1].content for i, t in enumerate(tokens) if t.type == "heading_open" and t.tag != "h3"]
    assert headings == [r"Order \<b\>4417\</b\> \# \| \*x\*", "Conversation", "Answers", "Votes"]


def test_names_errors_and_warnings_make_no_markup(full: Callable[[], Gathered]) -> None:
    shown = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").render(to_markdown(full()))
    for harmless in ("Order &lt;b&gt;4417&lt;/b&gt; # | *x*", "First &lt;i&gt;", "429 &lt;b&gt;slow down", "=Ann|",
                     "Odd | *warning*"):  # fmt: skip
        assert harmless in shown
    assert not any(tag in shown for tag in ("<b>", "<i>", "<script", "<img", "<a ", "<em>"))


def test_bare_addresses_in_names_do_not_become_links(shelf: Shelf) -> None:
    title = "https://evil.example www.evil.example HTTP://EVIL.EXAMPLE me@evil.example"
    shelf.compare(shelf.thread(title=title), Candidate("a"), Candidate("b"))
    heading = to_markdown(shelf.gathered()).partition("\n")[0]
    assert heading == r"# https\://evil.example www\.evil.example HTTP\://EVIL.EXAMPLE me\@evil.example"


def test_figures_have_their_source_and_what_is_unknown_is_no_number(full: Callable[[], Gathered]) -> None:
    written = to_markdown(full())
    assert "- Input, reported: 1,302 (provider)\n- Input, counted: 1,024 (counted here (o200k))" in written
    assert "- From cache: not reported" in written
    assert r"- Cost: \$0.00210 (reported tokens times the price then)" in written
    assert r"- Input price: \$0.10 a million" in written
    assert "- Price of: 2026-11-01 (the vendor's page)" in written
    assert (
        "| A First \\<i\\> | complete | 1,302 reported (1,024 counted) | 90 reported (80 counted) | 0.25 s |" in written
    )
    assert "- Cut by us: 1 message with 12 tokens counted: 2. outside the last 1 messages" in written
    assert '- Parameters: {"temperature": 0.2}' in written
    # Nobody was asked for a recorded answer, and the fourth was never stored.
    assert "| E production | recorded | ? | ? | ? | ? | ? | ? | 0 of 1 |" in written
    assert "| D fourth | not stored | ? | ? | ? | ? | ? | ? | no vote |" in written
    assert "- Temperature: 0.2" in written
    assert "- Temperature: left to the model's server" in written


def test_votes_are_told_with_rater_and_how_many_do_not_count(full: Callable[[], Gathered]) -> None:
    written = to_markdown(full())
    assert "1 vote counts; 1 taken back, changed or set aside." in written
    assert r"- Best: A First \<i\>. By =Ann\|, with names shown, " in written


def test_no_line_of_ours_begins_with_a_formula(shelf: Shelf) -> None:
    """A table that is pasted into a spreadsheet must not compute what a name says."""
    shelf.compare(shelf.thread(title="=1+1"), Candidate("a", label="=HYPERLINK(1)"), Candidate("b", label="@x"))
    cells = [cell.strip() for line in to_markdown(shelf.gathered()).splitlines() for cell in line.split("|")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
