"""Rules and the code that applies them, as text for files that run beside a gateway (on_request.py says how)."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from compare.routing.config import RoutingConfig
from compare.routing.exports import on_request
from compare.routing.rules import Both, Comparison, Either, Expression, Fact, Literals, Not


def rule_lists(config: RoutingConfig) -> list[tuple[str, Any]]:
    """Name and rule of every route, in order."""
    return [(route.name, _lists(route.match.expression) if route.match else None) for route in config.routes]


def module(about: Sequence[str], constants: Mapping[str, Any], code: str, *, imports: Sequence[str] = ()) -> str:
    """A Python file: a docstring, constants, on_request.py, and code of the target's own.

    Args:
        about: lines of the docstring.
        constants: plain values by name.
        code: what follows the copied functions.
        imports: further import lines.
    """
    source = inspect.getsource(on_request)
    tree = ast.parse(source)
    first = next(node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign | ast.FunctionDef))
    shared = "\n".join(source.splitlines()[first.lineno - 1 :])
    standard = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    # Whatever a name or a note holds, it cannot end the docstring.
    text = "\n".join(" ".join(line.split()) for line in about).replace("\\", "/").replace('"""', "'''")
    lines = [f'"""{text}\n"""', "", *standard, *imports, ""]
    lines += [f"{name} = {_literal(value)}" for name, value in constants.items()]
    return "\n".join([*lines, "", shared, "", "", code.strip(), ""])


def _literal(value: Any) -> str:
    """A Python literal, one entry of the outermost mapping or list a line."""
    if isinstance(value, dict):
        return "{\n" + "".join(f"    {key!r}: {part!r},\n" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[\n" + "".join(f"    {part!r},\n" for part in value) + "]"
    return repr(value)


def _lists(node: Expression) -> Any:
    if isinstance(node, Fact):
        return node.name
    if isinstance(node, Not):
        return ["not", _lists(node.part)]
    if isinstance(node, Both | Either):
        return ["and" if isinstance(node, Both) else "or", *(_lists(part) for part in node.parts)]
    if isinstance(node, Comparison):
        return [node.operator, _side(node.left), _side(node.right)]
    raise TypeError(f"not part of a rule: {node!r}")


def _side(side: Fact | Literals) -> str | list[Any]:
    return side.name if isinstance(side, Fact) else list(side.values)
