"""Counting a text that grows."""

from __future__ import annotations

import pytest

from compare.tokens import running
from compare.tokens.count import count
from compare.tokens.running import RunningCount

PROSE = "Let me restate the constraints you gave, because two of them changed since message 4. " * 200
CODE = '    if amount <= 0:\n        raise ValueError("amount")\n    return {"order": order}\n\n' * 100


@pytest.fixture(autouse=True)
def _ranks_are_loaded() -> None:
    count("a")


def test_a_growing_text_has_the_count_of_the_whole() -> None:
    running_count = RunningCount()
    assert [running_count.of(PROSE[:n]) for n in range(0, len(PROSE), 997)] == [
        count(PROSE[:n]) for n in range(0, len(PROSE), 997)
    ]


def test_code_is_counted_within_a_hundredth() -> None:
    running_count = RunningCount()
    for n in range(0, len(CODE), 501):
        found = running_count.of(CODE[:n])
    assert found == pytest.approx(count(CODE[:n]), rel=0.01)


def test_a_text_without_any_space_is_counted_too() -> None:
    running_count = RunningCount()
    assert [running_count.of("x" * n) for n in (3_000, 6_000)] == [count("x" * 3_000), count("x" * 6_000)]


def test_the_work_is_linear_in_the_length(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    plain = running.count_live
    monkeypatch.setattr(running, "count_live", lambda text: counted.append(len(text)) or plain(text))
    running_count = RunningCount()
    for n in range(0, len(PROSE), 400):  # a second of a fast model
        running_count.of(PROSE[:n])
    assert sum(counted) < 5 * len(PROSE)
    n_calls = len(counted)
    running_count.of(PROSE[:n])
    assert len(counted) == n_calls, "what has not grown is not counted again"
