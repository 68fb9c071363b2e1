"""What one viewer may see of a run."""

from __future__ import annotations

from typing import Any

from compare.review.votes import Choice, cast, undo
from compare.runs.views import Views, has_seen_names
from tests.engine.servers import hanging
from tests.runs.conftest import World, until


def blind_run(world: World) -> str:
    run_id = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"), blind=True)
    world.finished(run_id)
    return run_id


def vote(world: World, run_id: str, rater: str, key: str = "key-1") -> None:
    comparison = world.store.comparison(run_id)
    assert comparison is not None
    cast(world.store, comparison, rater, Choice("best", 0), key=key)


def revealed(world: World, run_id: str, rater: str) -> bool:
    view = Views(world.runs, world.store).find(run_id, rater)
    assert view is not None
    labels = [pane["label"] for pane in view.snapshot()["panes"]]
    assert labels == (["", ""] if not view.revealed else [pane.face.label for pane in view.run.panes])
    return view.revealed


def figures(world: World, run_id: str, rater: str) -> Any:
    """Titles of a pane's details; None where they may not be known, and then the bar is not shown either."""
    view = Views(world.runs, world.store).find(run_id, rater)
    assert view is not None
    found = view.details(0)
    assert (view.snapshot()["panes"][0]["timeline"] is None) == (found is None)
    return None if found is None else [group["title"] for group in found["groups"]]


def test_an_open_run_is_shown_to_everybody(world: World) -> None:
    run_id = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"))
    world.finished(run_id)
    assert revealed(world, run_id, "anybody")


def test_a_blind_run_is_revealed_to_who_has_voted_and_stays_so(world: World) -> None:
    ann, bob = world.store.rater("Ann"), world.store.rater("Bob")
    run_id = blind_run(world)
    assert not revealed(world, run_id, ann)
    assert figures(world, run_id, ann) is None
    vote(world, run_id, ann)
    assert revealed(world, run_id, ann)
    assert "Tokens" in figures(world, run_id, ann)
    assert figures(world, run_id, bob) is None
    assert not revealed(world, run_id, bob)
    comparison = world.store.comparison(run_id)
    assert comparison is not None
    undo(world.store, comparison, ann)
    assert revealed(world, run_id, ann)


def test_a_run_that_goes_on_from_a_revealed_one_is_revealed(world: World) -> None:
    ann, bob = world.store.rater("Ann"), world.store.rater("Bob")
    first = blind_run(world)
    vote(world, first, ann)
    second = world.runs.follow_up(first, "And when?").run_id
    world.finished(second)
    third = world.runs.follow_up(second, "Thanks.").run_id
    world.finished(third)
    assert revealed(world, third, ann)
    assert not revealed(world, third, bob)
    assert has_seen_names(world.store, third, ann)
    assert not has_seen_names(world.store, third, bob)


def test_nobody_sees_names_while_a_blind_run_is_running(world: World) -> None:
    ann = world.store.rater("Ann")
    run_id = blind_run(world)
    vote(world, run_id, ann)
    world.server.acts = [hanging("Half")]
    # Whichever of the two stands at the first place.
    world.models["sim-lite"] = world.models["sim-large"] = world.models["scripted"]
    world.runs.again(run_id, 0)
    run = world.runs.open(run_id)
    until(lambda: run.panes[0].state in ("waiting", "writing"))
    assert not revealed(world, run_id, ann)
    view = Views(world.runs, world.store).find(run_id, ann)
    assert view is not None
    assert view.raw(0) is view.raw(1) is None


def test_what_is_not_there_is_none(world: World) -> None:
    assert Views(world.runs, world.store).find("nothing", "anybody") is None
    run_id = blind_run(world)
    view = Views(world.runs, world.store).find(run_id, "anybody")
    assert view is not None
    assert view.raw(0)
    assert view.raw(7) is None


def test_a_vote_on_what_follows_opens_what_was_before(world: World) -> None:
    ann, bob = world.store.rater("Ann"), world.store.rater("Bob")
    first = blind_run(world)
    second = world.runs.follow_up(first, "And when?").run_id
    world.finished(second)
    assert not revealed(world, first, ann)
    vote(world, second, ann)
    assert revealed(world, first, ann)
    assert not revealed(world, first, bob)
