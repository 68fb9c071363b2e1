"""Colours never change the code."""

from __future__ import annotations

import time

import pytest

from compare.render import code, colours
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


def test_very_long_code_stays_plain() -> None:
    assert "<span" in highlight("x = 1\n" * 100, "python")
    assert "<span" not in highlight("x = 1\n" * MAX_HIGHLIGHTED_CHARS, "python")


def test_hidden_characters_in_coloured_code_are_boxes() -> None:
    assert "U+202E" in highlight("s = 'a\u202eb'", "python")


# --- hostile code ----------------------------------------------------------------------------------------------------

EXPONENTIAL = 'echo "' + "\\" * 64
"""Keeps the lexer of fish busy for longer than anybody lives."""


def test_code_that_no_lexer_gets_through_stays_plain_and_the_process_goes_on() -> None:
    began = time.monotonic()
    assert highlight(EXPONENTIAL, "fish") == EXPONENTIAL.replace('"', "&quot;")
    # A quarter of a second of processor time, on however busy a machine.
    assert time.monotonic() - began < 20
    assert '<span class="hk">' in highlight("def g(x):\n    return x\n", "python")


def test_a_language_that_fails_again_and_again_is_not_tried_any_more() -> None:
    for n in range(code._MAX_STRIKES + 1):
        highlight(EXPONENTIAL + str(n), "fish")
    assert code._colourer._strikes["fish"] == code._MAX_STRIKES
    process = code._colourer._process
    assert highlight(EXPONENTIAL + "again", "fish") == (EXPONENTIAL + "again").replace('"', "&quot;")
    assert code._colourer._process is process, "the colourer was not even asked"


def test_without_the_colourer_code_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code, "_start", lambda: (_ for _ in ()).throw(OSError("no process to be had")))
    fresh = code._Colourer()
    assert fresh.coloured("x = 1", "python") is None


def test_the_common_languages_are_known() -> None:
    code.warm_up()
    assert all(colours._lexer(name) for name in ("python", "json", "javascript", "html", "sql", "bash", "yaml", "diff"))
