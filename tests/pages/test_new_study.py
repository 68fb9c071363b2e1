"""A new study on the Studies page from each source of answers, and what cannot become one."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from compare.records import Answer, Candidate, Comparison, Message, ModelSpec, Slot, Thread
from compare.store.study_values import Study
from compare.ui import resources
from tests.engine.servers import simulator
from tests.jobs.test_replay import Job
from tests.pages.steps import all_text, healthy
from tests.pages.test_studies import studies_page, table


@pytest.fixture(autouse=True)
def no_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_keep_samples", lambda into: None)


def new_study(source: str) -> AppTest:
    app = studies_page(view="new")
    if source != "job":
        app.segmented_control(key="studies_source").set_value(source).run()
    return app


def made(app: AppTest, name: str = "New") -> Study:
    app.text_input(key="studies_name").set_value(name)
    healthy(app.button(key="studies_make").click().run())
    return resources.store().studies()[0]


def test_a_job_gives_pairs_rankings_and_whole_threads() -> None:
    store = resources.store()
    specs = [ModelSpec(f"sim-{n}", "openai-chat", "", f"sim-{n}", simulated=True) for n in ("lite", "flash", "large")]
    job = Job(store, specs, n_threads=2, n_turns=2, history="own")
    with simulator([]) as root:
        job.run(sim_url=root)
    app = new_study("job")
    app.selectbox(key="studies_job").set_value(job.id).run()
    app.toggle(key="studies_with_recorded").set_value(False).run()
    assert "12 items to rate: 36 ballots" in all_text(healthy(app))
    app.number_input(key="studies_at_most").set_value(6).run()
    shown = all_text(healthy(app))
    assert "6 of 12 items, drawn evenly (seed 0): each of 3 pairs of candidates 2 times;" in shown
    assert "6 are left out." in shown
    assert "6 items to rate: 18 ballots" in shown
    assert "With 3 raters, the fewest that it can have, about" in shown
    app.segmented_control(key="studies_form").set_value("all").run()
    assert "4 items to rate: 12 ballots" in all_text(healthy(app))
    app.segmented_control(key="studies_scope").set_value("thread").run()
    assert "2 items to rate: 6 ballots" in all_text(healthy(app))
    study = made(app)
    assert study.scope == "thread"
    assert [len(item.answer_ids) for item in store.study_items(study.id)] == [3, 3]


def compared(n: int) -> Comparison:
    """A finished comparison of two models on a thread of its own."""
    store = resources.store()
    prompt = store.thread(store.save_thread(Thread((Message("user", f"Fare {n}?"),), title=f"Fare {n}")).id)
    slots = tuple(
        Slot(place, Candidate(name), f"{n}-{place}", prompt.messages[0].id, label=name)
        for place, name in enumerate(("sim-lite", "sim-large"))
    )
    comparison = Comparison(f"run-{n}", prompt.id, prompt.messages[0].id, slots)
    store.save_comparison(comparison)
    for slot in slots:
        store.save_answer(
            Answer(
                id=slot.answer_id, candidate_id=slot.candidate.id, prompt_leaf_id=slot.prompt_leaf_id, turn=1,
                n_messages=1, history="fixed", origin="live", status="done", finish="stop", text=slot.label,
            )
        )  # fmt: skip
    return comparison


def test_chosen_comparisons_become_items() -> None:
    runs = [compared(n) for n in range(3)]
    app = new_study("comparisons")
    app.multiselect(key="studies_comparisons").set_value([runs[0].id, runs[2].id]).run()
    assert "2 items to rate: 6 ballots" in all_text(healthy(app))
    study = made(app)
    assert {item.answer_ids for item in resources.store().study_items(study.id)} == {("0-0", "0-1"), ("2-0", "2-1")}


def test_comparisons_of_one_history_are_no_whole_threads() -> None:
    run = compared(0)
    app = new_study("comparisons")
    app.multiselect(key="studies_comparisons").set_value([run.id])
    app.segmented_control(key="studies_scope").set_value("thread").run()
    assert "Nothing of this can be an item." in all_text(healthy(app))
    assert app.button(key="studies_make").disabled
    assert "share one history" in table(app, "Why")["Why"][0]


def test_whole_threads_come_from_a_file_with_rows_left_out_by_line() -> None:
    def side(word: str) -> list[dict[str, str]]:
        asked = {"role": "user", "content": "Fare?"}
        return [asked, {"role": "assistant", "content": word}, asked | {"content": "And tomorrow?"},
                {"role": "assistant", "content": f"{word} too"}]  # fmt: skip

    rows = [{"threads": {"ours": side("40"), "theirs": side("41")}}, {"threads": {"ours": side("40")}}]
    app = new_study("file")
    app.segmented_control(key="studies_scope").set_value("thread").run()
    raw = "".join(json.dumps(row) + "\n" for row in rows).encode()
    app.file_uploader(key="studies_file").upload("threads.jsonl", raw, "application/jsonl").run()
    assert "1 item to rate: 3 ballots" in all_text(healthy(app))
    assert list(table(app, "Why")["What"]) == ["line 2"]
    n_threads = len(resources.store().threads())
    app.number_input(key="studies_overlap").set_value(1).run()
    assert len(resources.store().threads()) == n_threads, "a file is read once"
    assert made(app).scope == "thread"


@pytest.mark.parametrize(
    ("source", "words"),
    [("job", "No job has answers yet."), ("comparisons", "No comparisons yet."), ("recorded", "No thread found")],
)
def test_an_empty_source_says_where_answers_come_from(source: str, words: str) -> None:
    app = healthy(new_study(source))
    assert words in all_text(app)
    assert "Choose answers first." in all_text(app)


def test_a_file_without_items_says_why() -> None:
    app = new_study("file")
    app.file_uploader(key="studies_file").upload("x.csv", b"\xff\xfe", "text/csv").run()
    assert "Save it as UTF" in app.error[0].value
    app.file_uploader(key="studies_file").upload("y.csv", b"prompt\nhello\n", "text/csv").run()
    assert "holds no item that can be used" in app.error[0].value


def test_an_open_study_may_show_speed_and_a_blind_one_not() -> None:
    compared(0)
    app = new_study("comparisons")
    app.multiselect(key="studies_comparisons").set_value(["run-0"]).run()
    assert app.toggle(key="studies_speed").disabled
    app.toggle(key="studies_blind").set_value(False).run()
    app.toggle(key="studies_speed").set_value(True).run()
    study = made(app)
    assert (study.blind, study.speed_visible) == (False, True)
