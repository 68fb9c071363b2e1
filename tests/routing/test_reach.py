"""Rules that can never match are named, with the routes that take what they would; all others pass."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.routing.config import read
from compare.routing.reach import never_matching
from compare.routing.rules import parse


def why(*rules: str) -> dict[int, str]:
    return never_matching([(f"r{i}", parse(rule) if rule else None) for i, rule in enumerate(rules)])


@pytest.mark.parametrize(
    "rule",
    [
        "thread_length > 8 and thread_length <= 3",
        "8 < thread_length < 9",
        "thread_length < 0",
        "thread_length == 8.5",
        "has_tools and not has_tools",
        "language == 'de' and language == 'fr'",
        "prompt_tokens > max_tokens and prompt_tokens <= max_tokens",
        "prompt_tokens > 5 and max_tokens > prompt_tokens and max_tokens < 6",
    ],
)
def test_a_rule_that_contradicts_itself_is_named(rule: str) -> None:
    assert why(rule, "") == {0: f"can never match: no request meets {rule!r}"}


@pytest.mark.parametrize(
    ("rules", "taker"),
    [
        (("thread_length > 8", "thread_length > 12"), "r0"),
        (("thread_length > 20", "thread_length > 8", "10 < thread_length < 40"), "r0, r1"),
        (("has_tools", "thread_length > 3 and has_tools"), "r0"),
        (("language in ('de', 'fr')", "language == 'de'"), "r0"),
        (("language != 'de'", "language == 'fr'"), "r0"),
        (("prompt_tokens > max_tokens", "prompt_tokens > 10 and max_tokens < 10"), "r0"),
    ],
)
def test_a_rule_whose_requests_are_all_taken_before_names_who_takes_them(rules: tuple[str, ...], taker: str) -> None:
    found = why(*rules)
    assert list(found) == [len(rules) - 1]
    assert sorted(found[len(rules) - 1].partition("taken before by ")[2].split(", ")) == taker.split(", ")


@pytest.mark.parametrize(
    "rules",
    [
        ("thread_length > 8", "thread_length > 7"),
        ("thread_length <= 8", "thread_length > 8", ""),
        ("has_tools", "not has_tools", ""),
        ("language == 'de'", "language != 'de'", "thread_length > 3"),
        ("prompt_tokens > max_tokens", "prompt_tokens >= max_tokens"),
        ("2 < thread_length < 4",),
    ],
)
def test_a_rule_that_some_request_reaches_passes(rules: tuple[str, ...]) -> None:
    assert why(*rules) == {}


numbers = st.integers(0, 12)
texts = st.sampled_from(("de", "fr"))
simple = st.one_of(
    st.builds("thread_length {} {}".format, st.sampled_from(("<", "<=", ">", ">=", "==", "!=")), numbers),
    st.builds("language {} '{}'".format, st.sampled_from(("==", "!=")), texts),
    st.sampled_from(("has_tools", "not has_tools")),
)
rules = st.builds("({}) {} ({})".format, simple, st.sampled_from(("and", "or")), simple)


@given(st.lists(rules, min_size=1, max_size=3))
@settings(max_examples=60, deadline=None)
def test_the_verdict_is_that_of_trying_every_request(texts: list[str]) -> None:
    parsed = [(str(i), parse(text)) for i, text in enumerate(texts)]
    reached = set()
    for n in (None, *range(15)):
        for language in (None, "de", "fr", "en"):
            for tools in (None, True, False):
                facts = {"thread_length": n, "language": language, "has_tools": tools}
                reached.add(next((i for i, (_, rule) in enumerate(parsed) if rule.matches(facts)), None))
    assert set(never_matching(parsed)) == set(range(len(texts))) - reached


def test_a_file_is_refused_with_the_line_of_the_rule() -> None:
    text = "routes:\n- {name: a, match: thread_length > 8, weights: {p: 1}}\n"
    text += "- name: b\n  match: thread_length > 9\n  weights: {p: 1}\n"
    config, (problem,) = read(text)
    assert config is None
    assert str(problem) == (
        "line 4, routes[1].match: can never match: every request of 'thread_length > 9' is taken before by a"
    )
