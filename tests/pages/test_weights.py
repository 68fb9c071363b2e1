"""The Weights page: a decision in words, limits that change it at once, and a history of what was taken along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from compare.engine.hub import close_hub
from compare.records import PRODUCTION_NAME, Candidate, Slot, Status
from compare.review.votes import Choice, cast
from compare.routing.config import load
from compare.store import Store
from tests.report.test_weights import vote
from tests.review.conftest import Table, table

__all__ = ["table"]

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def own_data(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("WEIGHBRIDGE_PLAIN", "1")
    yield
    close_hub()


def opened() -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    return healthy(app.switch_page("pages/route/weights.py").run())


def healthy(app: AppTest) -> AppTest:
    assert not app.exception
    assert [error.value for error in app.error] == []
    return app


def words(app: AppTest) -> str:
    shown = [*app.markdown, *app.caption, *app.info]
    return re.sub(r"\\(\W)|:small\[\]", r"\1", "\n".join(str(each.value) for each in shown))


def weights(app: AppTest, place: int = 0) -> dict[str, tuple[float, float]]:
    rows = app.dataframe[place].value
    return {row["candidate"]: (row["now"], row["proposed"]) for row in rows.to_dict("records")}


def answered(table: Table, model: str, cost: str, *times_ms: float) -> None:
    slot = table.compare(model).slots[0]
    for k, wall_ms in enumerate(times_ms):
        table.answer(replace(slot, answer_id=f"{model}-{k}"), cost_usd=Decimal(cost), wall_ms=wall_ms, attempts=1)


def test_too_few_votes_are_a_sentence_and_no_file(table: Table) -> None:
    vote(table, 3)
    app = opened()
    assert "Keep what runs: nothing speaks for other weights yet." in words(app)
    assert "Not enough votes for weights yet, and Weighbridge invents none." in words(app)
    assert "Keep: 3 votes, about" in words(app)
    assert not app.get("download_button")
    # Threads of 9+ messages have no vote of their own: what would be best there is not known.
    short, long = (app.dataframe[i].value for i in (0, 1))
    assert short["optimal"].notna().all()
    assert long[["optimal", "sure", "share"]].isna().all().all()


def test_votes_against_production_are_said_not_to_count(table: Table) -> None:
    vote(table, 3)
    logged = Candidate(PRODUCTION_NAME)
    for i in range(2):
        comparison = table.compare("sim-lite", logged)
        cast(table.store, comparison, table.store.rater("Ann"), Choice("best", 1), key=f"production-{i}")
    shown = words(opened())
    assert "3 of 5 votes; 2 against Production do not count here." in shown
    assert "Keep: 3 votes, about" in shown


def test_a_figure_that_is_not_known_says_why_by_the_candidates_label(table: Table) -> None:
    vote(table, 60)
    answered(table, "sim-large", "0.004", 900.0)
    slot = table.compare("sim-lite").slots[0]
    late = replace(slot, answer_id="disturbed")
    table.answer(late, cost_usd=Decimal("0.0002"), wall_ms=300.0, attempts=1, loop_lag_ms=900.0)
    app = opened()
    assert (
        "Cost or time of Sim Lite is not known: the timing of every answer (1) was disturbed; run it again."
    ) in words(app)
    assert "sim-lite" not in "".join(str(each.value) for each in app.caption)


def test_enough_votes_are_a_decision_with_its_reasons(table: Table) -> None:
    vote(table, 60)
    app = opened()
    assert "Change the weights for threads of 1-8 messages; send threads of 9+ messages for now by the votes" in words(
        app
    )
    assert "Give Sim Large 70% of the requests instead of 50%; 20% go elsewhere than now." in words(app)
    assert weights(app) == {"Sim Large": (0.5, 0.7), "Sim Lite": (0.5, 0.3)}
    assert next(each.proto.label for each in app.get("download_button")) == "Download routing.yaml"


def test_limits_answer_at_once_and_are_kept(table: Table) -> None:
    vote(table, 60)
    answered(table, "sim-large", "0.004", 900.0, 12_000.0)
    answered(table, "sim-lite", "0.0002", 300.0, 400.0)
    app = opened()
    app.select_slider(key="weights_cost").set_value(0.002)
    healthy(app.run())
    found = weights(app)
    assert found["Sim Large"][1] * 0.004 + found["Sim Lite"][1] * 0.0002 <= 0.002
    assert app.dataframe[0].value["cost"].tolist() == ["$0.00400", "$0.00020"]
    app.select_slider(key="weights_slow").set_value(0.05)
    healthy(app.run())
    assert weights(app)["Sim Large"][1] <= 0.1
    app.slider(key="weights_slow_after").set_value(20)
    healthy(app.run())
    assert weights(app) == found


def test_a_month_is_told_before_and_after(table: Table) -> None:
    vote(table, 60)
    answered(table, "sim-large", "0.004", 900.0, 12_000.0)
    answered(table, "sim-lite", "0.0002", 300.0, 400.0)
    app = opened()
    cost, p95, won = app.metric
    assert (cost.label, p95.label, won.label) == ("Cost a month", "p95 of all answers", "Expected win share")
    assert p95.value == "12.0 s"
    assert cost.delta.startswith("now $")
    assert won.delta == "now 50.0%"


def test_a_file_taken_along_enters_the_history_and_is_approved_by_an_owner(table: Table, store: Store) -> None:
    vote(table, 60)
    app = opened()
    app.session_state["rater_name"] = "Olga *owner*"
    (download,) = [each for each in app.get("download_button") if each.proto.label == "Download routing.yaml"]
    text = take_along(app, download)
    (kept,) = store.exports()
    assert kept.routing_yaml.strip() == text.strip()
    assert load(text).provenance["votes_sha256"] == kept.evidence_sha256
    assert (kept.made_by, kept.n_votes, kept.votes_kind) == ("Olga *owner*", 60, "names shown, thread as given")
    assert "Exports so far" in [heading.value for heading in app.subheader]
    healthy(app.button(key="weights_approve").click().run())
    approved = store.approved_export()
    assert approved is not None
    assert approved.approved_by == "Olga *owner*"
    # What was approved runs now: the next proposal starts there.
    app = opened()
    assert weights(app)["Sim Large"] == (0.7, 0.9)


def take_along(app: AppTest, download: object) -> str:
    """Press a download button, which AppTest has no method for."""
    from streamlit.proto.WidgetStates_pb2 import WidgetState

    state = WidgetState(id=download.proto.id, trigger_value=True)  # type: ignore[attr-defined]
    states = app._tree.get_widget_states()
    states.widgets.append(state)
    app._run(states)
    healthy(app)
    (shown,) = app.code
    return str(shown.value)


def test_the_file_is_simulated_beside_what_runs(table: Table) -> None:
    vote(table, 60)
    app = opened()
    app.toggle(key="weights_simulate").set_value(True)
    healthy(app.run())
    rows = {row["On the stored threads"]: row["This file"] for row in app.dataframe[-1].value.to_dict("records")}
    assert rows["Share of Sim Large"] == "70.0%"
    assert rows["Cost of a request"] == "\u2013"


def test_typed_traffic_is_kept_for_the_next_session(table: Table, store: Store) -> None:
    vote(table, 60)
    app = opened()
    healthy(app.button(key="weights_traffic_keep").click().run())
    assert "typed here" in next(each.label for each in app.expander if each.label.startswith("Your traffic"))
    healthy(app.button(key="weights_traffic_stored").click().run())
    assert store.kept_choice("traffic_profile") is None


def test_each_gateway_gets_its_files_and_what_it_cannot_do_is_told(table: Table) -> None:
    vote(table, 60)
    app = opened()
    choice = app.selectbox(key="weights_target")
    assert choice.options == ["LiteLLM", "Portkey", "TensorZero", "Envoy"]
    for target, name in zip(("litellm", "portkey", "tensorzero", "envoy"), choice.options, strict=True):
        app = healthy(app.selectbox(key="weights_target").set_value(target).run())
        assert f"Download for {name}" in [each.proto.label for each in app.get("download_button")]
        assert "Simulated, not real models: sim-large, sim-lite." in words(app)
    assert "Envoy does not change the body" in words(app)


def test_how_many_requests_a_canary_needs_stands_with_the_files(table: Table) -> None:
    vote(table, 60)
    app = opened()
    assert "With 5% of the requests, harms that go from 2% to 4% are found in 90% of canaries within" in words(app)
    app.select_slider(key="weights_canary_share").set_value(0.5)
    healthy(app.run())
    assert "With 50% of the requests, harms that go from 2% to 4%" in words(app)


class LongTable(Table):
    """Its threads have twelve messages."""

    def answer(self, slot: Slot, status: Status = "done", **changes: Any) -> None:
        super().answer(slot, status, **({"n_messages": 12} | changes))


def test_a_length_without_weights_of_its_own_shows_none(table: Table) -> None:
    vote(table, 60)
    long = LongTable(table.store, table.thread, n=1000)
    for i in range(3):
        comparison = long.compare("sim-lite", "sim-large")
        cast(table.store, comparison, table.store.rater("Ann"), Choice("best", 1), key=f"long-{i}")
    app = opened()
    assert words(app).count("Until then these threads take the default route, the last block here.") == 1
    short, own, default = (set(frame.value.columns) for frame in app.dataframe[:3])
    assert {"now", "proposed"} <= short & default
    assert not {"now", "proposed"} & own
