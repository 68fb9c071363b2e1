"""A streamed answer equals the whole one, however it was cut; and its cost stays in proportion to its length."""

from __future__ import annotations

import random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.render.blocks import BlockStream, render_all
from compare.render.markdown import to_html
from tests.render.reading import Reading
from tests.render.strings import ALONE, AS_WRITTEN, PAYLOADS, REMADE

PIECES = [
    "A paragraph with **bold** and `code`.\n\n",
    "Two lines\nof one paragraph.\n\n",
    "# Heading\n",
    "Setext heading\n===\n",
    "Another\n---\n\n",
    "---\n",
    "- a\n- b\n",
    "- a\n\n- b **c\n\n  more of b\n",
    "* other marker\n",
    "1. one\n2. two\n   - nested\n\n     deep\n3. three\n\n",
    "7) seven\n8) eight\n",
    "para directly\n- followed by a list\nlazy line\n",
    "para\n# heading under it\n",
    "```python\ndef f():\n\n    return 1\n```\n",
    "~~~\n```\nnot closed by backticks\n~~~\n\n",
    "- item with code\n  ```\n  x\n\n  y\n  ```\n- next\n\n",
    "> quote\nlazy\n> more\n\n",
    "> - list in quote\n>   x\n\n",
    "    indented code\n\n    more code\n\n",
    "| a | b |\n|---|--:|\n| 1 | $2 |\n| 3 | 4 |\n\n",
    "a | b\n--|--\n1 | 2\n\n",
    "text\n| a | b |\n|---|---|\n| 1 | 2 |\n\n",
    "see [text][ref] and [other]\n\n",
    "[ref]: https://x.example 'a title'\n\n",
    "[ref]: https://y.example\n'title on the next line'\n\n",
    "[other]: https://z.example\nnot a title\n\n",
    "$$\na\n- b\n$$\n",
    "\\[\nx\n\n+ y\n\\]\n",
    "**unfinished\n\n",
    "\n\n\n",
    "   \n",
    "line with CRLF\r\nand another\r\n\r\n",
    "<div>\nhtml\n</div>\n\n",
    "\u202eturned\u200b\n\n",
    "1.\n\n2. after an empty item\n",
    "-\n\n  not in the item\n\n",
    "```\nnever closed\n",
    "Regards,\n-- \nAda\n\n",
    "text\n--\nmore\n---\n",
    "2*3*4 and x**2 with __init__ at \\\\nas\\x\\\n  indented\n\ttabbed\n\n",
    "&lt;b&gt; &amp;nbsp;\n\n",
    "| no | table |\n| at | all |\n\n",
    "<script>\n\nalert(1)\n</script>\n",
    "[^1]: a footnote\n  goes on\n\n",
    "1) a\n\n   b\n\n       code\n2) c\n",
    "- [ ] task\n- [x] done\n\n",
    "\u0645\u0631\u062d\u0628\u0627 \u202e\n> \u05e9\n\n",
]


def streamed(text: str, sizes: list[int]) -> tuple[BlockStream, list[list[object]]]:
    stream, ops, at, k = BlockStream(), [], 0, 0
    while at < len(text):
        size = sizes[k % len(sizes)]
        ops += stream.feed(text[at : at + size])
        at, k = at + size, k + 1
    return stream, ops + stream.finish()


def replayed(ops: list[list[object]]) -> tuple[list[tuple[object, object]], str]:
    """What a viewer holds after the ops."""
    blocks: list[tuple[object, object]] = []
    tail = ""
    for op in ops:
        if op[0] == "a":
            tail += str(op[1])
        elif op[0] == "b":
            blocks.append((op[1], op[2]))
            tail = str(op[3])
        else:
            k = int(str(op[1]))
            blocks[k] = (blocks[k][0], op[2])
    return blocks, tail


def document(rng: random.Random) -> str:
    return "".join(rng.choices(PIECES, k=rng.randint(1, 9))) + rng.choice(["", "the end", "- the end\n", "``"])


@pytest.mark.parametrize("seed", range(150))
def test_every_way_of_cutting_a_document_gives_the_same_blocks(seed: int) -> None:
    rng = random.Random(seed)
    text = document(rng)
    whole = render_all(text)
    assert "".join(html for _, html in whole).split() == to_html(text).split()
    for sizes in ([1], [rng.randint(1, 9) for _ in range(20)], [rng.randint(20, 80)]):
        stream, ops = streamed(text, sizes)
        assert stream.blocks == whole
        assert stream.text == text
        blocks, tail = replayed(ops)
        assert blocks == whole
        assert not tail.strip()


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet="ab \n\t-*_`#>|1.)[]:~$\\\r=+!<&", max_size=60),
    st.lists(st.integers(1, 7), min_size=1, max_size=6),
)
def test_noise_is_streamed_like_anything_else(text: str, sizes: list[int]) -> None:
    stream, ops = streamed(text, sizes)
    assert stream.blocks == render_all(text)
    assert replayed(ops)[0] == stream.blocks
    assert "".join(html for _, html in stream.blocks).split() == to_html(text).split()


TEXTS = [*AS_WRITTEN, *ALONE, *(text for text, _ in REMADE), *PAYLOADS, "\n", "\n\n", "- ", "> ", "    "]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(TEXTS), min_size=1, max_size=6),
    st.sampled_from(["", "\n", "\n\n", " "]),
    st.lists(st.integers(1, 23), min_size=1, max_size=4),
)
def test_tricky_and_hostile_texts_read_the_same_live_and_whole(parts: list[str], glue: str, sizes: list[int]) -> None:
    text = glue.join(parts)
    stream, ops = streamed(text, sizes)
    assert replayed(ops)[0] == stream.blocks == render_all(text)
    seen = Reading("".join(html for _, html in stream.blocks)).text
    assert seen.split() == Reading(to_html(text)).text.split()


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab1 \n*_`<>&;:$\\\u05d0\u200d\u202e\U000e0067\U0001f3f4", max_size=40))
def test_every_letter_and_figure_of_any_text_is_shown(text: str) -> None:
    shown = "".join(Reading("".join(html for _, html in render_all(text))).parts)
    for char in "ab1&;:$\u05d0":
        assert shown.count(char) >= text.count(char), (char, shown)


def test_offsets_point_at_the_first_line_of_each_block() -> None:
    text = "\n\n# One\n\n\npara\n\n- a\n- b\n"
    assert [text[offset:].split("\n")[0] for offset, _ in render_all(text)] == ["# One", "para", "- a"]


def test_a_paragraph_is_finished_by_the_blank_line_after_it() -> None:
    stream = BlockStream()
    assert stream.feed("One **two**.") == [["a", "One **two**."]]
    assert stream.feed("\n") == [["a", "\n"]]
    assert stream.feed("\nNext") == [["b", 0, "<p>One <strong>two</strong>.</p>\n", "Next"]]
    assert stream.tail == "Next"


def test_a_heading_and_a_fence_are_finished_by_their_own_last_line() -> None:
    stream = BlockStream()
    assert [op[0] for op in stream.feed("# Title\n")] == ["b"]
    assert [op[0] for op in stream.feed("```\ncode\n")] == ["a"]
    assert [op[0] for op in stream.feed("```\n")] == ["b"]


def test_a_list_is_finished_as_soon_as_the_next_line_cannot_belong_to_it() -> None:
    stream = BlockStream()
    stream.feed("- a\n- b\n\n")
    assert stream.feed("1") == [["a", "1"]]
    assert [op[0] for op in stream.feed("984 was")] == ["b"]
    assert stream.tail == "1984 was"


def test_a_link_whose_target_comes_late_is_replaced_at_the_end() -> None:
    stream, ops = streamed("See [a][1].\n\nMore.\n\n[1]: https://x.example\n", [5])
    assert [op[:2] for op in ops if op[0] == "r"] == [["r", 0]]
    assert 'data-u="https://x.example"' in stream.blocks[0][1]


def test_an_answer_without_late_targets_replaces_nothing() -> None:
    _, ops = streamed("See [a](https://x.example).\n\n[1]: https://y.example\n\nMore [b][1].", [5])
    assert not [op for op in ops if op[0] == "r"]


def test_finishing_twice_changes_nothing_and_feeding_afterwards_is_refused() -> None:
    stream = BlockStream()
    stream.feed("text")
    assert [op[0] for op in stream.finish()] == ["b"]
    assert stream.finish() == []
    with pytest.raises(ValueError, match="BlockStream of its own"):
        stream.feed("more")


def test_empty_and_blank_answers_have_no_blocks() -> None:
    assert render_all("") == render_all("\n \n") == []
    assert BlockStream().feed("") == []


@pytest.mark.parametrize(
    "text", ["> " * 200 + "deep\n\nafter\n", "- " * 200 + "deep\n\nafter\n", "[" * 3_000 + "\n\nafter"]
)
def test_text_nested_beyond_measure_is_streamed_like_anything_else(text: str) -> None:
    stream, _ = streamed(text, [7])
    assert stream.blocks == render_all(text)
    assert "after" in stream.blocks[-1][1]


def test_half_a_character_does_not_break_the_frame() -> None:
    assert orjson.loads(orjson.dumps(BlockStream().feed("a\ud83d")))[0] == ["a", "a\ufffd"]


# --- cost ------------------------------------------------------------------------------------------------------------

LONG = {
    "prose": "Let me restate the constraints you gave, because two of them changed since message 4. " * 3 + "\n\n",
    "python fence": '    if amount <= 0:\n        raise ValueError("amount")\n    return {"order": order}\n\n',
    "tight list": "- keep the **earlier** constraint (budget < $200)\n",
    "loose list": "- keep the **earlier** constraint\n\n  with a second paragraph (budget < $200)\n\n",
    "ordered list": "1. a step\n   - with a detail\n",
    "table": "| reopen ticket | support | today | $24.90 |\n",
    "quote": "> - a line of a quoted list\n",
    "lines": "a line of a poem\n",
    "odd starts": "text\n2. which is no list\n",
}
STARTS = {"python fence": "```python\n", "table": "| step | owner | due | cost |\n|---|---|---|--:|\n"}


def long_text(kind: str, n_chars: int) -> str:
    return STARTS.get(kind, "") + LONG[kind] * (n_chars // len(LONG[kind]))


@pytest.mark.parametrize("kind", LONG)
def test_parsing_is_linear_in_the_length_of_one_long_block(kind: str) -> None:
    for n_chars in (10_000, 40_000):
        stream, _ = streamed(long_text(kind, n_chars), [16])
        assert stream.parsed_chars <= 6 * n_chars


@pytest.mark.parametrize("kind", LONG)
def test_bytes_per_token_stay_in_the_budget(kind: str) -> None:
    """A token is four characters; 100 tokens a second in 20 frames a second makes 20 characters a frame."""
    text = long_text(kind, 6_400)
    stream, ops = streamed(text, [20])
    n_bytes = sum(len(orjson.dumps([0, *op])) + 1 for op in ops)
    frames_bytes = len(b"id: 1000\ndata: []\n\n") * (len(text) / 20) / 4  # a frame carries four panes
    per_token = (n_bytes + frames_bytes) / (len(text) / 4)
    assert per_token <= (25 if kind in ("prose", "lines") else 60), f"{per_token:.1f} bytes a token"
    assert stream.text == text
