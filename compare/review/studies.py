"""Making a study: what its settings must be, and items from answers that are stored.

Answers made elsewhere come in by `study_file`. What cannot be an item is reported with the reason, never dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal, NamedTuple

from compare.errors import NotFoundError, StudyError
from compare.records import Answer, History
from compare.review.own_turns import behind_own_turns
from compare.review.running import clean_names, utc
from compare.store.store import Store
from compare.store.study_values import NewItem, Scope, Study

Form = Literal["pairs", "all"]
"""Every two answers of a place make an item, or all of them one (N-way)."""
MOST_SIDES = 8
SHORTEST_RESERVE_S = 60.0
_MOST = 1_000_000
"""Of what is counted; the database holds no integer of any size."""
_LEAST_SHARED: tuple[History, ...] = ("fixed", "own", "winner", "handover")


class LeftOut(NamedTuple):
    """Something that could not become an item."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Items:
    """Items for a study, and what could not become one."""

    items: tuple[NewItem, ...]
    left_out: tuple[LeftOut, ...] = ()


def create(store: Store, study: Study, items: Sequence[NewItem]) -> Study:
    """Check and keep a new study; its id is the link to send to raters.

    Raises:
        StudyError: settings or items contradict each other; the sentence says which.
    """
    _check(study, items)
    deadline = None if study.deadline is None else utc(study.deadline)
    return store.create_study(replace(study, deadline=deadline, raters=clean_names(study.raters)), items)


def from_job(
    store: Store, job_id: str, *, form: Form = "pairs", scope: Scope = "turn", with_recorded: bool = True
) -> Items:
    """Items from a job's answers: those to one turn of one thread belong together, repeat by repeat.

    Where candidates went on from their own answers, raters see those, and not the imported replies.

    What counts is the answer that stands for each cell, also one of an earlier time that the job used again.

    Args:
        store: where they are.
        job_id: the job.
        form: pairs of answers, or all of a place at once.
        scope: single turns, or whole threads: then only answers to the last turn, each with its own history.
        with_recorded: what was recorded as answer to the same message stands beside the first repeat.

    Raises:
        NotFoundError: the job has no answers here.
    """
    places: dict[tuple[str, int, int], list[Answer]] = {}
    for cell, answer in store.job_results(job_id):
        if answer is not None:
            places.setdefault((cell.thread_id, cell.turn, cell.repeat), []).append(answer)
    if not places:
        raise NotFoundError(f"The job {job_id!r} has no answers, or is in another data folder. Let it run first.")
    own = _own_turns(places)
    if scope == "thread":
        last = {thread_id: max(turn for there, turn, _ in places if there == thread_id) for thread_id, _, _ in places}
        places = {key: found for key, found in places.items() if key[1] == last[key[0]]}
    elif with_recorded:
        for (_, _, repeat), found in places.items():
            if repeat == 0:
                there = {answer.id for answer in found}
                found += [a for a in store.recorded_answers(found[0].prompt_leaf_id) if a.id not in there]
    for (thread_id, _, _), found in places.items():
        found[:] = [
            behind_own_turns(store, thread_id, one, own[one.id]) if one.id in own and one.status == "done" else one
            for one in found
        ]
    return _gathered({(k[0], f"turn {k[1]} of thread {k[0]}", k[2]): v for k, v in places.items()}, form, scope)


def _own_turns(places: Mapping[tuple[str, int, int], Sequence[Answer]]) -> dict[str, list[Answer]]:
    """By answer: the complete answers of the same candidate to the turns before, in the same thread and repeat."""
    chains: dict[tuple[str, int, str], list[Answer]] = {}
    for (thread_id, _, repeat), found in sorted(places.items()):
        for answer in found:
            chains.setdefault((thread_id, repeat, answer.candidate_id), []).append(answer)
    return {
        answer.id: [one for one in chain[:place] if one.status == "done"]
        for chain in chains.values()
        for place, answer in enumerate(chain)
    }


def from_comparisons(
    store: Store, comparison_ids: Iterable[str], *, form: Form = "pairs", scope: Scope = "turn"
) -> Items:
    """Items from chosen comparisons: the newest version of each of their answers.

    For whole threads the answers must have gone on from histories of their own.

    Raises:
        NotFoundError: one of them is not there.
    """
    places: dict[tuple[str, str, int], list[Answer]] = {}
    for comparison_id in dict.fromkeys(comparison_ids):
        comparison = store.comparison(comparison_id)
        if comparison is None:
            raise NotFoundError(f"No comparison has the id {comparison_id!r}; it may be in another data folder.")
        stored = store.answers([slot.answer_id for slot in comparison.current])
        places[comparison.thread_id, f"comparison {comparison_id}", 0] = list(stored.values())
    return _gathered(places, form, scope)


def from_recorded(store: Store, thread_ids: Iterable[str], *, form: Form = "pairs") -> Items:
    """Items from what was recorded as answers to the last user message of threads.

    Raises:
        NotFoundError: a thread is not there.
    """
    places: dict[tuple[str, str, int], list[Answer]] = {}
    for thread_id in dict.fromkeys(thread_ids):
        prompts = [message for message in store.thread(thread_id).messages if message.role == "user"]
        found = store.recorded_answers(prompts[-1].id) if prompts else []
        places[thread_id, f"thread {thread_id}", 0] = found
    return _gathered(places, form, "turn")


def _gathered(places: Mapping[tuple[str, str, int], Sequence[Answer]], form: Form, scope: Scope) -> Items:
    items: list[NewItem] = []
    left_out: list[LeftOut] = []
    for (thread_id, what, _), found in places.items():
        done = [answer for answer in found if answer.status == "done"]
        left_out += [
            LeftOut(what, f"the answer {answer.id} is {answer.status}, so it cannot be compared.")
            for answer in found
            if answer.status != "done"
        ]
        if len(done) < 2:
            left_out.append(LeftOut(what, f"{len(done)} complete answers; an item needs at least 2."))
        elif scope == "thread" and _share_history(done):
            left_out.append(LeftOut(what, "its answers share one history, so there are no whole threads to compare."))
        elif form == "all" and len(done) > MOST_SIDES:
            left_out.append(LeftOut(what, f"{len(done)} answers; at most {MOST_SIDES} can stand side by side."))
        else:
            groups = [done] if form == "all" else list(combinations(done, 2))
            items += [NewItem(thread_id, tuple(a.id for a in group), _history(group)) for group in groups]
    return Items(tuple(items), tuple(left_out))


def _share_history(answers: Sequence[Answer]) -> bool:
    """Whether nothing before the answers is the candidates' own; the same words said by several are own ones."""
    one_prompt = len({answer.prompt_leaf_id for answer in answers}) == 1
    return one_prompt and all(answer.history == "fixed" or answer.turn == 1 for answer in answers)


def _history(answers: Sequence[Answer]) -> History:
    return max((answer.history for answer in answers), key=_LEAST_SHARED.index)


def _check(study: Study, items: Sequence[NewItem]) -> None:
    n_rated = sum(item.kind == "rated" for item in items)
    problems = {
        "A study needs a name.": not study.name.strip(),
        "A study needs a question that raters answer.": not study.question.strip(),
        "A study needs at least one criterion, such as fidelity.": not any(c.strip() for c in study.criteria),
        f"{study.overlap} raters per item cannot be; ask for 1 to {_MOST:,}.": not 1 <= study.overlap <= _MOST,
        f"A share of {study.swap_share} repeats cannot be; give a number from 0 to 1.": not 0 <= study.swap_share <= 1,
        f"A gold item after every {study.gold_every} items cannot be; give 1 to {_MOST:,}.": not (
            1 <= study.gold_every <= _MOST
        ),
        f"{len(study.raters)} raters may rate, but each item needs {study.overlap}. Name more raters, or ask for fewer "
        "ballots per item.": 0 < len(set(study.raters)) < study.overlap,
        f"Items are kept for {study.reserve_s:g} s; raters need at least {SHORTEST_RESERVE_S:g}.": study.reserve_s
        < SHORTEST_RESERVE_S,
        "A blind study cannot show speed: speed tells who answered. Make it open, or hide the speed.": study.blind
        and study.speed_visible,
        f"None of the {len(items)} items is to be rated. Add answers to compare.": n_rated == 0,
    }
    for sentence, holds in problems.items():
        if holds:
            raise StudyError(sentence)
    for place, item in enumerate(items, start=1):
        _check_item(place, item)


def _check_item(place: int, item: NewItem) -> None:
    n = len(item.answer_ids)
    if not 2 <= n <= MOST_SIDES or len(set(item.answer_ids)) != n:
        raise StudyError(f"Item {place} has {n} answers; it needs 2 to {MOST_SIDES} different ones.")
    if item.kind != "rated" and item.expected is None:
        raise StudyError(f"Item {place} is a {item.kind} item without the verdict that is right. Say which it is.")
    if item.expected is not None and item.expected.verdict == "best" and item.expected.answer_id not in item.answer_ids:
        raise StudyError(f"Item {place} expects an answer as the best that it does not show.")
