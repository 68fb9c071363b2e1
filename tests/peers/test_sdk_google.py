"""Google's own library as a client of our simulated server, in both versions of the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google import genai
from google.genai import errors, types

from tests.peers.ours import KEY

MODEL = "sim-flash"
QUESTION = "Our budget is 400 EUR and the deadline is 12 May. What do we do first?"
SHORT = types.GenerateContentConfig(system_instruction="Answer in short.")


@pytest.fixture(params=["v1beta", "v1"])
def client(sim: str, request: pytest.FixtureRequest) -> Iterator[genai.Client]:
    with genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=sim, api_version=request.param)) as opened:
        yield opened


def test_an_answer_streams_the_text_and_usage_that_it_gives_whole(client: genai.Client) -> None:
    whole = client.models.generate_content(model=MODEL, contents=QUESTION, config=SHORT)
    assert whole.text
    assert whole.candidates
    assert whole.candidates[0].finish_reason == types.FinishReason.STOP
    chunks = list(client.models.generate_content_stream(model=MODEL, contents=QUESTION, config=SHORT))
    assert len(chunks) > 5
    assert "".join(chunk.text or "" for chunk in chunks) == whole.text
    assert chunks[-1].usage_metadata == whole.usage_metadata
    assert chunks[-1].candidates
    assert chunks[-1].candidates[0].finish_reason == types.FinishReason.STOP


def test_the_count_is_what_an_answer_reports(client: genai.Client) -> None:
    whole = client.models.generate_content(model=MODEL, contents=QUESTION)
    counted = client.models.count_tokens(model=MODEL, contents=QUESTION)
    assert whole.usage_metadata
    assert counted.total_tokens == whole.usage_metadata.prompt_token_count


def test_an_answer_ends_at_its_length_limit(client: genai.Client) -> None:
    config = types.GenerateContentConfig(max_output_tokens=5)
    chunks = list(client.models.generate_content_stream(model=MODEL, contents=QUESTION, config=config))
    assert chunks[-1].candidates
    assert chunks[-1].candidates[0].finish_reason == types.FinishReason.MAX_TOKENS
    assert chunks[-1].usage_metadata
    assert chunks[-1].usage_metadata.candidates_token_count == 5


def test_thoughts_come_apart_and_are_counted_apart(client: genai.Client) -> None:
    config = types.GenerateContentConfig(thinking_config=types.ThinkingConfig(include_thoughts=True))
    whole = client.models.generate_content(model=MODEL, contents=QUESTION, config=config)
    assert whole.parts
    assert [bool(part.thought) for part in whole.parts] == [True, False]
    usage = whole.usage_metadata
    assert usage
    assert usage.thoughts_token_count
    parts = (usage.prompt_token_count, usage.candidates_token_count, usage.thoughts_token_count)
    assert usage.total_token_count == sum(part or 0 for part in parts)


def test_a_conversation_goes_on(client: genai.Client) -> None:
    chat = client.chats.create(model="sim-large", config=SHORT)
    chat.send_message("Our budget is 400 EUR.")
    assert "400 EUR" in (chat.send_message("What is our budget?").text or "")
    assert [turn.role for turn in chat.get_history()] == ["user", "model", "user", "model"]


@pytest.mark.parametrize(
    ("model", "expected", "status", "word"),
    [
        ("sim-flash+rate_limit!", errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        ("sim-flash+overloaded!", errors.ServerError, 529, "UNAVAILABLE"),
        ("sim-flash+server_error!", errors.ServerError, 500, "INTERNAL"),
        ("sim-flash+bad_key", errors.ClientError, 401, "UNAUTHENTICATED"),
        ("no-such-model", errors.ClientError, 404, "NOT_FOUND"),
    ],
)
def test_a_refusal_raises_what_the_vendor_would(
    client: genai.Client, model: str, expected: type[errors.APIError], status: int, word: str
) -> None:
    calls = (
        lambda: client.models.generate_content(model=model, contents=QUESTION),
        lambda: list(client.models.generate_content_stream(model=model, contents=QUESTION)),
        lambda: client.models.count_tokens(model=model, contents=QUESTION),
    )
    for call in calls:
        with pytest.raises(expected) as caught:
            call()
        assert (caught.value.code, caught.value.status) == (status, word)


def test_a_wrong_parameter_is_named(client: genai.Client) -> None:
    config = types.GenerateContentConfig(max_output_tokens=-1)
    with pytest.raises(errors.ClientError, match=r"max_output_tokens") as caught:
        client.models.generate_content(model=MODEL, contents=QUESTION, config=config)
    assert (caught.value.code, caught.value.status) == (400, "INVALID_ARGUMENT")


def test_an_answer_that_fails_on_its_way_raises(client: genai.Client) -> None:
    stream = client.models.generate_content_stream(model="sim-flash+error_in_200", contents=QUESTION)
    with pytest.raises(errors.APIError, match="in the middle of the answer"):
        list(stream)


def test_the_models_are_listed_with_their_limits(client: genai.Client) -> None:
    listed = {model.name: model for model in client.models.list()}
    assert list(listed) == ["models/sim-lite", "models/sim-flash", "models/sim-large", "models/sim-flaky"]
    assert listed["models/sim-flash"].input_token_limit == 128_000
    assert client.models.get(model="sim-large").output_token_limit == 16_384
