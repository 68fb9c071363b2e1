"""What a bench may be told to ask, and what it refuses."""

from __future__ import annotations

import pytest

from compare.bench.plan import Plan, base_url_of, headers_of, script_of
from compare.bench.routed import MAX_NAME_CHARS, routed
from compare.errors import ConfigError
from compare.records import Message


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:4000/v1", "http://127.0.0.1:4000/v1/", " http://127.0.0.1:4000/v1/chat/completions"],
)
def test_an_address_may_be_given_with_or_without_its_end(url: str) -> None:
    assert base_url_of(url) == "http://127.0.0.1:4000/v1"


@pytest.mark.parametrize("url", ["nowhere", "ftp://host/v1", "http://", "http://[::1", ""])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="is no address of a server"):
        base_url_of(url)


def test_a_key_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigError) as caught:
        base_url_of("http://user:sk-secret@host/v1")
    assert "sk-secret" not in str(caught.value)
    assert "--api-key-env" in str(caught.value)


@pytest.mark.parametrize("name", ["Authorization", "x-api-key", "api-key", "X-Auth-Token", "cookie", "x-goog-api-key"])
def test_keys_are_never_taken_from_the_command_line(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        headers_of([f"{name}=sk-secret-value"])
    assert "sk-secret-value" not in str(caught.value)
    assert f"--header-env {name.lower()}=NAME" in str(caught.value)


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ("x-team", "has no value"),
        ("=blue", "is no name of a header"),
        ("x team=blue", "is no name of a header"),
        ("content-type=text", "is set by the client itself"),
        ("x-team=bl\nue", "has a value that no header can carry"),
    ],
)
def test_what_is_no_header_is_refused(pair: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        headers_of([pair])


def test_headers_keep_their_values_whole() -> None:
    assert headers_of(["X-Team=a=b", "x-empty="]) == {"x-team": "a=b", "x-empty": ""}
    with pytest.raises(ConfigError, match="is given twice"):
        headers_of(["x-team=a", "X-Team=b"])


def test_a_threads_user_turns_are_asked_and_its_answers_left_out() -> None:
    thread = (
        Message("system", "Be short."),
        Message("user", "One?"),
        Message("assistant", "Recorded."),
        Message("tool", "{}"),
        Message("user", " "),
        Message("user", "Two?"),
    )
    script = script_of(thread)
    assert (script.system, script.says) == ("Be short.", ("One?", "Two?"))


def test_made_up_questions_differ_between_sessions_and_turns() -> None:
    plan = Plan("http://h/v1", "m", 30, 25)
    texts = [text for session in range(30) for text in plan.script(session).says]
    assert len(set(texts)) == plan.n_requests == 750


def test_who_answered_is_told_by_header_before_the_model_and_cut_short() -> None:
    assert routed({"x-served-model": "a", "x-litellm-model-id": "b"}, "c") == ("a", "not said")
    assert routed({"x-litellm-model-id": " ", "x-route": "long"}, "c") == ("c", "long")
    assert routed({}, None) == ("not said", "not said")
    hostile = routed({}, "\x1b[31m" + "m" * 500)
    assert "\x1b" not in hostile.served
    assert len(hostile.served) == MAX_NAME_CHARS
