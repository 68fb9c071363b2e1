"""Limits by endpoint, and how they follow what the endpoint says."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from compare.errors import ConfigError
from compare.jobs import traffic
from compare.jobs.terms import Limit, Terms, read_limits, read_terms, read_usd
from compare.jobs.traffic import Bucket, EndpointStatus, Roads
from compare.records import Allowance, ChatResult, ModelSpec, ProviderFailure, RateLimits, Usage

ONE = ModelSpec("one", "openai-chat", "https://one.test/v1", "m", maker="OpenAI", api_key_env="KEY")
SIBLING = replace(ONE, id="sibling")
OTHER = ModelSpec("other", "anthropic", "https://other.test/v1", "m")
SIM = ModelSpec("sim-lite", "gemini", "", "m", simulated=True)
GOOD = ChatResult("Yes.", "stop", usage=Usage(10, 5))


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(traffic.time, "monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def refused(retry_after_s: float | None = None, limits: RateLimits | None = None) -> ChatResult:
    failure = ProviderFailure("rate_limit", "slower", 429, retryable=True, retry_after_s=retry_after_s)
    return ChatResult("", "error", failure=failure, rate_limits=limits)


def enter(roads: Roads, spec: ModelSpec, n: int = 1, n_tokens: int = 10) -> None:
    """Begin so many calls, which must not have to wait."""

    async def all_of_them() -> None:
        for _ in range(n):
            async with asyncio.timeout(1):
                await roads.enter(spec, n_tokens)

    asyncio.run(all_of_them())


def test_an_endpoint_at_its_limit_leaves_room_for_others(clock: Clock) -> None:
    roads = Roads(8, (Limit("openai", concurrency=2),))
    enter(roads, ONE, 2)
    assert roads.wait_s(ONE) is None
    assert roads.wait_s(SIBLING) is None, "another model at the same host and key is behind the same limit"
    assert roads.wait_s(OTHER) == 0.0
    roads.leave(ONE, GOOD)
    assert roads.wait_s(SIBLING) == 0.0


def test_a_limit_for_one_model_is_its_own(clock: Clock) -> None:
    roads = Roads(8, (Limit("one", concurrency=1),))
    enter(roads, ONE)
    assert (roads.wait_s(ONE), roads.wait_s(SIBLING)) == (None, 0.0)


def test_a_simulated_model_that_refuses_holds_up_no_other_unless_a_limit_is_for_all_of_them(clock: Clock) -> None:
    flaky = replace(SIM, id="sim-flaky")
    apart, together = Roads(4, ()), Roads(8, (Limit("simulated", concurrency=2),))
    enter(apart, flaky)
    apart.leave(flaky, refused(retry_after_s=30))
    assert (apart.wait_s(SIM), apart.wait_s(flaky)) == (0.0, pytest.approx(30.0))
    enter(together, flaky, 2)
    assert together.wait_s(SIM) is None


def test_all_endpoints_together_stay_within_the_whole(clock: Clock) -> None:
    roads = Roads(3, ())
    enter(roads, ONE, 2)
    enter(roads, OTHER, 1)
    assert roads.wait_s(SIM) is None


def test_the_window_halves_when_it_is_too_much_and_grows_by_one_a_window(clock: Clock) -> None:
    roads = Roads(16, ())
    enter(roads, ONE, 4)
    roads.leave(ONE, refused())
    roads.leave(ONE, refused())  # made together with the first: one piece of news
    assert roads.statuses()[0].window == 8
    clock.now += 2.0
    roads.leave(ONE, refused())
    assert (roads.statuses()[0].window, roads.statuses()[0].n_refused) == (4, 3)
    roads.leave(ONE, GOOD)
    for _ in range(4):
        enter(roads, ONE)
        roads.leave(ONE, GOOD)
    assert roads.statuses()[0].window == 5
    assert "refused 3 times" in roads.statuses()[0].sentence
    for _ in range(400):
        enter(roads, ONE)
        roads.leave(ONE, GOOD)
    assert roads.statuses()[0].window == 16, "never above what was asked for"


def test_retry_after_holds_that_endpoint_and_no_other(clock: Clock) -> None:
    roads = Roads(8, ())
    enter(roads, ONE)
    roads.leave(ONE, refused(retry_after_s=20.0))
    assert (roads.wait_s(ONE), roads.wait_s(OTHER)) == (20.0, 0.0)
    assert roads.statuses()[0].wait_s == 20.0
    clock.now += 20.0
    assert roads.wait_s(ONE) == 0.0


def test_a_failure_that_is_no_refusal_changes_no_limit(clock: Clock) -> None:
    roads = Roads(8, ())
    enter(roads, ONE)
    roads.leave(ONE, ChatResult("", "error", failure=ProviderFailure("server", "boom", 500, retryable=True)))
    assert (roads.statuses()[0].window, roads.wait_s(ONE)) == (8, 0.0)


def test_requests_and_tokens_a_minute(clock: Clock) -> None:
    roads = Roads(100, (Limit("openai", requests_per_min=60), Limit("other.test", tokens_per_min=600)))
    enter(roads, ONE, 60)
    assert roads.wait_s(ONE) == pytest.approx(1.0)
    clock.now += 1.0
    assert roads.wait_s(ONE) == pytest.approx(0.0)
    enter(roads, OTHER, 1, n_tokens=600)
    assert roads.wait_s(OTHER, 100) == pytest.approx(10.0)
    roads.leave(OTHER, replace(GOOD, usage=Usage(600, 50)))  # what it wrote counts too
    assert roads.wait_s(OTHER, 100) == pytest.approx(15.0)
    assert roads.wait_s(OTHER, 10_000) == pytest.approx(65.0), "a prompt beyond the limit waits for all there is"


def test_rate_headers_are_believed(clock: Clock) -> None:
    roads = Roads(100, ())
    enter(roads, ONE)
    roads.hear(ONE, RateLimits(requests=Allowance(2, 60.0, 62)))
    enter(roads, ONE, 2)
    assert roads.wait_s(ONE) == pytest.approx(1.0), "60 of 62 come back in 60 s"
    clock.now += 1.0
    enter(roads, ONE)
    roads.hear(ONE, RateLimits(tokens=Allowance(0, 30.0)))
    assert (roads.wait_s(ONE) or 0.0) > 0.0
    roads.hear(ONE, RateLimits(requests=Allowance(50, 1.0, 62)))
    assert roads.wait_s(ONE) == 0.0


def test_a_call_that_has_to_wait_goes_on_when_another_ends() -> None:
    async def main() -> list[str]:
        roads, seen = Roads(1, ()), list[str]()
        await roads.enter(ONE, 1)
        waiting = asyncio.create_task(roads.enter(OTHER, 1))
        await asyncio.sleep(0)
        seen.append("waits" if not waiting.done() else "does not")
        roads.leave(ONE, GOOD)
        await asyncio.wait_for(waiting, 1)
        return seen

    assert asyncio.run(main()) == ["waits"]


def test_a_bucket_in_debt_is_waited_for(clock: Clock) -> None:
    bucket = Bucket(10, 1.0)
    bucket.take(30)
    assert bucket.wait_s(1) == pytest.approx(21.0)
    clock.now += 100.0
    assert (bucket.wait_s(10), bucket.holds()) == (0.0, 10.0)


# --- as they are written ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("window", "n_refused", "wait_s", "held_up"),
    [(4, 0, 0.0, False), (4, 2, 0.0, False), (2, 2, 0.0, True), (4, 0, 3.0, True), (2, 0, 0.0, False)],
)
def test_an_endpoint_is_held_up_that_waits_or_takes_less_since_it_refused(
    window: int, n_refused: int, wait_s: float, held_up: bool
) -> None:
    assert EndpointStatus("one", 1, window, 4, n_refused, wait_s).is_held_up is held_up


def test_limits_as_they_are_written() -> None:
    found = read_limits(["openai=4", "OpenAI=60/min", "other=90000tok/min"], [ONE, OTHER])
    assert found == (Limit("openai", 4, 60), Limit("other", tokens_per_min=90000))
    terms = Terms(3, found, None, use_cache=True)
    assert read_terms(terms.to_json(), None) == terms


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("openai", "Write NAME=4"),
        ("openai=0", "cannot be read"),
        ("openai=4/hour", "cannot be read"),
        ("mistral=4", "for none of the job's models. Names are: anthropic, one, one.test, openai, openai-chat"),
    ],
)
def test_a_limit_that_cannot_be_kept_is_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said.replace(".", r"\.")):
        read_limits([text], [ONE, OTHER])


def test_a_limit_given_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match="comes twice for openai"):
        read_limits(["openai=4", "openai=5"], [ONE])


@pytest.mark.parametrize("text", ["0", "-1", "free", "nan", "inf", ""])
def test_a_cap_must_be_an_amount(text: str) -> None:
    with pytest.raises(ConfigError, match="no amount of US dollars above 0"):
        read_usd(text)
