"""Dialogs and fragments are drawn again without their page, so each asks for the role by itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

UI = Path(__file__).resolve().parents[2] / "compare" / "ui"
WITHOUT = {
    "vote/page.py:_rate": "asks whether the same rater still sits there",
    "naming.py:ask": "asks who sits there, before there is anybody to have a role",
    "results/drawing.py:watch": "draws nothing but the whole page",
}


def drawn_again(tree: ast.Module) -> list[ast.FunctionDef]:
    """Functions that are fragments or dialogs, by decorator or by a call of st.fragment on their name."""
    wrapped = {
        call.args[0].id
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "st.fragment" and call.args
        if isinstance(call.args[0], ast.Name)
    }
    return [
        each
        for each in ast.walk(tree)
        if isinstance(each, ast.FunctionDef)
        and (
            each.name in wrapped
            or any(ast.unparse(d).startswith(("st.fragment", "st.dialog")) for d in each.decorator_list)
        )
    ]


FOUND = [
    (f"{path.relative_to(UI)}:{function.name}", function)
    for path in sorted(UI.rglob("*.py"))
    for function in drawn_again(ast.parse(path.read_text(encoding="utf-8")))
]


def test_there_are_some() -> None:
    assert len(FOUND) >= 15
    assert set(WITHOUT) <= {name for name, _ in FOUND}


@pytest.mark.parametrize(("name", "function"), [each for each in FOUND if each[0] not in WITHOUT])
def test_each_asks_for_the_role_first(name: str, function: ast.FunctionDef) -> None:
    body = [line for line in function.body if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))]
    assert ast.unparse(body[0]).startswith("who.still("), name
