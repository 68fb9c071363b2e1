"""The closed grammar of a route's `match`: comparisons of known facts with constants, joined by and, or, not.

A rule is data, not code: it is parsed once into the small tree below and never evaluated by Python. Anything outside
the grammar (a call, an attribute, arithmetic) is refused with its place. Exporters walk the same tree.

    thread_length > 8 and prompt_tokens >= 4000
    10 < thread_length <= 30
    language in ('de', 'fr') or not has_tools
"""

from __future__ import annotations

import ast
import difflib
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from compare.errors import ConfigError

MAX_CHARACTERS = 200

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_NUMBER_TOUCHING_A_WORD = re.compile(r"\b\d[\d.]*(?:and|or|not|in|is|if|else)\b")

Kind = Literal["number", "text", "flag"]
Value = float | int | str | bool

FACTS: Mapping[str, Kind] = {
    "thread_length": "number",
    "user_turns": "number",
    "prompt_tokens": "number",
    "max_tokens": "number",
    "has_tools": "flag",
    "has_images": "flag",
    "language": "text",
    "tag": "text",
    "workload": "text",
}
"""What a rule may ask about a request. thread_length counts the messages of all roles, the system message too."""

ORDER: Mapping[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
EQUALITY: Mapping[type[ast.cmpop], str] = {ast.Eq: "==", ast.NotEq: "!="}
MEMBERSHIP: Mapping[type[ast.cmpop], str] = {ast.In: "in", ast.NotIn: "not in"}


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact by its name; alone it must be a flag."""

    name: str


@dataclass(frozen=True, slots=True)
class Literals:
    """One constant, or the alternatives of an `in`."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left` compared with `right`; a chain such as 1 < x <= 3 becomes a Both of two."""

    left: Fact | Literals
    operator: str
    right: Fact | Literals


@dataclass(frozen=True, slots=True)
class Not:
    """True where the part is false."""

    part: Expression


@dataclass(frozen=True, slots=True)
class Both:
    """True where all parts are."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """True where one part is."""

    parts: tuple[Expression, ...]


Expression = Fact | Comparison | Not | Both | Either


@dataclass(frozen=True, slots=True)
class Rule:
    """A parsed rule: its text, and the tree that exporters translate."""

    text: str
    expression: Expression

    @property
    def facts(self) -> frozenset[str]:
        """Names of the facts that the rule asks for."""
        return frozenset(_facts_of(self.expression))

    def matches(self, facts: Mapping[str, Value | None]) -> bool:
        """True where the rule holds. Where it hangs on a fact that is not known (absent or None), it does not."""
        return _evaluate(self.expression, facts) is True


def parse(text: str) -> Rule:
    """Parse a rule.

    Raises:
        ConfigError: the text is outside the grammar; the message gives the column and what would be right.
    """
    text = text.strip()
    if not text:
        raise ConfigError("The rule is empty; write a comparison such as thread_length > 8, or leave match out.")
    if len(text) > MAX_CHARACTERS:
        raise ConfigError(f"The rule has {len(text)} characters; at most {MAX_CHARACTERS} are allowed.")
    if not text.isprintable() or set(text) & {"\\", "#"}:
        raise ConfigError(f"The rule {text!r} has a backslash, a # or a control character; the grammar has none.")
    if touching := _NUMBER_TOUCHING_A_WORD.search(_QUOTED.sub("''", text)):
        raise ConfigError(f"The rule {text!r} needs a space inside {touching.group()!r}.")
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as exc:
        raise ConfigError(f"The rule {text!r} cannot be read at column {exc.offset or 1}: {exc.msg}.") from exc
    except (ValueError, RecursionError, MemoryError) as exc:  # how ast refuses texts that are nested too deeply
        raise ConfigError(f"The rule {text!r} is nested too deeply.") from exc
    return Rule(text, _Reader(text).expression(tree.body))


class _Reader:
    """Turns Python's syntax tree into ours and refuses every node that is not in the grammar."""

    def __init__(self, text: str) -> None:
        self._text = text

    def expression(self, node: ast.expr) -> Expression:
        if isinstance(node, ast.BoolOp):
            parts = tuple(self.expression(value) for value in node.values)
            return Both(parts) if isinstance(node.op, ast.And) else Either(parts)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return Not(self.expression(node.operand))
        if isinstance(node, ast.Compare):
            return self._chain(node)
        if isinstance(node, ast.Name):
            fact = self._fact(node)
            if FACTS[fact.name] != "flag":
                raise self._error(node, f"{fact.name} is a {FACTS[fact.name]}; compare it with a constant")
            return fact
        raise self._error(node, f"{_called(node)} is not part of the grammar; use comparisons joined by and, or, not")

    def _chain(self, node: ast.Compare) -> Expression:
        sides = [node.left, *node.comparators]
        parts = tuple(
            self._comparison(left, op, right) for left, op, right in zip(sides, node.ops, sides[1:], strict=False)
        )
        return parts[0] if len(parts) == 1 else Both(parts)

    def _comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Comparison:
        if type(op) in MEMBERSHIP:
            compared = Comparison(self._fact(left), MEMBERSHIP[type(op)], self._alternatives(right))
        elif type(op) in ORDER or type(op) in EQUALITY:
            word = (ORDER.get(type(op)) or EQUALITY.get(type(op))) or ""
            compared = Comparison(self._side(left), word, self._side(right))
        else:
            raise self._error(right, "is and is not are not part of the grammar; use == or !=")
        self._check_kinds(left, type(op), compared)
        return compared

    def _check_kinds(self, node: ast.expr, op: type[ast.cmpop], compared: Comparison) -> None:
        sides = (compared.left, compared.right)
        if not any(isinstance(side, Fact) for side in sides):
            raise self._error(node, "two constants are compared; one side must be a fact")
        kinds = {kind for side in sides for kind in _kinds(side)}
        if len(kinds) > 1:
            raise self._error(node, f"a {' is compared with a '.join(sorted(kinds))}, which is never equal")
        if op in ORDER and kinds != {"number"}:
            raise self._error(node, f"{compared.operator} needs numbers, not a {kinds.pop()}")

    def _side(self, node: ast.expr) -> Fact | Literals:
        if isinstance(node, ast.Constant):
            return Literals((self._constant(node),))
        return self._fact(node)

    def _alternatives(self, node: ast.expr) -> Literals:
        if not isinstance(node, ast.Tuple | ast.List) or not node.elts:
            raise self._error(node, "in needs a list of constants, such as ('de', 'fr')")
        return Literals(tuple(self._constant(element) for element in node.elts))

    def _constant(self, node: ast.expr) -> Value:
        value = node.value if isinstance(node, ast.Constant) else None
        if not isinstance(value, bool | int | float | str):
            raise self._error(node, f"{_called(node)} is not a constant that a rule may hold (a number, text, True)")
        if isinstance(value, float) and not math.isfinite(value):
            raise self._error(node, "the number is too large")
        return value

    def _fact(self, node: ast.expr) -> Fact:
        if not isinstance(node, ast.Name):
            raise self._error(node, f"{_called(node)} stands where the name of a fact is needed")
        if node.id not in FACTS:
            close = difflib.get_close_matches(node.id, FACTS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(FACTS)}"
            raise self._error(node, f"no fact is called {node.id}; {hint}")
        return Fact(node.id)

    def _error(self, node: ast.expr, reason: str) -> ConfigError:
        # Columns of ast count UTF-8 bytes; a reader counts characters.
        column = len(self._text.encode()[: node.col_offset].decode(errors="ignore")) + 1
        return ConfigError(f"The rule {self._text!r} is refused at column {column}: {reason}.")


def _called(node: ast.expr) -> str:
    words = {
        ast.Call: "a call",
        ast.Attribute: "an attribute",
        ast.Subscript: "an index",
        ast.BinOp: "arithmetic",
        ast.UnaryOp: "a sign",
        ast.Constant: "a constant",
        ast.Name: "a name",
        ast.Tuple: "a list",
        ast.List: "a list",
        ast.JoinedStr: "a formatted text",
        ast.Lambda: "a lambda",
    }
    return words.get(type(node), type(node).__name__)


def _kinds(side: Fact | Literals) -> set[Kind]:
    if isinstance(side, Fact):
        return {FACTS[side.name]}
    return {"flag" if isinstance(v, bool) else "text" if isinstance(v, str) else "number" for v in side.values}


def _facts_of(node: Expression | Literals) -> list[str]:
    if isinstance(node, Fact):
        return [node.name]
    if isinstance(node, Comparison):
        return _facts_of(node.left) + _facts_of(node.right)
    if isinstance(node, Not):
        return _facts_of(node.part)
    if isinstance(node, Both | Either):
        return [name for part in node.parts for name in _facts_of(part)]
    return []


_OPERATORS: Mapping[str, Callable[[Value, Value], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def _evaluate(node: Expression, facts: Mapping[str, Value | None]) -> bool | None:
    """Truth in three values: None where it hangs on a fact that is not known, so that `not` cannot make it true."""
    if isinstance(node, Fact):
        value = facts.get(node.name)
        return None if value is None else bool(value)
    if isinstance(node, Comparison):
        return _compare(node, facts)
    if isinstance(node, Not):
        truth = _evaluate(node.part, facts)
        return None if truth is None else not truth
    deciding = isinstance(node, Either)
    truths = [_evaluate(part, facts) for part in node.parts]
    if deciding in truths:
        return deciding
    return None if None in truths else not deciding


def _compare(node: Comparison, facts: Mapping[str, Value | None]) -> bool | None:
    left, right = _values(node.left, facts), _values(node.right, facts)
    if left is None or right is None:
        return None
    if node.operator in MEMBERSHIP.values():
        return (left[0] in right) == (node.operator == "in")
    return _OPERATORS[node.operator](left[0], right[0])


def _values(side: Fact | Literals, facts: Mapping[str, Value | None]) -> tuple[Value, ...] | None:
    if isinstance(side, Literals):
        return side.values
    value = facts.get(side.name)
    return None if value is None else (value,)
