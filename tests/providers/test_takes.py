"""What a model is said to take is what it is sent: every adapter is asked for real, and its request is looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import pytest

from compare.providers import provider_for
from compare.providers.http import HttpClient
from compare.providers.quirks import Change, Learned
from compare.providers.takes import as_sent, body_as_sent, fitting, objections, settings_sent, takes
from compare.records import ChatMessage, ChatRequest, ChatResult, Done, ModelSpec, ProviderKind, Settings
from compare.sim.models import BASE_PATHS
from tests.engine.servers import simulator

Playing = Callable[..., AbstractAsyncContextManager[Any]]
KINDS: tuple[ProviderKind, ...] = ("openai-chat", "openai-responses", "anthropic", "gemini")
CHOSEN: dict[str, Any] = {
    "temperature": 0.3,
    "max_output_tokens": 700,
    "reasoning_effort": "medium",
    "stop": ("QQQ",),
}
MESSAGES = (ChatMessage("system", "Be kind."), ChatMessage("user", "My code is QX-77. Which code did I give?"))


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The simulated server's address, and the bodies of all requests to it."""
    requests: list[dict[str, Any]] = []
    with simulator(requests) as root:
        yield root, requests


def spec_of(kind: ProviderKind, root: str = "http://127.0.0.1:1", **changes: Any) -> ModelSpec:
    values: dict[str, Any] = {"label": "Simmy", "max_output_tokens": 16_384}
    return ModelSpec("m", kind, root + BASE_PATHS[kind], "sim-large", **(values | changes))


def ask(spec: ModelSpec, settings: Settings) -> ChatResult:
    async def work() -> ChatResult:
        client = HttpClient(transport="httpx")
        try:
            request = ChatRequest(spec, MESSAGES, settings)
            events = provider_for(spec.provider, client).stream(request, base_url=spec.base_url, api_key=None)
            *_, done = [event async for event in events]
        finally:
            await client.aclose()
        assert isinstance(done, Done)
        return done.result

    return asyncio.run(work())


# --- page and wire agree ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CHOSEN)
def test_a_setting_is_in_the_request_exactly_where_it_is_said_to_be_taken(
    kind: ProviderKind, name: str, served: tuple[str, list[dict[str, Any]]]
) -> None:
    root, requests = served
    spec, settings = spec_of(kind, root), Settings(**{name: CHOSEN[name]})
    result = ask(spec, settings)
    assert result.failure is None
    sent = settings_sent(requests[-1]).get(name)
    why_not = takes(spec)[name].why_not
    assert (sent is None) == (why_not is not None)
    assert (why_not is not None) == (name in objections(spec, settings))
    if sent is None:
        assert why_not is not None
        assert any(warning.startswith(why_not.rstrip(".")) for warning in result.warnings)
    else:
        assert sent[1] in (CHOSEN[name], list(CHOSEN[name]) if name == "stop" else None, "MEDIUM")


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_goes_out_as_it_was_said_to(kind: ProviderKind, served: tuple[str, list[dict[str, Any]]]) -> None:
    root, requests = served
    spec = spec_of(kind, root)
    settings = fitting(spec, Settings(system_prompt="Be kind.", **CHOSEN)).settings
    said = as_sent(ChatRequest(spec, MESSAGES, settings), spec.base_url)
    result = ask(spec, settings)
    assert result.failure is None
    assert result.warnings == said.warnings
    assert settings_sent(requests[-1]) == settings_sent(said.params)
    # The stored parameters and the messages make the whole body again.
    assert body_as_sent(ChatRequest(spec, MESSAGES), result.params_sent) == requests[-1]


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("openai-chat", Settings(stop=("A", "B", "C", "D", "E"))),
        ("gemini", Settings(stop=("A", "B", "C", "D", "E", "F"))),
        ("anthropic", Settings(temperature=1.5)),
        ("anthropic", Settings(max_output_tokens=16_385)),
        ("openai-responses", Settings(max_output_tokens=15)),
    ],
)
def test_a_value_that_is_out_of_range_is_one_that_the_server_refuses(
    kind: ProviderKind, settings: Settings, served: tuple[str, list[dict[str, Any]]]
) -> None:
    spec = spec_of(kind, served[0])
    assert len(objections(spec, settings)) == 1
    refused = ask(spec, settings).failure
    assert refused is not None
    assert refused.status == 400
    assert ask(spec, fitting(spec, settings).settings).failure is None


# --- what is learned from a server -----------------------------------------------------------------------------------


def test_what_a_server_refused_is_not_taken_from_then_on(run: Any, playing: Playing, wire: Any, hear: Any) -> None:
    async def work(client: HttpClient) -> None:
        refuse = wire.answer("400 Bad Request", '{"error":{"message":"`temperature` is deprecated for this model."}}')
        async with playing(refuse, wire.stream(wire.hello())) as server:
            spec = ModelSpec("local", "openai-chat", server.base_url, "m", label="Locum")
            assert takes(spec, learned=client.learned)["temperature"].why_not is None
            await hear(client, server.base_url, temperature=0.2)
            why = takes(spec, learned=client.learned)["temperature"].why_not
            assert why == "Locum refused the temperature when it was asked last, so it is left out."
            await hear(client, server.base_url, temperature=0.2)
            assert "temperature" not in server.asked[-1].json
            # Another model of the same server was not asked.
            assert takes(replace(spec, model="n"), learned=client.learned)["temperature"].why_not is None

    run(work)


def test_a_parameter_that_was_renamed_is_still_taken() -> None:
    spec, learned = spec_of("openai-chat"), Learned()
    learned.remember(spec.base_url, spec.model, Change("max_tokens", "max_completion_tokens"))
    assert takes(spec, learned=learned)["max_output_tokens"].why_not is None
    request = ChatRequest(spec, MESSAGES, Settings(max_output_tokens=9))
    assert settings_sent(as_sent(request, spec.base_url, learned).params) == {
        "max_output_tokens": ("max_completion_tokens", 9)
    }
    learned.remember(spec.base_url, spec.model, Change("max_completion_tokens", None))
    assert "refused the max output tokens" in str(takes(spec, learned=learned)["max_output_tokens"].why_not)


# --- what is known beforehand ----------------------------------------------------------------------------------------

OPENAI = "https://api.openai.com/v1"


@pytest.mark.parametrize("kind", ["openai-chat", "openai-responses"])
@pytest.mark.parametrize(
    ("base_url", "effort", "is_taken"),
    [(OPENAI, None, False), (OPENAI, "low", False), (OPENAI, "none", True), ("https://a.example/v1", None, True)],
)
def test_a_gpt_6_takes_a_temperature_only_when_it_does_not_think(
    kind: ProviderKind, base_url: str, effort: str | None, is_taken: bool
) -> None:
    spec = ModelSpec("g", kind, base_url, "gpt-6-sol", label="GPT-6 Sol")
    beside = Settings(reasoning_effort=effort)
    why = takes(spec, beside)["temperature"].why_not
    assert why == (None if is_taken else "GPT-6 Sol takes a temperature only with the reasoning effort none.")
    worded = as_sent(ChatRequest(spec, MESSAGES, replace(beside, temperature=0.2)), base_url)
    assert ("temperature" in worded.params) is is_taken
    assert worded.warnings == (() if is_taken else (f"{str(why)[:-1]}: 0.2 was left out.",))


def test_an_o_model_takes_no_stop_sequences_in_chat_completions() -> None:
    spec = ModelSpec("o", "openai-chat", OPENAI, "o4-mini", label="o4-mini")
    assert takes(spec)["stop"].why_not == "o4-mini takes no stop sequences."
    assert takes(replace(spec, model="gpt-5-mini"))["stop"].why_not is None


def test_the_newer_anthropic_api_takes_no_temperature_and_the_older_one_none_beside_an_effort() -> None:
    newer = ModelSpec("c", "anthropic", "https://api.anthropic.com", "claude-x", label="Claude X")
    assert takes(newer)["temperature"].why_not == (
        "The temperature cannot be set for Claude X in version 2026-10-21 of its API."
    )
    older = replace(newer, api_version="2023-06-01")
    assert takes(older)["temperature"].why_not is None
    assert "together with a reasoning effort" in str(
        takes(older, Settings(reasoning_effort="low"))["temperature"].why_not
    )
    assert takes(older, Settings(reasoning_effort="none"))["temperature"].why_not is None


# --- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        ("anthropic", Settings(temperature=1.2), "temperature 1.2 is above 1, the most that Anthropic Messages takes."),
        ("gemini", Settings(temperature=2.5), "temperature 2.5 is above 2, the most that Gemini takes."),
        ("openai-chat", Settings(temperature=-0.1), "-0.1 is below 0, the least that Chat Completions takes."),
        ("gemini", Settings(max_output_tokens=20_000), "20,000 is above 16,384, the most that Simmy can write."),
        (
            "openai-chat",
            Settings(stop=tuple("ABCDE")),
            "5 stop sequences were given; Chat",
        ),
        ("anthropic", Settings(stop=(" ",)), "A stop sequence of white space alone cannot be set for Simmy."),
        ("gemini", Settings(reasoning_effort="max"), "max cannot be set for sim-large, which knows minimal, low,"),
    ],
)
def test_what_stands_against_a_value_is_a_sentence_with_both_numbers(
    kind: ProviderKind, settings: Settings, said: str
) -> None:
    (found,) = objections(spec_of(kind), settings).values()
    assert said in found


def test_an_unknown_longest_answer_bounds_nothing() -> None:
    spec = spec_of("gemini", max_output_tokens=None)
    assert takes(spec)["max_output_tokens"].high is None
    assert objections(spec, Settings(max_output_tokens=10**9)) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_settings_that_fit_stand_as_they_are_and_nothing_chosen_is_nothing_said(kind: ProviderKind) -> None:
    assert fitting(spec_of(kind), Settings()) == (Settings(), {})
    own_words = Settings(system_prompt="Be brief.")
    assert fitting(spec_of(kind), own_words) == (own_words, {})


def test_only_what_does_not_fit_is_left_out() -> None:
    chosen = Settings("Be brief.", 0.2, 500, "low", ("END",))
    fit = fitting(spec_of("openai-responses"), chosen)
    assert fit.settings == replace(chosen, stop=())
    assert list(fit.left_out) == ["stop"]
