"""The hub: every pane of every run reaches a final state, and what it said is kept, whatever happens around it."""

from __future__ import annotations

import asyncio
import sys
import threading

import pytest

from compare.engine import hub as module
from compare.engine.hub import Hub, close_hub, get_hub
from compare.engine.pane import Face, Pane
from compare.engine.run import Run
from compare.errors import CompareError
from compare.records import Answer, ModelSpec
from tests.engine.runs import Kept, ended, ops, question, run_of, until
from tests.engine.servers import Exchange, ModelServer, answering, hanging, refusing

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
