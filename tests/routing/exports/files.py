"""A routing file that uses everything, and configurations drawn at random."""

from __future__ import annotations

import string

from hypothesis import strategies as st

from compare.routing.config import (
    CircuitBreaker,
    ModelRef,
    Retry,
    Route,
    RoutingConfig,
    Shadow,
    Sticky,
    load,
)
from compare.routing.rules import parse

WHOLE = """
schema: routing-weights/v1
entry: support
models:
  primary:   {provider: anthropic, model: claude-opus-4-1, api_key_env: ANTHROPIC_API_KEY, context_window: 200000}
  secondary: {provider: google, model: gemini-2.5-flash, api_key_env: GEMINI_API_KEY}
  cheap:     {provider: openai-chat, model: "small:7b", base_url: "http://127.0.0.1:9003/v1"}
routes:
  - name: long_thread_test
    match: "thread_length > 8"
    weights: {primary: 0.8, secondary: 0.2}
    fallbacks: [cheap]
    sticky: {by: session_id, ttl_s: 3600}
    retry: {attempts: 2, retry_on: ["429", "5xx", timeout]}
    circuit_breaker: {failures: 3, window_s: 60, cooldown_s: 30}
    canary:
      candidate: secondary
      stages: [{share: 0.05, hold_h: 24}, {share: 0.2, hold_h: 48}]
      guardrails: [{metric: p95_latency_ms, op: "<=", value: 4000, min_n: 500}]
    shadow: {model: cheap, share: 0.25}
    evidence: {votes: 412, raters: 9, method: bradley-terry, verdict: separated}
  - name: default
    weights: {cheap: 1.0}
provenance:
  votes_sha256: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  vote_count: 412
  votes_from: "2026-11-01"
  votes_to: "2026-11-20"
  generated_at: "2026-11-23T00:00:00Z"
  tool: weighbridge 0.1.0
  parent_sha256: "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
"""

NAMES = ("alpha", "beta", "gamma", "delta")
RULES = (
    "thread_length > 8",
    "10 < thread_length <= 30",
    "thread_length >= 4 and prompt_tokens < 4000",
    "language in ('de', 'fr') or has_tools",
    "not (language == 'de') and user_turns != 3",
    "workload == 'batch'",
    "not has_images and tag not in ('vip', 'x')",
    "prompt_tokens > max_tokens",
)


def whole() -> RoutingConfig:
    """The file above."""
    return load(WHOLE)


def small(
    *, match: str = "thread_length > 8", weights: dict[str, float] | None = None, **more: object
) -> RoutingConfig:
    """One route with a rule and a default, all of them models on loopback."""
    chosen = weights or {"alpha": 0.8, "beta": 0.2}
    route = Route("long", chosen, match=parse(match) if match else None, **more)  # type: ignore[arg-type]
    return RoutingConfig((route, Route("rest", {"gamma": 1.0})), models())


def models(names: tuple[str, ...] = NAMES) -> dict[str, ModelRef]:
    """Each name on a port of its own."""
    return {
        name: ModelRef("openai", f"{name}-model", f"http://127.0.0.1:{9001 + i}/v1", f"{name.upper()}_KEY")
        for i, name in enumerate(names)
    }


def _weights(parts: list[int]) -> dict[str, float]:
    """Whole parts of a thousand by name, summing to 1."""
    total = sum(parts)
    whole_parts = [part * 1000 // total for part in parts]
    whole_parts[0] += 1000 - sum(whole_parts)
    return {name: part / 1000 for name, part in zip(NAMES, whole_parts, strict=False)}


weights = st.lists(st.integers(0, 9), min_size=1, max_size=4).filter(any).map(_weights)


@st.composite
def routes(draw: st.DrawFn, name: str, *, rule: bool) -> Route:
    return Route(
        name,
        draw(weights),
        match=parse(draw(st.sampled_from(RULES))) if rule else None,
        fallbacks=tuple(draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=2))),
        sticky=draw(st.none() | st.just(Sticky("session_id", 60.0)) | st.just(Sticky("user"))),
        retry=draw(st.none() | st.just(Retry(2)) | st.just(Retry(1, ("429", "5xx", "odd")))),
        circuit_breaker=draw(st.none() | st.just(CircuitBreaker(3, 60, 30))),
        shadow=draw(st.none() | st.builds(Shadow, st.sampled_from(NAMES), st.sampled_from((0.0, 0.1, 1.0)))),
    )


@st.composite
def configs(draw: st.DrawFn) -> RoutingConfig:
    ruled = draw(st.integers(0, 3))
    named = [f"r{letter}" for letter in string.ascii_lowercase[:ruled]]
    made = [draw(routes(name, rule=True)) for name in named]
    if not made or draw(st.booleans()):
        made.append(draw(routes("rest", rule=False)))
    return RoutingConfig(tuple(made), models())
