"""Stopping, and what goes wrong around an answer: every pane still reaches a final state, and what it said is kept."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from compare.engine.hub import Hub
from compare.errors import StoreError
from compare.records import Answer
from compare.render.blocks import render_all
from tests.engine.runs import Kept, ended, run_of, until
from tests.engine.servers import Exchange, ModelServer, breaking_off, hanging

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
