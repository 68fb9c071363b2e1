"""Rules as Envoy's header matches: a list of sets, of which one must match whole.

Ranges and exact texts match only where the header is there, and so does `!=`, which asks for the header first: a fact
that the client does not tell matches nothing.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

from compare.routing.exports.normal_form import Condition, Term, alternatives, compares_two_facts
from compare.routing.rules import Expression, Value

MOST = 2**53 - 1
"""The end of a range without one; the largest whole number that JSON readers keep exact."""

HeaderMatch = dict[str, Any]


def header_of(fact: str) -> str:
    """The request header that tells a fact, or a session."""
    return "x-" + fact.replace("_", "-")


def header_sets(expression: Expression) -> list[list[HeaderMatch]]:
    """Sets of header matches; empty where none can be told."""
    made = []
    for terms in alternatives(expression):
        if compares_two_facts(terms):
            continue
        choices = [_choices(term) for term in terms]
        made += [list(itertools.chain(*chosen)) for chosen in itertools.product(*choices)]
    return made


def _choices(term: Term) -> list[list[HeaderMatch]]:
    """A condition as alternatives, each of matches that must all hold."""
    assert isinstance(term, Condition)
    if term.kind == "number":
        return _number(term)
    if term.operator in ("==", "in"):
        return [[_exact(term, value)] for value in term.values]
    present = {"name": header_of(term.fact), "present_match": True}
    return [[present, *({**_exact(term, value), "invert_match": True} for value in term.values)]]


def _exact(term: Condition, value: Value) -> HeaderMatch:
    flag = isinstance(value, bool)
    match = {"exact": str(value).lower(), "ignore_case": True} if flag else {"exact": str(value)}
    return {"name": header_of(term.fact), "string_match": match}


def _number(term: Condition) -> list[list[HeaderMatch]]:
    if term.operator in ("==", "in"):
        ranges = [[_span(value, value)] for value in term.values]
    elif term.operator in ("!=", "not in"):
        # Below or above each of the values.
        sides = [[(0, _below(value)), (_above(value), MOST)] for value in term.values]
        ranges = [[_meet(spans)] for spans in itertools.product(*sides)]
    else:
        (value,) = term.values
        span = {
            "<": (0, _below(value)),
            "<=": (0, math.floor(float(value)) + 1),
            ">": (_above(value), MOST),
            ">=": (math.ceil(float(value)), MOST),
        }[term.operator]
        ranges = [[span]]
    name = header_of(term.fact)
    return [
        [{"name": name, "range_match": {"start": start, "end": end}} for start, end in spans]
        for spans in ranges
        if all(start < end for start, end in spans)
    ]


def _span(low: Value, high: Value) -> tuple[int, int]:
    """From low to high, both included; facts are whole numbers."""
    return math.ceil(float(low)), math.floor(float(high)) + 1


def _below(value: Value) -> int:
    return math.ceil(float(value))


def _above(value: Value) -> int:
    return math.floor(float(value)) + 1


def _meet(spans: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    return max(start for start, _ in spans), min(end for _, end in spans)
