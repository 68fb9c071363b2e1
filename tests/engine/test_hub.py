"""The hub: every pane of every run reaches a final state, and what it said is kept, whatever happens around it."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson
import pytest

from compare.engine import hub as module
from compare.engine.ask import Question
from compare.engine.hub import Hub, close_hub, get_hub
from compare.engine.pane import Face, News, Pane
from compare.engine.run import Run
from compare.errors import CompareError, StoreError
from compare.records import Answer, Candidate, Message, ModelSpec
from compare.render.blocks import render_all
from compare.threads.prompts import fixed_prompt
from tests.engine.servers import Exchange, ModelServer, answering, breaking_off, hanging, refusing


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub of the test's own, beside the process's."""
    own = Hub()
    yield own
    own.close()


class Kept:
    """What was given to be saved, in order."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []

    def __call__(self, answer: Answer) -> None:
        self.answers.append(answer)


def question(spec: ModelSpec, answer_id: str = "answer-0") -> Question:
    return Question(answer_id, Candidate(spec.id), spec, fixed_prompt([Message("user", "Where is it?", id="m0")]))


def run_of(specs: Sequence[ModelSpec], run_id: str = "run-1", *, blind: bool = False) -> Run:
    panes = [Pane(Face(spec.name), question=question(spec, f"answer-{n}")) for n, spec in enumerate(specs)]
    return Run(run_id, panes, title="A thread", thread=[], blind=blind)


def until(true: Callable[[], bool], within_s: float = 10.0) -> None:
    limit = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < limit, "it never came true"
        time.sleep(0.005)


def ended(run: Run) -> bool:
    return not run.snapshot(revealed=True)["running"]


def ops(run: Run) -> list[list[Any]]:
    return [op for frame in run.frames for op in orjson.loads(frame.split(b"data: ", 1)[1])]


# --- the ordinary way ------------------------------------------------------------------------------------------------


def test_every_answer_is_kept_before_its_pane_is_final_and_the_frames_end(hub: Hub, server: ModelServer) -> None:
    server.acts = [answering("It was ", "shipped.")]
    run = run_of([server.spec("one"), server.spec("two")])
    too_early: list[str] = []
    kept = Kept()

    def keep(answer: Answer) -> None:
        if any(pane.answer is not None and pane.answer.id == answer.id for pane in run.panes):
            too_early.append(answer.id)
        kept(answer)

    hub.start(run, keep)
    assert hub.get("run-1") is run
    until(lambda: ended(run))
    assert too_early == []
    assert sorted(a.id for a in kept.answers) == ["answer-0", "answer-1"]
    assert [pane.state for pane in run.panes] == ["done", "done"]
    assert [run.raw(place) for place in range(2)] == ["It was shipped."] * 2
    assert ops(run)[-1] == [-1, "z"]
    assert ops(run).count([-1, "z"]) == 1
    until(lambda: hub.n_live == 0)


def test_one_failure_leaves_the_other_panes_alone(hub: Hub, server: ModelServer) -> None:
    async def by_model(exchange: Exchange) -> None:
        act = refusing(404, "no such model") if server.requests[-1]["model"] == "wire-bad" else answering("Yes.")
        await act(exchange)

    server.acts = [by_model]
    odd = ModelSpec("odd", "carrier-pigeon", "http://127.0.0.1:9", "m")  # type: ignore[arg-type]
    run = run_of([server.spec("good"), server.spec("bad"), odd])
    kept = Kept()
    hub.start(run, kept)
    until(lambda: ended(run))
    assert [pane.state for pane in run.panes] == ["done", "failed", "failed"]
    assert "no such model" in run.panes[1].note
    assert "'carrier-pigeon' cannot be asked yet" in run.panes[2].note
    assert len(kept.answers) == 3


def test_an_endpoint_that_was_left_alone_is_asked_again_once_it_was_seen_to_answer(
    hub: Hub, server: ModelServer
) -> None:
    server.acts = [refusing(500)]
    spec = server.spec()
    for number in (1, 2):
        run = run_of([spec], f"down-{number}")
        hub.start(run, Kept())
        until(lambda run=run: ended(run))  # type: ignore[misc]
    assert hub.breakers()[spec.id].state == "open"
    server.acts = [answering("back")]
    hub.found_there(spec.id)
    run = run_of([spec], "back")
    hub.start(run, Kept())
    until(lambda: ended(run))
    assert (run.raw(0), hub.breakers()[spec.id].state) == ("back", "closed")


def test_a_pane_that_has_its_answer_already_is_not_asked(hub: Hub, server: ModelServer) -> None:
    spec = server.spec()
    recorded = Answer("r", "c", "m0", 1, 1, "fixed", "recorded", "done", "stop", "On Monday.")
    run = Run(
        "run-1",
        [Pane(Face("Production"), answer=recorded), Pane(Face("One"), question=question(spec))],
        title="T",
        thread=[],
    )
    kept = Kept()
    hub.start(run, kept)
    until(lambda: ended(run))
    assert [a.id for a in kept.answers] == ["answer-0"]
    assert len(server.requests) == 1


# --- stopping --------------------------------------------------------------------------------------------------------


def test_stopping_one_pane_keeps_its_text_and_the_others_going(hub: Hub, server: ModelServer) -> None:
    gate = threading.Event()

    async def slow(exchange: Exchange) -> None:
        await breaking_off("Half ")(exchange)
        await asyncio.to_thread(gate.wait, 10)
        await exchange.delta(content="whole.")
        await exchange.end()

    server.acts = [slow]
    run = run_of([server.spec("one"), server.spec("two")])
    kept = Kept()
    hub.start(run, kept)
    until(lambda: [pane.state for pane in run.panes] == ["writing", "writing"])
    hub.stop(run, 0)
    until(lambda: run.panes[0].final)
    assert (run.panes[0].state, run.raw(0)) == ("stopped", "Half ")
    assert run.running
    gate.set()
    until(lambda: ended(run))
    assert (run.panes[1].state, run.raw(1)) == ("done", "Half whole.")
    assert {a.status for a in kept.answers} == {"stopped", "done"}


def test_a_stop_before_the_first_step_still_makes_a_stopped_answer_that_is_kept(hub: Hub, server: ModelServer) -> None:
    server.acts = [hanging()]
    run = run_of([server.spec("one"), server.spec("two")])
    kept = Kept()

    def both_at_once() -> None:
        # On the hub's own loop, so that nothing can run between the two.
        hub._ask_panes(run, run.panes, kept)
        for pane in run.panes:
            hub._stop_pane(pane)

    hub.adopt(run)
    hub._loop.call_soon_threadsafe(both_at_once)
    until(lambda: ended(run))
    assert [(p.state, p.note) for p in run.panes] == [("stopped", "Stopped before it was asked.")] * 2
    assert [(a.status, a.attempts, a.text) for a in kept.answers] == [("stopped", 0, "")] * 2
    assert server.requests == []


def test_stopping_again_and_again_is_harmless(hub: Hub, server: ModelServer) -> None:
    server.acts = [hanging("Half")]
    run = run_of([server.spec("one"), server.spec("two")])
    kept = Kept()
    hub.start(run, kept)
    until(lambda: all(pane.state == "writing" for pane in run.panes))
    for _ in range(20):
        hub.stop(run)
        time.sleep(0.001)
    until(lambda: ended(run))
    hub.stop(run)
    assert [(p.state, run.raw(i)) for i, p in enumerate(run.panes)] == [("stopped", "Half")] * 2
    assert [a.text for a in kept.answers] == ["Half"] * 2


def test_a_stop_while_the_answer_is_being_saved_changes_nothing(hub: Hub, server: ModelServer) -> None:
    saving, go_on = threading.Event(), threading.Event()
    kept = Kept()

    def slow_keep(answer: Answer) -> None:
        saving.set()
        assert go_on.wait(10)
        kept(answer)

    run = run_of([server.spec()])
    hub.start(run, slow_keep)
    assert saving.wait(10)
    hub.stop(run)
    hub.stop(run)
    time.sleep(0.02)
    go_on.set()
    until(lambda: ended(run))
    assert (run.panes[0].state, run.raw(0)) == ("done", "ready")
    assert [a.status for a in kept.answers] == ["done"]


# --- what goes wrong around an answer --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (StoreError("The disk is full."), "This answer could not be saved: The disk is full."),
        (ZeroDivisionError("oops"), "This answer could not be saved (ZeroDivisionError; the log has the details)."),
    ],
)
def test_an_answer_that_cannot_be_saved_says_so_and_still_ends(
    hub: Hub, server: ModelServer, trouble: Exception, sentence: str
) -> None:
    def keep(answer: Answer) -> None:
        raise trouble

    run = run_of([server.spec()])
    hub.start(run, keep)
    until(lambda: ended(run))
    assert (run.panes[0].state, run.panes[0].note, run.raw(0)) == ("done", sentence, "ready")


def test_a_defect_of_ours_ends_the_pane_with_the_text_that_had_arrived(
    hub: Hub, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Answer:
        raise KeyError("a defect")

    monkeypatch.setattr("compare.engine.ask.timed", broken)
    run = run_of([server.spec()])
    kept = Kept()
    hub.start(run, kept)
    until(lambda: ended(run))
    assert (run.panes[0].state, run.raw(0)) == ("failed", "ready")
    assert run.panes[0].note == "Something in Weighbridge broke (KeyError); the log has the details."
    assert [(a.status, a.text) for a in kept.answers] == [("failed", "ready")]
    assert run.snapshot(revealed=True)["panes"][0]["blocks"] == render_all("ready")


# --- asking again ----------------------------------------------------------------------------------------------------


def test_a_regenerated_answer_is_a_new_version_at_once(hub: Hub, server: ModelServer) -> None:
    server.acts = [answering("old")]
    run = run_of([server.spec("one"), server.spec("two")])
    kept = Kept()
    hub.start(run, kept)
    until(lambda: ended(run))
    server.acts = [answering("new")]
    hub.again(run, 1, Pane(run.panes[1].face, question=question(server.spec("two"), "answer-2")), kept)
    # The page draws again right after this call, and must not find the old answer.
    assert (run.panes[1].version, run.n_changes, run.running) == (1, 1, True)
    until(lambda: ended(run))
    assert [run.raw(0), run.raw(1)] == ["old", "new"]
    assert [a.text for a in kept.answers] == ["old", "old", "new"]
    assert ops(run).count([-1, "z"]) == 2


def test_asking_again_while_the_last_frame_goes_out_is_not_forgotten(
    hub: Hub, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.acts = [answering("old"), answering("new")]
    run = run_of([server.spec()])
    kept, publish = Kept(), run.publish

    def and_ask_again(taken: list[tuple[Pane, News]]) -> bool:
        going_on = publish(taken)
        if not going_on and run.panes[0].version == 0:
            hub.again(run, 0, Pane(run.panes[0].face, question=question(server.spec(), "answer-1")), kept)
            time.sleep(0.05)  # while the hub's loop takes up the request
        return going_on

    monkeypatch.setattr(run, "publish", and_ask_again)
    hub.start(run, kept)
    until(lambda: len(kept.answers) == 2 and ended(run))
    assert run.raw(0) == "new"


def test_asking_again_stops_the_answer_that_is_still_coming(hub: Hub, server: ModelServer) -> None:
    server.acts = [hanging("Half"), answering("whole")]
    run = run_of([server.spec()])
    kept = Kept()
    hub.start(run, kept)
    until(lambda: run.panes[0].state == "writing")
    hub.again(run, 0, Pane(run.panes[0].face, question=question(server.spec(), "answer-1")), kept)
    until(lambda: ended(run) and len(kept.answers) == 2)
    assert run.raw(0) == "whole"
    assert sorted((a.id, a.status, a.text) for a in kept.answers) == [
        ("answer-0", "stopped", "Half"),
        ("answer-1", "done", "whole"),
    ]


def test_asking_again_in_the_moment_in_which_the_run_ends_is_seen_to_its_end(hub: Hub, server: ModelServer) -> None:
    run = run_of([server.spec()])
    publish = run.publish

    def publish_then_again(taken: Any) -> bool:
        going_on = publish(taken)
        if not going_on and run.panes[0].version == 0:
            hub.again(run, 0, Pane(run.panes[0].face, question=question(server.spec(), "answer-1")), Kept())
        return going_on

    run.publish = publish_then_again  # type: ignore[method-assign]
    hub.start(run, Kept())
    until(lambda: ended(run) and run.panes[0].version == 1)
    assert run.raw(0) == "ready"


def test_asking_again_many_times_leaves_nothing_running(hub: Hub, server: ModelServer) -> None:
    run = run_of([server.spec()])
    hub.start(run, Kept())
    for n in range(1, 15):
        time.sleep(0.004 * n)
        hub.again(run, 0, Pane(run.panes[0].face, question=question(server.spec(), f"answer-{n}")), Kept())
    until(lambda: ended(run) and hub.n_live == 0)
    until(lambda: not hub._tickers)
    assert (run.panes[0].version, run.raw(0)) == (14, "ready")


# --- closing ---------------------------------------------------------------------------------------------------------


def test_closing_ends_every_pane_saves_what_has_arrived_and_tells_the_viewers(server: ModelServer) -> None:
    hub = Hub()
    server.acts = [hanging("Half")]
    runs = [run_of([server.spec("one"), server.spec("two")], run_id) for run_id in ("run-1", "run-2")]
    kept = Kept()
    for run in runs:
        hub.start(run, kept)
    until(lambda: all(pane.state == "writing" for run in runs for pane in run.panes))

    async def follow(run: Run) -> int:
        return len([piece async for piece in run.follow(0)])

    followed: list[int] = []
    viewer = threading.Thread(target=lambda: followed.append(asyncio.run(follow(runs[0]))))
    viewer.start()
    hub.close()
    viewer.join(5)
    assert not viewer.is_alive()
    for run in runs:
        assert [(p.state, run.raw(i)) for i, p in enumerate(run.panes)] == [("stopped", "Half")] * 2
        assert ended(run)
        assert ops(run)[-1] == [-1, "z"]
    assert [(a.status, a.text) for a in kept.answers] == [("stopped", "Half")] * 4
    assert not hub._thread.is_alive()
    hub.close()


def test_a_closed_hub_takes_nothing_more(server: ModelServer) -> None:
    hub = Hub()
    run = run_of([server.spec()])
    hub.close()
    with pytest.raises(CompareError, match="Weighbridge is closing"):
        hub.start(run, Kept())
    with pytest.raises(CompareError, match="Weighbridge is closing"):
        hub.again(run, 0, run.panes[0], Kept())
    hub.stop(run)
    assert hub.get("run-1") is None


def test_a_hub_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        async def __aenter__(self) -> None:
            raise CompareError("no loop today")

        async def __aexit__(self, *_: object) -> None: ...

    monkeypatch.setattr(module, "Backend", Broken)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    with pytest.raises(CompareError, match="no loop today"):
        Hub()


# --- which runs are kept ---------------------------------------------------------------------------------------------


def finished_run(run_id: str) -> Run:
    answer = Answer("a", "c", "m", 1, 1, "fixed", "live", "done", "stop", "text")
    return Run(run_id, [Pane(Face("A"), answer=answer)], title="T", thread=[])


def test_the_oldest_finished_runs_make_room_and_live_ones_stay(hub: Hub, server: ModelServer) -> None:
    server.acts = [hanging()]
    live = run_of([server.spec()], "live")
    hub.start(live, Kept())
    for n in range(module._KEPT_RUNS + 10):
        hub.adopt(finished_run(f"run-{n}"))
    assert hub.get("live") is live
    kept = [n for n in range(module._KEPT_RUNS + 10) if hub.get(f"run-{n}") is not None]
    assert len(kept) == module._KEPT_RUNS - 1
    assert kept[-1] == module._KEPT_RUNS + 9


def test_a_run_that_two_threads_open_at_once_is_one_run(hub: Hub) -> None:
    first, second = finished_run("run-1"), finished_run("run-1")
    assert hub.adopt(first) is first
    assert hub.adopt(second) is first
    assert hub.get("run-1") is first


def test_the_process_has_one_hub_until_it_is_closed() -> None:
    first = get_hub()
    try:
        assert get_hub() is first
        assert sys._weighbridge_hub is first  # type: ignore[attr-defined]
    finally:
        close_hub()
    close_hub()
    second = get_hub()
    assert second is not first
    close_hub()


def test_a_run_that_cannot_be_drawn_still_ends_with_its_text_kept(
    hub: Hub, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a defect of the renderer")

    monkeypatch.setattr("compare.render.blocks.BlockStream.feed", broken)
    server.acts = [answering("It was ", "shipped.")]
    run, kept = run_of([server.spec()]), Kept()
    hub.start(run, kept)
    until(lambda: not run.running)
    assert [answer.text for answer in kept.answers] == ["It was shipped."]
    assert (run.raw(0), ops(run)[-1]) == ("It was shipped.", [-1, "z"])
