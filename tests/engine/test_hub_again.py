"""Asking again: the new answer is a new version at once, and nothing of the old one goes on."""

from __future__ import annotations

import time
from typing import Any

import pytest

from compare.engine.hub import Hub
from compare.engine.pane import News, Pane
from tests.engine.runs import Kept, ended, ops, question, run_of, until
from tests.engine.servers import ModelServer, answering, hanging


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
