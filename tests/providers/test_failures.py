"""Failures are worded for people, judged by what the server means, and never hold a key."""

from __future__ import annotations

import json
import time
from email.utils import formatdate

import pytest

from compare.providers.failures import Call, redact, request_id_of, retry_after_s, shown_host
from compare.records import FailureKind, ProviderFailure

CALL = Call("http://127.0.0.1:9/v1/chat/completions", "m", "MY_KEY", "canary-Xy7")


def _refused(status: int, body: object, **headers: str) -> ProviderFailure:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return CALL.refused(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


def _error(message: str = "No", **more: object) -> dict[str, object]:
    return {"error": {"message": message, **more}}


@pytest.mark.parametrize(
    ("status", "body", "kind", "retryable"),
    [
        (400, _error("Expected an array"), "bad_request", False),
        (401, _error(), "auth", False),
        (400, _error("API key not valid. Please pass a valid API key."), "auth", False),
        (400, _error("API key expired. Please renew the API key."), "auth", False),
        (402, _error(), "billing", False),
        (400, _error("Your credit balance is too low"), "billing", False),
        (429, _error("You exceeded your current quota", code="insufficient_quota"), "billing", False),
        (429, _error("You exceeded your current quota, see plan and billing", status="EXHAUSTED"), "rate_limit", True),
        (403, _error(), "permission", False),
        (404, _error("The model `x` does not exist", code="model_not_found"), "not_found", False),
        (400, _error("/chat: Invalid model name passed in model=x"), "not_found", False),
        (408, _error(), "timeout", True),
        (409, _error(), "server", True),
        (400, _error("maximum context length is 8192 tokens", code="context_length_exceeded"), "context_length", False),
        (400, _error("request (9 tokens) exceeds the available context size (4 tokens)"), "context_length", False),
        (400, _error("prompt is too long: 9 tokens > 4 maximum"), "context_length", False),
        (400, _error("The input token count (9) exceeds the maximum number of tokens"), "context_length", False),
        (400, _error("max_tokens exceeds the maximum number of tokens to write (4)"), "bad_request", False),
        (413, _error("Request too large", code="rate_limit_exceeded"), "rate_limit", True),
        (
            422,
            {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]},
            "unsupported_param",
            False,
        ),
        (400, _error("Unsupported parameter: 'max_tokens' is not supported"), "unsupported_param", False),
        (400, _error("`temperature` is deprecated for this model."), "unsupported_param", False),
        (400, _error("temperature must be at most 2", param="temperature", code="too_big"), "bad_request", False),
        (400, _error("max_tokens is too large: 9. This model supports at most 4"), "bad_request", False),
        (400, _error("filtered", code="content_filter"), "content_filter", False),
        (429, _error(), "rate_limit", True),
        (500, _error(), "server", True),
        (500, b"", "server", True),
        (500, b'data: {"error":{"message":"No"}}\n\ndata: [DONE]\n\n', "server", True),
        (502, b"<html><body>Bad Gateway</body></html>", "server", True),
        (503, {"message": "Service Unavailable"}, "overloaded", True),
        (504, b"", "timeout", True),
        (529, _error("Overloaded", type="overloaded_error"), "overloaded", True),
        (405, b"<html>not here</html>", "protocol", False),
        (204, b"", "protocol", False),
    ],
)
def test_kind_and_whether_to_ask_again(status: int, body: object, kind: FailureKind, retryable: bool) -> None:
    failure = _refused(status, body)
    assert (failure.kind, failure.retryable, failure.status) == (kind, retryable, status)


def test_words_of_a_refused_key_name_host_and_variable() -> None:
    said = _refused(401, _error("Incorrect API key provided")).message
    assert said == "The server at 127.0.0.1:9 refused the key in MY_KEY (401): Incorrect API key provided."


def test_words_of_a_missing_key_name_the_variable_to_set() -> None:
    unset = Call(CALL.url, "m", "MY_KEY", None).refused(401, {}, b"")
    assert "MY_KEY is not set" in unset.message
    unnamed = Call(CALL.url, "m").refused(401, {}, b"")
    assert "api_key_env" in unnamed.message


def test_words_of_a_server_that_is_no_model_server_show_what_was_asked_and_what_came() -> None:
    failure = _refused(404, b"<html><title>Welcome</title>" + b"<p>to my garden</p>" * 50)
    assert failure.kind == "not_found"
    assert failure.message.startswith(
        "POST http://127.0.0.1:9/v1/chat/completions was answered with status 404 and 'Welcome to my garden"
    )
    assert failure.message.endswith("...'. That is no model server's answer: check base_url.")
    assert len(failure.message) < 400


def test_redirect_is_named_with_its_target() -> None:
    failure = CALL.refused(308, {"location": "https://there.example/v1?key=abc"}, b"")
    assert failure.kind == "protocol"
    assert failure.message == (
        "The server answered with a redirect to https://there.example/v1?key=[key] "
        "(308, from http://127.0.0.1:9/v1/chat/completions); base_url must be the final address."
    )


def test_failure_of_a_gateway_shows_its_words_in_short() -> None:
    message = _refused(502, b"<html><h1>Bad Gateway</h1>" + b"x" * 5000).message
    assert "Bad Gateway" in message
    assert len(message) < 300


def test_server_may_say_itself_whether_to_ask_again() -> None:
    assert _refused(400, _error(), x_should_retry="true").retryable
    assert not _refused(503, _error(), x_should_retry="false").retryable


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Mon, 01 Jan 2001 00:00:00 GMT"}, 0.0),
        ({}, None),
    ],
)
def test_how_long_the_server_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers) == seconds


def test_wait_until_a_date() -> None:
    wait = retry_after_s({"retry-after": formatdate(time.time() + 30, usegmt=True)})
    assert wait is not None
    assert 28 <= wait <= 30


def test_wait_and_request_id_are_part_of_the_failure() -> None:
    failure = _refused(429, _error(code="rate_limit_exceeded"), retry_after="3", x_request_id="req-1")
    assert (failure.retry_after_s, failure.request_id, failure.code) == (3.0, "req-1", "rate_limit_exceeded")
    assert request_id_of({"x-generation-id": "g"}) == "g"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("key sk-abc123DEF456 is bad", "key [key] is bad"),
        ("key sk-proj-****wxyz is bad", "key [key] is bad"),
        ("AIzaSyA1234567890 is bad", "[key] is bad"),
        ("sent 'Authorization: Bearer abc.def-1'", "sent 'Authorization: Bearer [key]'"),
        ("GET /v1?alt=sse&key=abc123&x=1", "GET /v1?alt=sse&key=[key]&x=1"),
        ("key=abc123", "key=[key]"),
        ('{"api_key": "abcdefgh1"}', '{"api_key": "[key]"}'),
        ("x-api-key: abcdefgh1", "x-api-key: [key]"),
        ("http://me:secret@proxy:3128", "http://[key]@proxy:3128"),
        ("Bearer token missing in a risk-averse task-force", "Bearer token missing in a risk-averse task-force"),
    ],
)
def test_whatever_looks_like_a_key_is_hidden(text: str, clean: str) -> None:
    assert redact(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "SK-ABC123DEF456",
        "aizaSyA1234567890",
        "BEARER abc.def-1",
        "?KEY=abcdefg",
        "HTTPS://me:pass@host",
        "API_KEY: 12345678",
    ],
)
def test_keys_are_found_however_their_marks_are_written(text: str) -> None:
    assert "[key]" in redact(text)


def test_key_in_use_is_hidden_wherever_a_server_echoes_it() -> None:
    body = {"error": {"message": "you sent canary-Xy7", "code": "canary-Xy7", "param": "canary-Xy7", "type": "t"}}
    for status in (200, 301, 400, 401, 404, 429, 500):
        failure = _refused(status, body, location="http://x/canary-Xy7", x_request_id="canary-Xy7")
        assert "canary-Xy7" not in repr(failure)
        html = _refused(status, b"<p>canary-Xy7</p>")
        assert "canary-Xy7" not in repr(html)


def test_key_is_not_shown_with_the_call() -> None:
    assert "canary" not in repr(CALL)


def test_key_that_an_excerpt_would_cut_leaves_no_part() -> None:
    for before in range(150, 215):
        failure = _refused(404, b"x" * before + b" canary-Xy7 " + b"y" * 300)
        assert "cana" not in failure.message


def test_failure_reported_after_status_200_is_judged_by_its_own_words() -> None:
    from compare.providers.errorbody import Complaint

    overloaded = CALL.complained(Complaint("busy", type="overloaded_error"))
    assert (overloaded.kind, overloaded.retryable) == ("overloaded", True)
    limited = CALL.complained(Complaint("slow down", status=429))
    assert (limited.kind, limited.retryable) == ("rate_limit", True)
    assert CALL.complained(Complaint("slow down", status=429, retry_after_s=7.0)).retry_after_s == 7.0
    unknown = CALL.complained(Complaint("something"))
    assert (unknown.kind, unknown.retryable) == ("server", False)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://me:pw@h.example:80/v1?key=1", "h.example:80"),
        ("http://[::1]:9/v1", "[::1]:9"),
        ("http://[::1/v1", "an unreadable address"),
        ("/v1", "an address without a host"),
    ],
)
def test_host_is_shown_without_what_may_be_secret(url: str, host: str) -> None:
    assert shown_host(url) == host


@pytest.mark.parametrize("written", ["s3cret/+value==", "s3cret%2F%2Bvalue%3D%3D"])
def test_a_key_is_hidden_as_it_is_and_as_it_stands_in_an_address(written: str) -> None:
    assert redact(f"Location: /x?k={written}&y", "s3cret/+value==") == "Location: /x?k=[key]&y"


def test_the_beginning_of_a_key_at_the_end_of_a_cut_text_is_hidden() -> None:
    assert redact("You sent abcdefgh", "abcdefghijkl") == "You sent [key]"
    assert redact("You sent abcde", "abcdefghijkl") == "You sent abcde", "so much is no secret"


def test_an_error_of_megabytes_is_read_in_a_moment() -> None:
    began = time.process_time()
    call = Call("http://127.0.0.1:1/v1/chat/completions", "m", "MY_KEY", "s3cret")
    failure = call.refused(400, {}, json.dumps({"error": {"message": "model " * 1_500_000}}).encode())
    assert len(failure.message) <= 1500
    assert time.process_time() - began < 2
