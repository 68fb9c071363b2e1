"""Differences and marks of a run: who may read them, and when."""

from __future__ import annotations

from compare.records import Message
from compare.runs import reading
from compare.runs.reading import difference, marks
from compare.runs.views import View, Views
from tests.engine.servers import answering, hanging
from tests.runs.conftest import World, until


def view_of(world: World, run_id: str) -> View:
    view = Views(world.runs, world.store).find(run_id, "anybody")
    assert view is not None
    return view


def test_marks_lead_from_the_answers_to_the_messages_beside_them(world: World) -> None:
    thread = world.thread(Message("user", "My case is LD-7731."), Message("assistant", "Noted."),
                          Message("user", "Which case, and what does it cost?"))  # fmt: skip
    world.server.acts = [answering("It is LD-7731."), answering("It costs 240 EUR.")]
    run_id = world.runs.start(thread, world.candidates("scripted", "scripted"))
    world.finished(run_id)
    found = view_of(world, run_id).marks()
    assert found is not None
    shown = {text: (only, quoted) for text, only, quoted in
             zip(found["texts"], found["only"], found["quotes"], strict=True)}  # fmt: skip
    assert shown == {
        "It is LD-7731.": ([(6, 13)], [(6, 13, 1)]),
        "It costs 240 EUR.": ([(3, 16)], []),
    }


def test_what_a_follow_up_asks_is_no_quote_in_its_answers(world: World) -> None:
    thread = world.thread(Message("user", "My case is LD-7731, opened on 12 May."))
    world.server.acts = [answering("Noted.")] * 2 + [answering("LD-7731 is of 12 May.")] * 2
    run_id = world.runs.start(thread, world.candidates("scripted", "scripted"))
    world.finished(run_id)
    follow_up = world.runs.follow_up(run_id, "When was LD-7731 opened?").run_id
    world.finished(follow_up)
    found = view_of(world, follow_up).marks()
    assert found is not None
    assert found["quotes"] == [[(14, 20, 1)]] * 2


def test_a_blind_run_is_compared_once_its_texts_are_shown_and_not_before(world: World) -> None:
    world.server.acts = [answering("One answer."), hanging("Half")]
    run_id = world.runs.start(world.thread(), world.candidates("scripted", "scripted"), blind=True)
    run = world.runs.open(run_id)
    until(lambda: any(pane.state == "done" for pane in run.panes) and any(pane.text == "Half" for pane in run.panes))
    view = view_of(world, run_id)
    assert view.diff(0, 1) is None
    assert view.marks() is None
    world.runs.stop(run_id)
    world.finished(run_id)
    assert not view_of(world, run_id).revealed
    pairs = view_of(world, run_id).diff(0, 1)
    assert pairs is not None
    assert {"".join(t for op, t in pairs if op != "+"), "".join(t for op, t in pairs if op != "-")} == {
        "One answer.", "Half",
    }  # fmt: skip
    assert view_of(world, run_id).marks() is not None
    assert view_of(world, run_id).diff(0, 2) is None


def test_an_open_run_is_marked_only_when_no_answer_is_running(world: World) -> None:
    world.server.acts = [answering("One answer."), hanging("Half")]
    run_id = world.runs.start(world.thread(), world.candidates("scripted", "scripted"))
    run = world.runs.open(run_id)
    until(lambda: any(pane.state == "done" for pane in run.panes))
    assert view_of(world, run_id).marks() is None
    world.runs.stop(run_id)
    world.finished(run_id)
    assert view_of(world, run_id).marks() is not None


def test_the_same_texts_are_compared_once() -> None:
    before = reading._marks.cache_info()
    texts, thread = ["LD-7731 of test", "other"], [("user", "LD-7731"), ("user", "So?")]
    first, again = marks(texts, thread), marks(list(texts), list(thread))
    after = reading._marks.cache_info()
    assert first == again
    assert (after.hits - before.hits, after.misses - before.misses) == (1, 1)


def test_half_characters_can_be_sent_and_keep_every_place() -> None:
    assert difference("a \ud83d", "a b") == [("=", "a "), ("-", "\ufffd"), ("+", "b")]
    found = marks(["\ud83d LD-7731", "other"], [])
    assert found["texts"][0] == "\ufffd LD-7731"
    assert found["only"] == [[(2, 9)], []]
