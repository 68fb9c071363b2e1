"""One question, whatever happens: exactly one Answer, with attempts, times, tokens and cost that add up."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from compare.engine.ask import Question, ask
from compare.engine.attempts import Ready, Sent, Watched
from compare.engine.backend import Backend
from compare.engine.complete import was_cancelled
from compare.engine.retry import Retry
from compare.errors import ConfigError
from compare.records import Answer, Candidate, Done, Event, Message, ModelSpec, Settings, Started, TextDelta
from compare.threads.prompts import Prompt, fixed_prompt
from compare.tokens.count import count
from tests.engine.servers import Exchange, ModelServer, answering, breaking_off, hanging, refusing, simulator

THREAD = [Message("system", "Be kind.", id="m0"), Message("user", "Where is my order?", id="m1")]


def question(spec: ModelSpec, settings: Settings | None = None, **changes: Any) -> Question:
    candidate = Candidate(spec.id, settings or Settings(), simulated=spec.simulated)
    return Question("answer-1", candidate, spec, fixed_prompt(THREAD), **changes)


def asked(one: Question, watch: Callable[[Event | Retry], None] = lambda _: None, sim_url: str | None = None) -> Answer:
    async def main() -> Answer:
        async with Backend(sim_url=sim_url) as backend:
            return await ask(one, backend, watch)

    return asyncio.run(main())


def stopped_at(one: Question, moment: type[Event | Retry], *, after_s: float = 0.0) -> Answer:
    """Ask, and stop so long after the first event of a kind."""

    async def main() -> Answer:
        reached = asyncio.Event()
        async with Backend() as backend:
            task = asyncio.create_task(ask(one, backend, lambda e: reached.set() if isinstance(e, moment) else None))
            await reached.wait()
            await asyncio.sleep(after_s)
            task.cancel()
            answer = await task
            # The stop is an outcome of that answer; whoever asked goes on.
            assert not task.cancelled()
            return answer

    return asyncio.run(main())


def test_counting_here_before_a_question_goes_out_is_no_part_of_its_time(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: object) -> None:
        time.sleep(0.4)

    monkeypatch.setattr("compare.engine.outgoing.too_long", slow)
    answer = asked(question(server.spec()))
    assert answer.wall_ms is not None
    assert answer.total_ms is not None
    assert answer.wall_ms < answer.total_ms + 400


# --- answers ---------------------------------------------------------------------------------------------------------


def test_an_answer_says_what_was_asked_what_came_and_what_it_took(server: ModelServer) -> None:
    server.acts = [answering("It was ", "shipped.", usage=(1302, 400))]
    answer = asked(question(server.spec()))
    assert (answer.id, answer.status, answer.finish, answer.text) == ("answer-1", "done", "stop", "It was shipped.")
    assert (answer.prompt_leaf_id, answer.turn, answer.n_messages, answer.history) == ("m1", 1, 2, "fixed")
    assert (answer.in_reported, answer.out_reported, answer.usage_source) == (1302, 400, "reported")
    assert answer.in_counted == count("Be kind.") + count("Where is my order?")
    assert answer.out_counted == count("It was shipped.")
    # 1,302 x 3 + 400 x 15 millionths
    assert answer.cost_usd == Decimal("0.009906")
    assert answer.attempts == 1
    assert answer.ttft_ms is not None
    assert answer.total_ms is not None
    assert answer.wall_ms is not None
    assert 0 < answer.ttft_ms <= answer.total_ms <= answer.wall_ms
    assert datetime.fromisoformat(answer.started_at).tzinfo is not None
    assert (answer.error, answer.error_kind) == (None, None)
    sent = json.loads(answer.sent_json)
    assert sent["sha256"] == fixed_prompt(THREAD).sha256
    assert sent["params"]["model"] == server.requests[0]["model"] == "wire-local"


def test_without_reported_usage_the_counted_tokens_make_the_cost(server: ModelServer) -> None:
    server.acts = [answering("Yes.", usage=None)]
    answer = asked(question(server.spec()))
    assert (answer.in_reported, answer.out_reported, answer.usage_source) == (None, None, "counted")
    assert answer.in_counted is not None
    assert answer.out_counted is not None
    assert answer.cost_usd == Decimal(answer.in_counted * 3 + answer.out_counted * 15) / 1_000_000


def test_an_unknown_price_makes_an_unknown_cost(server: ModelServer) -> None:
    answer = asked(question(server.spec(price=None)))
    assert (answer.cost_usd, answer.price_json) == (None, None)


def test_the_watcher_sees_every_event_in_order_and_one_done(server: ModelServer) -> None:
    server.acts = [answering("a", "b")]
    seen: list[Watched] = []
    asked(question(server.spec()), seen.append)
    ready, sent, started = seen[:3]
    assert isinstance(ready, Ready)
    assert (ready.in_counted, ready.before_ms, ready.before_usd) == (8, 0.0, Decimal(0))
    assert isinstance(sent, Sent)
    assert (sent.model.id, sent.attempt) == ("local", 1)
    assert isinstance(started, Started)
    assert "".join(event.text for event in seen if isinstance(event, TextDelta)) == "ab"
    assert [type(event) for event in seen].count(Done) == 1
    assert isinstance(seen[-1], Done)


def test_a_candidates_settings_are_sent_and_a_seed_only_to_simulated_models(server: ModelServer) -> None:
    asked(question(server.spec(), Settings(system_prompt="Be brief.", temperature=0.5), repeat=3))
    body = server.requests[0]
    assert body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Where is my order?"},
    ]
    assert body["temperature"] == 0.5
    assert "seed" not in body
    record: list[dict[str, Any]] = []
    with simulator(record) as root:
        spec = ModelSpec("sim-lite", "openai-chat", "", "sim-lite", simulated=True)
        answer = asked(question(spec, repeat=3), sim_url=root)
    assert answer.status == "done"
    assert record[0]["seed"] == 3


# --- asking again ----------------------------------------------------------------------------------------------------


def test_a_429_is_asked_again_and_both_attempts_count(server: ModelServer) -> None:
    server.acts = [refusing(429, "slow down", "retry-after-ms: 80\r\n"), answering("Yes.")]
    seen: list[Event | Retry] = []
    answer = asked(question(server.spec()), seen.append)
    assert (answer.status, answer.text, answer.attempts) == ("done", "Yes.", 2)
    (retry,) = (event for event in seen if isinstance(event, Retry))
    assert (retry.wait_s, retry.next_attempt) == (0.08, 2)
    assert "slow down" in retry.why
    assert answer.total_ms is not None
    assert answer.wall_ms is not None
    assert answer.wall_ms >= answer.total_ms + 80


def test_a_server_that_keeps_failing_is_given_up_after_three_attempts(server: ModelServer) -> None:
    server.acts = [refusing(500, "broken")]
    answer = asked(question(server.spec()))
    assert (answer.status, answer.finish, answer.attempts, answer.error_kind) == ("failed", "error", 3, "server")
    assert len(server.requests) == 3
    assert "broken" in (answer.error or "")
    assert answer.cost_usd is None


def test_a_failure_after_the_first_piece_is_not_asked_again_and_its_text_is_kept(server: ModelServer) -> None:
    server.acts = [breaking_off("It was ", "ship"), answering("never asked")]
    answer = asked(question(server.spec()))
    assert (answer.status, answer.attempts, answer.text) == ("failed", 1, "It was ship")
    assert answer.error_kind == "truncated"
    assert len(server.requests) == 1
    # It may have been charged, or not.
    assert answer.cost_usd is None
    assert answer.out_counted == count("It was ship")


def test_a_failure_after_the_first_thought_is_not_asked_again(server: ModelServer) -> None:
    async def thinking(exchange: Exchange) -> None:
        await exchange.head()
        await exchange.delta(reasoning_content="Hmm")

    server.acts = [thinking, answering("never asked")]
    answer = asked(question(server.spec()))
    assert (answer.status, answer.attempts, answer.text, answer.reasoning) == ("failed", 1, "", "Hmm")


def test_a_refused_key_is_not_asked_again_and_not_shown(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-very-secret-key")
    server.acts = [refusing(401, "Incorrect API key provided: sk-very-secret-key")]
    answer = asked(question(server.spec(api_key_env="MY_KEY")))
    assert (answer.status, answer.attempts, answer.error_kind) == ("failed", 1, "auth")
    assert "MY_KEY" in (answer.error or "")
    assert "very-secret" not in repr(answer)
    assert "bearer sk-very-secret-key" in server.headers[0]


def test_a_server_that_asks_for_long_patience_is_not_waited_for_and_that_is_said(server: ModelServer) -> None:
    server.acts = [refusing(429, "quota", "retry-after: 3600\r\n")]
    began = time.monotonic()
    answer = asked(question(server.spec()))
    assert time.monotonic() - began < 10
    assert (answer.status, answer.attempts) == ("failed", 1)
    assert (answer.error or "").endswith("It asks for 3,600 s of patience; ask again after that.")


def test_nothing_at_the_address_is_a_failed_answer_with_a_sentence(server: ModelServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    spec = ModelSpec("gone", "openai-chat", f"http://127.0.0.1:{port}/v1", "m")
    answer = asked(question(spec))
    assert (answer.status, answer.attempts, answer.error_kind) == ("failed", 3, "connection")
    assert f"Nothing answers at 127.0.0.1:{port}; is the server running?" in (answer.error or "")


def test_a_wire_format_that_nobody_speaks_is_a_failed_answer_with_a_sentence() -> None:
    spec = ModelSpec("odd", "carrier-pigeon", "http://127.0.0.1:9", "m")  # type: ignore[arg-type]
    answer = asked(question(spec))
    assert (answer.status, answer.attempts, answer.total_ms) == ("failed", 0, None)
    assert "'carrier-pigeon' cannot be asked yet. Supported for now: openai-chat" in (answer.error or "")


def test_a_broken_setting_of_the_simulator_is_a_failed_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIGHBRIDGE_SIM_SPEED", "fast")
    spec = ModelSpec("sim-lite", "openai-chat", "", "sim-lite", simulated=True)
    answer = asked(question(spec))
    assert answer.status == "failed"
    assert "WEIGHBRIDGE_SIM_SPEED is 'fast'" in (answer.error or "")


# --- stopping --------------------------------------------------------------------------------------------------------


def eventually(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 5
    while not true() and time.monotonic() < until:
        time.sleep(0.01)
    return true()


def test_a_stop_before_the_first_piece_closes_the_connection(server: ModelServer) -> None:
    server.acts = [hanging()]
    answer = stopped_at(question(server.spec()), Started)
    assert (answer.status, answer.finish, answer.text, answer.attempts) == ("stopped", "cancelled", "", 1)
    assert answer.error == "Stopped before it was complete."
    assert answer.ttft_ms is None
    assert eventually(lambda: server.n_open == 0)


def test_a_stop_in_the_middle_keeps_the_text(server: ModelServer) -> None:
    server.acts = [hanging("It was ", "ship")]
    answer = stopped_at(question(server.spec()), TextDelta, after_s=0.1)
    assert (answer.status, answer.text) == ("stopped", "It was ship")
    assert answer.out_counted == count("It was ship")
    assert answer.cost_usd is None
    assert answer.ttft_ms is not None
    assert eventually(lambda: server.n_open == 0)


def test_a_stop_while_waiting_to_ask_again_counts_the_wait(server: ModelServer) -> None:
    server.acts = [refusing(429, "slow down", "retry-after: 20\r\n")]
    answer = stopped_at(question(server.spec()), Retry, after_s=0.1)
    assert (answer.status, answer.attempts) == ("stopped", 1)
    assert answer.wall_ms is not None
    assert 100 <= answer.wall_ms < 10_000


def held_up_while_counting(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    counting, go_on = threading.Event(), threading.Event()

    def slow(text: str) -> int:
        if text not in [message.text for message in THREAD]:  # the prompt is counted before it is sent
            counting.set()
            assert go_on.wait(10)
        return 1

    monkeypatch.setattr("compare.tokens.count.count", slow)
    return counting, go_on


@pytest.mark.parametrize("n_stops", [1, 3])
def test_a_stop_that_comes_too_late_changes_nothing_and_stays_pending(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch, n_stops: int
) -> None:
    counting, go_on = held_up_while_counting(monkeypatch)

    async def ask_and_look() -> tuple[Answer, bool]:
        async with Backend() as backend:
            return await ask(question(server.spec()), backend), was_cancelled()

    async def main() -> tuple[Answer, bool]:
        task = asyncio.create_task(ask_and_look())
        await asyncio.to_thread(counting.wait, 10)
        for _ in range(n_stops):
            task.cancel()
            await asyncio.sleep(0.01)
        go_on.set()
        return await task

    answer, pending = asyncio.run(main())
    assert (answer.status, answer.text, answer.in_counted) == ("done", "ready", 2)
    assert pending


def test_a_second_stop_does_not_lose_what_the_first_has_kept(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting, go_on = held_up_while_counting(monkeypatch)
    server.acts = [hanging("It was ship")]

    async def main() -> Answer:
        arrived = asyncio.Event()
        async with Backend() as backend:
            task = asyncio.create_task(
                ask(question(server.spec()), backend, lambda e: arrived.set() if isinstance(e, TextDelta) else None)
            )
            await arrived.wait()
            task.cancel()
            await asyncio.to_thread(counting.wait, 10)
            task.cancel()
            await asyncio.sleep(0.01)
            go_on.set()
            return await task

    answer = asyncio.run(main())
    assert (answer.status, answer.text) == ("stopped", "It was ship")


# --- what stands around it -------------------------------------------------------------------------------------------


def test_an_answer_is_kept_where_it_cannot_be_counted(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(text: str) -> int:
        if text == "ready":
            raise ConfigError("The tokenizer file is damaged.")
        return 1

    monkeypatch.setattr("compare.tokens.count.count", damaged)
    answer = asked(question(server.spec()))
    assert (answer.status, answer.text, answer.in_counted, answer.out_counted) == ("done", "ready", 2, None)
    assert answer.warnings == ("Its tokens were not counted. The tokenizer file is damaged.",)
    assert answer.cost_usd == Decimal("0.0006")  # 100 x 3 + 20 x 15 millionths, as reported


def test_the_cell_of_a_job_is_claimed_only_by_a_finished_answer(server: ModelServer) -> None:
    server.acts = [answering("Yes."), breaking_off("No")]
    assert asked(question(server.spec(), cell_key="cell-1")).cell_key == "cell-1"
    assert asked(question(server.spec(), cell_key="cell-1")).cell_key is None


def test_time_in_which_the_loop_was_held_up_is_said(server: ModelServer) -> None:
    async def main() -> Answer:
        async with Backend() as backend:

            def hold_up(event: Event | Retry) -> None:
                if isinstance(event, TextDelta):
                    time.sleep(0.06)

            return await ask(question(server.spec()), backend, hold_up)

    answer = asyncio.run(main())
    assert answer.loop_lag_ms is not None
    assert answer.loop_lag_ms > 30
    assert answer.timing_disturbed


async def _all(asking: list[Awaitable[Answer]]) -> list[Answer]:
    return list(await asyncio.gather(*asking))


def test_every_question_to_the_flaky_simulator_comes_back_as_one_answer() -> None:
    spec = ModelSpec("sim-flaky", "openai-chat", "", "sim-flaky", simulated=True)
    prompts = [Prompt("", 1, "fixed", fixed_prompt([Message("user", f"Question {n}?")]).messages) for n in range(30)]
    record: list[dict[str, Any]] = []

    async def main(root: str) -> list[Answer]:
        async with Backend(sim_url=root) as backend:
            return await _all([
                ask(Question(f"a{n}", Candidate(spec.id), spec, prompt), backend) for n, prompt in enumerate(prompts)
            ])  # fmt: skip

    with simulator(record) as root:
        answers = asyncio.run(main(root))
    assert [a.id for a in answers] == [f"a{n}" for n in range(30)]
    assert sum(a.attempts for a in answers) == len(record)
    assert {a.status for a in answers} == {"done", "failed"}
    for answer in answers:
        assert (answer.error is None) == (answer.status == "done")
        assert answer.status == "done" or answer.error_kind == "truncated"
        assert answer.text
