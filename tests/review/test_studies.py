"""Making studies: items from jobs, comparisons and recorded answers, and settings that contradict each other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from compare.errors import NotFoundError, StudyError
from compare.records import Message, ModelSpec, Recorded, Thread
from compare.review import studies
from compare.store.cells import NewCell
from compare.store.study_values import Expected, NewItem, Study
from tests.engine.servers import simulator
from tests.jobs.test_replay import Job


def answered(store, job_id: str, answers) -> None:
    """A job whose cells have these answers."""
    cells = []
    for answer in answers:
        if answer.status == "done":
            key = f"cell of {answer.id}"
            store.save_answer(replace(answer, job_id=job_id, cell_key=key))
            thread_id = store.thread_of(answer.prompt_leaf_id)
            cells.append(NewCell(key, thread_id, answer.candidate_id, "m", answer.turn, answer.repeat))
    assert store.add_cells(job_id, cells) == len(cells)


def test_a_job_s_answers_to_one_turn_make_pairs(table, store) -> None:
    job_id = store.start_job("run", "{}")
    found = store.answers([slot.answer_id for slot in table.compare("a", "b", "c").slots]).values()
    answered(store, job_id, [replace(answer, id=f"job-{place}") for place, answer in enumerate(found)])
    assert [item.answer_ids for item in studies.from_job(store, job_id).items] == [
        ("job-0", "job-1"), ("job-0", "job-2"), ("job-1", "job-2"),
    ]  # fmt: skip
    (item,) = studies.from_job(store, job_id, form="all").items
    assert item.answer_ids == ("job-0", "job-1", "job-2")
    with pytest.raises(NotFoundError, match="The job 'none' has no answers"):
        studies.from_job(store, "none")


def test_repeats_of_a_job_are_compared_with_their_like(table, store) -> None:
    job_id = store.start_job("run", "{}")
    found = store.answers([slot.answer_id for slot in table.compare("a", "b").slots]).values()
    repeats = [replace(a, id=f"{repeat}/{k}", repeat=repeat) for repeat in (0, 1) for k, a in enumerate(found)]
    answered(store, job_id, repeats)
    assert [item.answer_ids for item in studies.from_job(store, job_id).items] == [("0/0", "0/1"), ("1/0", "1/1")]


def test_production_s_answer_stands_beside_a_job_s_first_repeat(store, table) -> None:
    thread = Thread((Message("user", "Fare?"), Message("assistant", "42")))
    prompt = store.thread(store.save_thread(thread).id).messages[0]
    job_id = store.start_job("run", "{}")
    (slot, _) = table.compare("a", "b").slots
    answer = replace(store.answers([slot.answer_id])[slot.answer_id], prompt_leaf_id=prompt.id)
    answered(store, job_id, [replace(answer, id=f"job-{repeat}", repeat=repeat) for repeat in (0, 1)])
    (item,) = studies.from_job(store, job_id).items
    assert [a.text for a in store.answers(item.answer_ids).values()] == ["a", "42"]
    assert studies.from_job(store, job_id, with_recorded=False).items == ()


def test_whole_threads_of_a_job_are_those_at_the_last_turn_with_histories_of_their_own(table, store) -> None:
    job_id = store.start_job("run", "{}")
    found = list(store.answers([slot.answer_id for slot in table.compare("a", "b").slots]).values())
    shared = [replace(answer, id=f"first-{place}") for place, answer in enumerate(found)]
    prompt = found[0].prompt_leaf_id
    thread_id = store.thread_of(prompt)
    grown = []
    for place, answer in enumerate(found):
        own = (Message("assistant", f"Mine {place}."), Message("user", "And now?"))
        leaf = store.append_messages(thread_id, prompt, own)
        grown.append(replace(answer, id=f"last-{place}", turn=2, prompt_leaf_id=leaf, history="own"))
    answered(store, job_id, [*shared, *grown])
    (item,) = studies.from_job(store, job_id, scope="thread").items
    assert (item.answer_ids, item.history) == (("last-0", "last-1"), "own")
    assert len(studies.from_job(store, job_id).items) == 2


def test_a_job_under_own_history_shows_each_candidate_s_own_turns(store) -> None:
    specs = [ModelSpec(f"sim-{n}", "openai-chat", "", f"sim-{n}", simulated=True) for n in ("lite", "large")]
    job = Job(store, specs, n_threads=1, n_turns=3, history="own")
    with simulator([]) as root:
        job.run(sim_url=root)
    said = {(a.candidate_id, a.turn): a.text for a in store.job_answers(job.id)}
    n_answers = len(said)
    for scope in ("thread", "turn"):
        item = studies.from_job(store, job.id, scope=scope, with_recorded=False).items[-1]
        for answer in store.answers(item.answer_ids).values():
            replies = [m.text for m in store.path(answer.prompt_leaf_id) if m.role == "assistant"]
            assert [*replies, answer.text] == [said[answer.candidate_id, turn] for turn in (1, 2, 3)]
            assert answer.n_messages == len(store.path(answer.prompt_leaf_id)) == 6
    # Made again it is the same item, and nothing is counted twice.
    assert studies.from_job(store, job.id, scope="thread").items == (item,)
    assert len(store.answer_timings()) == n_answers


def test_answers_that_share_their_history_are_no_whole_threads(table, store) -> None:
    found = studies.from_comparisons(store, [table.compare("a", "b").id], scope="thread")
    assert found.items == ()
    assert "share one history" in found.left_out[0].reason


def test_comparisons_give_their_newest_complete_answers(table, store) -> None:
    comparison = table.compare("a", "b", "c", status={2: "failed"})
    table.regenerate(comparison, 0, "again")
    found = studies.from_comparisons(store, [comparison.id])
    assert [item.answer_ids for item in found.items] == [("again", "1-1")]
    assert found.left_out == ((f"comparison {comparison.id}", "the answer 1-2 is failed, so it cannot be compared."),)


def test_recorded_answers_stand_beside_production(store) -> None:
    thread = Thread(
        (Message("user", "Fare?"), Message("assistant", "42")),
        recorded=(Recorded("ours", "41"), Recorded("theirs", "40")),
    )
    alone = store.save_thread(Thread((Message("user", "Hello?"),))).id
    found = studies.from_recorded(store, [store.save_thread(thread).id, alone])
    texts = [{a.text for a in store.answers(item.answer_ids).values()} for item in found.items]
    assert texts == [{"42", "41"}, {"42", "40"}, {"41", "40"}]
    assert found.left_out == ((f"thread {alone}", "0 complete answers; an item needs at least 2."),)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "needs a name"),
        ({"question": ""}, "needs a question"),
        ({"criteria": ()}, "at least one criterion"),
        ({"overlap": 0}, "0 raters per item cannot be"),
        ({"overlap": 2**70}, "raters per item cannot be; ask for 1 to 1,000,000"),
        ({"gold_every": 2**70}, "items cannot be; give 1 to 1,000,000"),
        ({"swap_share": 1.5}, r"A share of 1\.5 repeats cannot be"),
        ({"raters": ("Ann", "Bob")}, "2 raters may rate, but each item needs 3"),
        ({"reserve_s": 5}, "Items are kept for 5 s; raters need at least 60"),
        ({"speed_visible": True}, "A blind study cannot show speed"),
        ({"deadline": "soon"}, "The deadline 'soon' is no date"),
        ({"deadline": "0001-01-01T00:00+14:00"}, "is no date. Write it as"),
    ],
)
def test_settings_that_cannot_be_are_refused(scene, changes, sentence) -> None:
    with pytest.raises(StudyError, match=sentence):
        studies.create(scene.store, replace(Study("Refunds"), **changes), [scene.item()])
    assert scene.store.studies() == []


def test_items_that_cannot_be_are_refused(scene) -> None:
    item = scene.item()
    for items, sentence in [
        ([], "None of the 0 items is to be rated"),
        ([replace(item, answer_ids=item.answer_ids[:1])], "Item 1 has 1 answers; it needs 2 to 8"),
        ([item, replace(item, kind="gold")], "Item 2 is a gold item without the verdict that is right"),
        ([replace(item, kind="gold", expected=Expected("best", "x"))], "None of the 1 items"),
        ([item, replace(item, kind="gold", expected=Expected("best", "x"))], "Item 2 expects an answer as the best"),
    ]:
        with pytest.raises(StudyError, match=sentence):
            studies.create(scene.store, Study("Refunds"), items)


def test_a_study_comes_back_as_it_was_made(scene) -> None:
    settings = {"criteria": ("fidelity", "tone"), "instructions": "Read \u2028 all", "deadline": "2099-01-01"}
    study = scene.study(1, raters=(" Ann  B ", "Bob", "Cid", "Bob"), owner_id=scene.store.rater("Owner"), **settings)
    assert scene.store.study(study.id) == study
    assert scene.store.studies() == [study]
    assert (len(study.id), study.raters, study.deadline) == (
        24,
        ("Ann B", "Bob", "Cid"),
        "2099-01-01T00:00:00.000+00:00",
    )
    (item,) = scene.store.study_items(study.id)
    assert (item.kind, item.expected, scene.store.study_item(item.comparison_id)) == ("rated", None, item)
    assert scene.store.study_of(item.comparison_id) == study


def test_an_item_of_an_answer_that_is_not_stored_keeps_nothing(scene) -> None:
    item = scene.item()
    with pytest.raises(StudyError, match="needs 2 to 8 different ones"):
        studies.create(scene.store, Study("Refunds"), [NewItem(item.thread_id, ("1-0", "1-0"), "fixed")])
    with pytest.raises(Exception, match="The answer 'gone' of item 1 is not stored"):
        studies.create(scene.store, Study("Refunds"), [NewItem(item.thread_id, ("1-0", "gone"), "fixed")])
    assert scene.store.studies() == []
