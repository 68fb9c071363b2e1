"""Recorded answers beside candidates: whose they are, blind and open, and a thread replayed turn by turn."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest

from compare.errors import CompareError
from compare.records import Answer, Candidate, Message
from compare.render.frames import PaneSnapshot
from compare.runs.views import Views
from tests.runs.conftest import MESSAGES, World

PERSON, MODEL = Candidate("a person"), Candidate("sim-lite")
TOLD = {"name", "blocks", "tail"}
"""What two panes may differ in while names are hidden: their letters and their words."""


def with_recorded(world: World, *candidates: Candidate) -> str:
    """A thread to whose last message these have answered."""
    thread_id = world.thread()
    leaf = world.store.thread(thread_id).messages[-1]
    for candidate in candidates:
        world.store.save_candidate(candidate)
        answer = Answer(
            secrets.token_hex(8), candidate.id, leaf.id, 2, 4, "fixed", "recorded", "done", "stop",
            f"{candidate.name} said so.", total_ms=1234.0, in_reported=99, model_served="secret-model-7",
        )  # fmt: skip
        world.store.save_answer(answer)
    return thread_id


def shared(pane: PaneSnapshot) -> dict[str, object]:
    return {key: value for key, value in pane.items() if key not in TOLD}


def test_a_recorded_answer_stands_beside_the_same_model_asked_now(world: World) -> None:
    run_id = world.runs.start(with_recorded(world, MODEL), world.candidates("sim-lite"), recorded=[MODEL])
    run = world.finished(run_id)
    assert [pane.face.label for pane in run.panes] == ["Sim-Lite", "sim-lite (recorded)"]
    assert [pane.face.badge for pane in run.panes] == ["", "recorded"]
    assert len(world.requests_to("sim-lite")) == 1
    assert run.raw(1) == "sim-lite said so."


def test_recorded_answers_alone_can_be_compared(world: World) -> None:
    run = world.finished(world.runs.start(with_recorded(world, PERSON, MODEL), [], recorded=[PERSON, MODEL]))
    assert [pane.raw() for pane in run.panes] == ["a person said so.", "sim-lite said so."]
    assert world.requests == []


def test_an_answer_that_was_never_recorded_is_one_sentence(world: World) -> None:
    with pytest.raises(CompareError, match="No answer of a person to this message is recorded"):
        world.runs.start(world.thread(), world.candidates("sim-lite"), recorded=[PERSON])


def test_while_blind_a_recorded_pane_differs_from_the_others_in_its_words_alone(world: World) -> None:
    # Thinking of a model that was asked told it from a recorded answer.
    thinks = Candidate("sim-large", settings=replace(Candidate("x").settings, reasoning_effort="high"))
    thread_id = with_recorded(world, PERSON, MODEL)
    run_id = world.runs.start(thread_id, [thinks], recorded=[PERSON, MODEL], blind=True)
    run = world.finished(run_id)
    assert any(pane.thinking() for pane in run.panes)
    view = Views(world.runs, world.store).find(run_id, world.store.rater("Ann"))
    assert view is not None
    assert not view.revealed
    panes = view.snapshot()["panes"]
    assert [shared(pane) for pane in panes] == [shared(panes[0])] * 3
    told = str(view.snapshot())
    assert not any(word in told for word in ("recorded", "1234", "secret-model-7", "sim-large", "Sim-Large"))
    assert [(view.details(n), view.thinking(n)) for n in range(3)] == [(None, None)] * 3


def test_after_the_vote_it_says_what_it_is(world: World) -> None:
    run_id = world.runs.start(with_recorded(world, PERSON), world.candidates("sim-lite"), recorded=[PERSON], blind=True)
    run = world.finished(run_id)
    view = replace(Views(world.runs, world.store).find(run_id, "x"), revealed=True)  # type: ignore[type-var]
    assert {pane["badge"] for pane in view.snapshot()["panes"]} == {"", "recorded"}
    assert "a person" in {pane.face.label for pane in run.panes}


# --- replay ----------------------------------------------------------------------------------------------------------

THREE_TURNS = (
    *MESSAGES[:3],
    Message("user", "Where is it?"),
    Message("user", "I need it on Monday."),
    Message("assistant", "In Lisbon."),
    Message("user", "Thanks, and when?"),
)


def test_a_thread_is_replayed_from_its_first_turn_with_own_answers(world: World) -> None:
    run_id = world.runs.start(world.thread(*THREE_TURNS), world.candidates("sim-lite", "sim-large"), turn=1)
    first = world.finished(run_id)
    assert world.requests_to("sim-lite") == [[("system", "Be kind."), ("user", "My order is 4417.")]]
    following = world.runs.next_of_thread(run_id)
    assert following is not None
    assert (following.turn, following.n_turns, following.text) == (2, 3, "Where is it?\n\nI need it on Monday.")
    run_id = world.runs.follow_up(run_id, following.text).run_id
    world.finished(run_id)
    # Its own words stand where the thread has somebody else's.
    assert world.requests_to("sim-lite")[-1][2:] == [("assistant", first.raw(0)), ("user", following.text)]
    last = world.runs.next_of_thread(run_id)
    assert last is not None
    assert (last.turn, last.text) == (3, "Thanks, and when?")
    run_id = world.runs.follow_up(run_id, last.text).run_id
    world.finished(run_id)
    assert world.runs.next_of_thread(run_id) is None


def test_a_run_on_the_last_turn_has_nothing_to_replay(world: World) -> None:
    run_id = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"))
    world.finished(run_id)
    assert world.runs.next_of_thread(run_id) is None


def test_a_turn_that_the_thread_does_not_have_is_one_sentence(world: World) -> None:
    with pytest.raises(CompareError, match="Turn 9 was asked for; this thread has 2"):
        world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"), turn=9)
