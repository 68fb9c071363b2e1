"""Requests for every route, on both sides of every limit, that are what they say they are."""

from __future__ import annotations

from typing import Any

import pytest

from compare.routing.config import RoutingConfig, load
from compare.routing.exports.on_request import facts_of_request
from compare.routing.verify.asks import Ask
from compare.routing.verify.shapes import plan


def file(*rules: str) -> RoutingConfig:
    """A route for each rule, and one for everything else."""
    routes = "".join(f"  - {{name: route-{i}, match: {rule!r}, weights: {{a: 1}}}}\n" for i, rule in enumerate(rules))
    return load(f"routes:\n{routes}  - {{name: default, weights: {{b: 1}}}}\n")


def lengths(config: RoutingConfig) -> dict[str, list[int]]:
    return {name: [shape.thread_length for shape in each] for name, each in plan(config).shapes.items()}


def limits(config: RoutingConfig) -> list[str]:
    return [f"{one.label} | {other.label}" for one, other in plan(config).limits]


def test_both_sides_of_a_limit_come_first() -> None:
    assert lengths(file("thread_length > 8")) == {"route-0": [9, 17], "default": [8, 1]}


def test_a_range_is_tried_at_both_ends() -> None:
    found = lengths(file("thread_length > 30", "10 < thread_length <= 30"))
    assert found == {"route-0": [31, 39], "route-1": [11, 30], "default": [10, 1]}


def test_neighbours_in_different_routes_are_found() -> None:
    assert limits(file("thread_length > 8")) == ["8 messages | 9 messages"]


def test_every_fact_of_a_rule_has_its_own_limit() -> None:
    assert limits(file("thread_length > 8 and (has_images or max_tokens > 500)", "language == 'de'")) == [
        "8 messages, max_tokens 501 | 9 messages, max_tokens 501",
        "8 messages, max_tokens 501, language de | 9 messages, max_tokens 501, language de",
        "9 messages, max_tokens 1 | 9 messages, has_images, max_tokens 1",
        "9 messages, max_tokens 1, language de | 9 messages, has_images, max_tokens 1, language de",
        "9 messages, max_tokens 500 | 9 messages, max_tokens 501",
        "9 messages, max_tokens 500, language de | 9 messages, max_tokens 501, language de",
        "1 message, max_tokens 1 | 1 message, max_tokens 1, language de",
    ]


def test_a_file_without_rules_is_asked_one_kind_of_request_or_more() -> None:
    assert lengths(file())["default"][0] == 1


def test_a_route_that_nothing_reaches_has_no_requests() -> None:
    assert lengths(file("thread_length > 5000"))["route-0"] == [], "so long a conversation is not sent"


RULES = [
    "thread_length > 8 and user_turns <= 3",
    "has_tools and thread_length >= 4",
    "has_images",
    "prompt_tokens >= 40 and thread_length < 5",
    "max_tokens > 100",
    "language in ('de', 'fr') or not tag == 'vip'",
]


@pytest.mark.parametrize("rule", RULES)
def test_a_request_has_the_facts_it_was_made_for(rule: str) -> None:
    config = file(rule)
    found = plan(config).shapes
    assert all(found.values()), "both routes are reached"
    for name, each in found.items():
        for shape in each:
            ask = Ask(shape, "s-1")
            facts: dict[str, Any] = {"max_tokens": None, **facts_of_request(ask.body("auto"), ask.told())}
            facts["prompt_tokens"] = sum(_text(message).count(" a") for message in ask.messages())
            assert facts["thread_length"] == shape.thread_length
            route = config.choose(facts)
            assert route is not None
            assert route.name == name, shape.label


def _text(message: dict[str, Any]) -> str:
    content = message["content"]
    return content if isinstance(content, str) else str(content[0]["text"])


def test_a_conversation_ends_with_the_user_and_names_its_session() -> None:
    (shape, *_) = plan(file("thread_length > 8")).shapes["route-0"]
    ask = Ask(shape, "s-1", "conversation")
    assert [message["role"] for message in ask.messages()][-2:] == ["assistant", "user"]
    assert ask.told() == {"conversation": "s-1"}
