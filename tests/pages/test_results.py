"""The Results page over a store of real votes: what it says, what the address brings back, what a figure opens."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from compare.records import Answer, Ballot, Candidate, Comparison, Slot
from compare.report.results.work import WORK
from compare.review.preferences import derive
from compare.store import Store
from compare.ui import resources

APP = str(Path(__file__).resolve().parents[2] / "app.py")
PAGE = "pages/review/results.py"
STRENGTH = {"sim-lite": 0.0, "sim-large": 1.6, "production": 0.1}
RATERS = [f"rater {n}" for n in range(6)] + ["expert_1", "expert_2", "expert_3"]


def voted_store(n_comparisons: int = 60) -> Store:
    """Blind votes of nine raters on comparisons of the sample threads; the large model is the best."""
    store = resources.store()
    drawn = random.Random(7)
    threads = [store.thread(each.id) for each in store.threads()][:9]
    store.tag_threads([threads[0].id], add=["refund"])
    for n in range(n_comparisons):
        thread = threads[n % len(threads)]
        asked = [place for place, message in enumerate(thread.messages) if message.role == "user"]
        place = drawn.choice(asked)
        prompt = thread.messages[place].id
        pair = drawn.sample(sorted(STRENGTH), 2)
        slots = tuple(
            Slot(k, Candidate(name, simulated=name != "production"), f"answer-{n}-{k}", prompt, label=name)
            for k, name in enumerate(pair)
        )
        comparison = Comparison(f"run-{n}", thread.id, prompt, slots, blind=True, created_at=f"2026-11-{n % 28 + 1:02}")
        store.save_comparison(comparison)
        answers = {}
        for slot, name in zip(slots, pair, strict=True):
            answers[slot.answer_id] = Answer(
                id=slot.answer_id, candidate_id=slot.candidate.id, prompt_leaf_id=prompt, turn=asked.index(place) + 1,
                n_messages=place + 1, history="fixed", origin="recorded" if name == "production" else "live",
                status="done", finish="stop", text=f"Text of {slot.answer_id}", out_counted=drawn.randint(40, 400),
            )  # fmt: skip
            store.save_answer(answers[slot.answer_id])
        rows = []
        for rater in drawn.sample(RATERS, 3):
            order = drawn.sample(sorted(answers), 2)
            liked = {i: STRENGTH[name] + drawn.gauss(0, 1.2) for i, name in zip(answers, pair, strict=True)}
            best = max(liked, key=lambda i: liked[i])
            ballot = Ballot(
                id=f"{n}-{rater}", idempotency_key=f"{n}-{rater}", comparison_id=comparison.id,
                rater_id=store.rater(rater), verdict="best", ranking=(best,), shown_order=tuple(order), blind=True,
                speed_visible=False, comment="It forgot the *discount*" if n == 0 else "",
                created_at=f"2026-11-{n % 28 + 1:02}T08:00:00.000+00:00",
            )  # fmt: skip
            if n % 9 == 8:
                ballot = replace(ballot, verdict="all_bad", ranking=())
            rows.append((ballot, derive(ballot, answers, thread_id=thread.id, workload=thread.workload)))
        store.cast_all(rows)
    return store


def opened(**params: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60)
    app.run()
    for key, value in params.items():
        app.query_params[key] = value
    app.switch_page(PAGE)
    return drawn(app.run())


def drawn(app: AppTest) -> AppTest:
    """The page with all figures, once the thread that makes them is done."""
    for _ in range(3):
        WORK.wait()
        app.run()
    assert not app.exception
    assert not app.error
    return app


def all_text(app: AppTest) -> str:
    shown = [*app.markdown, *app.caption, *app.subheader, *app.info]
    words = [re.sub(r"\\([\W_])|:small\[\]", r"\1", str(element.value)) for element in shown]
    return "\n".join(words)


def charts(app: AppTest) -> list[Any]:
    return [element.proto for element in app.get("plotly_chart")]


def test_the_page_says_in_sentences_who_leads_and_what_is_not_known() -> None:
    voted_store()
    text = all_text(opened())
    assert "Sim Large leads: the votes separate it from every other candidate." in text
    assert re.search(
        r"For threads over 8 messages, Sim Large beats .+ in \d+ % \[\d+-\d+\] of \d+ votes by \d raters", text
    )
    assert "A change would be better than what you have: Sim Large beats Production" in text
    assert re.search(r"About [\d,]+ more votes? between|too close to plan for", text)
    assert "neither answer was good enough" in text
    assert "Votes of one rater and on one thread lean the same way" in text


def test_every_section_is_there_with_its_chart() -> None:
    voted_store()
    app = opened()
    assert [each.value for each in app.subheader] == [
        "Ratings", "Who is preferred to whom", "Does it depend on the thread?",
        "From which length on is the cheap one no longer good enough?", "Good enough at all?",
        "Are there enough votes?", "Can the votes be trusted?", "Time and cost",
    ]  # fmt: skip
    assert len(charts(app)) == 5
    text = all_text(app)
    assert "Krippendorff's alpha" in text
    assert "The answer on the left wins" in text
    assert "Allowing for the length of the answers (tokens)" in text


def test_an_address_brings_its_filters_back() -> None:
    voted_store()
    app = opened(length="9+", rater="expert_*", since="2026-11-05")
    assert "Only threads of 9+ messages; votes of expert_*; since 2026-11-05." in all_text(app)
    assert app.multiselect(key="results_rater").value == ["expert_*"]
    assert app.segmented_control(key="results_length").value == "9+"


def test_a_filter_changes_the_figures_and_the_address() -> None:
    voted_store()
    app = opened()
    everything = app.dataframe[0].value["pairs"].sum()
    app.selectbox(key="results_tag").set_value("refund")
    app = drawn(app.run())
    assert app.query_params["tag"] == "refund"
    assert 0 < app.dataframe[0].value["pairs"].sum() < everything
    app.button(key="results_clear").click()
    app = drawn(app.run())
    assert "tag" not in app.query_params
    assert app.dataframe[0].value["pairs"].sum() == everything


def test_what_an_address_asks_for_and_nobody_voted_on_is_said() -> None:
    voted_store(9)
    assert "No votes fit all of these filters." in all_text(opened(length="90+"))
    assert "Sim" in all_text(opened(length="nonsense", kind="unheard-of", since="2026-13-99", turn_no="x"))


def test_a_figure_opens_its_votes_and_names_stay_hidden_until_they_are_asked_for() -> None:
    voted_store(9)
    app = opened(of="sim-large", against="sim-lite")
    text = all_text(app)
    assert "Answer A is better than Answer B" in text or "Answer B is better than Answer A" in text
    assert "Sim Large is better than" not in text
    app.button(key="results_names").click()
    app = drawn(app.run())
    assert "Sim Large is better than Sim Lite" in all_text(app)
    toggles = [each for each in app.toggle if str(each.key).startswith("results_answers_")]
    toggles[0].set_value(True)
    app = drawn(app.run())
    assert "Text of answer-" in "".join(str(each.proto.body) for each in app.get("html"))


def test_names_that_were_asked_for_make_a_later_vote_an_open_one() -> None:
    voted_store(9)
    app = opened(of="sim-large", against="sim-lite")
    app.button(key="results_names").click()
    app = drawn(app.run())
    seen = app.session_state["names_seen"]
    assert seen
    assert all(run.startswith("run-") for run in seen)


def test_whoever_voted_on_a_comparison_sees_its_names() -> None:
    store = voted_store(9)
    app = AppTest.from_file(APP, default_timeout=60)
    app.session_state["rater_name"] = "rater 1"
    app.run()
    app.query_params["of"] = "*"
    app.switch_page(PAGE)
    text = all_text(drawn(app.run()))
    mine = [ballot for ballot, _ in store.iter_ballots() if ballot.rater_id == store.rater("rater 1")]
    assert mine
    assert re.search(r"(Sim Large|Sim Lite|Production) is better than", text)


def test_comments_and_names_of_others_stay_words() -> None:
    voted_store(1)
    app = opened(of="*")
    assert any("forgot the \\*discount\\*" in str(each.value) for each in app.markdown)


def test_only_who_may_read_results_sees_them(monkeypatch: pytest.MonkeyPatch) -> None:
    from compare.ui import who

    voted_store(9)
    rater = who.Person("Ann", resources.store().rater("Ann"), frozenset({"rater"}), verified=True)
    monkeypatch.setattr(who, "person", lambda: rater)
    app = AppTest.from_file(APP, default_timeout=60)
    app.run()
    app.switch_page(PAGE).run()
    assert "role owner" in app.error[0].value
    assert not app.dataframe
