"""The conversation turn by turn, as it stands before the answers of all panes."""

from __future__ import annotations

from compare.records import Message
from compare.render.frames import TurnRow
from compare.render.markdown import to_html
from compare.runs.branches import Branch
from compare.runs.going_on import GoingOn
from compare.runs.turns import turn_rows
from compare.runs.views import Views
from tests.engine.servers import hanging
from tests.runs.conftest import World, until


def rows(world: World, run_id: str) -> list[TurnRow]:
    view = Views(world.runs, world.store).find(run_id, "anybody")
    assert view is not None
    return view.turns()


def html(text: str | None) -> str:
    return f"<p>{text}</p>\n"


def test_shared_turns_stand_there_once_and_the_newest_waits_for_its_answers(world: World) -> None:
    run_id = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"))
    world.finished(run_id)
    before, first, newest = rows(world, run_id)
    assert (before["turn"], before["message"], before["shared"]) == (0, 1, True)
    assert before["user"] == '<div class="rp-who">system</div><p>Be kind.</p>\n'
    assert first == {
        "turn": 1, "message": 2, "shared": True, "user": html("My order is 4417."),
        "cells": [{"html": html("Thank you. What can I do?"), "note": ""}],
    }  # fmt: skip
    assert newest == {"turn": 2, "message": 4, "shared": False, "user": html("Where is it?"), "cells": []}


def test_a_turn_of_every_candidate_is_one_row(world: World) -> None:
    first = world.runs.start(world.thread(), world.candidates("scripted", "sim-large"))
    said = [pane.raw() for pane in world.finished(first).panes]
    second = world.runs.follow_up(first, "And when?").run_id
    world.finished(second)
    row, newest = rows(world, second)[2:]
    assert (row["turn"], row["shared"], row["user"]) == (2, False, html("Where is it?"))
    assert [cell["note"] for cell in row["cells"]] == ["", ""]
    assert [cell["html"] for cell in row["cells"]] == [to_html(text) for text in said]
    assert (newest["turn"], newest["message"], newest["user"]) == (3, 6, html("And when?"))


def test_an_answer_that_all_were_given_is_shared_and_says_whose_it_was(world: World) -> None:
    first = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"))
    world.finished(first)
    second = world.runs.follow_up(first, "And when?", how=GoingOn("fixed", given=1)).run_id
    world.finished(second)
    row = rows(world, second)[2]
    assert (row["shared"], [cell["note"] for cell in row["cells"]]) == (True, ["Sim-Large's answer"])


def test_while_a_blind_run_is_hidden_only_shared_turns_are_sent(world: World) -> None:
    first = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"), blind=True)
    world.finished(first)
    world.server.acts = [hanging("Half"), hanging("Half")]
    world.models["sim-lite"] = world.models["sim-large"] = world.models["scripted"]
    second = world.runs.follow_up(first, "And when?").run_id
    run = world.runs.open(second)
    until(lambda: run.panes[0].state in ("waiting", "writing"))
    assert [row["turn"] for row in rows(world, second)] == [0, 1]
    world.runs.stop(second)
    until(lambda: not run.running)
    told = rows(world, second)
    assert [row["turn"] for row in told] == [0, 1, 2, 3]
    assert {cell["note"] for row in told for cell in row["cells"]} == {""}


# --- shapes that no run of the product makes today -------------------------------------------------------------------


def branch(*messages: Message, candidate: str = "me") -> Branch:
    return Branch(messages, frozenset({"s"}), candidate, {"a1": "me", "a2": "you"})


def test_what_differs_between_branches_is_told_for_each() -> None:
    start = Message("user", "Hi", id="s")
    mine = branch(start, Message("assistant", "Mine", answer_id="a1", id="1"), Message("user", "Why?", id="2"))
    yours = branch(start, Message("assistant", "Yours", answer_id="a2", id="3"), Message("user", "How?", id="4"))
    first, last = turn_rows([mine, yours], None)
    assert first["cells"] == [{"html": html("Mine"), "note": ""}, {"html": html("Yours"), "note": "another's answer"}]
    assert last["user"] == [html("Why?"), html("How?")]


def test_messages_in_a_row_are_one_turn_and_tools_are_named() -> None:
    path = (
        Message("user", "One", id="s"), Message("user", "Two", id="t"), Message("tool", "42", id="u"),
        Message("assistant", "So 42.", id="v"), Message("user", "Sure?", id="w"),
    )  # fmt: skip
    first, last = turn_rows([branch(*path), branch(*path)], None)
    assert first["user"] == html("One") + html("Two")
    assert first["cells"][0]["html"] == '<div class="rp-who">tool</div>' + html("42") + html("So 42.")
    assert (last["turn"], last["message"]) == (2, 5)
