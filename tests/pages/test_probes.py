"""The Memory page through app.py: probes are made, estimated, started, read as curves, and opened one by one."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from streamlit.testing.v1 import AppTest

from compare.jobs.overview import overview
from compare.jobs.owner import new_owner
from compare.jobs.traffic import EndpointStatus
from compare.probes.job import probe_job, results
from compare.records import Message, Thread
from compare.ui import resources
from compare.ui.jobs import workers
from compare.ui.jobs.workers import is_at_work
from tests.cli.command import weighbridge
from tests.pages.steps import all_text, healthy, opened, until

pytestmark = pytest.mark.usefixtures("own_workers")

PAGE = "pages/run/probes.py"


def short_form(app: AppTest, *models: str) -> AppTest:
    app.multiselect(key="probes_candidates").set_value(list(models)).run()
    app.multiselect(key="probes_lengths").set_value([8, 30]).run()
    app.get("button_group")  # the form is there
    return healthy(app)


def test_probes_are_made_estimated_started_and_read_as_curves() -> None:
    app = short_form(opened(PAGE), "sim-lite", "sim-large")
    assert "A probe is a thread with a planted fact in it" in all_text(app)
    assert "threads x 2 candidates: " in all_text(app)
    app.button(key="probes_make").click().run()
    healthy(app)
    assert "Estimated cost of " in app.info[0].value.replace("\\", "")
    (job_id,) = [row.id for row in resources.store().jobs("probe")]
    assert job_id in app.query_params["probes"]
    assert "Nothing was asked" not in all_text(app)
    app.button(key="probes_resume").click().run()
    until(lambda: overview(resources.store(), job_id).row.state == "done" and not is_at_work(job_id))
    app.run()
    told = all_text(healthy(app))
    spent = overview(resources.store(), job_id).spent_usd
    assert f"answers, for ${spent:.4f}." in told.replace("\\", "")
    assert "**Sim Large** knew every fact, up to 28 messages back." in told
    assert "**Sim Lite** knew every fact up to 4 messages back, and none from 6 messages back on." in told
    assert len(app.get("plotly_chart")) == 2
    table = app.dataframe[0].value
    assert [told.partition(" (")[0] for told in table["30 messages back"]] == ["0 %", "100 %"]
    assert list(table["Half lost at"]) == ["6", "> 28"]
    assert "with the fact said again just before the question, 1 or 2 messages back;" in told


def test_a_run_that_starts_calls_for_nobody_and_one_that_goes_on_names_only_what_holds_it_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = short_form(opened(PAGE), "sim-lite")
    app.button(key="probes_make").click().run()
    store = resources.store()
    (job_id,) = [row.id for row in store.jobs("probe")]
    store.finish_job(job_id, "running")
    assert "Nobody works on it now" in all_text(healthy(app.run()))
    monkeypatch.setattr(workers, "is_at_work", lambda of: of == job_id)
    told = all_text(healthy(app.run()))
    assert "Nobody works on it now" not in told
    assert "waiting." in told
    endpoints = [EndpointStatus("quick", 2, 4, 4, 0, 0.0), EndpointStatus("slow", 1, 1, 4, 3, 7.0)]
    with store.working(job_id, new_owner()) as working:
        working.hold(60.0, json.dumps({"endpoints": [asdict(one) for one in endpoints], "left_s": 12.0}))
    told = all_text(healthy(app.run()))
    assert "Slowed down: slow: 1 of 1 calls at once, refused 3 times, waits 7 s." in told
    assert "quick" not in told


@pytest.fixture
def asked() -> AppTest:
    weighbridge("probe", "--models", "sim-lite,sim-large", "--lengths", "8,30", "--types", "recall,update")
    return healthy(opened(PAGE))


def test_every_probe_opens_with_its_fact_marked_and_why_it_passed_or_not(asked: AppTest) -> None:
    asked.selectbox(key="probes_outcome").set_value("not passed").run()
    rows = asked.dataframe[-1].value
    assert set(rows["Verdict"]) == {"value missing"}
    assert set(rows["Candidate"]) == {"Sim Lite"}
    asked.session_state["probes_rows"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    told = all_text(healthy(asked.run()))
    assert "does not occur. The answer says that it is not known." in told
    assert "planted here" in told
    assert "the question" in told
    (html,) = [part for part in told.split("<style>") if "planted here" in part]
    first = results(resources.store(), resources.store().jobs("probe")[0].id)
    lost = next(one for one in first if one.name == "sim-lite" and one.passed is False)
    assert lost.probe.expected.values[0].text in html
    assert html.count(' wb-marked"') == 1 + len(lost.probe.planted) + len(lost.probe.superseded)


def test_the_crossover_is_told_as_a_rule(asked: AppTest) -> None:
    told = all_text(asked)
    assert "From which length on another should answer" in told
    asked.selectbox(key="probes_reference").set_value("sim-large").run()
    assert "even in threads of 8 messages" in all_text(healthy(asked))


def test_context_policies_are_candidates_of_their_own_and_their_cuts_are_told() -> None:
    weighbridge("probe", "--models", "sim-large", "--policy", "last:8", "--lengths", "30", "--types", "recall")
    app = healthy(opened(PAGE))
    assert "were cut by us before it was asked." in all_text(app)
    app.selectbox(key="probes_outcome").set_value("cut by us").run()
    assert set(app.dataframe[-1].value["Verdict"]) == {"cut by us"}


def test_what_cannot_be_planted_is_said_and_no_button_offers_it() -> None:
    app = opened(PAGE)
    app.multiselect(key="probes_candidates").set_value(["sim-lite"]).run()
    app.multiselect(key="probes_policies").set_value(["last:0"]).run()
    assert "cannot be read" in app.error[0].value
    app.multiselect(key="probes_policies").set_value(["full"]).run()
    app.multiselect(key="probes_lengths").set_value(["2"]).run()
    assert "2 was asked for" in app.error[0].value


def test_an_address_that_names_no_probes_shows_the_newest(asked: AppTest) -> None:
    asked.query_params["probes"] = "nothing"
    asked.run()
    assert "There are no probes with this address" in all_text(asked)
    assert len(asked.get("plotly_chart")) == 2


def test_facts_of_an_own_thread_are_asked_only_as_somebody_accepted_them() -> None:
    said = ["My order is HX-4821.", "Noted.", "It is late.", "I see.", "And blue.", "I see."]
    messages = tuple(Message(("user", "assistant")[n % 2], text) for n, text in enumerate(said))
    thread_id = resources.store().save_thread(Thread(messages, title="Order")).id
    app = opened(PAGE)
    app.multiselect(key="probes_candidates").set_value(["sim-large"]).run()
    app.segmented_control(key="probes_carriers").set_value("found").run()
    app.selectbox(key="probes_fact_thread").set_value(thread_id).run()
    assert "1 fact found." in all_text(healthy(app))
    assert app.button(key="probes_make").disabled
    asked = {"Ask": True, "Question": "Which order is it?"}
    app.session_state[f"probes_facts_{thread_id}"] = {"edited_rows": {0: asked}, "added_rows": [], "deleted_rows": []}
    app.run()
    assert "2 threads x 1 candidate: 2 answers." in all_text(healthy(app))
    app.button(key="probes_make").click().run()
    (row,) = resources.store().jobs("probe")
    assert {one.question for one in probe_job(resources.store(), row.id).probes.values()} == {"Which order is it?"}
