"""The grammar is closed: what is in it is evaluated exactly, everything else is refused with its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.errors import ConfigError
from compare.routing.rules import Both, Comparison, Fact, Literals, parse


@pytest.mark.parametrize(
    ("text", "facts", "matches"),
    [
        ("thread_length > 8", {"thread_length": 9}, True),
        ("thread_length > 8", {"thread_length": 8}, False),
        ("8 < thread_length", {"thread_length": 9}, True),
        ("10 < thread_length <= 30", {"thread_length": 30}, True),
        ("10 < thread_length <= 30", {"thread_length": 10}, False),
        ("thread_length > 8 and prompt_tokens >= 4000", {"thread_length": 9, "prompt_tokens": 4000}, True),
        ("thread_length > 8 and prompt_tokens >= 4000", {"thread_length": 9, "prompt_tokens": 3999}, False),
        ("language in ('de', 'fr')", {"language": "fr"}, True),
        ("language not in ['de', 'fr']", {"language": "fr"}, False),
        ("not has_tools", {"has_tools": False}, True),
        ("has_tools == True or tag != 'vip'", {"has_tools": False, "tag": "vip"}, False),
        ("prompt_tokens > max_tokens", {"prompt_tokens": 5, "max_tokens": 4}, True),
        ("tag == 'a or b'", {"tag": "a or b"}, True),
        ("thread_length == 8.0", {"thread_length": 8}, True),
    ],
)
def test_rules_mean_what_they_say(text, facts, matches):
    assert parse(text).matches(facts) is matches


def test_a_rule_that_hangs_on_an_unknown_fact_does_not_match_not_even_negated():
    assert not parse("language == 'de'").matches({})
    assert not parse("not (language == 'de')").matches({"language": None})
    assert not parse("language not in ('de',)").matches({})


def test_a_rule_that_is_decided_without_the_unknown_fact_matches():
    assert parse("thread_length > 8 or language == 'de'").matches({"thread_length": 9})
    assert not parse("thread_length > 8 and language == 'de'").matches({"thread_length": 3})
    assert parse("not (thread_length > 8 and language == 'de')").matches({"thread_length": 3})


def test_the_tree_is_there_for_exporters():
    rule = parse("  10 < thread_length <= 30 ")
    assert rule.text == "10 < thread_length <= 30"
    assert rule.facts == {"thread_length"}
    assert rule.expression == Both(
        (
            Comparison(Literals((10,)), "<", Fact("thread_length")),
            Comparison(Fact("thread_length"), "<=", Literals((30,))),
        )
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("__import__('os').system('true')", "column 1: a call is not part"),
        ("thread_length.real > 1", "an attribute"),
        ("tag[0] == 'a'", "an index"),
        ("thread_length**99999999 > 1", "arithmetic"),
        ("thread_length > -1", "a sign"),
        ("thread_lenght > 8", "did you mean thread_length"),
        ("True and secret > 1", "a constant is not part"),
        ("has_tools and os > 1", "column 15: no fact is called os; known are thread_length"),
        ("tag == 'ü' and nope", "column 16"),
        ("thread_length", "is a number; compare it with a constant"),
        ("thread_length > '8'", "a number is compared with a text"),
        ("language > 'de'", "> needs numbers"),
        ("has_tools == 1", "a flag is compared with a number"),
        ("1 < 2", "two constants"),
        ("language in 'de'", "in needs a list"),
        ("language in ()", "in needs a list"),
        ("language in (tag,)", "a name is not a constant"),
        ("language is 'de'", "is and is not"),
        ("tag == b'x'", "not a constant"),
        ("tag == None", "not a constant"),
        ("tag == f'{tag}'", "a formatted text"),
        ("thread_length > 1e999", "too large"),
        ("thread_length > 8 if has_tools else has_images", "IfExp"),
        ("lambda: has_tools", "a lambda"),
        ("(thread_length := 9) > 8", "NamedExpr"),
        ("thread_length = 8", "cannot be read"),
        ("thread_length > 8; has_tools", "cannot be read"),
        ("thread_length > 8or has_tools", "needs a space inside '8or'"),
        ("thread_length > 8 # long", "a #"),
        ("tag == '\\x61'", "backslash"),
        ("thread_length >\n8", "control character"),
        ("thread_length > 8\x00", "control character"),
        ("", "empty"),
        ("has_tools and " * 20 + "has_tools", "at most 200"),
        ("(" * 150 + "has_tools", "cannot be read"),
        ("-" * 190 + "1", "a sign"),
    ],
)
def test_everything_else_is_refused_with_its_reason(text, reason):
    with pytest.raises(ConfigError) as refusal:
        parse(text)
    assert reason in str(refusal.value)


@given(st.text(max_size=220))
def test_any_text_is_parsed_or_refused_and_nothing_else_happens(text):
    try:
        rule = parse(text)
    except ConfigError:
        return
    assert rule.matches({"has_tools": True, "has_images": False}) in (True, False)


@given(
    st.integers(0, 40),
    st.integers(0, 40),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.booleans(),
    st.sampled_from(["and", "or"]),
)
def test_rules_agree_with_python_where_all_facts_are_known(length, limit, op, tools, word):
    text = f"thread_length {op} {limit} {word} not has_tools"
    expected = eval(text, {}, {"thread_length": length, "has_tools": tools})
    assert parse(text).matches({"thread_length": length, "has_tools": tools}) is expected
