"""Rules in the forms that gateways take: without `not`, the fact on the left, and as alternatives of conditions.

Truth has three values (rules.py): a condition on a fact that is not known does not hold. Turning `not (a > 3)` into
`a <= 3` keeps that; a gateway's own `not` would not, it also matches where the fact is missing.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from compare.routing.rules import FACTS, Comparison, Either, Expression, Fact, Literals, Not, Value

_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "==", "in": "not in", "not in": "in"}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Condition:
    """A fact compared with constants; several of them only for `in` and `not in`."""

    fact: str
    operator: str
    values: tuple[Value, ...]

    @property
    def kind(self) -> str:
        """number, text or flag."""
        return FACTS[self.fact]


@dataclass(frozen=True, slots=True)
class TwoFacts:
    """A comparison of two facts, which no gateway's own conditions can make."""

    left: str
    operator: str
    right: str


Term = Condition | TwoFacts


def alternatives(expression: Expression) -> list[tuple[Term, ...]]:
    """The rule as alternatives, each of terms that must all hold."""
    return _alternatives(expression, negated=False)


def compares_two_facts(terms: tuple[Term, ...]) -> bool:
    """Whether a gateway cannot decide these terms."""
    return any(isinstance(term, TwoFacts) for term in terms)


def _alternatives(node: Expression, *, negated: bool) -> list[tuple[Term, ...]]:
    if isinstance(node, Not):
        return _alternatives(node.part, negated=not negated)
    if isinstance(node, Fact):
        return [(Condition(node.name, "==", (not negated,)),)]
    if isinstance(node, Comparison):
        return [(_term(node, negated=negated),)]
    parts = [_alternatives(part, negated=negated) for part in node.parts]
    if isinstance(node, Either) != negated:
        return [terms for part in parts for terms in part]
    return [tuple(dict.fromkeys(itertools.chain(*chosen))) for chosen in itertools.product(*parts)]


def _term(node: Comparison, *, negated: bool) -> Term:
    word = _NEGATED[node.operator] if negated else node.operator
    if isinstance(node.left, Fact) and isinstance(node.right, Fact):
        return TwoFacts(node.left.name, word, node.right.name)
    if isinstance(node.left, Fact) and isinstance(node.right, Literals):
        return Condition(node.left.name, word, node.right.values)
    assert isinstance(node.left, Literals)
    assert isinstance(node.right, Fact)
    return Condition(node.right.name, _MIRRORED[word], node.left.values)
