"""The figures of an answer while it is made: from its sending on, measured as the stored answer, in few bytes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson
import pytest

from compare.engine.ask import Question
from compare.engine.attempts import Ready, Sent
from compare.engine.pane import Face, Pane
from compare.engine.retry import Retry
from compare.engine.run import Run
from compare.records import Answer, Candidate, ModelSpec, Price, ReasoningDelta, Started, TextDelta
from compare.render.frames import Op
from compare.threads.prompts import Prompt
from compare.tokens.count import count
from tests.engine.test_run import answer, frames_of

SPEC = ModelSpec(
    "m", "openai-chat", "http://127.0.0.1:9", "m", context_window_tokens=10_000, price=Price(Decimal(3), Decimal(15))
)
FALLBACK = ModelSpec("f", "openai-chat", "http://127.0.0.1:9", "f", context_window_tokens=2_000)
PROSE = "Let me restate the constraints you gave, because two of them changed since message 4. " * 3 + "\n\n"


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    count("the ranks are loaded")
    clock = Clock()
    monkeypatch.setattr("compare.engine.pane.time", clock)
    monkeypatch.setattr("compare.engine.live.time", clock)
    return clock


def new_run(n: int = 1, *, blind: bool = False) -> Run:
    questions = [Question(f"answer-{k}", Candidate("m"), SPEC, Prompt("leaf", 1, "fixed", ())) for k in range(n)]
    panes = [Pane(Face(f"m {k}"), question=question) for k, question in enumerate(questions)]
    return Run("run-1", panes, title="T", thread=[], blind=blind)


def ops_of(run: Run, kind: str) -> list[Op]:
    return [op[2:] for frame in frames_of(run.frames) for op in frame if op[1] == kind]


def sent(pane: Pane, clock: Clock, *, before_ms: float = 0.0) -> None:
    pane.asked()
    pane.see(Ready(1_000, before_ms, Decimal(0)))
    pane.see(Sent(clock.now, SPEC, 1))


def test_numbers_are_there_from_the_moment_of_sending(clock: Clock) -> None:
    run = new_run()
    assert run.snapshot(revealed=True)["panes"][0]["numbers"] == ""
    sent(run.panes[0], clock)
    run.tick()
    clock.now += 0.5
    run.tick()
    clock.now += 0.2
    run.tick()  # too early for the next ones
    assert ops_of(run, "n") == [
        ["0.0 s \u00b7 in 1,000 counted \u00b7 about $0.0030 \u00b7 10 % of window"],
        ["0.5 s \u00b7 in 1,000 counted \u00b7 about $0.0030 \u00b7 10 % of window"],
    ]
    assert ops_of(run, "l") == [[0, 0, 0], [500, 0, 0]]


def test_live_times_are_measured_as_the_stored_ones(clock: Clock) -> None:
    """A summary's time is part of every time; a failed attempt's is part of none."""
    run = new_run()
    (pane,) = run.panes
    sent(pane, clock, before_ms=250.0)
    clock.now += 3.0
    pane.see(Retry(1.0, 2, "Too many requests."))
    clock.now += 1.0
    pane.see(Sent(clock.now, SPEC, 2))
    clock.now += 0.5
    pane.see(Started(clock.now))
    pane.see(ReasoningDelta(clock.now, "Hmm. "))
    clock.now += 2.0
    pane.see(TextDelta(clock.now, "Yes, it was."))
    run.tick()  # the text is known to the counter from here on
    clock.now += 1.0
    run.tick()
    (line,) = ops_of(run, "n")[-1]
    out = count("Hmm. ") + count("Yes, it was.")
    assert line == (
        f"first 0.75 s \u00b7 3.8 s \u00b7 in 1,000, out {out} counted \u00b7 about $0.0031 \u00b7 {out / 3:,.0f} tok/s"
        " \u00b7 10 % of window \u00b7 attempt 2"
    )
    assert ops_of(run, "l")[-1] == [750, 2000, 1000]


def test_a_fallback_is_measured_by_its_own_price_and_window(clock: Clock) -> None:
    run = new_run()
    (pane,) = run.panes
    sent(pane, clock)
    pane.see(Sent(clock.now, FALLBACK, 2))
    assert pane.numbers() == "0.0 s \u00b7 in 1,000 counted \u00b7 cost unknown \u00b7 50 % of window \u00b7 attempt 2"
    pane.finish(answer("Yes.", in_reported=1_000, out_reported=0))
    assert pane.numbers().endswith("50 % of window")


def test_a_stored_answer_of_a_fallback_claims_no_window(clock: Clock) -> None:
    (pane,) = new_run().panes
    stored = answer("Yes.", in_reported=1_000, sent_json='{"fallback": {"model_id": "f"}}')
    assert "window" not in Pane(pane.face, question=pane.question, answer=stored).numbers()
    whole = answer("Yes.", in_reported=1_000)
    assert "18 % of window" in Pane(pane.face, question=pane.question, answer=whole).numbers()


def test_the_final_numbers_take_the_place_of_the_live_ones_at_once(clock: Clock) -> None:
    run = new_run()
    sent(run.panes[0], clock)
    run.tick()
    clock.now += 0.1
    run.panes[0].finish(answer("Yes.", first_text_ms=100.0))
    run.tick()
    assert ops_of(run, "n")[-1][0].startswith("first 0.10 s \u00b7 total 0.90 s \u00b7 out 777 reported")
    assert ops_of(run, "l")[-1] == [100, 0, 800]
    shown = run.snapshot(revealed=True)["panes"][0]
    sent_off = orjson.loads(orjson.dumps(shown))
    assert (sent_off["timeline"], sent_off["silent_ms"]) == ([100, 0, 800], 0)


def test_a_viewer_who_comes_late_learns_how_long_nothing_has_come(clock: Clock) -> None:
    run = new_run()
    (pane,) = run.panes

    def silent_ms() -> int:
        return run.snapshot(revealed=True)["panes"][0]["silent_ms"]

    assert silent_ms() == 0  # it was not asked yet
    sent(pane, clock)
    clock.now += 9.0
    assert silent_ms() == 9_000
    pane.see(ReasoningDelta(clock.now, "Hmm."))
    clock.now += 1.0
    assert silent_ms() == 1_000
    pane.see(TextDelta(clock.now, "Yes."))
    clock.now += 12.0
    assert silent_ms() == 12_000


def test_while_a_model_thinks_viewers_hear_of_it_at_the_rhythm_of_the_numbers(clock: Clock) -> None:
    run = new_run()
    (pane,) = run.panes
    sent(pane, clock)
    for _ in range(100):  # five seconds
        pane.see(ReasoningDelta(clock.now, "Hm. "))
        run.tick()
        clock.now += 0.05
    assert 9 <= len(ops_of(run, "h")) <= 11
    for _ in range(100):
        run.tick()
        clock.now += 0.05
    assert 9 <= len(ops_of(run, "h")) <= 12, "and of its silence by hearing nothing"
    assert len(ops_of(run, "l")) >= 19, "while the bar goes on"


def test_thoughts_are_counted_away_from_the_loop(clock: Clock) -> None:
    (pane,) = new_run().panes
    assert not pane.take().counts
    pane.see(ReasoningDelta(clock.now, "Hm."))
    assert [pane.take().counts, pane.take().counts] == [True, False]


def test_details_are_there_while_it_runs_and_when_it_has_ended(clock: Clock) -> None:
    run = new_run()
    sent(run.panes[0], clock)
    clock.now += 1.5

    def rows() -> dict[str, str]:
        found = run.details(0)
        assert found is not None
        return {row["name"]: row["value"] for group in found["groups"] for row in group["rows"]}

    assert (rows()["Elapsed"], rows()["Input, counted"], rows()["First piece"]) == ("1.50 s", "1,000", "not yet")
    run.panes[0].finish(answer("Yes."))
    assert (rows()["Total"], rows()["Output, reported"]) == ("0.90 s", "777")
    assert run.details(1) is run.details(-1) is None


def test_a_blind_run_has_no_details_while_it_is_hidden(clock: Clock) -> None:
    run = new_run(blind=True)
    sent(run.panes[0], clock)
    clock.now += 1.0
    run.tick()
    assert run.details(0) is None
    assert {op[1] for frame in frames_of(run.frames) for op in frame} == {"p"}


@pytest.mark.parametrize("thinks", [False, True], ids=["writing", "thinking first"])
def test_all_bytes_of_four_answers_stay_in_the_budget(clock: Clock, *, thinks: bool) -> None:
    """100 tokens a second of four characters each, 20 frames a second; text, HTML, numbers and bars together."""
    run = new_run(4)
    text = PROSE * 25
    for pane in run.panes:
        sent(pane, clock)
    run.tick()
    if thinks:
        for at in range(0, len(text), 20):
            for pane in run.panes:
                pane.see(ReasoningDelta(clock.now, text[at : at + 20]))
            run.tick()
            clock.now += 0.05
        thought_bytes = sum(map(len, run.frames)) / 4
        assert thought_bytes / (len(text) / 4) <= 5, "thinking itself is not sent, only that it goes on"
    n_before = len(run.frames)
    for at in range(0, len(text), 20):
        for pane in run.panes:
            pane.see(TextDelta(clock.now, text[at : at + 20]))
        run.tick()
        clock.now += 0.05
    for pane in run.panes:
        pane.finish(_whole(text))
    run.tick()
    per_token = sum(map(len, run.frames[n_before:])) / (4 * len(text) / 4)
    assert per_token <= 25, f"{per_token:.1f} bytes a token"


def _whole(text: str) -> Answer:
    changes: dict[str, Any] = {"in_reported": 12_345, "cost_usd": Decimal("0.0123"), "first_text_ms": 100.0}
    return answer(text, **changes)
