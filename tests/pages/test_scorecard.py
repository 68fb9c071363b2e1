"""The Scorecard page: criteria written, kept and held against what is stored, in the sentences of the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from compare.engine.hub import close_hub
from compare.report.criteria import load, scorecard
from compare.store import Store
from tests.cli.command import weighbridge
from tests.cli.conftest import conversations

__all__ = ["conversations"]

ROOT = Path(__file__).resolve().parents[2]
CRITERIA = """
title = "Gate *one*"
[[criterion]]
name = "Errors are rare"
metric = "error_rate"
limit = "<= 1 %"
[[criterion]]
name = "A query is affordable"
metric = "cost_per_query"
limit = "<= 0.001 USD"
"""


@pytest.fixture(autouse=True)
def own_data(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("WEIGHBRIDGE_PLAIN", "1")
    yield
    close_hub()


def opened() -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=20).run()
    return healthy(app.switch_page("pages/review/scorecard.py").run())


def healthy(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def sentences(app: AppTest) -> list[str]:
    """The lines under the criteria, without Markdown's marks."""
    lines = [line for block in app.markdown for line in str(block.value).splitlines() if ":material/" in line]
    return [re.sub(r"\\(\W)", r"\1", line.partition("] ")[2].rstrip()).replace(":small[]", "") for line in lines]


def test_without_criteria_the_page_begins_with_an_example_that_can_be_saved(tmp_path: Path) -> None:
    app = opened()
    assert app.info[0].value.startswith("No criteria yet.")
    assert "[[criterion]]" in app.text_area(key="criteria_text").value
    healthy(app.button(key="criteria_save").click().run())
    assert (tmp_path / "criteria.toml").is_file()
    assert not app.info
    assert any("There are no answers yet" in sentence for sentence in sentences(app))


def test_problems_are_told_and_nothing_wrong_is_kept(tmp_path: Path) -> None:
    app = opened()
    app.text_area(key="criteria_text").set_value('[[criterion]]\nname = "*a*"\nmetric = "p95"\n')
    healthy(app.button(key="criteria_save").click().run())
    told = re.sub(r"\\(\W)", r"\1", app.error[0].value)
    assert "The criteria file has 2 problems:" in told
    assert "line 1, criterion[0].time: p95 needs time" in told
    assert not (tmp_path / "criteria.toml").exists()


def test_the_page_says_what_the_command_line_says(tmp_path: Path, store: Store, conversations: Path) -> None:
    (tmp_path / "criteria.toml").write_text(CRITERIA)
    for models in ("sim-lite,sim-large", "sim-lite"):
        assert weighbridge("run", "--threads", conversations, "--models", models).status == 0
    app = opened()
    card = scorecard(store, load(CRITERIA))
    assert sentences(app) == [result.sentence for result in card.results]
    assert [str(heading.value) for heading in app.subheader] == [r"Gate \*one\*"]
    assert app.dataframe[0].value.to_dict("records") == [
        {"Criterion": "Errors are rare", "sim-large": "passes", "sim-lite": "passes"},
        {"Criterion": "A query is affordable", "sim-large": "fails", "sim-lite": "passes"},
    ]
    healthy(app.toggle(key="scorecard_measured").set_value(True).run())
    measured = app.dataframe[1].value
    assert measured["Candidate"].tolist() == ["sim-large", "sim-lite"]
    assert measured["Answers"].tolist() == ["5", "10"]
    jobs = store.measured_jobs()
    chooser = app.selectbox(key="scorecard_job")
    assert len(chooser.options) == 3
    healthy(chooser.select(jobs[0].job_id).run())
    alone = scorecard(store, load(CRITERIA), jobs[0].job_id)
    assert sentences(app) == [result.sentence for result in alone.results]
    assert alone.passed
