"""Counts that add up, and the time that is left."""

from __future__ import annotations

import pytest

from compare.jobs import progress
from compare.jobs.progress import JobProgress, LaneProgress, Pace, in_words, progress_of
from compare.store.cells import LaneCount

COUNTS = [
    LaneCount("one", "done", 5, 2, 1, 4),
    LaneCount("one", "waiting", 3, 0, 0, 0),
    LaneCount("two", "failed", 1, 0, 1, 2),
    LaneCount("two", "leased", 1, 0, 0, 1),
]


def test_what_is_told_adds_up_to_all_cells() -> None:
    found = progress_of(COUNTS)
    assert found.all() == LaneProgress("", waiting=3, leased=1, done=5, failed=1, cached=2, again=2, n_asked=7)
    assert found.all().total == 10
    assert found.sentence == (
        "10 to ask: 5 answered, 1 failed, 1 in flight, 3 waiting. 2 from the cache. 2 taken more than once."
    )


def test_the_slowest_model_says_when_all_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    pace = Pace()
    found = JobProgress((LaneProgress("quick", waiting=10), LaneProgress("slow", waiting=10)))
    assert pace.left_s(found) is None, "nothing has ended yet"
    for second in range(1, 11):
        now[0] = float(second)
        pace.note("quick")
        pace.note("quick")
        if second % 5 == 0:
            pace.note("slow")
    assert pace.left_s(found) == pytest.approx(50.0)
    assert pace.left_s(JobProgress((LaneProgress("quick", waiting=10),))) == pytest.approx(5.0)
    assert pace.left_s(JobProgress((LaneProgress("slow", done=10),))) == 0.0


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, "time left not known yet"),
        (0.2, "about 1 s left"),
        (600, "about 10 min left"),
        (9000, "about 2.5 h left"),
    ],
)
def test_the_time_that_is_left_is_said_roughly(seconds: float | None, said: str) -> None:
    assert in_words(seconds) == said
