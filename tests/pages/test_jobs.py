"""The Jobs page through app.py: a job is made, started, watched, retried, and its cells are looked at."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from compare.engine.hub import close_hub
from compare.jobs.overview import overview
from compare.records import Message, Thread
from compare.threads.selection import Selection
from compare.ui import resources
from compare.ui.jobs.workers import end_workers, is_at_work
from tests.app_server import ROOT
from tests.pages.steps import all_text, healthy, opened

PATIENCE_S = 15.0


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("WEIGHBRIDGE_PLAIN", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr(resources, "_keep_samples", lambda into: None)
    yield tmp_path
    end_workers()
    close_hub()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def keep_threads() -> None:
    for n in range(3):
        said = [Message("user", f"Order {n} is mine."), Message("assistant", "Noted."), Message("user", "Which is it?")]
        resources.store().save_thread(Thread(tuple(said), title=f"Order {n}"))


def new_job(*candidates: str) -> AppTest:
    """The form, filled in with these candidates and every thread."""
    keep_threads()
    app = opened("pages/run/jobs.py")
    app.button(key="jobs_new").click().run()
    app.multiselect(key="jobs_candidates").set_value(list(candidates)).run()
    return healthy(app)


def test_a_job_is_made_estimated_started_and_its_answers_are_shown() -> None:
    app = new_job("sim-lite", "sim-flaky")
    app.selectbox(key="jobs_history").set_value("own").run()
    assert "3 threads x 2 candidates: about 12 answers." in all_text(app)
    app.button(key="jobs_make").click().run()
    shown = all_text(healthy(app))
    assert "Estimated cost of 12 answers: about $" in shown
    store = resources.store()
    job_id = store.job("last").id
    assert overview(store, job_id).progress.all().n_asked == 0
    app.button(key="jobs_resume").click().run()
    until(lambda: not is_at_work(job_id))
    app.run()
    it = overview(store, job_id).progress.all()
    assert (it.total, it.done + it.failed, it.waiting, it.leased) == (12, 12, 0, 0)
    shown = all_text(healthy(app))
    assert f"12 cells: {it.done} answered, {it.failed} failed, 0 in flight, 0 waiting." in shown
    by_model = app.dataframe[0].value
    assert list(by_model["Model"]) == ["sim-flaky", "sim-lite"]
    assert by_model["Answered"].sum() == it.done
    assert len(app.dataframe(key="jobs_cells").value) == it.done
    measured = app.dataframe[1].value
    assert sum(int(n) for n in measured["Answers"]) == it.done
    assert 0 < it.failed < 12  # the flaky model fails by a fixed plan
    assert "Why cells failed" in [heading.value for heading in app.subheader]
    assert "sim-flaky" in shown
    # Names stood beside the answers: whoever read them rates them blind no more.
    answered = [answer.id for _, answer in store.job_results(job_id, states=("done",)) if answer is not None]
    olga = store.rater("Olga")
    assert not store.has_seen_names_of(answered, olga)
    app.session_state["rater_name"] = "Olga"
    app.run()
    assert all(store.has_seen_names_of([answer_id], olga) for answer_id in answered)
    app.button(key="jobs_retry").click().run()
    until(lambda: not is_at_work(job_id))
    assert {cell.n_asked for cell in store.cells(job_id) if cell.lane == "sim-lite"} == {1}
    assert overview(store, job_id).progress.all().again > 0
    assert store.job(job_id).state == "failed"


def test_the_form_says_what_is_missing_and_what_cannot_be_read() -> None:
    app = new_job()
    assert app.button(key="jobs_make").disabled
    assert "Choose at least one candidate." in all_text(app)
    app.multiselect(key="jobs_candidates").set_value(["sim-lite"]).run()
    app.text_input(key="jobs_search").set_value("nothing holds this").run()
    assert "No thread is chosen." in all_text(app)
    app.text_input(key="jobs_search").set_value("Order 1").run()
    assert "1 thread x 1 candidate: 1 answer." in all_text(app)
    app.text_input(key="jobs_limits").set_value("openai=4").run()
    assert app.button(key="jobs_make").disabled
    assert "is for none of the job" in app.error[0].value


def test_a_paused_job_is_left_by_its_worker_and_can_be_resumed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIGHBRIDGE_SIM_SPEED", "0.3")
    app = new_job("sim-lite")
    app.number_input(key="jobs_repeat").set_value(20)
    app.text_input(key="jobs_limits").set_value("simulated=2").run()
    app.button(key="jobs_make").click().run()
    app.button(key="jobs_resume").click().run()
    store = resources.store()
    job_id = store.job("last").id
    until(lambda: overview(store, job_id).progress.all().done > 0)
    app.run()
    assert json.loads(store.job(job_id).terms_json)["limits"][0]["concurrency"] == 2
    app.button(key="jobs_pause").click().run()
    until(lambda: not is_at_work(job_id))
    one = overview(store, job_id)
    assert (one.state, one.progress.all().leased) == ("paused", 0)
    assert 0 < one.progress.all().done < 60
    app.run()
    assert app.button(key="jobs_resume").label == "Resume"
    app.button(key="jobs_back").click().run()
    assert list(app.dataframe(key="jobs_table").value["State"]) == ["paused"]


def test_a_link_from_the_library_chooses_threads_turns_and_history() -> None:
    keep_threads()
    store = resources.store()
    others = store.find_threads(Selection(search="Order"), "oldest")[1:3]
    store.tag_threads(others, add=["mine"])
    app = opened()
    app.query_params.update({"threads": "tag:mine", "turns": "all", "history": "own"})
    app.switch_page("pages/run/jobs.py").run()
    assert f"**{len(others)} thread" in all_text(healthy(app))
    assert (app.selectbox(key="jobs_turns").value, app.selectbox(key="jobs_history").value) == ("all", "own")
    app.multiselect(key="jobs_candidates").set_value(["sim-lite"]).run()
    app.button(key="jobs_make").click().run()
    (job,) = store.jobs()
    assert sorted(store.job_threads(job.id)) == sorted(others)
    assert "threads" not in app.query_params


def test_a_link_that_cannot_be_read_gets_a_sentence_and_the_way_to_choose() -> None:
    keep_threads()
    app = opened()
    app.query_params["threads"] = "colour:red"
    app.switch_page("pages/run/jobs.py").run()
    assert not app.exception
    assert "colour" in app.error[0].value
    assert app.text_input(key="jobs_search").value == ""
