"""Anthropic's own library as a client of our simulated server."""

from __future__ import annotations

from typing import Any

import anthropic
import pytest
from anthropic import Anthropic

from tests.peers.ours import KEY

MODEL = "sim-flash"
MESSAGES: Any = [{"role": "user", "content": "Our budget is 400 EUR and the deadline is 12 May. What do we do first?"}]


@pytest.fixture
def client(sim: str) -> Anthropic:
    return Anthropic(base_url=sim, api_key=KEY, max_retries=0)


def text_of(message: anthropic.types.Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def test_a_message_streams_the_text_and_usage_that_it_gives_whole(client: Anthropic) -> None:
    whole = client.messages.create(model=MODEL, max_tokens=500, system="Answer in short.", messages=MESSAGES)
    assert whole.stop_reason == "end_turn"
    assert text_of(whole)
    with client.messages.stream(model=MODEL, max_tokens=500, system="Answer in short.", messages=MESSAGES) as stream:
        pieces = list(stream.text_stream)
        streamed = stream.get_final_message()
    assert len(pieces) > 5
    assert "".join(pieces) == text_of(streamed) == text_of(whole)
    assert streamed.stop_reason == "end_turn"
    assert streamed.usage == whole.usage
    counted = client.messages.count_tokens(model=MODEL, system="Answer in short.", messages=MESSAGES)
    assert counted.input_tokens == whole.usage.input_tokens


def test_a_message_ends_at_its_length_limit_and_at_a_stop_sequence(client: Anthropic) -> None:
    whole = text_of(client.messages.create(model=MODEL, max_tokens=500, messages=MESSAGES))
    short = client.messages.create(model=MODEL, max_tokens=5, messages=MESSAGES)
    assert (short.stop_reason, short.usage.output_tokens) == ("max_tokens", 5)
    word = whole.split()[3]
    stopped = client.messages.create(model=MODEL, max_tokens=500, messages=MESSAGES, stop_sequences=[word])
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", word)
    assert text_of(stopped) == whole[: whole.index(word)]


@pytest.mark.parametrize("thinking", [{"type": "adaptive"}, {"type": "enabled", "budget_tokens": 1024}])
def test_a_message_that_thinks_has_a_signed_block(client: Anthropic, thinking: Any) -> None:
    with client.messages.stream(model=MODEL, max_tokens=4000, messages=MESSAGES, thinking=thinking) as stream:
        message = stream.get_final_message()
    first = message.content[0]
    assert first.type == "thinking"
    assert first.thinking
    assert first.signature
    assert message.usage.output_tokens_details is not None
    assert 0 < message.usage.output_tokens_details.thinking_tokens < message.usage.output_tokens


def test_cached_tokens_are_told_apart(client: Anthropic) -> None:
    plain = client.messages.create(model=MODEL, max_tokens=50, messages=MESSAGES).usage
    cached = client.messages.create(model=f"{MODEL}+cached", max_tokens=50, messages=MESSAGES).usage
    assert cached.cache_read_input_tokens
    assert cached.input_tokens + cached.cache_read_input_tokens == plain.input_tokens


@pytest.mark.parametrize(
    ("model", "expected", "status"),
    [
        ("sim-flash+rate_limit!", anthropic.RateLimitError, 429),
        ("sim-flash+overloaded!", anthropic.OverloadedError, 529),
        ("sim-flash+server_error!", anthropic.InternalServerError, 500),
        ("sim-flash+html_error!", anthropic.InternalServerError, 500),
        ("sim-flash+bad_key", anthropic.AuthenticationError, 401),
        ("no-such-model", anthropic.NotFoundError, 404),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_refused_message_raises_what_the_vendor_would(
    client: Anthropic, model: str, expected: type[anthropic.APIStatusError], status: int, stream: bool
) -> None:
    with pytest.raises(expected) as caught:
        client.messages.create(model=model, max_tokens=50, messages=MESSAGES, stream=stream)
    assert caught.value.status_code == status
    with pytest.raises(expected):
        client.messages.count_tokens(model=model, messages=MESSAGES)


def test_a_message_with_a_wrong_parameter_names_it(client: Anthropic) -> None:
    with pytest.raises(anthropic.BadRequestError, match="max_tokens: 9000"):
        client.messages.create(model=MODEL, max_tokens=9_000, messages=MESSAGES)


def test_a_temperature_is_refused_by_the_new_version_alone(client: Anthropic, sim: str) -> None:
    warm: Any = {"model": MODEL, "max_tokens": 50, "messages": MESSAGES, "extra_body": {"temperature": 0.5}}
    with pytest.raises(anthropic.BadRequestError, match="temperature"):
        client.messages.create(**warm)
    old = Anthropic(base_url=sim, api_key=KEY, max_retries=0, default_headers={"anthropic-version": "2023-06-01"})
    assert text_of(old.messages.create(**warm))


def test_a_message_that_fails_on_its_way_raises(client: Anthropic) -> None:
    with (
        pytest.raises(anthropic.APIStatusError, match="in the middle of the answer"),
        client.messages.stream(model="sim-flash+error_in_200", max_tokens=50, messages=MESSAGES) as stream,
    ):
        stream.get_final_message()


def test_a_refused_message_gets_through_when_it_is_tried_again(sim: str) -> None:
    with Anthropic(base_url=sim, api_key=KEY, max_retries=1) as client:
        for fault in ("rate_limit", "overloaded", "server_error"):
            assert text_of(client.messages.create(model=f"sim-lite+{fault}", max_tokens=50, messages=MESSAGES))


def test_the_models_are_listed_with_their_limits(client: Anthropic) -> None:
    listed = {model.id: model for model in client.models.list()}
    assert list(listed) == ["sim-lite", "sim-flash", "sim-large", "sim-flaky"]
    assert listed["sim-flash"].max_input_tokens == 128_000
    assert client.models.retrieve("sim-large").max_tokens == 16_384
