"""What four answers cost on the event stream, in bytes a token: within the budget, and no more for a longer answer.

The real panes, run and frames, at the pace of four models with 100 deltas a second each and 20 frames a second.
"""

from __future__ import annotations

import re
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest

from compare.engine import pane as pane_module
from compare.engine.pane import Face, Pane
from compare.engine.run import Run
from compare.records import Answer, TextDelta
from compare.render.blocks import render_all
from compare.tokens.count import count

N_PANES, DELTAS_A_FRAME, FRAME_S = 4, 5, 0.05
BUDGET = {"prose": 25, "fence": 60, "table": 60, "list": 60}
KINDS = {
    "prose": (
        "",
        (
            "We keep the **earlier** limit of 200 dollars, and nothing in the thread speaks against it. The refund of "
            "message {n} has left, and the bank needs three working days.\n\n"
        ),
    ),
    "fence": (
        "```python\n",
        (
            "def settle_{n}(order: Order) -> Money:\n    # agreed in message 4\n"
            '    return sum(item.price for item in order.items if item.state == "open") - order.paid\n\n'
        ),
    ),
    "table": ("| no | step | owner | cost |\n|---|---|---|--:|\n", "| {n} | ask the bank | support | $24.90 |\n"),
    "list": ("", "- step {n}: keep the **earlier** constraint (budget below $200)\n"),
}
DELTA = re.compile(r"\n+| ?[A-Za-z]{1,9}| ?\d{1,4}| *[^\sA-Za-z0-9]{1,3}| +")


def text_of(kind: str, n_tokens: int) -> str:
    start, part = KINDS[kind]
    n_parts = -(-n_tokens // count(part.format(n=100)))
    return start + "".join(part.format(n=n) for n in range(n_parts))


@cache
def bytes_a_token(kind: str, n_tokens: int) -> float:
    """Of a whole run, first frame to last."""
    text, clock_s = text_of(kind, n_tokens), [0.0]
    deltas = DELTA.findall(text)
    assert "".join(deltas) == text
    with pytest.MonkeyPatch.context() as patch:
        # The numbers line is sent twice a second; the clock goes with the frames.
        patch.setattr(pane_module, "time", SimpleNamespace(monotonic=lambda: clock_s[0]))
        panes = [Pane(Face(f"Model {n}")) for n in range(N_PANES)]
        run = Run("run", panes, title="", thread=[])
        for at in range(0, len(deltas), DELTAS_A_FRAME):
            clock_s[0] += FRAME_S
            for pane in panes:
                for delta in deltas[at : at + DELTAS_A_FRAME]:
                    pane.see(TextDelta(clock_s[0], delta))
            assert run.tick()
        for pane in panes:
            pane.finish(answer(text))
        assert not run.tick()
    assert run.snapshot(revealed=True)["panes"][0]["blocks"] == render_all(text)
    return sum(map(len, run.frames)) / (N_PANES * count(text))


def answer(text: str) -> Answer:
    values: dict[str, Any] = {"id": "a", "candidate_id": "c", "prompt_leaf_id": "leaf", "turn": 1, "n_messages": 1}
    return Answer(text=text, history="fixed", origin="live", status="done", finish="stop", **values)


@pytest.mark.parametrize("n_tokens", [800, 4000])
@pytest.mark.parametrize("kind", KINDS)
def test_bytes_a_token_stay_in_the_budget(kind: str, n_tokens: int) -> None:
    assert 0 < bytes_a_token(kind, n_tokens) <= BUDGET[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_a_longer_answer_costs_no_more_a_token(kind: str) -> None:
    assert bytes_a_token(kind, 4000) <= 1.15 * bytes_a_token(kind, 800)
