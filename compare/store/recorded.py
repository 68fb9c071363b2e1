"""Recorded answers: what was really said in an imported thread, kept so that it can be compared with candidates.

The replies that stand in the thread are production's, with the numbers that a log gave for them. Others that the file
names stand beside them, as answers to the same user message. Calls that only asked for a tool on the way to a reply are
kept under a name of their own, so that their tokens and cost are not lost and each turn still has one reply.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import zip_longest
from typing import Any, NamedTuple

from compare.errors import StoreError
from compare.records import PRODUCTION_NAME, Answer, Candidate, Message, Recorded
from compare.store.answers import MAX_PARAMETERS, select_recorded, select_recorded_of
from compare.store.candidates import insert_candidate
from compare.store.part import new_id

PRODUCTION = Candidate(model_id=PRODUCTION_NAME, label="Production")
"""Whoever gave the replies that an imported thread holds."""
STEPS = Candidate(model_id="production-steps", label="Production, on the way to a reply")
"""The same, for calls whose answer was a tool call and not yet the reply of the turn."""

_COLUMNS = (
    "id, candidate_id, prompt_leaf_id, turn, n_messages, history, origin, status, finish, text, reasoning, repeat, "
    "sent_json, cut_json, started_at, in_reported, cached, out_reported, usage_source, ttft_ms, total_ms, attempts, "
    "cost_usd, model_served, request_id, warnings_json"
)
INSERT_RECORDED = f"INSERT INTO answers ({_COLUMNS}) VALUES ({', '.join('?' * len(_COLUMNS.split(', ')))})"
"""Takes the rows of `recorded_rows`."""


class Prompt(NamedTuple):
    """A place in a thread where a user waits for an answer."""

    place: int
    """Which message of the thread it is, from 0."""
    turn: int


class Given(NamedTuple):
    """One answer that is to be kept."""

    prompt: Prompt
    candidate: Candidate
    recorded: Recorded
    place: int | None
    """Which message of the thread it is, from 0; None where it stands beside the thread."""
    between: int = 0
    """Messages between the prompt and this reply."""


def given_answers(messages: Sequence[Message], recorded: Sequence[Recorded]) -> list[Given]:
    """All answers of a path, in its order: the reply of each turn first, then what stands beside it.

    The reply is the turn's last assistant message that says something, as tool calls may precede it.

    Raises:
        StoreError: a recorded answer names a turn that the path has not.
    """
    prompts = _prompts(messages)
    if not recorded:
        return _replies(messages, prompts)
    by_turn: dict[int, list[Recorded]] = {}
    for one in recorded:
        by_turn.setdefault(_turn(one, prompts), []).append(one)
    found: list[Given] = []
    for prompt, following in zip_longest(prompts, prompts[1:]):
        said = [
            i
            for i in range(prompt.place + 1, following.place if following else len(messages))
            if messages[i].role == "assistant" and messages[i].text.strip()
        ]
        if said or prompt.turn in by_turn:
            found += _of_turn(prompt, said, messages, by_turn.get(prompt.turn, []))
    return found


def _replies(messages: Sequence[Message], prompts: Sequence[Prompt]) -> list[Given]:
    """The replies of a path that nothing else is known about."""
    found: list[Given] = []
    ends = [prompt.place for prompt in prompts[1:]] + [len(messages)]
    for prompt, end in zip(prompts, ends, strict=False):
        for place in range(end - 1, prompt.place, -1):
            message = messages[place]
            if message.role == "assistant" and message.text.strip():
                reply = Recorded(PRODUCTION_NAME, message.text, prompt.turn, in_thread=True)
                found.append(Given(prompt, PRODUCTION, reply, place, place - prompt.place - 1))
                break
    return found


def _of_turn(prompt: Prompt, said: list[int], messages: Sequence[Message], there: list[Recorded]) -> Iterator[Given]:
    rest = list(there)
    for place in reversed(said):
        text, is_reply = messages[place].text, place == said[-1]
        own = next((r for r in rest if r.text == text and (r.in_thread or r.name == PRODUCTION_NAME)), None)
        if own is not None:
            rest.remove(own)
        elif not is_reply:
            continue
        else:
            own = Recorded(PRODUCTION_NAME, text, in_thread=True)
        candidate = candidate_of(own.name) if is_reply or own.name != PRODUCTION_NAME else STEPS
        yield Given(prompt, candidate, own, place, place - prompt.place - 1)
    for one in rest:
        yield Given(prompt, candidate_of(one.name), one, None)


def recorded_rows(given: Sequence[Given], path: Sequence[str], answer_ids: Sequence[str]) -> Iterator[Any]:
    """A row of `INSERT_RECORDED` for each of `given`, whose ids are `answer_ids`; `path` holds the messages' ids."""
    seen: dict[tuple[int, str], int] = {}
    for one, answer_id in zip(given, answer_ids, strict=True):
        place = one.prompt.turn, one.candidate.model_id
        repeat = seen.get(place, 0)
        seen[place] = repeat + 1
        yield _row(one, path[one.prompt.place], answer_id, repeat)


def insert_missing(connection: sqlite3.Connection, recorded: Sequence[Recorded], messages: Sequence[Message]) -> None:
    """Keep what is not stored yet of the answers to a stored path.

    The same text with other numbers, or another text by the same name, is a repeat.
    """
    if not recorded:
        return
    stored: dict[str, list[Answer]] = {}
    for one in given_answers(messages, recorded):
        leaf_id = messages[one.prompt.place].id
        if leaf_id not in stored:
            stored[leaf_id] = select_recorded(connection, leaf_id)
        theirs = [answer for answer in stored[leaf_id] if answer.candidate_id == candidate_id(one.candidate.model_id)]
        if any(_same(answer, one.recorded) for answer in theirs):
            continue
        insert_candidate(connection, one.candidate)
        connection.execute(INSERT_RECORDED, _row(one, leaf_id, new_id(), len(theirs)))
        stored[leaf_id] = select_recorded(connection, leaf_id)


def select_beside(connection: sqlite3.Connection, messages: Sequence[Message]) -> tuple[Recorded, ...]:
    """What was recorded with a stored path, turn by turn: answers beside its replies, and replies that have numbers.

    Of several by one name beside one turn, the newest.
    """
    prompts = {messages[p.place].id: p for p in _prompts(messages)}
    last = max((p.turn for p in prompts.values()), default=0)
    in_thread = {message.answer_id for message in messages if message.answer_id}
    names = dict(connection.execute("SELECT id, model_id FROM candidates").fetchall()) if prompts else {}
    found: dict[Any, Recorded] = {}
    for answer in _select(connection, list(prompts)):
        turn = prompts[answer.prompt_leaf_id].turn
        name = names[answer.candidate_id]
        one = _recorded(answer, PRODUCTION_NAME if name == STEPS.model_id else name, turn, answer.id in in_thread)
        if not one.in_thread:
            found[turn, name] = one if turn != last else replace(one, turn=0)
        elif one != Recorded(PRODUCTION_NAME, one.text, turn, in_thread=True):
            found[answer.id] = one
    return tuple(sorted(found.values(), key=lambda r: (r.turn or last, not r.in_thread)))


def _select(connection: sqlite3.Connection, leaf_ids: list[str]) -> Iterator[Answer]:
    for start in range(0, len(leaf_ids), MAX_PARAMETERS):
        yield from select_recorded_of(connection, leaf_ids[start : start + MAX_PARAMETERS])


@lru_cache(maxsize=4096)
def candidate_of(name: str) -> Candidate:
    """The candidate that a recorded answer is of."""
    return next((known for known in (PRODUCTION, STEPS) if known.model_id == name), Candidate(model_id=name))


@lru_cache(maxsize=4096)
def candidate_id(name: str) -> str:
    """Its id, which is a hash and worth remembering where thousands of threads come in."""
    return candidate_of(name).id


def _turn(one: Recorded, prompts: Sequence[Prompt]) -> int:
    if not prompts or not 0 <= one.turn <= len(prompts):
        raise StoreError(
            f"An answer of {one.name!r} is recorded to user message {one.turn or 'at the end'}, and the thread has "
            f"{len(prompts)} user messages."
        )
    return one.turn or len(prompts)


def _prompts(messages: Sequence[Message]) -> list[Prompt]:
    places = [i for i, message in enumerate(messages) if message.role == "user"]
    return [Prompt(place, turn) for turn, place in enumerate(places, start=1)]


def _row(one: Given, leaf_id: str, answer_id: str, repeat: int) -> tuple[Any, ...]:
    said = one.recorded
    reported = said.in_reported is not None or said.out_reported is not None
    warnings = "[]"
    if one.between:
        told = f"{one.between} messages (tool calls, results) stand between the prompt and this reply in the thread."
        warnings = json.dumps([told])
    return (
        answer_id,
        candidate_id(one.candidate.model_id),
        leaf_id,
        one.prompt.turn,
        one.prompt.place + 1,
        "fixed",
        "recorded",
        "done",
        said.finish,
        said.text,
        said.reasoning,
        repeat,
        "{}",
        "[]",
        said.started_at,
        said.in_reported,
        said.cached,
        said.out_reported,
        "reported" if reported else "missing",
        said.ttft_ms,
        said.total_ms,
        1,
        None if said.cost_usd is None else str(said.cost_usd),
        said.model_served,
        said.request_id,
        warnings,
    )


def _recorded(answer: Answer, name: str, turn: int, in_thread: bool) -> Recorded:
    return Recorded(
        name,
        answer.text,
        turn,
        in_thread,
        ttft_ms=answer.ttft_ms,
        total_ms=answer.total_ms,
        in_reported=answer.in_reported,
        out_reported=answer.out_reported,
        cached=answer.cached,
        cost_usd=answer.cost_usd,
        started_at=answer.started_at,
        model_served=answer.model_served,
        request_id=answer.request_id,
        finish=answer.finish,
        reasoning=answer.reasoning,
    )


def _same(answer: Answer, one: Recorded) -> bool:
    """True where storing `one` would add nothing to a stored answer by the same candidate."""
    told = _recorded(answer, one.name, one.turn, one.in_thread)
    return answer.text == one.text and (told == one or one == Recorded(one.name, one.text, one.turn, one.in_thread))
