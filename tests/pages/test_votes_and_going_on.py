"""What a run allows after its answers: votes on what is there, and the next message."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from streamlit.proto.Block_pb2 import Block as BlockProto
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block

from compare.engine.hub import close_hub
from compare.engine.run import Run
from compare.settings import database_path
from compare.ui import resources
from tests.pages.steps import ROOT, after_a_run, all_text, badges, finished, go_on, healthy, opened

# --- incomplete answers ----------------------------------------------------------------------------------------------


def with_a_stopped_answer(place: int = 1) -> AppTest:
    """A run whose answer in that place is stored as stopped."""
    run_id = str(after_a_run(opened()).session_state["run_id"])
    close_hub()
    with sqlite3.connect(database_path()) as db:
        db.execute(
            "UPDATE answers SET status = 'stopped', finish = 'cancelled' WHERE id = "
            "(SELECT answer_id FROM comparison_slots WHERE comparison_id = ? AND slot = ?)",
            (run_id, place),
        )
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=20)
    app.query_params["run"] = run_id
    return app.run()


def test_a_stopped_answer_cannot_be_voted_for_and_the_bar_says_what_to_do() -> None:
    app = healthy(with_a_stopped_answer())
    assert "B was stopped. Regenerate, or vote on A and C alone." in all_text(app)
    disabled = {key: app.button(key=f"vote_{key}").disabled for key in "12390"}
    assert disabled == {"1": False, "2": True, "3": False, "9": False, "0": False}
    app.button(key="vote_9").click().run()
    store = resources.store()
    ballot = store.counted_ballot(str(app.session_state["run_id"]), store.rater("local"))
    assert ballot is not None
    assert len(ballot.shown_order) == 2


def test_a_vote_without_an_answer_that_is_complete_by_now_says_so() -> None:
    app = with_a_stopped_answer()
    app.button(key="vote_3").click().run()
    assert "You voted with names shown: C, Sim Large." in all_text(app)
    app.button(key="again_1").click().run()
    finished(app)
    assert "C, Sim Large, before B had an answer. Vote again to include it." in all_text(healthy(app.run()))


def test_a_vote_on_an_answer_that_is_regenerated_says_so_and_stays_counted() -> None:
    app = after_a_run(opened())
    app.button(key="vote_2").click().run()
    app.button(key="again_1").click().run()
    finished(app)
    assert "You voted with names shown: B, Sim Flash, of an earlier version." in all_text(healthy(app.run()))
    app.switch_page("pages/review/results.py").run()
    assert "1 vote of an earlier version" in all_text(healthy(app))


# --- going on, and who votes -----------------------------------------------------------------------------------------


def test_what_follows_a_blind_run_after_the_vote_does_not_say_blind() -> None:
    app = opened()
    app.toggle(key="blind").set_value(True).run()
    app = after_a_run(app)
    assert "Blind" in badges(app)
    app.button(key="vote_1").click().run()
    app = go_on(app)
    assert "Blind" not in badges(app)
    comparison = resources.store().comparison(str(app.session_state["run_id"]))
    assert comparison is not None
    assert not comparison.blind


def test_a_handover_is_run_voted_on_and_its_loss_stands_on_results() -> None:
    app = after_a_run(opened())
    app.radio(key="next_history_choice").set_value("handover").run()
    run_id = str(app.session_state["run_id"])
    app.selectbox(key=f"next_to_{run_id}").set_value("sim-large").run()
    app = go_on(app)
    assert "Handed over: each branch keeps the answers given in it" in all_text(app)
    names = [pane.face.label for pane in resources.runs().open(str(app.session_state["run_id"])).panes]
    assert names == ["Sim Lite, then Sim Large", "Sim Flash, then Sim Large", "Sim Large"]
    app.button(key="vote_3").click().run()
    app.switch_page("pages/review/results.py").run()
    table = healthy(app).dataframe[1].value
    assert list(table["From"]) == ["Sim Lite", "Sim Flash"]
    assert list(table["Lost"]) == ["+50 points", "+50 points"]
    app.switch_page("pages/route/weights.py").run()
    assert any("No votes yet." in info.value for info in healthy(app).info)


def how_it_goes_on(app: AppTest) -> tuple[str, str]:
    """What the folded choice says, and what is chosen in it."""
    found = [one.proto.popover.label for one in blocks(app._tree) if isinstance(one.proto, BlockProto)]
    return next(label for label in reversed(found) if label), str(app.radio(key="next_history_choice").value)


def blocks(block: Block) -> Iterator[Block]:
    for child in block.children.values():
        if isinstance(child, Block):
            yield child
            yield from blocks(child)


def test_whose_answer_is_given_and_who_takes_over_is_said_before_it_is_sent() -> None:
    app = after_a_run(opened())
    app.radio(key="next_history_choice").set_value("fixed").run()
    assert how_it_goes_on(app) == ("All see what was really answered", "fixed")
    app = go_on(app)
    assert how_it_goes_on(app) == ("All see A's answer", "fixed")
    app.selectbox(key=f"next_given_{app.session_state['run_id']}").set_value(2).run()
    assert how_it_goes_on(app) == ("All see C's answer", "fixed")
    app.radio(key="next_history_choice").set_value("handover").run()
    app.selectbox(key=f"next_to_{app.session_state['run_id']}").set_value("sim-large").run()
    assert how_it_goes_on(healthy(app)) == ("Sim Large takes over", "handover")


def test_a_history_that_a_blind_run_closes_is_neither_shown_nor_sent_and_comes_back_with_the_vote(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = after_a_run(opened())
    app.radio(key="next_history_choice").set_value("handover").run()
    app.button(key="new").click().run()
    app.toggle(key="blind").set_value(True).run()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Run, "running", property(lambda run: True))
        app.button(key="run").click().run()
        assert app.chat_input(key="next_message").disabled
        # Who could take over stands there in the order of the letters.
        assert [one.label for one in healthy(app).selectbox] == []
        assert how_it_goes_on(app) == ("Each sees its own answers", "own")
    finished(app)
    app.run()
    assert how_it_goes_on(app) == ("Each sees its own answers", "own")
    app.button(key="vote_1").click().run()
    said, chosen = how_it_goes_on(healthy(app))
    assert said.endswith(" takes over")
    assert chosen == "handover"


def test_when_every_answer_failed_there_is_none_to_give_to_all() -> None:
    app = after_a_run(opened())
    app.radio(key="next_history_choice").set_value("fixed").run()
    app.button(key="new").click().run()
    app.segmented_control(key="thread_way").set_value("paste").run()
    app.text_area(key="paste_text").set_value(f"User: {'too long ' * 150_000}").run()
    app.multiselect(key="candidate_choice").set_value(["sim-lite", "sim-flash"]).run()
    app = healthy(after_a_run(app))
    assert "A and B failed" in all_text(app)
    assert "opens with an answer that did not fail" in all_text(app)
    assert app.radio(key="next_history_choice").value == "own"


def test_the_next_message_goes_to_the_chosen_ones() -> None:
    app = after_a_run(opened())
    app.get_by_key(f"next_places_{app.session_state['run_id']}").set_value([0, 2]).run()
    assert app.chat_input(key="next_message").placeholder == "Next message, to A and C"
    app = go_on(app)
    assert "Without B Sim Flash: the conversation went on without it." in all_text(app)


def test_the_header_counts_what_is_asked_about() -> None:
    app = after_a_run(opened())
    assert app.subheader[0].value.endswith("29 of 30 messages")
    app = go_on(app)
    assert app.subheader[0].value.endswith("31 messages")


def test_production_that_cannot_go_on_is_named_for_good() -> None:
    app = opened()
    app.multiselect(key="candidate_choice").set_value(["sim-flash", "sim-large", "production"])
    app = go_on(after_a_run(app))
    for _ in range(2):
        assert "Without C Production: a recorded answer cannot go on." in all_text(app.run())
