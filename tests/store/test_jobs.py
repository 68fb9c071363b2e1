from __future__ import annotations

import pytest

from compare.errors import NotFoundError, StoreError
from compare.store import Store

SPEC = '{"models": ["a", "b"], "repeat": 1}'
SAME = '{ "repeat":1, "models":["a","b"] }'


def test_a_job_is_started_once_and_then_resumed(store: Store) -> None:
    first = store.find_or_start_job("run", SPEC)
    again = store.find_or_start_job("run", SAME)
    assert (first.resumed, again) == (False, (first.id, True))


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_a_finished_job_is_taken_up_again(store: Store, state: str) -> None:
    job_id = store.start_job("run", SPEC)
    store.finish_job(job_id, state)
    assert store.find_or_start_job("run", SPEC) == (job_id, True)
    with store._database.reading() as connection:
        assert connection.execute("SELECT state FROM jobs").fetchone()[0] == "running"


def test_kind_and_specification_make_a_job(store: Store) -> None:
    run = store.find_or_start_job("run", SPEC)
    probe = store.find_or_start_job("probe", SPEC)
    other = store.find_or_start_job("run", "{}")
    assert len({run.id, probe.id, other.id}) == 3
    assert (probe.resumed, other.resumed) == (False, False)


def test_the_latest_of_equal_jobs_is_gone_on_with(store: Store) -> None:
    ids = [store.start_job("run", SPEC) for _ in range(3)]
    assert store.find_or_start_job("run", SAME) == (ids[-1], True)


def test_an_unknown_job_cannot_be_finished(store: Store) -> None:
    with pytest.raises(NotFoundError, match="'none'"):
        store.finish_job("none", "done")


def test_an_unknown_state_is_refused(store: Store) -> None:
    job_id = store.start_job("run", SPEC)
    with pytest.raises(StoreError, match="CHECK"):
        store.finish_job(job_id, "asleep")  # type: ignore[arg-type]


def test_a_specification_that_is_not_json_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="must be JSON"):
        store.start_job("run", "models=a,b")
