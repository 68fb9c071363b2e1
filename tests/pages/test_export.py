"""The Export menu of a run: three files, and none of them while names are hidden."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from compare.errors import CompareError
from compare.ui import resources
from compare.ui.playground import export_view
from tests.pages.steps import after_a_run, healthy, opened


def downloads(app: AppTest) -> list[Any]:
    return [element.proto for element in app.get("download_button")]


def export_chosen(app: AppTest) -> AppTest:
    """Choose Export in the header's menu."""
    app.menu_button(key="more").set_value("export").run()
    return healthy(app)


def blind_run() -> AppTest:
    app = opened()
    app.toggle(key="blind").set_value(True).run()
    return healthy(after_a_run(app))


def test_a_finished_run_offers_three_files() -> None:
    app = export_chosen(after_a_run(opened()))
    assert [button.label for button in downloads(app)] == ["Markdown", "JSON", "Page (HTML)"]


def test_a_file_is_made_when_it_is_asked_for_and_holds_what_is_stored() -> None:
    run_id = str(after_a_run(opened()).session_state["run_id"])
    store = resources.store()
    found = json.loads(export_view._written(run_id, store.rater("local"), "json"))
    comparison = store.comparison(run_id)
    assert comparison is not None
    answers = store.answers([slot.answer_id for slot in comparison.current])
    assert [p["answers"][0]["text"] for p in found["places"]] == [a.text for a in answers.values()]
    assert [p["label"] for p in found["places"]] == ["Sim Lite", "Sim Flash", "Sim Large"]


def test_nothing_is_made_when_the_page_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(export_view, "export", lambda *_: made.append("a file"))
    assert len(downloads(export_chosen(after_a_run(opened())))) == 3
    assert made == []


def test_while_names_are_hidden_no_file_is_offered_nor_made() -> None:
    app = blind_run()
    assert list(app.menu_button) == []
    run_id = str(app.session_state["run_id"])
    ann = resources.store().rater("local")
    with pytest.raises(CompareError, match="Vote first"):
        export_view._written(run_id, ann, "markdown")
    app.button(key="vote_1").click().run()
    assert len(downloads(export_chosen(app))) == 3
    assert b"Sim Large" in export_view._written(run_id, ann, "markdown")
    # Somebody else has not voted, and whoever asks for the file in their name gets none.
    with pytest.raises(CompareError, match="Vote first"):
        export_view._written(run_id, resources.store().rater("Bob"), "html")
