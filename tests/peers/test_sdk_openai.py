"""OpenAI's own library as a client of our simulated server, in both formats that it speaks."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from openai import OpenAI

from tests.peers.ours import KEY

MODEL = "sim-flash"
QUESTION = "Our budget is 400 EUR and the deadline is 12 May. What do we do first?"
MESSAGES: Any = [{"role": "system", "content": "Answer in short."}, {"role": "user", "content": QUESTION}]

REFUSALS = [
    ("sim-flash+rate_limit!", openai.RateLimitError, 429, "requests"),
    ("sim-flash+overloaded!", openai.InternalServerError, 529, "server_error"),
    ("sim-flash+server_error!", openai.InternalServerError, 500, "server_error"),
    ("sim-flash+html_error!", openai.InternalServerError, 500, None),
    ("sim-flash+bad_key", openai.AuthenticationError, 401, "invalid_request_error"),
    ("no-such-model", openai.NotFoundError, 404, "invalid_request_error"),
]


@pytest.fixture
def client(sim: str) -> OpenAI:
    return OpenAI(base_url=f"{sim}/v1", api_key=KEY, max_retries=0)


# --- Chat Completions ------------------------------------------------------------------------------------------------


def test_a_chat_streams_the_text_and_usage_that_it_gives_whole(client: OpenAI) -> None:
    whole = client.chat.completions.create(model=MODEL, messages=MESSAGES)
    assert whole.choices[0].finish_reason == "stop"
    assert whole.choices[0].message.content
    assert whole.usage is not None
    assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens
    with client.chat.completions.stream(
        model=MODEL, messages=MESSAGES, stream_options={"include_usage": True}
    ) as stream:
        streamed = stream.get_final_completion()
    assert streamed.choices[0].message.content == whole.choices[0].message.content
    assert streamed.choices[0].finish_reason == "stop"
    assert streamed.usage == whole.usage


def test_a_chat_ends_at_its_length_limit_and_at_a_stop_sequence(client: OpenAI) -> None:
    whole = client.chat.completions.create(model=MODEL, messages=MESSAGES).choices[0].message.content or ""
    short = client.chat.completions.create(model=MODEL, messages=MESSAGES, max_completion_tokens=5)
    assert short.choices[0].finish_reason == "length"
    assert short.usage is not None
    assert short.usage.completion_tokens == 5
    word = whole.split()[3]
    stopped = client.chat.completions.create(model=MODEL, messages=MESSAGES, stop=[word])
    assert stopped.choices[0].finish_reason == "stop"
    assert stopped.choices[0].message.content == whole[: whole.index(word)]


def test_a_chat_that_thinks_reports_its_thinking(client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model=MODEL,
        messages=MESSAGES,
        reasoning_effort="high",
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    thoughts = [getattr(chunk.choices[0].delta, "reasoning_content", None) for chunk in chunks if chunk.choices]
    assert "".join(filter(None, thoughts))
    usage = chunks[-1].usage
    assert usage is not None
    assert usage.completion_tokens_details is not None
    assert 0 < (usage.completion_tokens_details.reasoning_tokens or 0) < usage.completion_tokens


@pytest.mark.parametrize(("model", "expected", "status", "kind"), REFUSALS)
@pytest.mark.parametrize("stream", [False, True])
def test_a_refused_chat_raises_what_the_vendor_would(
    client: OpenAI, model: str, expected: type[openai.APIStatusError], status: int, kind: str | None, stream: bool
) -> None:
    with pytest.raises(expected) as caught:
        client.chat.completions.create(model=model, messages=MESSAGES, stream=stream)
    assert (caught.value.status_code, caught.value.type) == (status, kind)


def test_a_chat_with_a_wrong_parameter_names_it(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model=MODEL, messages=MESSAGES, max_completion_tokens=0)
    assert caught.value.param == "max_completion_tokens"
    assert caught.value.code == "integer_below_min_value"


def test_a_chat_that_fails_on_its_way_raises(client: OpenAI) -> None:
    stream = client.chat.completions.create(model="sim-flash+error_in_200", messages=MESSAGES, stream=True)
    with pytest.raises(openai.APIError, match="in the middle of the answer"):
        list(stream)


def test_a_refused_chat_gets_through_when_it_is_tried_again(sim: str) -> None:
    with OpenAI(base_url=f"{sim}/v1", api_key=KEY, max_retries=1) as client:
        for fault in ("rate_limit", "overloaded", "server_error"):
            answer = client.chat.completions.create(model=f"sim-lite+{fault}", messages=MESSAGES)
            assert answer.choices[0].message.content


# --- Responses -------------------------------------------------------------------------------------------------------


def test_a_response_streams_the_text_and_usage_that_it_gives_whole(client: OpenAI) -> None:
    whole = client.responses.create(model=MODEL, instructions="Answer in short.", input=QUESTION)
    assert whole.status == "completed"
    assert whole.output_text
    with client.responses.stream(model=MODEL, instructions="Answer in short.", input=QUESTION) as stream:
        text = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
        streamed = stream.get_final_response()
    assert text == streamed.output_text == whole.output_text
    assert streamed.usage == whole.usage
    assert whole.usage is not None
    counted = client.responses.input_tokens.count(model=MODEL, instructions="Answer in short.", input=QUESTION)
    assert counted.input_tokens == whole.usage.input_tokens


def test_both_formats_give_one_answer(client: OpenAI) -> None:
    chat = client.chat.completions.create(model=MODEL, messages=MESSAGES)
    response = client.responses.create(model=MODEL, instructions="Answer in short.", input=QUESTION)
    assert response.output_text == chat.choices[0].message.content
    assert chat.usage is not None
    assert response.usage is not None
    assert (response.usage.input_tokens, response.usage.output_tokens) == (
        chat.usage.prompt_tokens,
        chat.usage.completion_tokens,
    )


def test_a_response_that_is_too_long_is_incomplete(client: OpenAI) -> None:
    with client.responses.stream(model=MODEL, input=QUESTION, max_output_tokens=16) as stream:
        kinds = [event.type for event in stream]
    assert kinds[-1] == "response.incomplete"
    whole = client.responses.create(model=MODEL, input=QUESTION, max_output_tokens=16)
    assert whole.status == "incomplete"
    assert whole.incomplete_details is not None
    assert whole.incomplete_details.reason == "max_output_tokens"


def test_a_response_that_thinks_has_a_summary(client: OpenAI) -> None:
    with client.responses.stream(
        model=MODEL, input=QUESTION, reasoning={"effort": "high", "summary": "auto"}
    ) as stream:
        deltas = "".join(event.delta for event in stream if event.type == "response.reasoning_summary_text.delta")
        final = stream.get_final_response()
    items = [item for item in final.output if item.type == "reasoning"]
    assert deltas == "".join(part.text for item in items for part in item.summary)
    assert deltas
    assert final.usage is not None
    assert 0 < final.usage.output_tokens_details.reasoning_tokens < final.usage.output_tokens


@pytest.mark.parametrize(("model", "expected", "status", "kind"), REFUSALS)
@pytest.mark.parametrize("stream", [False, True])
def test_a_refused_response_raises_what_the_vendor_would(
    client: OpenAI, model: str, expected: type[openai.APIStatusError], status: int, kind: str | None, stream: bool
) -> None:
    with pytest.raises(expected) as caught:
        client.responses.create(model=model, input=QUESTION, stream=stream)
    assert (caught.value.status_code, caught.value.type) == (status, kind)


def test_a_response_with_a_parameter_of_the_other_format_names_it(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model=MODEL, input=QUESTION, extra_body={"max_tokens": 5})
    assert (caught.value.param, caught.value.code) == ("max_tokens", "unsupported_parameter")


def test_a_response_that_fails_on_its_way_raises(client: OpenAI) -> None:
    stream = client.responses.create(model="sim-flash+error_in_200", input=QUESTION, stream=True)
    with pytest.raises(openai.APIError, match="in the middle of the answer"):
        list(stream)


# --- models ----------------------------------------------------------------------------------------------------------


def test_the_models_are_listed_and_found(client: OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert names == ["sim-lite", "sim-flash", "sim-large", "sim-flaky"]
    assert client.models.retrieve("sim-large").id == "sim-large"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("no-such-model")
