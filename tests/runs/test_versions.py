"""Earlier versions of an answer: what was said before it was asked for again, and who may see it when."""

from __future__ import annotations

from compare.review.votes import Choice, cast
from compare.runs.views import View, Views
from tests.engine.servers import answering, hanging, refusing
from tests.runs.conftest import World, until


def seen(world: World, run_id: str, viewer: str = "anybody") -> View:
    view = Views(world.runs, world.store).find(run_id, viewer)
    assert view is not None
    return view


def texts(view: View, place: int) -> list[str | None]:
    """The stored text of versions 0, 1, 2 and of the newest."""
    return [*(view.raw(place, k) for k in range(3)), view.raw(place)]


def test_every_earlier_version_can_be_read_with_its_own_numbers(world: World) -> None:
    world.server.acts = [answering("One.", usage=(100, 21)), answering("*Two.*"), answering("Three.")]
    run_id = world.runs.start(world.thread(), world.candidates("scripted", "sim-lite"))
    for _ in range(2):
        world.finished(run_id)
        world.runs.again(run_id, 0)
    world.finished(run_id)
    view = seen(world, run_id)
    assert texts(view, 0) == ["One.", "*Two.*", None, "Three."]
    first, second = view.version(0, 0), view.version(0, 1)
    assert first is not None
    assert second is not None
    assert (first["version"], first["state"], first["label"]) == (0, "done", "Label scripted")
    assert "out 21 " in first["numbers"]
    figures = view.details(0, 0)
    assert figures is not None
    assert "21" in {row["value"] for group in figures["groups"] for row in group["rows"]}
    assert second["blocks"] == [(0, "<p><em>Two.</em></p>\n")]


def test_a_version_that_failed_says_why(world: World) -> None:
    world.server.acts = [refusing(401, "no key"), answering("Yes.")]
    run_id = world.runs.start(world.thread(), world.candidates("scripted", "sim-lite"))
    world.finished(run_id)
    world.runs.again(run_id, 0)
    world.finished(run_id)
    old = seen(world, run_id).version(0, 0)
    assert old is not None
    assert (old["state"], old["blocks"]) == ("failed", [])
    assert "wants a key (401)" in old["note"]


def test_the_newest_version_and_what_was_never_there_are_no_earlier_versions(world: World) -> None:
    run_id = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"))
    world.finished(run_id)
    view = seen(world, run_id)
    assert [view.version(0, 0), view.version(0, 1), view.version(7, 0), view.version(-1, 0)] == [None] * 4


def test_earlier_versions_stay_where_the_conversation_stood_when_panes_change(world: World) -> None:
    run_id = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-flash", "sim-large"))
    world.finished(run_id)
    world.runs.again(run_id, 2)
    world.finished(run_id)
    before = texts(seen(world, run_id), 2)
    changed = world.runs.change_panes(run_id, keep=[0, 2])
    world.finished(changed)
    assert texts(seen(world, changed), 1) == before
    assert before[0] is not None


def test_before_a_blind_vote_an_earlier_version_is_text_and_nothing_else(world: World) -> None:
    ann = world.store.rater("Ann")
    run_id = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"), blind=True)
    world.finished(run_id)
    world.runs.again(run_id, 0)
    world.finished(run_id)
    old = seen(world, run_id, ann).version(0, 0)
    assert old is not None
    assert old["blocks"]
    assert (old["label"], old["badge"], old["numbers"], old["note"], old["timeline"]) == ("", "", "", "", None)
    assert seen(world, run_id, ann).details(0, 0) is None
    comparison = world.store.comparison(run_id)
    assert comparison is not None
    cast(world.store, comparison, ann, Choice("best", 0), key="key-1")
    shown = seen(world, run_id, ann).version(0, 0)
    assert shown is not None
    assert shown["label"]
    assert shown["numbers"]


def test_while_a_blind_run_is_hidden_its_earlier_versions_are_too(world: World) -> None:
    run_id = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"), blind=True)
    world.finished(run_id)
    world.server.acts = [hanging("Half")]
    world.models["sim-lite"] = world.models["sim-large"] = world.models["scripted"]
    world.runs.again(run_id, 0)
    run = world.runs.open(run_id)
    until(lambda: run.panes[0].state in ("waiting", "writing"))
    view = seen(world, run_id)
    assert (view.version(0, 0), view.raw(0, 0), view.thinking(0, 0)) == (None, None, None)
    world.runs.stop(run_id)
    until(lambda: not run.running)
    assert view.raw(0, 0)
