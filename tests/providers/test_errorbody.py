"""An error body is understood in every shape in which servers and gateways send one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.providers.errorbody import Complaint, parse_json, read_complaint


def _read(value: object) -> Complaint:
    return read_complaint(json.dumps(value).encode())


@pytest.mark.parametrize(
    ("value", "want"),
    [
        (
            {"error": {"message": "No", "type": "t", "param": "p", "code": "c"}},
            Complaint("No", type="t", code="c", param="p"),
        ),
        ({"error": {"message": "No", "code": 429}}, Complaint("No", code="429", status=429)),
        ({"error": {"message": "No", "code": "500", "type": None}}, Complaint("No", code="500", status=500)),
        ({"error": {"message": "No", "code": None}}, Complaint("No")),
        (
            [{"error": {"code": 400, "message": "No", "status": "INVALID"}}],
            Complaint("No", "INVALID", "400", None, 400),
        ),
        (
            {"error": {"message": "No", "type": "t", "details": {"error_code": "spend_limit_reached"}}},
            Complaint("No", type="t", code="spend_limit_reached"),
        ),
        ({"error": {"message": "No", "code": "c", "details": {"error_code": "other"}}}, Complaint("No", code="c")),
        ({"error": {"message": "No", "details": {"error_code": ["c"]}}}, Complaint("No")),
        ({"error": "model gone"}, Complaint("model gone")),
        ({"message": "No"}, Complaint("No")),
        ({"detail": "No"}, Complaint("No")),
        ({"object": "error", "message": "No", "type": "t", "code": 404}, Complaint("No", "t", "404", None, 404)),
        ({"errors": [{"message": "No"}]}, Complaint("No")),
    ],
)
def test_shapes(value: object, want: Complaint) -> None:
    assert _read(value) == want


_REPORT = [{"type": "extra_forbidden", "loc": ["body", "stream_options", "include_usage"], "msg": "Not permitted"}]


@pytest.mark.parametrize(
    "value",
    [
        {"detail": _REPORT},
        {"message": {"detail": _REPORT}, "type": "invalid_request_error"},
        {"message": _REPORT},
        {"message": json.dumps({"detail": _REPORT}), "type": "proxy"},
    ],
)
def test_validation_report_names_field_and_reason(value: object) -> None:
    complaint = _read(value)
    assert complaint.message == "stream_options.include_usage: Not permitted"
    assert complaint.param == "stream_options"
    assert complaint.type == "extra_forbidden"


def test_reason_of_the_server_behind_a_router_is_kept() -> None:
    error = {"message": "Provider returned error", "metadata": {"raw": "quota of pool 7", "provider_name": "Deep"}}
    assert _read({"error": error}).message == "Provider returned error (Deep: quota of pool 7)"


@pytest.mark.parametrize(
    ("delay", "seconds"), [("7s", 7.0), ("58.934310785s", 58.934310785), ("soon", None), (7, None), (["7s"], None)]
)
def test_wait_among_the_details_is_read(delay: object, seconds: float | None) -> None:
    details = [None, {"@type": "x/google.rpc.Help"}, {"@type": "x/google.rpc.RetryInfo", "retryDelay": delay}]
    assert _read([{"error": {"code": 429, "message": "No", "details": details}}]).retry_after_s == seconds
    assert _read({"error": {"message": "No", "details": {"retryDelay": "7s"}}}).retry_after_s is None


def test_sse_body_under_an_error_status_is_read() -> None:
    body = b'data: {"error":{"message":"No","code":"500"}}\n\ndata: [DONE]\n\n'
    assert read_complaint(body) == Complaint("No", code="500", status=500)


def test_html_gives_its_words_without_markup_title_first() -> None:
    body = (
        b"<html><head><title>502 Bad Gateway</title><style>p{}</style></head><body><p>nginx &amp; co</p></body></html>"
    )
    assert read_complaint(body) == Complaint("502 Bad Gateway nginx & co", readable=False)


@pytest.mark.parametrize("body", [b"", b"  \n", b"\xff\xfe", b"null", b"[]", b"17", b"plain words"])
def test_what_is_no_error_object_is_unreadable(body: bytes) -> None:
    assert not read_complaint(body).readable


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "message", "detail", "errors", "code", "type", "loc", "msg", "metadata", "raw"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(_json)
def test_no_body_makes_it_fail(value: object) -> None:
    assert isinstance(_read(value).message, str)


@given(st.binary(max_size=60))
def test_no_bytes_make_it_fail(body: bytes) -> None:
    assert isinstance(read_complaint(body).message, str)


def test_depth_does_not_make_it_fail() -> None:
    for opening, closing in (("[", "]"), ('{"error":', "}"), ('{"detail":[', "]}"), ('{"message":{"detail":', "}}")):
        body = (opening * 900 + "1" + closing * 900).encode()
        assert isinstance(read_complaint(body).message, str)
        assert isinstance(read_complaint(body * 100).message, str)


def test_json_with_what_strict_parsers_refuse() -> None:
    assert parse_json('{"a": "\\ud83c", "b": [Infinity]}') == {"a": "\ud83c", "b": [float("inf")]}
    with pytest.raises(ValueError):
        parse_json("[" * 100_000)
