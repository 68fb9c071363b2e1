"""The element's scripts: every key that acts is on the sheet, once."""

from __future__ import annotations

import re
from pathlib import Path

import compare.ui.vote as vote

HERE = Path(vote.__file__).parent
NAMED_ELSEWHERE = {"Escape"}
"""Keys that only leave something and are said there."""


def listed() -> list[tuple[str, ...]]:
    rows = re.findall(r"^  \['[\w ]+', \[(.*?)\], '", (HERE / "voting_keys.js").read_text("utf-8"), re.MULTILINE)
    return [tuple(re.findall(r"'(.*?)'", row)) for row in rows]


def test_every_key_is_listed_once() -> None:
    script = (HERE / "vote.js").read_text("utf-8")
    taken = set(re.findall(r"\bkey === '(\S+?)'", script[script.index("  key(e) {") :]))
    keys = [row[-1] for row in listed()]
    assert {"m", "u", "?", "/", "Backspace"} <= taken
    assert taken - NAMED_ELSEWHERE - {key.upper() for key in "f"} <= set(keys)
    assert ("Shift", "F") in listed()
    assert len(listed()) == len(set(listed()))


def test_the_scripts_name_no_foreign_address_and_set_no_markup_themselves() -> None:
    for path in [*HERE.glob("*.js"), HERE / "vote.css"]:
        text = path.read_text("utf-8")
        assert "http" not in text, path.name
        assert "innerHTML =" not in text, path.name
