"""Parallel sessions against a gateway: what is sent, who answered by which route, and what went wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from compare.bench.plan import Plan, Script
from compare.bench.results import BenchResult, Results, as_json
from compare.bench.session import run
from tests.bench.gateway import Gateway, header
from tests.engine.servers import ModelServer, answering, breaking_off, model_server, refusing, simulator


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture(autouse=True)
def undisturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else this machine does, no timing counts as disturbed unless a test says so."""
    monkeypatch.setattr("compare.engine.lag.LagMeter.worst_ms", lambda meter, since: 0.0)


def bench(base_url: str, sessions: int = 3, turns: int = 6, key: str | None = None, **changes: Any) -> BenchResult:
    plan = Plan(base_url, **({"model": "auto", "sessions": sessions, "turns": turns} | changes))
    results = Results(plan)
    asyncio.run(run(plan, key, results, lambda: None))
    return results.result(1.0)


def by_route(found: BenchResult) -> dict[tuple[str, str], int]:
    return {(group.served, group.route): group.n_answers for group in found.groups}


# --- what is sent ----------------------------------------------------------------------------------------------------


def test_every_session_carries_its_own_answers_and_says_how_long_its_thread_is(server: ModelServer) -> None:
    server.acts = [answering("Noted.")]
    bench(server.base_url, sessions=2, turns=3)
    assert len(server.requests) == 6
    sessions: dict[str, list[dict[str, Any]]] = {}
    for request, head in zip(server.requests, server.headers, strict=True):
        assert header(head, "x-thread-length") == str(len(request["messages"]))
        sessions.setdefault(str(header(head, "x-session-id")), []).append(request)
        assert (request["model"], request["stream"]) == ("auto", True)
    assert len(sessions) == 2
    for asked in sessions.values():
        last = asked[-1]["messages"]
        assert [m["role"] for m in last] == ["system", "user", "assistant", "user", "assistant", "user"]
        assert [m["content"] for m in last if m["role"] == "assistant"] == ["Noted.", "Noted."]
        assert last[:4] == asked[1]["messages"]
    assert len({m["content"] for request in server.requests for m in request["messages"] if m["role"] == "user"}) == 6


def test_headers_can_be_named_otherwise_left_out_and_added(server: ModelServer) -> None:
    changes = {"session_header": "x-litellm-session-id", "length_header": "", "headers": {"x-team": "blue"}}
    bench(server.base_url, 1, 1, key="sk-secret-of-mine", **changes)
    (head,) = server.headers
    assert header(head, "x-team") == "blue"
    assert header(head, "x-thread-length") is None
    assert header(head, "x-session-id") is None
    assert str(header(head, "x-litellm-session-id")).startswith("weighbridge-")
    assert header(head, "authorization") == "bearer sk-secret-of-mine"


def test_threads_of_ones_own_are_asked_turn_by_turn(server: ModelServer) -> None:
    scripts = (Script("Be short.", ("One?", "Two?")), Script("", ("Three?",)))
    found = bench(server.base_url, 3, 2, scripts=scripts)
    says = sorted(tuple(m["content"] for m in r["messages"] if m["role"] == "user") for r in server.requests)
    assert says == [("One?",), ("One?",), ("One?", "Two?"), ("One?", "Two?"), ("Three?",)]
    assert (found.n_requests, found.n_not_asked) == (5, 0)


# --- what comes back -------------------------------------------------------------------------------------------------


def test_who_answered_by_which_route_is_read_back(server: ModelServer) -> None:
    gateway = Gateway(server)
    found = bench(server.base_url, sessions=4, turns=6)
    # With a system message, turn t sends 2t messages: turns 5 and 6 have more than eight.
    assert by_route(found) == {
        ("all", "all"): 24,
        ("large/primary", "long_threads"): 8,
        ("small/primary", "short_threads"): 16,
    }
    assert gateway.routes == {"large": 8, "small": 16}
    assert [(length.route, length.n_answers) for length in found.lengths] == [("1-8", 16), ("9+", 8)]
    whole = found.groups[0]
    assert (whole.first_token.p50.n, whole.n_disturbed) == (24, 0)
    assert whole.tokens_out == 24 * 7
    for group in found.groups:
        first, complete = group.first_token, group.complete
        assert first.p50.value is not None
        assert complete.p50.value is not None
        assert 0 < first.p50.value <= complete.p50.value


def test_without_a_gateways_headers_the_answers_own_model_counts(server: ModelServer) -> None:
    async def act(exchange: Any) -> None:
        await exchange.head()
        await exchange.event({"model": "vendor-1", "choices": [{"index": 0, "delta": {"content": "Yes."}}]})
        await exchange.end()

    server.acts = [act]
    assert by_route(bench(server.base_url, 1, 2)) == {("all", "all"): 2, ("vendor-1", "not said"): 2}
    server.acts = [answering("Yes.")]
    assert ("not said", "not said") in by_route(bench(server.base_url, 1, 1))


def test_a_route_header_of_ones_own_comes_first(server: ModelServer) -> None:
    Gateway(server)
    found = bench(server.base_url, 1, 1, route_header="X-Litellm-Model-Id")
    assert ("small/primary", "small/primary") in by_route(found)


def test_a_failed_turn_is_counted_and_never_repeated(server: ModelServer) -> None:
    gateway = Gateway(server, n_refused=2)
    found = bench(server.base_url, sessions=1, turns=5)
    assert len(server.requests) == 5
    assert (found.n_answers, found.n_failed, found.n_not_asked, found.n_asked_again) == (3, 2, 0, 0)
    assert gateway.routes == {"small": 3}
    ((reason, n),) = found.reasons.items()
    assert n == 2
    assert reason.startswith(("server: ", "overloaded: "))
    assert "The pool is empty." in reason
    # What failed leaves no hole: the history holds answered turns only.
    assert [m["role"] for m in server.requests[-1]["messages"]] == ["system", *["user", "assistant"] * 2, "user"]


def test_reasons_that_differ_only_in_numbers_are_counted_together(server: ModelServer) -> None:
    server.acts = [breaking_off("1"), breaking_off("22"), answering("Yes.")]
    found = bench(server.base_url, sessions=1, turns=3)
    assert list(found.reasons.values()) == [2]
    assert next(iter(found.reasons)).startswith("truncated: ")


def test_a_session_that_fails_three_times_in_a_row_is_given_up(server: ModelServer) -> None:
    server.acts = [refusing(500)]
    found = bench(server.base_url, sessions=2, turns=10)
    assert (found.n_requests, found.n_failed, found.n_not_asked) == (6, 6, 14)
    assert len(server.requests) == 6
    assert found.groups[0].complete.p50.value is None


def test_an_answer_that_breaks_off_is_a_failure_and_in_no_time(server: ModelServer) -> None:
    server.acts = [breaking_off("Half an "), answering("answer")]
    found = bench(server.base_url, sessions=1, turns=2)
    assert (found.n_answers, found.n_failed) == (1, 1)
    assert found.groups[0].complete.p50.n == 1


def test_disturbed_timings_are_left_out_and_counted(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("compare.engine.lag.LagMeter.worst_ms", lambda meter, since: 500.0)
    server.acts = [answering("Yes.")]
    whole = bench(server.base_url, sessions=2, turns=2).groups[0]
    assert (whole.n_answers, whole.n_disturbed, whole.complete.p50.n) == (4, 4, 0)


def test_a_parameter_that_is_refused_is_left_out_and_counted(server: ModelServer) -> None:
    refusal = refusing(400, "Unrecognized request argument supplied: stream_options")
    server.acts = [refusal, answering("Yes.")]
    found = bench(server.base_url, sessions=1, turns=2)
    assert (found.n_answers, found.n_failed, found.n_asked_again) == (2, 0, 1)
    assert len(server.requests) == 3


def test_the_simulated_models_can_be_benched() -> None:
    record: list[dict[str, Any]] = []
    with simulator(record) as root:
        found = bench(f"{root}/v1", sessions=8, turns=4, model="sim-large")
    assert (found.n_answers, found.n_failed) == (32, 0)
    assert len(record) == 32
    assert by_route(found)["sim-large", "not said"] == 32


def test_the_document_says_what_was_timed(server: ModelServer) -> None:
    Gateway(server)
    plan = Plan(server.base_url, "auto", 2, 5)
    results = Results(plan)
    asyncio.run(run(plan, None, results, lambda: None))
    document = as_json(results.result(2.0), plan, "first-token")
    assert document["time"] == "first-token"
    assert document["definitions"]["first-token"].startswith("from just before the request is sent to the first piece")
    assert (document["requests"], document["answers"], document["error_rate"]["value"]) == (10, 10, 0.0)
    assert document["answers_per_minute"] == 300.0
    assert [group["served"] for group in document["groups"]] == ["all", "large/primary", "small/primary"]
    assert [(length["messages"], length["answers"]) for length in document["lengths"]] == [("1-8", 8), ("9+", 2)]
    whole = document["groups"][0]
    assert whole["complete_ms"]["p95"]["n_needed"] == 72
    assert whole["complete_ms"]["avg"]["value"] > 0
