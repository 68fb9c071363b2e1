"""Panes and runs as viewers see them: a snapshot and the frames after it are the whole; the blind see nothing early."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.engine.ask import Question
from compare.engine.pane import Face, Pane
from compare.engine.retry import Retry
from compare.engine.run import LETTERS, Run
from compare.records import Answer, Candidate, ModelSpec, ReasoningDelta, Started, TextDelta
from compare.render.blocks import render_all
from compare.render.frames import RunSnapshot
from compare.threads.prompts import Prompt

SECRET = "Secret-Model-9"


def question(n: int = 0) -> Question:
    spec = ModelSpec(SECRET, "openai-chat", "http://127.0.0.1:9", SECRET)
    return Question(f"answer-{n}", Candidate(SECRET), spec, Prompt("leaf", 1, "fixed", ()))


def answer(text: str, **changes: Any) -> Answer:
    values: dict[str, Any] = {
        "id": "answer-0", "candidate_id": "c", "prompt_leaf_id": "leaf", "turn": 1, "n_messages": 1,
        "history": "fixed", "origin": "live", "status": "done", "finish": "stop", "out_reported": 777,
        "ttft_ms": 100.0, "total_ms": 900.0,
    }  # fmt: skip
    return Answer(text=text, **(values | changes))


def new_run(n_panes: int, *, blind: bool = False) -> Run:
    panes = [Pane(Face(f"{SECRET} {n}", "simulated"), question=question(n)) for n in range(n_panes)]
    return Run("run-1", panes, title="A thread", thread=[], blind=blind)


def write(pane: Pane, text: str, **changes: Any) -> None:
    """The pane's whole answer."""
    pane.see(TextDelta(time.monotonic(), text))
    pane.finish(answer(text, **changes))


# --- a viewer, as the page's script is one ---------------------------------------------------------------------------


@dataclass
class Seen:
    """What a viewer has on screen of one pane."""

    state: str
    note: str
    numbers: str
    blocks: list[tuple[int, str]]
    tail: str


def frames_of(raw: list[bytes]) -> list[list[list[Any]]]:
    return [orjson.loads(frame.split(b"data: ", 1)[1]) for frame in raw]


def watched(snapshot: RunSnapshot, frames: list[bytes]) -> tuple[list[Seen], bool]:
    """The panes after the frames that follow a snapshot, and whether the viewer was told that it is over."""
    panes = [
        Seen(p["state"], p["note"], p["numbers"], [tuple(b) for b in p["blocks"]], p["tail"]) for p in snapshot["panes"]
    ]  # fmt: skip
    over = not snapshot["running"]
    for ops in frames_of(frames[snapshot["v"] :]):
        for op in ops:
            match op:
                case [-1, "z"]:
                    over = True
                case [-1, *_]:
                    pass
                case [i, "a", text]:
                    panes[i].tail += text
                case [i, "b", offset, html, tail]:
                    panes[i].blocks.append((offset, html))
                    panes[i].tail = tail
                case [i, "r", k, html]:
                    panes[i].blocks[k] = (panes[i].blocks[k][0], html)
                case [i, "s", state, note]:
                    panes[i].state, panes[i].note = state, note
                case [i, "n", numbers]:
                    panes[i].numbers = numbers
    return panes, over


pieces = st.sampled_from(
    ["word ", "\n", "\n\n", "- item\n", "```\n", "code\n", "# Head\n", "[a]", "[a]: /x\n", "**b** "]
)
steps = st.lists(st.tuples(st.integers(0, 2), pieces, st.booleans(), st.booleans()), max_size=40)


@given(steps, st.data())
@settings(deadline=None)
def test_a_snapshot_at_any_moment_and_the_frames_after_it_give_the_final_text(
    told: list[tuple[int, str, bool, bool]], data: st.DataObject
) -> None:
    run = new_run(3)
    texts = ["", "", ""]
    snapshots = [run.snapshot(revealed=True)]
    for place, piece, ticks, looks in told:
        run.panes[place].see(TextDelta(time.monotonic(), piece))
        texts[place] += piece
        if ticks:
            run.tick()
        if looks:
            snapshots.append(run.snapshot(revealed=True))
    for place in data.draw(st.permutations(range(3))):
        run.panes[place].finish(answer(texts[place], id=f"answer-{place}"))
        run.tick()
        snapshots.append(run.snapshot(revealed=True))
    assert not run.tick()

    final = run.snapshot(revealed=True)
    assert not final["running"]
    for snapshot in snapshots:
        panes, over = watched(snapshot, run.frames)
        assert over
        for seen, shown, text in zip(panes, final["panes"], texts, strict=True):
            assert seen.blocks == [tuple(b) for b in shown["blocks"]] == render_all(text)
            assert (seen.state, seen.note, seen.numbers) == ("done", "", shown["numbers"])
            assert seen.tail == shown["tail"]
            assert not seen.tail.strip()
    assert [run.raw(place) for place in range(3)] == texts
    assert [int(frame.split(b"\n")[0].removeprefix(b"id: ")) for frame in run.frames] == [
        *range(1, len(run.frames) + 1)
    ]


def test_followers_on_another_loop_get_every_frame_and_then_the_end() -> None:
    run = new_run(2)

    async def follow(after: int) -> bytes:
        return b"".join([piece async for piece in run.follow(after)])

    async def main() -> list[bytes]:
        following = [asyncio.create_task(follow(0)), asyncio.create_task(follow(1))]
        for n in range(3):
            run.panes[0].see(TextDelta(0.0, f"piece {n} "))
            run.tick()
            await asyncio.sleep(0)
        for pane in run.panes:
            pane.finish(answer("piece 0 piece 1 piece 2 "))
        run.tick()
        return list(await asyncio.gather(*following))

    whole, from_second = asyncio.run(main())
    assert whole == b"".join(run.frames)
    assert from_second == b"".join(run.frames[1:])
    assert asyncio.run(follow(len(run.frames) + 50)) == b""
    assert not run._waiting


# --- states and notes ------------------------------------------------------------------------------------------------


def last_state(run: Run, place: int = 0) -> list[str]:
    return next([op[2], op[3]] for ops in reversed(frames_of(run.frames)) for op in ops if op[:2] == [place, "s"])


def test_a_pane_says_what_it_is_doing() -> None:
    run = new_run(1)
    (pane,) = run.panes
    assert pane.state == "queued"
    pane.asked()
    pane.see(Started(0.0))
    run.tick()
    assert last_state(run) == ["waiting", ""]
    pane.see(Retry(1.5, 2, "Too many requests."))
    run.tick()
    assert last_state(run) == ["waiting", "Too many requests. (asking again in 1.50 s, attempt 2 of 3)"]
    pane.see(Started(0.0))
    pane.see(ReasoningDelta(time.monotonic(), "Hmm"))
    run.tick()
    assert last_state(run) == ["waiting", "thinking"]
    pane.see(TextDelta(time.monotonic(), "Yes."))
    run.tick()
    assert last_state(run) == ["writing", ""]
    pane.finish(answer("Yes.", warnings=("One thing.",)))
    run.tick()
    assert last_state(run) == ["done", "One thing."]


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"finish": "length"}, "Cut off: the model reached its limit of output tokens."),
        ({"finish": "content_filter"}, "Cut off by the provider's content filter."),
        ({"finish": "tool"}, "The model asked for a tool instead of finishing its answer."),
        ({"status": "failed", "finish": "error", "error": "The server failed."}, "The server failed."),
    ],
)
def test_an_answer_that_ended_early_says_why(changes: dict[str, Any], note: str) -> None:
    pane = Pane(Face("A"), question=question())
    pane.finish(answer("Half an ans", **changes))
    assert pane.note == note


def test_thinking_is_announced_once_timed_and_read_apart() -> None:
    run = new_run(1)
    (pane,) = run.panes
    pane.asked()
    for piece in ("Hm", "m."):
        pane.see(ReasoningDelta(time.monotonic(), piece))
        run.tick()
    ops = [op for frame in frames_of(run.frames) for op in frame]
    assert [op for op in ops if op[1] == "t"] == [[0, "t"]]
    assert any(op[1] == "n" and re.match(r"first 0\.\d\d s . 0\.\d s", op[2]) for op in ops)
    assert (run.raw(0), run.thinking(0)) == ("", "Hmm.")
    assert run.snapshot(revealed=True)["panes"][0]["thinking"] is True
    pane.finish(answer("Yes.", reasoning="Hmm. All of it."))
    run.tick()
    assert (run.thinking(0), run.thinking(1)) == ("Hmm. All of it.", None)


def test_thinking_stays_hidden_as_long_as_the_text() -> None:
    run = new_run(1, blind=True)
    run.panes[0].see(ReasoningDelta(time.monotonic(), "Hmm."))
    run.tick()
    assert run.thinking(0) is None
    run.panes[0].finish(answer("Yes.", reasoning="Hmm."))
    run.tick()
    assert run.thinking(0) == "Hmm."


def test_a_pane_becomes_final_once() -> None:
    pane = Pane(Face("A"), question=question())
    pane.finish(answer("first"))
    pane.finish(answer("second", status="failed", error="late"))
    assert (pane.state, pane.raw(), pane.note) == ("done", "first", "")


def test_a_stored_answer_is_shown_at_once() -> None:
    run = Run("run-1", [Pane(Face("A", "recorded"), answer=answer("Hello *you*."))], title="T", thread=[])
    assert not run.running
    shown = run.snapshot(revealed=True)
    assert (shown["running"], shown["v"]) == (False, 0)
    assert shown["panes"][0]["blocks"] == render_all("Hello *you*.")
    assert shown["panes"][0]["badge"] == "recorded"


def test_a_new_version_takes_its_place_and_viewers_ask_for_the_snapshot_again() -> None:
    run = new_run(2)
    for pane in run.panes:
        write(pane, "old")
    run.tick()
    n_before = len(run.frames)
    run.replace(1, Pane(run.panes[1].face, question=question(1)))
    assert (run.running, run.n_changes, run.panes[1].version) == (True, 1, 1)
    assert frames_of(run.frames)[n_before] == [[-1, "x"]]
    again = run.snapshot(revealed=True)
    assert [p["version"] for p in again["panes"]] == [0, 1]
    write(run.panes[1], "new")
    run.tick()
    panes, over = watched(again, run.frames)
    assert over
    assert [p.blocks for p in panes] == [render_all("old"), render_all("new")]


def test_when_all_is_ready_the_line_over_all_says_who_was_fastest() -> None:
    run, blind = new_run(2), new_run(2, blind=True)
    for each in (run, blind):
        each.panes[0].finish(answer("Yes.", candidate_id="a"))
        each.tick()
        each.panes[1].finish(answer("No.", candidate_id="b", total_ms=500.0))
        each.tick()
    line = f"fastest {SECRET} 1 (0.50 s) \u00b7 longest {SECRET} 0 (4 characters)"
    told = [op[2] for frame in frames_of(run.frames) for op in frame if op[1] == "p"]
    assert told == ["1 of 2 answers are ready", line]
    assert run.snapshot(revealed=True)["progress"] == blind.snapshot(revealed=True)["progress"] == line
    assert [op[2] for frame in frames_of(blind.frames) for op in frame if op[1] == "p"] == [told[0], ""]
    assert blind.snapshot(revealed=False)["progress"] == ""


# --- blindness -------------------------------------------------------------------------------------------------------

TELLING = (SECRET, "simulated", "777", "0.10 s", "0.90 s", "127.0.0.1")
"""What would tell a rater which candidate it is: label, badge, tokens, times, address."""


def assert_silent(value: object) -> None:
    text = value.decode() if isinstance(value, bytes) else orjson.dumps(value).decode()
    assert not [word for word in TELLING if word in text]


@given(steps)
@settings(deadline=None, max_examples=30)
def test_a_blind_run_sends_nothing_but_progress_before_it_is_complete(told: list[tuple[int, str, bool, bool]]) -> None:
    run = new_run(3, blind=True)
    texts = ["", "", ""]
    for place, piece, ticks, _ in told:
        run.panes[place].see(Started(0.0))
        run.panes[place].see(TextDelta(time.monotonic(), piece))
        texts[place] += piece
        if ticks:
            run.tick()
        hidden = run.snapshot(revealed=False)
        assert hidden["hidden"]
        for i, pane in enumerate(hidden["panes"]):
            assert pane == {
                **dict.fromkeys(pane, ""),
                "name": LETTERS[i],
                "state": "hidden",
                "timeline": None,
                "silent_ms": 0,
                "blocks": [],
                "thinking": False,
                "version": 0,
            }
        assert [run.raw(i) for i in range(3)] == [run.details(i) for i in range(3)] == [None] * 3
    for place in range(3):
        run.panes[place].finish(answer(texts[place]))
        run.tick()
    run.tick()
    ops = [op for frame in frames_of(run.frames) for op in frame]
    assert {(op[0], op[1]) for op in ops} == {(-1, "p"), (-1, "x"), (-1, "z")}
    assert ops[-2:] == [[-1, "x"], [-1, "z"]]
    for frame in run.frames:
        assert_silent(frame)
    shown = run.snapshot(revealed=False)
    assert not shown["hidden"]
    assert_silent(shown)
    assert [pane["timeline"] for pane in shown["panes"]] == [None] * 3
    assert [[tuple(b) for b in p["blocks"]] for p in shown["panes"]] == [render_all(text) for text in texts]
    told_all = run.snapshot(revealed=True)["panes"][0]
    assert (told_all["label"], told_all["badge"]) == (f"{SECRET} 0", "simulated")
    assert "777 reported" in told_all["numbers"]
    assert told_all["timeline"] == (100, 0, 800 if texts[0] else 0) or not texts[0]


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"warnings": (f"The server of {SECRET} does not take temperature=1: it was left out.",)}, ""),
        ({"finish": "length", "warnings": (f"{SECRET} warns.",)},
         "Cut off: the model reached its limit of output tokens."),
        ({"status": "failed", "finish": "error", "error": f"127.0.0.1 does not know {SECRET}."},
         "This answer failed. The reason is shown after the vote, because it may name the model."),
        ({"status": "stopped", "finish": "cancelled", "error": "Stopped before it was complete.",
          "warnings": (f"{SECRET} warns.",)}, "Stopped before it was complete."),
    ],
    ids=["warning", "cut off", "failed", "stopped"],
)  # fmt: skip
def test_before_the_vote_no_note_names_the_model(changes: dict[str, Any], note: str) -> None:
    run = new_run(1, blind=True)
    run.panes[0].finish(answer("text", **changes), trouble=f"{SECRET} could not be saved.")
    run.tick()
    shown = run.snapshot(revealed=False)
    assert_silent(shown)
    assert shown["panes"][0]["note"] == note
    assert SECRET in run.snapshot(revealed=True)["panes"][0]["note"]


def test_a_blind_run_hides_again_while_an_answer_is_asked_again() -> None:
    run = new_run(2, blind=True)
    for pane in run.panes:
        write(pane, "old")
    run.tick()
    run.replace(0, Pane(run.panes[0].face, question=replace(question(), repeat=1)))
    assert run.hidden
    assert run.snapshot(revealed=False)["panes"][1]["blocks"] == []
    assert run.raw(1) is None
