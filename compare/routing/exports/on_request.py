"""What runs beside a gateway for every request: its facts, the first route whose rule holds, a session's candidate.

The text of this file is copied into the code that exports write (the LiteLLM hook, the route picker for TensorZero), so
it uses the standard library alone and knows nothing of Weighbridge. Rules come as nested lists, made by rule_code.py:

    [">", "thread_length", [8]]      ["and", rule, rule]      ["not", rule]      ["in", "language", ["de", "fr"]]

A rule that hangs on a fact nobody told does not hold, not even negated: the request goes on to the next route.
"""

from __future__ import annotations

import hashlib
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "in": lambda value, values: value in values,
    "not in": lambda value, values: value not in values,
}


def facts_of_request(body: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of a request in the form of Chat Completions or Anthropic Messages.

    Args:
        body: the request; without a list of messages nothing is known about its thread.
        told: what the client says about it; language, tag and workload are read.

    Returns:
        By name; a fact that is not known is left out. thread_length counts the messages of all roles, the system
        message too, also where Anthropic's form keeps it apart.
    """
    facts: dict[str, Any] = {name: str(told[name]) for name in ("language", "tag", "workload") if told.get(name)}
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    if isinstance(limit, int):
        facts["max_tokens"] = limit
    messages = body.get("messages")
    if not isinstance(messages, list):
        return facts
    roles = [_role(message) for message in messages]
    parts = [part for message in messages for part in _parts(message)]
    facts["thread_length"] = len(messages) + bool(body.get("system"))
    facts["user_turns"] = roles.count("user")
    facts["has_tools"] = "tool" in roles
    facts["has_images"] = any(part.get("type") in ("image", "image_url", "input_image") for part in parts)
    return facts


def texts_of_request(body: Mapping[str, Any]) -> list[str]:
    """Every text of the thread, for counting its tokens."""
    system = body.get("system")
    messages = [{"content": system}, *(body.get("messages") or ())]
    return [part["text"] for message in messages for part in _parts(message) if isinstance(part.get("text"), str)]


def holds(rule: Any, facts: Mapping[str, Any]) -> bool | None:
    """Whether the rule holds; None where it hangs on a fact that is not known."""
    if isinstance(rule, str):
        value = facts.get(rule)
        return None if value is None else bool(value)
    word, *parts = rule
    if word == "not":
        truth = holds(parts[0], facts)
        return None if truth is None else not truth
    if word in ("and", "or"):
        truths = [holds(part, facts) for part in parts]
        deciding: bool = word == "or"
        if deciding in truths:
            return deciding
        return None if None in truths else not deciding
    left, right = (facts.get(side) if isinstance(side, str) else side for side in parts)
    if left is None or right is None:
        return None
    # A constant stands in a list of its own, so that a text is never taken for the name of a fact.
    left = left[0] if isinstance(left, list) else left
    if isinstance(right, list) and word not in ("in", "not in"):
        right = right[0]
    return bool(COMPARE[word](left, right))


def choose_route(rules: Sequence[tuple[str, Any]], facts: Mapping[str, Any]) -> str | None:
    """The first route whose rule holds (None is no rule: it takes everything), or None where none does."""
    return next((name for name, rule in rules if rule is None or holds(rule, facts) is True), None)


def choose_candidate(weights: Mapping[str, float], session: str) -> str:
    """The candidate of a session: always the same for the same weights, and spread over sessions by the weights.

    Rendezvous hashing: where one weight changes, only sessions of the candidates concerned move.
    """

    def score(name: str) -> float:
        digest = hashlib.sha256(f"{session}\n{name}".encode()).digest()
        # (0, 1): the smallest -log(u) / weight wins with a chance in proportion to the weight.
        u = (int.from_bytes(digest[:8], "big") + 0.5) / 2**64
        return -math.log(u) / weights[name]

    return min((name for name in weights if weights[name] > 0), key=score)


def _parts(message: Any) -> list[Mapping[str, Any]]:
    content = message.get("content") if isinstance(message, Mapping) else None
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [part for part in content if isinstance(part, Mapping)] if isinstance(content, list) else []


def _role(message: Any) -> str:
    """The message's role; a user message of nothing but tool results (Anthropic's form) is a tool's."""
    role = str(message.get("role")) if isinstance(message, Mapping) else ""
    kinds = {part.get("type") for part in _parts(message)}
    return "tool" if role == "function" or (role == "user" and kinds == {"tool_result"}) else role
