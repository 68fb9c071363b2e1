"""The decoder gives the same events for the same bytes, wherever they are cut, and keeps every character of data."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.errors import ProviderError
from compare.providers.sse import ServerEvent, SSEDecoder


def _decode(body: bytes, *cuts: int) -> list[ServerEvent]:
    decoder = SSEDecoder()
    events: list[ServerEvent] = []
    edges = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    for start, end in pairwise(edges):
        events += decoder.feed(body[start:end])
    return events + decoder.flush()


def _slow(body: bytes) -> list[ServerEvent]:
    """The standard, read line by line without any care for speed."""
    events: list[ServerEvent] = []
    data: list[str] = []
    name = ""
    text = body.decode("utf-8", "replace").removeprefix("\ufeff")
    for line in [*re.split("\r\n|\n|\r", text), ""]:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            events += [(name, "\n".join(data))] if data else []
            data, name = [], ""
        elif field == "data":
            data.append(value)
        elif field == "event":
            name = value
    return events


_line = st.sampled_from(
    [
        "data: {}",
        "data:x",
        "data",
        "data:  two",
        "event: e",
        "event",
        ": note",
        "id: 1",
        "",
        "",
        "data: é\u2028🎉\x85",
        "?",
    ]
)
_body = st.lists(st.tuples(_line, st.sampled_from(["\n", "\r\n", "\r"])), max_size=12).map(
    lambda lines: "".join(line + end for line, end in lines)
)


@given(_body, st.booleans(), st.lists(st.integers(0, 120), max_size=6))
def test_cuts_do_not_matter_and_the_standard_is_kept(text: str, bom: bool, cuts: list[int]) -> None:
    body = ("\ufeff" + text if bom else text).encode()
    assert _decode(body, *cuts) == _slow(body)


def test_every_single_cut_gives_the_same() -> None:
    body = "\ufeffdata: a🎉\r\n\r\n: c\r\nevent: e\rdata:b\r\rdata: é\n\n".encode()
    want = [("", "a🎉"), ("e", "b"), ("", "é")]
    assert all(_decode(body, cut) == want for cut in range(len(body) + 1))
    assert _decode(body, *range(len(body))) == want


def test_event_is_given_as_soon_as_its_blank_line_ends() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b"data: a\r\n\r") == [("", "a")], "without waiting for the LF that may follow"
    assert decoder.feed(b"\ndata: b\n") == []
    assert decoder.feed(b"\n") == [("", "b")]


def test_several_data_lines_are_one_value() -> None:
    assert _decode(b"data: a\ndata:\ndata: b\n\n") == [("", "a\n\nb")]


def test_broken_utf8_is_replaced_only_after_the_line_is_whole() -> None:
    assert _decode(b"data: \xf0\x9f\x8e\x89\xff\n\n", 8) == [("", "🎉\ufffd")]


def test_open_event_is_given_at_the_end_of_the_body() -> None:
    assert _decode(b"data: a") == [("", "a")]
    assert _decode(b"event: e\ndata: a\n") == [("e", "a")]
    assert _decode(b"event: e\n") == []


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_event_beyond_the_limit_is_an_error_that_says_so(size: int) -> None:
    decoder = SSEDecoder(max_event_bytes=1000)
    body = b"data: " + b"x" * 2000

    def feed_all() -> None:
        for start in range(0, len(body), size):
            decoder.feed(body[start : start + size])

    with pytest.raises(ProviderError, match="more than 1,000 bytes") as caught:
        feed_all()
    assert caught.value.failure.kind == "protocol"


@pytest.mark.parametrize("cut", range(0, 24, 3))
def test_event_with_a_name_is_the_same_in_one_piece_and_in_two(cut: int) -> None:
    body = b"event: delta\ndata: {}\n\n"
    assert _decode(body, cut) == [("delta", "{}")]
    assert _decode(b"data: open\n" + body, cut) == [("delta", "open\n{}")], "its data belongs to the open event"
    with pytest.raises(ProviderError):
        SSEDecoder(max_event_bytes=4).feed(b"event: e\ndata: 12345\n\n")


def test_limit_counts_all_lines_of_one_event_and_starts_anew_with_the_next() -> None:
    decoder = SSEDecoder(max_event_bytes=1000)
    for _ in range(5):
        assert len(decoder.feed(b"data: " + b"x" * 900 + b"\n\n")) == 1
    with pytest.raises(ProviderError):
        decoder.feed((b"data: " + b"x" * 300 + b"\n") * 4)


def test_long_event_in_small_chunks_costs_its_length_and_not_its_square() -> None:
    def seconds(n_chunks: int) -> float:
        decoder, piece = SSEDecoder(), b"x" * 64
        began = time.thread_time()
        decoder.feed(b"data: ")
        for _ in range(n_chunks):
            decoder.feed(piece)
        assert len(decoder.feed(b"\n\n")[0][1]) == 64 * n_chunks
        return time.thread_time() - began

    few = min(seconds(2_000) for _ in range(3))
    many = min(seconds(40_000) for _ in range(3))
    assert many < few * 20 * 4
