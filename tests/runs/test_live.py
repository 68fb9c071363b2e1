"""The interactive run: start, continue, ask again, reopen; every step against real servers and a real database."""

from __future__ import annotations

import json

import pytest

from compare.engine.hub import Hub
from compare.errors import CompareError, NotFoundError
from compare.records import Candidate, Message, Recorded
from compare.store.recorded import PRODUCTION
from compare.threads.attachments import Attached
from tests.engine.servers import answering, hanging, refusing
from tests.runs.conftest import MESSAGES, World, until

PROMPT = [(m.role, m.text) for m in MESSAGES]


# --- starting --------------------------------------------------------------------------------------------------------


def test_a_run_sends_the_thread_to_every_candidate_and_stores_what_they_say(world: World) -> None:
    run_id = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"))
    run = world.finished(run_id)
    assert world.requests_to("sim-lite") == world.requests_to("sim-large") == [PROMPT]
    comparison = world.store.comparison(run_id)
    assert comparison is not None
    answers = world.store.answers([slot.answer_id for slot in comparison.current])
    assert [a.text for a in answers.values()] == [run.raw(0), run.raw(1)]
    assert all(a.status == "done" and a.history == "fixed" and a.origin == "live" for a in answers.values())
    assert [pane.face.label for pane in run.panes] == ["Sim-Lite", "Sim-Large"]
    assert [m["role"] for m in run.thread] == ["system", "user", "assistant", "user"]
    # What stands in the thread is not what is compared.
    assert {m["note"] for m in run.thread} == {""}


def test_the_run_is_stored_from_its_first_moment(world: World) -> None:
    world.server.acts = [hanging("Half")]
    run_id = world.runs.start(world.thread(), world.candidates("scripted", "sim-lite"))
    comparison = world.store.comparison(run_id)
    assert comparison is not None
    assert [slot.candidate.model_id for slot in comparison.current] == ["scripted", "sim-lite"]
    assert world.runs.open(run_id) is world.hub.get(run_id)


@pytest.mark.parametrize("n", [0, 1, 9])
def test_two_to_eight_candidates(world: World, n: int) -> None:
    with pytest.raises(CompareError, match=f"{n} candidates were chosen; a comparison takes 2 to 8"):
        world.runs.start(world.thread(), world.candidates(*["sim-lite"] * n))


def test_an_unknown_model_is_named_and_nothing_is_asked(world: World) -> None:
    with pytest.raises(NotFoundError, match=r"no model 'sim-lit' in the catalogue\. Did you mean sim-lite"):
        world.runs.start(world.thread(), world.candidates("sim-large", "sim-lit"))
    assert world.requests == []
    assert world.store.recent_comparisons() == []


def test_a_thread_that_is_not_there(world: World) -> None:
    with pytest.raises(NotFoundError):
        world.runs.start("nothing", world.candidates("sim-lite", "sim-large"))


def test_the_same_candidate_twice_is_numbered(world: World) -> None:
    run = world.finished(world.runs.start(world.thread(), world.candidates("sim-lite", "sim-lite")))
    assert [pane.face.label for pane in run.panes] == ["Sim-Lite", "Sim-Lite (2)"]


def test_one_failed_answer_leaves_the_other(world: World) -> None:
    world.server.acts = [refusing(401, "no key")]
    run = world.finished(world.runs.start(world.thread(), world.candidates("scripted", "sim-lite")))
    assert [pane.state for pane in run.panes] == ["failed", "done"]
    assert "wants a key (401)" in run.panes[0].note


# --- recorded answers ------------------------------------------------------------------------------------------------

WITH_REPLY = (*MESSAGES, Message("assistant", "It arrives on Monday."))


def test_what_production_said_stands_beside_the_candidates(world: World) -> None:
    run_id = world.runs.start(world.thread(*WITH_REPLY), [PRODUCTION, *world.candidates("sim-lite")])
    run = world.finished(run_id)
    assert run.raw(0) == "It arrives on Monday."
    assert [pane.face.badge for pane in run.panes] == ["recorded", ""]
    # Nobody was asked here, so there is neither time nor cost.
    assert run.panes[0].numbers() == "out 5 counted"
    # The reply is not part of what is asked.
    assert world.requests_to("sim-lite") == [PROMPT]
    with pytest.raises(CompareError, match="A recorded answer is what was really said"):
        world.runs.again(run_id, 0)


def test_production_without_a_recorded_answer_is_an_unknown_model(world: World) -> None:
    with pytest.raises(NotFoundError, match="no model 'production'"):
        world.runs.start(world.thread(), [PRODUCTION, *world.candidates("sim-lite")])


def test_a_model_that_can_be_asked_is_asked_although_an_answer_of_it_was_recorded(world: World) -> None:
    thread_id = world.thread(recorded=(Recorded("sim-lite", "An old answer."), Recorded("their-model", "Theirs.")))
    run = world.finished(world.runs.start(thread_id, world.candidates("sim-lite", "their-model")))
    assert len(world.requests_to("sim-lite")) == 1
    assert run.raw(0) != "An old answer."
    assert run.raw(1) == "Theirs."


# --- blind runs ------------------------------------------------------------------------------------------------------


def test_the_order_of_a_blind_run_is_drawn_once_and_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.SystemRandom.shuffle", lambda _, order: order.reverse())
    run_id = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-flash", "sim-large"), blind=True)
    world.finished(run_id)
    labels = ["Sim-Large", "Sim-Flash", "Sim-Lite"]
    for _ in range(2):
        run = world.runs.open(run_id)
        assert run.blind
        assert [pane.face.label for pane in run.panes] == labels
        world.hub._runs.clear()


def test_every_order_of_a_blind_run_comes_up(world: World) -> None:
    thread_id = world.thread()
    seen = set()
    for _ in range(12):
        run_id = world.runs.start(thread_id, world.candidates("sim-lite", "sim-large"), blind=True)
        comparison = world.store.comparison(run_id)
        assert comparison is not None
        seen.add(tuple(slot.candidate.model_id for slot in comparison.current))
    # Each of the two is missing from twelve draws once in 4,096 times.
    assert seen == {("sim-lite", "sim-large"), ("sim-large", "sim-lite")}


# --- going on --------------------------------------------------------------------------------------------------------


def test_a_follow_up_sends_each_candidate_its_own_answers_only(world: World) -> None:
    first = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"))
    said = [world.finished(first).raw(place) for place in range(2)]
    assert said[0] != said[1]
    second = world.runs.follow_up(first, "And when?").run_id
    then = [world.finished(second).raw(place) for place in range(2)]
    third = world.runs.follow_up(second, "Thanks.").run_id
    world.finished(third)
    for place, model_id in enumerate(("sim-lite", "sim-large")):
        expected = [*PROMPT, ("assistant", said[place]), ("user", "And when?")]
        expected += [("assistant", then[place]), ("user", "Thanks.")]
        assert world.requests_to(model_id)[-1] == expected


def test_a_follow_up_is_a_linked_run_with_its_own_history(world: World) -> None:
    first = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"), blind=True)
    world.finished(first)
    continued = world.runs.follow_up(first, "And when?")
    run = world.finished(continued.run_id)
    comparison = world.store.comparison(continued.run_id)
    before = world.store.comparison(first)
    assert comparison is not None
    assert before is not None
    assert (comparison.continues_id, comparison.history, comparison.blind) == (first, "own", True)
    assert [s.candidate.id for s in comparison.current] == [s.candidate.id for s in before.current]
    answers = world.store.answers([s.answer_id for s in comparison.current])
    for slot, old in zip(comparison.current, before.current, strict=True):
        answer = answers[slot.answer_id]
        assert (answer.history, answer.turn, answer.n_messages) == ("own", 3, 6)
        assert json.loads(answer.sent_json)["own_answer_ids"] == [old.answer_id]
    # The shared thread stands beside the panes, each pane's own turns above its answer.
    assert len(run.thread) == len(MESSAGES)
    earlier = [pane.face.earlier_html for pane in run.panes]
    assert earlier[0] != earlier[1]
    assert all("And when?" in html for html in earlier)


def test_what_follows_a_blind_run_is_open_for_who_has_seen_its_names(world: World) -> None:
    first = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"), blind=True)
    world.finished(first)
    second = world.runs.follow_up(first, "And when?", names_seen=True).run_id
    run = world.finished(second)
    assert not run.blind
    comparison = world.store.comparison(second)
    assert comparison is not None
    assert not comparison.blind
    assert world.runs.left_out(comparison) == []


def test_who_has_no_answer_is_left_out_and_named(world: World) -> None:
    world.server.acts = [refusing(401, "no key")]
    candidates = [*world.candidates("scripted", "sim-lite"), PRODUCTION, *world.candidates("sim-large")]
    first = world.runs.start(world.thread(*WITH_REPLY), candidates)
    world.finished(first)
    continued = world.runs.follow_up(first, "And when?")
    assert continued.left_out == ("A", "C")
    run = world.finished(continued.run_id)
    comparison = world.store.comparison(continued.run_id)
    assert comparison is not None
    # Also known later, from what is stored.
    assert [(left.letter, left.why) for left in world.runs.left_out(comparison)] == [
        ("A", "it had no answer to go on from"),
        ("C", "a recorded answer cannot go on"),
    ]
    assert [pane.face.label for pane in run.panes] == ["Sim-Lite", "Sim-Large"]


def test_a_model_that_has_left_the_catalogue_cannot_go_on(world: World) -> None:
    first = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-flash", "sim-large"))
    world.finished(first)
    del world.models["sim-flash"]
    continued = world.runs.follow_up(first, "And when?")
    assert continued.left_out == ("B",)
    comparison = world.store.comparison(continued.run_id)
    assert comparison is not None
    assert [left.why for left in world.runs.left_out(comparison)] == ["its model is not in the catalogue"]
    assert not world.finished(continued.run_id).running
    with pytest.raises(NotFoundError, match="no model 'sim-flash'"):
        world.runs.again(first, 1)
    assert not world.runs.open(first).running


def test_a_follow_up_needs_words_and_two_finished_answers(world: World) -> None:
    thread_id = world.thread()
    world.server.acts = [refusing(401, "no key")]
    failed = world.runs.start(thread_id, world.candidates("scripted", "sim-lite"))
    world.finished(failed)
    with pytest.raises(CompareError, match="1 of 2 answers can go on; at least 2 are needed"):
        world.runs.follow_up(failed, "And when?")
    # What could not go on has left no branch behind.
    assert world.store.threads(search="And when") == []
    with pytest.raises(CompareError, match="The message is empty"):
        world.runs.follow_up(failed, " \n")
    world.server.acts = [hanging("Half")]
    live = world.runs.start(thread_id, world.candidates("scripted", "sim-lite"))
    with pytest.raises(CompareError, match="Some answers are still being written"):
        world.runs.follow_up(live, "And when?")


# --- asking again ----------------------------------------------------------------------------------------------------


def test_asking_again_keeps_both_versions_and_makes_a_simulated_model_say_something_of_its_own(world: World) -> None:
    run_id = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"))
    world.finished(run_id)
    world.runs.again(run_id, 1)
    run = world.finished(run_id)
    comparison = world.store.comparison(run_id)
    assert comparison is not None
    assert [(s.slot, s.version) for s in comparison.slots] == [(0, 0), (1, 0), (1, 1)]
    old, new = (world.store.answer(s.answer_id) for s in comparison.slots[1:])
    assert old is not None
    assert new is not None
    assert (new.replaces_id, new.repeat, new.text) == (old.id, 1, run.raw(1))
    assert world.requests_to("sim-large") == [PROMPT, PROMPT]
    assert [pane.version for pane in run.panes] == [0, 1]


def test_a_failed_answer_can_be_tried_again(world: World) -> None:
    world.server.acts = [refusing(401, "no key"), answering("Yes.")]
    run_id = world.runs.start(world.thread(), world.candidates("scripted", "sim-lite"))
    world.finished(run_id)
    world.runs.again(run_id, 0)
    assert world.finished(run_id).raw(0) == "Yes."


def test_a_branch_that_is_asked_again_keeps_its_own_history(world: World) -> None:
    first = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"))
    world.finished(first)
    second = world.runs.follow_up(first, "And when?").run_id
    world.finished(second)
    world.runs.again(second, 0)
    world.finished(second)
    assert world.requests_to("sim-lite")[-1] == world.requests_to("sim-lite")[-2]
    comparison = world.store.comparison(second)
    assert comparison is not None
    answer = world.store.answer(comparison.current[0].answer_id)
    assert answer is not None
    assert (answer.history, answer.repeat) == ("own", 1)


@pytest.mark.parametrize("place", [-1, 2, 99])
def test_a_place_that_is_not_there(world: World, place: int) -> None:
    run_id = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"))
    world.finished(run_id)
    with pytest.raises(NotFoundError, match=f"no answer in place {place + 1}; this run has 2"):
        world.runs.again(run_id, place)
    world.runs.stop(run_id, place)
    world.runs.stop("nothing")


# --- stopping and reopening ------------------------------------------------------------------------------------------


def test_stopping_all_keeps_what_has_arrived(world: World) -> None:
    world.server.acts = [hanging("Half")]
    run_id = world.runs.start(world.thread(), world.candidates("scripted", "scripted"))
    run = world.runs.open(run_id)
    until(lambda: all(pane.state == "writing" for pane in run.panes))
    world.runs.stop(run_id)
    world.finished(run_id)
    assert [(pane.state, run.raw(i)) for i, pane in enumerate(run.panes)] == [("stopped", "Half")] * 2
    # A stopped answer can go on: its text is what was said.
    continued = world.runs.follow_up(run_id, "Go on.")
    assert continued.left_out == ()


def after_a_restart(world: World) -> World:
    """The same database with a hub that knows nothing."""
    world.hub = Hub()
    return world


def test_a_finished_run_is_the_same_after_a_restart(world: World) -> None:
    run_id = world.runs.start(world.thread(*WITH_REPLY), [PRODUCTION, *world.candidates("sim-lite", "sim-large")])
    before = world.finished(run_id).snapshot(revealed=True)
    n_requests = len(world.requests)
    after_a_restart(world)
    try:
        after = world.runs.open(run_id).snapshot(revealed=True)
        assert after["panes"] == before["panes"]
        assert (after["thread"], after["title"], after["running"]) == (before["thread"], before["title"], False)
        assert len(world.requests) == n_requests
        assert world.runs.open(run_id) is world.runs.open(run_id)
    finally:
        world.hub.close()


def test_a_run_can_be_continued_after_a_restart(world: World) -> None:
    first = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"))
    said = [world.finished(first).raw(place) for place in range(2)]
    after_a_restart(world)
    try:
        second = world.runs.follow_up(first, "And when?").run_id
        world.finished(second)
        assert world.requests_to("sim-lite")[-1] == [*PROMPT, ("assistant", said[0]), ("user", "And when?")]
        world.runs.again(first, 0)
        assert world.finished(first).panes[0].version == 1
    finally:
        world.hub.close()


def test_an_answer_that_the_end_of_the_app_cut_off_is_shown_as_failed_and_can_be_tried_again(world: World) -> None:
    world.server.acts = [hanging("Half"), answering("Whole.")]
    run_id = world.runs.start(world.thread(), world.candidates("scripted", "sim-lite"))
    until(lambda: world.runs.open(run_id).panes[1].final)
    # The process dies: nothing is saved any more.
    world.hub, dead = Hub(), world.hub
    try:
        run = world.runs.open(run_id)
        assert [pane.state for pane in run.panes] == ["failed", "done"]
        assert run.panes[0].note == "The app ended before this answer was complete. Retry asks for it again."
        assert not run.running
        world.runs.again(run_id, 0)
        assert world.finished(run_id).raw(0) == "Whole."
    finally:
        world.hub.close()
        dead.close()


def test_an_address_of_no_run(world: World) -> None:
    with pytest.raises(NotFoundError, match="no run with this address in this database"):
        world.runs.open("nothing")


def test_a_candidates_own_label_is_what_the_pane_is_called(world: World) -> None:
    run_id = world.runs.start(world.thread(), [Candidate("sim-lite", label="Mine"), *world.candidates("sim-large")])
    assert [pane.face.label for pane in world.finished(run_id).panes] == ["Mine", "Sim-Large"]


def test_files_go_with_the_next_message_and_what_cannot_go_is_named(world: World) -> None:
    first = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"))
    world.finished(first)
    with pytest.raises(CompareError, match=r"plan\.pdf cannot be attached"):
        world.runs.follow_up(first, "See this.", [Attached("plan.pdf", b"%PDF")])
    again = world.runs.follow_up(first, "", [Attached("log.txt", b"error 4417")]).run_id
    comparison = world.store.comparison(again)
    assert comparison is not None
    paths = [world.store.path(slot.prompt_leaf_id) for slot in comparison.current]
    assert {path[-1].text for path in paths} == {"log.txt:\n```\nerror 4417\n```"}
    world.finished(again)
