"""Colours never change the code."""

from __future__ import annotations

import pytest

from compare.render import code
from compare.render.code import CLASSES, MAX_HIGHLIGHTED_CHARS, highlight
from tests.render.reading import Reading

SOURCES = {
    "python": 'def f(x):\n    """Doc <b>."""\n\n    return x if x else None  # a & b\n\n\n',
    "json": '{"a": [1, 2.5, null, true], "b": "<c>"}',
    "html": "<a href='x'>y</a>\n<!-- note -->",
    "diff": "--- a\n+++ b\n-old\n+new\n",
    "bash": "\n\necho \"$HOME\" | grep -v 'x' && exit 1\n",
    "sql": "SELECT * FROM t WHERE a >= 1 AND b LIKE '%x%';",
    "javascript": "const f = async (x) => `${x}`;\n",
    "yaml": "a:\n  - b: 1\n",
    "console": "$ ls\nfile\n",
}


@pytest.mark.parametrize("language", SOURCES)
def test_the_text_of_coloured_code_is_the_text_of_the_code(language: str) -> None:
    source = SOURCES[language]
    reading = Reading(highlight(source, language))
    assert "".join(reading.parts) == source
    assert {attrs["class"] for _, attrs in reading.tags} <= CLASSES


def test_known_languages_are_coloured() -> None:
    assert '<span class="hk">' in highlight(SOURCES["python"], "Python")
    assert '<span class="hi">' in highlight(SOURCES["diff"], "diff")


def test_common_languages_are_known_and_can_be_loaded_beforehand() -> None:
    code.warm_up()
    assert all(code._lexer(language) is not None for language in code._COMMON)
    assert code._lexer.cache_info().currsize >= len(code._COMMON)


def test_very_long_code_stays_plain() -> None:
    assert "<span" in highlight("x = 1\n" * 100, "python")
    assert "<span" not in highlight("x = 1\n" * MAX_HIGHLIGHTED_CHARS, "python")


def test_hidden_characters_in_coloured_code_are_boxes() -> None:
    assert "U+202E" in highlight("s = 'a\u202eb'", "python")
