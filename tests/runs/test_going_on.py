"""Going on under each history: what every request carries, checked at the server; editing, other panes, repeats."""

from __future__ import annotations

import json

import pytest

from compare.errors import CompareError
from compare.records import Ballot, Candidate, History, Message
from compare.runs.going_on import GoingOn
from compare.store.recorded import PRODUCTION
from tests.engine.servers import naming_itself, refusing
from tests.runs.conftest import MESSAGES, World

PROMPT = [(m.role, m.text) for m in MESSAGES]
ASKED = ("And when?", "Where from?", "Who sent it?", "Thanks.")
"""What the user says in turns two to five after the thread."""


@pytest.fixture
def two(world: World) -> World:
    """Two candidates that answer with their own name."""
    world.server.acts = [naming_itself]
    for name in ("anna", "bert"):
        world.models[name] = world.server.spec(name, label=name.title())
    return world


def sent_to(world: World, model_id: str) -> list[list[tuple[str, str]]]:
    """Every request to a model, oldest first."""
    mine = [r for r in world.server.requests if r["model"] == f"wire-{model_id}"]
    return [[(m["role"], m["content"]) for m in request["messages"]] for request in mine]


def names_in(request: list[tuple[str, str]]) -> list[str]:
    """Whose answers stand in a request after the thread, oldest first."""
    return [text.split()[2].removeprefix("wire-") for role, text in request[len(PROMPT) :] if role == "assistant"]


def vote(world: World, run_id: str, place: int, rater_id: str) -> None:
    comparison = world.store.comparison(run_id)
    assert comparison is not None
    ids = tuple(slot.answer_id for slot in comparison.current)
    world.store.cast(Ballot(run_id, run_id, run_id, rater_id, "best", (ids[place],), ids), [])


def talk(world: World, how: GoingOn, *, winners: tuple[int, ...] = ()) -> list[str]:
    """Five turns; returns the runs' ids."""
    rater_id = world.store.rater("local")
    runs = [world.runs.start(world.thread(), world.candidates("anna", "bert"))]
    for n, text in enumerate(ASKED):
        world.finished(runs[-1])
        if winners:
            vote(world, runs[-1], winners[n], rater_id)
        runs.append(world.runs.follow_up(runs[-1], text, how=how, rater_id=rater_id).run_id)
    world.finished(runs[-1])
    return runs


def told(world: World, run_id: str) -> str:
    return world.runs.history_in_words(run_id, revealed=True)


# --- five turns under each history -----------------------------------------------------------------------------------


def test_under_own_history_nobody_ever_sees_another_name(two: World) -> None:
    runs = talk(two, GoingOn("own"))
    for name in ("anna", "bert"):
        requests = sent_to(two, name)
        assert [names_in(request) for request in requests] == [[name] * n for n in range(5)]
        assert [[text for role, text in r[len(PROMPT) :] if role == "user"] for r in requests] == [
            list(ASKED[:n]) for n in range(5)
        ]
        assert all(request[: len(PROMPT)] == PROMPT for request in requests)
    assert told(two, runs[0]) == "Earlier turns as given"
    assert {told(two, run_id) for run_id in runs[1:]} == {"Each candidate sees its own answers"}


def test_under_the_winners_history_all_are_sent_the_same_words(two: World) -> None:
    runs = talk(two, GoingOn("winner"), winners=(0, 1, 1, 0))
    anna, bert = sent_to(two, "anna"), sent_to(two, "bert")
    assert anna == bert
    assert [names_in(request) for request in anna] == [[], ["anna"], ["anna", "bert"], ["anna", "bert", "bert"],
                                                       ["anna", "bert", "bert", "anna"]]  # fmt: skip
    assert told(two, runs[1]) == "All see the winner's answers (Anna)"
    assert told(two, runs[4]) == (
        "Turn 2: all see the winner's answers (Anna). Turns 3 to 4: all see the winner's answers (Bert). "
        "Turn 5: all see the winner's answers (Anna)."
    )


def test_under_fixed_history_all_are_sent_the_answer_that_was_given(two: World) -> None:
    runs = talk(two, GoingOn("fixed", given=1))
    anna, bert = sent_to(two, "anna"), sent_to(two, "bert")
    assert anna == bert
    assert names_in(anna[-1]) == ["bert"] * 4
    assert told(two, runs[4]) == "All see Bert's answers"


def test_what_was_really_answered_can_be_given_to_all(two: World) -> None:
    thread_id = two.thread(*MESSAGES, Message("assistant", "It arrives on Monday."))
    first = two.runs.start(thread_id, [*two.candidates("anna", "bert"), PRODUCTION])
    two.finished(first)
    second = two.runs.follow_up(first, "And when?", how=GoingOn("fixed"))
    two.finished(second.run_id)
    expected = [*PROMPT, ("assistant", "It arrives on Monday."), ("user", "And when?")]
    assert sent_to(two, "anna")[-1] == sent_to(two, "bert")[-1] == expected
    assert second.left_out == ("C",)
    assert told(two, second.run_id) == "Earlier turns as given"


def test_a_handover_sends_each_branch_to_the_one_that_takes_over(two: World) -> None:
    first = two.runs.start(two.thread(), two.candidates("anna", "bert"))
    two.finished(first)
    second = two.runs.follow_up(first, ASKED[0]).run_id
    two.finished(second)
    over = GoingOn("handover", to=Candidate("bert"))
    third = two.runs.follow_up(second, ASKED[1], how=over).run_id
    two.finished(third)
    fourth = two.runs.follow_up(third, ASKED[2]).run_id
    run = two.finished(fourth)
    fifth = two.runs.follow_up(fourth, ASKED[3], how=over).run_id
    two.finished(fifth)
    assert len(sent_to(two, "anna")) == 2
    by_branch = sorted(names_in(request) for request in sent_to(two, "bert")[2:])
    assert by_branch == [["anna", "anna"], ["anna", "anna", "bert"], ["anna", "anna", "bert", "bert"],
                         ["bert"] * 2, ["bert"] * 3, ["bert"] * 4]  # fmt: skip
    assert [pane.face.label for pane in run.panes] == ["Anna, then Bert", "Bert"]
    assert told(two, third) == "Handed over: each branch keeps the answers given in it"


def test_a_handover_is_a_candidate_of_its_own(two: World) -> None:
    first = two.runs.start(two.thread(), two.candidates("anna", "bert"))
    two.finished(first)
    second = two.runs.follow_up(first, "And when?", how=GoingOn("handover", to=Candidate("bert"))).run_id
    two.finished(second)
    comparison = two.store.comparison(second)
    assert comparison is not None
    taken, throughout = (slot.candidate for slot in comparison.current)
    assert throughout.id == Candidate("bert").id
    assert (taken.model_id, taken.handover_from, taken.handover_turn) == ("bert", Candidate("anna").id, 3)
    assert two.store.candidate(taken.id).label == "Anna until turn 2, then Bert"
    assert comparison.history == "handover"
    assert two.runs.left_out(comparison) == []


# --- what is stored --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("history", ["own", "winner", "fixed", "handover"])
def test_the_history_is_stored_with_run_and_answers(two: World, history: History) -> None:
    how = {
        "own": GoingOn(), "winner": GoingOn("winner"), "fixed": GoingOn("fixed", given=0),
        "handover": GoingOn("handover", to=Candidate("bert")),
    }[history]  # fmt: skip
    rater_id = two.store.rater("local")
    first = two.runs.start(two.thread(), two.candidates("anna", "bert"))
    two.finished(first)
    vote(two, first, 0, rater_id)
    second = two.runs.follow_up(first, "And when?", how=how, rater_id=rater_id).run_id
    two.finished(second)
    comparison = two.store.comparison(second)
    assert comparison is not None
    assert (comparison.history, comparison.step, comparison.continues_id) == (history, "next", first)
    before = two.store.comparison(first)
    assert before is not None
    said = {answer.id for answer in two.store.answers(s.answer_id for s in before.current).values()}
    for answer in two.store.answers(s.answer_id for s in comparison.current).values():
        sent = json.loads(answer.sent_json)
        assert answer.history == history
        assert len(sent["own_answer_ids"] + sent["others_answer_ids"]) == 1
        assert {*sent["own_answer_ids"], *sent["others_answer_ids"]} <= said


def test_who_has_seen_others_words_has_no_history_of_its_own_any_more(two: World) -> None:
    rater_id = two.store.rater("local")
    first = two.runs.start(two.thread(), two.candidates("anna", "bert"))
    two.finished(first)
    vote(two, first, 0, rater_id)
    second = two.runs.follow_up(first, ASKED[0], how=GoingOn("winner"), rater_id=rater_id).run_id
    two.finished(second)
    third = two.runs.follow_up(second, ASKED[1]).run_id
    two.finished(third)
    comparison = two.store.comparison(third)
    assert comparison is not None
    assert comparison.history == "winner"
    assert told(two, third) == (
        "Turn 2: all see the winner's answers (Anna). Turn 3: each candidate sees its own answers."
    )
    assert names_in(sent_to(two, "bert")[-1]) == ["anna", "bert"]


def test_a_vote_is_needed_before_the_winners_answer_can_be_given(two: World) -> None:
    first = two.runs.start(two.thread(), two.candidates("anna", "bert"))
    two.finished(first)
    with pytest.raises(CompareError, match="No answer has won yet"):
        two.runs.follow_up(first, "And?", how=GoingOn("winner"), rater_id=two.store.rater("local"))
    with pytest.raises(CompareError, match="No answer was recorded to this question"):
        two.runs.follow_up(first, "And?", how=GoingOn("fixed"))
    with pytest.raises(CompareError, match="Choose who takes over"):
        two.runs.follow_up(first, "And?", how=GoingOn("handover"))
    assert len(two.server.requests) == 2


# --- a subset --------------------------------------------------------------------------------------------------------


def test_a_conversation_goes_on_with_the_chosen_ones(two: World) -> None:
    two.models["cleo"] = two.server.spec("cleo", label="Cleo")
    first = two.runs.start(two.thread(), two.candidates("anna", "bert", "cleo"))
    two.finished(first)
    continued = two.runs.follow_up(first, "And when?", how=GoingOn(places=(0, 2)))
    run = two.finished(continued.run_id)
    assert [pane.face.label for pane in run.panes] == ["Anna", "Cleo"]
    assert len(sent_to(two, "bert")) == 1
    comparison = two.store.comparison(continued.run_id)
    assert comparison is not None
    assert [(one.letter, one.why) for one in two.runs.left_out(comparison)] == [
        ("B", "the conversation went on without it")
    ]


# --- editing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "expected"), [
    (2, [PROMPT[0], ("user", "My order is 9000.")]),
    (4, [*PROMPT[:3], ("user", "My order is 9000.")]),
])  # fmt: skip
def test_an_edited_message_of_the_thread_begins_a_branch(
    two: World, number: int, expected: list[tuple[str, str]]
) -> None:
    first = two.runs.start(two.thread(), two.candidates("anna", "bert"))
    two.finished(first)
    edited = two.runs.edit(first, number, "My order is 9000.")
    two.finished(edited)
    assert sent_to(two, "anna")[-1] == sent_to(two, "bert")[-1] == expected
    comparison = two.store.comparison(edited)
    assert comparison is not None
    assert (comparison.history, comparison.step, comparison.continues_id) == ("fixed", "edit", first)
    # The thread itself stays as it was.
    assert [(m.role, m.text) for m in two.store.thread(comparison.thread_id).messages] == PROMPT


def test_the_first_message_of_a_thread_can_be_edited(two: World) -> None:
    thread_id = two.thread(Message("user", "Helo?"))
    first = two.runs.start(thread_id, two.candidates("anna", "bert"))
    two.finished(first)
    two.finished(two.runs.edit(first, 1, "Hello?"))
    assert sent_to(two, "anna")[-1] == [("user", "Hello?")]


def test_an_edited_later_message_keeps_each_branchs_own_answers(two: World) -> None:
    first = two.runs.start(two.thread(), two.candidates("anna", "bert"))
    two.finished(first)
    second = two.runs.follow_up(first, "And when?").run_id
    two.finished(second)
    edited = two.runs.edit(second, len(PROMPT) + 2, "And how?")
    two.finished(edited)
    for name in ("anna", "bert"):
        assert names_in(sent_to(two, name)[-1]) == [name]
        assert sent_to(two, name)[-1][-1] == ("user", "And how?")
    assert told(two, edited) == "Each candidate sees its own answers"


def test_a_message_before_a_handover_is_answered_by_who_spoke_then(two: World) -> None:
    first = two.runs.start(two.thread(), two.candidates("anna", "bert"))
    two.finished(first)
    over = GoingOn("handover", to=Candidate("bert"))
    second = two.runs.follow_up(first, "And when?", how=over).run_id
    two.finished(second)
    run = two.finished(two.runs.edit(second, len(PROMPT), "Where is it now?"))
    assert [pane.face.label for pane in run.panes] == ["Anna", "Bert"]
    assert sent_to(two, "anna")[-1] == [*PROMPT[:-1], ("user", "Where is it now?")]
    run = two.finished(two.runs.edit(second, len(PROMPT) + 2, "And how?"))
    assert [pane.face.label for pane in run.panes] == ["Anna, then Bert", "Bert"]


@pytest.mark.parametrize("number", [0, 1, 3, 5])
def test_only_a_users_message_can_be_edited(two: World, number: int) -> None:
    first = two.runs.start(two.thread(), two.candidates("anna", "bert"))
    two.finished(first)
    with pytest.raises(CompareError, match=f"Message {number} is not a message of the user"):
        two.runs.edit(first, number, "What?")
    with pytest.raises(CompareError, match="The message is empty"):
        two.runs.edit(first, 2, " ")


# --- other panes -----------------------------------------------------------------------------------------------------


def test_a_candidate_is_added_and_nobody_is_asked_twice(two: World) -> None:
    two.models["cleo"] = two.server.spec("cleo", label="Cleo")
    first = two.runs.start(two.thread(), two.candidates("anna", "bert"))
    said = [two.finished(first).raw(place) for place in range(2)]
    two.runs.again(first, 1)
    newest = two.finished(first).raw(1)
    wider = two.runs.change_panes(first, keep=(0, 1), add=two.candidates("cleo", "anna"))
    run = two.finished(wider)
    assert [pane.face.label for pane in run.panes] == ["Anna", "Bert", "Cleo", "Anna (2)"]
    assert [run.raw(0), run.raw(1)] == [said[0], newest]
    assert run.panes[1].version == 1, "its older version is still there"
    assert len(sent_to(two, "cleo")) == 1
    assert len(sent_to(two, "bert")) == 2


def test_a_candidate_is_taken_out_and_its_answer_stays_stored(two: World) -> None:
    two.models["cleo"] = two.server.spec("cleo", label="Cleo")
    first = two.runs.start(two.thread(), two.candidates("anna", "bert", "cleo"))
    two.finished(first)
    narrower = two.runs.change_panes(first, keep=(0, 2))
    run = two.finished(narrower)
    assert [pane.face.label for pane in run.panes] == ["Anna", "Cleo"]
    assert two.runs.open(first).raw(1)
    assert len(two.server.requests) == 3
    with pytest.raises(CompareError, match="1 candidates were chosen; a comparison takes 2 to 8"):
        two.runs.change_panes(narrower, keep=(0,))
    with pytest.raises(CompareError, match="These candidates stand there already"):
        two.runs.change_panes(narrower, keep=(0, 1))


def test_nobody_joins_where_each_sees_its_own_history(two: World) -> None:
    first = two.runs.start(two.thread(), two.candidates("anna", "bert"))
    two.finished(first)
    second = two.runs.follow_up(first, "And when?").run_id
    two.finished(second)
    with pytest.raises(CompareError, match="one that is added has none"):
        two.runs.change_panes(second, keep=(0, 1), add=two.candidates("sim-lite"))


def test_panes_do_not_change_while_a_run_is_blind(two: World) -> None:
    first = two.runs.start(two.thread(), two.candidates("anna", "bert"), blind=True)
    two.finished(first)
    for change in (
        lambda: two.runs.change_panes(first, keep=(0, 1), add=two.candidates("sim-lite")),
        lambda: two.runs.follow_up(first, "And?", how=GoingOn("handover", to=Candidate("anna"))),
    ):
        with pytest.raises(CompareError, match="Vote first"):
            change()


# --- repeats ---------------------------------------------------------------------------------------------------------


def test_each_candidate_is_asked_as_often_as_chosen_and_says_something_of_its_own(world: World) -> None:
    run_id = world.runs.start(world.thread(), world.candidates("sim-lite", "sim-large"), repeats=3)
    run = world.finished(run_id)
    assert [pane.face.label for pane in run.panes] == [
        "Sim-Lite", "Sim-Lite (2)", "Sim-Lite (3)", "Sim-Large", "Sim-Large (2)", "Sim-Large (3)",
    ]  # fmt: skip
    answers = [pane.answer for pane in run.panes]
    assert [answer.repeat for answer in answers if answer] == [0, 1, 2, 0, 1, 2]
    world.runs.again(run_id, 1)
    again = world.finished(run_id).panes[1].answer
    assert again is not None
    assert again.repeat == 4, "no other answer of this candidate has it"


def test_too_many_repeats_say_how_many_panes_they_would_be(world: World) -> None:
    with pytest.raises(CompareError, match="3 candidates 3 times each are 9 panes; a comparison takes 2 to 8"):
        world.runs.start(world.thread(), world.candidates("sim-lite", "sim-flash", "sim-large"), repeats=3)
    assert world.requests == []


def test_a_failed_answer_takes_part_again_where_all_are_given_one(two: World) -> None:
    two.server.acts = [refusing(401), naming_itself]
    first = two.runs.start(two.thread(), two.candidates("anna", "sim-lite", "bert"))
    run = two.finished(first)
    given = next(i for i, pane in enumerate(run.panes) if pane.state == "done" and pane.face.label != "Sim-Lite")
    second = two.runs.follow_up(first, "And when?", how=GoingOn("fixed", given=given))
    assert second.left_out == ()
    assert all(pane.state == "done" for pane in two.finished(second.run_id).panes)
