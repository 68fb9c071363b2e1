"""Our clients against a mock provider server that others wrote, in its four wire formats."""

from __future__ import annotations

import pytest

from compare.providers.http import Transport
from compare.records import ProviderKind
from tests.peers.ours import ask, request_of
from tests.peers.peers import KINDS
from tests.peers.scenarios import SCENARIOS, Scenario

EACH_SCENARIO = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@EACH_SCENARIO
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("transport", ["aiohttp", "httpx"])
def test_each_answer_is_understood(aimock: str, kind: ProviderKind, scenario: Scenario, transport: Transport) -> None:
    result = ask(aimock, request_of(kind, "mock-1", scenario.prompt, max_output_tokens=500), transport)
    finish, failure = scenario.ending(kind)
    assert (result.finish, result.failure.kind if result.failure else None) == (finish, failure)
    assert result.reasoning == scenario.reasoning
    if failure == "truncated":
        assert scenario.text.startswith(result.text)
        assert 0 < len(result.text) < len(scenario.text)
    else:
        assert result.text == scenario.text
    if scenario.usage:
        assert (result.usage.input, result.usage.output, result.usage.source) == (*scenario.usage, "reported")
    else:
        assert 0 not in (result.usage.input, result.usage.output), "a 0 that the mock reports is set aside"


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_refusal_says_is_kept(aimock: str, kind: ProviderKind) -> None:
    by_name = {scenario.name: scenario for scenario in SCENARIOS}
    busy = ask(aimock, request_of(kind, "mock-1", by_name["rate limit"].prompt)).failure
    bad = ask(aimock, request_of(kind, "mock-1", by_name["bad request"].prompt)).failure
    assert busy is not None
    assert (busy.status, busy.retryable, busy.retry_after_s) == (429, True, 1.0)
    assert "Too many requests." in busy.message
    assert bad is not None
    assert (bad.status, bad.retryable) == (400, False)
    assert "Messages must alternate." in bad.message
    if kind in ("openai-chat", "openai-responses"):  # the others have no fields for these
        assert (bad.param, bad.code) == ("messages", "bad_turns")
