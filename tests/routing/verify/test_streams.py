"""Streamed answers: read however the bytes were cut, and held against what was sent and when."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from time import monotonic

import orjson
import pytest

from compare.providers.failures import Call
from compare.routing.config import load
from compare.routing.verify.asks import Ask, Reply, Shape, Streamed, Tally
from compare.routing.verify.fakes import N_PIECES, open_fakes
from compare.routing.verify.figures import RouteFigures, StreamFigures
from compare.routing.verify.gateways.chat import client
from compare.routing.verify.gateways.streaming import Reading
from compare.routing.verify.judged import Check, judge

SHAPE = Shape("default", {"thread_length": 1})
CONFIG = load("routes: [{name: default, weights: {a: 0.75, b: 0.25}}]")


def event(text: str = "", finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}
    return b"data: " + orjson.dumps({"choices": [choice]}) + b"\n\n"


WHOLE = event("primary") + event(".") * 3 + event(finish="stop") + b"data: [DONE]\n\n"


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_an_answer_is_read_however_its_bytes_are_cut(size: int) -> None:
    reading = Reading()
    for start in range(0, len(WHOLE), size):
        reading.feed(WHOLE[start : start + size], float(start))
    found = reading.result()
    assert (found.reply, found.pieces) == (Reply("primary"), 4)
    assert found.spread_s == pytest.approx(3 * len(event(".")), abs=size)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (WHOLE.removesuffix(b"data: [DONE]\n\n"), "the stream ended without its end mark, after 4 pieces"),
        (event("primary"), "the stream ended without the reason to stop, after 1 pieces"),
        (b"", "the stream ended without the reason to stop, after 0 pieces"),
    ],
)
def test_an_answer_that_was_cut_off_is_an_error(body: bytes, error: str) -> None:
    reading = Reading()
    reading.feed(body, 0.0)
    assert reading.result() == Streamed(Reply(error=error))


def test_a_text_with_a_part_missing_is_nobodys() -> None:
    reading = Reading()
    reading.feed(WHOLE.replace(event("."), b"", 1), 0.0)
    assert reading.result().reply.served == "(broken text 'primary..')"


@pytest.mark.parametrize("pause_s", [0.0, 0.01])
def test_a_fake_sends_its_answer_at_once_or_in_pieces(pause_s: float) -> None:
    async def scenario() -> Streamed:
        reading = Reading()
        async with open_fakes(["p"]) as fakes, client() as http:
            fakes["p"].pause_s = pause_s
            body = orjson.dumps({**Ask(SHAPE, "s").body("auto"), "stream": True})
            async with http.open(Call(f"{fakes['p'].base_url}/chat/completions", "p"), {}, body) as response:
                while chunk := await response.next_chunk():
                    reading.feed(chunk, monotonic())
        return reading.result()

    found = asyncio.run(scenario())
    assert (found.reply, found.pieces) == (Reply("p"), N_PIECES)
    if pause_s:
        assert found.spread_s >= (N_PIECES - 1) * pause_s / 2


AS_SENT = StreamFigures(Tally(320, {"a": 240, "b": 80}), 160, 4.0, 0.061, 0.06)


def streaming(found: StreamFigures) -> Check:
    checks = judge(CONFIG, (), {"default": RouteFigures(Tally(4, {"a": 3, "b": 1}), streams=found)}, ())
    (check,) = [each for each in checks if each.about == "streaming"]
    return check


def test_streams_that_come_as_they_were_sent_hold() -> None:
    check = streaming(AS_SENT)
    assert check.verdict == "holds"
    assert check.says.endswith("sent in pieces over 60 ms, the client got 4 pieces over 61 ms (median of 160)")


def test_a_gateway_that_keeps_the_answer_back_is_told() -> None:
    for held_back in (replace(AS_SENT, median_spread_s=0.002), replace(AS_SENT, median_pieces=1.0)):
        check = streaming(held_back)
        assert check.verdict == "broken"
        assert check.says.endswith("; the gateway kept them back until the end")


def test_streams_that_fail_or_split_otherwise_are_broken() -> None:
    failed = streaming(replace(AS_SENT, tally=Tally(320, {"a": 239, "b": 80}, 1, "the stream ended")))
    assert failed.verdict == "broken"
    assert "1 failed, the first: the stream ended" in failed.says
    assert streaming(replace(AS_SENT, tally=Tally(320, {"a": 160, "b": 160}))).verdict == "broken"
    none = streaming(StreamFigures(Tally(320, {}, 320, "status 500"), 0, 0.0, 0.0, 0.06))
    assert "kept them back" not in none.says
