"""The routes of the reading pane: who gets in, what is sent, and how a stream goes on after a cut."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import orjson
import pytest
from starlette.applications import Starlette

from compare import settings
from compare.render.details import Details
from compare.render.frames import Marks, PaneSnapshot, RunSnapshot, TurnRow, sse_frame
from compare.render.worddiff import Op
from compare.web import routes, streams
from tests.web.conftest import Ask

SNAPSHOT: RunSnapshot = {
    "v": 2, "running": True, "hidden": False, "progress": "1 of 2", "title": "t", "thread": [], "panes": [],
}  # fmt: skip
DETAILS: Details = {"groups": [{"title": "Time", "rows": [{"name": "Total", "value": "1 s", "source": "measured"}]}]}
VERSION: PaneSnapshot = {
    "name": "B", "label": "", "badge": "", "state": "failed", "note": "no", "numbers": "", "timeline": None,
    "silent_ms": 0, "earlier": "", "blocks": [], "tail": "", "thinking": False, "version": 0,
}  # fmt: skip
TURNS: list[TurnRow] = [{"turn": 1, "message": 2, "shared": False, "user": "<p>Where?</p>", "cells": []}]
TEXT = "tab\t, CRLF\r\n, zero-width \u200b, accents \u00e9, emoji \U0001f680 and no newline at the end"

MARKS: Marks = {"texts": ["30 EUR", ""], "only": [[(0, 6)], []], "quotes": [[(0, 6, 3)], []]}
ROUTES = ["snap", "events", "raw/1", "thinking/1", "details/1", "diff/0/1", "marks", "version/1/0", "turns"]


class FakeView:
    """Three frames; then it waits for `more`, or ends at once."""

    def __init__(self, *, ends: bool = True) -> None:
        self.ends = ends
        self.frames = [sse_frame(n, [[0, "a", f"text {n}"]]) for n in (1, 2, 3)]
        self.closed = 0
        self.threads: set[str] = set()

    def snapshot(self) -> RunSnapshot:
        self.threads.add(threading.current_thread().name)
        return SNAPSHOT

    def version(self, pane: int, version: int) -> PaneSnapshot | None:
        return VERSION if (pane, version) == (1, 0) else None

    def turns(self) -> list[TurnRow]:
        self.threads.add(threading.current_thread().name)
        return TURNS

    def raw(self, pane: int, version: int | None = None) -> str | None:
        return {(1, None): TEXT, (1, 0): "as it was"}.get((pane, version))

    def thinking(self, pane: int, version: int | None = None) -> str | None:
        return {(1, None): f"first {TEXT}", (1, 0): "thought before"}.get((pane, version))

    def details(self, pane: int, version: int | None = None) -> Details | None:
        return DETAILS if pane == 1 and version in (None, 0) else None

    def diff(self, a: int, b: int) -> list[tuple[Op, str]] | None:
        self.threads.add(threading.current_thread().name)
        return [("=", "same "), ("-", "<b>old</b>"), ("+", f"{TEXT} {a}{b}")] if {a, b} == {0, 1} else None

    def marks(self) -> Marks | None:
        self.threads.add(threading.current_thread().name)
        return MARKS if self.ends else None

    async def follow(self, after: int) -> AsyncIterator[bytes]:
        try:
            for frame in self.frames[after:]:
                yield frame
            if not self.ends:
                await asyncio.Event().wait()
        finally:
            self.closed += 1


class FakeSource:
    def __init__(self, view: FakeView) -> None:
        self.view = view
        self.asked: list[tuple[str, str]] = []

    def find(self, run_id: str, viewer_id: str) -> FakeView | None:
        self.asked.append((run_id, viewer_id))
        return self.view if run_id == "run-1" else None


@pytest.fixture
def view() -> FakeView:
    return FakeView()


@pytest.fixture
def source(view: FakeView) -> FakeSource:
    return FakeSource(view)


@pytest.fixture
def app(source: FakeSource) -> Starlette:
    return Starlette(routes=routes(source))


def at(tail: str, run_id: str = "run-1") -> str:
    return f"/rp/{settings.sign_route(run_id, 'viewer-1')}/{tail}"


def test_the_snapshot_is_sent_as_json_to_the_viewer_named_in_the_token(
    app: Starlette, source: FakeSource, ask: Ask
) -> None:
    answer = asyncio.run(ask(app, at("snap")))
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert orjson.loads(answer.body) == SNAPSHOT
    assert source.asked == [("run-1", "viewer-1")]


def test_the_stored_text_is_sent_byte_for_byte(app: Starlette, ask: Ask) -> None:
    answer = asyncio.run(ask(app, at("raw/1")))
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.body == TEXT.encode()


def test_thinking_is_read_apart_from_the_text(app: Starlette, ask: Ask) -> None:
    answer = asyncio.run(ask(app, at("thinking/1")))
    assert (answer.status, answer.body) == (200, f"first {TEXT}".encode())


def test_an_earlier_version_is_read_by_its_number(app: Starlette, ask: Ask) -> None:
    answer = asyncio.run(ask(app, at("version/1/0")))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert orjson.loads(answer.body) == VERSION
    assert asyncio.run(ask(app, at("raw/1?version=0"))).body == b"as it was"
    assert asyncio.run(ask(app, at("thinking/1?version=0"))).body == b"thought before"


@pytest.mark.parametrize(
    "tail", ["version/1/1", "version/0/0", "raw/1?version=x", "raw/1?version=-1", "details/1?version="]
)
def test_a_version_that_is_not_there_is_not_found(app: Starlette, ask: Ask, tail: str) -> None:
    answer = asyncio.run(ask(app, at(tail)))
    assert answer.status == 404
    assert b"of this answer that may be read now" in answer.body


def test_the_conversation_is_sent_turn_by_turn(app: Starlette, view: FakeView, ask: Ask) -> None:
    answer = asyncio.run(ask(app, at("turns")))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert orjson.loads(answer.body) == TURNS
    assert threading.main_thread().name not in view.threads


def test_the_figures_of_an_answer_are_sent_as_json(app: Starlette, ask: Ask) -> None:
    answer = asyncio.run(ask(app, at("details/1")))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert orjson.loads(answer.body) == DETAILS


@pytest.mark.parametrize("tail", ["raw/0", "thinking/0", "details/0", "diff/0/2"])
def test_a_text_that_may_not_be_read_is_not_found(app: Starlette, ask: Ask, tail: str) -> None:
    answer = asyncio.run(ask(app, at(tail)))
    assert answer.status == 404
    assert b"may be read" in answer.body


def test_a_difference_is_pieces_of_text_and_never_html(app: Starlette, ask: Ask) -> None:
    answer = asyncio.run(ask(app, at("diff/0/1")))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert orjson.loads(answer.body) == [["=", "same "], ["-", "<b>old</b>"], ["+", f"{TEXT} 01"]]


def test_marks_are_sent_once_no_answer_is_running(app: Starlette, ask: Ask) -> None:
    answer = asyncio.run(ask(app, at("marks")))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert orjson.loads(answer.body) == {
        "texts": ["30 EUR", ""], "only": [[[0, 6]], []], "quotes": [[[0, 6, 3]], []],
    }  # fmt: skip
    running = Starlette(routes=routes(FakeSource(FakeView(ends=False))))
    assert asyncio.run(ask(running, at("marks"))).status == 404


def test_a_pane_that_is_no_number_has_no_route(app: Starlette, ask: Ask) -> None:
    assert asyncio.run(ask(app, at("raw/-1"))).status == 404
    assert asyncio.run(ask(app, at("raw/a"))).status == 404
    assert asyncio.run(ask(app, at("diff/0/-1"))).status == 404


@pytest.mark.parametrize("tail", ROUTES)
def test_answers_are_private_and_never_cached(app: Starlette, ask: Ask, tail: str) -> None:
    headers = asyncio.run(ask(app, at(tail))).headers
    assert headers["cache-control"] == "private, no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("tail", ROUTES)
def test_a_bad_or_expired_token_opens_nothing(
    app: Starlette, source: FakeSource, ask: Ask, tail: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = at(tail)
    token = good.split("/")[2]
    body, _, seal = token.partition(".")
    for bad in ("x", "a.b", f"{body}.{seal[:-2]}AA", f"{body}A.{seal}", seal):
        answer = asyncio.run(ask(app, good.replace(token, bad)))
        assert (answer.status, answer.body) == (403, b"This view has expired. Reload the page.")
        assert answer.headers["cache-control"] == "private, no-store"
    later = settings.time.time() + settings.ROUTE_TOKEN_MAX_AGE_S + 5
    monkeypatch.setattr(settings.time, "time", lambda: later)
    assert asyncio.run(ask(app, good)).status == 403
    assert source.asked == []


@pytest.mark.parametrize(
    ("site", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)]
)
def test_other_sites_cannot_read(app: Starlette, ask: Ask, site: str, status: int) -> None:
    assert asyncio.run(ask(app, at("snap"), {"Sec-Fetch-Site": site})).status == status


@pytest.mark.parametrize("tail", ROUTES)
def test_an_unknown_run_is_not_found(app: Starlette, ask: Ask, tail: str) -> None:
    answer = asyncio.run(ask(app, at(tail, run_id="other")))
    assert (answer.status, answer.body) == (404, b"This run is not here any more.")


def test_nothing_can_be_written(app: Starlette, ask: Ask) -> None:
    assert asyncio.run(ask(app, at("snap"), method="POST")).status == 405


def test_the_run_is_read_outside_the_loop(app: Starlette, view: FakeView, ask: Ask) -> None:
    for tail in ("snap", "diff/0/1", "marks"):
        asyncio.run(ask(app, at(tail)))
    assert view.threads
    assert threading.main_thread().name not in view.threads


# --- events ----------------------------------------------------------------------------------------------------------


def test_the_stream_carries_every_frame_and_ends_with_the_run(app: Starlette, view: FakeView, ask: Ask) -> None:
    answer = asyncio.run(ask(app, at("events")))
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.chunks == [b"retry: 500\n\n", *view.frames]


@pytest.mark.parametrize(
    ("query", "last_id", "first"),
    [("?v=2", None, 3), ("?v=1", "2", 3), ("?v=2", "0", 1), ("?v=x", None, 1), ("?v=-1", None, 1), ("", "\u00b2", 1)],
)
def test_the_stream_goes_on_after_the_last_frame_that_arrived(
    app: Starlette, view: FakeView, ask: Ask, query: str, last_id: str | None, first: int
) -> None:
    headers = {"Last-Event-ID": last_id} if last_id else {}
    answer = asyncio.run(ask(app, at("events" + query), headers))
    assert answer.chunks[1:] == view.frames[first - 1 :]


def test_silence_is_filled_with_comments(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "KEEP_ALIVE_S", 0.01)
    view = FakeView(ends=False)
    app = Starlette(routes=routes(FakeSource(view)))
    answer = asyncio.run(ask(app, at("events"), hang_up_after=7))
    assert answer.chunks[1:4] == view.frames
    assert answer.chunks[4:7] == [b": keep\n\n"] * 3


@pytest.mark.parametrize("chunks_seen", [1, 2, 4])
def test_a_viewer_who_leaves_leaves_nothing_open(ask: Ask, chunks_seen: int) -> None:
    async def leave() -> None:
        view = FakeView(ends=False)
        await ask(Starlette(routes=routes(FakeSource(view))), at("events"), hang_up_after=chunks_seen)
        await asyncio.sleep(0)
        assert view.closed <= 1
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(leave())
